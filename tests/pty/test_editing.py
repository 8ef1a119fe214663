"""What the screen shows while the person types and the server talks: nothing flickers, nothing is lost, no debris."""
import os
import re
import shutil
import signal
import sys
import tempfile
import termios
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from peer import Peer
from terminal import Terminal


def at_prompt(peer, **how):
    """A terminal connected to the peer, banner seen."""
    t = Terminal(peer.host, str(peer.port), NO_COLOR="1", **how)
    peer.accept()
    t.prompt(f"{peer.host}:{peer.port}>")
    return t


class Editing(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.where = f"127.0.0.1:{self.peer.port}>"

    def test_no_prompt_flickers_before_a_reply_that_comes_at_once(self):
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            for line in ("NOOP", "NOOP", "NOOP"):
                t.line(line)
                came = t.until("250 2.0.0 Ok")
                self.assertNotIn("example>", came, "a prompt stood there before the reply")
                t.until("demo.smtpsh.example>")

    def test_the_prompt_comes_back_when_a_reply_does_not(self):
        with at_prompt(self.peer) as t:
            t.line("NOOP")
            self.peer.hear("NOOP")
            t.prompt(self.where)
            t.type("HELP")
            self.peer.say("250 late enough")
            t.shows("250 late enough")
            t.prompt(self.where + " HELP")

    def test_a_421_and_a_close_while_typing_keep_the_line(self):
        with at_prompt(self.peer) as t:
            t.type("MAIL FROM:<some")
            t.prompt(self.where + " MAIL FROM:<some")
            self.peer.say("421 4.4.2 idle too long")
            t.prompt(self.where + " MAIL FROM:<some", "421 4.4.2 idle too long")
            self.peer.close()
            rows = t.prompt("smtpsh> MAIL FROM:<some", "the server closed the connection")
            self.assertEqual(sum("MAIL FROM" in row for row in rows), 1, rows)
            t.type("one>")
            t.prompt("smtpsh> MAIL FROM:<someone>")

    def test_a_line_of_several_rows_and_wide_characters_stays(self):
        with at_prompt(self.peer, columns=40) as t:
            text = "NOOP " + "日本語" * 12 + "é" * 7 + " end"
            t.type(text)
            t.shows("end")
            t.type("\x1b[D" * 3)
            t.type("\x1b[D" * 30)
            for i in range(3):
                self.peer.say(f"250 surprise {i}")
                t.shows(f"surprise {i}")
            t.type("X\x05!")
            def is_whole(rows):
                typed = "".join(rows).replace(self.where + " ", "\n").split("\n")
                return len(typed) == 2 and typed[1].replace(" ", "").replace("X", "") == text.replace(" ", "") + "!"
            t.becomes(is_whole, "the whole line once, with X in it and ! behind it")
            t.type("\r")
            sent = self.peer.hear()
            self.assertEqual(sent.replace("X", ""), text + "!")
            self.assertIn("X", sent)

    def test_resize_leaves_no_debris(self):
        with at_prompt(self.peer, columns=80) as t:
            t.type("NOOP " + "abcdefghij" * 10)
            t.shows("j")
            for columns in (50, 90, 30, 100):
                t.resize(columns)
                t.stirs("the line drawn anew")                  # by itself
                self.peer.say(f"250 at {columns}")
                t.shows(f"250 at {columns}")
                # all of it: what comes of the old width behind the resize would be debris of the test's own
                t.becomes(lambda rows: "".join(rows).count("abcdefghij") == 10, "the whole line")
            t.type("END")
            t.becomes(lambda rows: "".join(rows).endswith("abcdefghijEND") and "".join(rows).count("NOOP") == 1 and
                      "\n".join(rows).count(self.where) == 1, "the line, once")

    def test_a_long_wait_is_named_and_goes_away(self):
        t = Terminal(self.peer.host, str(self.peer.port), NO_COLOR="1")
        with t:
            self.peer.accept(banner=None)
            t.type("EHLO half")
            line = re.compile(r"^\.\.\. waiting for the greeting, ([0-9.]+) of 300 s, \^C cancels$")
            def waited(rows):
                "how long, from the one row that says so, which stands above the prompt"
                at = [i for i, row in enumerate(rows) if "waiting for" in row]
                return len(at) == 1 and rows[at[0] + 1:][:1] == [self.where + " EHLO half"] and (m := line.match(rows[at[0]])) and float(m[1])
            rows = t.becomes(waited, "the row that says what is waited for")
            first = waited(rows)
            self.assertGreaterEqual(first, 0.5)
            t.becomes(lambda rows: waited(rows) and waited(rows) > first, "its next")
            self.peer.say("220 at last")
            t.shows("220 at last")
            t.hides("waiting for")
            t.prompt(self.where + " EHLO half")

    def test_control_c_drops_a_line_and_then_a_wait(self):
        with at_prompt(self.peer) as t:
            t.type("RCPT TO:<x>")
            t.prompt(self.where + " RCPT TO:<x>")
            t.type("\x03")
            t.shows("RCPT TO:<x>^C")
            t.prompt(self.where)
            t.line("NOOP")
            self.peer.hear("NOOP")
            t.prompt(self.where)
            t.type("\x03")
            t.shows("cancelled: the reply to NOOP")
            self.peer.say("250 too late")
            t.shows("250 too late")
            t.shows("late")
            t.line("RSET")
            self.peer.dialogue(("RSET", "250 reset"))
            t.shows("250 reset")

    def test_typed_ahead_lines_go_one_a_reply_and_come_back_when_refused(self):
        with at_prompt(self.peer) as t:
            t.line("MAIL FROM:<a@example.org>")
            self.peer.hear("MAIL FROM:<a@example.org>")
            t.prompt(self.where)
            t.line("RCPT TO:<b@example.org>")
            t.line("RSET")
            t.shows("> RSET")
            t.prompt(self.where)
            self.assertTrue(self.peer.hears_nothing())
            self.peer.say("550 5.7.1 not you")
            t.shows("not sent, 2 lines; the first is back in the editor")
            t.prompt(self.where + " RCPT TO:<b@example.org>")
            t.type("\x15")
            t.line("NOOP")
            self.peer.hear("NOOP")

    def test_a_message_typed_ahead_of_a_refused_data_is_not_sent(self):
        with at_prompt(self.peer) as t:
            t.line("DATA")
            self.peer.hear("DATA")
            for line in ("Subject: x", "", "QUIT", ".", "NOOP"):
                t.line(line)
            t.shows("> NOOP")
            t.prompt(self.where)
            self.peer.say("503 5.5.1 no recipients")
            t.shows("message not sent (4 lines)")
            t.prompt(self.where + " NOOP")
            t.type("\r")
            self.peer.hear("NOOP")

    def test_suspend_and_continue(self):
        with Terminal(argv=["/bin/sh", "-i"], NO_COLOR="1", PS1="shell$ ", ENV="") as t:
            t.shows("shell$")
            t.line(f"{os.path.abspath(program.SMTPSH)} demo:")
            t.shows("220 demo")
            t.prompt("demo.smtpsh.example>")
            self.assertFalse(t.echoes())
            t.type("NOOP half")
            t.prompt("demo.smtpsh.example> NOOP half")
            t.type("\x1a")
            t.shows("Stopped")
            t.prompt("shell$")
            t.line("fg")
            t.prompt("demo.smtpsh.example> NOOP half")
            t.type("-typed\r")
            t.shows("250 2.0.0 Ok")
            t.prompt("demo.smtpsh.example>")
            t.type("\x04")
            t.shows("221 2.0.0 Bye")
            t.prompt("shell$")

    def test_sigterm_restores_the_terminal(self):
        for signo in (signal.SIGTERM, signal.SIGHUP):
            with Terminal("demo:", NO_COLOR="1") as t:
                t.prompt("demo.smtpsh.example>")
                self.assertFalse(t.echoes())
                slave = os.open(f"/proc/{t.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
                os.kill(t.pid, signo)
                self.assertEqual(t.status(), 128 + signo)
                self.assertTrue(termios.tcgetattr(slave)[3] & termios.ECHO)
                os.close(slave)

    def test_a_paste_of_several_lines_waits_for_enter(self):
        with at_prompt(self.peer) as t:
            t.paste("NOOP 1\nNOOP 2\nNOOP 3\n")
            t.prompt("send 3 pasted lines? Enter or ^C>")
            t.shows("    NOOP 2")
            self.assertTrue(self.peer.hears_nothing())
            t.type("\x03")
            t.prompt(self.where)
            t.paste("NOOP 1\nNOOP 2\nNOOP 3")
            t.prompt("send 3 pasted lines? Enter or ^C>")
            t.type("\r")
            for i in (1, 2, 3):
                self.peer.hear(f"NOOP {i}")
                self.assertTrue(self.peer.hears_nothing())
                self.peer.say(f"250 answer {i}")
                t.shows(f"250 answer {i}")
            t.prompt(self.where)
            t.paste("NOOP one\n")
            t.prompt(self.where + " NOOP one")

    def test_vi_keys_through_editrc(self):
        def bind_vi_keys(home):
            with open(os.path.join(home, ".editrc"), "w") as f:
                f.write("bind -v\n")
        with Peer() as peer:
            with Terminal(peer.host, str(peer.port), NO_COLOR="1", prepare=bind_vi_keys) as t:
                peer.accept()
                t.prompt(f"127.0.0.1:{peer.port}>")
                t.type("OOP x")
                t.prompt(f"127.0.0.1:{peer.port}> OOP x")
                t.type("\x1b")
                peer.say("250 while an escape is pending")
                t.shows("escape is pending")
                t.type("0iN")
                t.prompt(f"127.0.0.1:{peer.port}> NOOP x")
                t.type("\r")
                peer.hear("NOOP x")

    def test_lc_all_c_still_edits_utf8(self):
        with Peer() as peer, Terminal(argv=["/usr/bin/env", "LC_ALL=C", os.path.abspath(program.SMTPSH), peer.host, str(peer.port)]) as t:
            peer.accept()
            t.shows(">")
            t.type("NOOP hé日x\x7f\x7f本\r")
            self.assertEqual(peer.hear(), "NOOP hé本")

    def test_a_dumb_terminal_gets_plain_lines(self):
        with Terminal(self.peer.host, str(self.peer.port), TERM="dumb") as t:
            self.peer.accept()
            t.until(self.where + " ")
            t.line("AUTH LOGIN")
            self.peer.dialogue(("AUTH LOGIN", "334 VXNlcm5hbWU6"))
            t.until("auth> ")
            self.assertFalse(t.echoes())
            t.line("c2VjcmV0LXVzZXI=")
            self.peer.dialogue(("c2VjcmV0LXVzZXI=", "535 no"))
            t.until("535 no")
            t.until(self.where + " ")
            self.assertTrue(t.echoes())
            t.never("c2VjcmV0")
            t.type("\x04")
            self.peer.dialogue(("QUIT", "221 bye"))
            t.until("221 bye")
            self.assertEqual(t.status(), 0)
            t.never("\x1b")

    def test_no_terminal_type_is_a_dumb_one(self):
        with Terminal(argv=["/usr/bin/env", "-u", "TERM", program.SMTPSH, self.peer.host, str(self.peer.port)]) as t:
            self.peer.accept()
            t.until(self.where + " ")
            t.line("NOOP")
            self.peer.dialogue(("NOOP", "250 ok"))
            t.until("250 ok")
            t.until(self.where + " ")
            t.never("\x1b")

    def test_without_libedit_there_are_plain_lines(self):
        "the program alone, without the modules beside it"
        if not os.path.exists(os.path.join(os.path.dirname(program.SMTPSH), "smtpsh-libedit.so")):
            return              # linked in
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(program.SMTPSH, folder)
            with Terminal(argv=[alone, self.peer.host, str(self.peer.port)], NO_COLOR="1") as t:
                self.peer.accept()
                t.until("no line editing: libedit is used through smtpsh-libedit.so, which is missing: install it from")
                t.until(self.where + " ")
                t.line("NOOP")
                self.peer.dialogue(("NOOP", "250 plainly"))
                t.until("250 plainly")


if __name__ == "__main__":
    tap.main()
