"""The screens of a session by their facts: which rows, in which order, what stands last, what is bold, dim or red."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from peer import Peer
from terminal import Terminal

SIZES = ((80, 24), (120, 40))


def matching(pattern, rows):
    return [i for i, row in enumerate(rows) if re.search(pattern, row)]


class Certificate(unittest.TestCase):
    def setUp(self):
        self.server = program.Serve()           # with a CA of its own, which nobody trusts
        self.addCleanup(self.server.__exit__)

    def test_a_step_ends_with_the_verdict(self):
        for columns, rows in SIZES:
            with self.subTest(columns), Terminal(self.server.host, str(self.server.port), columns=columns, rows=rows, NO_COLOR="1") as t:
                where = f"{self.server.host}:{self.server.port}"
                t.prompt(where + ">")
                t.line("/starttls")
                all_rows = t.prompt(where + " TLSv1.3!>", "Next: ")
                shown, last = all_rows[-rows:], all_rows[-8:]
                self.assertEqual(len(matching(r"> /starttls$", shown)), 1, shown)           # all of it is on the screen still
                self.assertEqual(len(matching(r"^\*\*\* certificate verification failed: ", last)), 1, last)
                self.assertEqual(len(matching(r"^    Next: ", last)), 1, last)
                self.assertEqual("\n".join(all_rows).count("certificate verification failed"), 1)
                order = [matching(p, shown) for p in (r"^ -> EHLO ", r"^<-  250 ", r"^    PIPELINING  SIZE 26214400 \(25 MiB\)  ", r"^ -> STARTTLS$", r"^<-  220 2\.0\.0 ",
                                                      r"^=== TLSv1\.3  TLS_\w+  \w+ +[0-9.]+ m?s$", r"^ ~> EHLO ", r"^<~  250 ", r"^    as before, .*\+ REQUIRETLS", r"- STARTTLS$",
                                                      r"^\*\*\* certificate", r"^    names ", r"expires \d{4}-\d\d-\d\d \(\d+ days\)   EC P-256$", r"^    Next: ")]
                self.assertTrue(all(len(at) == 1 for at in order), (order, shown))
                self.assertEqual(order, sorted(order))

    def test_by_hand_it_comes_with_the_handshake(self):
        where = f"{self.server.host}:{self.server.port}"
        with Terminal(self.server.host, str(self.server.port), columns=80, rows=24, NO_COLOR="1") as t:
            t.prompt(where + ">")
            t.line("HELO me.example")
            t.prompt(where + ">", "HELO me.example", "250 ")
            t.line("STARTTLS")
            rows = t.prompt(where + " TLSv1.3!>", "Next: ")         # EHLO was not sent before: none is due again
            self.assertEqual(len(matching(r"^    Next: ", rows[-8:])), 1)
            t.line("EHLO me.example")
            t.prompt(where + " TLSv1.3!>", "PIPELINING  SIZE")      # nothing to be the same as: in whole
        with Terminal("demo:", columns=80, rows=24, NO_COLOR="1") as t:
            t.prompt("demo.smtpsh.example>")
            t.line("EHLO me.example")
            t.prompt("demo.smtpsh.example>", "(/ext explains each)")
            t.line("STARTTLS")
            t.prompt("demo.smtpsh.example TLSv1.3 (EHLO due)>", "certificate verified")
            t.line("/auth PLAIN demo")
            t.shows("assword")
            t.line("demo")
            t.prompt("demo@demo TLSv1.3>", "235 ")                  # who is logged in; its first label does

    def test_one_that_is_fine_takes_two_lines(self):
        for columns, rows in SIZES:
            with self.subTest(columns), Terminal("demo:", columns=columns, rows=rows, NO_COLOR="1") as t:
                t.prompt("demo.smtpsh.example>")
                t.line("/starttls")
                all_rows = t.prompt("demo.smtpsh.example TLSv1.3>", "(90 days)")
                self.assertRegex(all_rows[-3], r"^=== certificate verified for demo\.smtpsh\.example, issuer ")
                self.assertRegex(all_rows[-2], r"^    expires \d{4}-\d\d-\d\d \(90 days\)   EC P-256$")
                self.assertEqual(len(matching("certificate", all_rows)), 1)


class Ehlo(unittest.TestCase):
    def test_the_table_is_for_who_has_not_seen_it(self):
        with Terminal("demo:", columns=100, rows=40, NO_COLOR="1") as t:
            t.prompt("demo.smtpsh.example>")
            t.line("EHLO me.example")
            t.prompt("demo.smtpsh.example>", "(RFC 2920)", "(RFC 2034)")
            t.line("EHLO me.example")
            rows = t.prompt("demo.smtpsh.example>", "as before")
            self.assertEqual(rows[-2], "    as before")
            t.line("/reopen")
            t.prompt("demo.smtpsh.example>", "connection closed")
            t.line("EHLO again.example")
            rows = t.prompt("demo.smtpsh.example>", "(/ext explains each)")    # the same server: it was explained
            self.assertEqual("\n".join(rows).count("(RFC 2920)"), 1)
            t.line("/set ehlo table")
            t.becomes(lambda rows: matching(r"^    ehlo +table", rows), "the new setting")
            t.line("EHLO third.example")
            t.becomes(lambda rows: "\n".join(rows).count("(RFC 2920)") == 2, "the table")
            t.line("/set ehlo sideways")
            t.shows("auto, block or table")
            t.line("/ext")
            t.shows("offered without TLS:")

    def test_what_changed_and_what_went(self):
        with Peer() as peer, Terminal(peer.host, str(peer.port), columns=80, rows=24, NO_COLOR="1") as t:
            where = f"{peer.host}:{peer.port}>"
            peer.accept()
            t.prompt(where)

            def hello(*offers):
                t.line("EHLO me.example")
                peer.hear("EHLO me.example")
                peer.say(*(f"250{'-' if i < len(offers) else ' '}{each}" for i, each in enumerate(("peer.example", *offers))))
                self.seen = t.becomes(lambda rows: rows[-1] == where and rows[-2] != self.seen and "EHLO me" not in rows[-2], "the next block")[-2]
                return self.seen
            t.line("/set ehlo block")
            self.seen = t.prompt(where, "each keyword")[-2]
            self.assertRegex(hello("SIZE 1048576", "DSN", "8BITMIME", "AUTH PLAIN LOGIN", "HELP"), r"^    SIZE 1048576 \(1 MiB\)  DSN  8BITMIME  AUTH PLAIN LOGIN  HELP( +\(/ext explains each\))?$")
            self.assertEqual(hello("SIZE 1048576", "DSN", "8BITMIME", "AUTH PLAIN SCRAM-SHA-256", "HELP"), "    as before, AUTH +SCRAM-SHA-256 -LOGIN")
            self.assertEqual(hello("SIZE 1048576", "DSN", "8BITMIME", "AUTH PLAIN SCRAM-SHA-256", "CHUNKING"), "    as before, + CHUNKING  - HELP")
            self.assertRegex(hello("X1", "X2", "X3"), r"^    X1  X2  X3 ")                              # nothing is as before


class Send(unittest.TestCase):
    def test_two_recipients_fit_and_the_verdict_is_last(self):
        for columns, _ in SIZES:
            with self.subTest(columns), Terminal("send", "--from", "a@a.example", "--to", "b@b.example", "--to", "unknown@b.example", "demo:",
                                                 columns=columns, rows=40, NO_COLOR="1") as t:
                rows = t.text().split("\n")
                self.assertEqual(t.status(), 8)
                self.assertLessEqual(len(rows), 40)
                self.assertRegex(rows[0], "^=== ")
                at = matching(r"^=== accepted for delivery to 1 of 2 recipients as \w+: ", rows)
                self.assertEqual(len(at), 1, rows)
                self.assertGreaterEqual(at[0], len(rows) - 2)
                self.assertRegex(rows[at[0] - 2], r"^===   b@b\.example +accepted +250 ")
                self.assertRegex(rows[at[0] - 1], r"^===   unknown@b\.example +rejected +550 5\.1\.1 ")

    def test_quieter(self):
        send = ("--from", "a@a.example", "--to", "b@b.example", "demo:")
        done = program.run("send", "-q", *send)
        self.assertRegex(done.stdout, r"^=== accepted for delivery as \w+: [^\n]*\n$")
        done = program.run("send", "-q", "--to", "unknown@b.example", *send)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (8, 3), done.stdout)      # a row each, and the whole
        done = program.run("send", "-qq", "--to", "unknown@b.example", *send)
        self.assertEqual((done.returncode, done.stdout), (8, ""))

    def test_a_wait_stands_alone_and_goes(self):
        with Peer() as peer, Terminal("send", "--from", "a@a.example", "--to", "b@b.example", "--tls=off", peer.host, str(peer.port),
                                      columns=80, rows=24, NO_COLOR="1") as t:
            peer.accept()
            peer.hear()
            row = re.compile(r"^\.\.\. waiting for the reply to EHLO, ([0-9.]+) of \d+ s, \^C cancels$", re.M)
            rows = t.becomes(lambda rows: rows and row.match(rows[-1]), "what is waited for")
            self.assertGreaterEqual(float(row.match(rows[-1])[1]), 0.5)
            peer.say("250 peer.example")
            rows = t.becomes(lambda rows: "MAIL FROM" in "\n".join(rows), "what comes then")
            self.assertEqual(matching("waiting for the reply to EHLO", rows), [])                   # not even its beginning


class Ink(unittest.TestCase):
    lines = ("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<unknown@b.example>", "RCPT TO:<grey@b.example>")

    def raw(self, **env):
        with Terminal("demo:", columns=80, rows=24, **env) as t:
            t.until("demo.smtpsh.example> ")
            for line, brings in zip(self.lines, ("(/ext explains each)", "250 2.1.0", "550 5.1.1", "451 4.7.1")):
                t.line(line)
                t.until(brings)
                t.prompt(re.compile(r"demo\.smtpsh\.example( mail)?>"))
            t.type("\x04")
            return t.raw()

    def test_by_meaning(self):
        raw = self.raw()
        self.assertIn("\x1b[31m<** \x1b[0m\x1b[1;31m550\x1b[0m", raw)              # rejected: red, the code bold
        self.assertIn("\x1b[33m<** \x1b[0m\x1b[1;33m451\x1b[0m", raw)              # deferred: yellow
        self.assertIn("\x1b[32m<-  \x1b[0m250 2.1.0 Sender ok", raw)               # accepted: green, its text as it is
        self.assertRegex(raw, r"\x1b\[2m[0-9.]+ ms\x1b\[0m\r\n")                   # times dim
        self.assertRegex(raw, r" \|  The server does not know the recipient\.\r\n")    # explanations are not
        self.assertIn(" |  \x1b[1mNext:\x1b[0m ", raw)

    def test_without_colour_bold_and_dim_stay(self):
        raw = self.raw(NO_COLOR="1")
        self.assertIn("<** \x1b[1m550\x1b[0m", raw)
        self.assertRegex(raw, r"\x1b\[2m[0-9.]+ ms\x1b\[0m\r\n")
        self.assertEqual({n for sgr in re.findall(r"\x1b\[([0-9;]*)m", raw) for n in sgr.split(";")}, {"0", "1", "2"})

    def test_a_dumb_terminal_gets_none(self):
        with Terminal("demo:", TERM="dumb") as t:
            t.until("demo.smtpsh.example> ")
            t.type("EHLO me.example\n")
            t.until("demo.smtpsh.example> ")
            t.type("\x04")
            self.assertNotIn("\x1b", t.raw())
        with program.Serve() as server, Terminal(server.host, str(server.port), TERM="dumb") as t:
            t.until("> ")
            t.type("/starttls\n")
            t.until("TLSv1.3!> ")                                                   # not verified, told by a character

    def test_roles_can_be_changed(self):
        raw = self.raw(SMTPSH_COLORS="rejected=35:dim=38;5;244:host=")
        self.assertIn("\x1b[35m<** \x1b[0m\x1b[1;35m550\x1b[0m", raw)
        self.assertRegex(raw, r"\x1b\[38;5;244m[0-9.]+ ms\x1b\[0m\r\n")
        self.assertNotIn("\x1b[36mdemo", raw)
        raw = self.raw(SMTPSH_COLORS="dim=3;38;5;244:bold=4;48;2;1;2;3", NO_COLOR="1")      # what is no colour in them
        self.assertEqual({n for sgr in re.findall(r"\x1b\[([0-9;]*)m", raw) for n in sgr.split(";")}, {"0", "3", "4"})

    def test_hostile_roles_are_ignored_with_a_message(self):
        for value in "rejected=31m\x1b]0;x\x07", "nothing=1", "rejected", "rejected=" + "1;" * 40, "rejected=31\r\n", "=1":
            done = program.run("demo:", "-c", "QUIT", env=program.environment(SMTPSH_COLORS=value))
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertRegex(done.stderr, r"^smtpsh: SMTPSH_COLORS: ignoring .*: expected ROLE=SGR")
            self.assertNotIn("\x1b", done.stderr)
            self.assertIn("\x1b[31m<** \x1b[0m\x1b[1;31m550\x1b[0m", self.raw(SMTPSH_COLORS=value + ":sent=36"))
        done = program.run("demo:", "-c", "QUIT", env=program.environment(SMTPSH_COLORS="rejected=1;35::dim=90:"))
        self.assertEqual(done.stderr, "")


class Rows(unittest.TestCase):
    def test_a_rejection_that_was_read(self):
        with Terminal("demo:", columns=80, rows=24, NO_COLOR="1") as t:
            t.prompt("demo.smtpsh.example>")
            t.line("/starttls")
            t.prompt("demo.smtpsh.example TLSv1.3>", "(90 days)")
            t.line("MAIL FROM:<a@a.example>")
            t.prompt("demo.smtpsh.example TLSv1.3 mail>", "250 2.1.0")
            t.line("RCPT TO:<unknown@b.example>")
            rows = t.prompt("demo.smtpsh.example TLSv1.3 mail>", "/explain has more")
            at = matching(r"^<~\* 550 5\.1\.1 ", rows)[0]
            self.assertEqual((len(rows[at]), rows[at][-3:]), (79, " ms"))           # the time ends at the right
            below = rows[at + 1:-1]
            self.assertTrue(all(row.startswith(" |  ") for row in below), below)
            self.assertEqual(len(matching(r"^ \|  Next: ", below)), 1)
            self.assertTrue(below[-1].endswith(" /explain has more"), below)
            self.assertEqual(len(below[-1]), 79)

    def test_resizing_leaves_no_debris(self):
        with Peer() as peer, Terminal(peer.host, str(peer.port), columns=80, rows=24, NO_COLOR="1") as t:
            peer.accept()
            t.prompt(f"{peer.host}:{peer.port}>")
            t.line("NOOP waits")
            peer.hear("NOOP waits")
            t.type("MAIL FROM:<somebody@example.org>")
            t.shows("... waiting for")

            def once(rows):
                flat = "".join(rows).replace(" ", "")
                return [flat.count(each) for each in ("...waiting", ">NOOPwaits", ">MAILFROM:<somebody@example.org>", "220peer")] == [1, 1, 1, 1]
            for columns in 30, 100, 44, 80:
                seen = t.becomes(once, "each of them once")
                t.resize(columns, 24)
                t.becomes(lambda rows: once(rows) and rows != seen, f"each of them once, at {columns} columns")
            peer.say("250 ok")
            t.becomes(lambda rows: "...waiting" not in "".join(rows).replace(" ", "") and rows[-1].endswith("> MAIL FROM:<somebody@example.org>"), "the end of the wait")

    def test_leaving_without_a_connection_is_no_failure(self):
        for how in "/quit\r", "quit\r", "\x04":
            with Terminal(NO_COLOR="1") as t:
                t.prompt("smtpsh>")
                t.type(how)
                self.assertEqual(t.status(), 0, how)


if __name__ == "__main__":
    tap.main()
