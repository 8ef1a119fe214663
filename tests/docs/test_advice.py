"""Causes, guesses and advice stand in run/diagnosis, and nowhere else: what the lower layers say is what was observed."""
import os
import re
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import tap

# What may give advice: the table of causes; help, the glossary and the tables of what registries hold, which `explain` shows.
MAY = ("src/run/diagnosis/", "src/ui/prompt/help.c", "src/ui/prompt/commands/", "src/ui/options/", "src/smtp/term.c", "src/smtp/status_table.c",
       "src/smtp/extension_table.c", "src/smtp/mechanism.c", "src/smtp/parameter.c", "src/smtp/verb.c")
ADVICE = re.compile(r"\b(perhaps|probably|most likely|usually|presumably|middlebox|"
                    r"compare (from|with a )|(try|look for|look at|check) (the|that|for|it|with|another|a|--?\w)|turn (it )?off|is silent so|"
                    r"wants TLS|waits longer)\b|is the port|\?\)|lets it (pass|have)")


def literals(path):
    """Each string of a C file, its pieces joined, with the line where it ends."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), file.read(), flags=re.S)
    for m in re.finditer(r'"((?:[^"\\\n]|\\.)*)"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
        yield text.count("\n", 0, m.end()) + 1, re.sub(r'"\s*"', "", m[0])


class Advice(unittest.TestCase):
    def test_it_has_one_home(self):
        found = []
        for folder, _, names in os.walk(os.path.join(ROOT, "src")):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                if not name.endswith(".c") or path.startswith(MAY):
                    continue
                for line, text in literals(os.path.join(ROOT, path)):
                    if text not in ('"?)"', '"=?)"') and "did you mean" not in text and ADVICE.search(text):
                        found.append(f"{path}:{line}: {text}")
        self.assertEqual(found, [], "\n".join(found))


if __name__ == "__main__":
    tap.main()
