"""What became of the message, whatever the server does and wherever it stops; nothing that is said of it may be false."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import GREETING, Server

ENVELOPE = ("--from", "a@b.example", "--to", "c@d.example")


def until(verb, last, tls=False):
    """A good server up to a verb, which `last` answers: a function of the peer."""
    def behave(p):
        if tls:
            p.starttls().tls()
        else:
            p.say(GREETING)
        for heard in p.verbs():
            if heard == verb:
                return last(p)
            p.say("354 go on\r\n" if heard == "DATA" else "250 ok\r\n")
    return behave


class Reset(unittest.TestCase):
    """A reset is told at once, with what was said before it, though a write came upon it first."""

    def ends(self, behaviour, status, *args, input="", has=(), options=("--timeout", "15s")):
        with Server(behaviour) as server:
            done = program.run(*args, *options, f"127.0.0.1:{server.port}", input=input, timeout=10)
        self.assertEqual(done.returncode, status, done.stdout[-2000:] + done.stderr)
        for words in has:
            self.assertIn(words, done.stdout)

    def test_while_it_writes(self):
        for tls in (False, True):
            dying = until("MAIL", lambda p: p.say("421 4.7.0 enough\r\n").reset(), tls)
            lines = ("EHLO a.example\n" + "STARTTLS\nEHLO a.example\n" * tls + "MAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nQUIT\n")
            for _ in range(8):
                self.ends(dying, 6, input=lines, has=("421 4.7.0 enough",))
                self.ends(dying, 6, "send", *ENVELOPE, has=("421 4.7.0 enough",))
            self.ends(dying, 1, "probe", *ENVELOPE, has=("421 4.7.0 enough",), options=("-t", "9s"))

    def test_within_a_long_message(self):
        """Of what was said before it nothing is lost, in whichever way the message goes."""
        for say, status in (("421 4.7.0 enough\r\n", 6), ("", 10)):
            for tls in (False, True):
                def behave(p):
                    p.octets(100000)
                    p.say(say).reset()
                self.ends(until("DATA", lambda p: behave(p.say("354 go on\r\n")), tls), status, "send", *ENVELOPE, "--size", "25M", has=(say.strip(),))
                self.ends(until("BDAT", behave, tls), status, "send", *ENVELOPE, "--bdat=force", "--size", "25M", has=(say.strip(),))

    def test_a_write_that_comes_first(self):
        """The next line is there when the process goes on, and the reset too: whichever it takes up first."""
        for tls in (False, True):
            stopped = threading.Event()

            def behave(p):
                p.say("250 ok\r\n")
                stopped.wait(program.DEADLINE)
                p.say("421 4.7.0 enough\r\n").reset()
            with Server(until("MAIL", behave, tls)) as server:
                child = subprocess.Popen([program.SMTPSH, "--tls=starttls" if tls else "--tls=off", "--timeout", "15s", f"127.0.0.1:{server.port}"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=program.environment())
                child.stdin.write(b"" if tls else b"EHLO a.example\n")
                child.stdin.write(b"MAIL FROM:<a@b.example>\n")
                child.stdin.flush()
                out = b""
                while b"-> MAIL" not in out and b"~> MAIL" not in out or not out.endswith(b"250 ok\n"):
                    out += os.read(child.stdout.fileno(), 4096) or self.fail(out)
                os.kill(child.pid, signal.SIGSTOP)
                os.waitpid(child.pid, os.WUNTRACED)
                child.stdin.write(b"RSET\n" * 20)
                child.stdin.flush()
                stopped.set()
                server.finished.wait(program.DEADLINE)
                os.kill(child.pid, signal.SIGCONT)
                out += child.communicate(timeout=10)[0]
            self.assertEqual(child.returncode, 6, out)
            self.assertIn(b"421 4.7.0 enough", out)


def at_end(last, tls=False, offers="250-h\r\n250-PIPELINING\r\n250 CHUNKING\r\n"):
    """A good server up to the end of a message, by a dot or by BDAT LAST, which `last` answers."""
    def behave(p):
        if tls:
            p.starttls().tls()
        else:
            p.say(GREETING)
        for verb in p.verbs():
            words = p.heard[-1].split()
            if verb == "BDAT":
                p.take(int(words[1]))
            if verb == "DATA":
                p.say("354 go on\r\n")
                while p.heard[-1] != ".":
                    p.hear()
            if verb == "DATA" or words[-1] == "LAST":
                return last(p)
            p.say(offers if verb in ("EHLO", "LHLO") else "221 bye\r\n" if verb == "QUIT" else "250 ok\r\n")
    return behave


# What answers the end: a function of the peer, and whether the wait for it has to be short.
NO_ANSWER = {
    "close": lambda p: p.close(),
    "reset": lambda p: p.reset(),
    "half a reply and a close": lambda p: p.say("250 2.0.0 O").close(),
    "a reply that goes on and a close": lambda p: p.say("250-2.0.0 Ok\r\n").close(),
    "no code": lambda p: p.say("Ok, queued as 1234\r\n"),
    "a code of DATA": lambda p: p.say("354 go on\r\n"),
    "a greeting": lambda p: p.say("220 hello\r\n"),
    "a farewell": lambda p: p.say("221 bye\r\n").close(),
    "a login": lambda p: p.say("235 in\r\n"),
    "399": lambda p: p.say("399 perhaps\r\n"),
    "199": lambda p: p.say("199 working on it\r\n"),
    "999": lambda p: p.say("999 queued\r\n"),
    "mixed": lambda p: p.say("250-queued\r\n550 no\r\n"),
    "mixed the other way": lambda p: p.say("550-no\r\n250 queued\r\n"),
    "another protocol": lambda p: p.say("HTTP/1.1 200 OK\r\n\r\n").close(),
    "no end": lambda p: p.forever("250-and so on\r\n" * 1000),
    "silence": lambda p: p.over.wait(),
}
ANSWER = {
    "250": ("250 2.0.0 Ok: queued as 4F3K2abcde", 0, "accepted"),
    "unlisted 2xx": ("299 fine", 0, "accepted"),
    "451": ("451 4.3.0 later", 6, "deferred"),
    "421": ("421 4.3.2 later", 6, "deferred"),
    "552": ("552 5.3.4 too much", 7, "rejected"),
    "554 in two lines": ("554-5.7.1 spam\r\n554 5.7.1 so it is", 7, "rejected"),
}
WAYS = {
    "DATA": (), "pipelined": ("--pipeline",), "BDAT": ("--bdat",), "chunks": ("--chunk", "100"), "pipelined chunks": ("--chunk", "100", "--pipeline"),
    "a long one": ("--size", "3M"), "a long one by BDAT": ("--size", "3M", "--bdat"),
}
FALSE = ("accepted for delivery", "message not sent", "not accepted", "final dot", "without completing", "no message")


def json_events(text):
    return [json.loads(line) for line in text.splitlines()]


class Fate(unittest.TestCase):
    """RFC 1047: where the end went out and no valid reply came, nobody knows; and only a valid reply says otherwise."""

    def send(self, behaviour, *args, silent=False, to=("c@d.example", "e@f.example"), timeout=()):
        with Server(behaviour) as server:
            patience = ("--timeout", "dot=200ms" if silent else "15s")
            run = lambda *more: program.run("send", "--from", "a@b.example", "--to", ",".join(to), *patience, *args, *more, f"127.0.0.1:{server.port}")
            text, events = run(), run("--format", "json")
        self.assertEqual(text.returncode, events.returncode, text.stdout[-2000:] + events.stdout[-2000:])
        events = json_events(events.stdout)
        return text, events, [e for e in events if e["event"] == "delivery"]

    def is_unknown(self, name, behaviour, *args, **more):
        with self.subTest(name):
            text, events, told = self.send(behaviour, *args, silent=name.endswith("silence"), **more)
            self.assertEqual(text.returncode, 12, text.stdout[-2000:])
            self.assertEqual([d["fate"] for d in told], ["unknown"])
            self.assertEqual([r["fate"] for r in told[0]["recipients"]], ["unknown"] * len(told[0]["recipients"]))
            self.assertEqual(told[0]["accepted"], 0)
            self.assertEqual(len([e for e in events if e.get("failure") == "unknown" and e["event"] == "problem"]), 1)
            self.assertIn("(RFC 1047)", text.stdout)
            self.assertIn("c@d.example  unknown", text.stdout)
            for words in FALSE:
                self.assertNotIn(words, text.stdout)

    def test_no_valid_answer(self):
        for name, last in NO_ANSWER.items():
            self.is_unknown(name, at_end(last))
        for way, args in WAYS.items():
            for name in ("close", "reset", "no code", "silence"):
                self.is_unknown(way + ": " + name, at_end(NO_ANSWER[name]), *args)
        for name in ("close", "reset", "no code", "silence"):
            self.is_unknown("TLS: " + name, at_end(NO_ANSWER[name], tls=True))

    def test_an_answer(self):
        for name, (reply, status, fate) in ANSWER.items():
            for way, args in WAYS.items():
                with self.subTest(name + ": " + way):
                    text, events, told = self.send(at_end(lambda p: p.say(reply + "\r\n").obey()), *args)
                    self.assertEqual(text.returncode, status, text.stdout[-2000:])
                    self.assertEqual([told[0]["fate"]] + [r["fate"] for r in told[0]["recipients"]], [fate] * 3)
                    self.assertEqual([r["code"] for r in told[0]["recipients"]], [int(reply[:3])] * 2)
                    self.assertEqual("accepted for delivery" in text.stdout, fate == "accepted")
                    self.assertEqual(f"c@d.example  {fate}   {reply[:3]}" in text.stdout, True, text.stdout)

    def test_an_answer_holds_whatever_ends_the_session(self):
        """A status that says try again would deliver the message twice."""
        for tls in (False, True):
            for name, last in (("421", lambda p: p.say("250 ok\r\n421 4.4.2 bye\r\n").close()), ("cut", lambda p: p.say("250 ok\r\n").cut() if tls else p.say("250 ok\r\n").close()),
                               ("reset", lambda p: p.say("250 ok\r\n").hear().reset())):
                with self.subTest(f"{name}, TLS {tls}"):
                    text, events, told = self.send(at_end(last, tls=tls))
                    self.assertEqual((text.returncode, told[0]["fate"]), (0, "accepted"), text.stdout)

    def test_each_recipient_of_lmtp(self):
        """Those that were answered keep their reply."""
        replies = ("250 2.0.0 kept", "552 5.2.2 full", "451 4.2.0 later")
        fates = ("accepted", "rejected", "deferred")
        for n in range(4):
            for args in ((), ("--bdat",), ("--pipeline",)):
                for name in ("close", "reset", "silence"):
                    with self.subTest(f"{name} after {n} replies"):
                        last = NO_ANSWER[name] if n < 3 else lambda p: p.obey()
                        said = "".join(reply + "\r\n" for reply in replies[:n])
                        text, events, told = self.send(at_end(lambda p: last(p.say(said))), "--lmtp", *args, silent=name == "silence",
                                                       to=("c@d.example", "e@f.example", "g@h.example"))
                        self.assertEqual(text.returncode, 12 if n < 3 else 8, text.stdout[-2000:])
                        self.assertEqual([r["fate"] for r in told[0]["recipients"]], [*fates[:n], *["unknown"] * (3 - n)])
                        self.assertEqual([r["code"] for r in told[0]["recipients"]], [*[int(r[:3]) for r in replies[:n]], *[0] * (3 - n)])

    def test_the_end_that_did_not_go_out(self):
        """A server that reads no further: what is in our own buffer was not sent."""
        for args in (("--size", "25M"), ("--size", "25M", "--bdat=force"), ("--size", "2M")):
            deaf = until("DATA" if "--bdat=force" not in args else "BDAT", lambda p: p.say("354 go on\r\n" * ("--bdat=force" not in args)).over.wait())

            def small(p):
                p.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                deaf(p)
            with Server(small) as server:
                done = program.run("send", "--from", "a@b.example", "--to", "c@d.example", "--tls=off", "--format", "json", "--timeout", "reply=300ms,dot=300ms", *args,
                                   f"127.0.0.1:{server.port}")
            told = [e for e in json_events(done.stdout) if e["event"] == "delivery"]
            out = 0 if args != ("--size", "2M") else None       # it may all fit into the system's buffers
            if told[0]["fate"] != "unknown" or out == 0:
                self.assertEqual((done.returncode, told[0]["fate"], told[0]["recipients"][0]["fate"]), (9, "not_sent", "not_sent"), done.stdout[-2000:])


LINES = "EHLO a.example\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\n"
MESSAGE = {
    "typed": "DATA\nSubject: x\n\nhi\n.\n", "/body": "/body <<EOF\nSubject: x\n\nhi\nEOF\n", "/bdat": "/bdat <<EOF\nSubject: x\n\nhi\nEOF\n",
}
SCRIPT = ("S: 220\nC: EHLO a.example\nS: 250\nC: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\n"
          "C: DATA\nS: 354\nC: Subject: x\nC:\nC: hi\nC: .\nS: 250\nC: QUIT\nS: 221\n")
FAST = ("--timeout", "dot=200ms,reply=5s,quit=200ms")


class Ways(unittest.TestCase):
    """However a message goes out: a line, a file, a script, a probe, a proxy."""

    def against(self, last, *args, input="", where=(), target="127.0.0.1:{}", **more):
        with Server(at_end(last, **more)) as server:
            done = program.run(*args, target.format(server.port), *where, input=input)
        return done

    def test_lines(self):
        for way, message in MESSAGE.items():
            for name in ("close", "no code", "silence"):
                last = NO_ANSWER[name]
                with self.subTest(f"{way}: {name}"), tempfile.NamedTemporaryFile("w") as file:
                    file.write(LINES + message)
                    file.flush()
                    lines = (LINES + message).splitlines()
                    for args, input in ((FAST, LINES + message), ((*FAST, "-f", file.name), ""),
                                        ((*FAST, "--format", "json"), LINES + message),
                                        *([((*FAST, *[word for line in lines for word in ("-c", line)]), "")] if way == "typed" else [])):
                        done = self.against(last, *args, input=input)
                        self.assertEqual(done.returncode, 12, done.stdout + done.stderr)
                        self.assertEqual(done.stdout.count("(RFC 1047)"), 1, done.stdout)
                        for words in FALSE:
                            self.assertNotIn(words, done.stdout)

    def test_what_is_said_next_is_a_command(self):
        """The message is over, whether it was answered or not."""
        with Server(at_end(lambda p: p.hear().say("250 late\r\n250 noop\r\n").obey())) as server:
            done = program.run(*FAST, f"127.0.0.1:{server.port}", input=LINES + MESSAGE["typed"] + "NOOP\nQUIT\n")
            self.assertEqual(done.returncode, 12, done.stdout)
            self.assertEqual(server.peers[0].heard[-2:], ["NOOP", "QUIT"])

    def test_scripts(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
            file.write(SCRIPT)
            file.flush()
            for name in ("close", "reset", "silence", "no code", "mixed"):
                with self.subTest(name):
                    done = self.against(NO_ANSWER[name], "replay", *FAST, file.name, "--against")
                    self.assertEqual(done.returncode, 12, done.stdout + done.stderr)
            done = self.against(lambda p: p.say("552 no\r\n").obey(), "replay", *FAST, file.name, "--against")
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_a_probe(self):
        file = tempfile.NamedTemporaryFile("w")
        self.addCleanup(file.close)
        file.write("Subject: x\n\nhi\n")
        file.flush()
        for name in ("close", "reset", "silence", "no code", "mixed"):
            for last, seconds in ((NO_ANSWER[name], "9s"),) + (((NO_ANSWER[name], "1s"),) if name == "silence" else ()):
                with self.subTest(f"{name}, {seconds}"):
                    args = ("probe", *(() if seconds == "1s" else FAST), "-t", seconds, *ENVELOPE, "--send", file.name)
                    done = self.against(last, *args)
                    self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                    self.assertIn("status unknown (RFC 1047)", done.stdout)
                    told = json_events(self.against(last, *args, "--format", "json").stdout)[0]
                    self.assertEqual((told["state"], told["fate"]), ("CRITICAL", "unknown"))
        done = self.against(lambda p: p.say("451 later\r\n").obey(), "probe", *FAST, *ENVELOPE, "--send", file.name)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertNotIn("unknown", done.stdout)

    def test_given_up_by_the_person_or_the_deadline(self):
        for signo in (signal.SIGINT, signal.SIGTERM, None):
            for args, input in ((("send", *ENVELOPE), None), ((), LINES + MESSAGE["typed"])):
                with self.subTest(f"{signo} {args}"):
                    ended = threading.Event()
                    with Server(at_end(lambda p: ended.set() or p.over.wait())) as server:
                        child = subprocess.Popen([program.SMTPSH, *args, *(("--deadline", "1s") if signo is None else ()), f"127.0.0.1:{server.port}"],
                                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=program.environment())
                        if input:
                            child.stdin.write(input.encode())
                            child.stdin.flush()
                        self.assertTrue(ended.wait(program.DEADLINE))
                        if signo:
                            child.send_signal(signo)
                        out = child.communicate(timeout=program.DEADLINE)[0]
                    self.assertEqual(child.returncode, 12, out)
                    self.assertIn(b"(RFC 1047)", out)
        with Server(until("MAIL", lambda p: p.over.wait())) as server:      # nothing was sent: the signal's own status
            child = subprocess.Popen([program.SMTPSH, "send", *ENVELOPE, f"127.0.0.1:{server.port}"], stdout=subprocess.PIPE, env=program.environment())
            while b"MAIL" not in child.stdout.readline():
                pass
            child.send_signal(signal.SIGINT)
            out = child.communicate(timeout=program.DEADLINE)[0]
        self.assertEqual(child.returncode, -signal.SIGINT, out)
        self.assertIn(b"not sent", out)

    def test_other_tables_of_statuses(self):
        """Never a temporary failure, which a caller would try again."""
        for style, status in (("swaks", 26), ("sysexits", 76)):
            done = self.against(NO_ANSWER["close"], "send", "--exit=" + style, *ENVELOPE)
            self.assertEqual(done.returncode, status, done.stdout)

    def test_nothing_but_its_end_accepts_a_message(self):
        for reply in ("250 ok", "200 ok", "299 x", "334 go", "220 x"):
            with self.subTest(reply), Server(until("DATA", lambda p: p.say(reply + "\r\n").obey())) as server:
                done = program.run("send", *ENVELOPE, f"127.0.0.1:{server.port}")
                told = [e for e in json_events(program.run("send", "--format", "json", *ENVELOPE, f"127.0.0.1:{server.port}").stdout) if e["event"] == "delivery"]
                self.assertEqual(done.returncode, 10, done.stdout)
                self.assertNotIn("accepted", done.stdout)
                self.assertEqual((told[0]["fate"], told[0]["accepted"], told[0]["recipients"][0]["fate"]), ("not_sent", 0, "not_sent"))

    def test_nobody_to_send_it_to(self):
        """RFC 2920 3.1: a DATA that was pipelined is ended with nothing in it; what becomes of that is nobody's question."""
        for name in ("close", "silence", "250"):
            def behave(p):
                p.say(GREETING)
                for verb in p.verbs():
                    if verb == "DATA":
                        p.say("354 go on\r\n").hear()
                        p.say("250 ok\r\n").obey() if name == "250" else NO_ANSWER[name](p)
                        return
                    p.say("250-h\r\n250 PIPELINING\r\n" if verb == "EHLO" else "550 5.1.1 no\r\n" if verb == "RCPT" else "250 ok\r\n")
            with self.subTest(name), Server(behave) as server:
                done = program.run("send", "--pipeline", "--format", "json", *FAST, *ENVELOPE, f"127.0.0.1:{server.port}")
                told = [e for e in json_events(done.stdout) if e["event"] == "delivery"]
                self.assertEqual([r["fate"] for r in told[0]["recipients"]], ["rejected"], done.stdout)
                self.assertEqual(told[0]["fate"], "rejected")
                self.assertNotEqual(done.returncode, 12)

    def test_a_chunk_refused_and_the_last_one_taken(self):
        def behave(p):
            p.say(GREETING)
            for verb in p.verbs():
                words = p.heard[-1].split()
                if verb == "BDAT":
                    p.take(int(words[1])).say("250 ok\r\n" if words[-1] == "LAST" else "552 too much\r\n")
                else:
                    p.say("250-h\r\n250-PIPELINING\r\n250 CHUNKING\r\n" if verb == "EHLO" else "221 bye\r\n" if verb == "QUIT" else "250 ok\r\n")
        for args, status, fate in ((("--chunk", "100"), 7, "rejected"), (("--chunk", "100", "--pipeline"), 12, "unknown")):
            with self.subTest(args), Server(behave) as server:
                done = program.run("send", "--format", "json", *args, *ENVELOPE, f"127.0.0.1:{server.port}")
                told = [e for e in json_events(done.stdout) if e["event"] == "delivery"]
                self.assertEqual((done.returncode, told[0]["fate"], told[0]["accepted"]), (status, fate, 0), done.stdout)


if __name__ == "__main__":
    tap.main()
