"""Help: one screen by -h, all of it by --help in groups, never wider than the terminal, through a pager where it is taller."""
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from terminal import Terminal

NAMES = [""] + re.findall(r"^  ([a-z_]+)  ", program.run("--help").stdout.split("\n\nOptions")[0], re.M)
OPTION = re.compile(r"^  (?:-., |    )--([a-z0-9-]+)", re.M)


def usage(name, *args):
    return program.run(*([name] if name else []), *args).stdout


class Usage(unittest.TestCase):
    def test_the_subcommands_are_there(self):
        self.assertGreater(len(NAMES), 14)
        self.assertIn("check_smtp", NAMES)

    def test_brief_help_is_one_screen(self):
        for name in NAMES:
            lines = usage(name, "-h").splitlines()
            self.assertLess(len(lines), 24, name)           # the shell's next prompt is there too
            self.assertLessEqual(max(map(len, lines)), 80, name)

    def test_brief_help_has_examples_and_every_subcommand(self):
        text = usage("", "-h")
        self.assertEqual(len(re.findall(r"^  smtpsh ", text, re.M)), 3)
        self.assertEqual([n for n in NAMES if not re.search(rf"\b{n}\b", text)], [])

    def test_without_a_terminal_80_columns(self):
        for name in NAMES:
            self.assertLessEqual(max(map(len, usage(name, "--help").splitlines())), 80, name)

    def test_what_is_used_most_is_first_and_the_rest_has_headings(self):
        for name in ("", "send", "probe", "serve", "replay", "check"):
            text, brief = usage(name, "--help"), usage(name, "-h")
            first = text.split("\nCommon options:\n")[1].split("\n\n")[0]
            self.assertEqual(OPTION.findall(first), OPTION.findall(brief), name)
            every = OPTION.findall(text)
            self.assertEqual(len(every), len(set(every)), name)
            self.assertGreater(len(every), len(OPTION.findall(first)), name)
            self.assertRegex(text, r"(?m)^Output:$", name)
        for heading in ("Connection", "TLS", "Authentication", "Message", "Output"):
            self.assertRegex(usage("send", "--help"), rf"(?m)^{heading}:$")

    def test_as_wide_as_the_terminal(self):
        for columns in (60, 80, 120):
            with Terminal("probe", "--help", columns=columns, rows=300) as t:
                lines = [line.rstrip() for line in t.whole().splitlines()]
            widest = max(map(len, lines))
            self.assertLessEqual(widest, columns)
            self.assertGreater(widest, columns - 20)

    def test_the_pager_is_less_where_none_is_set(self):
        with tempfile.TemporaryDirectory() as place:
            with open(place + "/less", "w", encoding="ascii") as script:
                script.write('#!/bin/sh\necho "paged $LESS $(wc -l)"\n')
            os.chmod(place + "/less", 0o700)
            path = place + ":" + os.environ["PATH"]
            with Terminal("--help", columns=80, rows=24, PATH=path, PAGER=None) as t:
                self.assertRegex(t.whole(), r"paged FRX 1\d\d")
            with Terminal("-h", columns=80, rows=24, PATH=path, PAGER=None) as t:
                self.assertNotIn("paged", t.whole())


if __name__ == "__main__":
    tap.main()
