"""AUTH on the server's side: every mechanism against accounts, by smtpsh's own client, by Python's smtplib and by hand, in the
plain server and wherever a script's EHLO offers it."""
import base64
import hashlib
import hmac
import os
import re
import smtplib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire

USER, PASSWORD = "tim", "tanstaaf,=x"
OURS = ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")
PROOFS = ("CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
BOUND = ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS")
ALL = OURS + PROOFS + BOUND


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def unb64(reply):
    return base64.b64decode(reply[4:])


class Served(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.accounts = self.write("accounts", f"{USER}:{PASSWORD}\nother:secret\n")

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def serve(self, *args):
        server = program.Serve(*args)
        self.addCleanup(server.__exit__)
        return server

    def client(self, server, **how):
        client = wire.Wire(server.host, server.port, **how)
        self.addCleanup(client.__exit__)
        client.say("EHLO me.example")
        return client

    def login(self, server, mech, password=PASSWORD, user=USER, options=("--tls=off",)):
        return program.run("--auth=" + mech, "--auth-insecure", "--user", user, "--password-env", "TEST_PASSWORD", *options,
                           server.where, "-c", "NOOP", env=program.environment(TEST_PASSWORD=password))


class Own(Served):
    """smtpsh's own client, whose libgsasl and whose code are other than the server's side of them."""

    def each(self, server, mechanisms, options):
        for mech in mechanisms:
            with self.subTest(mech):
                done = self.login(server, mech, options=options)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertRegex(done.stdout, r"<[-~]  235 2\.7\.0 ")
                for password, user in (("wrong", USER), (PASSWORD, "nobody"), ("secret", USER)):
                    done = self.login(server, mech, password=password, user=user, options=options)
                    self.assertEqual(done.returncode, 7, done.stdout)
                    self.assertRegex(done.stdout, r"<[-~*]\* 535 5\.7\.8 ")

    def test_each_mechanism_in_the_clear(self):
        server = self.serve("--account-file", self.accounts)
        self.each(server, OURS + (PROOFS if program.is_built_with("libgsasl") else ()), ("--tls=off",))

    def test_each_mechanism_within_tls(self):
        ca = os.path.join(self.folder.name, "ca")
        server = self.serve("--account-file", self.accounts, "--ca-out", ca)
        self.each(server, ALL if program.is_built_with("libgsasl") else OURS, ("--tls=starttls", "--ca", ca))

    def test_the_account_that_is_shown(self):
        server = self.serve()
        for mech in ("PLAIN", "SCRAM-SHA-256") if program.is_built_with("libgsasl") else ("PLAIN",):
            self.assertEqual(self.login(server, mech, "demo", "demo").returncode, 0)
            self.assertEqual(self.login(server, mech, "x", "demo").returncode, 7)

    def test_external_goes_by_the_certificate(self):
        key, cert, ca = (os.path.join(self.folder.name, n) for n in ("key", "cert", "ca"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                        "/CN=x", "-addext", "subjectAltName=email:tim", "-keyout", key, "-out", cert], check=True,
                       capture_output=True)
        server = self.serve("--account-file", self.accounts, "--ca-out", ca)
        mine = ("--tls=starttls", "--ca", ca, "--cert", cert, "--key", key)
        for line, options, code in (("/auth EXTERNAL", mine, "235 2.7.0"), ("/auth EXTERNAL other", mine, "235 2.7.0"),
                                    ("/auth EXTERNAL nobody", mine, "535 5.7.8"), ("/auth EXTERNAL", mine[:3], "504 5.5.4")):
            done = program.run(*options, "-c", "EHLO me", "-c", line, server.where)
            self.assertIn(code, done.stdout, line)
            self.assertEqual("XOAUTH2 EXTERNAL" in done.stdout, "--cert" in options)

    def test_what_a_scripts_ehlo_offers_can_be_used(self):
        offered = " ".join(OURS + PROOFS) + " EXTERNAL NTLM GSSAPI"
        script = self.write("m.smtp", f"S: 220 m\n/on EHLO\nS: 250-m\nS: 250 AUTH {offered}\n")
        proofs = PROOFS if program.is_built_with("libgsasl") else ()
        server = self.serve("--account-file", self.accounts, script)
        self.each(server, OURS + proofs, ("--tls=off",))
        for mech in ("NTLM", "GSSAPI"):
            self.assertEqual(self.client(server).say("AUTH " + mech)[:9], "504 5.5.4")
        # Without accounts any will do, where the server needs not prove that it knows the password; else the one that is shown.
        server = self.serve(script)
        for mech in OURS + proofs:
            password = "demo" if mech in PROOFS[1:] else "whatever"
            self.assertEqual(self.login(server, mech, password, "anybody").returncode, 0, mech)
        self.assertEqual(self.client(server).say("AUTH EXTERNAL " + b64("anybody"))[:3], "235")
        if proofs:
            self.assertEqual(self.login(server, "SCRAM-SHA-256", "whatever").returncode, 7)

    def test_what_a_scripts_ehlo_does_not_offer_cannot(self):
        script = self.write("m.smtp", "S: 220 m\n/on EHLO\nS: 250-m\nS: 250 AUTH LOGIN XOAUTH2\n")
        client = self.client(self.serve("--account-file", self.accounts, script))
        self.assertEqual(client.say("AUTH PLAIN")[:9], "504 5.5.4")
        self.assertEqual(client.say("AUTH CRAM-MD5")[:9], "504 5.5.4")
        self.assertIn(" LOGIN XOAUTH2", client.say("AUTH PLAIN"))


class Smtplib(Served):
    def test_each_of_its_mechanisms(self):
        server = self.serve("--account-file", self.accounts)
        for mech in ("PLAIN", "LOGIN") + (("CRAM-MD5",) if program.is_built_with("libgsasl") else ()):
            for initial in (True, False):
                for password, code in ((PASSWORD, 235), ("wrong", 535)):
                    with self.subTest(mech, initial=initial), smtplib.SMTP(server.host, server.port) as client:
                        client.ehlo()
                        client.user, client.password = USER, password
                        method = getattr(client, "auth_" + mech.lower().replace("-", "_"))
                        if code == 235:
                            self.assertEqual(client.auth(mech, method, initial_response_ok=initial)[0], 235)
                        else:
                            with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
                                client.auth(mech, method, initial_response_ok=initial)
                            self.assertEqual(caught.exception.smtp_code, 535)

    def test_its_own_choice(self):
        server = self.serve("--account-file", self.accounts)
        with smtplib.SMTP(server.host, server.port) as client:
            self.assertEqual(client.login(USER, PASSWORD)[0], 235)


def scram(client, mech, gs2=b"n,,", user=USER, password=PASSWORD, binding=b"", alter=lambda final: final):
    """A SCRAM client of our own (RFC 5802): the reply to its final message, and whether the server proved itself."""
    digest = "sha256" if "256" in mech else "sha1"
    name = user.replace("=", "=3D").replace(",", "=2C").encode()
    first = b"n=" + name + b",r=clientnonce"
    reply = client.say("AUTH " + mech + " " + b64(gs2 + first))
    if not reply.startswith("334"):
        return reply, False
    server_first = unb64(reply)
    nonce, salt, rounds = re.fullmatch(rb"r=(clientnonce.+),s=([^,]+),i=(\d+)", server_first).groups()
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), base64.b64decode(salt), int(rounds))
    key = hmac.digest(salted, b"Client Key", digest)
    without = b"c=" + base64.b64encode(gs2 + binding) + b",r=" + nonce
    message = first + b"," + server_first + b"," + without
    signature = hmac.digest(hashlib.new(digest, key).digest(), message, digest)
    proof = bytes(a ^ b for a, b in zip(key, signature))
    reply = client.say(b64(alter(without + b",p=" + base64.b64encode(proof))))
    if not reply.startswith("334"):
        return reply, False
    own = hmac.digest(hmac.digest(salted, b"Server Key", digest), message, digest)
    proved = unb64(reply) == b"v=" + base64.b64encode(own)
    return client.say(""), proved


class ByHand(Served):
    def setUp(self):
        super().setUp()
        self.ca = os.path.join(self.folder.name, "ca")
        self.server = self.serve("--account-file", self.accounts, "--ca-out", self.ca)

    def test_scram_proves_both_sides(self):
        program.needs(self, "libgsasl")
        for mech in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
            self.assertEqual(scram(self.client(self.server), mech), ("235 2.7.0 Welcome", True))
            reply, proved = scram(self.client(self.server), mech, password="x")
            self.assertEqual((reply[:9], proved), ("535 5.7.8", False))
            reply, _ = scram(self.client(self.server), mech, user="nobody")
            self.assertEqual(reply[:9], "535 5.7.8")

    def test_a_client_that_could_bind(self):
        """RFC 5802 6: "y" is right where no -PLUS is offered, and tells of a downgrade where one is."""
        program.needs(self, "libgsasl")
        self.assertEqual(scram(self.client(self.server), "SCRAM-SHA-256", gs2=b"y,,")[0][:3], "235")
        client = self.client(self.server)
        client.starttls(wire.context(self.ca))
        self.assertIn("SCRAM-SHA-256-PLUS", client.say("EHLO me.example"))
        self.assertEqual(scram(client, "SCRAM-SHA-256", gs2=b"y,,")[0][:9], "535 5.7.8")
        self.assertEqual(scram(client, "SCRAM-SHA-256-PLUS", gs2=b"p=tls-exporter,,", binding=b"wrong")[0][:9], "535 5.7.8")
        self.assertEqual(scram(client, "SCRAM-SHA-256")[0][:3], "235")
        script = self.write("m.smtp", "S: 220 m\n/on EHLO\nS: 250-m\nS: 250-STARTTLS\nS: 250 AUTH SCRAM-SHA-256\n")
        client = self.client(self.serve("--account-file", self.accounts, "--ca-out", self.ca, script))
        client.starttls(wire.context(self.ca))
        client.say("EHLO me.example")
        self.assertEqual(scram(client, "SCRAM-SHA-256", gs2=b"y,,")[0][:3], "235")

    def test_a_bound_login_in_the_clear_is_none(self):
        self.assertEqual(self.client(self.server).say("AUTH SCRAM-SHA-256-PLUS")[:9], "504 5.5.4")

    def replies(self, *lines):
        client = self.client(self.server)
        return [client.say(line) for line in lines]

    def test_what_is_malformed(self):
        for lines in (("AUTH XOAUTH2 " + b64("user=tim"),), ("AUTH OAUTHBEARER " + b64("n,a=tim,"),), ("AUTH XOAUTH2", "!"),
                      ("AUTH PLAIN", b64("tim"))):
            self.assertEqual(self.replies(*lines)[-1][:9], "501 5.5.2", lines)
        program.needs(self, "libgsasl")
        for lines in (("AUTH SCRAM-SHA-256 " + b64("hello"),), ("AUTH CRAM-MD5 " + b64("tim x"),), ("AUTH DIGEST-MD5", b64("x=")),
                      ("AUTH CRAM-MD5", b64("tim")), ("AUTH SCRAM-SHA-1", "="), ("AUTH DIGEST-MD5", ""), ("AUTH DIGEST-MD5", "=")):
            self.assertEqual(self.replies(*lines)[-1][:9], "501 5.5.2", lines)
        malformed = scram(self.client(self.server), "SCRAM-SHA-256", alter=lambda final: b"c=,p=")[0]
        self.assertEqual(malformed[:9], "501 5.5.2")

    def test_cancelled_at_any_step(self):
        for lines in (("AUTH PLAIN", "*"), ("AUTH LOGIN", b64("tim"), "*"), ("AUTH XOAUTH2", "*")):
            self.assertEqual(self.replies(*lines, "NOOP")[-2:], ["501 5.7.0 Cancelled", "250 2.0.0 Ok"])
        program.needs(self, "libgsasl")
        for lines in (("AUTH CRAM-MD5", "*"), ("AUTH DIGEST-MD5", "*"), ("AUTH SCRAM-SHA-256 " + b64("n,,n=tim,r=x"), "*")):
            self.assertEqual(self.replies(*lines, "NOOP")[-2:], ["501 5.7.0 Cancelled", "250 2.0.0 Ok"])

    def test_a_token_that_fails_is_told_why(self):
        client = self.client(self.server)
        for mech, first, ack in (("XOAUTH2", "user=tim\1auth=Bearer no\1\1", ""), ("OAUTHBEARER", "n,a=tim,\1auth=Bearer no\1\1", "\1")):
            reply = client.say(f"AUTH {mech} {b64(first)}")
            self.assertEqual(reply[:3], "334")
            self.assertIn(b'"status":', unb64(reply))
            self.assertEqual(client.say(b64(ack))[:9], "535 5.7.8")
        self.assertEqual(client.say("AUTH OAUTHBEARER " + b64(f"n,,\1auth=Bearer {PASSWORD}\1\1"))[:3], "235")

    def test_to_act_as_another(self):
        self.assertEqual(self.replies("AUTH PLAIN " + b64(f"other\0{USER}\0{PASSWORD}"))[-1][:9], "535 5.7.8")
        program.needs(self, "libgsasl")
        self.assertEqual(scram(self.client(self.server), "SCRAM-SHA-256", gs2=b"n,a=other,")[0][:9], "535 5.7.8")

    def test_who_logged_in_is_told(self):
        server = program.Serve("--account-file", self.accounts, "--format", "json", "--count", "1")
        self.addCleanup(server.__exit__)
        client = self.client(server)
        mech = "SCRAM-SHA-256" if program.is_built_with("libgsasl") else "PLAIN"
        if mech == "PLAIN":
            client.say("AUTH PLAIN " + b64(f"\0{USER}\0{PASSWORD}"))
        else:
            scram(client, mech)
        for line in ("MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "x\r\n."):
            reply = client.say(line)
        self.assertEqual(reply[:3], "250")
        client.say("QUIT")
        said = server.process.stdout.read()
        self.assertRegex(said, rf'"user": ?"{USER}"')
        self.assertNotIn(PASSWORD, said)
        self.assertNotIn(b64(PASSWORD), said)


if __name__ == "__main__":
    tap.main()
