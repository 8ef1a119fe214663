"""Steps that work on the wire, and the options that go with them: octets, groups, early talk, waits, the trace."""
import os
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from hostile import EHLO, GREETING


class Wire(unittest.TestCase):
    def talk(self, behaviour, lines, *options):
        with hostile.Server(behaviour) as server:
            done = program.run(*options, "127.0.0.1", str(server.port), input=lines)
            return done, server.peers[0]

    def test_raw_octets_go_out_as_written(self):
        done, peer = self.talk(lambda p: p.hello().obey(), "EHLO a\n/raw \"NO\"\n/raw \"OP\\r\\n\"\n/raw \"RSET\\r\\nVRFY \\x41\\0\\\"\\r\\n\"\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(peer.heard, ["EHLO a", "NOOP", "RSET", "VRFY A\0\"", "QUIT"])
        self.assertIn(" -> RSET\\x0D\\x0A", done.stdout)

    def test_a_bare_lf_that_is_not_answered_times_out(self):
        def wants_crlf(p):
            p.hello()
            while b"\r\n" not in p.rest:
                p.rest += p.octets()
            p.say("250 for what ended in CRLF\r\n").finish()
        done, _ = self.talk(wants_crlf, "EHLO a\n/raw \"NOOP\\n\"\n", "--timeout", "200ms")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("*** timed out after 200 ms waiting for the reply", done.stdout)

    def test_raw_wants_quotes_it_can_read(self):
        for wrong, why in (("/raw NOOP", "expected octets in double quotes"), ("/raw \"x", "unmatched double quote"), ("/raw \"\\q\"", "invalid escape")):
            done = program.run("demo:", input=wrong + "\n")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(why, done.stdout)

    def test_a_group_is_one_write_and_replies_are_matched(self):
        def grouped(p):
            p.hello("250-h\r\n250 PIPELINING\r\n")
            got = p.octets()
            p.all = got
            p.say("250 mail\r\n550 no rcpt\r\n250 rcpt\r\n354 data\r\n").hear(2).say("250 taken\r\n").obey()
        done, peer = self.talk(grouped, "EHLO a\n/pipeline \"MAIL FROM:<a@b>\" \"RCPT TO:<no@b>\" \"RCPT TO:<c@d>\" \"DATA\"\nx\n.\n")
        self.assertEqual(peer.all, b"MAIL FROM:<a@b>\r\nRCPT TO:<no@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        self.assertIn("<** 550 no rcpt\n<-  250 rcpt\n<-  354 data\n -> x\n", done.stdout)
        self.assertEqual(done.returncode, 7, done.stdout)

    def test_a_group_that_should_not_be_is_noted(self):
        done, _ = self.talk(lambda p: p.hello("250 h\r\n").obey(), "EHLO a\n/pipeline \"NOOP\" \"RSET\"\n")
        self.assertIn("does not offer PIPELINING", done.stdout)
        self.assertIn("NOOP may only be the last command of a group", done.stdout)
        self.assertEqual(done.returncode, 0)

    def pieces(self, *options, **more):
        "what arrives of the first line, read by read; then a server that obeys"
        def reads(p):
            p.say(GREETING)
            p.got = []
            while not b"".join(p.got).endswith(b"\n"):
                p.got.append(p.octets() or b"\n")
            p.say("250 ok\r\n").obey()
        with hostile.Server(reads) as server:
            done = program.run(*options, "127.0.0.1", str(server.port), **more)
            self.assertEqual(b"".join(server.peers[0].got), b"NOOP 123456789\r\n")
            return done, server.peers[0].got

    def test_slow_writing_wherever_lines_are_given(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("/write slow=4/30ms\nNOOP 123456789\n")
            file.flush()
            for options, lines in (((), "/write slow=4/30ms\nNOOP 123456789\n"), (("-f", file.name), ""),
                                   (("-c", "/write slow=4/30ms", "-c", "NOOP 123456789"), "")):
                done, got = self.pieces(*options, input=lines)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertGreater(len(got), 1)
                self.assertEqual(len(got[0]), 4)

    def test_a_write_is_cut_where_it_is_said(self):
        done, got = self.pieces(input="/write split=2,7\nNOOP 123456789\n/write off\nRSET\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(got[0], b"NO")

    def test_a_reply_is_waited_for_from_the_last_piece_on(self):
        done, _ = self.pieces("--timeout", "reply=700ms", input="/write slow=1/60ms\nNOOP 123456789\n/write off\n")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_pace_that_is_none(self):
        for wrong, why in (("slow=x", "expected octets and a time"), ("slow=3", "expected octets and a time"), ("split=7,3", "ascending"),
                           ("split=", "expected split positions"), ("quick", "expected slow=1/s, split=3,7 or off"), ("off now", "unexpected argument")):
            done = program.run("demo:", "-c", "/write " + wrong)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(why, done.stdout)

    def test_early_talk_is_sent_before_the_banner(self):
        def greets_late(p):
            p.hear()
            p.say(GREETING).say(EHLO).obey()
        done, peer = self.talk(greets_late, "EHLO early\nNOOP\n", "--early")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLess(done.stdout.index(" -> EHLO early"), done.stdout.index("<-  220"))
        self.assertIn(" -> NOOP\n<-  250 ok", done.stdout)
        self.assertNotIn("unsolicited", done.stdout)

    def test_reopen_helo_and_timeout(self):
        with hostile.Server(lambda p: p.hello().obey()) as server:
            done = program.run("127.0.0.1", str(server.port), input="/helo new.example\n/timeout reply=7s\n/reopen\n/starttls\n")
            self.assertEqual([p.heard[:1] for p in server.peers], [[], ["EHLO new.example"]])
        self.assertEqual(done.stdout.count("=== connected to"), 2)

    def test_wait_hears_what_comes_unasked(self):
        done, _ = self.talk(lambda p: p.say(GREETING).wait(0.05).say("421 4.3.2 going down\r\n").close(), "/wait 5s\n")
        self.assertIn("421 4.3.2 going down", done.stdout)
        self.assertEqual(done.returncode, 6, done.stdout)

    def test_silence_is_broken_by_what_nobody_asked_for(self):
        done, _ = self.talk(lambda p: p.hello().wait(0.05).say("250 oh\r\n"), "EHLO a\n/silence 5s\n", "--timeout", "200ms")
        self.assertIn("*** expected silence, received 250", done.stdout)

    def test_the_whole_has_a_deadline(self):
        done, _ = self.talk(lambda p: p.say(GREETING).drip("250 x" * 100, 0.05), "EHLO a\nNOOP\n", "--deadline", "300ms")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("*** not finished within 0.300 s (--deadline)", done.stdout)

    def test_tls_if_it_can_be_had(self):
        without, _ = self.talk(lambda p: p.hello("250 h\r\n").obey(), "NOOP\n", "--tls=try")
        self.assertEqual(without.returncode, 0, without.stdout)
        self.assertIn("continuing without TLS: the server does not offer STARTTLS", without.stdout)
        refused, _ = self.talk(lambda p: p.hello().obey({"STAR": "454 no\r\n"}), "NOOP\n", "--tls=try")
        self.assertEqual(refused.returncode, 0, refused.stdout)
        self.assertIn("continuing without TLS: the server refuses STARTTLS", refused.stdout)
        helo, _ = self.talk(lambda p: p.hello("502 what?\r\n").obey(), "NOOP\n", "--tls=try", "--helo", "me.example")
        self.assertIn(" -> HELO me.example\n<-  250 ok", helo.stdout)
        with program.Serve() as server:
            done = program.run("--tls=try", server.host, str(server.port), input="NOOP\n")
        self.assertIn(" ~> NOOP", done.stdout)

    def test_tls_is_ended_as_it_should_be(self):
        ends = []

        def looks(p):
            p.starttls().tls().hear().say("250 h\r\n").hear().say("221 bye\r\n")
            p.sock.suppress_ragged_eofs = False
            ends.append(p.sock.recv(1))         # raises without a close_notify
        with hostile.Server(looks) as server:
            done = program.run("127.0.0.1", str(server.port), input="EHLO a\nSTARTTLS\nEHLO a\nQUIT\n")
            server.finished.wait(program.DEADLINE)
        self.assertEqual((done.returncode, ends), (0, [b""]), done.stdout)

    def test_a_trace_has_the_octets_and_no_secret(self):
        with tempfile.TemporaryDirectory() as place:
            trace = os.path.join(place, "trace")
            program.run("--debug", trace, "demo:", input="EHLO a\nSTARTTLS\nEHLO a\nAUTH PLAIN AGRlbW8AZGVtbw==\n/reopen\n")
            text = open(trace).read()
            self.assertEqual(stat.S_IMODE(os.stat(trace).st_mode), 0o600)
        for part in ("smtpsh ", "session 1: read ", "session 1: wrote ", '"event":"tls"', '"event":"connected"', "AUTH PLAIN <secret"):
            self.assertIn(part, text)
        self.assertNotIn("AGRlbW8AZGVtbw", text)
        done = program.run("--debug", "/nowhere/at/all", "demo:", "-c", "NOOP")
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot write /nowhere/at/all: No such file", done.stderr)
        for status, *args in (11, "demo:", "-c", "NOOP"), (3, "probe", "demo:"), (11, "send", "demo:", "--from", "a@b.example", "--to", "c@d.example"):
            done = program.run(*args, "--debug", "/dev/full")
            self.assertEqual((done.returncode, done.stderr), (status, "smtpsh: cannot write /dev/full: No space left on device\n"))

    def test_whatever_takes_the_option_writes_one(self):
        with tempfile.TemporaryDirectory() as place:
            script = os.path.join(place, "a.smtp")
            with open(script, "w") as out:
                out.write("#!smtpsh 1\nS: 220\nC: EHLO a\nS: 250\nC: AUTH PLAIN AGRlbW8AZGVtbw==\nS: *\nC: QUIT\nS: 221\n")
            table = [("replay", ("replay", "--against", "demo:", script), 0), ("probe", ("probe", "demo:"), 0)]
            for name, args, want in table:
                trace = os.path.join(place, name)
                done = program.run(*args, "--debug", trace)
                self.assertEqual(done.returncode, want, done.stdout + done.stderr)
                text = open(trace).read()
                for part in ("smtpsh ", "session 1: read ", '"event":"reply"'):
                    self.assertIn(part, text)
                self.assertNotIn("AGRlbW8AZGVtbw", text)
                done = program.run(*args, "--debug", "/nowhere/at/all")
                self.assertEqual(done.returncode, 3 if name == "probe" else 2)
                self.assertIn("cannot write /nowhere/at/all: No such file", done.stderr)


if __name__ == "__main__":
    tap.main()
