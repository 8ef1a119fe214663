"""The behaviours of a server on which monitoring tools differ: Debian's check_smtp, ours by that name, and `probe`, side by side.

What check_smtp does is written down as it was measured, so that a new release of it is noticed; `scripts/bench behaviours`
prints the table.
"""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import packages
import pki
import program
import tap
from hostile import EHLO, GREETING, Server

PLAIN = "250-hostile.example\r\n250 SIZE 1000\r\n"
LAST = "250-hostile.example\r\n250 STARTTLS\r\n"
QUIET = ("-w", "cert_days=0:", "-c", "cert_days=0:", "--verify=off")
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def dialogue(*replies):
    def serve(p):
        p.say(GREETING)
        for reply in replies:
            p.hear().say(reply)
    return serve


def tls(ehlo):
    def serve(p):
        p.hello(ehlo).hear().say("220 go ahead\r\n")
        p.tls().obey({"EHLO": PLAIN})
    return serve


def silent_at_quit(p):
    p.hello(PLAIN).hear().until_gone()


# behaviour; what the server does; options of check_smtp; of probe;
# the states: check_smtp 2.3.3, ours by its name, probe; what ours must say
ROWS = (
    ("normal, STARTTLS mid-list", tls(EHLO), ["-S"], ["--tls=starttls", *QUIET], "OK", "OK", "OK", ""),
    ("STARTTLS is the last line", tls(LAST), ["-S"], ["--tls=starttls", *QUIET], "OK", "OK", "OK", ""),
    ("STARTTLS not offered", dialogue(PLAIN, "221 x\r\n"), ["-S"], ["--tls=starttls"], "WARNING", "WARNING", "CRITICAL",
     "starttls: STARTTLS is not offered"),
    ("STARTTLS answered 454", dialogue(EHLO, "454 4.7.0 not now\r\n", "221 x\r\n"), ["-S"], ["--tls=starttls"], "UNKNOWN", "WARNING",
     "WARNING", "454 4.7.0 not now"),
    ("banner 554", lambda p: p.say("554 no service\r\n").obey(), [], ["--tls=off"], "WARNING", "CRITICAL", "CRITICAL", "554 no service"),
    ("banner 421, closed", lambda p: p.say("421 too many\r\n").close(), [], ["--tls=off"], "WARNING", "WARNING", "WARNING",
     "421 too many"),
    ("certificate expired, -D 3", "expired", ["-S", "-D", "3"], ["--tls=starttls", "--verify=off", "-w", "cert_days=3:", "-c",
     "cert_days=0:"], "CRITICAL", "CRITICAL", "CRITICAL", "expired"),
    ("certificate of 3 days, -D 30,1", tls(EHLO), ["-S", "-D", "30,1"], ["--tls=starttls", "--verify=off", "-w", "cert_days=30:", "-c",
     "cert_days=1:"], "WARNING", "WARNING", "WARNING", "expires in"),
    ("MAIL refused 530", dialogue(PLAIN, "530 log in\r\n", "221 x\r\n"), ["-f", "a@b.example"], ["--tls=off", "--from", "a@b.example"],
     "OK", "CRITICAL", "CRITICAL", "530 log in"),
    ("QUIT never answered, -q", silent_at_quit, ["-q", "-t", "3"], ["--tls=off", "-t", "3s"], "CRITICAL", "OK", "OK", ""),
    ("AUTH PLAIN", lambda p: p.hello("250-x\r\n250 AUTH PLAIN\r\n").hear().say("235 in\r\n").hear().say("221 x\r\n"),
     ["-A", "PLAIN", "-U", "u", "-P", "p"], ["--tls=off", "--auth=PLAIN", "--user", "u", "--password-env", "SECRET"], "CRITICAL", "OK", "OK",
     ""),
    ("no such name", None, ["-t", "5"], ["-t", "5s"], "UNKNOWN", "CRITICAL", "CRITICAL", ""),
    ("-e 250 and a banner of 220", dialogue(PLAIN, "221 x\r\n"), ["-e", "250"], ["--tls=off", "--expect-banner", "^250"], "OK", "WARNING",
     "WARNING", "220 hostile.example"),
    ("0.5 s, -w 0.3 -c 30", lambda p: p.wait(0.5).hello(PLAIN).hear().say("221 x\r\n"), ["-w", "0.3", "-c", "30"],
     ["--tls=off", "-w", "0.3", "-c", "30"], "WARNING", "WARNING", "WARNING", ""),
)


class Expired:
    """Our own server shows the certificate that Python's would refuse to load."""

    def __enter__(self):
        place = pki.make()
        self.serve = program.Serve("--cert", place + "/expired.chain.pem", "--key", place + "/expired.key")
        return self.serve.__enter__()

    def __exit__(self, *args):
        self.serve.__exit__(*args)


class Nobody:
    host, port = "no-such-name.invalid", 25

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def reached(behaviour):
    return Nobody() if behaviour is None else Expired() if behaviour == "expired" else Server(behaviour)


def timed(run):
    begun = time.monotonic()
    done = run()
    return STATES[done.returncode] if done.returncode < 4 else str(done.returncode), time.monotonic() - begun, done.stdout


def row(behaviour, theirs, ours):
    """[(state, seconds, output)] of check_smtp, of ours by its name, and of probe."""
    found = []
    for kind in range(3):
        with reached(behaviour) as server:
            host, port = getattr(server, "host", "127.0.0.1"), str(server.port)
            if kind == 0:
                run = lambda: packages.run("monitoring", "check_smtp", "-H", host, "-p", port, *theirs)
            elif kind == 1:
                run = lambda: program.run("check_smtp", "-H", host, "-p", port, *theirs)
            else:
                run = lambda: program.run("probe", f"{host}:{port}", "--format", "nagios", *ours, env=program.environment(SECRET="p"))
            found.append(timed(run))
    return found


def print_table(out):
    """Gives the number of rows in which ours, by either name, came to the right state."""
    right = 0
    print("(check_smtp's times are with what runs it out of its folder)", file=out)
    print(f"{'':32}{'check_smtp 2.3.3':>20}{'smtpsh check_smtp':>20}{'smtpsh probe':>20}", file=out)
    for name, behaviour, theirs, ours, _, *want, _ in ROWS:
        found = row(behaviour, theirs, ours)
        cells = "".join(f"{state + f' {took * 1e3:.0f} ms':>20}" for state, took, _ in found)
        print(f"{name:32}{cells}", file=out, flush=True)
        right += [state for state, _, _ in found[1:]] == want
    return right


class Behaviours(unittest.TestCase):
    def test_side_by_side(self):
        packages.tree("monitoring")
        for name, behaviour, theirs, ours, *want, said in ROWS:
            with self.subTest(name):
                found = row(behaviour, theirs, ours)
                self.assertEqual([state for state, _, _ in found], want, (name, found))
                for _, _, output in found[1:]:
                    self.assertIn(said, output, name)
                    self.assertRegex(output, r"\ASMTP [A-Z]+ - [^|\n]+\| ?[^|\n]+\n([^|\n]+\n)?\Z", name)


if __name__ == "__main__":
    tap.main()
