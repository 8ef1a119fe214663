"""Logging in: every mechanism, where credentials may go, where a password comes from, and that no secret shows anywhere."""
import base64
import os
import ssl
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from mta import PASSWORD, SECRETS, USER, Mta

ENV = program.environment(TEST_PASSWORD=PASSWORD)


def login(mta, *args, mech="", lines=("NOOP",), env=ENV):
    commands = [w for line in lines for w in ("-c", line)]
    return program.run("--auth" + (f"={mech}" if mech else ""), "--user", USER, "--password-env", "TEST_PASSWORD", *args,
                       mta.target, *commands, env=env)


class Auth(unittest.TestCase):
    def no_secret(self, done):
        for secret in SECRETS:
            self.assertNotIn(secret, done.stdout + done.stderr)

    def test_each_mechanism_of_libgsasl(self):
        program.needs(self, "libgsasl")
        self.check_each("CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

    def test_each_mechanism_of_our_own(self):
        self.check_each("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")

    def check_each(self, *mechanisms):
        for mech in mechanisms:
            with self.subTest(mech), Mta("AUTH " + mech) as mta:
                done = login(mta, mech=mech)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn("<-  235 2.7.0 ok", done.stdout)
                self.assertIn(f'<user "{USER}", ', done.stdout)
                self.no_secret(done)

    def test_bound_to_the_channel(self):
        program.needs(self, "libgsasl")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                            "-keyout", key, "-out", cert], check=True, capture_output=True)
            context.load_cert_chain(cert, key)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.options |= 1 << 0                   # without the extended master secret there is tls-unique alone
        with Mta("AUTH SCRAM-SHA-256 SCRAM-SHA-256-PLUS", context=context) as mta:
            done = login(mta, "--tls")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("using AUTH SCRAM-SHA-256-PLUS, the best", done.stdout)
            self.assertEqual(login(mta, "--tls", mech="SCRAM-SHA-256").returncode, 0)

    def test_a_server_that_does_not_know_the_password_is_not_believed(self):
        program.needs(self, "libgsasl")
        with Mta("AUTH SCRAM-SHA-256", liar=True) as mta:
            done = login(mta)
            self.assertEqual(done.returncode, 10, done.stdout)
            self.assertIn("SCRAM-SHA-256, the best", done.stdout)
            self.assertIn("the server did not prove that it knows the password", done.stdout)

    def test_rounds_of_scram(self):
        program.needs(self, "libgsasl")
        for rounds, status in ((20000, 0), (20001, 0), (300000, 0), (1000001, 10), (10000000, 10)):
            with self.subTest(rounds), Mta("AUTH SCRAM-SHA-256", rounds=rounds) as mta:
                done = login(mta)
                self.assertEqual(done.returncode, status, done.stdout)
                self.assertEqual("NOOP" in mta.heard, status == 0)
                self.assertEqual("*" in mta.heard, status != 0)
                self.no_secret(done)

    def test_many_rounds_of_scram_keep_nobody_waiting(self):
        program.needs(self, "libgsasl")
        with Mta("AUTH SCRAM-SHA-256", rounds=1000000, leaves=True) as mta:
            done = login(mta)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("closed the connection", done.stdout)
        self.assertEqual(len([line for line in mta.heard if not line.startswith(("EHLO", "AUTH"))]), 0, mta.heard)

    def test_without_an_initial_response(self):
        for mech, initial in (("PLAIN", "no"), ("LOGIN", "yes")):
            with Mta("AUTH " + mech) as mta:
                done = program.run(mta.target, "-c", f"/auth {mech} user={USER} initial={initial}", "--password-env",
                                   "TEST_PASSWORD", env=ENV)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(f"AUTH {mech}" in mta.heard, initial == "no")
                self.no_secret(done)

    def test_external_and_anonymous(self):
        with Mta("AUTH EXTERNAL ANONYMOUS") as mta:
            done = program.run(mta.target, "-c", "/auth EXTERNAL")
            self.assertIn(" -> AUTH EXTERNAL =\n<-  235", done.stdout)
            done = program.run(mta.target, "-c", "/auth ANONYMOUS trace")
            self.assertIn("<-  235", done.stdout)

    def test_the_best_is_chosen_and_named(self):
        with Mta("AUTH LOGIN PLAIN") as mta:
            self.assertIn("using AUTH PLAIN, the best mechanism offered: LOGIN PLAIN", login(mta).stdout)
        with Mta("AUTH GSSAPI XOAUTH2") as mta:
            done = login(mta)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no mechanism selected automatically", done.stdout)
        with Mta("SIZE") as mta:
            done = login(mta)
            self.assertEqual(done.returncode, 7)
            self.assertIn("does not offer AUTH", done.stdout)

    def test_a_refusal_is_the_status_and_oauth_errors_are_shown(self):
        env = program.environment(TEST_PASSWORD="wrong-token")
        with Mta("AUTH XOAUTH2 PLAIN", auth_refusal="454 4.7.0 later") as mta:
            self.assertEqual(login(mta, mech="PLAIN", env=env).returncode, 6)
        with Mta("AUTH XOAUTH2") as mta:
            done = login(mta, mech="XOAUTH2", env=env)
            self.assertEqual(done.returncode, 7)
            self.assertIn('the decoded challenge is: {"status":"400"}', done.stdout)

    def test_typed_by_hand(self):
        "challenges are decoded, of answers only user and length are shown"
        b64 = lambda s: base64.b64encode(s.encode()).decode()
        with Mta("AUTH LOGIN PLAIN") as mta:
            done = program.run(mta.target, input=f"EHLO x\nAUTH LOGIN\n{b64(USER)}\n{b64(PASSWORD)}\nAUTH PLAIN {SECRETS[2]}\n"
                               "AUTH LOGIN\n*\nQUIT\n")
        self.assertIn("the decoded challenge is: Username:\n -> <user", done.stdout)
        self.assertIn("the decoded challenge is: Password:\n -> <secret, ", done.stdout)
        self.assertIn(f' -> AUTH PLAIN <user "{USER}", ', done.stdout)
        self.assertIn("\n -> *\n", done.stdout)
        self.no_secret(done)

    def test_a_challenge_that_is_no_base64(self):
        with Mta("AUTH PLAIN", answers={"AUTH": lambda c, line: ["334 Ok"]}) as mta:
            done = program.run(mta.target, input="EHLO x\nAUTH PLAIN\n*\n")
        self.assertIn("the challenge is not base64 (RFC 4954 4): Ok", done.stdout)

    def test_what_the_peer_echoes_is_starred_out(self):
        for args in ((), ("--format", "json")):
            with Mta("AUTH PLAIN", answers={"AUTH": lambda c, line: ["500 bad: " + line, ]}) as mta:
                done = login(mta, *args, lines=("XFOO " + PASSWORD.split()[0],))
                self.no_secret(done)
                self.assertIn("500", done.stdout)
                self.assertIn("******", done.stdout)

    def test_no_secret_in_any_format(self):
        for mech in ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "CRAM-MD5", "SCRAM-SHA-256"):
            for args in (("--format", "json"), ("--marks", "rfc", "--time"), ("--marks", "none", "-v"), ("-q",)):
                with Mta("AUTH " + mech) as mta:
                    self.no_secret(login(mta, *args, mech=mech))

    def test_a_password_in_a_line_is_not_told(self):
        with Mta("AUTH PLAIN") as mta:
            done = program.run(mta.target, "-c", f"/auth PLAIN user={USER} password=hunter2hunter2", "-v")
            self.assertEqual(done.returncode, 7)
            self.assertNotIn("hunter2", done.stdout + done.stderr)
            self.assertIn("AGJvYkBleGFtcGxlLm9yZwBodW50ZXIyaHVudGVyMg==", mta.heard[1])

    def test_where_credentials_may_not_go(self):
        with Mta("AUTH PLAIN") as mta:
            forward = program.run("--auth", "--user", USER, "--password-env", "TEST_PASSWORD", "demo:",
                                  "-c", f"/open {mta.target}", "-c", "/auth", env=ENV)
            self.assertEqual(forward.returncode, 5)
            self.assertIn("was given for demo: and is not sent to another server", forward.stdout)
            self.assertFalse([line for line in mta.heard if line.startswith("AUTH")])

    def test_without_a_terminal_nothing_is_asked(self):
        with Mta("AUTH PLAIN") as mta:
            done = program.run(mta.target, "-c", "/auth PLAIN")
            self.assertEqual(done.returncode, 2)
            self.assertIn("no terminal to ask for a user name", done.stdout)

    def test_sources(self):
        with tempfile.TemporaryDirectory() as folder, Mta("AUTH PLAIN") as mta:
            path, netrc = os.path.join(folder, "pw"), os.path.join(folder, ".netrc")
            with open(path, "w", encoding="utf-8") as file:
                file.write(PASSWORD + "\nsecond line\n")
            with open(netrc, "w", encoding="utf-8") as file:
                file.write(f"machine other login x password y\nmachine 127.0.0.1\n login {USER} password wrong\n")
            os.chmod(netrc, 0o600)
            for source in (("--password-file", path), ("--password-command", f"cat {path}"), ("--password-fd", "0")):
                done = program.run("--auth", "--user", USER, *source, mta.target, "-c", "NOOP", input=PASSWORD + "\n")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            done = program.run("--auth", "--netrc", mta.target, "-c", "NOOP", env=program.environment(HOME=folder))
            self.assertIn(f'AUTH PLAIN <user "{USER}"', done.stdout)
            self.assertEqual(done.returncode, 7)
            os.chmod(netrc, 0o644)
            done = program.run("--auth", "--netrc", mta.target, "-c", "NOOP", env=program.environment(HOME=folder))
            self.assertEqual(done.returncode, 2)
            self.assertIn("others can read it", done.stdout)

    def test_never_on_the_command_line(self):
        done = program.run("--password", "hunter2", "demo:")
        self.assertEqual(done.returncode, 2)
        self.assertIn("not accepted on the command line", done.stderr)
        self.assertNotIn("hunter2", done.stderr)


if __name__ == "__main__":
    tap.main()
