"""Replies find their commands again: after a wait that was given up, behind unsolicited replies, at the end of a session."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import Server

GREETING = "220 h.example\r\n"


def events(behaviour, lines, *options, status=None):
    with Server(behaviour) as server:
        done = program.run(f"127.0.0.1:{server.port}", "--format", "json", *options, input="".join(line + "\n" for line in lines))
    if status is not None and done.returncode != status:
        raise AssertionError(f"exit status {done.returncode}, not {status}: {done.stdout}")
    return [json.loads(line) for line in done.stdout.splitlines()], server.peers[0].heard


def replies(got):
    return [(e["answers"], e["code"], e["late"], e["surprise"]) for e in got if e["event"] == "reply"]


def mute(unanswered, codes=None):
    """Answers each line with its number among the lines, 250 and more, but for some."""
    def behaviour(p):
        p.say(GREETING)
        for n, verb in enumerate(p.verbs()):
            if verb == "QUIT":
                return p.say("221 bye\r\n").close()
            if p.heard[-1] not in unanswered:
                p.say((codes or {}).get(p.heard[-1], "250 ok\r\n"))
        return p
    return behaviour


class Late(unittest.TestCase):
    def test_one_that_is_never_answered(self):
        got, heard = events(mute(["NOOP a"], {"NOOP c": "252 c\r\n"}), ["NOOP a", "RSET", "NOOP c", "NOOP d"], "--timeout", "reply=300ms", status=9)
        self.assertEqual(replies(got), [("banner", 220, False, False), ("NOOP", 250, True, False), ("NOOP", 252, False, False), ("NOOP", 250, False, False),
                                        ("QUIT", 221, False, False)])
        self.assertEqual([e["or_answers"] for e in got if "or_answers" in e], ["RSET"])
        self.assertEqual(heard, ["NOOP a", "RSET", "NOOP c", "NOOP d", "QUIT"])

    def test_two_that_are_never_answered(self):
        got, _ = events(mute(["NOOP a", "NOOP b"], {"NOOP d": "252 d\r\n"}), ["NOOP a", "NOOP b", "NOOP c", "NOOP d"], "--timeout", "reply=200ms", status=9)
        self.assertEqual(replies(got)[1:], [("NOOP", 250, True, False), ("NOOP", 252, False, False), ("QUIT", 221, False, False)])

    def test_a_server_that_answers_in_order(self):
        def slow(p):
            p.say(GREETING).hear().hear().say("250 a\r\n252 b\r\n").obey()
        got, _ = events(slow, ["NOOP a", "NOOP b", "NOOP c"], "--timeout", "reply=300ms", status=9)
        self.assertEqual(replies(got)[1:], [("NOOP", 250, True, False), ("NOOP", 252, False, False), ("NOOP", 250, False, False), ("QUIT", 221, False, False)])

    def test_a_code_that_cannot_answer_what_waits_is_the_late_one(self):
        def slow(p):
            p.say(GREETING).hear().hear().say("250 late\r\n354 go\r\n").until_gone()
        got, _ = events(slow, ["EHLO a", "DATA"], "--timeout", "reply=300ms")
        self.assertEqual(replies(got)[1:3], [("EHLO", 250, True, False), ("DATA", 354, False, False)])
        self.assertFalse(any("or_answers" in e for e in got))

    def test_no_expectation_rests_on_a_late_reply(self):
        with Server(mute(["NOOP a"])) as server:
            done = program.run(f"127.0.0.1:{server.port}", "--timeout", "reply=200ms", input="NOOP a\nRSET\nS: 250\nNOOP\nS: 250\n")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertEqual(done.stdout.count("there is no reply that this S: line could judge"), 1, done.stdout)
        self.assertEqual(server.peers[0].heard, ["NOOP a", "RSET", "NOOP", "QUIT"])

    def test_a_code_that_fits_what_waits_alone_is_its_reply(self):
        got, _ = events(mute(["NOOP a"]), ["NOOP a"], "--timeout", "reply=200ms", status=9)
        self.assertEqual(replies(got)[-1], ("QUIT", 221, False, False))

    def test_who_gives_a_verdict_closes(self):
        def silent(p):
            p.hello("250 h\r\n").hear().until_gone()
        for args in ("send", "--from", "a@b.example", "--to", "c@d.example", "--tls=off", "--timeout", "reply=300ms"), ("probe", "--from", "a@b.example",
                     "--tls=off", "--timeout", "reply=300ms"), ("check_smtp", "-f", "a@b.example", "-t", "1", "-H", "127.0.0.1"):
            with Server(silent) as server:
                where = ("-p", str(server.port)) if args[0] == "check_smtp" else (f"127.0.0.1:{server.port}",)
                done = program.run(*args, *where)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual([h[:4] for h in server.peers[0].heard], ["HELO" if args[0] == "check_smtp" else "EHLO", "MAIL"], done.stdout)


class Surplus(unittest.TestCase):
    def test_in_every_place(self):
        for line in "EHLO a", "MAIL FROM:<>", "RCPT TO:<a@b>", "RSET", "NOOP", "VRFY a":
            with self.subTest(line):
                def twice(p):
                    p.say(GREETING)
                    for verb in p.verbs():
                        p.say("221 bye\r\n" if verb == "QUIT" else "250 ok\r\n250 more\r\n" if p.heard[-1] == line else "252 marked\r\n")
                got, _ = events(twice, [line, "NOOP behind"], status=10)
                self.assertEqual([r for r in replies(got) if r[3]], [(None, 250, False, True)])
                self.assertEqual(replies(got)[-2:], [("NOOP", 252, False, False), ("QUIT", 221, False, False)])

    def test_behind_the_221_it_is_a_note(self):
        got, _ = events(lambda p: p.say(GREETING).hear().say("221 bye\r\n250 and more\r\n").close(), ["QUIT"], status=0)
        self.assertEqual(replies(got)[-1], (None, 250, False, True))

    def test_a_221_that_comes_behind_another_reply_to_quit(self):
        for gap in "", "split":
            def behaviour(p):
                p.say(GREETING).hear().say("250 ok\r\n" if gap else "250 ok\r\n221 bye\r\n")
                if gap:
                    p.hear().say("221 bye\r\n")
                p.close()
            got, _ = events(behaviour, ["QUIT"], status=10)
            self.assertEqual(replies(got)[-2:], [("QUIT", 250, False, False), (None, 221, False, True)])

    def test_quit_without_a_221(self):
        got, _ = events(lambda p: p.say(GREETING).hear().close(), ["QUIT"], status=0)
        self.assertTrue(any(e["event"] == "note" and "221" in e["message"] for e in got), got)

    def test_a_421_may_come_at_any_time(self):
        with Server(lambda p: p.hello("250 h\r\n421 4.3.2 going down\r\n").close()) as server:
            done = program.run("probe", "--tls=off", "--format", "json", f"127.0.0.1:{server.port}")
        got = json.loads(done.stdout.splitlines()[0])
        self.assertEqual((got["state"], got["reason"]), ("WARNING", "rate_limited"), done.stdout)


if __name__ == "__main__":
    tap.main()
