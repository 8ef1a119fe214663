"""What became of the message, whatever the server does and wherever it stops; nothing that is said of it may be false."""
import json
import os
import signal
import socket
import subprocess
import sys
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
                self.ends(until("BDAT", behave, tls), status, "send", *ENVELOPE, "--bdat", "--size", "25M", has=(say.strip(),))

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
FALSE = ("accepted for delivery", "message not sent", "not accepted", "final dot", "without completing", "no message was")


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
        for args in (("--size", "25M"), ("--size", "25M", "--bdat"), ("--size", "2M")):
            deaf = until("DATA" if "--bdat" not in args else "BDAT", lambda p: p.say("354 go on\r\n" * ("--bdat" not in args)).over.wait())

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


if __name__ == "__main__":
    tap.main()
