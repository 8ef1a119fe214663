"""What a line means: a command, message text, an answer that is not shown, a word to smtpsh; and what is never sent."""
import base64
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from peer import Peer
from terminal import Terminal

MESSAGE = "message, lone . ends>"


class Modes(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.where = f"127.0.0.1:{self.peer.port}>"

    def open(self, *args, **how):
        t = Terminal(*args, self.peer.host, str(self.peer.port), NO_COLOR="1", **how)
        self.addCleanup(t.__exit__)
        self.peer.accept()
        t.prompt(self.where)
        return t

    def say(self, t, line, reply):
        t.line(line)
        self.peer.dialogue((line, reply))

    def to_message(self, t):
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH PLAIN LOGIN"])
        self.say(t, "MAIL FROM:<a@example.org>", "250 ok")
        t.prompt(self.where[:-1] + " mail>")
        self.say(t, "RCPT TO:<b@example.org>", "250 ok")
        t.prompt(self.where[:-1] + " rcpt>")
        self.say(t, "DATA", "354 go on")
        t.prompt(MESSAGE)

    def text(self, t, line):
        t.line(line)
        self.peer.hear(line)
        t.prompt(MESSAGE)

    def test_message_text_goes_as_typed_until_the_dot(self):
        t = self.open()
        self.to_message(t)
        self.text(t, "Subject: x")
        self.text(t, "/help is text here")
        self.text(t, ".one dot")
        t.shows("removes the first dot of this line; to keep it, type it twice (RFC 5321 4.5.2)")
        t.line(".")
        self.peer.dialogue((".", "250 taken as 1234"))
        t.shows("no empty line between header and body")
        t.prompt(self.where)
        t.type("\x1b[A")
        t.prompt(self.where + " DATA")          # nothing of the message is in the history

    def test_a_whole_message_is_not_complained_about(self):
        t = self.open()
        self.to_message(t)
        for line in ("From: a@example.org", "Subject: x", "  folded", "", "text"):
            self.text(t, line)
        t.line(".")
        self.peer.dialogue((".", "250 taken"))
        rows = t.prompt(self.where, "250 taken")
        self.assertNotIn("===", "\n".join(rows).split("354 go on")[1])

    def test_control_c_twice_in_a_message_drops_the_connection(self):
        t = self.open()
        self.to_message(t)
        self.text(t, "Subject: x")
        t.type("\x03")
        t.shows("the message is incomplete; ^C again closes the connection without the final dot")
        t.prompt(MESSAGE)
        t.type("\x03")
        t.prompt("smtpsh>")
        self.assertEqual(self.peer.ended(), "")

    def test_control_d_in_a_message_drops_it_with_a_note(self):
        t = self.open()
        self.to_message(t)
        self.text(t, "Subject: x")
        t.type("\x04")
        t.shows("without the final dot: the message is incomplete")
        self.assertEqual(self.peer.ended(), "")
        self.assertEqual(t.status(), 0)

    def test_one_command_within_a_message(self):
        t = self.open()
        self.to_message(t)
        t.type("half a li")
        t.prompt(MESSAGE + " half a li")
        t.type("\x1d")
        t.prompt("smtpsh command> /")
        t.type("help dane\r")
        t.shows("_25._tcp")
        t.prompt(MESSAGE + " half a li")
        t.type("ne\r")
        self.peer.hear("half a line")
        t.prompt(MESSAGE)
        t.type("\x1d")
        t.prompt("smtpsh command> /")
        t.type("\x15not a command\r")
        t.shows('only a command that begins with "/"')
        t.prompt(MESSAGE)
        self.assertTrue(self.peer.hears_nothing())
        t.type("\x1dclose\r")
        t.prompt("smtpsh>")
        self.assertEqual(self.peer.ended(), "")

    def test_answers_are_not_shown(self):
        t = self.open()
        user, secret = (base64.b64encode(w).decode() for w in (b"bob", b"hunter2-hunter2"))
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH LOGIN"])
        self.say(t, "AUTH LOGIN", "334 VXNlcm5hbWU6")
        t.prompt("auth>")
        t.line(user)
        self.peer.dialogue((user, "334 UGFzc3dvcmQ6"))
        t.shows("Password:")
        t.prompt("auth>")
        t.type(secret[:10] + "x\x7f\x1b[D")
        t.type(secret[10:] + "\r")
        self.peer.dialogue((secret, "535 5.7.8 no"))
        t.shows("535 5.7.8 no")
        t.prompt(self.where)
        t.never(secret[:6])
        t.type("\x1b[A")
        t.prompt(self.where + " AUTH LOGIN")
        t.type("\x15\x04")
        self.peer.dialogue(("QUIT", "221 bye"))
        self.assertEqual(t.status(), 0)
        with open(os.path.join(t.home.name, "smtpsh", "history"), encoding="utf-8") as f:
            kept = f.read()
        self.assertIn("AUTH LOGIN\n", kept)
        self.assertNotIn(secret[:6], kept)
        self.assertNotIn(user, kept)

    def test_an_answer_begun_before_the_334_is_not_shown_either(self):
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH LOGIN"])
        t.prompt(self.where)
        t.line("AUTH LOGIN")
        self.peer.hear("AUTH LOGIN")
        t.prompt("auth>")
        t.line("dXNlcg==")
        t.type("c2VjcmV0")
        t.taken()
        self.peer.say("334 VXNlcm5hbWU6")
        self.peer.dialogue(("dXNlcg==", "334 UGFzc3dvcmQ6"))
        t.shows("Password:")
        t.type("LXVzZXI=\r")
        self.peer.dialogue(("c2VjcmV0LXVzZXI=", "235 ok"))
        t.prompt("user@" + self.where)
        t.never("c2VjcmV0")
        t.never("dXNlcg==")

    def test_an_answer_typed_ahead_of_a_refusal_is_no_command(self):
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH LOGIN"])
        t.prompt(self.where)
        for reply in ("504 no such mechanism", "235 surprisingly"):
            t.line("AUTH LOGIN")
            self.peer.hear("AUTH LOGIN")
            t.prompt("auth>")
            t.line("c2VjcmV0")
            t.line("/set")
            t.type("halfaline")
            t.taken()
            self.peer.say(reply)
            t.shows(reply)
            t.prompt(self.where)
            t.line("NOOP " + reply[:3])
            self.peer.dialogue(("NOOP " + reply[:3], "250 nothing else came"))
            t.shows("NOOP " + reply[:3])
            t.prompt(self.where)
        t.never("c2VjcmV0")

    def test_what_only_shows_need_not_wait(self):
        t = self.open()
        t.line("NOOP")
        self.peer.hear("NOOP")
        t.prompt(self.where)
        t.line("/set")
        t.shows("timeout")
        t.prompt(self.where)
        t.line("/help dane")
        t.shows("_25._tcp")
        self.peer.say("250 at last")
        t.shows("250 at last")

    def test_a_question_keeps_the_line_that_was_begun(self):
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH PLAIN"])
        t.prompt(self.where)
        t.line("/auth PLAIN bob")
        t.shows("assword")
        t.type("hunter2\r")
        got = self.peer.hear()
        self.assertEqual(got, "AUTH PLAIN " + base64.b64encode(b"\0bob\0hunter2").decode())
        t.type("NOOP he")
        self.peer.say("235 welcome")
        t.shows("235 welcome")
        t.prompt("bob@" + self.where + " NOOP he")
        t.never("hunter2")

    def test_a_password_typed_ahead_of_its_question(self):
        "is not shown, answers the question, and is never a command"
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH PLAIN"])
        t.prompt(self.where)
        t.type("/auth PLAIN bob\rhunter2\r")
        self.assertEqual(self.peer.hear(), "AUTH PLAIN " + base64.b64encode(b"\0bob\0hunter2").decode())
        self.peer.say("235 welcome")
        t.shows("235 welcome")
        self.say(t, "NOOP", "250 ok")
        t.prompt("bob@" + self.where)
        t.never("hunter2")

    def test_a_password_typed_ahead_of_a_question_that_does_not_come(self):
        t = self.open()
        t.type("/auth PLAIN bob\rhunter2\r")
        self.peer.dialogue(("EHLO [127.0.0.1]", "550 go away"))
        t.shows("550 go away")
        t.shows("has been discarded")
        self.say(t, "NOOP", "250 ok")
        t.prompt(self.where)
        t.never("hunter2")

    def test_a_close_while_an_answer_is_typed_forgets_it(self):
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH LOGIN"])
        self.say(t, "AUTH LOGIN", "334 VXNlcm5hbWU6")
        t.prompt("auth>")
        t.type("c2VjcmV0")
        t.taken()
        self.peer.close()
        t.prompt("smtpsh>")
        t.type("/set\r")
        t.shows("timeout")
        t.never("c2VjcmV0")

    def test_a_star_cancels_and_a_command_works_meanwhile(self):
        t = self.open()
        self.say(t, "EHLO me.example", ["250-peer.example", "250 AUTH LOGIN"])
        self.say(t, "AUTH LOGIN", "334 VXNlcm5hbWU6")
        t.prompt("auth>")
        t.type("\x1d")
        t.prompt("smtpsh command> /")
        t.type("help auth\r")
        t.shows("a lone * cancels")
        t.prompt("auth>")
        t.line("*")
        self.peer.dialogue(("*", "501 cancelled"))
        t.prompt(self.where)

    def test_auth_without_verified_tls_is_asked_about_once(self):
        # an address of this machine that is not a loopback address
        with Terminal(f"0.0.0.0:{self.peer.port}", NO_COLOR="1") as t:
            self.peer.accept()
            where = f"0.0.0.0:{self.peer.port}>"
            t.prompt(where)
            t.line("AUTH PLAIN AGJvYgBodW50ZXIy")
            t.shows("in the clear, readable on the network")
            t.prompt(where + " AUTH PLAIN AGJvYgBodW50ZXIy")
            self.assertTrue(self.peer.hears_nothing())
            t.type("\r")
            self.peer.dialogue(("AUTH PLAIN AGJvYgBodW50ZXIy", "535 no"))
            t.shows("535 no")
            t.prompt(where)         # what is typed before the failure is seen would come back
            t.line("AUTH PLAIN AGJvYgBodW50ZXIy")
            self.peer.hear("AUTH PLAIN AGJvYgBodW50ZXIy")

    def test_slashes(self):
        t = self.open()
        t.line("/nosuch my secret words")
        rows = t.prompt(self.where, 'unknown command "/nosuch"')
        self.assertEqual("\n".join(rows).count("my secret words"), 1)       # as typed, and not again
        t.line("/etc/passwd")
        t.shows("begin it with")
        t.prompt(self.where)
        self.assertTrue(self.peer.hears_nothing())
        t.line("//text")
        self.peer.hear("/text")

    def test_blanks_go_as_typed(self):
        t = self.open()
        self.say(t, " ", "500 what?")
        t.shows("500 what?")
        t.prompt(self.where)
        self.say(t, "  NOOP  ", "250 ok")
        t.shows("begins with whitespace")

    def test_marks_of_a_transcript_are_noted(self):
        t = self.open()
        for line in ("C: NOOP", "S: 250", "# remark"):
            t.line(line)
            t.shows(f'"{line.split()[0]}" before a line has no meaning here')
            self.peer.dialogue((line, f"500 {line}?"))
            t.shows(f"500 {line}?")
            t.prompt(self.where)

    def test_strict_refuses_and_gives_back(self):
        t = self.open("--strict")
        t.line("MAIL FROM:a@example.org")
        t.shows("the address has no angle brackets")
        t.prompt(self.where + " MAIL FROM:a@example.org")
        self.assertTrue(self.peer.hears_nothing())
        t.type("\x15")
        t.line("/set strict off")
        t.line("MAIL FROM:a@example.org")
        self.peer.hear("MAIL FROM:a@example.org")

    def test_a_surprise_stops_what_was_typed_ahead(self):
        t = self.open()
        t.line("NOOP 1")
        self.peer.hear("NOOP 1")
        t.line("NOOP 2")
        t.shows("> NOOP 2")
        t.prompt(self.where)
        self.peer.say("250 answer", "250 and another")
        t.shows("and another")
        t.shows("it is back in the editor")
        t.prompt(self.where + " NOOP 2")
        self.assertTrue(self.peer.hears_nothing())

    def test_history_is_private_and_found_again(self):
        t = self.open()
        self.say(t, "NOOP remember-me", "250 ok")
        t.prompt(self.where)
        t.type("\x04")
        self.peer.dialogue(("QUIT", "221 bye"))
        self.assertEqual(t.status(), 0)
        path = os.path.join(t.home.name, "smtpsh", "history")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with Terminal("demo:", NO_COLOR="1", XDG_STATE_HOME=t.home.name) as again:
            again.prompt("demo.smtpsh.example>")
            again.type("\x12ember")
            again.shows("NOOP remember-me")
            again.type("\r")
            again.shows("250 2.0.0 Ok")
            again.type("\x04")
            again.status()
        with Terminal("--no-history", "demo:", NO_COLOR="1", XDG_STATE_HOME=t.home.name) as none:
            none.prompt("demo.smtpsh.example>")
            none.line("NOOP do-not-keep")
            none.shows("250 2.0.0 Ok")
            none.prompt("demo.smtpsh.example>")
            none.type("\x04")
            none.status()
        with open(path, encoding="utf-8") as f:
            self.assertNotIn("do-not-keep", f.read())

    def test_no_response_to_auth_is_remembered(self):
        "said in octets, after a slip of the finger, or behind a command that does not take it"
        said = (("EHLO x", "8BITMIME"), ("AUTH PLAIN AGpvZQBhYjE=", "535"),
                ("//AUTH PLAIN AGpvZQBhYjE=", "500"), ("x AUTH PLAIN AGpvZQBhYjE=", "500"),
                ("AUTHPLAIN AGpvZQBhYjE=", "500"), ("AUHT PLAIN AGpvZQBhYjE=", "500"), ("AGpvZQBhYjE=", "500"), ("NOOP AGpvZQBhYjE=", "250"),
                ('/raw "AUTH PLAIN AGpvZQBhYjE=\\r\\n"', "535"), ("/raw AUTH PLAIN AGpvZQBhYjE=", "expected octets"),
                ("/auth PLAIN joe password AGpvZQBhYjE=", "unexpected argument"), ("/auth joe AGpvZQBhYjE=", "unknown setting"),
                ("/auth PLAIN user=joe password=AGpvZQBhYjE=", "535"), ("/explain auth", "RFC 4954"), ("NOOP last", "250"))
        with Terminal("demo:", NO_COLOR="1") as t:
            t.prompt("demo.smtpsh.example>")
            for line, reply in said:
                t.line(line)
                t.until(reply)
                t.prompt("demo.smtpsh.example>")
            t.type("\x04")
            t.status()
            with open(os.path.join(t.home.name, "smtpsh", "history"), encoding="utf-8") as f:
                kept = f.read()
        self.assertNotIn("AGpvZQBhYjE", kept)
        self.assertIn("/explain auth\nNOOP last\n", kept)

    def test_a_history_that_cannot_be_read_is_left_alone(self):
        for points_to, says in ("history", "Too many levels of symbolic links"), ("/proc/self/mem", "Input/output error"), ("/dev/null", ""):
            def link(home):
                os.mkdir(os.path.join(home, "smtpsh"))
                os.symlink(points_to, os.path.join(home, "smtpsh", "history"))
            with Terminal("demo:", NO_COLOR="1", prepare=link) as t:
                path = os.path.join(t.home.name, "smtpsh", "history")
                t.prompt("demo.smtpsh.example>")
                t.type("\x04")
                self.assertEqual(t.status(), 0)
                self.assertEqual(os.readlink(path), points_to)
                whole = " ".join(t.whole().split())             # it may be broken into lines
                self.assertEqual("cannot write the history: " in whole and says in whole, bool(says), whole)
                self.assertEqual(os.listdir(os.path.dirname(path)), ["history"])


if __name__ == "__main__":
    tap.main()
