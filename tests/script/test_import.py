"""`smtpsh import`: a log in, a script out, which replays; and what is said of logs that are none."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

LOG = """=== Connected to x.
<-  220 demo.smtpsh.example ESMTP smtpsh
 -> EHLO a
<-  250 demo.smtpsh.example
 -> AUTH PLAIN AGRlbW8AZGVtbw==
<-  235 2.7.0 Welcome
 -> QUIT
<-  221 2.0.0 Bye
"""


class Import(unittest.TestCase):
    def test_a_log_becomes_a_script_that_replays(self):
        done = program.run("import", "-v", "-", input=LOG)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("read as a log of swaks", done.stderr)
        self.assertNotIn("AGRlbW8", done.stdout)
        with tempfile.TemporaryDirectory() as folder, program.Serve() as server:
            script, password = os.path.join(folder, "x.smtp"), os.path.join(folder, "password")
            with open(script, "w", encoding="utf-8") as file:
                file.write(done.stdout)
            with open(password, "w", encoding="ascii") as file:
                file.write("demo\n")
            played = program.run("replay", "--against", server.where, "--secret", "password=@" + password, script)
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)

    def test_a_dialect_by_name(self):
        self.assertEqual(program.run("import", "--from", "swaks", "-", input=LOG).returncode, 0)
        done = program.run("import", "--from", "latin", "-", input=LOG)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there are swaks exim", done.stderr)
        done = program.run("import", "--from", "msmtp", "-", input=LOG)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no dialogue of msmtp", done.stderr)

    def test_no_log(self):
        done = program.run("import", "-", input="hello\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no dialect is recognised", done.stderr)
        self.assertEqual(program.run("import").returncode, 2)
        self.assertIn("/nowhere", program.run("import", "/nowhere").stderr)

    def test_a_log_that_was_cut_says_so(self):
        done = program.run("import", "-", input="<-  220 x\n -> DATA\n<-  354 go\n -> a\n")
        self.assertIn("# the log ends within the message", done.stdout)


if __name__ == "__main__":
    tap.main()
