"""What goes wrong with telnet, nc and openssl s_client, typed here: it does not."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from peer import Peer
from terminal import Terminal


class Traps(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.where = f"127.0.0.1:{self.peer.port}>"

    def open(self, banner="220 peer.example ESMTP"):
        t = Terminal(self.peer.host, str(self.peer.port), NO_COLOR="1")
        self.addCleanup(t.__exit__)
        self.peer.accept(banner)
        t.prompt(self.where)
        return t

    def test_no_letter_is_special(self):
        "openssl s_client eats lines that begin with R, Q or K"
        t = self.open()
        for number, line in enumerate(("RCPT TO:<a@example.org>", "QUOTE", "KNOCK", "R", "Q", "K", "B", "~.", "^]")):
            t.line(line)
            self.peer.hear(line)
            self.peer.say(f"500 number {number}.")
            t.shows(f"500 number {number}.")
            t.prompt(self.where)

    def test_editing_keys_stay_here(self):
        "telnet puts backspaces and arrow keys on the wire"
        t = self.open()
        t.type("NOOX\x7fP\x1b[D\x1b[D\x1b[C\x1b[A\x1b[B")
        t.type("\x05NOOP x\x1b[D\x1b[3~y\x01\x05\r")
        self.assertTrue(self.peer.hear().replace("NOOP", "").strip("x y") in ("",))

    def test_crlf_in_one_write(self):
        "nc sends LF"
        t = self.open()
        t.line("NOOP")
        self.peer.hear("NOOP")              # hear() wants CRLF

    def test_a_banner_does_not_drive_the_terminal(self):
        "escape codes in a banner drive the terminal"
        t = self.open("220 a\x1b[2J\x1b]0;title\x07\x9b31mb\u202e ESMTP")
        t.shows("220 a\\x1B[2J\\x1B]0;title\\x07")
        t.never("\x1b[2J", "\x1b]0;")

    def test_a_command_s_stderr_stays_above_the_line(self):
        "what a pipe: command writes there would go through the line that is being typed"
        t = Terminal("pipe:printf '220 x\\r\\n'; read go; printf 'debug \\033[2Jx\\n' >&2; printf '250 ok\\r\\n'; cat", NO_COLOR="1")
        self.addCleanup(t.__exit__)
        t.prompt("pipe>")
        t.line("NOOP")
        t.type("half typed")
        t.shows("=== command stderr: debug \\x1B[2Jx")
        t.shows("250 ok")
        t.prompt("pipe> half typed")
        t.never("\x1b[2J")

    def test_a_second_reply_shifts_nothing(self):
        "a server that speaks out of turn shifts every later answer"
        t = self.open()
        t.line("NOOP 1")
        self.peer.hear("NOOP 1")
        self.peer.say("250 one", "250 one too many")
        t.shows("one too many")
        t.shows("unsolicited reply")
        t.line("VRFY x")
        self.peer.dialogue(("VRFY x", "252 of the VRFY"))
        rows = t.prompt(self.where, "252 of the VRFY")
        self.assertNotIn("nothing asked", "\n".join(rows).split("VRFY x")[1])

    def test_a_tab_in_message_text(self):
        t = self.open()
        for line, reply in (("EHLO me.example", "250 peer.example"), ("MAIL FROM:<>", "250 ok"),
                            ("RCPT TO:<a@example.org>", "250 ok"), ("DATA", "354 go on")):
            t.line(line)
            self.peer.dialogue((line, reply))
        t.prompt("message, lone . ends>")
        t.line("a\tb")
        self.peer.hear("a\tb")


if __name__ == "__main__":
    tap.main()
