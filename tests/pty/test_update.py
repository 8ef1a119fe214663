"""replay --update=ask: each change is shown and asked for, and only what was agreed to is written."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from terminal import Terminal

SCRIPT = "# three that fail\nC: EHLO a.example\nS: 550\nC: NOOP\nS: 251 text\nC: RSET\nS: 5xx\nC: RSET\nS: 451\n"


class Update(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "t.smtp")
        with open(self.path, "w") as file:
            file.write(SCRIPT)

    def read(self):
        with open(self.path) as file:
            return file.read()

    def ask(self):
        return Terminal("replay", "--against", "demo:", "--update=ask", self.path, columns=160, NO_COLOR="1")

    def test_yes_no_and_what_is_not_asked(self):
        with self.ask() as t:
            t.until("t.smtp:3: change this? [y/N] ")
            t.line("y")
            t.until("t.smtp:5: change this? [y/N] ")
            self.assertEqual(self.read(), SCRIPT)
            t.line("n")
            t.until("t.smtp:9: change this? [y/N] ")
            t.shows("- S: 451", "+ S: 250")
            t.line("yes")
            self.assertEqual(t.status(), 1)
            self.assertIn("t.smtp:7: not updated: a pattern", t.text())
        self.assertEqual(self.read(), SCRIPT.replace("S: 550", "S: 250").replace("S: 451", "S: 250"))

    def test_the_end_of_input_agrees_to_nothing(self):
        with self.ask() as t:
            t.until("t.smtp:3: change this?")
            t.type("\x04")
            t.until("t.smtp:5: change this?")
            t.type("\x04")
            t.until("t.smtp:9: change this?")
            t.type("\x04")
            t.status()
        self.assertEqual(self.read(), SCRIPT)


if __name__ == "__main__":
    tap.main()
