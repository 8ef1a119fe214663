"""The user's file of options, names for targets and aliases; SMTPSH_OPTIONS; which of them wins, and what they may not hold."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from terminal import Terminal

WORK = "[work]\ntarget = demo:\nuser = demo\npassword-command = echo demo\n"


class Config(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name
        self.path = os.path.join(self.place, "smtpsh", "config")
        os.mkdir(os.path.dirname(self.path))

    def write(self, text, mode=0o600):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path, mode)

    def run_it(self, *args, **env):
        return program.run(*args, env=program.environment(**{"XDG_CONFIG_HOME": self.place, **env}))

    def ehlo(self, *args, **env):
        "the name that EHLO says by itself"
        done = self.run_it(*args, "--tls", "-c", "QUIT", **env)
        return re.search(r"EHLO (\S+)", done.stdout + done.stderr).group(1)

    def refused(self, text, *args, mode=0o600):
        self.write(text, mode)
        done = self.run_it(*(args or ("demo:", "-c", "QUIT")))
        self.assertEqual((done.returncode, done.stdout), (2, ""), text)
        self.assertIn(self.path, done.stderr)
        return done.stderr

    def test_who_wins(self):
        self.write("[defaults]\nhelo = defaults.example\n" + WORK + "helo = work.example\n")
        self.assertEqual(self.ehlo("demo:"), "defaults.example")
        self.assertEqual(self.ehlo("work"), "work.example")
        self.assertEqual(self.ehlo("work", SMTPSH_OPTIONS="--helo environment.example"), "environment.example")
        self.assertEqual(self.ehlo("work", "--helo", "here.example", SMTPSH_OPTIONS="--helo environment.example"), "here.example")
        for unread in (("--no-config",), ()):
            env = {} if unread else {"SMTPSH_OPTIONS": "--no-config"}
            self.assertNotIn(self.ehlo("demo:", *unread, **env), ("defaults.example", "work.example"))

    def test_where_it_is_looked_for(self):
        self.write("[defaults]\nhelo = defaults.example\n")
        os.rename(self.place + "/smtpsh", self.place + "/.config")
        os.mkdir(self.place + "/.config/smtpsh")
        os.rename(self.place + "/.config/config", self.place + "/.config/smtpsh/config")
        self.assertEqual(self.ehlo("demo:", XDG_CONFIG_HOME=None, HOME=self.place), "defaults.example")
        self.assertEqual(self.ehlo("demo:", XDG_CONFIG_HOME="relative", HOME=self.place), "defaults.example")

    def test_repeatable_ones_are_replaced_too(self):
        self.write("[defaults]\nheader = X-A: defaults\n[work]\ntarget = demo:\nheader = X-A: work\nheader = X-B: work\n")
        send = ("send", "--from", "a@example.org", "--to", "b@example.org")
        for args, want in ((("demo:",), ["X-A: defaults"]), (("work",), ["X-A: work", "X-B: work"]),
                           (("work", "--header", "X-C: here"), ["X-C: here"])):
            self.assertEqual(re.findall(r"X-\w: \w+", self.run_it(*send, *args).stdout), want)

    def test_a_name_in_every_subcommand_that_has_targets(self):
        with program.Serve("--account-file", os.devnull) as served:
            self.write(f"[work]\ntarget = {served.host}:{served.port}\nhelo = work.example\n")
            self.assertIn(f"connected to {served.host}:{served.port}", self.run_it("work", "-c", "QUIT").stdout)
            done = self.run_it("send", "work", "--to", "b@example.org", "--from", "a@example.org")
            self.assertIn("EHLO work.example", done.stdout)
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"{served.host}:{served.port}", self.run_it("probe", "work").stdout)
            self.assertIn("work.example", self.run_it("check", "work").stdout)
            self.assertEqual(self.run_it("-c", "QUIT", "--", "work").returncode, 3)         # a host
            self.assertEqual(self.run_it("work:25", "-c", "QUIT").returncode, 3)

    def test_names_in_a_fleet(self):
        self.write(WORK + "auth = SCRAM-SHA-256\n[other]\ntarget = demo:\nca = /dev/null\n")
        done = self.run_it("probe", "work", "demo:", "--format", "json")
        one, two = sorted(map(json.loads, done.stdout.splitlines()[:2]), key=lambda each: each["number"])
        self.assertEqual([each["state"] for each in (one, two)], ["OK", "OK"], done.stdout)
        self.assertEqual(["auth" in each["seconds"] for each in (one, two)], [True, False], done.stdout)
        self.assertRegex(self.run_it("probe", "other", "demo:").stderr, r"config:\d+: ca cannot be set")

    def test_options_of_other_subcommands_are_passed_over(self):
        self.write("[defaults]\nquorum = 2\nmaildir = /nonexistent\nhelo = a.example\n")
        self.assertEqual(self.ehlo("demo:"), "a.example")
        self.assertEqual(self.ehlo("demo:", SMTPSH_OPTIONS="--quorum 2 --maildir x"), "a.example")

    def test_switches(self):
        for value, shown in (("", True), (" = on", True), (" = off", False)):
            self.write(f"[defaults]\ntime{value}\nipv4{value}\n")
            done = self.run_it("demo:", "-c", "QUIT")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(bool(re.match(r"\d\d:\d\d", done.stdout)), shown, done.stdout)

    def test_what_is_wrong_is_told_with_its_line(self):
        for text, line, words in (
                ("helo = a\n", 1, "[defaults]"),
                ("[defaults]\n\n# x\nhelp\n", 4, "help"),
                ("[defaults]\nno-config\n", 2, "no-config"),
                ("[defaults]\nhel = a\n", 2, "helo"),
                ("[defaults]\nport = x\n", 2, "x"),
                ("[defaults]\nverify = maybe\n", 2, "maybe"),
                ("[work\ntarget = a\n", 1, "NAME"),
                ("[a b]\ntarget = a\n", 1, "NAME"),
                ("[probe]\ntarget = a\n", 1, "subcommand"),
                ("[a]\nhelo = x\n[b]\ntarget = b\n", 3, "[a]"),
                ("[a]\nhelo = x\n", 2, "[a]"),
                ("[a]\ntarget = x\n[a]\ntarget = y\n", 3, "[a]"),
                ("[a]\ntarget = x\ntarget = y\n", 3, "target"),
                ("[a]\ntarget =\n", 2, "target"),
                ("[aliases]\nx\n", 2, "NAME = LINE"),
                ("[aliases]\nopen = NOOP\n", 2, "/open"),
                ("[aliases]\nset = NOOP\n", 2, "/set"),
                ("[aliases]\na = /b\nb = /a\n", 2, "/b"),
                ("[aliases]\na = NOOP\na = RSET\n", 3, "/a")):
            said = self.refused(text)
            self.assertIn(f"{self.path}:{line}: ", said, text)
            self.assertIn(words, said, text)
        self.assertIn("SMTPSH_OPTIONS", self.run_it("demo:", "-c", "QUIT", XDG_CONFIG_HOME="/x", SMTPSH_OPTIONS="demo:").stderr)
        self.assertIn("SMTPSH_OPTIONS: unknown option", self.run_it("demo:", XDG_CONFIG_HOME="/x", SMTPSH_OPTIONS="--nonsense").stderr)
        self.assertIn("SMTPSH_OPTIONS: ", self.run_it("demo:", XDG_CONFIG_HOME="/x", SMTPSH_OPTIONS="--port x").stderr)

    def test_a_password_is_refused_and_not_repeated(self):
        for line in ("password = hunter2", "pass=hunter2", "auth-password = hunter2", "pasword = hunter2", "token hunter2",
                     "target = smtp://me:hunter2@mx.example.org"):
            said = self.refused("[work]\n" + ("" if line.startswith("target") else "target = demo:\n") + line + "\n", "work", "-c", "QUIT") \
                if not line.startswith("target") else None
            if said is None:
                self.write("[work]\n" + line + "\n")
                done = self.run_it("work", "-c", "QUIT")
                self.assertEqual(done.returncode, 2)
                said = done.stderr
            self.assertIn("password", said)
            self.assertNotIn("hunter2", said)

    def test_loosening_needs_a_section_of_its_own(self):
        for line in ("auth-insecure", "verify = off", "tls = off", "allow-hosts", "allow-env", "trust-ad", "min-tls = 1.0", "sni = x.example",
                     "legacy-renegotiation", "password-file = /x", "password-env = X", "password-command = x", "password-fd = 3"):
            said = self.refused(f"[defaults]\n{line}\n")
            self.assertIn(f"{self.path}:2: " + line.split()[0], said)
            option = "--" + line.replace(" = ", "=")
            if not line.startswith("allow"):
                done = self.run_it("demo:", "-c", "QUIT", SMTPSH_OPTIONS=option, XDG_CONFIG_HOME="/x")
                self.assertEqual((done.returncode, done.stdout), (2, ""), line)
                self.assertIn("SMTPSH_OPTIONS: --" + line.split()[0], done.stderr)
        self.write("[defaults]\nverify = name\nauth-insecure = off\nmin-tls = 1.3\n[work]\ntarget = demo:\nauth-insecure\nverify = off\n")
        self.assertEqual(self.run_it("work", "-c", "QUIT").returncode, 0)

    def test_who_may_write_it(self):
        for mode in (0o620, 0o602, 0o666):
            self.assertIn("chmod", self.refused("[defaults]\nhelo = a.example\n", mode=mode))
        self.write("[defaults]\nhelo = a.example\n", 0o644)
        self.assertEqual(self.ehlo("demo:"), "a.example")
        if os.geteuid() == 0:
            os.chown(self.path, 12345, -1)
            self.assertIn("another user", self.run_it("demo:", "-c", "QUIT").stderr)

    def test_who_reads_it(self):
        self.write("[nonsense\n")
        for args in (("check_smtp", "-H", "127.0.0.1", "-p", "1"), ("selftest", os.devnull), ("replay", "--against", "demo:", os.devnull),
                     ("import", os.devnull), ("explain", "550"), ("help",), ("version",), ("--help",), ("--version",), ("send", "--help"),
                     ("completion", "bash"), ("completion", "names"), ("exporter", "--listen", "x")):
            done = self.run_it(*args, SMTPSH_OPTIONS="--nonsense")
            self.assertNotIn("nonsense", done.stderr + done.stdout, args)
        for args in (("demo:",), ("send",), ("probe", "demo:"), ("check", "x"), ("resolve", "x"), ("serve",), ("record", "--to", "demo:")):
            self.assertIn(self.path + ":1: ", self.run_it(*args).stderr, args)

    def test_a_password_is_its_users_and_its_targets(self):
        self.write(WORK + "auth\n")
        self.assertIn("235 2.7.0", self.run_it("work", "-c", "QUIT").stdout)
        done = self.run_it("work", "--user", "other", "-c", "QUIT")
        self.assertNotIn("> AUTH ", done.stdout)
        marker = self.place + "/ran"
        self.write(WORK.replace("echo demo", f"touch {marker}"))
        with open(self.place + "/password", "w", encoding="ascii") as file:
            file.write("demo\n")
        done = self.run_it("work", "--auth", "--password-file", self.place + "/password", "-c", "QUIT")
        self.assertIn("235 2.7.0", done.stdout)
        self.assertFalse(os.path.exists(marker))
        self.write(WORK)
        done = self.run_it("work", "-c", "QUIT", "-c", "/open demo:", "-c", "/auth", "-c", "QUIT")
        self.assertNotIn("235", done.stdout)            # the same server, opened without the name

    def test_open_by_name_and_back(self):
        self.write(WORK + "helo = work.example\n")
        done = self.run_it("demo:", "--helo", "me.example", "-c", "/open work", "-c", "/auth", "-c", "/open demo:", "-c", "/starttls", "-c", "/auth",
                           "-c", "QUIT")
        self.assertEqual(re.findall(r"> EHLO (\S+)", done.stdout), ["work.example", "me.example", "me.example"])
        self.assertEqual(done.stdout.count("235 2.7.0"), 1)
        done = program.run("demo:", input="/open work\n", env=program.environment(XDG_CONFIG_HOME=self.place))
        self.assertIn("no address for work", done.stdout)          # a script's line is no name

    def test_verbose_tells_what_came_from_where(self):
        self.write("[defaults]\ntimeout = 9s\n" + WORK + "helo = work.example\n")
        done = self.run_it("work", "-v", "-c", "QUIT", SMTPSH_OPTIONS="--color=never")
        for want in (f"--timeout=9s ({self.path}:2)", f"--helo=work.example ({self.path}:7)", f"--password-command ({self.path}:6)",
                     "--color=never (SMTPSH_OPTIONS)", f"[work] in {self.path}: demo:"):
            self.assertIn(want, done.stderr)
        self.assertNotIn("echo", done.stderr)
        self.assertEqual(self.run_it("work", "-c", "QUIT").stderr, "")

    def test_a_host_that_a_name_hides_is_told(self):
        self.write("[mx.example.org]\ntarget = demo:\n[localhost]\ntarget = demo:\n")
        for name in ("mx.example.org", "localhost"):
            self.assertIn(f'"-- {name}"', self.run_it(name, "-c", "QUIT").stderr)

    def test_at_the_prompt(self):
        self.write("[aliases]\nhi = EHLO\nt = /timing\n" + WORK)
        with Terminal("demo:", NO_COLOR="1", XDG_CONFIG_HOME=self.place) as t:
            t.until("demo.smtpsh.example> ")
            t.line("/hi alias.example")
            t.until("EHLO alias.example")
            t.until("demo.smtpsh.example> ")
            t.type("/open w\t")
            t.prompt("demo.smtpsh.example> /open work")
            t.type("\r")
            t.until("connected to")
            t.until("demo.smtpsh.example> ")
            t.line("/auth")
            t.until("235 2.7.0")
            t.line("/check work")
            t.until("demo:")

    def test_send_by_name(self):
        self.write(WORK + "auth = PLAIN\n")
        done = self.run_it("-c", "/send work from=a@example.org to=b@example.org")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("235 2.7.0", done.stdout)
        self.assertRegex(done.stdout, "(?s)235 2.7.0.*RCPT TO:<b@example.org>.*354.*250 2.0.0")
        for line, want in ("/send work to=b@example.org", "/close"), ("/send nobody", "config"), ("/send b@example.org", "to=b@example.org"):
            done = self.run_it("demo:", "-c", line, "-c", "QUIT")
            self.assertEqual(done.returncode, 2, line)
            self.assertIn(want, done.stdout)
            self.assertNotIn("MAIL FROM", done.stdout)
        with Terminal(NO_COLOR="1", XDG_CONFIG_HOME=self.place) as t:
            t.until("> ")
            t.type("/send w\t")
            t.prompt("smtpsh> /send work")
            t.type(" to=b@example.org\r")
            t.until("From")
            t.line("a@example.org")
            t.until("Subject")
            t.line("")
            t.until("Body")
            t.line("")
            t.until("235 2.7.0")
            t.until("queued as")

    def test_shells_offer_names(self):
        self.write(WORK)
        self.assertEqual(self.run_it("completion", "names").stdout, "work\n")
        script = f"PATH={os.path.dirname(program.SMTPSH)}:$PATH\n" + program.run("completion", "bash").stdout
        script += "COMP_WORDS=(smtpsh wo); COMP_CWORD=1; _smtpsh; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        done = subprocess.run(["bash", "--norc"], input=script, capture_output=True, text=True, timeout=program.DEADLINE,
                              env=program.environment(XDG_CONFIG_HOME=self.place))
        self.assertIn("work", done.stdout.split())


if __name__ == "__main__":
    tap.main()
