"""AUTH against Cyrus and Dovecot behind Postfix, Exim and aiosmtpd; messages, recipients, LMTP, chunks, XCLIENT with them, exim -bh."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import program
import tap


def run(mta, port, *args, tls="--tls", password=mtas.PASSWORD, command=(), more=()):
    env = program.environment(TEST_PASSWORD=password)
    return program.run(*command, tls, "--ca", mta.pki + "/ca.pem", "--password-env", "TEST_PASSWORD", *args, mta.host, str(port), *more, env=env)


class Auth:
    """What each server's authenticator must come through."""
    refused = ()                    # the mechanisms tried with a wrong password, if not all

    def login(self, mech, **more):
        return run(self.mta, self.port, f"--auth={mech}" if mech else "--auth", "--user", self.user, more=("-c", "NOOP"), **more)

    def test_each_mechanism(self):
        for mech in self.mechanisms:
            with self.subTest(mech):
                done = self.login(mech)
                self.assertEqual(done.returncode, 0, done.stdout + self.mta.log()[-2000:])
                self.assertRegex(done.stdout, r"<~  235")
                self.assertNotIn("is not offered", done.stdout)

    def test_a_wrong_password(self):
        for mech in self.refused or self.mechanisms:
            with self.subTest(mech):
                done = self.login(mech, password="wrong")
                self.assertIn(done.returncode, (7, 10), done.stdout)
                self.assertNotRegex(done.stdout, r"(?m)^<\S+ +235\b")

    def test_the_best(self):
        done = self.login("")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"using AUTH {self.best}, the best mechanism offered", done.stdout)


class Cyrus(Auth, unittest.TestCase):
    user, best = mtas.USER, "SCRAM-SHA-256"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()
        cls.port = cls.mta.port["submission"]

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def test_credentials_and_message_in_one(self):
        done = run(self.mta, self.port, "--auth", "--user", self.user, "--from", "a@bed.test", "--to",
                   "b@bed.test,reject@bed.test,grey@bed.test", command=("send",))
        self.assertEqual(done.returncode, 8, done.stdout)
        self.assertRegex(done.stdout, r"accepted for delivery to 1 of 3 recipients as [0-9A-Za-z]{9,}: ")
        self.assertRegex(done.stdout, r"reject@bed\.test +rejected +550")
        self.assertRegex(done.stdout, r"grey@bed\.test +deferred +450")

    def test_a_message_of_25_mib(self):
        for how in ((), ("--pipeline",), ("--chunk", "1M"), ("--chunk", "1M", "--pipeline")):
            done = run(self.mta, self.mta.port["starttls"], "--from", "a@bed.test", "--to", "b@bed.test", "--size", "25M", *how, command=("send",))
            self.assertEqual(done.returncode, 0, done.stdout + self.mta.log()[-2000:])
            self.assertIn("25 MiB in ", done.stdout)

    def test_too_large_is_refused_and_said(self):
        done = run(self.mta, self.mta.port["small"], "--from", "a@bed.test", "--to", "b@bed.test", "--size", "20k", command=("send",))
        self.assertEqual(done.returncode, 7, done.stdout)
        self.assertRegex(done.stdout, r"the message has 20480 octets.* 10240")
        self.assertIn("552 5.3.4", done.stdout)

    def test_notifications(self):
        done = run(self.mta, self.mta.port["starttls"], "--from", "a@bed.test", "--to", "b@bed.test", "--ret", "HDRS", "--envid", "x y",
                   "--notify", "SUCCESS,FAILURE", "--orcpt", "b+c@bed.test", command=("send",))
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_xclient(self):
        done = run(self.mta, self.mta.port["xclient"], tls="--tls=off", more=("-c", "/xclient ADDR=192.0.2.7 NAME=mail.example.com HELO=x.example",
                   "-c", "/xforward ADDR=192.0.2.8", "-c", "MAIL FROM:<a@bed.test>", "-c", "RCPT TO:<b@elsewhere.example>"))
        self.assertIn("<-  220 ", done.stdout)
        self.assertRegex(done.stdout, r"<\*\* 554 5\.7\.1.*Relay access denied")        # no longer of mynetworks
        self.assertIn("192.0.2.7", self.mta.log())


class Dovecot(Auth, unittest.TestCase):
    user, best = mtas.USER, "SCRAM-SHA-256"
    refused = ("SCRAM-SHA-256",)    # it makes an address wait that fails more often
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix(dovecot=True)
        cls.port = cls.mta.port["dovecot"]

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def test_oauth(self):
        for mech in ("XOAUTH2", "OAUTHBEARER"):
            with self.subTest(mech):
                done = self.login(mech, password=mtas.token())
                self.assertEqual(done.returncode, 0, done.stdout + self.mta.log()[-2000:])
                old = self.login(mech, password=mtas.token(seconds=-100))
                self.assertEqual(old.returncode, 7, old.stdout)
                self.assertRegex(old.stdout, r'the decoded challenge is: \{.*"status"')


class Exim(Auth, unittest.TestCase):
    user, best = "user", "PLAIN"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")

    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Exim()
        cls.port = cls.mta.port["submission"]

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def test_messages(self):
        for how in ((), ("--bdat",), ("--chunk", "200"), ("--pipeline",)):
            done = run(self.mta, self.mta.port["starttls"], "--from", "a@bed.test", "--to", "b@bed.test,multi@bed.test", *how, command=("send",))
            self.assertEqual(done.returncode, 8, done.stdout)
            self.assertRegex(done.stdout, r"to 1 of 2 recipients as [0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}: ")

    def test_refused_after_the_dot(self):
        for sender, status in (("noeod", 7), ("tempeod", 6)):
            done = run(self.mta, self.mta.port["starttls"], "--from", sender + "@bed.test", "--to", "b@bed.test", command=("send",))
            self.assertEqual(done.returncode, status, done.stdout)
            self.assertIn("message not accepted", done.stdout)


class Aiosmtpd(Auth, unittest.TestCase):
    user, best = "user", "PLAIN"
    mechanisms = ("PLAIN", "LOGIN")

    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Aiosmtpd()
        cls.port = cls.mta.port["starttls"]

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def test_lmtp(self):
        done = run(self.mta, self.mta.port["lmtp"], "--lmtp", "--from", "a@bed.test", "--to", "b@bed.test,reject@bed.test",
                   command=("send",), tls="--tls=off")
        self.assertEqual(done.returncode, 8, done.stdout)
        self.assertIn("to 1 of 2 recipients", done.stdout)


class HostTest(unittest.TestCase):
    """exim -bh, as the peer, plays a session of whatever address without a network, and prints around its replies."""

    def test_as_if_from_an_address(self):
        with mtas.Exim() as exim:
            done = exim.jail.run(program.SMTPSH, "pipe:exim4 -C /etc/exim4/exim4.conf -bh 192.0.2.1", input="EHLO a.test\n"
                                 "MAIL FROM:<a@bed.test>\nRCPT TO:<reject@bed.test>\nRCPT TO:<b@bed.test>\nDATA\nSubject: x\n\nx\n.\nQUIT\n")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertLess(done.stdout.index("=== command stderr: >>> using ACL"), done.stdout.index("<** 550"))
        done.stdout = re.sub("=== command stderr: .*\n", "", done.stdout)
        self.assertIn("=== command output: **** SMTP testing session as if from host 192.0.2.1\n", done.stdout)
        self.assertRegex(done.stdout, r"<-  220 exim\.bed\.test .*\n -> EHLO a\.test\n<-  250-exim\.bed\.test Hello a\.test \[192\.0\.2\.1\]")
        self.assertIn(" -> RCPT TO:<reject@bed.test>\n<** 550 unknown user\n", done.stdout)
        self.assertRegex(done.stdout, r" -> \.\n<-  250 OK id=\S+\n=== command output: .*\n -> QUIT\n<-  221")
        self.assertNotIn("\n*** ", done.stdout)


if __name__ == "__main__":
    tap.main()
