"""Folders are layers: what a file includes is of its own layer or below. And each header can be included alone."""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SRC = os.path.join(ROOT, "src")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

BUILD = os.path.join(os.path.dirname(program.SMTPSH), "..")     # where config.h is
MAY = {"base": "base", "smtp": "base smtp", "net": "base net", "run": "base smtp net run", "ui": "base smtp net run ui"}


def files(layer, end):
    for folder, _, names in os.walk(os.path.join(SRC, layer)):
        for name in sorted(names):
            if name.endswith(end):
                yield os.path.relpath(os.path.join(folder, name), SRC)


class Layers(unittest.TestCase):
    def test_includes_point_down(self):
        for layer, may in MAY.items():
            for path in files(layer, (".c", ".h")):
                with open(os.path.join(SRC, path), encoding="utf-8") as f:
                    for other in re.findall(r'^#include "(\w+)/', f.read(), re.M):
                        self.assertIn(other, may.split(), f"src/{path} includes a file of {other}/")

    def test_a_private_header_stays_in_its_folder(self):
        for layer in MAY:
            for path in files(layer, (".c", ".h")):
                with open(os.path.join(SRC, path), encoding="utf-8") as f:
                    for other in re.findall(r'^#include "(\w+)/[\w/]*_(?:priv|impl)\.h"', f.read(), re.M):
                        self.assertEqual(other, layer, f"src/{path} includes a private header of {other}/")

    def test_each_header_stands_alone(self):
        text = "".join(f'#include "{path}"\n' for layer in MAY for path in files(layer, ".h"))
        for line in text.splitlines():
            done = subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-I", SRC,
                                   "-I", BUILD, "-x", "c", "-"], input=line + "\n", text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)


if __name__ == "__main__":
    tap.main()
