"""Postfix in many guises: certificates good and bad, versions, names asked for, waits, addresses, keys logged."""
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import packages
import program
import tap

HELLO = "EHLO a.example\nQUIT\n"


class Postfix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()
        cls.ca = cls.mta.pki + "/ca.pem"

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def talk(self, service, *options, lines=HELLO, host="127.0.0.1", env=None):
        done = program.run(*options, host, str(self.mta.port[service]), input=lines, env=env)
        done.flat = re.sub(r"\n +", " ", done.stdout)
        return done

    def refuses(self, service, *words, options=()):
        """The certificate is shown with what is wrong and does not end it; with --verify it does."""
        shown = self.talk(service, "--tls", "--ca", self.ca, *options)
        self.assertEqual(shown.returncode, 0, shown.stdout)
        ended = self.talk(service, "--tls", "--ca", self.ca, "--verify", *options)
        self.assertEqual(ended.returncode, 5, ended.stdout)
        self.assertIn("*** the certificate was not accepted\n", ended.stdout)
        self.assertNotIn(" ~> ", ended.stdout)
        for word in words:
            self.assertIn(word, shown.flat)
            self.assertIn(word, ended.flat)

    # ---- certificates

    def test_a_good_certificate(self):
        done = self.talk("starttls", "--tls", "--verify", "--ca", self.ca)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("=== certificate verified for ", done.flat)

    def test_expired(self):
        self.refuses("expired", "expired ", "on 2021-01-01")

    def test_not_yet_valid(self):
        self.refuses("future", ": from 2039-01-01")

    def test_another_name(self):
        self.refuses("wrong", "does not cover 127.0.0.1: it is for wrong.example.net")

    def test_another_name_is_no_matter_where_only_the_chain_is_asked_for(self):
        self.assertEqual(self.talk("wrong", "--tls", "--ca", self.ca, "--verify=chain").returncode, 0)

    def test_self_signed(self):
        self.refuses("self", "the certificate is self-signed")

    def test_an_intermediate_that_is_not_sent(self):
        self.refuses("below", "its issuer, test intermediate, is unknown here")

    def test_an_intermediate_that_is_sent(self):
        self.assertEqual(self.talk("whole", "--tls", "--verify", "--ca", self.ca).returncode, 0)

    def test_another_ca(self):
        self.refuses("starttls", "a CA that is not trusted here: smtpsh test CA", options=("--ca", self.mta.pki + "/other-ca.pem"))

    def test_a_ca_that_cannot_be_read(self):
        done = self.talk("starttls", "--tls", "--ca", "/no/such/file")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("/no/such/file", done.stdout + done.stderr)

    # ---- the handshake

    def test_versions(self):
        old = self.talk("tls12", "--tls", "--verify", "--ca", self.ca)
        self.assertEqual(old.returncode, 0, old.stdout)
        self.assertIn("=== TLSv1.2", old.stdout)
        self.assertIn("=== TLSv1.3", self.talk("tls13", "--tls").stdout)

    def test_a_version_that_the_server_does_not_have(self):
        done = self.talk("tls12", "--tls", "--min-tls", "1.3")
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("alert 70", done.flat)

    def test_the_name_asked_for_decides_the_certificate(self):
        done = self.talk("sni", "--tls", "--sni", "mx2.bed.test")
        self.assertIn("names mx2.bed.test", done.flat)
        self.assertIn("names localhost", self.talk("sni", "--tls").flat)

    def test_a_client_certificate(self):
        lines = "EHLO a.example\nMAIL FROM:<a@bed.test>\nQUIT\n"
        without = self.talk("client-cert", "--tls", lines=lines)
        self.assertNotEqual(without.returncode, 0, without.stdout)
        done = self.talk("client-cert", "--tls", "--cert", self.mta.pki + "/client.pem", "--key", self.mta.pki + "/client.key", lines=lines)
        self.assertEqual(done.returncode, 0, done.stdout + self.mta.log()[-1000:])
        self.assertIn(" ~> MAIL FROM:<a@bed.test>\n<~  250", done.stdout)

    def test_keys_are_logged_where_asked_and_that_is_noted(self):
        with tempfile.TemporaryDirectory() as place:
            log = os.path.join(place, "keys")
            self.talk("starttls", "--tls", env=program.environment(SSLKEYLOGFILE=log))
            self.assertIn("CLIENT_HANDSHAKE_TRAFFIC_SECRET", open(log).read())
            self.assertEqual(os.stat(log).st_mode & 0o777, 0o600)

    def test_starttls_where_there_is_none(self):
        done = self.talk("plain", "--tls")
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("*** the server does not offer STARTTLS", done.stdout)

    def test_plain_text_to_a_tls_port(self):
        done = self.talk("smtps", "--timeout", "greeting=300ms", "--explain")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("smtps://", done.flat)

    def test_tls_to_a_plain_port(self):
        done = program.run(f"smtps://127.0.0.1:{self.mta.port['starttls']}", input=HELLO)
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("the server sent cleartext: \"220 postfix.bed.test ESMTP", re.sub(r"\n +", " ", done.stdout))

    # ---- what else it does

    def test_a_greet_pause(self):
        done = self.talk("postscreen")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("<-  220-postfix.bed.test please wait a moment\n<-  220 postfix.bed.test ESMTP", done.stdout)

    def test_early_talk_is_refused(self):
        done = self.talk("postscreen", "--early", lines="EHLO a.example\nMAIL FROM:<a@bed.test>\nRCPT TO:<b@bed.test>\n")
        self.assertEqual(done.returncode, 7, done.stdout)
        self.assertIn("(RFC 5321 4.2.1)", done.stdout)
        self.assertIn(" -> MAIL FROM:<a@bed.test>\n<-  250", done.stdout)
        self.assertIn(" -> RCPT TO:<b@bed.test>\n<** 550 5.5.1 Protocol error", done.stdout)

    def test_auth_is_offered_where_it_is(self):
        self.assertIn("AUTH PLAIN LOGIN", self.talk("clear-auth").stdout)
        self.assertNotIn("AUTH", self.talk("starttls").stdout)

    def test_an_idle_client_is_told_so(self):
        done = self.talk("idle", lines="EHLO a.example\n/wait 10s\n")
        self.assertEqual(done.returncode, 6, done.stdout)
        self.assertIn("421 4.4.2 postfix.bed.test Error: timeout exceeded", done.stdout)

    def test_a_421_to_a_recipient_ends_it(self):
        done = self.talk("starttls", lines="EHLO a.example\nMAIL FROM:<a@bed.test>\nRCPT TO:<drop421@bed.test>\nNOOP\n")
        self.assertEqual(done.returncode, 6, done.stdout)
        self.assertIn("<** 421 4.7.0 <drop421@bed.test>", done.stdout)

    def test_an_old_server(self):
        done = self.talk("old")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("<-  250 postfix.bed.test\n", done.stdout)

    def test_a_group_in_one_write(self):
        lines = "EHLO a.example\n/pipeline \"MAIL FROM:<a@bed.test>\" \"RCPT TO:<b@bed.test>\" \"RCPT TO:<grey@bed.test>\" \"DATA\"\nx: y\n\n.\n"
        done = self.talk("starttls", lines=lines)
        self.assertEqual(done.returncode, 6, done.stdout)
        self.assertIn("<** 450 4.2.0", done.stdout)
        self.assertIn(" -> .\n<-  250 2.0.0 Ok: queued as", done.stdout)

    def test_ipv6(self):
        done = self.talk("ipv6", "--tls", "--verify", "--ca", self.ca, host="::1")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("=== connected to [::1]:", done.stdout.replace("::1 [::1]:", "[::1]:"))

    def test_the_address_connected_from(self):
        lines = "EHLO a.example\nMAIL FROM:<a@bed.test>\nQUIT\n"
        before = len(self.mta.log())
        self.assertEqual(self.talk("starttls", "--bind", "127.0.0.77", lines=lines).returncode, 0)
        packages.wait_for(lambda: "[127.0.0.77]" in self.mta.log()[before:], "a line about 127.0.0.77 in the log")
        wrong = self.talk("starttls", "--bind", "192.0.2.1")
        self.assertEqual(wrong.returncode, 4, wrong.stdout)
        self.assertIn("192.0.2.1", wrong.stdout)


class Unix(unittest.TestCase):
    def test_a_unix_socket_and_lmtp(self):
        with mtas.Aiosmtpd() as server:
            done = program.run(f"unix:{server.unix}", input="EHLO a.example\nMAIL FROM:<a@b.example>\nQUIT\n")
            self.assertEqual(done.returncode, 0, done.stdout)
            lmtp = program.run(f"lmtp://127.0.0.1:{server.port['lmtp']}", input="LHLO a.example\nQUIT\n")
            self.assertEqual(lmtp.returncode, 0, lmtp.stdout)


if __name__ == "__main__":
    tap.main()
