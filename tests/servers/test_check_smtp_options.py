"""check_smtp's options, row by row of check_smtp.rows: Debian's and ours run the same command line against the same server.

The exit state must be the same, or the row says which bug of the other it is; a line with performance data is read as
set-ups read it. What the other does is written down as well, so that a new release of it is noticed.
"""
import base64
import concurrent.futures
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import hostile
import packages
import pki
import program
import tap
from hostile import EHLO, GREETING, Server

PLAIN = "250-hostile.example\r\n250 SIZE 1000\r\n"
LOGIN = "250-x\r\n250 AUTH LOGIN PLAIN\r\n"
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
REPLIES = {"EHLO": PLAIN, "LHLO": PLAIN, "HELO": "250 hostile.example\r\n", "VRFY": "252 maybe $5 (x)\r\n",
           "HELP": "214-one\r\n214 two\r\n", "NOPE": "500 what\r\n", "QUIT": "221 bye\r\n"}
INI = """[check_smtp]
expect=nope
[mine]
expect="hostile.example"
[q1]
expect = 'hostile.example'
[qq]
expect="a b" c
[short]
e=nope
v
[flag]
lmtp
[lv]
lmtp=
[sv]
S=
[port]
port=1
[rep]
C=VRFY a
C=HELP
R=^252
R=^214
[unk]
nonsense=1
[com]
# a comment
; another
expect=220 # none
[sp]
expect = 220 hostile
[eq]
expect=a=b
[dash]
-e=nope
[empty]
[ mine2 ]
expect=nope
[cont]
expect=no\\
pe
[extra]
extra-opts=mine
[abbr]
exp=nope
"""


def b64(text):
    return base64.b64encode(text.encode()).decode()


def login(p):
    p.say("334 VXNlcm5hbWU6\r\n").hear().say("334 UGFzc3dvcmQ6\r\n").hear()
    p.say("235 in\r\n" if p.heard[-2:] == [b64("bob"), b64("secret")] else "535 no\r\n")


def obey(p, banner=GREETING, **replies):
    """Answers each command by its first word; by nothing: it closes."""
    known = {**REPLIES, **replies}
    p.say(banner)
    for verb in p.verbs():
        if verb == "PROX":          # the PROXY protocol's line, which nobody answers
            continue
        if verb == "AUTH" and "AUTH" not in known:
            login(p)
        elif verb == "STAR" and "STAR" not in known:
            p.say("220 go\r\n").tls()
        else:
            p.say(known.get(verb, "250 ok\r\n"))
            if verb == "QUIT" or known.get(verb) == "":
                p.close()
                return


def obeys(**how):
    return lambda p: obey(p, **how)


SERVERS = {
    "plain": obeys(),
    "multi": obeys(banner="220-first line\r\n220 second line\r\n"),
    "auth": obeys(EHLO=LOGIN),
    "authcram": obeys(EHLO="250-x\r\n250 AUTH CRAM-MD5\r\n", AUTH="504 no such\r\n"),
    "auth454": obeys(EHLO=LOGIN, AUTH="454 later\r\n"),
    "authclose": obeys(EHLO=LOGIN, AUTH=""),
    "noauth": obeys(AUTH="502 no\r\n"),
    "quietauth": obeys(),
    "tls": obeys(EHLO=EHLO, LHLO=EHLO),
    "tls454": obeys(EHLO=EHLO, STAR="454 later\r\n"),
    "tls502": obeys(EHLO=EHLO, STAR="502 no\r\n"),
    "tlsclose": obeys(EHLO=EHLO, STAR="220 go\r\n"),
    "starttlscase": obeys(EHLO="250-x\r\n250 starttls\r\n"),
    "implicit": lambda p: obey(p.tls()),
    "554": lambda p: p.say("554 no service\r\n").obey(),
    "554close": lambda p: p.say("554 no service\r\n").close(),
    "421close": lambda p: p.say("421 many\r\n").close(),
    "450": obeys(banner="450 wait\r\n"),
    "200": obeys(banner="200 hello\r\n"),
    "junk": obeys(banner="hello there\r\n"),
    "ssh": lambda p: p.say("SSH-2.0-x\r\n").close(),
    "silent": lambda p: p.until_gone(),
    "close": lambda p: p.close(),
    "reset": lambda p: p.wait(0.3).reset(),         # once the client has seen that it is connected
    "heloclose": lambda p: p.say(GREETING).hear().close(),
    "helo501": obeys(HELO="501 no\r\n", EHLO="501 no\r\n"),
    "helo421": obeys(HELO="421 no\r\n"),
    "ehlo502": obeys(EHLO="502 no\r\n"),
    "mail530": obeys(MAIL="530 log in\r\n"),
    "mail451": obeys(MAIL="451 wait\r\n"),
    "mailclose": obeys(MAIL=""),
    "vrfyclose": obeys(VRFY=""),
    "quitsilent": lambda p: p.hello(PLAIN).hear().until_gone(),
    "quitclose": lambda p: p.hello(PLAIN).hear().close(),
    "quit500": obeys(QUIT="500 what\r\n"),
    "slow": lambda p: obey(p.wait(0.5)),
}


class Nobody:
    host, port = "127.0.0.1", 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Unix:
    """The plain server, at a socket's path."""

    def __init__(self):
        self.host, self.port = tempfile.mktemp(prefix="check_smtp"), 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.host)
        self.listener.listen(5)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        try:
            obey(hostile.Peer(self.listener.accept()[0]))
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(program.DEADLINE)
        self.listener.close()
        os.unlink(self.host)


def reached(name):
    if name == "expired":
        place = pki.make()
        return program.Serve("--cert", place + "/expired.chain.pem", "--key", place + "/expired.key")
    special = {"dead": Nobody, "valid": program.Serve, "unix:plain": Unix, "v6": lambda: Server(SERVERS["plain"], "::1")}
    return special[name]() if name in special else Server(SERVERS[name])


def rows():
    """(server, [its state, by version], ours, options, why they differ)"""
    with open(os.path.join(os.path.dirname(__file__), "check_smtp.rows"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                words, _, why = line.rstrip("\n").partition("   # ")
                server, its, ours, options = re.fullmatch(r"(\S+) +(\S+) +(\S+) ?(.*)", words.rstrip()).groups()
                its = its.split("/")
                yield server, its, its[0] if ours == "=" else ours, options.strip(), why


def run(which, server, options, ini):
    """The exit state as a word, and what was said."""
    whole = options[1:] if options.startswith("!") else "-H HOST -p PORT " + options
    with reached(server) as there:
        places = {"HOST": there.host, "PORT": str(there.port), "INI": ini}
        args = [re.sub("HOST|PORT|INI", lambda m: places[m[0]], word) for word in shlex.split(whole)]
        done = packages.run("monitoring", "check_smtp", *args) if which == "its" else program.run("check_smtp", *args)
    return STATES[done.returncode] if 0 <= done.returncode < 4 else str(done.returncode), done.stdout


def perfdata(text):
    """[(label, value, unit, the four fields behind it)], by the guidelines' grammar; what is none raises."""
    found, rest = [], text
    while rest:
        m = re.match(r"('(?:[^'=]|'')+'|[^ '=]+)=(U|-?[0-9.]+)(s|us|ms|%|[KMGT]?B|c)?((?:;[^; ]*){0,4})(?: |$)", rest)
        if not m:
            raise AssertionError(f"no performance data: {rest!r} of {text!r}")
        for field in m[4].split(";")[1:3]:
            if not re.fullmatch(r"|@?(~|[0-9.-]*)(:[0-9.]*)?", field):
                raise AssertionError(f"no range: {field!r} of {text!r}")
        found.append((m[1], m[2], m[3], m[4]))
        rest = rest[m.end():]
    return found


class Options(unittest.TestCase):
    def reads_alike(self, state, said):
        """The line as 2.3.3 writes it, at the beginning of the output or, in its case, at its end."""
        m = re.search(r"(?m)^SMTP ([A-Z]+) - (?:.*, )?(\d+\.\d{3}) sec\. response time(?:, .*\r?\n?)?\|(.*)$", said)
        self.assertTrue(m, said)
        label, value, unit, _ = perfdata(m[3])[0]
        self.assertEqual((m[1], label, unit), (state, "time", "s"), said)
        self.assertAlmostEqual(float(value), float(m[2]), delta=0.0006)

    def check(self, row, ini):
        server, its, ours, options, why = row
        theirs_found, theirs_said = run("its", server, options, ini)
        ours_found, ours_said = run("ours", server, options, ini)
        self.assertEqual((theirs_found, ours_found), (its[0] if self.old else its[-1], ours), f"{theirs_said}\n{ours_said}")
        self.assertEqual(set(its) != {ours}, bool(why), "a row whose states differ says why, and no other does")
        if "response time" in theirs_said:
            self.reads_alike(theirs_found, theirs_said)
        if "response time" in ours_said:
            self.assertTrue(ours_said.startswith(f"SMTP {ours} - "), ours_said)
            self.reads_alike(ours, ours_said)
        elif ours == "UNKNOWN":
            self.assertRegex(ours_said, r"\A(SMTP UNKNOWN - [^\n|]+\n\Z|usage: |smtpsh )")
        else:
            self.fail(ours_said)

    def test_every_row(self):
        packages.tree("monitoring")
        version = re.search(r"v(\d+)\.(\d+)", packages.run("monitoring", "check_smtp", "-V").stdout)
        self.old = tuple(map(int, version.groups())) < (2, 4)
        hostile.certificate()
        table = list(rows())
        if not self.has_ipv6():
            table = [row for row in table if row[0] != "v6"]
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as ini:
            ini.write(INI)
            ini.flush()
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                jobs = [(row, pool.submit(self.check, row, ini.name)) for row in table]
                for row, job in jobs:
                    with self.subTest(f"{row[0]} {row[3]}"):
                        job.result()
        self.assertGreater(len(table), 250)

    @staticmethod
    def has_ipv6():
        try:
            with socket.socket(socket.AF_INET6) as sock:
                sock.bind(("::1", 0))
            return True
        except OSError:
            return False


if __name__ == "__main__":
    tap.main()
