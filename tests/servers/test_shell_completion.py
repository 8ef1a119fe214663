"""The completion of fish and zsh, loaded by the shells themselves as they would load it: subcommands, options, their words."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import packages
import program
import tap
from terminal import Terminal


class Fish(unittest.TestCase):
    def offers(self, line):
        """The words that fish offers behind this line."""
        with tempfile.TemporaryDirectory() as home:
            there = os.path.join(home, "smtpsh.fish")
            with open(there, "w", encoding="utf-8") as file:
                file.write(program.run("completion", "fish").stdout)
            functions = os.path.join(packages.tree("fish"), "usr/share/fish/functions")
            done = subprocess.run([packages.path_of("fish", "fish"), "--no-config", "-c",
                                   f"set -p fish_function_path {functions}; source {there}; complete -C '{line}'"],
                                  capture_output=True, text=True, timeout=packages.DEADLINE,
                                  env=dict(packages.environment("fish"), HOME=home, XDG_CONFIG_HOME=home))
        self.assertEqual(done.stderr, "")
        return [each.split("\t")[0] for each in done.stdout.splitlines()]

    def test_what_is_offered(self):
        self.assertIn("probe", self.offers("smtpsh pro"))
        self.assertIn("--tls", self.offers("smtpsh --tl"))
        self.assertIn("--listen", self.offers("smtpsh record --li"))
        self.assertNotIn("--listen", self.offers("smtpsh --li"))
        self.assertIn("--listen", self.offers("smtpsh -v record --li"))
        self.assertEqual(self.offers("smtpsh completion z"), ["zsh"])
        self.assertIn("--hostname", self.offers("smtpsh check_smtp --hos"))
        self.assertIn("--tls=implicit", self.offers("smtpsh --tls=im"))


class Zsh(unittest.TestCase):
    def shell(self, load):
        root = packages.tree("zsh")
        zsh = Terminal(argv=[packages.path_of("zsh", "zsh"), "-f", "-i"], PS1="$ ", **{
            key: value for key, value in packages.environment("zsh").items() if key == "LD_LIBRARY_PATH"})
        try:
            machine = [each for each in os.listdir(os.path.join(root, "usr/lib")) if each.endswith("-linux-gnu")][0]
            functions = os.path.join(zsh.home.name, "functions")
            os.mkdir(functions)
            with open(os.path.join(functions, "_smtpsh"), "w", encoding="utf-8") as file:
                file.write(program.run("completion", "zsh").stdout)
            with open(os.path.join(zsh.home.name, "begin"), "w") as file:
                file.write(f"module_path=({root}/usr/lib/{machine}/zsh/*(/))\nfpath=({root}/usr/share/zsh/functions/**/*(/))\n"
                           + load.format(functions) + "\nPS1='ready> '\n")
            zsh.line(f". {zsh.home.name}/begin")
            zsh.shows("ready>")
        except BaseException:
            zsh.__exit__()
            raise
        return zsh

    def completes(self, load):
        with self.shell(load) as zsh:
            for typed, becomes in (("smtpsh prob", "smtpsh probe "), ("smtpsh --password-e", "smtpsh --password-env="),
                                   ("smtpsh record --lis", "smtpsh record --listen="), ("smtpsh -v record --lis", "smtpsh -v record --listen="),
                                   ("smtpsh -v prob", "smtpsh -v probe "),
                                   ("smtpsh completion fi", "smtpsh completion fish"), ("smtpsh check_smtp --hostn", "smtpsh check_smtp --hostname"), ("smtpsh --tls=im", "smtpsh --tls=implicit ")):
                zsh.type(typed + "\t")
                zsh.shows("ready> " + becomes.rstrip())
                zsh.type("\x15")

    def test_found_by_its_name(self):
        self.completes("fpath+=({})\nautoload -Uz compinit\ncompinit -u -D")

    def test_sourced(self):
        self.completes("autoload -Uz compinit\ncompinit -u -D\nsource {}/_smtpsh")


if __name__ == "__main__":
    tap.main()
