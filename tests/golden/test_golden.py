"""Octets in, printed events out: every .talk file against the .golden file beside it. scripts/golden writes those anew."""
import difflib
import glob
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import json
import tap

GOLDEN = [*os.environ.get("EMULATOR", "").split(), os.environ["GOLDEN"]]       # scripts/ports: what runs another machine's programs


def printed(talk):
    done = subprocess.run([*GOLDEN, talk], capture_output=True, timeout=60, env={"LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        raise AssertionError(f"{talk}: {done.returncode} {done.stderr.decode()} {done.stdout.decode()}")
    return done.stdout.decode("utf-8")


def sections(text):
    """What was printed, by title."""
    return dict(part.split("\n", 1) for part in text.split("======== ")[1:])


class Golden(unittest.TestCase):
    pass


def case(talk):
    def test(self):
        text = printed(talk)
        with open(talk[:-5] + ".golden", encoding="utf-8") as file:
            want = file.read()
        if text != want:
            self.fail("".join(difflib.unified_diff(want.splitlines(True), text.splitlines(True), "checked in", "printed")))
        parts = sections(text)
        for title, columns in (("a terminal of 80 columns", 80), ("a terminal of 120 columns", 120)):
            wide = [line for line in parts[title].splitlines() if len(line) > columns and "TLSA" not in line]
            self.assertEqual(wide, [], title)
        for line in parts["JSON"].splitlines():
            self.assertTrue(json.loads(line)["event"])
            self.assertTrue(re.fullmatch(r"[ -\x7f]*", line))
    return test


for path in sorted(glob.glob(os.path.join(HERE, "*.talk"))):
    setattr(Golden, "test_" + os.path.basename(path)[:-5].replace("-", "_"), case(path))

if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        for path in sorted(glob.glob(os.path.join(HERE, "*.talk"))):
            with open(path[:-5] + ".golden", "w", encoding="utf-8") as file:
                file.write(printed(path))
    else:
        tap.main()
