"""The command line: other tools' options, mistyped words, and the exit status in the words of another tool."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from nameserver import NameServer

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "ui")


def source(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


class Words(unittest.TestCase):
    def refused(self, *args):
        done = program.run(*args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), args)
        return done.stderr

    def test_options_of_other_tools(self):
        for words, here in (
                (["--server", "mx.example"], "--server: give the target alone: smtpsh HOST [PORT]"),
                (["-connect", "mx.example:25", "-starttls", "smtp"], "-connect: give the target alone: smtpsh HOST:PORT"),
                (["-tlsc", "demo:"], "-tlsc: use --tls=implicit"),
                (["-crlf", "demo:"], "-crlf: not needed: lines always end in CRLF"),
                (["--mail-from", "a@b.example", "demo:"], "--mail-from: use smtpsh send --from ADDR"),
                (["-k", "demo:"], "-k: not needed: an unverified certificate "),
                (["send", "--insecure", "demo:"], "--insecure: not needed: an unverified certificate "),
                (["--auth-password", "hunter2", "demo:"], "passwords are not accepted on the command line")):
            said = self.refused(*words)
            self.assertIn("smtpsh: unknown option ", said)
            self.assertIn(here, said)
            self.assertNotIn("hunter2", said)

    def test_a_value_that_may_be_left_out_may_be_the_next_word(self):
        for words, tls in ((["--tls", "off", "demo:"], False), (["--tls", "starttls", "demo:"], True), (["--tls", "demo:"], True),
                           (["--tls=off", "demo:"], False), (["demo:", "--tls", "--verify", "off"], True)):
            done = program.run(*words, "-c", "NOOP")
            self.assertEqual(("TLSv1.3" in done.stdout, done.returncode), (tls, 0), (words, done.stdout, done.stderr))
        # what is none of its words is a target, as it was
        self.assertIn('extra argument "25"', self.refused("--tls", "none", "demo:", "25"))
        self.assertIn("use --user NAME", program.run("--auth", "plain", "demo:", "-c", "NOOP").stdout)

    def test_options_stand_before_the_subcommand_too(self):
        for words, status, said in ((["-t", "3s", "probe", "demo:"], 0, "OK"), (["--format", "json", "explain", "550"], 0, '"name":"550"'),
                                    (["-v", "send", "--quit-after", "ehlo", "demo:"], 0, "EHLO"), (["-4", "check_smtp", "-V"], 3, "smtpsh "),
                                    (["-v", "completion", "fish"], 0, "complete -c smtpsh"), (["-v", "version"], 0, "OpenSSL"),
                                    (["--dns", "127.0.0.1:1", "resolve", "example.org"], 3, "127.0.0.1:1")):
            done = program.run(*words)
            self.assertIn(said, done.stdout, words)
            self.assertEqual(done.returncode, status, words)
        self.assertIn("--quorum is an option of smtpsh probe", self.refused("--quorum", "2", "send", "demo:"))
        # behind "--" a host is a host
        self.assertIn("no address for probe", program.run("--dns", "127.0.0.1:1", "--", "probe").stdout)

    def test_help_and_version_are_words(self):
        self.assertEqual(program.run("help", "probe").stdout, program.run("probe", "--help").stdout)
        self.assertEqual(program.run("help").stdout, program.run("--help").stdout)
        self.assertEqual(program.run("help", "550", "5.7.1").stdout, program.run("explain", "550", "5.7.1").stdout)
        self.assertEqual(program.run("version").stdout, program.run("--version").stdout)
        self.assertEqual(program.run("help", "no-such-thing-at-all").returncode, program.run("explain", "no-such-thing-at-all").returncode)

    def test_help_knows_a_mistyped_subcommand(self):
        for typed, meant in (("chek", "smtpsh check"), ("prob", "smtpsh probe"), ("ping", "smtpsh probe")):
            self.assertIn(meant, self.refused("help", typed))

    def test_a_probe_has_another_answer(self):
        for word in ("-k", "--insecure"):
            done = program.run("probe", word, "demo:")
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn("use --verify=off", done.stderr)

    def test_what_is_named_instead_exists(self):
        ours = set(re.findall(r"""^\t\{ "([a-z0-9-]+)", (?:0|'.'),(?! SCOPE_SET,)""", source("options/table.c"), re.M))
        rows = re.findall(r'^\t\{ "([^"]+)",\s+([^{}]*?) \},$', source("options/mistakes.c"), re.M)
        options = [name for name, here in rows if "MISTAKE_" not in here]
        words = [name for name, here in rows if "MISTAKE_WORD" in here]
        self.assertGreater(len(options), 100)
        self.assertGreater(len(words), 20)
        for names in (options, words):
            self.assertEqual(len(set(names)), len(names), "a name stands twice")
        self.assertEqual([name for name in options if name in ours], [], "it exists")
        for name, here in rows:
            for option in re.findall(r"--([a-z-]+)", here):
                self.assertIn(option, ours, name)
            for command in re.findall(r"smtpsh ([a-z_]+)", here):
                self.assertEqual(program.run(command, "--help").returncode, 0 if command != "check_smtp" else 3, name)

    def test_an_option_of_another_subcommand(self):
        self.assertIn("--to is an option of smtpsh send\n", self.refused("--to", "a@b.example", "demo:"))
        self.assertIn("--listen is an option of smtpsh ", self.refused("send", "--listen", "x"))

    def test_the_nearest(self):
        self.assertIn("unknown option --marsk (did you mean --marks?); --help lists the options", self.refused("--marsk", "none", "demo:"))
        self.assertIn("unknown option -tls (did you mean --tls?)", self.refused("-tls", "demo:"))
        self.assertIn("unknown option -z; --help lists the options", self.refused("-z"))

    def test_a_mistyped_subcommand(self):
        self.assertIn('; the subcommand is "smtpsh probe"', self.refused("pobe", "mx.example"))
        self.assertIn('; the built-in test server is the target demo:', self.refused("demo", "x"))
        self.assertIn('; the subcommand is "smtpsh serve"', self.refused("serv", "a", "b"))
        alone = program.run("--dns", "127.0.0.1:1", "--timeout", "1", "resolv")
        self.assertIn('=== the subcommand is "smtpsh resolve"', alone.stdout)
        self.assertNotIn("subcommand", self.refused("mx.example", "no-such-port"))


class Exit(unittest.TestCase):
    def status(self, style, *args):
        done = program.run(*args[:-1], f"--exit={style}", args[-1]) if args[0] != "-c" else program.run(f"--exit={style}", "demo:", *args)
        return done.returncode

    def test_by_what_was_refused(self):
        hello, mail = ("-c", "EHLO a.example"), ("-c", "MAIL FROM:<>")
        for lines, swaks, sysexits in (
                (["-c", "EHLO"], 22, 69),
                ([*hello, "-c", "MAIL"], 23, 69),
                ([*hello, *mail, "-c", "RCPT TO:<unknown@b.example>"], 24, 69),
                ([*hello, *mail, "-c", "RCPT TO:<grey@b.example>"], 24, 75),
                ([*hello, "-c", "DATA"], 25, 69),
                ([*hello, "-c", "AUTH PLAIN AGRlbW8Abm8="], 28, 69),
                (["-c", "/starttls", "-c", "EHLO"], 32, 69),
                (["-c", "NOOP"], 0, 0)):
            self.assertEqual((self.status("swaks", *lines), self.status("sysexits", *lines)), (swaks, sysexits), lines)

    def test_by_what_failed(self):
        for args, swaks, sysexits in (
                (["127.0.0.1:1"], 2, 75),
                (["--dns", "127.0.0.1:1", "--timeout", "1", "no.example"], 2, 68),
                (["--no-such-option", "demo:"], 2, 2),         # --exit was not come to
                (["send", "--from", "a@b.example", "--to", "unknown@b.example,c@d.example", "demo:"], 0, 67),
                (["resolve", "--dns", "127.0.0.1:1", "--timeout", "1", "no.example"], 2, 68)):
            self.assertEqual((self.status("swaks", *args), self.status("sysexits", *args)), (swaks, sysexits), args)
        self.assertEqual(program.run("--exit=sysexits", "--no-such-option").returncode, 64)

    def test_by_what_never_came(self):
        for behaviour, swaks in ((lambda p: p, 21), (lambda p: p.say(hostile.GREETING).hear(), 22),
                                 (lambda p: p.say(hostile.GREETING).hear().close(), 6)):
            with hostile.Server(behaviour) as server:
                done = program.run("--timeout", "300ms", "--exit=swaks", f"127.0.0.1:{server.port}", "-c", "EHLO a.example")
            self.assertEqual(done.returncode, swaks, done.stdout)

    def test_explain_knows_them(self):
        said = program.run("explain", "exit", "5").stdout
        self.assertIn("swaks: 29; sysexits: 76", said)


class Quiet(unittest.TestCase):
    """The levels of -q are the same for every subcommand: less, and nothing but the exit status."""

    def test_levels(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example"), (20, "gone.d.example")], ("mx1.d.example", "A"): ["127.0.0.1"]}
        with NameServer(zone) as dns, program.Serve() as server:
            rows = {
                ("demo:", "-c", "EHLO a.example", "-c", "VRFY x", "-c", "QUIT"): ("EHLO a.example", "=== connected"),
                ("send", "--from", "a@a.example", "--to", "b@b.example", "--to", "unknown@b.example", "demo:"): ("unknown@b.example", "EHLO"),
                ("resolve", "--dns", dns.address, "d.example"): ("gone.d.example", "no TLSA"),
                ("check", "--dns", dns.address, "-p", str(server.port), "d.example"): ("gone.d.example", "DANE senders"),
                ("check", "--dns", dns.address, "--from", "d.example"): ("no SPF record", "\n  DMARC"),
                ("probe", "--verify=off", server.where, "127.0.0.1:1"): ("connection refused", "OK  "),
            }
            for args, (kept, left_out) in rows.items():
                with self.subTest(args):
                    whole, less, nothing = (program.run(*args[:1], *how, *args[1:]) if args[0].isalpha() else program.run(*how, *args)
                                            for how in ((), ("-q",), ("-q", "-q")))
                    self.assertEqual([less.returncode, nothing.returncode], [whole.returncode] * 2)
                    self.assertIn(kept, less.stdout)
                    self.assertIn(left_out, whole.stdout)
                    self.assertNotIn(left_out, less.stdout)
                    self.assertLess(len(less.stdout.splitlines()), len(whole.stdout.splitlines()), less.stdout)
                    self.assertEqual(nothing.stdout, "")


if __name__ == "__main__":
    tap.main()
