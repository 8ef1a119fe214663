"""What is shown before it goes (--dry-run, --step), and what TLS is held to (--max-tls, --ciphers, --curves, --pin, --verify-host)."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import peer
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


    def sent(self, *args, input="", status=0):
        """The lines, and what was printed; a resolver and a proxy that do not exist prove that nobody is asked."""
        done = program.run(*args, "--dry-run", "--dns", "127.0.0.1:1", input=input)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn("connected", done.stdout)
        return re.findall(r"^ -> (.*)$", done.stdout, re.M), done.stdout + done.stderr

    def test_send(self):
        sent, said = self.sent("send", "--to", "a@example.org,b@example.org", "--from", "me@example.org", "--body", "Gruß\\n.dot",
                               "--helo", "me.example.org", "@example.org")
        self.assertEqual(sent[:6], ["EHLO me.example.org", "STARTTLS", "EHLO me.example.org", "MAIL FROM:<me@example.org>",
                                    "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"])
        self.assertEqual(sent[-4:], ["Gruß", "..dot", ".", "QUIT"])
        for word in ("MX of example.org", "port 25", "SIZE=", "BODY=8BITMIME"):
            self.assertIn(word, said)
        sent, said = self.sent("send", "--to", "a@example.org", "--quit-after", "rcpt", "--auth", "--user", "me", "--tls=implicit",
                               "--rcpt-param", "NOTIFY=NEVER", "--resolve", "mx.example.org:192.0.2.1", "mx.example.org")
        self.assertEqual(sent[-2:], ["RCPT TO:<a@example.org> NOTIFY=NEVER", "QUIT"])
        self.assertNotIn("STARTTLS", sent)
        self.assertIn("AUTH", said)
        self.assertNotIn("look up", said)
        self.sent("send", "demo:", status=2)
        self.sent("send", "--to", "a@example.org", "--data", "/nonexistent", "demo:", status=2)

    def test_what_send_shows_is_what_it_sends(self):
        args = ("send", "--to", "a@example.org,b@example.org", "--body", "Gruß\\n.dot", "--helo", "me.example.org", "demo:")
        sent = re.findall(r"^ [-~]> (.*)$", program.run(*args).stdout, re.M)
        varies = re.compile(r"^(Date|Subject|Message-ID): .*| SIZE=\d+ BODY=8BITMIME$")
        self.assertEqual([varies.sub("", line) for line in self.sent(*args)[0]], [varies.sub("", line) for line in sent])

    def test_probe(self):
        targets = "mx.example.org\n# none\n@example.net port=587 to=x@example.net\n192.0.2.1:465 until=ehlo\n"
        sent, said = self.sent("probe", "--targets", "-", "--helo", "me.example.org", input=targets)
        hello, tls = "EHLO me.example.org", ["EHLO me.example.org", "STARTTLS", "EHLO me.example.org"]
        self.assertEqual(sent, tls + ["QUIT"] + tls + ["MAIL FROM:<>", "RCPT TO:<x@example.net>", "RSET", "QUIT", hello, "QUIT"])
        self.assertIn("MX of example.net", said)
        self.assertIn("port 587", said)
        self.sent("probe", "--targets", "-", input="mx.example.org no=setting\n", status=3)

    def test_what_probe_shows_is_what_it_sends(self):
        args = ("--from", "a@example.org", "--to", "b@example.org", "--helo", "me.example.org")
        with peer.Peer() as p:
            sent = self.sent("probe", *args, "--tls=off", f"127.0.0.1:{p.port}")[0]
            probe = subprocess.Popen([program.SMTPSH, "probe", *args, "--tls=off", f"127.0.0.1:{p.port}"], stdout=subprocess.DEVNULL,
                                     env=program.environment())
            p.accept()
            heard = []
            while heard[-1:] != ["QUIT"]:
                heard.append(p.hear())
                p.say("250 ok")
            probe.wait(program.DEADLINE)
        self.assertEqual(sent, heard)


class Step(unittest.TestCase):
    def play(self, args, keys):
        """Answers each question, which is known by a part of its line."""
        command = " ".join(map(shlex.quote, [program.SMTPSH, *args])) + " | cat; echo status ${PIPESTATUS[0]}"
        with Terminal(argv=["/bin/bash", "-c", command], NO_COLOR="1") as t:
            for line, key in keys:
                t.until(line)
                if not line.startswith("line: "):
                    t.until("q stops: ")
                t.line(key)
            t.until("status ")
            return t.whole().replace("\r", "")

    def test_send(self):
        args = ["send", "--step", "--tls=off", "--from", "me@example.org", "--to", "a@example.org,b@example.org,c@example.org", "demo:"]
        text = self.play(args, [("EHLO", ""), ("MAIL", "x"), ("MAIL", ""), ("<a@", "s"), ("<b@", ""), ("<c@", "e"),
                                ("line: ", "NOOP"), ("<c@", "e"), ("line: ", "RCPT TO:<d@example.org>"), ("DATA", "")])
        self.assertEqual(re.findall(r" -> ((?:RCPT|NOOP|QUIT).*)", text),
                         ["RCPT TO:<b@example.org>", "RCPT TO:<d@example.org>", "QUIT"])
        self.assertRegex(text, r"b@example\.org +accepted")
        self.assertRegex(text, r"d@example\.org +accepted")
        self.assertNotRegex(text, r"[ac]@example\.org +accepted")
        self.assertIn("status 0", text)

    def test_send_is_stopped(self):
        text = self.play(["send", "--step", "--tls=off", "--pipeline", "--to", "a@example.org", "demo:"], [("EHLO", ""), ("MAIL", ""), ("<a@", "q")])
        self.assertNotIn("-> RCPT", text)
        self.assertNotIn("-> DATA", text)
        self.assertIn("status 2", text)

    def test_secrets_are_not_shown(self):
        with tempfile.NamedTemporaryFile("w") as password:
            print("demo", file=password, flush=True)
            text = self.play(["send", "--step", "--auth=PLAIN", "--user", "demo", "--password-file", password.name, "--quit-after", "auth",
                              "demo:"], [("EHLO", ""), ("STARTTLS", ""), ("EHLO", ""), ("AUTH", "")])
        self.assertIn("235", text)
        self.assertNotIn("AGRlbW8", text)

    SCRIPT = """S: 220
C: EHLO a
S: 250
C: NOOP one
S: 250
C: VRFY x
S: 252
C: MAIL FROM:<a@example.org>
C: RCPT TO:<b@example.org>
S: 250
S: 250
C: DATA
S: 354
C: hello
C: .
S: 250
C: NOOP last
"""

    def test_scripts(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as script:
            script.write(self.SCRIPT)
            script.flush()
            for args in (["replay", "--step", "-v", "--against", "demo:", script.name], ["demo:", "--step", "-f", script.name]):
                text = self.play(args, [("EHLO a", ""), ("NOOP one", "e"), ("line: ", "NOOP two"), ("VRFY", "s"), ("MAIL", ""),
                                        ("DATA", "s"), ("NOOP last", "")])
                self.assertEqual(re.findall(r" -> (.*)", text),
                                 ["EHLO a", "NOOP two", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "NOOP last", "QUIT"])
                self.assertIn("1 passed", text)
                text = self.play(args, [("EHLO a", ""), ("NOOP one", "q")])
                self.assertNotIn("-> NOOP", text)
                self.assertIn("0 passed, 0 failed, 1 skipped", text)
            done = program.run("replay", "--step", "--learn", "--against", "demo:", script.name)
            self.assertEqual(done.returncode, 2)

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
