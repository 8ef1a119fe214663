"""Octets that would drive a terminal or break a format: wherever a peer, its certificate or the DNS puts them, none comes out raw."""
import base64
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from nameserver import NameServer
from terminal import Terminal

# ESC with a title, CR LF, NUL, C1 raw and in UTF-8, a bidirectional override, what is no UTF-8, and what formats quote
RAW = b'\x1b]0;x\x07\r\n\0\x9b\xe2\x80\xae\xff\xc2\x9b"\\|<'
VALID = RAW.replace(b"\x9b\xe2", b"x\xe2").replace(b"\xff", b"x")
LINE = RAW.replace(b"\r\n", b"\x0b\x0c")         # the same within a line
NAME = LINE.decode("utf-8", "surrogateescape")
FORMATS = "text", "nagios", "json", "prom", "openmetrics", "influx", "csv", "markdown", "tap", "junit", "html"
METRIC = re.compile(r'(#.*|[a-zA-Z_:]+(\{([a-z_0-9]+="([^"\\]|\\["\\n])*",?)*\})? [-+0-9.einfNa]+( [0-9]+)?)?')


def make_certificate(place):
    """A subject, an issuer and alternative names made of RAW: put into a certificate's own octets, in place of as many."""
    pem, key, blank = os.path.join(place, "raw.pem"), os.path.join(place, "raw.key"), "Q" * len(RAW)
    der = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-days", "1",
         "-outform", "DER", "-subj", f"/O={blank}/CN={blank}", "-addext", f"subjectAltName=DNS:{blank},email:{blank},URI:{blank}"],
        check=True, capture_output=True).stdout
    utf8, teletex = (bytes([tag, len(RAW)]) for tag in (12, 20))
    for _ in "issuer", "subject":           # O and CN of each; what is no UTF-8 is no UTF8String
        der = der.replace(utf8 + blank.encode(), utf8 + VALID, 1).replace(utf8 + blank.encode(), teletex + RAW, 1)
    with open(pem, "w") as f:
        f.write(ssl.DER_cert_to_PEM_cert(der.replace(blank.encode(), RAW)))
    return pem, key


class Octets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.certificate = make_certificate(cls.folder.name)

    def clean(self, text, where):
        bad = sorted({c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs")})
        self.assertEqual(bad, [], f"raw in {where}: {text[-3000:]!r}")

    def peer(self, p):
        """Says the octets in the banner, in keywords, in replies and, by its certificate, in names."""
        p.say(b"220 " + LINE + b"\r\n")
        for verb in p.verbs():
            if verb == "EHLO":
                more = b"250-STARTTLS\r\n" if not hasattr(p, "raw") else b""
                p.say(b"250-" + LINE + b"\r\n" + more + b"250-X" + LINE + b" " + LINE + b"\r\n250-SIZE " + LINE +
                      b"\r\n250 AUTH PLAIN LOGIN " + LINE + b"\r\n")
            elif verb == "STAR":
                p.say("220 go\r\n")
                self.tls(p)
            elif verb == "AUTH":
                p.say(b"334 " + base64.b64encode(RAW) + b"\r\n").hear().say(b"535 5.7.8 " + LINE + b"\r\n")
            else:
                p.say((b"221 " if verb == "QUIT" else b"550 5.7.1 ") + LINE + b"\r\n")
                if verb == "QUIT":
                    p.close()
                    return

    def tls(self, p):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        p.raw = p.sock
        p.sock = context.wrap_socket(p.sock, server_side=True)

    def test_what_is_typed_and_what_is_kept(self):
        lines = "EHLO a.example\nSTARTTLS\nEHLO a.example\n/tls\nAUTH LOGIN\nx\nMAIL FROM:<a@b.example>\nVRFY x\n/explain\n/diagnose\nQUIT\n"
        for options in ((), ("-v",), ("--format", "json"), ("--verify=chain",)):
            log, trace = (os.path.join(self.folder.name, name + str(len(os.listdir(self.folder.name)))) for name in ("log", "trace"))
            with hostile.Server(self.peer) as server:
                done = program.run("--log", log, "--debug", trace, *options, "127.0.0.1", str(server.port), input=lines)
            for text, where in (done.stdout, "output"), (done.stderr, "errors"), (self.read(log), "log"), (self.read(trace), "trace"):
                self.assertTrue(text or where == "errors", where)
                self.clean(text, f"{where} {options}")
            if not options:         # told as it is, neither cut at the NUL nor with dots
                self.assertRegex(done.stdout, r"it is for \\x1B\]0;x\\x07\\x0D\\x0A\\x00")
            if "json" in options:
                self.assertTrue([json.loads(line) for line in done.stdout.splitlines()])
            self.assertIn("\\x1B]0;x\\x07" if "json" not in options else "\\u001b]0;x", done.stdout.replace("\\u001B", "\\u001b"))

    def read(self, name):
        with open(name, encoding="utf-8", errors="surrogateescape", newline="") as f:
            return f.read()

    def test_every_report(self):
        got = {}
        for name in FORMATS:
            with hostile.Server(self.peer) as server:
                done = program.run("probe", f"127.0.0.1:{server.port}", "--tls=starttls", "--verify=chain", "--format", name, "-v",
                                   "--from", "a@b.example", "--to", "c@d.example")
            self.clean(done.stdout + done.stderr, name)
            got[name] = done.stdout
        self.assertTrue(all(json.loads(line) for line in got["json"].splitlines()))
        xml.etree.ElementTree.fromstring(got["junit"])
        for line in (got["prom"] + got["openmetrics"]).splitlines():
            self.assertTrue(METRIC.fullmatch(line), line)
        self.assertEqual([line.count("|") for line in got["nagios"].splitlines()][0], 1, got["nagios"])

    def test_a_terminal(self):
        with hostile.Server(self.peer) as server, Terminal("127.0.0.1", str(server.port), NO_COLOR="1") as t:
            clear, due, secured = (f"127.0.0.1:{server.port}{how}>" for how in ("", " TLSv1.3! (EHLO due)", " TLSv1.3!"))
            for prompt, line in (clear, "EHLO a.example"), (clear, "STARTTLS"), (due, "EHLO a.example"), (secured, "/cert"), (secured, "QUIT"):
                t.prompt(prompt)
                t.line(line)
            t.prompt("smtpsh>")
            t.type("\x04")
            t.status()
        for raw in "\x1b]0;x", "\x9b", "\u202e", "\0", "\ufffd":
            t.never(raw)

    def test_a_script_s_reports(self):
        script = os.path.join(self.folder.name, "a.smtp")
        with open(script, "w") as f:
            f.write("C: EHLO a.example\nS: 250 ok\nC: VRFY x\nS: 252 ok\nC: QUIT\nS: 221 bye\n")
        for name in "text", "tap", "junit", "json":
            with hostile.Server(self.peer) as server:
                done = program.run("replay", "--against", f"127.0.0.1:{server.port}", "--format", name, script)
            self.clean(done.stdout + done.stderr, name)
            self.assertNotEqual(done.returncode, 2, done.stderr)

    def test_names_from_the_dns(self):
        zone = {
            ("example.test", "MX"): [(10, NAME + ".example.test"), (20, "mx.example.test")],
            (NAME + ".example.test", "A"): ["127.0.0.1"], ("mx.example.test", "A"): ["127.0.0.1"],
            ("example.test", "TXT"): ["v=spf1 " + NAME], ("_mta-sts.example.test", "TXT"): ["v=STSv1; id=" + NAME],
            ("_smtp._tls.example.test", "TXT"): ["v=TLSRPTv1; rua=" + NAME],
            ("1.0.0.127.in-addr.arpa", "PTR"): [NAME + ".example.test"],
        }
        with NameServer(zone) as dns:
            for options in ((), ("--format", "json")):
                for args in ("resolve", "example.test"), ("resolve", NAME.encode("utf-8", "surrogateescape").replace(b"\0", b"") + b".test"):
                    done = program.run(*args, "--dns", dns.address, "--timeout", "2s", *options)
                    self.clean(done.stdout + done.stderr, (args, options))
            for name in FORMATS:
                done = program.run("probe", "--mx", "example.test", "--port", "1", "--dns", dns.address, "--format", name)
                self.clean(done.stdout + done.stderr, name)


if __name__ == "__main__":
    tap.main()
