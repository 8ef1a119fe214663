"""The manual names everything there is: every option, every subcommand, every command of the prompt; and it is clean mdoc."""
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

PAGES = sorted(os.path.relpath(page, ROOT) for page in glob.glob(os.path.join(ROOT, "man", "*.[15]")))


def read(*names):
    text = ""
    for name in names:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            text += file.read()
    return text


def listed(header, name=r"\w+"):
    """The names of an X-macro list."""
    body = re.search(r"#define " + name + r"\(X\)((?:.*\\\n)*.*\n)", read(header)).group(1)
    return re.findall(r"X\((\w+)\)", body)


class Manual(unittest.TestCase):
    def test_mandoc_finds_nothing(self):
        for page in PAGES:
            done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(ROOT, page)], capture_output=True, text=True)
            self.assertEqual(done.stdout + done.stderr, "", page)

    def test_every_page_fits_a_screen_of_80_columns(self):
        for page in PAGES:
            shown = subprocess.run(["mandoc", "-Tutf8", "-Owidth=78", os.path.join(ROOT, page)], capture_output=True, text=True, check=True).stdout
            self.assertEqual([line for line in re.sub(".\b", "", shown).splitlines() if len(line) > 78], [], page)

    def test_the_first_page_stays_short(self):
        "what belongs to a subcommand, the prompt or the config file has a page of its own"
        self.assertLessEqual(len(read("man/smtpsh.1").splitlines()), 400)

    def test_it_is_spelled_one_way(self):
        found = re.findall(r"(?i)\w*(?:colour|behaviour|honour|neighbour|favour|(?:recogn|organ|author|normal|initial)is[ei]|analyse)\w*", read(*PAGES, "README.md"))
        self.assertEqual(found, [])

    def test_every_option_is_in_the_manual(self):
        names = set(re.findall(r"^\s*\{ \"([a-z0-9-]+)\", (?:0|'.'), (?!SCOPE_SET,)", read("src/ui/options/table.c"), re.M))
        self.assertGreater(len(names), 20)
        manual = read(*PAGES).replace("\\-", "-")
        missing = [n for n in sorted(names) if not re.search(r"Fl -" + re.escape(n) + r"(?![\w-])", manual)]
        self.assertEqual(missing, [])

    def test_every_subcommand_is_in_the_manual(self):
        names = [n for n in listed("src/ui/cmd/commands.h") if n != "talk"]
        manual = read("man/smtpsh.1")
        self.assertEqual([n for n in names if not re.search(r"^\.It Cm .*\b" + n + r"\b", manual, re.M)], [])

    def test_every_subcommand_has_a_page(self):
        "with a synopsis; but for those of which the first page says all"
        names = {n for n in listed("src/ui/cmd/commands.h")} - {"talk", "completion", "help", "version"}
        synopses = "".join(read(page).split(".Sh SYNOPSIS")[1].split(".Sh ")[0] for page in PAGES if page.startswith("man/smtpsh-") and page.endswith(".1"))
        self.assertEqual(set(re.findall(r"^\.Nm smtpsh\n\.Cm (\w+)$", synopses, re.M)), names)

    def test_every_page_is_installed(self):
        self.assertEqual(sorted(re.findall(r"'(man/[\w.-]+)'", read("meson.build"))), PAGES)

    def test_pages_that_are_named_exist(self):
        for page in PAGES:
            for name, section in re.findall(r"Xr (smtpsh[\w-]*) (\d)", read(page)):
                self.assertIn(f"man/{name}.{section}", PAGES, page)

    def test_every_variable_of_the_environment_is_in_the_manual(self):
        names = set()
        for folder, _, files in os.walk(os.path.join(ROOT, "src")):
            for file in filter(lambda f: f.endswith(".c"), files):
                names |= set(re.findall(r'getenv\("(\w+)"\)', read(os.path.relpath(os.path.join(folder, file), ROOT))))
        self.assertIn("NO_COLOR", names)
        manual = read(*PAGES)
        self.assertEqual([n for n in sorted(names - {"HOME"}) if not re.search(r"Ev (?:\w+ , Ev )*" + n + r"\b", manual)], [])

    def test_the_options_of_the_examples_exist(self):
        lines = re.findall(r"^.*\bsmtpsh .*$", "".join(read(page).partition(".Sh EXAMPLES")[2].split("\n.Sh ")[0] for page in PAGES), re.M)
        self.assertGreater(len(lines), 30)
        for line in lines:
            words = line.split("smtpsh ", 1)[1].split()
            command = words[:1] if words[0] in listed("src/ui/cmd/commands.h") else []
            usage = program.run(*command, "--help").stdout
            for option in (w.split("=")[0] for w in words if re.match(r"--?[a-z]", w)):
                self.assertRegex(usage, r"(?m)^  .*" + re.escape(option) + r"\b", line)

    def test_every_command_of_the_prompt_is_in_the_manual(self):
        names = []
        for folder in filter(lambda f: os.path.isdir(os.path.join(ROOT, f)), ("src/run/session/steps", "src/ui/prompt/commands")):
            for file in sorted(os.listdir(os.path.join(ROOT, folder))):
                if file.endswith(".c"):
                    names += re.findall(r"\.name = \"([a-z0-9-]+)\"", read(f"{folder}/{file}"))
        manual = read(*PAGES)
        self.assertIn("open", names)
        self.assertEqual([n for n in names if not re.search(r"/" + re.escape(n) + r"(?![\w-])", manual)], [])

    def test_every_fault_of_a_rule_is_in_the_manual(self):
        names = re.findall(r'^\t\{ "([a-z]+)", ', read("src/run/script/fault.c"), re.M)
        self.assertIn("rst", names)
        self.assertEqual([n for n in names if f".Cm then={n}\n" not in read("man/smtpsh-script.5")], [])

    def test_every_format_dialect_and_mechanism_is_in_the_manual(self):
        formats = read("src/ui/options/format.h")
        rows = {"man/smtpsh-probe.1": re.findall(r"^\t(?:PROBE|BOTH)\(\w+, (\w+)\)", formats, re.M),
                "man/smtpsh-import.1": [*re.findall(r'^\t\{ (?:\.name = )?"([a-z-]+)", ', read("src/run/script/import_dialects.c"), re.M),
                                        *re.findall(r'"([a-z-]+)"', read("src/run/script/import.c").split("programs[] = {")[1].split("}")[0])],
                "man/smtpsh-check.1": listed("src/ui/options/format.h", "CHECK_FORMATS")}
        mechanisms = read("src/smtp/mechanism.c").split("mechanisms[] = {")[1]
        rows["man/smtpsh-script.5"] = [name for name, row in re.findall(r'^\t\{ "([\w-]+)", "(.*?)\},\n(?=\t\{|\};)', mechanisms, re.M | re.S)
                                 if "_respond" in row or "AUTH_GSASL" in row]
        self.assertGreater(sum(map(len, rows.values())), 30)
        for page, names in rows.items():
            manual = read(page).replace("\\-", "-")
            self.assertEqual([n for n in names if not re.search(r"(?<![\w-])" + re.escape(n) + r"(?![\w-])", manual)], [], page)

    def test_every_command_of_the_prompt_is_in_a_group_of_the_help(self):
        rows = [row for folder in ("src/run/session/steps", "src/ui/prompt/commands") for name in sorted(os.listdir(os.path.join(ROOT, folder)))
                if name.endswith(".c") for row in re.findall(r'^\t\.name = "([^"]+)",\n(.*)', read(f"{folder}/{name}"), re.M)]
        self.assertGreater(len(rows), 30)
        self.assertEqual([name for name, next_line in rows if not next_line.startswith("\t.group = GROUP_")], [])

    def test_help_of_every_subcommand_prints(self):
        for name in [""] + [n for n in listed("src/ui/cmd/commands.h") if n != "talk"]:
            done = program.run(*([name] if name else []), "--help")
            self.assertIn(done.returncode, (0, 3) if name == "check_smtp" else (0,), name)
            self.assertIn("usage: smtpsh", done.stdout, name)


if __name__ == "__main__":
    tap.main()
