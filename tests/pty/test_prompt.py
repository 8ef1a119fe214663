"""The prompt as a person meets it."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from terminal import Terminal


class Prompt(unittest.TestCase):
    def test_the_thinnest_whole_path_typed(self):
        "connect, EHLO, STARTTLS, EHLO, QUIT"
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("220 demo.smtpsh.example")
            t.until("demo.smtpsh.example> ")
            t.line("EHLO me.example")
            t.until("several commands may be sent without waiting")
            t.until("demo.smtpsh.example> ")
            t.line("STARTTLS")
            t.until("=== TLSv1.3")
            t.until("=== certificate verified for demo.smtpsh.example")
            t.until("demo.smtpsh.example TLSv1.3 (EHLO due)> ")
            t.line("EHLO me.example")
            t.shows("as before, ", "+ REQUIRETLS", "- STARTTLS")
            t.until("demo.smtpsh.example TLSv1.3> ")
            t.line("QUIT")
            t.until("221 2.0.0 Bye")
            t.until("smtpsh> ")
            t.type("\x04")
            self.assertEqual(t.status(), 0)

    def test_control_d_says_quit(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("220 demo.smtpsh.example")
            t.until("demo.smtpsh.example> ")
            t.type("\x04")
            t.until("221 2.0.0 Bye")
            self.assertEqual(t.status(), 0)

    def test_help_from_the_tables(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            t.line("/help commands")
            t.until("/open TARGET [PORT]")
            t.until("/set [SETTING [VALUE]]")
            t.line("/help mail")
            t.until("RFC 5321 4.1.1.2")
            t.until("SIZE=octets")
            t.line("/help starttls")
            t.until("RFC 3207")
            t.line("/help dane")
            t.until("_25._tcp")
            t.line("/help sizze")
            t.until("unknown topic")

    def test_help_fits_one_screen_and_names_all(self):
        with Terminal("demo:", NO_COLOR="1", columns=80, rows=24) as t:
            t.until("demo.smtpsh.example> ")
            t.line("EHLO me.example")
            t.until("(/ext explains each)")
            t.prompt("demo.smtpsh.example>")
            t.line("/help commands")
            rows = t.prompt("demo.smtpsh.example>", "reply=5s")
            all_names = re.findall(r"^    /([a-z-]+)", "\n".join(rows), re.M)
            t.line("/help")
            screen = t.prompt("demo.smtpsh.example>", "> /help\n", "scripts")[-24:]
            self.assertIn("demo.smtpsh.example> /help", screen)
            shown = "\n".join(screen[screen.index("demo.smtpsh.example> /help") + 1:])
            for wanted in ("MAIL FROM:<sender> [parameters]", "STARTTLS ", "at any time: RSET", "greylisting", "^R"):
                self.assertIn(wanted, shown)
            self.assertNotIn("RCPT TO", shown)
            self.assertGreater(len(all_names), 30)
            self.assertEqual(set(all_names) - set(re.findall(r"/([a-z-]+)", shown)), set())

    def test_several_sessions(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.prompt("demo.smtpsh.example>")
            t.line("HELO one.example")
            t.until("250 demo.smtpsh.example")
            t.line("/conn 2")
            t.until("apply to all sessions")
            t.until("#2 220 demo.smtpsh.example")
            t.prompt("demo.smtpsh.example #2>")
            t.line("HELO two.example")
            t.until("#2 250 demo.smtpsh.example")
            t.line("MAIL FROM:<a@b.example>")
            t.prompt("demo.smtpsh.example #2 mail>")
            t.line("/conn 1")
            t.prompt("demo.smtpsh.example #1>")         # its own transaction
            t.line("/last")
            t.until("to HELO one.example:")             # and its own memory
            t.line("/conn")
            t.until("* #1 demo.smtpsh.example, open")
            t.until("#2 demo.smtpsh.example, in a transaction")
            t.line("/conn 10")
            t.until("1 to 9")
            name = os.path.join(t.home.name, "both.smtp")
            t.line(f"/save {name}")
            t.until("saved")
            t.prompt("demo.smtpsh.example #1>")
            with open(name) as saved:
                text = saved.read()
            self.assertIn("C: HELO one.example\n", text)
            self.assertIn("C2: HELO two.example\n", text)
            t.type("\x04")
            t.until("#1 221")                           # QUIT to both
            t.until("#2 221")
            self.assertEqual(t.status(), 0)

    def test_what_was_probably_meant(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            t.line("/hlep")
            t.until('unknown command "/hlep" (did you mean /help?)')
            t.line("/etc/passwd")
            self.assertNotIn("near", t.until("to send the line itself"))
            t.line("hello me.example")
            t.until("did you mean HELO?")

    def test_a_prompt_without_a_target_says_what_to_do(self):
        with Terminal(NO_COLOR="1") as t:
            t.until("=== not connected; use /open TARGET")
            t.prompt("smtpsh>")
            t.line("NOOP")
            t.until("not connected; use /open TARGET")
            t.prompt("smtpsh>")
            t.line("/open unix:/nothing/there")
            t.until("No such file or directory")
            self.assertEqual("\n".join(t.prompt("smtpsh>", "Next: ")).count("No such file"), 1)     # said once
            t.line("NOOP")
            t.until("not connected; use /reopen to try again")
        with Terminal("-q", NO_COLOR="1") as t:
            t.prompt("smtpsh>")
            t.never("===")

    def test_a_log_is_shown_and_closed(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            t.line("/log")
            t.until("not logging")
            name = os.path.join(t.home.name, "log")
            t.line(f"/log {name}")
            t.until("the next connection will be logged to")
            t.line("/log")
            t.until("/log off stops it")                   # and it is open still
            t.line("/reopen")
            t.until("220 demo.smtpsh.example")
            t.line("/log off")
            t.until("log closed")
            with open(name) as log:
                self.assertRegex(log.read(), r"(?m)^S: 220 .*demo\.smtpsh\.example")

    def test_settings_are_rows_of_the_options(self):
        with Terminal("demo:", columns=80, NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            t.line("/set timeout reply=7s")
            t.until("reply=7s")
            t.line("/set")
            rows = t.prompt("demo.smtpsh.example>", "Explain 4xx and 5xx")
            rows = rows[next(i for i, row in enumerate(rows) if row.endswith("> /set")) + 1:]
            rows = rows[:next(i for i, row in enumerate(rows) if "Explain 4xx" in row)]
            self.assertTrue(all(row.startswith("    ") for row in rows), rows)          # the terminal cut none
            t.line("/set strict perhaps")
            t.until("expected on or off")
            t.line("/set strictt on")
            t.until("(did you mean strict?)")
            t.line("/set marks rfc")
            t.line("NOOP")
            t.until("S: 250 2.0.0 Ok")

    def test_a_setting_holds_whichever_way_it_was_made(self):
        "/set reaches a session that /helo, /timeout, /tls or /write changed, and /set shows what those changed"
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            for line, want in (("/helo one.example", "from now on: one.example"), ("/set helo", "one.example "), ("/set helo two.example", "two.example "),
                               ("/timeout reply=7s", "reply=7s dot=600s"), ("/set timeout", "reply=7s"), ("/set timeout reply=8s", "reply=8s"),
                               ("/tls verify=name sni=a.example", "next handshake: verify=name min=1.2 sni=a.example"), ("/set verify off", "off "), ("/set sni b.example", "b.example "),
                               ("/tls", "verify=off min=1.2 sni=b.example"), ("/write slow=90/s", "with slow=90/s"),
                               ("/set write", "slow=90/s "), ("/set write split=3,7", "split=3,7 "), ("/write off", "immediately"),
                               ("/set write", "off "), ("/set write slow=x", "expected octets and a time"), ("/starttls", "EHLO two.example")):
                t.line(line)
                t.until(line)
                t.until(want)


if __name__ == "__main__":
    tap.main()
