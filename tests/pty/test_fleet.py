"""What a person sees of a probe: one host in a line, several as a table, and how far it is."""
import os
import re
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import listening
from nameserver import NameServer
from terminal import Terminal


class Table:
    """The table that stands in these lines: .counts, the heading's columns and the rows by them, and what stands beneath."""

    def __init__(self, lines):
        at = next(i for i, line in enumerate(lines) if line.startswith(" STATE "))
        self.heading = lines[at]
        self.counts = lines[at - 1] if at else ""
        self.rows, self.below = [], []
        for line in lines[at + 1:]:
            if re.match(r" (CRIT|WARN|UNKN|OK) ", line):
                self.rows.append(line)
            else:
                self.below.append(line)
        self.notes = " ".join(line.strip() for line in self.below)

    def states(self):
        return [row.split()[0] for row in self.rows]

    def cell(self, row, name):
        "what stands in the column of that name; TIME and CERT end where their heading does"
        start = self.heading.index(name)
        return row[start:].split("  ")[0].strip() if name in ("TARGET", "TLS", "PHASES") else row[:start + len(name)].split("  ")[-1].strip()


class Probe(unittest.TestCase):
    def probed(self, *args, locale="C.UTF-8", **more):
        "what a probe leaves on the screen, and its exit status"
        with Terminal(argv=["/usr/bin/env", f"LC_ALL={locale}", program.SMTPSH, "probe", *args], NO_COLOR="1", **more) as t:
            return t.text().split("\n"), t.status()

    def listed(self, text):
        file = tempfile.NamedTemporaryFile("w")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name

    def test_one_host_is_a_line_and_what_to_do_another(self):
        with program.Serve() as server:
            good, _ = self.probed("--tls=off", server.where)
            bad, _ = self.probed("--verify=name", server.where, columns=300)
        self.assertRegex(good[0], rf"^OK   {server.where}  [0-9.]+ m?s  \[[dcbeq]{{20}}\]$")
        self.assertEqual(len(good), 1, good)
        self.assertRegex(bad[0], rf"^CRIT {server.where}  [0-9.]+ m?s  TLSv1\.3  cert \d+ days  tls: ")
        self.assertRegex(bad[1], r"^     Next: ")
        self.assertEqual(len(bad), 2, bad)
        with program.Serve() as server:
            more, _ = self.probed("-v", "--tls=off", server.where)
        self.assertRegex("\n".join(more), r"\[[dcbeq]{20}\] conn [0-9.]+ ms banner [0-9.]+ ms ehlo ")

    def test_the_table_of_a_fleet(self):
        with program.Serve() as server:
            targets = self.listed(f"{server.where} name=good tls=off\n127.0.0.1:1\n{server.where} name=unverified\n127.0.0.1:2\n")
            for columns in 80, 100, 140:
                with self.subTest(columns):
                    lines, status = self.probed("--targets", targets, columns=columns)
                    table = Table(lines)
                    self.assertEqual(status, 2)
                    self.assertTrue(all(len(line) <= columns for line in lines), lines)
                    self.assertEqual(table.states(), ["CRIT", "CRIT", "WARN", "OK"])
                    self.assertRegex(table.counts, r"^ 4 targets   1 ok  1 warn  2 crit  in [0-9.]+ m?s$")
                    self.assertEqual([table.cell(row, "TARGET") for row in table.rows],
                                     ["127.0.0.1:1", "127.0.0.1:2", f"unverified {server.where}", f"good {server.where}"])
                    self.assertEqual([table.cell(row, "TLS") for row in table.rows], ["-", "-", "1.3!", "-"])
                    self.assertEqual([table.cell(row, "CERT") for row in table.rows], ["-", "-", "90 d", "-"])
                    for row in table.rows:
                        self.assertRegex(table.cell(row, "TIME"), r"^[0-9.]+ m?s$")
                        self.assertEqual(row[table.heading.index("TLS") - 2:table.heading.index("TLS")], "  ")
                        self.assertRegex(row, r"\(\d\)$" if "OK" not in row else r"  \[[dcbeq]+\]$")
                    self.assertEqual([row[-3:] for row in table.rows[:3]], ["(1)", "(1)", "(2)"])
                    self.assertIn("(1) 2 targets: ", table.notes)
                    self.assertEqual((table.notes.count("connection refused"), table.notes.count("Next: ")), (1, 2))

    def test_a_cause_is_told_once_whatever_it_names(self):
        with NameServer({}) as dns:
            lines, _ = self.probed("--dns", dns.address, "a.example", "b.example")
        table = Table(lines)
        self.assertEqual([row[-3:] for row in table.rows], ["(1)", "(1)"])
        self.assertIn("(1) 2 targets: ", table.notes)
        self.assertNotIn(".example", table.notes)       # it is not of one of them alone

    def test_every_address_of_a_domain(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example"), (20, "gone.d.example")], ("mx1.d.example", "A"): ["127.0.0.1"]}
        with program.Serve() as server, NameServer(zone) as dns:
            lines, _ = self.probed("--tls=off", "--dns", dns.address, "-p", str(server.port), "@d.example")
        table = Table(lines)
        self.assertEqual([(row.split()[0], table.cell(row, "TARGET")) for row in table.rows],
                         [("CRIT", f"gone.d.example:{server.port}"), ("OK", f"mx1.d.example[127.0.0.1]:{server.port}")])
        self.assertIn("1 target, 2 addresses ", table.counts)

    def test_that_there_is_more_is_told(self):
        with program.Serve() as server:
            args = "--expect-ext", "X-NONE", "--verify=name", server.where
            lines, _ = self.probed(*args, "127.0.0.1:1")
            row = next(row for row in Table(lines).rows if server.where in row)
            self.assertRegex(row, r" \(\d\) \+1$")
            self.assertIn("+1: ", Table(lines).notes)
            self.assertIn("X-NONE", "\n".join(self.probed(*args)[0]))
            lines, _ = self.probed("--verify=name", server.where, "127.0.0.1:1")
            self.assertNotIn("+1", "\n".join(lines))

    def test_of_several_addresses_it_is_not_said_that_they_are_targets(self):
        zone = {(f"{host}.example", "A"): ["127.0.0.1", "127.0.0.2"] for host in ("one", "two")}
        with NameServer(zone) as dns:
            for hosts, said in (["two.example", "127.0.0.1"], "3 addresses of 2 targets"), (["one.example", "two.example"], "4 addresses of 2 targets"):
                lines, _ = self.probed("--tls=off", "--dns", dns.address, "-p", "1", *hosts)
                self.assertIn(f"(1) {said}: ", Table(lines).notes)

    def test_a_name_too_long_keeps_both_ends(self):
        name = "n" * 70
        for locale, mark in ("C.UTF-8", "\u2026"), ("C", ".."):
            lines, _ = self.probed("--targets", self.listed(f"127.0.0.1:1 name={name}\n127.0.0.1:2\n"), columns=80, locale=locale)
            target = Table(lines).cell(next(line for line in lines if mark in line), "TARGET")
            self.assertRegex(target, rf"^nnn+{re.escape(mark)}n* ?127\.0\.0\.1:1$")
            self.assertTrue(all(len(line) <= 80 for line in lines), lines)

    def test_without_utf8_there_is_ascii_alone(self):
        with program.Serve() as server:
            lines, _ = self.probed("--targets", self.listed(f"{server.where}\n127.0.0.1:1 name={'x' * 90}\n"), columns=80, locale="C")
        self.assertTrue("\n".join(lines).isascii(), lines)

    def test_what_is_well_gives_way_to_what_is_not(self):
        with program.Serve() as server:
            targets = self.listed(f"{server.where}\n" * 30 + "".join(f"127.0.0.1:1 name=n{i}\n" for i in range(3)))
            lines, _ = self.probed("--tls=off", "--targets", targets, rows=24)
            few, _ = self.probed("--tls=off", "-q", "--targets", targets, rows=24)
        self.assertEqual(Table(lines).states()[:3], ["CRIT"] * 3)
        self.assertLess(len(lines), 24)
        shown = Table(lines).states().count("OK")
        self.assertRegex("\n".join(lines), rf"and {30 - shown} more, {30 - shown} of them OK")
        self.assertEqual(Table(few).states(), ["CRIT"] * 3)
        self.assertNotIn("more", "\n".join(few))

    def test_all_that_is_not_well_is_told(self):
        lines, _ = self.probed("--tls=off", "--targets", self.listed("".join(f"127.0.0.1:1 name=n{i}\n" for i in range(40))), rows=24)
        self.assertEqual(Table(lines).states(), ["CRIT"] * 40)
        self.assertRegex(lines[-1], r"^ 40 targets   0 ok  0 warn  40 crit ")      # the head has left the screen

    def test_a_pipe_gets_a_line_each_and_nothing_else(self):
        with program.Serve() as server:
            targets = self.listed(f"{server.where}\n127.0.0.1:1\n")
            with Terminal(argv=["/bin/sh", "-c", f"'{program.SMTPSH}' probe --tls=off --targets {targets} | cat"], NO_COLOR="1") as t:
                lines = t.text().split("\n")
        self.assertEqual(sorted(line[:8] for line in lines), ["2 target", "CRIT 2 1", "OK   1 1"])

    def test_what_takes_long_shows_itself(self):
        with listening() as mute:
            place = "127.0.0.1:%d" % mute.getsockname()[1]
            with Terminal("probe", "-t60s", place, NO_COLOR="1") as t:
                t.until("\r\x1b[Kwaiting for the ")
                t.until(" of 60 s")
                t.type("\x03")
                self.assertEqual(t.status(), 130)
                self.assertNotIn("waiting for", t.text())
            with tempfile.NamedTemporaryFile() as out:
                argv = ["/bin/sh", "-c", f"'{program.SMTPSH}' probe -t60s {place} 127.0.0.1:1 2>/dev/null >{out.name}"]
                with Terminal(argv=argv, NO_COLOR="1") as t:
                    while b"refused" not in out.read():
                        out.seek(0)
                    t.type("\x03")
                    t.status()
                    self.assertEqual(t.text().strip("^C\n"), "")
            with Terminal("probe", "-t60s", "--deadline", "1s", place, "127.0.0.1:1", NO_COLOR="1") as t:
                t.until("1 of 2 done, 1 running, 1 not ok, ")
                t.until("at most 1 s")
                t.status()
                self.assertNotIn("running", t.text())
                self.assertIn("1 not probed", t.text())

    def test_a_fleet_stopped_half_way_says_what_is_left(self):
        "12 of the 13 wait for a banner when ^C comes"
        with listening() as mute:
            targets = self.listed("127.0.0.1:1\n" + "".join(f"127.0.0.1:{mute.getsockname()[1]} name=n{i}\n" for i in range(12)))
            with Terminal("probe", "--timeout=60s", "-t60s", "--targets", targets, NO_COLOR="1") as t:
                t.until("1 of 13 done, 2 running, 1 not ok")
                t.type("\x03")
                self.assertEqual(t.status(), 130)
                text = t.text()
        self.assertRegex(text, r"13 targets   0 ok  0 warn  1 crit  in \S+ m?s, 12 not probed")
        self.assertEqual(text.count("smtpsh: not probed: 127.0.0.1:"), 10, text)
        self.assertIn("smtpsh: and 2 more; with --resume FILE the next run probes the rest\n", text)
        self.assertEqual(Table(text.split("\n")).states(), ["CRIT"])
        self.assertNotIn("running", text)

    def test_a_long_message_wraps_at_words(self):
        with NameServer({}) as dns:
            lines, _ = self.probed("--tls=off", "--dns", dns.address, "gone.d.example", columns=40)
        self.assertTrue(all(len(line) <= 40 for line in lines), lines)
        self.assertIn("the name does not exist (NXDOMAIN)", " ".join(line.strip() for line in lines))


class Colours(unittest.TestCase):
    def raw(self, *args, **env):
        with Terminal("probe", "--tls=off", *args, "127.0.0.1:1", **env) as t:
            t.status()
            return t.raw()

    def test_the_palette_is_the_screen_s(self):
        for args in [], ["127.0.0.1:2"]:
            self.assertIn("\x1b[1;35mCRIT", self.raw(*args, SMTPSH_COLORS="rejected=1;35"))
            text = self.raw(*args, NO_COLOR="1")
            self.assertIn("\x1b[1mNext:", text)         # bold is no colour
            self.assertNotRegex(text, "\x1b\\[[0-9;]*3[0-9]")
            self.assertNotIn("\x1b[", self.raw(*args, TERM="dumb"))


class Watch(unittest.TestCase):
    listed = Probe.listed

    def watched(self, *args, locale="C.UTF-8", **more):
        return Terminal(argv=["/usr/bin/env", f"LC_ALL={locale}", program.SMTPSH, "probe", "--watch", "300ms", *args], NO_COLOR="1", **more)

    def table(self, t, wanted, what, rows=40):
        """The one table that the screen shows once wanted(it) holds."""
        got = []

        def fits(lines):
            heads = [line for line in lines if line.startswith(" STATE ")]
            got[:] = [Table(lines)] if len(heads) == 1 and len(lines) <= rows else []
            return bool(got) and wanted(got[0])
        t.becomes(fits, what)
        return got[0]

    def test_the_table_stays_in_its_place(self):
        with program.Serve() as server:
            targets = self.listed(f"127.0.0.1:1\n{server.where} name=a-host-with-a-name\n")
            for columns, last in (80, 10), (100, 20), (140, 20):
                with self.subTest(columns), self.watched("--tls=off", "--targets", targets, columns=columns) as t:
                    table = self.table(t, lambda table: "round 4, " in table.counts and len(table.rows) == 2, "round 4")
                    self.assertIn(f" LAST {last} ", table.heading)
                    self.assertEqual(table.states(), ["CRIT", "OK"])
                    self.assertRegex(table.counts, r"^ 2 targets   1 ok  0 warn  1 crit  round 4, \d\d:\d\d:\d\d, (next in \d s|running|\d of \d\+? done)$")
                    start = table.heading.index("LAST ")
                    self.assertRegex(table.rows[0][start:start + last], "^\u00d7{3,4} +$")
                    self.assertRegex(table.rows[1][start:start + last], "^[\u2581-\u2588]{3,4} +$")
                    self.assertEqual(table.rows[0][start - 2:start], "  ")
                    self.assertTrue(table.rows[0].endswith(" (1)"), table.rows)      # in the last columns too
                    self.assertIn("connection refused", table.notes)
                    t.type("\x03")
                    self.assertEqual(t.status(), 130)

    def test_what_changes_is_marked_and_rings(self):
        for options, rings in ((), True), (("-q",), False):
            with program.Serve() as server, self.watched("--tls=off", *options, server.where, "127.0.0.1:1") as t:
                self.table(t, lambda table: "round 3, " in table.counts, "round 3")
                t.never("\x07")
                server.process.terminate()
                server.process.wait()
                table = self.table(t, lambda table: "* changed" in table.notes and " CRIT * " in "\n".join(table.rows), "what changed")
                changed = [row for row in table.rows if row.startswith(" CRIT * ")]
                self.assertEqual([table.cell(row, "TARGET") for row in changed], [server.where])
                self.assertRegex(table.notes, r"\* changed in this round: (OK|WARN) until \d\d:\d\d:\d\d ")
                self.table(t, lambda table: table.counts.startswith(" 2 targets   0 ok") and "* changed" not in table.notes, "a round without a change")
                t.type("\x03")
                self.assertEqual("\x07" in t.whole(), rings)

    def test_a_terminal_may_change_its_size(self):
        with program.Serve() as server, self.watched("--tls=off", server.where, "127.0.0.1:1", columns=80) as t:
            self.table(t, lambda table: " LAST 10 " in table.heading, "ten rounds")
            t.resize(140)
            self.table(t, lambda table: " LAST 20 " in table.heading and len(table.rows) == 2, "twenty rounds")
            t.resize(60, 12)
            self.table(t, lambda table: " LAST " not in table.heading and "TLS" not in table.heading, "none", rows=12)
            t.type("\x03")
            self.assertEqual(t.status(), 130)

    def test_it_ends_with_a_summary_on_the_screen_it_came_from(self):
        with program.Serve() as server, self.watched("--tls=off", server.where, "127.0.0.1:1") as t:
            t.until("\x1b[?1049h")
            self.table(t, lambda table: "round 3, " in table.counts, "round 3")
            t.type("\x03")
            t.until("\x1b[?1049l")
            self.assertEqual(t.status(), 130)
            left = t.until("Next:").replace("\r", "").split("\n")
            self.assertRegex(left[0], r"^ 2 targets   1 ok  0 warn  1 crit  after [2-9] rounds$")
            self.assertEqual(Table(left).states(), ["CRIT", "OK"])
            t.never("not probed")

    def test_a_shell_gets_its_screen_back_meanwhile(self):
        with self.watched("--tls=off", "127.0.0.1:1") as t:
            t.until("round 2, ")
            t.type("\x1a")
            t.until("\x1b[?1049l")
            os.waitid(os.P_PID, t.pid, os.WSTOPPED)
            os.kill(t.pid, signal.SIGCONT)
            t.until("\x1b[?1049h")
            t.until("1 crit")
            t.type("\x03")
            self.assertEqual(t.status(), 130)

    def test_where_it_cannot_be_redrawn_each_round_has_its_own(self):
        with program.Serve() as server, self.watched("--tls=off", server.where, "127.0.0.1:1", TERM="dumb") as t:
            for _ in range(2):
                t.until("--- 20")
                t.until(" 2 targets   ")
                t.until(" STATE ")
            t.never("\x1b[?")
            t.type("\x03")
            self.assertEqual(t.status(), 130)

    def test_without_utf8_there_is_ascii_alone(self):
        with program.Serve() as server, self.watched("--tls=off", server.where, "127.0.0.1:1", locale="C") as t:
            table = self.table(t, lambda table: "round 3, " in table.counts and len(table.rows) == 2, "round 3")
            self.assertTrue("\n".join(table.rows).isascii())
            self.assertRegex(table.rows[0], "  xxx?  ")
            t.type("\x03")
            t.status()


if __name__ == "__main__":
    tap.main()
