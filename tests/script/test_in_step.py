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
        self.assertEqual(done.stdout.count("no reply for this S: line to check"), 1, done.stdout)
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

    def test_a_rejection_that_nothing_asked_for_is_out_of_step(self):
        def twice(p):
            p.say(GREETING).obey({"MAIL": "250 ok\r\n550 no\r\n"})
        events(twice, ["MAIL FROM:<>"], status=10)

    def test_what_shows_only_at_quit_is_in_the_rows_of_send(self):
        """The one that is too many may be any reply's: a recipient's, too."""
        def lags(p):
            p.say(GREETING).obey({"QUIT": "250 ok\r\n221 bye\r\n"})
        send = ("send", "--from", "a@b.example", "--to", "c@d.example", "--tls=off", "--body", "x")
        with Server(lags) as server:
            done = program.run(*send, "--format", "json", f"127.0.0.1:{server.port}")
        got = [json.loads(line) for line in done.stdout.splitlines()]
        told = [e for e in got if e["event"] == "delivery"]
        self.assertEqual([(e["fate"], [r["fate"] for r in e["recipients"]]) for e in told], [("unknown", ["unknown"])], done.stdout)
        self.assertEqual(done.returncode, 12)
        with Server(lags) as server:
            self.assertNotIn("accepted", program.run(*send, f"127.0.0.1:{server.port}").stdout)

    def test_a_rejection_that_shows_only_at_quit_to_be_anothers(self):
        """Of a message that went out nobody knows; one that did not was not sent."""
        for verb, reply, fate, status in (("DATA", "354 go\r\n", "unknown", 12), ("RCPT", "550 5.1.1 stray\r\n", "not_sent", 10)):
            def lags(p):
                p.say(GREETING)
                for each in p.verbs():
                    if each == "DATA":
                        p.say(reply)
                        while p.heard[-1] != ".":
                            p.hear()
                        p.say("550 5.7.1 stray\r\n")
                    elif each == "QUIT":
                        p.say("250 ok\r\n221 bye\r\n")
                    else:
                        p.say(reply if each == verb else "250 ok\r\n")
            with self.subTest(verb), Server(lags) as server:
                done = program.run("send", "--from", "a@b.example", "--to", "c@d.example", "--tls=off", "--body", "x", "--format", "json",
                                   f"127.0.0.1:{server.port}")
                told = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "delivery"]
                self.assertEqual([(e["fate"], [r["fate"] for r in e["recipients"]]) for e in told], [(fate, [fate])], done.stdout)
                self.assertEqual(done.returncode, status, done.stdout)

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


class Counted(unittest.TestCase):
    """BDAT, and how many replies the end of data has."""

    @staticmethod
    def counting(chunk_reply="250 chunk\r\n"):
        def behaviour(p):
            p.hello("250-h\r\n250 CHUNKING\r\n")
            p.chunks = []
            for verb in p.verbs():
                if verb == "BDAT":
                    n = int(p.heard[-1].split()[1])
                    while len(p.rest) < n and (more := p.octets()):
                        p.rest += more
                    p.chunks.append(p.rest[:n])
                    p.rest = p.rest[n:]
                p.say({"QUIT": "221 bye\r\n", "BDAT": chunk_reply}.get(verb, "250 ok\r\n"))
        return behaviour

    BEFORE = ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]

    def chunk(self, lines, how="pipe", reply="250 chunk\r\n"):
        lines = self.BEFORE + lines
        with Server(self.counting(reply)) as server:
            target = f"127.0.0.1:{server.port}"
            if how == "-c":
                done = program.run(target, *[w for line in lines for w in ("-c", line)])
            else:
                done = program.run(target, input="\n".join(lines) + "\n")
        return done, server.peers[0]

    def test_typed_chunks(self):
        for how in "pipe", "-c":
            for lines, chunks in ((["BDAT 14 LAST", "Subject: x", ""], [b"Subject: x\r\n\r\n"]), (["BDAT 2", "", "BDAT 0 LAST"], [b"\r\n", b""]),
                                  (["BDAT 6", "QUIT", "BDAT 8 LAST", "S: 250", ], [b"QUIT\r\n", b"S: 250\r\n"]),
                                  (["BDAT 800 LAST"] + ["12345678"] * 80, [b"12345678\r\n" * 80])):
                with self.subTest(lines, how=how):
                    done, peer = self.chunk([*lines, "NOOP"], how)
                    self.assertEqual((done.returncode, peer.chunks, peer.heard[-2:]), (0, chunks, ["NOOP", "QUIT"]), done.stdout)

    def test_a_refused_chunk_is_a_refusal(self):
        done, peer = self.chunk(["BDAT 3", "x", "NOOP"], reply="552 5.3.4 too much\r\n")
        self.assertEqual((done.returncode, peer.heard[-2:]), (7, ["NOOP", "QUIT"]), done.stdout)

    def test_lines_that_do_not_make_it_are_not_sent(self):
        for lines in ["BDAT 3", "xx", "NOOP"], ["BDAT 14", "x"]:
            done, peer = self.chunk(lines)
            self.assertEqual((done.returncode, peer.chunks), (2, []), done.stdout)
            self.assertEqual([h for h in peer.heard if h not in self.BEFORE and h != "QUIT"], lines[2:], done.stdout)

    def test_raw_octets(self):
        done, peer = self.chunk([r'/raw "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"'])
        self.assertEqual((done.returncode, peer.chunks, peer.heard[-2:]), (0, [b"QUIT\r\n"], ["NOOP", "QUIT"]), done.stdout)

    def test_lmtp_that_rejects_the_command(self):
        """It is no recipient's reply: the message was for nobody. One about a recipient leaves the others unknown."""
        three = [word for to in ("c", "d", "e") for word in ("--to", f"{to}@d.example")]
        send = ("send", "--lmtp", "--tls=off", "--from", "a@b.example", *three, "--subject", "x", "--body", "y", "--format", "json")
        offers = "250-h\r\n250 CHUNKING\r\n"
        for ehlo, reply, fates, status in (("250 h\r\n", "500 5.5.1 what\r\n", ["rejected"] * 3, 7), ("250 h\r\n", "554 no\r\n", ["rejected"] * 3, 7),
                                           (offers, "502 5.5.1 not here\r\n", ["rejected"] * 3, 7),
                                           (offers, "503 5.5.1 a chunk failed\r\n", ["rejected"] * 3, 7),
                                           (offers, "550 5.5.2 cannot read it\r\n", ["rejected"] * 3, 7),
                                           (offers, "550 5.1.1 no such user\r\n", ["rejected", "unknown", "unknown"], 12)):
            def behaviour(p):
                p.hello(ehlo)
                for verb in p.verbs():
                    p.say(reply if verb == "BDAT" else "250 ok\r\n")
                    if verb == "BDAT":
                        p.close()
            with self.subTest(reply, ehlo=ehlo), Server(behaviour) as server:
                done = program.run(*send, "--bdat=force", f"127.0.0.1:{server.port}")
                told = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "delivery"]
                self.assertEqual([[r["fate"] for r in e["recipients"]] for e in told], [fates], done.stdout)
                # where it closes before all that are due have come, that is what ends the session
                self.assertIn(done.returncode, (status,) if status == 12 else (status, 10), done.stdout)
                typed = ["LHLO a.example", "MAIL FROM:<a@b.example>", *(f"RCPT TO:<{to}@d.example>" for to in "cde"), "BDAT 2 LAST", ""]
            with Server(behaviour) as server:
                done = program.run("--lmtp", "--tls=off", "--format", "json", f"127.0.0.1:{server.port}", input="\n".join(typed) + "\n")
                causes = {e.get("cause") for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "closed"}
                self.assertEqual((done.returncode == 12, "fate_unknown" in causes), (status == 12,) * 2, done.stdout)

    @staticmethod
    def prdr(verdicts, final="250 all\r\n"):
        def behaviour(p):
            p.hello("250-h\r\n250-PIPELINING\r\n250 PRDR\r\n")
            for verb in p.verbs():
                if verb == "DATA":
                    p.say("354 go\r\n")
                    while p.heard[-1] != ".":
                        p.hear()
                    p.say("353 each\r\n" + "".join(v + "\r\n" for v in verdicts) + final)
                else:
                    p.say("221 bye\r\n" if verb == "QUIT" else "250 ok\r\n")
        return behaviour

    TEXT = ["EHLO a.example", "MAIL FROM:<a@b.example> PRDR", "RCPT TO:<c@d.example>", "RCPT TO:<e@d.example>", "DATA", "Subject: x", "", "."]

    def test_prdr_in_a_pipe(self):
        got, _ = events(self.prdr(["250 one", "550 two"]), [*self.TEXT, "NOOP"], status=7)
        self.assertEqual([(e["answers"], e["code"]) for e in got if e["event"] == "reply"][-6:],
                         [("message", 353), ("message", 250), ("message", 550), ("message", 250), ("NOOP", 250), ("QUIT", 221)])
        self.assertTrue(all(e["standing"] == "fits" for e in got if e["event"] == "reply"))

    def test_prdr_by_send(self):
        for verdicts, status in (["250 one", "250 two"], 0), (["250 one", "550 two"], 8), (["550 one", "550 two"], 7):
            with Server(self.prdr(verdicts, "250 all\r\n" if status != 7 else "550 none\r\n")) as server:
                done = program.run("send", "--tls=off", "--mail-param", "PRDR", "--from", "a@b.example", "--to", "c@d.example", "--to", "e@d.example",
                                   "--body", "x", f"127.0.0.1:{server.port}", "--format", "json")
            self.assertEqual(done.returncode, status, done.stdout)
            said = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([r["code"] for e in said if e["event"] == "delivery" for r in e["recipients"]], [int(v[:3]) for v in verdicts], done.stdout)

    def test_353_without_prdr_is_out_of_step(self):
        got, _ = events(self.prdr(["250 one", "250 two"]), [line.replace(" PRDR", "") for line in self.TEXT], status=12)
        self.assertEqual([e["standing"] for e in got if e["event"] == "reply" and e["code"] == 353], ["out_of_step"])

    def test_prdr_replayed(self):
        import tempfile
        script = "".join(f"C: {line}\n" + ("S: 354\n" if line == "DATA" else "" if line in ("Subject: x", "", ".") else "S: 250\n") for line in self.TEXT)
        for lines, status in ("S: 353\nS: 250\nS: 550\nS: 250\n", 0), ("S: 353\nS: 250\nS: 250\nS: 250\n", 1):
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as f, Server(self.prdr(["250 one", "550 two"])) as server:
                f.write(script + lines + "C: NOOP\nS: 250\n")
                f.flush()
                done = program.run("replay", "--against", f"127.0.0.1:{server.port}", f.name)
            self.assertEqual(done.returncode, status, done.stdout)


class Early(unittest.TestCase):
    def test_a_greeting_that_refuses_who_talks_early(self):
        with Server(lambda p: p.hear().say("554 5.5.1 no early talkers\r\n").close()) as server:
            done = program.run(f"127.0.0.1:{server.port}", "--early", "-c", "EHLO a.example")
        self.assertEqual(done.returncode, 7, done.stdout)


class Injection(unittest.TestCase):
    """STARTTLS and more in one write, by hand: the handshake follows, and a reply within TLS is told as what it is."""

    def play(self, line, injected):
        def behaviour(p):
            p.hello().hear().hear().say("220 go\r\n").tls()
            if injected:
                p.say("250 2.0.0 Ok\r\n")
            p.obey()
        with Server(behaviour) as server:
            done = program.run(f"127.0.0.1:{server.port}", "--verify=off", input=f"EHLO a.example\n{line}\nRSET\n")
        self.assertEqual(server.peers[0].heard, ["EHLO a.example", "STARTTLS", "NOOP", "RSET", "QUIT"], done.stdout)
        return done

    def test_by_hand(self):
        for line in '/pipeline "STARTTLS" "NOOP"', r'/raw "STARTTLS\r\nNOOP\r\n"':
            self.assertEqual(self.play(line, False).returncode, 0)
            done = self.play(line, True)
            self.assertEqual(done.returncode, 10, done.stdout)
            self.assertIn("CVE-2011-0411", done.stdout)


if __name__ == "__main__":
    tap.main()
