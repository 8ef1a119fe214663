"""The form of the source: lines end at 100 columns, with tabs of 8, and the lists of the build files are sorted. A row of a test's
table may be as long as it is."""
import glob
import os
import re
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import tap

COLUMNS = 100


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


class Form(unittest.TestCase):
    def test_lines_end_at_100_columns(self):
        wide = []
        for path in sorted(glob.glob("**/*.[ch]", root_dir=ROOT, recursive=True)):
            if path.startswith(("src/", "tests/")):
                wide += [f"{path}:{n}" for n, line in enumerate(read(path).split("\n"), 1) if len(line.expandtabs(8)) > COLUMNS
                         and not (path.startswith("tests/") and line.lstrip().startswith("{ "))]
        self.assertEqual(wide, [])

    def test_lists_of_files_are_sorted(self):
        """Each list with an item a line; an item of several words, or one that is computed, ends it."""
        for path in "src/meson.build", "tests/meson.build":
            for found in re.finditer(r"[\[(]\n((?: +'[\w/.]+',\n){2,})", read(path)):
                names = re.findall("'(.*)'", found[1])
                self.assertEqual(names, sorted(names), path)


if __name__ == "__main__":
    tap.main()
