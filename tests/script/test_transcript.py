"""--log, scripts in place of lines, and S: lines among lines: what was said becomes a script that replays."""
import base64
import json
import os
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

SECRETS = {"SMTPSH_SECRET_USER": "demo", "SMTPSH_SECRET_PASSWORD": "demo", "SMTPSH_SECRET_TOKEN": "t"}
SESSION = """EHLO a.example
MAIL FROM:<>
RCPT TO:<unknown@b.example>
RCPT TO:<a@b.example>
DATA
Subject: {{x}} [..]

S: not a reply
/EHLO
..dot
<html>
.
STARTTLS
EHLO a.example
AUTH PLAIN AGRlbW8AZGVtbw==
AUTH LOGIN
QUIT
"""


class Transcript(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = os.path.join(self.folder.name, "log.smtp")

    def replay(self, *args, **env):
        return program.run("replay", "--against", "demo:", *args, self.log, env=program.environment(**SECRETS, **env))

    def read(self):
        with open(self.log) as file:
            return file.read()

    def test_a_log_replays(self):
        program.run("--log", self.log, "demo:", input=SESSION)
        done = self.replay()
        self.assertEqual(done.returncode, 0, done.stdout + self.read())
        self.assertEqual(stat.S_IMODE(os.stat(self.log).st_mode), 0o600)

    def test_secrets_are_functions(self):
        for auth in ("AUTH PLAIN AGRlbW8AZGVtbw==", "AUTH LOGIN ZGVtbw==\nZGVtbw=="):
            program.run("--log", self.log, "demo:", input="EHLO a\n" + auth + "\nQUIT\n")
        text = self.read()
        self.assertIn("C: AUTH PLAIN {{plain user password}}\n", text)
        self.assertNotIn("ZGVtbw", text)
        self.assertNotIn("AGRlbW8", text)
        self.assertIn("C: AUTH LOGIN {{login-user user}}\n", text)
        self.assertIn("2 passed", self.replay().stdout)

    def test_a_token_is_a_secret_of_its_own(self):
        token = base64.b64encode(b"user=demo\1auth=Bearer t\1\1").decode()
        program.run("--log", self.log, "demo:", input=f"EHLO a\nAUTH PLAIN AGRlbW8AZGVtbw==\nAUTH XOAUTH2 {token}\nQUIT\n")
        text = self.read()
        self.assertNotIn(token, text)
        for line in ("/var user=demo", "/secret password", "/secret token", "C: AUTH XOAUTH2 {{xoauth2 user token}}"):
            self.assertEqual(text.count(line + "\n"), 1, text)
        self.assertNotIn("/secret user", text)
        self.assertIn("1 passed", self.replay().stdout)

    def test_one_secret_is_wanted_of_a_password_s_exchange(self):
        for auth in ("AUTH PLAIN AGRlbW8AZGVtbw==", "AUTH LOGIN\nZGVtbw==\nZGVtbw==", "AUTH PLAIN AGRlbW8AYmFk\nAUTH PLAIN AGRlbW8AZGVtbw=="):
            with self.subTest(auth):
                program.run("--log", self.log, "demo:", input="EHLO a\n" + auth + "\nQUIT\n")
                text = self.read()
                self.assertEqual([line for line in text.splitlines() if line.startswith(("/var", "/secret"))], ["/var user=demo", "/secret password"])
                os.remove(self.log)
        for user in (b"a b", b'a"b', b"a{{b", b"\xff"):
            auth = base64.b64encode(b"\0" + user + b"\0demo").decode()
            program.run("--log", self.log, "demo:", input="EHLO a\nAUTH PLAIN " + auth + "\nQUIT\n")
            self.assertIn("\n/secret user\n", self.read())
            done = program.run("replay", "--against", "demo:", self.log, env=program.environment(SMTPSH_SECRET_USER="x", SMTPSH_SECRET_PASSWORD="y"))
            self.assertEqual(done.returncode, 0, done.stdout + self.read())
            os.remove(self.log)

    def test_it_goes_on_behind_what_is_there(self):
        for _ in range(2):
            program.run("--log", self.log, "demo:", "-c", "EHLO a.example", "-c", "NOOP")
        self.assertEqual(self.read().count("/case"), 2)
        self.assertIn("2 passed", self.replay().stdout)

    def test_bodies_may_be_left_out(self):
        program.run("--log", self.log, "--log-bodies=off", "demo:", input=SESSION)
        self.assertNotIn("Subject", self.read())
        self.assertIn("# a message of ", self.read())
        self.assertEqual(self.replay().returncode, 0, self.replay().stdout + self.read())

    def message(self, octets):
        path = os.path.join(self.folder.name, "mail.eml")
        with open(path, "wb") as file:
            file.write(octets)
        return path

    ODD = b"Subject: odd {{x}}\r\n\r\n.dot\n..two\nS: 250 no reply\n<b>\n \xff\x00 back\\slash\n" + b"y" * 900 + b"\n\nno line end"

    def test_a_message_from_a_file_is_kept(self):
        path = self.message(self.ODD + b"\n" + b"a line of some length\n" * 30000)
        for step in ("/body " + path, "DATA\n/body " + path, "/bdat " + path, "/bdat %s chunk=333k" % path, "/body size=200k"):
            with self.subTest(step):
                program.run("--log", self.log, "demo:", input="EHLO a\nMAIL FROM:<>\nRCPT TO:<a@b.example>\n" + step + "\nQUIT\n")
                self.assertNotIn("not kept", self.read())
                done = self.replay()
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.read()[:3000])
                os.remove(self.log)

    def test_it_is_the_same_message_that_comes_again(self):
        kept = os.path.join(self.folder.name, "kept")
        path = self.message(self.ODD)
        for step, chunk in (("/body ", ""), ("/bdat ", ""), ("/bdat ", " chunk=77")):
            with self.subTest(step + chunk), program.Serve("--messages", kept, "--count", "2") as server:
                program.run("--log", self.log, server.where, input="EHLO a\nMAIL FROM:<>\nRCPT TO:<a@b.example>\n" + step + path + chunk + "\nQUIT\n")
                done = program.run("replay", "--against", server.where, self.log)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.read())
                server.process.wait(program.DEADLINE)
                with open(kept) as file:
                    texts = [json.loads(line)["text"] for line in file]
                self.assertEqual(len(texts), 2)
                self.assertEqual(texts[0], texts[1])
                self.assertIn("back\\slash", texts[0])
            os.remove(self.log)
            os.remove(kept)

    def test_send_is_kept(self):
        done = program.run("send", "--log", self.log, "demo:", "--from", "a@b.example", "--to", "c@b.example", "--data",
                           self.message(self.ODD))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("C: ..dot\n", self.read())
        self.assertEqual(self.replay().returncode, 0, self.replay().stdout + self.read())

    def test_a_message_that_is_too_large_is_not(self):
        program.run("--log", self.log, "demo:", input="EHLO a\nMAIL FROM:<>\nRCPT TO:<a@b.example>\n/body size=1500k\nQUIT\n")
        self.assertIn("/body size=1536000\n", self.read())

    def test_one_of_its_size_stands_for_a_message_that_is_not_kept(self):
        kept = os.path.join(self.folder.name, "kept")
        small = self.message(b"x" * 50 + b"\r\n")
        for step, off in (("/body size=1500k", False), ("/bdat size=1500k chunk=400k", False), ("/bdat size=1500k", False),
                          ("/body size=3000", True), ("/bdat size=3000 chunk=1700", True), ("/body " + small, True),
                          ("/bdat " + small, True), ("DATA\nSubject: x\n\n" + "y" * 2000 + "\n.", True)):
            with self.subTest(step[:40]), program.Serve("--messages", kept, "--count", "2") as server:
                program.run("--log", self.log, *(["--log-bodies=off"] if off else []), server.where,
                            input="EHLO a\nMAIL FROM:<>\nRCPT TO:<a@b.example>\n" + step + "\nQUIT\n")
                done = program.run("replay", "--against", server.where, self.log)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.read()[:3000])
                server.process.wait(program.DEADLINE)
                with open(kept) as file:
                    sizes = [json.loads(line)["octets"] for line in file]
                self.assertEqual(len(sizes), 2)
                self.assertEqual(sizes[0], sizes[1])
                self.assertLess(os.path.getsize(self.log), 4000)
            os.remove(self.log)
            os.remove(kept)

    def test_a_file_that_cannot_be_written(self):
        done = program.run("--log", "/nonexistent/x", "demo:", "-c", "NOOP")
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot write /nonexistent/x", done.stderr)


class Lines(unittest.TestCase):
    def test_a_refusal_that_was_asked_for_is_no_failure(self):
        lines = "EHLO a.example\nS: 250\n# a comment\nMAIL FROM:<>\nRCPT TO:<unknown@b.example>\nS: 550 5.1.1 ...\nQUIT\n"
        done = program.run("demo:", input=lines)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("comment", done.stdout)

    def test_one_that_was_not_is(self):
        lines = "EHLO a.example\nMAIL FROM:<>\nRCPT TO:<unknown@b.example>\nNOOP\nS: 250\n"
        self.assertEqual(program.run("demo:", input=lines).returncode, 7)

    def test_what_was_expected_and_did_not_come(self):
        done = program.run("demo:", input="EHLO a.example\nNOOP\nS: 354\nRSET\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("-:3: expected code 354, received 250", done.stdout)
        self.assertIn("RSET", done.stdout)
        self.assertNotIn("RSET", program.run("--fail-fast", "demo:", input="EHLO a.example\nNOOP\nS: 354\nRSET\n").stdout)

    def test_data_that_was_expected_to_be_refused(self):
        done = program.run("demo:", input="EHLO a.example\nDATA\nS: 503\ntext\n.\nNOOP\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("text", done.stdout)

    def test_s_lines_on_the_command_line(self):
        self.assertEqual(program.run("demo:", "-c", "NONSENSE", "-c", "S: 500").returncode, 0)

    def test_a_script_from_a_pipe_and_from_a_file(self):
        script = "S: 220\nC: EHLO a.example\nS: 250\nC: NOOP\nS: 250\n"
        self.assertEqual(program.run("demo:", input=script).returncode, 0)
        done = program.run("demo:", input=script.replace("NOOP", "NONSENSE"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("^^^ expected code 250, received 500", done.stdout)
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
            file.write(script)
            file.flush()
            done = program.run("-f", file.name, "demo:")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" -> NOOP\n<-  250", done.stdout)


if __name__ == "__main__":
    tap.main()
