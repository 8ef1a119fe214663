"""Tab and hints: what could come, from the tables, the last EHLO and what was typed before."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from peer import Peer
from terminal import Terminal

EHLO = ["250-peer.example", "250-SIZE 1000", "250-DSN", "250-AUTH PLAIN SCRAM-SHA-256", "250 8BITMIME"]


class Completing(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.where = f"127.0.0.1:{self.peer.port}>"

    def open(self, hello=True, **how):
        how = {"NO_COLOR": "1", **how}
        t = Terminal(self.peer.host, str(self.peer.port), **how)
        self.addCleanup(t.__exit__)
        self.peer.accept()
        t.prompt(self.where)
        if hello:
            t.line("EHLO me.example")
            self.peer.dialogue(("EHLO me.example", EHLO))
            t.shows("8BITMIME")
            t.prompt(self.where)
        return t

    def becomes(self, t, typed, row, where=None):
        t.type(typed)
        t.prompt(f"{where or self.where} {row}")
        t.type("\x15")
        t.prompt(where or self.where)

    def listed(self, t, typed, one):
        """The rows of a list with this one in it: they stand between the line that was typed and the same line again, and what
        was on the screen before is none of them."""
        row = f"{self.where} {typed}".rstrip()

        def between(rows):
            at = [i for i, each in enumerate(rows) if each.startswith(row)]
            return rows[at[-2] + 1:at[-1]] if len(at) > 1 else []
        return between(t.becomes(lambda rows: any(one in each for each in between(rows)), f"a list with {one!r}"))

    def test_verbs_that_are_legal_now(self):
        t = self.open(hello=False)
        self.becomes(t, "eh\t", "EHLO")
        t.type("\t")
        offered = " ".join(self.listed(t, "", "EXPN"))
        self.assertNotIn("STARTTLS", offered)
        self.assertNotIn("RCPT", offered)
        t.line("EHLO me.example")
        self.peer.dialogue(("EHLO me.example", EHLO))
        t.shows("8BITMIME")
        self.becomes(t, "m\t", "MAIL FROM:<")
        self.becomes(t, "AUTH P\t", "AUTH PLAIN")

    def test_addresses_used_before(self):
        t = self.open()
        t.line("MAIL FROM:<someone@example.org>")
        self.peer.dialogue(("MAIL FROM:<someone@example.org>", "250 ok"))
        where = self.where[:-1] + " mail>"
        t.prompt(where)
        self.becomes(t, "rc\tso\t", "RCPT TO:<someone@example.org>", where)

    def test_parameters_that_are_offered(self):
        t = self.open()
        self.becomes(t, "MAIL FROM:<> si\t5", "MAIL FROM:<> SIZE=5")
        self.becomes(t, "MAIL FROM:<> BODY=8\t", "MAIL FROM:<> BODY=8BITMIME")
        self.becomes(t, "MAIL FROM:<> SMTP\t", "MAIL FROM:<> SMTP")         # not offered
        t.type("MAIL FROM:<> \t")
        offered = " ".join(self.listed(t, "MAIL FROM:<>", "ENVID="))
        self.assertIn("SIZE=", offered)
        self.assertNotIn("HOLDFOR", offered)
        t.type("R\t")
        t.prompt(self.where + " MAIL FROM:<> RET=")

    def test_commands_settings_topics_and_files(self):
        t = self.open()
        self.becomes(t, "/help grey\t", "/help greylisting")
        self.becomes(t, "/set stri\to\t", "/set strict o")
        self.becomes(t, "/set marks r\t", "/set marks rfc")
        self.becomes(t, "/set timeout rep\t", "/set timeout reply=")
        self.becomes(t, "/set timeout reply=5s,c\t", "/set timeout reply=5s,connect=")
        self.becomes(t, "/timeout greet\t", "/timeout greeting=")
        self.becomes(t, "/open de\t", "/open demo:")

    def test_what_the_syntax_spells_out(self):
        t = self.open()
        self.becomes(t, "/ext \t", "/ext diff")
        self.becomes(t, "/as s\t", "/as swaks")
        self.becomes(t, "/tls v\tc\t", "/tls verify=chain")
        self.becomes(t, "/tls min=1.2 m\t", "/tls min=1.2 m")       # given already
        self.becomes(t, "/log o\t", "/log off")
        self.becomes(t, "/proxy-protocol v1 lo\t", "/proxy-protocol v1 local")
        self.becomes(t, "/again 3 NO\t", "/again 3 NOOP")
        self.becomes(t, "/again 3 force NO\t", "/again 3 force NOOP")
        self.becomes(t, "/help comma\t", "/help commands")

    def test_each_argument_at_its_place(self):
        t = self.open()
        t.line("MAIL FROM:<who@example.org>")
        self.peer.dialogue(("MAIL FROM:<who@example.org>", "550 no"))
        t.shows("550 no")
        self.becomes(t, "/auth PL\t", "/auth PLAIN")
        self.becomes(t, "/auth PLAIN PL\t", "/auth PLAIN PL")                  # a user, no mechanism
        self.becomes(t, "/open demo: 5\t", "/open demo: 587")
        self.becomes(t, "/set marks rfc r\t", "/set marks rfc r")
        self.becomes(t, "/write sp\t", "/write split=")
        self.becomes(t, "/write of\t", "/write off")
        self.becomes(t, "/conn 1\t", "/conn 1")
        self.becomes(t, "/helo m\t", "/helo me.example")
        self.becomes(t, "/explain 5\t", "/explain 550")
        self.becomes(t, "/explain 550 8B\t", "/explain 550 8BITMIME")
        self.becomes(t, "/send subj\t", "/send subject=")
        self.becomes(t, "/send from=w\t", "/send from=who@example.org")
        self.becomes(t, "/send from=a to=x@example.org,w\t", "/send from=a to=x@example.org,who@example.org")
        open(os.path.join(t.home.name, "letter"), "w").close()
        self.becomes(t, f"/send data={t.home.name}/le\t", f"/send data={t.home.name}/letter")

    def test_files_in_order(self):
        t = self.open()
        for name in ("zeta", "alpha", "midst"):
            open(os.path.join(t.home.name, name), "w").close()
        t.type(f"/include {t.home.name}/\t")
        self.assertEqual(" ".join(self.listed(t, f"/include {t.home.name}/", "zeta")).split(), [f"{t.home.name}/{name}" for name in ("alpha", "midst", "zeta")])

    def test_a_list_leaves_a_line_of_two_rows_alone(self):
        t = self.open(columns=40)
        typed = "MAIL FROM:<" + "x" * 40 + "@example.org> "
        t.type(typed + "\t")
        t.shows("ENVID=")
        t.type("SIZE=1")
        t.shows("SIZE=1")
        t.type("\r")
        self.peer.hear(typed + "SIZE=1")

    def test_hints_show_the_syntax_and_what_is_not_offered(self):
        t = self.open(NO_COLOR="")
        def hint(typed, row):
            t.type(typed)
            t.prompt(f"{self.where} {row}")
            t.type("\x15")
            t.prompt(self.where)
        hint("MA", "MAIL FROM:<sender> [parameters]")
        hint("MAIL FROM:<a@b", "MAIL FROM:<a@b> [parameters]")
        hint("MAIL FROM:<> SI", "MAIL FROM:<> SIZE=octets")
        hint("MAIL FROM:<> SMTPUTF8", "MAIL FROM:<> SMTPUTF8   not offered")
        hint("MAIL FROM:<> RET=", "MAIL FROM:<> RET=FULL|HDRS")
        hint("STARTTLS", "STARTTLS   not offered")
        hint("AUTH ", "AUTH PLAIN|SCRAM-SHA-256")
        hint("AUTH LOGIN", "AUTH LOGIN   not offered")
        hint("DATA", "DATA   out of sequence")
        hint("/sta", "/starttls")
        hint("/op", "/open TARGET [PORT]")
        hint("/set color ", "/set color always|auto|never")
        hint("AUTH PL", "AUTH PLAIN [initial-response]")
        hint("RC", "RCPT TO:<recipient> [parameters]   out of sequence")
        t.line("NOOP")
        self.peer.hear("NOOP")

    def test_a_hint_is_no_text_and_no_debris(self):
        t = self.open(NO_COLOR="")
        t.type("MAIL")
        t.prompt(self.where + " MAIL FROM:<sender> [parameters]")
        self.peer.say("250 in between")
        rows = t.prompt(self.where + " MAIL FROM:<sender> [parameters]", "250 in between")
        self.assertEqual("\n".join(rows).count("<sender>"), 1)
        t.type("\r")
        self.peer.hear("MAIL")

    def test_hints_are_no_colour(self):
        "dim is none, so that they stay under NO_COLOR; with --color=never nothing tells them from what is typed"
        for args, hinted in ((("--color=auto",), True), (("--color=never",), False)):
            with Terminal(*args, self.peer.host, str(self.peer.port), NO_COLOR="1") as t:
                self.peer.accept()
                t.prompt(self.where)
                t.type("NO")
                t.prompt(re.compile(re.escape(self.where) + (" NOOP.*" if hinted else " NO")))
                t.type("OP\r")
                self.peer.hear("NOOP")
                t.type("\x04")
                self.peer.say("250 ok")
                self.peer.dialogue(("QUIT", "221 bye"))
                raw = t.raw()
            self.assertEqual("\x1b[2m" in raw, hinted)
            self.assertIsNone(re.search(r"\x1b\[[0-9;]*[34][0-9]m", raw))

    def test_a_list_says_what_each_is(self):
        t = self.open()
        t.type("/s\t")
        rows = self.listed(t, "/s", "starttls")
        row = next(row for row in rows if row.startswith("starttls "))
        self.assertGreater(len(row.split()), 3)
        self.assertTrue(all(len(row.rstrip()) < 100 for row in rows))
        self.assertEqual(len(rows), len([row for row in rows if row.startswith("s")]))
        t.type("\x15AUTH \t")
        rows = self.listed(t, "AUTH", "PLAIN ")
        self.assertGreater(len(next(row for row in rows if row.startswith("PLAIN ")).split()), 2)

    def test_a_long_list_stands_side_by_side(self):
        t = self.open()
        t.resize(80, 12)
        t.type("/\t")
        rows = self.listed(t, "/", "starttls")
        self.assertLess(len(rows), 20)

    def test_right_takes_what_was_typed_before(self):
        t = self.open(NO_COLOR="")
        t.type("EHLO m")
        t.prompt(self.where + " EHLO me.example")
        t.type("\x1b[C")
        t.line("")
        self.peer.dialogue(("EHLO me.example", "250 once more"))
        t.prompt(self.where, "once more")
        t.type("EHLO m")
        t.prompt(self.where + " EHLO me.example")
        t.line("")                                  # it is no text until it is taken
        self.peer.dialogue(("EHLO m", "250 m"))
        t.prompt(self.where, "250 m")
        t.line("EHLO me\x1b[D\x1b[D\x1b[D\x1bOC!")       # within the line it goes one character on
        self.peer.dialogue(("EHLO !me", "501 no"))

    def test_up_and_down_among_lines_that_begin_so(self):
        t = self.open()
        for line in ("NOOP one", "HELP", "NOOP two", "RSET"):
            t.line(line)
            self.peer.dialogue((line, "250 to " + line))
            t.prompt(self.where, "250 to " + line)
        up, down = "\x1b[A", "\x1b[B"
        for keys, row in (("NO", "NO"), (up, "NOOP two"), (up, "NOOP one"), (up, "NOOP one"), (down, "NOOP two"), (down, "NO"), (down, "NO"),
                          ("\x15" + up, "RSET"), (up, "NOOP two"), (down, "RSET"), (down, "")):
            t.type(keys)
            t.prompt(f"{self.where} {row}")
        t.type("NO" + up + "!" + up)                # another line begins anew: none begins so
        t.prompt(self.where + " NOOP two!")

    def test_what_a_history_may_not_show(self):
        def history(home):
            os.mkdir(os.path.join(home, "smtpsh"))
            with open(os.path.join(home, "smtpsh", "history"), "w", encoding="utf-8") as lines:
                lines.write("AUTH PLAIN c2VjcmV0LXNlY3JldA==\nXYZZY \x1b]0;owned\x07\nXYZZY plain\nXYZZ \u202eevil\n")
        t = self.open(NO_COLOR="", prepare=history)
        t.type("XYZZ")
        t.prompt(self.where + " XYZZY plain")       # the newest is none that a terminal may get
        t.type("\x15AUTH PLAIN c2V")
        t.prompt(self.where + " AUTH PLAIN c2V")
        t.type("\x1b[A")
        t.prompt(self.where + " AUTH PLAIN c2V")
        t.type("\x15XYZZY" + "\x1b[A" * 3)
        t.taken()
        t.type("\x15NOOP\r")
        self.peer.dialogue(("NOOP", "250 still here"))
        t.shows("still here")
        t.never("owned\x07", "c2VjcmV0LXNlY3JldA")


if __name__ == "__main__":
    tap.main()
