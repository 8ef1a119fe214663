"""What is shown before it goes (--dry-run, --step), and what TLS is held to (--max-tls, --ciphers, --curves, --pin, --verify-host)."""
import os
import re
import shlex
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from terminal import Terminal


class DryRun(unittest.TestCase):
    def test_lines_are_shown_and_nothing_is_connected(self):
        done = program.run("--dns", "127.0.0.1:1", "smtps://mx.example.org", "--dry-run", "--auth", "--user", "me",
                           input="EHLO a\n# no line\nS: 250\nAUTH PLAIN AGRlbW8AaHVudGVyMg==\nAUTH LOGIN\naHVudGVyMg==\nDATA\nhi\n.\nQUIT\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        sent = re.findall(r"^ -> (.*)$", done.stdout, re.M)
        self.assertEqual([sent[0]] + sent[4:], ["EHLO a", "DATA", "hi", ".", "QUIT"])
        for secret in ("hunter2", "aHVudGVyMg==", "AGRlbW8AaHVudGVyMg=="):
            self.assertNotIn(secret, done.stdout)
        self.assertIn("implicit TLS", done.stdout)
        self.assertNotIn("connected", done.stdout)

    def test_lines_of_the_command_line_and_of_a_script(self):
        self.assertEqual(re.findall(r" -> (.*)", program.run("demo:", "--dry-run", "-c", "EHLO a", "-c", "QUIT").stdout), ["EHLO a", "QUIT"])
        done = program.run("demo:", "--dry-run", input="C: EHLO a\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nC: QUIT\n")
        self.assertEqual(re.findall(r" -> (.*)", done.stdout), ["EHLO a", "DATA", "hi", ".", "QUIT"])


class Step(unittest.TestCase):
    def test_send_skip_edit_stop(self):
        words = [program.SMTPSH, "demo:", "-c", "NOOP one", "-c", "NOOP two", "-c", "NOOP three", "-c", "NOOP four", "-c", "NOOP five", "--step"]
        command = " ".join(map(shlex.quote, words)) + " | cat"
        with Terminal(argv=["/bin/sh", "-c", command], NO_COLOR="1") as t:
            for key, line in (("", "one"), ("s", "two"), ("e", "three")):
                t.until("next: NOOP " + line)
                t.until("q stops: ")
                t.line(key)
            t.until("line: ")
            t.line("NOOP other")
            t.until("next: NOOP four")
            t.until("q stops: ")
            t.line("q")
            text = t.whole()
        self.assertIn("stopped: 2 lines not sent", text)
        self.assertEqual(re.findall(r" -> (NOOP \w+)", text), ["NOOP one", "NOOP other"])

    def test_without_a_terminal(self):
        import subprocess
        done = subprocess.run([program.SMTPSH, "demo:", "-c", "NOOP", "--step"], capture_output=True, text=True, start_new_session=True,
                              stdin=subprocess.DEVNULL, timeout=program.DEADLINE, env=program.environment())
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--step", done.stderr)


class Tls(unittest.TestCase):
    def tls(self, *args):
        done = program.run("demo:", "--tls", *args, "-c", "QUIT")
        return done.returncode, done.stdout

    def test_the_version_ciphers_and_groups(self):
        self.assertIn("TLSv1.2", self.tls("--max-tls", "1.2")[1])
        self.assertIn("TLS_CHACHA20_POLY1305_SHA256", self.tls("--ciphers", "TLS_CHACHA20_POLY1305_SHA256")[1])
        self.assertIn("secp384r1", self.tls("--curves", "P-384")[1])
        self.assertIn("ECDHE-ECDSA-CHACHA20-POLY1305", self.tls("--max-tls", "1.2", "--ciphers", "ECDHE-ECDSA-CHACHA20-POLY1305")[1])
        for args in (("--ciphers", "nonsense"), ("--curves", "nonsense"), ("--min-tls", "1.3", "--max-tls", "1.2")):
            status, said = self.tls(*args)
            self.assertNotEqual(status, 0, args)
            self.assertIn(args[0] if args[0] != "--min-tls" else "--max-tls", said)
            self.assertNotIn("TLSv1", said)
        self.assertEqual(program.run("--max-tls", "2", "demo:").returncode, 2)

    def test_the_name(self):
        self.assertEqual(self.tls("--verify", "--verify-host", "localhost")[0], 0)
        status, said = self.tls("--verify", "--verify-host", "mx.example.org")
        self.assertEqual(status, 5)
        self.assertIn("mx.example.org", said)

    def test_the_pin(self):
        status, said = self.tls("--pin", "sha256//" + "A" * 43 + "=")
        self.assertEqual(status, 5)
        self.assertIn("--pin", said)
        with program.Serve() as served:
            import hashlib
            import base64
            import ssl
            import smtplib
            with smtplib.SMTP(served.host, served.port) as client:
                context = ssl.create_default_context()
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                client.starttls(context=context)
                digest = base64.b64encode(hashlib.sha256(client.sock.getpeercert(True)).digest()).decode()
            for pins, status in (([digest], 0), (["A" * 43 + "=", digest], 0), (["A" * 43 + "="], 5)):
                args = [word for pin in pins for word in ("--pin", "sha256//" + pin)]
                self.assertEqual(program.run(served.where, "--tls", *args, "-c", "QUIT").returncode, status, pins)
        for bad in ("x", "sha256//x", "sha1//AAAA"):
            self.assertEqual(program.run("--pin", bad, "demo:").returncode, 2)


if __name__ == "__main__":
    tap.main()
