"""What shells complete: every option and subcommand of the tables, and bash does it."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap


def bash(*words):
    """The words that bash offers for the last one."""
    script = program.run("completion", "bash").stdout
    quoted = " ".join(f"'{w}'" for w in ("smtpsh",) + words)
    script += f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _smtpsh; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    with tempfile.TemporaryDirectory() as empty:        # where no file has a name that would be offered
        done = subprocess.run(["bash", "--norc"], input=script, capture_output=True, text=True, timeout=program.DEADLINE, cwd=empty)
    return done.stdout.split(), done.stderr


class Completion(unittest.TestCase):
    def test_every_option_is_there(self):
        options = set(re.findall(r"--([a-z0-9][a-z0-9-]*)", program.run("--help").stdout))
        self.assertGreater(len(options), 20)
        for shell, form in (("bash", "--{}"), ("zsh", "'--{}"), ("fish", "-l {}")):
            text = program.run("completion", shell).stdout
            missing = [o for o in options if not re.search(re.escape(form.format(o)) + r"(?![\w-])", text)]
            self.assertEqual(missing, [], shell)

    def test_every_subcommand_has_its_own(self):
        names = re.findall(r"^    '?([a-z_]+):", program.run("completion", "zsh").stdout.replace("\t", "  "), re.M)
        self.assertGreater(len(names), 10)
        for name in names:
            if name in ("check_smtp", "completion"):        # the plugin's own options, and words
                continue
            usage = program.run(name, "--help").stdout
            options = {"--" + o for o in re.findall(r"^  .{4}--([a-z0-9][a-z0-9-]*)", usage, re.M)}
            self.assertEqual(options, set(bash(name, "--")[0]), name)

    def test_bash(self):
        self.assertEqual(bash("--tl"), (["--tls"], ""))
        self.assertEqual(bash("completion", ""), (["bash", "zsh", "fish"], ""))
        self.assertEqual(bash("check_smtp", "--hostn"), (["--hostname"], ""))
        self.assertEqual(bash("completion", "z"), (["zsh"], ""))
        self.assertEqual(bash("--tls", "=", "im"), (["implicit"], ""))
        self.assertEqual(bash("--tls", "="), (["starttls", "off", "try", "implicit"], ""))
        self.assertEqual(bash("check", "--format", "mark"), (["markdown"], ""))
        self.assertIn("serve", bash("se")[0])
        self.assertNotIn("--listen", bash("--l")[0])
        self.assertIn("--listen", bash("serve", "--l")[0])
        self.assertIn("--listen", bash("-v", "serve", "--l")[0])        # options may stand before the subcommand
        self.assertEqual(bash("-v", "comp")[0], ["completion"])

    def test_bash_offers_no_host_where_another_value_belongs(self):
        self.assertEqual(bash("--helo", ""), ([], ""))
        self.assertEqual(bash("--timeout", "="), ([], ""))
        self.assertIn("localhost", bash("--dns", "localh")[0])

    def test_another_shell_is_an_error(self):
        done = program.run("completion", "ksh")
        self.assertEqual(done.returncode, 2)
        self.assertIn("bash, zsh or fish", done.stderr)


if __name__ == "__main__":
    tap.main()
