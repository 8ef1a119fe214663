"""/as swaks, run by swaks itself: the message and the envelope are those of the session."""
import os
import shlex
import ssl
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import packages
import tap
from mta import Mta
from terminal import PROMPT, Terminal


class Swaks(unittest.TestCase):
    def setUp(self):
        packages.tree("swaks")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*hostile.certificate())
        self.mta = Mta("SIZE 1000000", context=context)
        self.mta.__enter__()
        self.addCleanup(self.mta.__exit__, None, None, None)

    def words(self, *lines):
        with Terminal(self.mta.target, NO_COLOR="1", columns=2000) as t:
            t.prompt(PROMPT)
            for line in lines:
                t.line(line)
                t.taken()
                t.prompt(PROMPT)
            t.line("/as swaks")
            t.until("swaks --server ")
            return shlex.split("--server " + t.until("\r\n"))

    def envelope(self):
        return [line.split(" SIZE")[0] for line in self.mta.heard if line.startswith(("EHLO", "STARTTLS", "MAIL", "RCPT", "DATA"))]

    def again(self, words):
        del self.mta.heard[:], self.mta.messages[:]
        return packages.run("swaks", "swaks", *words)

    def test_a_message_over_tls(self):
        words = self.words("EHLO me.example", "STARTTLS", "EHLO me.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA",
                           "Subject: it's a test", "", "one", "..two", ".")
        envelope, message = self.envelope(), self.mta.messages[0]
        done = self.again(words)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.envelope(), envelope)
        self.assertEqual(self.mta.messages[0].rstrip(), message.rstrip())       # swaks ends it with a blank line of its own

    def test_an_envelope(self):
        words = self.words("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<c@d.example>")
        envelope = self.envelope()
        self.assertEqual(self.again(words).returncode, 0)
        self.assertEqual(self.envelope(), envelope)


if __name__ == "__main__":
    tap.main()
