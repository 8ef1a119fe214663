"""Logging in, sending, and doing again, as a person at the prompt does it."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from mta import PASSWORD, SECRETS, USER, Mta
from terminal import PROMPT, Terminal


class Mail(unittest.TestCase):
    def test_auth_asks_and_does_not_show(self):
        with tempfile.TemporaryDirectory() as home, Mta("AUTH PLAIN LOGIN") as mta:
            with Terminal(mta.target, NO_COLOR="1", HOME=home, XDG_STATE_HOME=home) as t:
                t.prompt(PROMPT)
                t.line("/auth")
                t.until("using AUTH PLAIN, the best")
                t.until("User name:")
                t.line(USER)
                t.shows("User name: " + USER)
                t.until("Password: ")
                t.line(PASSWORD)
                t.until("235 2.7.0 ok")
                t.prompt(PROMPT)
                t.line(f"/auth PLAIN user={USER} password=hunter2hunter2")
                t.until("535 5.7.8 no")
                t.prompt(PROMPT)
                t.type("\x04")
                t.until("221 ")
                self.assertEqual(t.status(), 0)
                for secret in SECRETS:
                    t.never(secret)
            kept = b""
            for folder, _, files in os.walk(home):
                for name in files:
                    with open(os.path.join(folder, name), "rb") as file:
                        kept += file.read()
            self.assertIn(b"/auth", kept)
            for secret in SECRETS + ("hunter2", USER):
                self.assertNotIn(secret.encode(), kept)

    def test_send_asks_one_thing_after_the_other(self):
        with Mta("SIZE 1000000") as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/send")
            for question, answer in (("From (empty", "a@b.example"), ("To:", "c@d.example"), ("Subject (", "hello"), ("Body (", "one"), ("Body,", ""),
                                     ("Body,", "/st"), ("Body,", ".")):
                t.until(question)
                t.line(answer)
            t.until("accepted for delivery as 4F3K2abcde")
            self.assertIn(b"Subject: hello\r\n", mta.messages[0])
            self.assertTrue(mta.messages[0].endswith(b"\r\n\r\none\r\n\r\n/st\r\n"))
            t.prompt(PROMPT)
            t.line("/send")                         # it is offered again
            for question, answer in (("From [a@b.example]", ""), ("To [c@d.example]", "c@d.example, x@y.example"), ("Subject (", ""), ("Body (", "")):
                t.until(question)
                t.line(answer)
            t.until("accepted for delivery")
            t.prompt(PROMPT)
            t.line("/send")
            for question, answer in (("From [a@b.example] (<>", "<>"), ("To [c@d.example, x@y.example]", ""), ("Subject (", ""), ("Body (", "")):
                t.until(question)
                t.line(answer)
            t.until("accepted for delivery")
            self.assertEqual([line for line in mta.heard if line.startswith(("MAIL", "RCPT"))][3:],
                             ["RCPT TO:<c@d.example>", "RCPT TO:<x@y.example>", mta.heard[-4], "RCPT TO:<c@d.example>", "RCPT TO:<x@y.example>"])
            self.assertTrue(mta.heard[-4].startswith("MAIL FROM:<>"))

    def test_send_without_a_connection_asks_and_then_connects(self):
        with Mta("SIZE 1000000") as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/close")
            t.prompt("smtpsh>", "connection closed")
            t.line("/send")
            for question, answer in (("From (empty", "a@b.example"), ("To:", "c@d.example"), ("Subject (", "hello"), ("Body (", "one\r.")):
                t.until(question)
                self.assertEqual(len(mta.peers), 1)
                t.line(answer)
            t.until("accepted for delivery as 4F3K2abcde")
            self.assertEqual(len(mta.peers), 2)
            t.prompt(PROMPT)
            t.line("/close")
            t.prompt("smtpsh>")
            t.line("/load missing.eml")             # it is looked at before anything is asked
            t.until("missing.eml: No such file")
            t.line("/load missing.eml to=c@d.example from=a@b.example")
            t.until("missing.eml: ")
            t.prompt("smtpsh>")
            self.assertEqual(len(mta.peers), 2)

    def test_smtpsh_send_asks_before_it_connects(self):
        with Mta("SIZE 1000000") as mta, Terminal("send", mta.target, NO_COLOR="1") as t:
            for question, answer in (("From (empty", "a@b.example"), ("To:", "c@d.example"), ("Subject (", "hello"), ("Body (", "one\rtwo\r.")):
                t.until(question)
                self.assertEqual(mta.peers, [])
                t.line(answer)
            self.assertEqual(t.status(), 0)
            self.assertTrue(mta.messages[0].endswith(b"\r\n\r\none\r\ntwo\r\n"), mta.messages[0])

    def test_smtpsh_send_with_a_recipient_asks_nothing(self):
        for words in (("--to", "c@d.example"), ("--quit-after", "mail"), ("--to", "c@d.example", "--quit-after", "rcpt")):
            with self.subTest(words), Mta("SIZE 1000000") as mta, Terminal("send", *words, mta.target, NO_COLOR="1", LOGNAME="me") as t:
                self.assertEqual(t.status(), 0)
                self.assertIn("MAIL FROM:<me@", "\n".join(mta.heard))

    def test_send_takes_the_body_from_an_editor(self):
        with tempfile.TemporaryDirectory() as place:
            with open(place + "/editor", "w", encoding="ascii") as script:
                script.write('#!/bin/sh\ntest -e "$0.tried" || { touch "$0.tried"; exit 3; }\n'
                             'stat -c "%a %s" "$2" >"$0.saw"\ntest "$1" = -x && printf \'one \\\\n two\\nthree\\n\' >"$2"\n')
            os.chmod(place + "/editor", 0o700)
            with Mta("SIZE 1000000") as mta, Terminal(mta.target, NO_COLOR="1", TMPDIR=place, EDITOR="false", VISUAL=place + "/editor -x") as t:
                t.prompt(PROMPT)
                t.line("/send")
                for question, answer in (("From (empty", "a@b.example"), ("To:", "c@d.example"), ("Subject (", "hello"), ("Body (", "/edit")):
                    t.until(question)
                    t.line(answer)
                t.until("editor -x failed")
                t.until("Body (")
                t.line("/edit")
                t.until("accepted for delivery as 4F3K2abcde")
                self.assertTrue(mta.messages[0].endswith(b"\r\n\r\none \\n two\r\nthree\r\n"), mta.messages[0])
            with open(place + "/editor.saw", encoding="ascii") as saw:
                self.assertEqual(saw.read(), "600 0\n")
            self.assertEqual([name for name in os.listdir(place) if name.startswith("smtpsh")], [])

    def test_lines_from_an_editor(self):
        "DATA typed by hand: ^] /edit writes the text; commands in command mode"
        with tempfile.TemporaryDirectory() as place:
            with open(place + "/editor", "w", encoding="ascii") as script:
                script.write('#!/bin/sh\ntest -e "$0.tried" || { touch "$0.tried"; printf "NOOP a\\nNOOP b\\n" >"$1"; exit; }\n'
                             'printf "Subject: x\\n\\nwritten\\n" >"$1"\n')
            os.chmod(place + "/editor", 0o700)
            with Mta() as mta, Terminal(mta.target, NO_COLOR="1", TMPDIR=place, VISUAL="", EDITOR=place + "/editor") as t:
                t.prompt(PROMPT)
                t.line("/edit")
                t.until(" -> NOOP b")
                for line in ("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<a@d.example>", "DATA"):
                    t.prompt(PROMPT)
                    t.line(line)
                    t.until("354" if line == "DATA" else "250")
                t.until("ends> ")
                t.type("half")                              # what stands there comes back
                t.until("half")
                t.type("\x1d")
                t.line("/edit")
                t.until("3 lines of the message inserted; a lone dot ends it")
                t.until(" -> written")
                t.prompt("message, lone . ends> half")
                t.type("\r.\r")
                t.until("queued as")
                self.assertIn("NOOP a", mta.heard)
                self.assertEqual(mta.messages[0], b"Subject: x\r\n\r\nwritten\r\nhalf\r\n")

    def test_redo_stops_before_the_message(self):
        with Mta("AUTH PLAIN") as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            for line, reply in (("EHLO me.example", "PLAIN: authentication"), ("MAIL FROM:<a@b.example>", "250 2.1.0"), ("RCPT TO:<unknown@d.example>", "550 "),
                                ("RCPT TO:<c@d.example>", "250 2.1.5"), ("DATA", "354 "), (".", "queued as"), ("MAIL FROM:<x@b.example>", "250 2.1.0"),
                                ("RCPT TO:<y@d.example>", "250 2.1.5")):
                t.line(line)
                t.until(reply)
                t.prompt(PROMPT)
            before = len(mta.heard)
            t.line("/redo")
            t.until("221 ")
            t.until("220 ")
            t.until(" -> EHLO me.example")
            t.until(" -> RCPT TO:<y@d.example>")
            t.until("250 2.1.5")
            t.prompt(PROMPT)
            t.line("NOOP")
            t.until("250 2.0.0 ok")
            self.assertEqual(mta.heard[before:], ["QUIT", "EHLO me.example", "MAIL FROM:<x@b.example>", "RCPT TO:<y@d.example>", "NOOP"])
            self.assertEqual(len(mta.messages), 1)

    def test_again(self):
        with Mta("AUTH PLAIN") as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/again 3 NOOP")
            t.until("round 3:")
            t.until("3 rounds")
            self.assertEqual(mta.heard, ["NOOP"] * 3)
            t.line("/again 2 /send from=a@b.example to=c@d.example")
            t.until("each round would send a message")
            t.line("EHLO x")
            t.until("PLAIN: authentication")
            t.line("/again 2 /send from=a@b.example to=c@d.example")
            t.until("2 rounds")
            self.assertEqual(len(mta.messages), 2)
            t.line("/again 5 AUTH PLAIN AGEAYg==")
            t.until("AUTH was rejected and is not repeated")
            self.assertEqual(len([line for line in mta.heard if line.startswith("AUTH")]), 1)
            t.line("/again 5 AUTH PLAIN AGEAYg==")
            t.until("is not repeated")

    def test_watch_ends_with_control_c(self):
        with Mta() as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/watch 0.1y NOOP")
            t.until("expected")
            t.line("/watch 100ms NOOP")
            t.until("round 3:")
            t.type("\x03")                             # perhaps with a reply on its way, which it then gives up
            t.until("ended")
        with Mta() as mta, Terminal(mta.target, NO_COLOR="1") as t:
            t.prompt(PROMPT)
            t.line("/watch 1m NOOP")
            t.until("round 1:")
            t.type("\x03")
            said = t.until("ended")
            t.prompt(PROMPT, "ended")
            t.line("RSET")
            self.assertNotIn("cancelled", said + t.until("250 "))     # it was said: ended
            self.assertEqual(mta.heard[-1], "RSET")

    def test_include(self):
        with tempfile.NamedTemporaryFile("w") as file, Mta() as mta, Terminal(mta.target, NO_COLOR="1") as t:
            file.write("EHLO me.example\nMAIL FROM:<>\nNOOP\n")
            file.flush()
            t.prompt(PROMPT)
            t.line("/include " + file.name)
            t.until(" -> EHLO me.example")                # nobody has seen it typed
            t.until(" -> MAIL FROM:<>")
            t.until("250 2.0.0 ok")
            self.assertEqual(mta.heard, ["EHLO me.example", "MAIL FROM:<>", "NOOP"])
            t.line("/include /nothing/there")
            t.until("cannot read /nothing/there")


if __name__ == "__main__":
    tap.main()
