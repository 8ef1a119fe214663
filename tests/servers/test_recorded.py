"""What --log keeps of a session with a real server replays at once against it, at level text."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import program
import tap

SESSION = """%(hello)s client.example
NONSENSE
MAIL FROM:<anna@quay.example>
RCPT TO:<reject@bed.test>
RCPT TO:<ben@bed.test>
DATA
Subject: ropes

They came in on the tide.
.
RSET
QUIT
"""


class Recorded(unittest.TestCase):
    def check(self, where, log, hello="EHLO", end=None):
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "log.smtp")
            program.run("--log", kept, where, input=SESSION % {"hello": hello})
            with open(kept) as file:
                text = file.read()
            self.assertIn("C: They came in", text)
            self.assertIn(end, text)
            for _ in range(2):
                done = program.run("replay", "--against", where, kept)
                self.assertEqual(done.returncode, 0, done.stdout + text + log())
            self.assertEqual(program.run("selftest", kept).returncode, 0)

    def test_postfix(self):
        with mtas.Postfix() as it:
            self.check(f"{it.host}:{it.port['plain']}", it.log, end="queued as {{:queueid=")

    def test_exim(self):
        with mtas.Exim() as it:
            self.check(f"{it.host}:{it.port['starttls']}", it.log, end="OK id={{:queueid=")

    def test_opensmtpd(self):
        with mtas.OpenSMTPD() as it:
            self.check(f"{it.host}:{it.port['plain']}", it.log, end="}} Message accepted for delivery")

    def test_aiosmtpd(self):
        with mtas.Aiosmtpd() as it:
            self.check(f"{it.host}:{it.port['starttls']}", it.log, end="220 {{:host=aio.bed.test}} ")
            self.check("lmtp://%s:%d" % (it.host, it.port["lmtp"]), it.log, hello="LHLO", end="220 {{:host=aio.bed.test}} ")


if __name__ == "__main__":
    tap.main()
