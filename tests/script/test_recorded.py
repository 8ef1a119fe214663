"""What is recorded of a server replays at once, at level text, though it says another thing at each session.

The servers are scripted ones whose replies have the shape of those they are named for; real ones are in
tests/servers/test_recorded.py.
"""
import base64
import os
import random
import re
import string
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mta
import program
import tap

HOST = "mx.example.org"
SESSION = """EHLO client.example
MAIL FROM:<anna@quay.example>
RCPT TO:<ben@bed.test>
DATA
Subject: ropes

They came in on the tide.
.
RSET
QUIT
"""


def some(alphabet, n):
    return "".join(random.choice(alphabet) for _ in range(n))


def lower(n):
    return some(string.ascii_lowercase + string.digits, n)


def hex_(n):
    return some("0123456789abcdef", n)


def digits(n):
    return some("123456789", n)


def now():
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() + random.randrange(10 ** 6)))


def b64(n):
    return base64.b64encode(random.randbytes(n)).decode()


def guid():
    return str(uuid.UUID(bytes=random.randbytes(16)))


# name: the greeting, what follows "250-" first, the reply to MAIL, to the end of data, to QUIT
SERVERS = {
    "postfix": lambda: (HOST + " ESMTP Postfix (Debian/GNU)", HOST, "2.1.0 Ok", "2.0.0 Ok: queued as " + hex_(11).upper(), "2.0.0 Bye"),
    "postfix-long": lambda: (HOST + " ESMTP", HOST, "2.1.0 Ok", "2.0.0 Ok: queued as 4" + some(string.ascii_letters + string.digits, 14),
                             "2.0.0 Bye"),
    "exim": lambda: (f"{HOST} ESMTP Exim 4.96 {now()}", f"{HOST} Hello client.example [127.0.0.{digits(1)}]", "OK",
                     f"OK id=1{lower(5)}-{lower(11)}-{lower(4)}", HOST + " closing connection"),
    "sendmail": lambda: (f"{HOST} ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u2; {now()}; (No UCE/UBE) logging access from: localhost(OK)",
                         f"{HOST} Hello localhost [127.0.0.1], pleased to meet you", "2.1.0 <anna@quay.example>... Sender ok",
                         f"2.0.0 4AT{some(string.ascii_letters, 5)}{digits(6)} Message accepted for delivery", f"2.0.0 {HOST} closing connection"),
    "opensmtpd": lambda: (HOST + " ESMTP OpenSMTPD", f"{HOST} Hello client.example [127.0.0.1], pleased to meet you", "2.0.0 Ok",
                          f"2.0.0 {hex_(8)} Message accepted for delivery", "2.0.0 Bye"),
    "courier": lambda: (HOST + " ESMTP", HOST + " Ok.", "Ok.", f"Ok. {hex_(16).upper()}.{hex_(12).upper()}.{hex_(8).upper()}", "Bye."),
    "qmail": lambda: (HOST + " ESMTP", HOST, "ok", f"ok 17{digits(8)} qp {digits(random.randrange(2, 7))}", HOST),
    "haraka": lambda: (f"{HOST} ESMTP Haraka/3.0.5 ready ({guid().upper()})", f"{HOST} Hello localhost [127.0.0.1], Haraka is at your service.",
                       "sender <anna@quay.example> OK", f"Message Queued ({guid().upper()}.1)",
                       f"{HOST} closing connection. Have a jolly good day."),
    "haraka-short": lambda: (f"{HOST} ESMTP Haraka/3.3.4 ready ({guid().upper()[:6]})", f"{HOST} Hello runsc [127.0.0.1], Haraka is at your service.",
                             "sender <anna@quay.example> OK", f"Message Queued ({guid().upper()}.1)", HOST + " closing connection."),
    "smtp-server": lambda: (HOST + " ESMTP", "Nice to meet you, client.example", "Accepted", "OK: message queued", "Bye"),
    "maildev": lambda: (HOST + " ESMTP", "Nice to meet you, [127.0.0.1]", "Accepted", "Message queued as " + lower(8), "Bye"),
    "nothing but letters": lambda: (HOST + " ESMTP", HOST, "Accepted", "Message queued as " + some(string.ascii_lowercase, 8), "Bye"),
    "aiosmtpd": lambda: (HOST + " Python SMTP 1.4.4", HOST, "OK", "OK", "Bye"),
    "mailhog": lambda: ("mailhog.example ESMTP MailHog", "Hello client.example", "Sender anna@quay.example ok",
                        "Ok: queued as " + base64.urlsafe_b64encode(random.randbytes(32)).decode() + "@mailhog.example", "Bye"),
    "mailpit": lambda: (hex_(12) + " Mailpit ESMTP Service ready", HOST + " greets client.example", "2.1.0 Ok",
                        "2.0.0 Ok: queued as " + some(string.ascii_letters + string.digits, 22), "2.0.0 Bye"),
    "wiser": lambda: (HOST + " ESMTP SubEthaSMTP 3.1.7", HOST, "Ok", "Ok", "Bye"),
    "go-smtp-mock": lambda: ("Welcome", "Received", "Received", "Received", "Closing connection"),
    "dovecot submission": lambda: (HOST + " Dovecot ready.", HOST, "2.1.0 Ok", "2.0.0 Ok: queued as " + hex_(10).upper(), "2.0.0 Logging out"),
    "dovecot lmtp": lambda: (HOST + " Dovecot ready.", HOST, "2.1.0 OK", f"2.0.0 <ben@bed.test> {b64(16)[:22]} Saved", "2.0.0 Bye"),
    "cyrus lmtp": lambda: (HOST + " Cyrus LMTP 3.6.1-Debian-3.6.1-4+deb12u3 server ready", HOST, "2.1.0 ok",
                           f"2.1.5 Ok SESSIONID=<cyrus-{digits(4)}-17{digits(8)}-1-{digits(18)}>", "2.0.0 bye"),
    "hmailserver": lambda: (HOST + " ESMTP", HOST, "OK", f"Queued (0.{digits(3)} seconds)", "goodbye"),
    "mdaemon": lambda: (f"{HOST} ESMTP MDaemon 22.0.2; {now()}", f"{HOST} Hello client.example, pleased to meet you",
                        "2.1.0 Sender OK", f"2.6.0 Ok, message saved <Message-ID: 2026{digits(10)}.AA{digits(7)}@{HOST}>",
                        "2.0.0 See ya in cyberspace"),
    "exchange": lambda: (
        f"{lower(4)}PR0100.eurprd.prod.example.com Microsoft ESMTP MAIL Service ready at {now()} [{b64(24)}]",
        f"{lower(4)}PR0100.eurprd.prod.example.com Hello [127.0.0.1]", "2.1.0 Sender OK",
        f"2.6.0 <{guid()}@{lower(4)}PR.example.com> [InternalId={digits(14)}, Hostname={lower(8)}.prod.example.com] "
        f"{digits(4)} bytes in 0.{digits(3)}, {digits(2)}.{digits(3)} KB/sec Queued mail for delivery", "2.0.0 Service closing transmission channel"),
    "gmail": lambda: (f"mx.google.example ESMTP {hex_(13)}-{lower(20)}{digits(5)}.{digits(2)} - gsmtp",
                      "mx.google.example at your service, [127.0.0.1]", f"2.1.0 OK {hex_(13)}-{lower(20)}{digits(5)}.{digits(2)} - gsmtp",
                      f"2.0.0 OK  17{digits(8)} {hex_(13)}-{lower(20)}{digits(5)}.{digits(2)} - gsmtp",
                      f"2.0.0 closing connection {hex_(13)}-{lower(20)}{digits(5)}.{digits(2)} - gsmtp"),
    "zimbra": lambda: (HOST + " ESMTP Postfix", HOST, "2.1.0 Ok", f"2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {hex_(10).upper()}",
                       "2.0.0 Bye"),
    "stalwart": lambda: (HOST + " Stalwart ESMTP at your service", HOST + " you had me at EHLO", "2.1.0 OK",
                         f"2.0.0 Message queued with id {hex_(random.randrange(11, 17))}.", "2.0.0 Bye."),
    "james": lambda: (f"{HOST} SMTP Server (JAMES SMTP Server 3.8.0) ready", f"{HOST} Hello client.example [127.0.0.1])",
                      "2.1.0 Sender <anna@quay.example> OK", "2.6.0 Message received", f"2.0.0 {HOST} Service closing transmission channel"),
    "postal": lambda: (f"{HOST} ESMTP Postal/{some(string.ascii_uppercase + string.digits, 8)}", "My capabilities are", "OK", "OK",
                       "Closing Connection"),
    "communigate": lambda: (HOST + " ESMTP CommuniGate Pro 6.3.3", HOST + " domain name should be qualified client.example",
                            "anna@quay.example sender accepted", digits(6) + " message accepted for delivery", HOST + " CommuniGate Pro SMTP closing"),
}


class Server(mta.Client):
    """It says one thing of SERVERS at each connection, and offers an extension that goes by the clock."""

    def run(self):
        self.greeting, self.hello, self.mail, self.queued, self.quit = self.server.says()
        self.say("220 " + self.greeting)
        while True:
            line = self.line()
            getattr(self, "do_" + line.split(" ")[0].lower(), self.do_unknown)(line)

    def do_ehlo(self, line):
        self.say("250-" + self.hello, "250-PIPELINING", "250-SIZE 52428800", "250 8BITMIME")

    do_lhlo = do_ehlo

    def do_mail(self, line):
        self.say("250 " + self.mail)

    def finish(self, message):
        self.server.messages.append(message)
        self.say("250 " + self.queued)

    def do_quit(self, line):
        self.say("221 " + self.quit)
        raise EOFError


class Origin(mta.Mta):
    def __init__(self, says):
        self.says = says
        super().__init__(client=Server)


class Recorded(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = os.path.join(self.folder.name, "log.smtp")

    def text(self):
        with open(self.log) as file:
            return file.read()

    def replays(self, server, times=3):
        for _ in range(times):
            done = program.run("replay", "--against", server.target, self.log)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.text())
        self.assertIn("/match text\n", self.text())
        self.assertNotIn("not compared", done.stdout)

    def test_each_server(self):
        for name, says in SERVERS.items():
            with self.subTest(name), Origin(says) as server:
                session = SESSION.replace("EHLO", "LHLO") if "lmtp" in name else SESSION
                for n in range(3):
                    self.log = os.path.join(self.folder.name, f"{name}.{n}.smtp")
                    program.run("--log", self.log, server.target, input=session)
                    self.assertIn("C: They came in", self.text())
                    self.replays(server)
                    done = program.run("selftest", self.log)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.text())

    def test_through_a_recorder(self):
        for name in ("exchange", "gmail", "haraka", "mailhog"):
            with self.subTest(name), Origin(SERVERS[name]) as server:
                recorder = program.Process("record", "--to", server.target, "--log", self.log, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, text=True)
                where = recorder.stdout.readline().split()[-1]
                program.run(where, input=SESSION)
                recorder.terminate()
                recorder.communicate(timeout=program.DEADLINE)
                self.replays(server)
                os.remove(self.log)

    def test_a_script_that_has_the_text_as_it_was(self):
        "the level text hides what varies, also where no place stands for it"
        for name in ("postfix", "exim", "opensmtpd", "mailhog", "gmail", "qmail", "haraka"):
            with self.subTest(name), Origin(SERVERS[name]) as server:
                program.run("--log", self.log, server.target, input=SESSION)
                literal = re.sub(r"\{\{:[a-z]+=(.*?)\}\}", r"\1", self.text())
                self.assertNotIn("{{", literal)
                with open(self.log, "w") as file:
                    file.write(literal)
                self.replays(server)
                os.remove(self.log)

    def test_what_is_another_reply_is_seen(self):
        with Origin(SERVERS["exim"]) as server:
            program.run("--log", self.log, server.target, input=SESSION)
            server.says = lambda: tuple(t.replace("OK id=", "Ok id=") for t in SERVERS["exim"]())
            done = program.run("replay", "--against", server.target, self.log)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("OK id=", done.stdout)

    def test_served_it_says_what_was_recorded(self):
        with Origin(SERVERS["postfix"]) as server:
            program.run("--log", self.log, server.target, input=SESSION)
        with program.Serve(self.log) as server:
            done = program.run(server.where, input=SESSION)
        recorded = [line[3:] for line in self.text().splitlines() if line.startswith("S: ") and "queued as" in line][0]
        self.assertIn(re.sub(r"\{\{:[a-z]+=(.*?)\}\}", r"\1", recorded), done.stdout)


if __name__ == "__main__":
    tap.main()
