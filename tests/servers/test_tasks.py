"""The eighteen things that people do by hand with a mail server, typed at the prompt, against Postfix and Exim."""
import os
import re
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import packages
import tap
from hostile import Server
from nameserver import NameServer
from terminal import Terminal

HOST = "127.0.0.1"
ZONE = {
    ("good.test", "MX"): [(20, "mx2.bed.test"), (10, "mx1.bed.test")], ("null.test", "MX"): [(0, ".")], ("bare.test", "A"): [HOST],
    ("mx1.bed.test", "A"): [HOST], ("mx2.bed.test", "A"): [HOST],
}


class Session(Terminal):
    """A person with a server: says a line, waits for what it brings, and for the prompt behind it."""

    def __init__(self, *args, **more):
        super().__init__(*args, columns=130, rows=120, NO_COLOR="1", **more)
        self.where = ""

    def opened(self, where, said="220 "):
        self.where = where
        self.until(said)
        self.prompt(where + ">")
        return self

    def say(self, line, brings, state=""):
        self.line(line)
        got = self.until(brings)
        self.prompt(f"{self.where}{' ' if state else ''}{state}>")
        return got

    def left(self):
        self.line("QUIT")
        self.until("221 ")
        self.prompt("smtpsh>")
        self.type("\x04")
        return self.status()

    def shows_all(self, *patterns):
        """Waits for a picture in which each of these stands, however its lines are broken."""
        def are_there(rows):
            flat = re.sub(r"\s+", " ", "\n".join(rows))
            return all(re.search(pattern, flat) for pattern in patterns)
        self.becomes(are_there, repr(patterns))


class Tasks(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def open(self, service, *options, said="220 "):
        port = self.mta.port[service]
        return Session(*options, HOST, str(port)).opened(f"{HOST}:{port}", said)

    def shows(self, t, *texts):
        t.shows_all(*map(re.escape, texts))


class AtPostfix(Tasks):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()
        cls.ca = ("--ca", cls.mta.pki + "/ca.pem")

    def test_01_find_the_server(self):
        port = str(self.mta.port["starttls"])
        with NameServer(ZONE) as dns, Session("--dns", dns.address, "-p", port, "@good.test") as t:
            t.opened("mx1.bed.test:" + port)
            self.shows(t, "mail for good.test goes to these MX, best first", "1 10 mx1.bed.test 127.0.0.1 2 20 mx2.bed.test 127.0.0.1")
            self.assertEqual(t.left(), 0)
        with NameServer(ZONE) as dns, Session("--dns", dns.address) as t:
            t.where = "smtpsh"
            t.prompt("smtpsh>")
            t.say("/open @null.test", "RFC 7505")
            self.shows(t, "*** null.test accepts no mail")
            t.line("/open @bare.test " + port)
            t.until("bare.test has no MX: mail goes to its own address")
            t.until("220 ")

    def test_02_reach_it(self):
        with Session(HOST, str(packages.port())) as t:
            t.until("connection refused")
        with socket.socket() as full:       # its queue of one is filled: who comes next hears nothing
            full.bind((HOST, 0))
            full.listen(0)
            with socket.create_connection(full.getsockname()), Session("--timeout", "connect=1s", HOST, str(full.getsockname()[1])) as t:
                t.until("timed out after 1 s")
        with Server(lambda p: p.reset()) as server, Session(HOST, str(server.port)) as t:
            t.until("reset")         # at the handshake or just behind it, as the system has it
        with Server(lambda p: p.until_gone()) as server, Session("--timeout", "greeting=300ms", HOST, str(server.port)) as t:
            t.until("timed out after 300 ms waiting for the greeting")
            t.until("Next: ")

    def test_03_the_banner_and_its_delay(self):
        with self.open("postscreen", said="ESMTP Postfix") as t:
            t.shows_all(r"<- 220 postfix.bed.test please wait a moment postfix.bed.test ESMTP Postfix +\d\.\d\d s")

    def test_04_what_it_offers(self):
        with self.open("submission") as t:
            t.say("HELO me.example", "250 postfix.bed.test")
            t.say("EHLO me.example", "CHUNKING ")
            self.shows(t, "SIZE 52428800: messages up to 50 MiB (RFC 1870)", "AUTH PLAIN LOGIN CRAM-MD5")
        with self.open("old-auth") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("/last", "250 CHUNKING")
            self.shows(t, "250-AUTH=PLAIN LOGIN")

    def test_05_an_envelope_without_a_message(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<a@bed.test>", "250 2.1.0", "mail")
            t.say("RCPT TO:<b@bed.test>", "250 2.1.5", "rcpt")
            t.say("RSET", "250 2.0.0")
            self.assertEqual(t.left(), 0)

    def test_06_a_verdict_for_each_recipient(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("/send from=a@bed.test to=ok@bed.test,reject@bed.test,full@bed.test", "see the server's log for delivery status")
            self.shows(t, "ok@bed.test accepted 250 2.0.0", "reject@bed.test rejected 550 5.1.1", "full@bed.test deferred 452 4.2.2",
                       "accepted for delivery to 1 of 3 recipients")

    def test_08_null_sender_postmaster_and_the_rest(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<>", "250 2.1.0", "mail")
            t.say("RCPT TO:<postmaster>", "250 2.1.5", "rcpt")
            t.say("RSET", "250 2.0.0")
            t.say("VRFY root", "252 2.0.0")
            t.say("EXPN root", "500 5.5.2")
            t.say("NOOP", "250 2.0.0")
            t.line("HELP")
            t.shows_all(r"HELP <\S* (500 5\.5\.2|214 2\.0\.0) ")         # Postfix has it since 3.9
            t.prompt(t.where + ">")
            self.assertEqual(t.left(), 0)

    def test_09_a_whole_message(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<a@bed.test>", "250 2.1.0", "mail")
            t.say("RCPT TO:<b@bed.test>", "250 2.1.5", "rcpt")
            t.line("DATA")
            t.until("354 ")
            t.prompt("message, lone . ends>")
            t.line("no header, no blank line")
            t.say(".", "queued as ")
            self.shows(t, "no empty line between header and body")
            t.say("/send from=a@bed.test to=b@bed.test", "see the server's log for delivery status")
            t.shows_all(r"-> Date: .*-> Message-ID: <.*queued as (\w+) .*accepted for delivery as \1: ")

    def test_10_log_in_without_base64(self):
        for service, options, mech in (("clear-auth", (), "LOGIN"), ("submission", ("--tls", *self.ca), "PLAIN")):
            with self.subTest(mech), Session(*options, HOST, str(self.mta.port[service])) as t:
                where = f"{HOST}:{self.mta.port[service]}" + (" TLSv1.3" if options else "")
                t.opened(where, "CHUNKING " if options else "220 ")
                t.line("/auth " + mech)
                t.until("User name:")
                t.line(mtas.USER)
                t.until("Password:")
                t.line(mtas.PASSWORD)
                t.until("235 2.7.0")
                t.prompt(mtas.USER.split("@")[0] + "@" + where + ">")       # who is logged in
                t.never(mtas.PASSWORD + "\r")
                t.never("c2VjcmV0")

    def test_11_starttls_and_what_changed(self):
        with self.open("starttls", *self.ca) as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("STARTTLS", "=== certificate verified for ", "TLSv1.3 (EHLO due)")
            t.say("EHLO me.example", "as before, ", "TLSv1.3")
            t.say("/ext diff", "1 differs", "TLSv1.3")
            self.shows(t, "=== STARTTLS + without TLS offered - over TLS not offered")

    def test_12_the_certificate(self):
        for service, says in (("starttls", "=== certificate verified for "),
                              ("wrong", "does not cover 127.0.0.1: it is for wrong.example.net"), ("expired", "the certificate expired ")):
            with self.subTest(service), self.open(service, *self.ca) as t:
                t.line("/starttls")
                t.until("=== TLSv1.3  TLS_AES_256_GCM_SHA384")
                t.until("as before, ")
                tls = "TLSv1.3" if service == "starttls" else "TLSv1.3!"        # not verified, told without colour
                t.prompt(f"{t.where} {tls}>")
                t.say("/cert", "TLSA record for this key", tls)
                self.shows(t, says, "names ", "valid ", "issuer CN=smtpsh test CA")

    def test_13_tls_from_the_start_and_not(self):
        port = self.mta.port["smtps"]
        with Session(*self.ca, f"smtps://{HOST}:{port}") as t:
            t.opened(f"{HOST}:{port} TLSv1.3")
        with Session(f"smtps://{HOST}:{self.mta.port['starttls']}") as t:
            t.until("the server sent cleartext")
        with Session("--timeout", "greeting=300ms", HOST, str(port)) as t:
            t.until("smtps://")

    def test_14_size_dsn_and_utf8(self):
        with self.open("small") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<a@bed.test> SIZE=99999", "552 5.3.4")
            self.shows(t, "=== SIZE=99999 exceeds the server's limit of 10240")
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<jörg@bed.test> SMTPUTF8 BODY=8BITMIME RET=HDRS SIZE=500", "250 2.1.0", "mail")
            t.say("RCPT TO:<b@bed.test> NOTIFY=SUCCESS,DELAY", "250 2.1.5", "rcpt")
            self.assertEqual(t.left(), 0)

    def test_15_not_now(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "CHUNKING ")
            t.say("MAIL FROM:<a@bed.test>", "250 2.1.0", "mail")
            t.say("RCPT TO:<grey@bed.test>", " 4.2.0 ", "mail")
            self.shows(t, "Next: ")
            t.line("RCPT TO:<drop421@bed.test>")
            t.until("421 4.7.0 ")
            t.until("the server closed the connection")
            t.prompt("smtpsh>")

    def test_16_and_17_a_log_that_plays_again_and_a_probe(self):
        port = str(self.mta.port["starttls"])
        with tempfile.TemporaryDirectory() as place:
            log = os.path.join(place, "log")
            with self.open("starttls", "--log", log) as t:
                t.say("EHLO me.example", "CHUNKING ")
                t.say("MAIL FROM:<a@bed.test>", "250 2.1.0", "mail")
                t.say("RCPT TO:<reject@bed.test>", " 5.1.1 ", "mail")
                self.assertEqual(t.left(), 0)
            for args, says, status in ((("replay", "--against", f"{HOST}:{port}", log), "1 passed, 0 failed", 0),
                                       (("replay", "--against", f"{HOST}:{self.mta.port['old']}", log), "0 passed, 1 failed", 1),
                                       (("probe", *self.ca, "--from", "a@bed.test", "--to", "b@bed.test", f"{HOST}:{port}"), "OK", 0),
                                       (("probe", *self.ca, "--from", "a@bed.test", "--to", "reject@bed.test", f"{HOST}:{port}"), "CRIT", 2)):
                with self.subTest(args), Session(*args) as t:
                    t.until(says)
                    self.assertEqual(t.status(), status)

    def test_18_each_mx_from_this_address(self):
        port = str(self.mta.port["starttls"])
        with NameServer(ZONE) as dns:
            with Session("--bind", "127.0.0.5", "--dns", dns.address, "-p", port, "@good.test") as t:
                t.opened("mx1.bed.test:" + port)
                t.where = "mx2.bed.test:" + port
                t.say("/use 2", "220 ")
                t.say("/info", "so far")
                self.shows(t, f"connected mx2.bed.test [127.0.0.1:{port}] from 127.0.0.5:")
            with Session("probe", *self.ca, "--mx", "--dns", dns.address, "-p", port, "good.test") as t:
                t.shows(f"OK     mx1.bed.test[127.0.0.1]:{port}")
                t.shows(f"OK     mx2.bed.test[127.0.0.1]:{port}")
                self.assertEqual(t.status(), 0)


class AtExim(Tasks):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Exim()

    def test_03_a_banner_of_several_lines(self):
        with self.open("three") as t:
            self.shows(t, "220 exim.bed.test ESMTP first of three second line ready")

    def test_07_no_open_relay(self):
        with self.open("starttls") as t:
            t.say("EHLO me.example", "HELP ")
            t.say("MAIL FROM:<a@example.net>", "250 OK", "mail")
            t.say("RCPT TO:<b@example.org>", "550 relay not permitted", "mail")
            self.shows(t, "Next: ")
            self.assertEqual(t.left(), 0)           # what was answered in a session is no failure of it


if __name__ == "__main__":
    tap.main()
