"""Every script that smtpsh-script(5) shows is played against itself, and the manual has every word and function there is."""
import os
import re
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


PAGE = read("man/smtpsh-script.5")


class Examples(unittest.TestCase):
    def test_each_plays_against_itself(self):
        scripts = [text.replace("\\&", "") for text in re.findall(r"^\.Bd -literal\n(.*?)^\.Ed$", PAGE, re.M | re.S)]
        self.assertEqual(len(scripts), len(re.findall(r"^\.Bd", PAGE, re.M)))
        self.assertGreaterEqual(len(scripts), 5)
        for script in scripts:
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
                file.write(script)
                file.flush()
                done = program.run("selftest", file.name)
            self.assertEqual(done.returncode, 0, script + done.stdout + done.stderr)
            self.assertIn(" 0 failed, 0 skipped", done.stdout, script)

    def test_every_word_is_in_the_manual(self):
        words = re.findall(r'^\t\{ "([a-z]+)", "', read("src/run/script/words.c"), re.M)
        self.assertGreater(len(words), 20)
        self.assertEqual([w for w in words if "/" + w not in PAGE], [])

    def test_every_function_is_in_the_manual(self):
        names = re.findall(r'^\t\{ "([a-z0-9-]+)", "', read("src/run/script/functions.c"), re.M)
        self.assertGreater(len(names), 8)
        manual = PAGE.replace("\\-", "-")
        self.assertEqual([n for n in names if "{{" + n not in manual], [])


if __name__ == "__main__":
    tap.main()
