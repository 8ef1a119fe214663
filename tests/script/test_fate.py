"""What became of the message, whatever the server does and wherever it stops; nothing that is said of it may be false."""
import os
import signal
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


if __name__ == "__main__":
    tap.main()
