"""The README's table of what is wrong and what is said: each row's server is played, and the program says that sentence."""
import os
import re
import sys
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
    "the server says nothing, or the port wants TLS first": lambda: said(lambda p: p, timeout="greeting=500ms"),
    "TLS spoken to a port that begins in the clear": lambda: said(lambda p: p.say(MX), target="smtps://{}"),
    "another service listens there": lambda: said(lambda p: p.say("HTTP/1.1 400 Bad Request\r\n\r\n")),
    "the connection is cut": lambda: said(lambda p: p.close()),
    "a reply never comes": lambda: said(lambda p: p.say(MX).hear(), timeout="reply=500ms"),
    "lines end in LF alone": lambda: said(lambda p: p.say("220 mx1.example.org ESMTP\n").obey()),
    "the lines of one reply have two codes": lambda: said(lambda p: p.say("220-mx1.example.org\r\n250 ESMTP\r\n").obey()),
    "a reply too many, which shifts all that follow": lambda: said(lambda p: p.hello(EHLO + "250 once more\r\n").obey(), "EHLO me", "NOOP"),
    "the certificate is self-signed": lambda: with_certificate("self"),
    "the certificate is for another host": lambda: with_certificate("wrong"),
    "the certificate is out of date": lambda: with_certificate("expired"),
    "something is put in behind STARTTLS": lambda: said(lambda p: p.starttls("220 go\r\n250 injected\r\n"), "EHLO me", "STARTTLS"),
    "the domain takes no mail": no_mail,
}


def documented():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = file.read().split("## Why is it broken?")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| ([^|`]+) \| `([^|]+)` \|$", section, re.M))


def pattern(sentence):
    """The sentence, but for how long was waited and how many days it is since."""
    sentence = re.sub(r"\d+ days", "DAYS", re.sub(r"\b60 s\b", "WAITED", sentence))
    return re.escape(sentence).replace("DAYS", r"\d+ days").replace("WAITED", "500 ms")


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
