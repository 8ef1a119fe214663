"""replay --learn: what differs between two plays of a script becomes patterns, and nothing is sent twice that must not be."""
import base64
import os
import random
import stat
import string
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mta
import program
import tap

SCRIPT = """# what it is for
/match text
S: 220 mta.example ESMTP
C: EHLO a
  S: 250-mta.example
  S: 250 SIZE 1000
C: NOOP
S: 250 2.0.0 hello you and 4 more
C: VRFY x
S: 252-who first
S: 252 took 3 (x1)
C: HELP
S: 214 any
C: RSET
S: 250 2.0.0 ok
C: QUIT
S: 221
"""
MESSAGE = "S: 220\nC: EHLO a\nS: 250\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<a@b.example>\nS: 250\nC: DATA\nS: 354\nC: x\nC: .\nS: 250 took it\n"


def words(n):
    return " ".join("".join(random.choice(string.ascii_lowercase) for _ in range(6)) for _ in range(n))


def changing():
    """Replies with another word or number each time."""
    turn = iter(range(10 ** 6))
    return {
        "NOOP": lambda client, line: [f"250 2.0.0 hello {words(1)} and 4 more"],
        "VRFY": lambda client, line: [f"252-{words(1)} first", f"252 took {next(turn) * 7 + 100} (x{next(turn)})"],
        "HELP": lambda client, line: ["214 " + words(next(turn) % 17 + 1)],
    }


class Learn(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "t.smtp")
        self.other = os.path.join(folder.name, "other.smtp")

    def write(self, text):
        with open(self.file, "w") as file:
            file.write(text)

    def read(self, path=None):
        with open(path or self.file) as file:
            return file.read()

    def learn(self, server, *args, env=None):
        return program.run("replay", "--learn", *args, "--against", server.target, self.file, env=env)

    def test_what_differs_becomes_patterns(self):
        with mta.Mta("SIZE 1000", answers=changing()) as server:
            self.write(SCRIPT)
            os.chmod(self.file, 0o640)
            done = self.learn(server)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(server.connections, 2)
            text = self.read()
            self.assertIn(" and 4 more\n", text)
            self.assertIn("} first\n", text)
            self.assertIn("252 took {{:int=", text)
            for line in ("# what it is for", "S: 220 mta.example ESMTP", "  S: 250-mta.example", "S: 250 2.0.0 ok", "S: 221"):
                self.assertIn(line + "\n", text)
            for line in set(SCRIPT.splitlines()) - set(text.splitlines()):
                self.assertIn("- " + line + "\n", done.stdout)
            for line in set(text.splitlines()) - set(SCRIPT.splitlines()):
                self.assertIn("+ " + line + "\n", done.stdout)
            self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o640)
            for _ in range(5):
                done = program.run("replay", "--against", server.target, self.file)
                self.assertEqual(done.returncode, 0, done.stdout + text)
            again = self.learn(server)
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            self.assertEqual(self.read(), text)

    def test_what_is_wrong_each_time_is_no_pattern(self):
        with mta.Mta("SIZE 1000", answers=changing()) as server:
            self.write(SCRIPT.replace("S: 250 2.0.0 ok", "S: 250 2.0.0 fine"))
            done = self.learn(server)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("S: 250 2.0.0 fine\n", self.read())
        self.assertIn("t.smtp:15: ", done.stderr)

    def test_another_code_each_time_is_left(self):
        turn = iter(("250 2.0.0 yes", "450 4.0.0 no"))
        with mta.Mta("SIZE 1000", answers=dict(changing(), RSET=lambda client, line: [next(turn)])) as server:
            self.write(SCRIPT)
            done = self.learn(server)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("S: 250 2.0.0 ok\n", self.read())

    def test_into_another_file(self):
        with mta.Mta("SIZE 1000", answers=changing()) as server:
            self.write(SCRIPT)
            done = self.learn(server, "--output", self.other)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.read(), SCRIPT)
            self.assertIn("took {{:int=", self.read(self.other))
            self.assertEqual(self.learn(server, "--output", "/nonexistent/x").returncode, 2)
            self.assertEqual(program.run("replay", "--output", self.other, "--against", server.target, self.file).returncode, 2)

    def test_a_message_is_not_sent_twice(self):
        ends = ("C: MAIL FROM:<>\nS: 250\n/body size=2000\nS: 250 x\n", "C\\: DATA\\r\\n\nS: 354\nC\\: x\\r\\n.\\r\\n\nS: 250 x\n",
                "C: BDAT 3 LAST\nC: x\nS: 250 x\n".replace("x\nS", "y\nS").replace("BDAT 3", "BDAT 3"), "/send from=a@b.example to=a@b.example\nS: 250 x\n",
                "/repeat 2\n/body size=2000\nS: 250\n/end\n")
        with mta.Mta() as server:
            for text in (MESSAGE, *("S: 220\nC: EHLO a\nS: 250\n" + end for end in ends)):
                with self.subTest(text):
                    self.write(text)
                    done = self.learn(server)
                    self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                    self.assertIn("t.smtp:", done.stderr)
                    self.assertEqual(self.read(), text)
            self.assertEqual(server.connections, 0)
            self.write(MESSAGE)
            done = self.learn(server, "--learn=send")
            self.assertEqual(len(server.messages), 2, done.stdout + done.stderr)

    def test_credentials_go_once_where_they_are_rejected(self):
        text = "/var user=bob@example.org\n/secret password\nS: 220\nC: EHLO a\nS: 250\nC: NOOP\nS: 250 x\nC: AUTH PLAIN {{plain user password}}\nS: 235\n"
        for password, times in (("wrong", 1), (mta.PASSWORD, 2)):
            with mta.Mta("AUTH PLAIN", answers=changing()) as server:
                self.write(text)
                done = self.learn(server, "--auth-insecure", env=program.environment(SMTPSH_SECRET_PASSWORD=password))
                sent = [line for line in server.heard if line.startswith("AUTH")]
                self.assertEqual(len(sent), times, done.stdout + done.stderr)
                self.assertEqual("535" in done.stderr, times == 1, done.stderr)
                self.assertNotIn(base64.b64encode(password.encode()).decode(), done.stdout + done.stderr + self.read())

    def test_what_does_not_go_together(self):
        self.write(SCRIPT)
        for args in (("--update",), ("--learn=never",)):
            self.assertEqual(program.run("replay", "--learn", *args, "--against", "demo:", self.file).returncode, 2)


if __name__ == "__main__":
    tap.main()
