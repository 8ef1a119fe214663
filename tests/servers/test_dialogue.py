"""The typed dialogue with real servers: EHLO, STARTTLS, implicit TLS, envelope, message, refusals, a close."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import program
import tap

ENVELOPE = "EHLO client.example\nMAIL FROM:<a@bed.test>\nRCPT TO:<{}@bed.test>\n"
MESSAGE = "DATA\nSubject: x\n\nHello\n..dot\n.\nQUIT\n"


class Clear(unittest.TestCase):
    """What every server must come through in the clear; the classes below say which server."""

    def talk(self, port, lines, *options):
        return program.run(*options, self.mta.host, str(port), input=lines)

    def test_a_message_in_the_clear(self):
        done = self.talk(self.clear, ENVELOPE.format("b") + MESSAGE)
        self.assertEqual(done.returncode, 0, done.stdout + self.mta.log())
        self.assertIn("<-  354", done.stdout)
        self.assertIn(" -> .\n<-  250", done.stdout)

    def test_a_refused_recipient(self):
        done = self.talk(self.clear, ENVELOPE.format("reject") + "QUIT\n")
        self.assertEqual(done.returncode, 7, done.stdout)
        self.assertIn("<** 550", done.stdout)


class Dialogue(Clear):
    """And what those must whose TLS works."""

    def test_starttls_and_ehlo_again(self):
        lines = "EHLO a.example\nSTARTTLS\n" + ENVELOPE.format("b") + MESSAGE
        done = self.talk(self.starttls, lines, "--verify", "--ca", self.mta.pki + "/ca.pem")
        self.assertEqual(done.returncode, 0, done.stdout + self.mta.log())
        self.assertIn("=== TLSv1.3", done.stdout)
        self.assertIn("send EHLO again (RFC 3207 4.2)", done.stdout)
        self.assertIn(" ~> EHLO client.example\n<~  250-", done.stdout)
        self.assertIn(" ~> .\n<~  250", done.stdout)

    def test_implicit_tls(self):
        done = program.run("--verify", "--ca", self.mta.pki + "/ca.pem", f"smtps://{self.mta.host}:{self.smtps}",
                           input="EHLO a.example\nQUIT\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" ~> EHLO a.example", done.stdout)
        self.assertNotIn(" -> ", done.stdout)


class Postfix(Dialogue):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()
        cls.clear, cls.starttls, cls.smtps = (cls.mta.port[name] for name in ("starttls", "starttls", "smtps"))

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()


class Exim(Dialogue):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Exim()
        cls.clear, cls.starttls, cls.smtps = (cls.mta.port[name] for name in ("starttls", "starttls", "smtps"))

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()


class Aiosmtpd(Dialogue):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Aiosmtpd()
        cls.clear, cls.starttls, cls.smtps = (cls.mta.port[name] for name in ("starttls", "starttls", "smtps"))

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()


class OpenSMTPD(Clear):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.OpenSMTPD()
        cls.clear = cls.mta.port["plain"]

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def test_its_broken_tls_is_named(self):
        "Debian 12's build answers every handshake with alert 80; Debian 13's does not"
        done = self.talk(self.mta.port["starttls"], "EHLO a.example\nSTARTTLS\nNOOP\n")
        if "=== TLSv1" in done.stdout:
            self.assertEqual(done.returncode, 0, done.stdout)
            return
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("alert 80", done.stdout)
        self.assertNotIn("NOOP", done.stdout.split("STARTTLS\n")[-1].replace("not sent: NOOP", ""))


del Clear, Dialogue         # they are no tests by themselves


if __name__ == "__main__":
    tap.main()
