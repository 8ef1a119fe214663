"""/again and /watch: a line a round, what became of all of them at the end, and no more than a server may mind."""
import os
import re
import sys
import time
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "script")]
import tap
from mta import Mta
from terminal import PROMPT, Terminal
from test_way import Proxy


def rounds(text):
    return re.findall(r"=== round \d+:.*", text.replace("\r", ""))


class Again(unittest.TestCase):
    def session(self, mta, *args):
        t = Terminal(*args, mta.target, NO_COLOR="1")
        self.addCleanup(t.__exit__)
        t.prompt(PROMPT)
        return t

    def test_a_line_a_round_and_a_summary(self):
        with Mta() as mta:
            t = self.session(mta)
            t.line("/again 20 NOOP")
            got = t.until("20 rounds: 0 failed; p50 ")
            t.prompt(PROMPT, "20 rounds")
            t.line("RSET")
            got += t.until("250 ")
            self.assertEqual(mta.heard[:20], ["NOOP"] * 20)
            lines = rounds(got)
            self.assertEqual(len(lines), 20)
            for n, line in enumerate(lines, 1):
                self.assertRegex(line, rf"^=== round {n}: +\d+(\.\d+)? m?s  =+ +250 2\.0\.0 ok$")
            self.assertEqual(len({line.index("250 ") for line in lines}), 1)
            self.assertNotIn("-> NOOP", got)
            self.assertNotIn("<-  250", got.split("20 rounds")[0])
            summary = re.search(r"(\S+), p95 (\S+), max (\S+) m?s", got)
            middle, high, most = (float(n) for n in summary.groups())
            self.assertTrue(0 < middle <= high <= most, summary[0])
            rows = re.findall(r"^ +\S+ - +\S+ m?s  =* ?(\d+)$", got.replace("\r", ""), re.M)
            self.assertEqual((len(rows), sum(map(int, rows))), (5, 20))

    def test_what_is_refused_is_counted(self):
        replies = iter(["250 ok", "451 4.3.0 later", "550 5.0.0 never", "250 ok", "250 ok"])
        with Mta(answers={"VRFY": lambda client, line: client.say(next(replies))}) as mta:
            t = self.session(mta)
            t.line("/again 5 VRFY x")
            got = t.until("5 rounds: 2 failed; ")
            self.assertEqual([re.search(r"(250|451|550) ", line)[1] for line in rounds(got)], ["250", "451", "550", "250", "250"])
            t.prompt(PROMPT, "5 rounds")
            self.assertEqual(mta.heard, ["VRFY x"] * 5)

    def test_a_line_that_begins_with_a_slash(self):
        with Mta() as mta:
            t = self.session(mta)
            t.line("/again 3 //x y")
            t.until("3 rounds: 3 failed; ")
            self.assertEqual(mta.heard, ["/x y"] * 3)

    def test_a_connection_that_ends(self):
        def leave(client, line):
            client.say("421 4.4.2 bye")
            raise EOFError
        with Mta(answers={"NOOP": leave}) as mta:
            t = self.session(mta)
            t.line("/again 5 NOOP")
            t.until("1 round: 1 failed; ")
            t.prompt("smtpsh>", "1 round")

    def test_control_c_ends_with_the_summary(self):
        with Mta() as mta:
            t = self.session(mta)
            t.line("/watch 100ms NOOP")
            t.until("round 6:")
            t.type("\x03")
            got = t.until("ended")
            self.assertRegex(got, r"\d+ rounds: 0 failed; p50 .* max \S+ m?s; ended")
            t.prompt(PROMPT, "ended")
            t.line("RSET")
            t.until("250 ")
            self.assertEqual(mta.heard[-1], "RSET")

    def test_limits_of_servers_are_told_once(self):
        with Mta() as mta:
            t = self.session(mta)
            for line, told in ("/again 10 NOOP", 0), ("/again 11 NOOP", 1), ("/again 12 RSET", 1):
                t.line(line)
                t.until(line.split()[1] + " rounds")
                t.prompt(PROMPT, line.split()[1] + " rounds")
                t.shows(*["smtp_accept_max_nonmail"] * told)
            t.type("\x04")
            self.assertEqual(t.text().count("smtpd_junk_command_limit"), 1)

    def test_to_another_machine_a_second_lies_between(self):
        with Mta() as mta, Proxy((mta.host, mta.port)) as proxy:
            t = Terminal("--proxy", f"socks5://{proxy.at}", "mx.example", NO_COLOR="1")
            self.addCleanup(t.__exit__)
            t.prompt(PROMPT)
            t.line("/watch 0.5 NOOP")
            t.until("/watch SECS force LINE")
            self.assertEqual(mta.heard, [])
            begun = time.monotonic()
            t.line("/again 3 NOOP")
            t.until("/again N force LINE")
            t.until("3 rounds: 0 failed")
            self.assertGreater(time.monotonic() - begun, 1.9)
            t.prompt(PROMPT, "3 rounds")
            t.line("/again 4 force NOOP")
            got = t.until("4 rounds: 0 failed")
            self.assertNotIn("second apart", got)
            self.assertEqual(mta.heard, ["NOOP"] * 7)
            t.prompt(PROMPT, "4 rounds")
            t.line("/watch 0.2 force RSET")
            t.until("round 3:")
            t.type("\x03")
            t.until("ended")

    def test_text_of_a_peer_is_harmless(self):
        with Mta(answers={"NOOP": "250 \x1b]0;x\x07\u0301" + "\u4e2d" * 400}) as mta:
            t = self.session(mta)
            t.line("/again 2 NOOP")
            t.until("2 rounds: 0 failed")
            t.never("\x1b]0;x", "\ufffd")


if __name__ == "__main__":
    tap.main()
