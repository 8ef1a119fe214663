"""The README: each line of what to do with smtpsh is done in a shell, against servers here; each row of what is wrong has its
server played, and the program says that sentence."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
for each in ("lib", "servers"):
    sys.path.insert(0, os.path.join(ROOT, "tests", each))
import pki
import program
import tap
from hostile import EHLO, Server
from listener import bound
from nameserver import NameServer

PATIENT = "15s"      # what is not to come is waited for 500 ms; the rest may take what a busy machine takes
MX = "220 mx1.example.org ESMTP\r\n"


def said(behaviour, *lines, target="{}", timeout=PATIENT, options=()):
    """What smtpsh says to these lines where a server behaves so."""
    with Server(behaviour) as server:
        return talk(target.format(f"127.0.0.1:{server.port}"), *lines, timeout=timeout, options=options)


def talk(target, *lines, timeout=PATIENT, options=()):
    return program.run("--timeout", timeout, *options, target, input="".join(line + "\n" for line in lines or ("NOOP",))).stdout


def with_certificate(name):
    """STARTTLS with a certificate of the tests' PKI, whose CA is trusted."""
    place = pki.make()
    cert = (os.path.join(place, name + ".chain.pem"), os.path.join(place, name + ".key"))
    return said(lambda p: p.starttls().tls(cert).obey(), "EHLO me.example.org", "STARTTLS", options=("--ca", os.path.join(place, "ca.pem")))


def refused():
    with bound() as mute:
        where = "127.0.0.1:%d" % mute.getsockname()[1]
        return talk(where).replace(where, "192.0.2.1:25")


def no_mail():
    with NameServer({("example.org", "MX"): [(0, ".")]}) as dns:
        return talk("@example.org", options=("--dns", dns.address))


# what is wrong, as the README's first column has it: the session with such a server
ROWS = {
    "nothing listens there": refused,
    "the server sends no greeting, or the port expects implicit TLS": lambda: said(lambda p: p, timeout="greeting=500ms"),
    "implicit TLS on a port that starts in cleartext": lambda: said(lambda p: p.say(MX), target="smtps://{}"),
    "another service listens there": lambda: said(lambda p: p.say("HTTP/1.1 400 Bad Request\r\n\r\n")),
    "the server closes the connection at once": lambda: said(lambda p: p.close()),
    "a reply never comes": lambda: said(lambda p: p.say(MX).hear(), timeout="reply=500ms"),
    "lines end in a bare LF": lambda: said(lambda p: p.say("220 mx1.example.org ESMTP\n").obey()),
    "the lines of one reply have two codes": lambda: said(lambda p: p.say("220-mx1.example.org\r\n250 ESMTP\r\n").obey()),
    "an extra reply, which shifts all that follow": lambda: said(lambda p: p.hello(EHLO + "250 once more\r\n").obey(), "EHLO me", "NOOP"),
    "the certificate is self-signed": lambda: with_certificate("self"),
    "the certificate is for another host": lambda: with_certificate("wrong"),
    "the certificate has expired": lambda: with_certificate("expired"),
    "cleartext is injected after STARTTLS": lambda: said(lambda p: p.starttls("220 go\r\n250 injected\r\n"), "EHLO me", "STARTTLS"),
    "the domain accepts no mail": no_mail,
}


def documented():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = file.read().split("## Why is it broken?")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| ([^|`]+) \| `([^|]+)` \|$", section, re.M))


def pattern(sentence):
    """The sentence, but for how long was waited and how many days it is since."""
    sentence = re.sub(r"\d+ days", "DAYS", re.sub(r"\b60 s\b", "WAITED", sentence))
    return re.escape(sentence).replace("DAYS", r"\d+ days").replace("WAITED", "500 ms")


def lines():
    """What the README says to type, in order: the command and what it is for."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = file.read().split("## What to do with it")[1].split("\n## ")[0]
    return re.findall(r"^    (\S.*?) {2,}(.+)$", section, re.M)


SAID = "EHLO me.example\nQUIT\n"
AT = "--dns {dns} -p {port}"
# how a line is done: what is typed into it, what is added to it here, its exit status (None: a server, ended once it listens), what is seen
LINES = {
    "smtpsh mx1.example.org": (SAID, AT, 0, r"connected to mx1\.example\.org"),
    "smtpsh @example.org": (SAID, AT, 0, r"connected to mx1\.example\.org"),
    "smtpsh work": (SAID, "", 0, r"connected to 127\.0\.0\.1"),
    "smtpsh smtps://mx1.example.org": (SAID, "--dns {dns} -p {secure}", 0, "TLS"),
    "printf 'EHLO me\\nQUIT\\n' | smtpsh HOST": ("", "", 0, "<-  221 "),
    "smtpsh HOST -c 'EHLO me' -c QUIT": ("", "", 0, "<-  221 "),
    "smtpsh check bob@example.org": ("", AT, 0, r"bob@example\.org: .*\n(.*\n)*  mx1\.example\.org"),
    "smtpsh check --from alice@example.org": ("", "--dns {dns}", 0, r"SPF .*\n(.*\n)*  DMARC "),
    "smtpsh send --to you@example.org HOST": ("", "", 0, "queued as"),
    "smtpsh probe HOST": ("", "--verify=off", 0, r"\AOK .*\n\Z"),
    "smtpsh probe @example.org": ("", AT + " --verify=off", 0, r"(?m)\A(^OK +mx[12]\.example\.org.*\n){2}\Z"),
    "smtpsh probe --targets FILE": ("", "--verify=off", 0, "OK "),
    "smtpsh check_smtp -H HOST -S": ("", "-p {port}", 0, r"\ASMTP OK - "),
    "smtpsh --log FILE HOST": (SAID, "", 0, "<-  221 "),
    "smtpsh replay --against HOST FILE": ("", "", 0, "1 passed, 0 failed"),
    "smtpsh replay --learn --against HOST FILE": ("", "", 0, "turned into patterns"),
    "smtpsh serve FILE": ("", "", None, "listening on "),
    "smtpsh serve": ("", "", None, "listening on "),
    "smtpsh record --to HOST": ("", "", None, "listening on "),
    "smtpsh import LOG": ("", "", 0, r"C: EHLO me\.example\nS: 250"),
    "smtpsh resolve example.org": ("", "--dns {dns}", 0, r"example\.org: MX.*\n +10 mx1\.example\.org"),
    "smtpsh explain 550 5.7.1": ("", "", 0, r"550 .*\n(.*\n)*5\.7\.1 "),
}
FORMATS = "smtpsh probe --targets FILE"
ZONE = {("example.org", "TXT"): ["v=spf1 mx -all"], ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject; rua=mailto:d@example.org"],
        ("example.org", "MX"): [(10, "mx1.example.org"), (20, "mx2.example.org")],
        ("mx1.example.org", "A"): ["127.0.0.1"], ("mx2.example.org", "A"): ["127.0.0.1"]}


class Lines(unittest.TestCase):
    def done(self, command, typed, is_server, folder):
        """What a shell makes of a line, where the program is the first of that name."""
        path = os.path.dirname(os.path.abspath(program.SMTPSH)) + ":" + os.environ.get("PATH", "/usr/bin:/bin")
        with subprocess.Popen(["sh", "-c", command if "|" in command else "exec " + command], stdin=subprocess.PIPE, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, env=program.environment(PATH=path, XDG_CONFIG_HOME=folder)) as process:
            try:
                if not is_server:
                    return process.communicate(typed, program.DEADLINE)[0], process.returncode
                return process.stdout.readline(), None
            finally:
                process.kill()

    def test_every_line_does_what_it_says(self):
        found = lines()
        self.assertEqual(sorted(command for command, _ in found), sorted(LINES))
        with tempfile.TemporaryDirectory() as folder, program.Serve() as server, program.Serve("--tls=implicit") as secure, NameServer(ZONE) as dns:
            os.mkdir(folder + "/smtpsh")
            with open(folder + "/smtpsh/config", "w", encoding="ascii") as config:
                config.write(f"[work]\ntarget = {server.host}:{server.port}\n")

            def play(line, more=""):
                typed, added, status, seen = LINES[line]
                host = server.host if "check_smtp" in line else server.where
                command = line.replace("HOST", host).replace("FILE", "targets" if "--targets" in line else "session").replace("LOG", "session")
                command += " " + added.format(dns=dns.address, port=server.port, secure=secure.port) + more
                with self.subTest(command):
                    said, ended = self.done(command, typed, status is None, folder)
                    self.assertEqual(ended, status, said)
                    self.assertRegex(said, "." if more else seen)
            with open(os.path.join(folder, "targets"), "w", encoding="ascii") as file:
                file.write(server.where + "\n")
            for line, meaning in found:             # in order: what --log wrote is what replay, serve and import read
                play(line)
            formats = re.search(r"--format ([a-z, ]+)", dict(found)[FORMATS])[1].split(", ")
            self.assertGreater(len(formats), 3)
            for each in formats:
                play(FORMATS, " --format " + each)


class Readme(unittest.TestCase):
    def test_every_row_has_its_server(self):
        self.assertEqual(sorted(documented()), sorted(ROWS))


def add(number, wrong, play):
    def test(self):
        shown = play()
        self.assertRegex(re.sub(r"\n {4,}", " ", shown), pattern(documented()[wrong]))
    test.__doc__ = wrong
    setattr(Readme, f"test_row_{number:02}", test)


for number, (wrong, play) in enumerate(ROWS.items(), 1):
    add(number, wrong, play)


if __name__ == "__main__":
    tap.main()
