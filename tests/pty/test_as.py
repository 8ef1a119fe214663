"""/as: the command of another tool, run against the same server, comes out as the session did."""
import base64
import os
import shlex
import shutil
import smtplib
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from mta import Mta
from terminal import PROMPT, Terminal

MESSAGE = ("Subject: it's a test", "", "one", "..two", "")


class As(unittest.TestCase):
    def setUp(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*hostile.certificate())
        self.mta = Mta("SIZE 1000000", context=context)
        self.mta.__enter__()
        self.addCleanup(self.mta.__exit__, None, None, None)

    def session(self, *lines, options=()):
        t = Terminal(*options, self.mta.target, NO_COLOR="1", columns=2000)
        self.addCleanup(t.__exit__)
        t.prompt(PROMPT)
        replies, in_message = 1, False
        for line in lines:
            t.line(line)
            t.taken()
            in_message = in_message and line != "."
            replies += 0 if in_message else 3 if line == "/starttls" else 1
            # a line typed before the reply to the one before would be given back where that rejects
            t.becomes(lambda rows: sum(row.startswith("<") for row in rows) >= replies, f"reply {replies}")
            t.prompt(PROMPT)
            in_message = in_message or line == "DATA"
        return t

    def command(self, t, tool):
        t.line("/as " + tool)
        t.until("/as " + tool)
        t.until("\n")
        return t.until("\r\n").strip()

    def run_it(self, command):
        del self.mta.heard[:], self.mta.messages[:]
        return subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=program.DEADLINE,
                              env=program.environment())

    def message(self, *first):
        return self.session(*first, "MAIL FROM:<o'hara@a.example>", "RCPT TO:<b@b.example>", "RCPT TO:<c@b.example>", "DATA", *MESSAGE, ".")

    @unittest.skipUnless(shutil.which("curl"), "curl is not here")
    def test_curl_sends_the_same_message(self):
        for first, words in ((("EHLO me.example",), set()), (("/starttls",), {"-k", "--ssl-reqd"})):
            with self.subTest(first):
                t = self.message(*first)
                t.until("queued as")
                sent = self.mta.messages[-1:]
                command = self.command(t, "curl")
                self.assertEqual(words - set(shlex.split(command)), set())
                self.assertEqual("-k" in shlex.split(command), "-k" in words)
                done = self.run_it(command)
                self.assertEqual(done.returncode, 0, command + done.stderr)
                self.assertEqual(self.mta.messages, sent)
                self.assertEqual([line.split(" ")[0] for line in self.mta.heard if line.startswith(("MAIL", "RCPT"))], ["MAIL", "RCPT", "RCPT"])

    @unittest.skipUnless(shutil.which("curl"), "curl is not here")
    def test_curl_goes_on_where_a_recipient_was_rejected(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<unknown@b.example>", "RCPT TO:<c@b.example>", "DATA", "Subject: x", "", "y", ".")
        t.until("queued as")
        done = self.run_it(self.command(t, "curl"))
        self.assertEqual((done.returncode, len(self.mta.messages)), (0, 1), done.stderr)
        self.assertEqual({line[:12] for line in self.mta.heard if line.startswith("MAIL")}, {"MAIL FROM:<>"})

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not here")
    def test_openssl_goes_on_where_the_session_did(self):
        t = self.session("/starttls")
        command = self.command(t, "openssl")
        self.assertNotIn("-verify_return_error", command)
        done = self.run_it(command)
        self.assertEqual(done.returncode, 0, command + done.stderr)
        self.assertIn("STARTTLS", self.mta.heard)
        self.assertIn("-----BEGIN CERTIFICATE-----", done.stdout)
        t.line("/set verify name")
        t.prompt(PROMPT)
        command = self.command(t, "openssl")
        self.assertNotEqual(self.run_it(command).returncode, 0, command)

    def test_openssl_is_none_without_tls(self):
        t = self.session("EHLO me.example")
        t.line("/as openssl")
        t.until("this session did not use")
        t.never("s_client -")

    def test_swaks(self):
        t = self.message("EHLO me.example")
        t.until("queued as")
        words = shlex.split(self.command(t, "swaks"))
        pairs = dict(zip(words[1::2], words[2::2]))
        self.assertEqual(pairs["--server"] + ":" + pairs["--port"], self.mta.target)
        self.assertEqual((pairs["--ehlo"], pairs["--from"], pairs["--to"]), ("me.example", "o'hara@a.example", "b@b.example,c@b.example"))
        self.assertEqual(pairs["--data"], "Subject: it's a test\\n\\none\\n.two\\n\\n")

    def test_a_message_that_is_too_long_is_a_file(self):
        t = self.session("/send from=a@b.example to=c@d.example size=20k")
        t.until("accepted for delivery")
        t.line("/as swaks")
        t.until("save the message as message.eml")
        t.until("--data @message.eml")

    def test_a_peer_s_octets_are_words_for_the_shell(self):
        t = self.session("EHLO $(touch\tx)`id`;me", "MAIL FROM:<'\"$(id)@a.example>", "RCPT TO:<b@b.example>")
        t.until("250 2.1.5")
        words = shlex.split(self.command(t, "swaks"))
        self.assertIn("'\"$(id)@a.example", words)

    def test_demo_is_reached_by_nobody_else(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/as")
            t.until("no other program can reach it")
            t.prompt(PROMPT)
            t.never("swaks --", "curl -v")


class Copy(unittest.TestCase):
    def copied(self, t, line):
        t.line(line)
        t.until("\x1b]52;c;")
        return base64.b64decode(t.until("\x07")[:-1]).decode()

    def test_each(self):
        with program.Serve() as server, Terminal(server.host, str(server.port), NO_COLOR="1") as t:
            t.prompt(PROMPT, "220 ")
            self.assertEqual(self.copied(t, "/copy").splitlines()[0][:4], "220 ")
            t.line("/copy cert")
            t.until("not presented a certificate")
            t.line("/starttls")
            t.until("~> EHLO")
            t.until("250")
            t.prompt(PROMPT)
            pem = self.copied(t, "/copy cert")
            der = ssl.PEM_cert_to_DER_cert(pem)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with smtplib.SMTP(server.host, server.port) as other:
                other.starttls(context=context)
                self.assertEqual(other.sock.getpeercert(True), der)
            self.assertTrue(self.copied(t, "/copy last").startswith("250-"))
            self.assertIn(f"--port {server.port} ", self.copied(t, "/copy as"))
            self.assertTrue(self.copied(t, "/copy as openssl").startswith("openssl s_client "))
            t.line("/copy nothing")
            t.until("expected last, as or cert")

    def test_what_drives_a_terminal_is_not_copied(self):
        with Mta(answers={"NOOP": "250 a\x1b[2J\x07b"}) as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("NOOP")
            t.until("250 a")
            t.prompt(PROMPT)
            self.assertEqual(self.copied(t, "/copy"), "250 a\\x1B[2J\\x07b\n")

    def test_a_dumb_terminal_gets_none(self):
        with Terminal("demo:", NO_COLOR="1", TERM="dumb") as t:
            t.until("220 ")
            t.line("/copy")
            t.until("does not support escape sequences")
            t.never("\x1b]52")


if __name__ == "__main__":
    tap.main()
