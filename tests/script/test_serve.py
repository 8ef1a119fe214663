"""`smtpsh serve` as a client on the wire meets it: the whole of the protocol, its options, and what it keeps."""
import base64
import json
import mailbox
import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire

READY = ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]
UTF8 = ["EHLO a", "MAIL FROM:<a@b.example> SMTPUTF8", "RCPT TO:<c@d.example>", "DATA"]

# name, lines said, the start of the last reply
DIALOGUES = [
    ("EHLO without a name", ["EHLO"], "501 5.5.4"),
    ("EHLO with two names", ["EHLO a b"], "501 5.5.4"),
    ("EHLO with no name of a host", ["EHLO a_b..c"], "501 5.5.4"),
    ("EHLO with a literal", ["EHLO [IPv6:::1]"], "250-demo"),
    ("HELO", ["HELO a.example"], "250 demo"),
    ("LHLO is of LMTP", ["LHLO a.example"], "500 5.5.1"),
    ("MAIL before EHLO", ["MAIL FROM:<a@b.example>"], "503 5.5.1"),
    ("MAIL without FROM", ["EHLO a", "MAIL <a@b.example>"], "501 5.5.4"),
    ("MAIL without brackets", ["EHLO a", "MAIL FROM:a@b.example"], "501 5.1.7"),
    ("MAIL without a domain", ["EHLO a", "MAIL FROM:<a>"], "501 5.1.7"),
    ("MAIL twice", READY[:2] + ["MAIL FROM:<a@b.example>"], "503 5.5.1"),
    ("the null sender", ["EHLO a", "MAIL FROM:<>"], "250 2.1.0"),
    ("a source route", ["EHLO a", "MAIL FROM:<@x.example,@y.example:a@b.example>"], "250 2.1.0"),
    ("an empty hop in a source route", ["EHLO a", "MAIL FROM:<@x.example,,@y.example:a@b.example>"], "501 5.1.7"),
    ("a quoted local part", ["EHLO a", 'MAIL FROM:<"a \\" b"@b.example>'], "250 2.1.0"),
    ("an address literal", ["EHLO a", "MAIL FROM:<a@[192.0.2.1]>"], "250 2.1.0"),
    ("two dots", ["EHLO a", "MAIL FROM:<a..b@c.example>"], "501 5.1.7"),
    ("SIZE", ["EHLO a", "MAIL FROM:<a@b.example> SIZE=1000"], "250 2.1.0"),
    ("SIZE beyond the limit", ["EHLO a", "MAIL FROM:<a@b.example> SIZE=99999999999999999999"], "552 5.3.4"),
    ("SIZE that is no number", ["EHLO a", "MAIL FROM:<a@b.example> SIZE=x"], "501 5.5.4"),
    ("a parameter twice", ["EHLO a", "MAIL FROM:<a@b.example> SIZE=1 SIZE=2"], "501 5.5.4"),
    ("an unknown parameter", ["EHLO a", "MAIL FROM:<a@b.example> XFOO=1"], "555 5.5.4"),
    ("parameters after HELO", ["HELO a", "MAIL FROM:<a@b.example> SIZE=1"], "555 5.5.4"),
    ("BODY", ["EHLO a", "MAIL FROM:<a@b.example> BODY=8BITMIME"], "250 2.1.0"),
    ("BODY that is none", ["EHLO a", "MAIL FROM:<a@b.example> BODY=9BIT"], "501 5.5.4"),
    ("DSN at MAIL", ["EHLO a", "MAIL FROM:<a@b.example> RET=HDRS ENVID=a+2Bb"], "250 2.1.0"),
    ("xtext that is none", ["EHLO a", "MAIL FROM:<a@b.example> ENVID=a+2"], "501 5.5.4"),
    ("AUTH=<> at MAIL", ["EHLO a", "MAIL FROM:<a@b.example> AUTH=<>"], "250 2.1.0"),
    ("UTF-8 without SMTPUTF8", ["EHLO a", "MAIL FROM:<ä@b.example>"], "553 5.6.7"),
    ("UTF-8 with SMTPUTF8", ["EHLO a", "MAIL FROM:<ä@b.example> SMTPUTF8"], "250 2.1.0"),
    ("REQUIRETLS in the clear", ["EHLO a", "MAIL FROM:<a@b.example> REQUIRETLS"], "555 5.5.4"),
    ("RCPT before MAIL", ["EHLO a", "RCPT TO:<a@b.example>"], "503 5.5.1"),
    ("an empty recipient", READY[:2] + ["RCPT TO:<>"], "501 5.1.3"),
    ("postmaster", READY[:2] + ["RCPT TO:<Postmaster>"], "250 2.1.5"),
    ("DSN at RCPT", READY[:2] + ["RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b.example"], "250 2.1.5"),
    ("NOTIFY=NEVER and more", READY[:2] + ["RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY"], "501 5.5.4"),
    ("SIZE at RCPT", READY[:2] + ["RCPT TO:<a@b.example> SIZE=1"], "555 5.5.4"),
    ("rejected on purpose", READY[:2] + ["RCPT TO:<unknown@b.example>"], "550 5.1.1"),
    ("a sender rejected on purpose", ["EHLO a", "MAIL FROM:<spammer@b.example>"], "550 5.7.1"),
    ("DATA before MAIL", ["EHLO a", "DATA"], "503 5.5.1"),
    ("DATA without a recipient", READY[:2] + ["DATA"], "554 5.5.1"),
    ("DATA with an argument", READY + ["DATA x"], "501 5.5.4"),
    ("DATA rejected on purpose", READY + ["RCPT TO:<nodata@b.example>", "DATA"], "554 5.5.1"),
    ("BINARYMIME goes by BDAT", ["EHLO a", "MAIL FROM:<a@b.example> BODY=BINARYMIME", READY[2], "DATA"], "503 5.5.1"),
    ("RSET", READY + ["RSET", "DATA"], "503 5.5.1"),
    ("RSET with an argument", ["RSET x"], "501 5.5.4"),
    ("EHLO within a transaction drops it", READY + ["EHLO a.example", "DATA"], "503 5.5.1"),
    ("BDAT without a number", READY + ["BDAT x"], "501 5.5.4"),
    ("MAIL between chunks", READY + ["BDAT 5\r\nabc", "MAIL FROM:<a@b.example>"], "503 5.5.1"),
    ("DATA between chunks", READY + ["BDAT 5\r\nabc", "DATA"], "503 5.5.1"),
    ("NOOP between chunks", READY + ["BDAT 5\r\nabc", "NOOP"], "250 2.0.0"),
    ("BDAT without MAIL is read, then refused", ["EHLO a", "BDAT 6 LAST\r\nQUIT"], "503 5.5.1"),
    ("and what follows is a command", ["EHLO a", "BDAT 6 LAST\r\nQUIT", "NOOP"], "250 2.0.0"),
    ("an empty last chunk", READY + ["BDAT 5\r\nabc", "BDAT 0 LAST"], "250 2.0.0 Ok: 5 octets"),
    ("VRFY", ["VRFY a"], "252 2.5.2"),
    ("VRFY of nobody", ["VRFY unknown"], "550 5.1.1"),
    ("VRFY without a name", ["VRFY"], "501 5.5.4"),
    ("EXPN", ["EXPN staff"], "250-2.1.5 <ann@"),
    ("EXPN of no list", ["EXPN x"], "550 5.1.1"),
    ("HELP", ["HELP"], "214-2.0.0 Commands supported: HELO EHLO MAIL"),
    ("HELP with a topic", ["HELP mail"], "214-2.0.0 MAIL FROM:<sender>"),
    ("HELP on nothing", ["HELP x"], "504 5.5.4"),
    ("NOOP with an argument", ["NOOP x y"], "250 2.0.0"),
    ("an unknown command", ["FOO"], "500 5.5.2"),
    ("a known command that is not offered", ["ETRN a.example"], "502 5.5.1"),
    ("verbs in any case", ["ehlo a", "mAiL from:<a@b.example>"], "250 2.1.0"),
    ("NUL", ["NOOP \0"], "500 5.5.2"),
    ("a line too long", ["NOOP " + "x" * 3000], "500 5.5.6"),
    ("UTF-8 with SMTPUTF8", ["EHLO a", "MAIL FROM:<j\u00f6rg@b.example> SMTPUTF8", "RCPT TO:<\u5433@\u4f8b.example>"], "250 2.1.5"),
    ("UTF-8 without it", ["EHLO a", "MAIL FROM:<j\u00f6rg@b.example>"], "553 5.6.7"),
    ("UTF-8 without it, a recipient", ["EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<j\u00f6rg@b.example>"], "553 5.6.7"),
    ("no UTF-8", ["EHLO a", b"MAIL FROM:<\xff@b.example> SMTPUTF8"], "501 5.5.2"),
    ("no UTF-8, a recipient", ["EHLO a", "MAIL FROM:<a@b.example> SMTPUTF8", b"RCPT TO:<\xc0\xaf@b.example>"], "501 5.5.2"),
    ("no UTF-8, a surrogate", ["EHLO a", b"MAIL FROM:<a@\xed\xa0\x80.example> SMTPUTF8"], "501 5.5.2"),
    ("no UTF-8, a parameter", ["EHLO a", "MAIL FROM:<a@b.example> SMTPUTF8", b"RCPT TO:<c@d.example> ORCPT=utf-8;\xff"], "501 5.5.4"),
    ("VRFY in UTF-8", ["EHLO a", "VRFY j\u00f6rg SMTPUTF8"], "252 2.5.2"),
    ("VRFY in UTF-8 without the parameter", ["EHLO a", "VRFY j\u00f6rg"], "553 5.6.7"),
    ("VRFY of no UTF-8", ["EHLO a", b"VRFY \xff SMTPUTF8"], "501 5.5.2"),
    ("EXPN in UTF-8", ["EHLO a", "EXPN j\u00f6rg SMTPUTF8"], "550 5.1.1"),
    ("AUTH before EHLO", ["AUTH PLAIN"], "503 5.5.1"),
    ("AUTH without a mechanism", ["EHLO a", "AUTH"], "501 5.5.4"),
    ("AUTH of no mechanism here", ["EHLO a", "AUTH GSSAPI"], "504 5.5.4"),
    ("AUTH PLAIN at once", ["EHLO a", "AUTH PLAIN AGRlbW8AZGVtbw=="], "235 2.7.0"),
    ("AUTH PLAIN in two", ["EHLO a", "AUTH PLAIN", "AGRlbW8AZGVtbw=="], "235 2.7.0"),
    ("AUTH PLAIN, wrong", ["EHLO a", "AUTH PLAIN AGRlbW8AeA=="], "535 5.7.8"),
    ("AUTH PLAIN for another", ["EHLO a", "AUTH PLAIN eABkZW1vAGRlbW8="], "535 5.7.8"),
    ("AUTH PLAIN without NUL", ["EHLO a", "AUTH PLAIN ZGVtbw=="], "501 5.5.2"),
    ("AUTH, bad base64", ["EHLO a", "AUTH PLAIN ==="], "501 5.5.2"),
    ("AUTH cancelled", ["EHLO a", "AUTH LOGIN", "*"], "501 5.7.0"),
    ("AUTH cancelled, then a command", ["EHLO a", "AUTH LOGIN", "*", "NOOP"], "250 2.0.0"),
    ("AUTH LOGIN", ["EHLO a", "AUTH LOGIN", "ZGVtbw==", "ZGVtbw=="], "235 2.7.0"),
    ("AUTH LOGIN with the user", ["EHLO a", "AUTH LOGIN ZGVtbw==", "ZGVtbw=="], "235 2.7.0"),
    ("AUTH LOGIN, wrong", ["EHLO a", "AUTH LOGIN", "ZGVtbw==", "eA=="], "535 5.7.8"),
    ("AUTH twice", ["EHLO a", "AUTH PLAIN AGRlbW8AZGVtbw==", "AUTH PLAIN"], "503 5.5.1"),
    ("AUTH within a message", READY + ["AUTH PLAIN"], "503 5.5.1"),
    ("a header that is no UTF-8", UTF8 + [b"Subject: \xff\r\n\r\n."], "554 5.6.0"),
    ("a header that ends within a character", UTF8 + [b"Subject: \xc3\r\n\r\n."], "554 5.6.0"),
    ("a header in UTF-8", UTF8 + ["Subject: \u00fc\r\n\r\n."], "250 2.0.0"),
    ("a body that is no UTF-8", UTF8 + [b"Subject: x\r\n\r\n\xff\r\n."], "250 2.0.0"),
    ("a body that is no UTF-8, and no header", UTF8 + [b"\r\n\xff\r\n."], "250 2.0.0"),
    ("a chunk whose header is no UTF-8", UTF8[:-1] + [b"BDAT 12 LAST\r\nA: \xc3x\r\n\r\n1\r"], "554 5.6.0"),
    ("a header that is no UTF-8, without SMTPUTF8", READY + ["DATA", b"Subject: \xff\r\n\r\n."], "250 2.0.0"),
    ("a message rejected on purpose", READY + ["RCPT TO:<virus@b.example>", "DATA", "x\r\n."], "554 5.7.1"),
    ("STARTTLS with an argument", ["EHLO a", "STARTTLS x"], "501 5.5.4"),
    ("QUIT with an argument", ["QUIT now"], "501 5.5.4"),
    ("QUIT", ["QUIT"], "221 2.0.0"),
]


def send(server, *lines, host=None):
    with wire.Wire(server.host, server.port) as client:
        return [client.say(line) for line in lines]


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = program.Serve()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_dialogues(self):
        wrong = []
        for name, lines, want in DIALOGUES:
            replies = send(self.server, *lines)
            if not replies[-1].startswith(want):
                wrong.append((name, want, replies[-1]))
        self.assertEqual(wrong, [])

    def test_a_pipelined_group_is_answered_in_order(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            client.say("EHLO a.example")
            client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<full@b.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n")
            self.assertEqual([client.reply()[:3] for _ in range(4)], ["250", "452", "250", "354"])
            client.send("x\r\n.\r\nNOOP\r\nQUIT\r\n")
            self.assertEqual([client.reply()[:3] for _ in range(3)], ["250", "250", "221"])
            self.assertEqual(client.rest(), "")

    def test_a_line_feed_ends_no_command_and_no_message(self):
        "what mail smuggling needs is not done"
        with wire.Wire(self.server.host, self.server.port) as client:
            client.send("NOOP\n")
            self.assertTrue(client.reply().startswith("500 5.5.2"))
            for line in READY + ["DATA"]:
                client.say(line)
            client.send("x\n.\nMAIL FROM:<x@y.example>\r\n.\nmore\r\n.\r\nNOOP\r\n")
            self.assertIn("octets, queued", client.reply())
            self.assertTrue(client.reply().startswith("250 2.0.0 Ok"))
            client.send("QUIT\r\n")
            self.assertTrue(client.reply().startswith("221"))

    def test_421_closes(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            for line in READY[:2]:
                client.say(line)
            self.assertTrue(client.say("RCPT TO:<closing@b.example>").startswith("421"))
            self.assertEqual(client.rest(), "")

    def test_too_many_errors(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            client.send("FOO\r\n" * 100)
            replies = client.rest().split("\r\n")
            self.assertEqual(len(replies), 22)
            self.assertTrue(replies[20].startswith("421 4.7.0"), replies[20])

    def test_starttls_forgets_and_is_offered_no_more(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            self.assertIn("250-STARTTLS", client.say("EHLO a"))
            client.starttls(wire.context())
            self.assertTrue(client.say("MAIL FROM:<a@b.example>").startswith("503"))
            ehlo = client.say("EHLO a")
            self.assertNotIn("STARTTLS", ehlo)
            self.assertIn("REQUIRETLS", ehlo)
            self.assertTrue(client.say("STARTTLS").startswith("503"))

    def test_octets_behind_starttls_are_not_taken_for_protected_ones(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            client.say("EHLO a")
            client.send("STARTTLS\r\nMAIL FROM:<a@b.example>\r\n")
            self.assertNotIn("2.1.0", client.rest())

    def test_a_long_connection_does_not_grow(self):
        names = "".join(f"HELO {('x' * 60 + '.') * 3}{n}.example\r\n" for n in range(1000)).encode()
        with wire.Wire(self.server.host, self.server.port) as client:
            sizes = []
            for _ in range(30):
                client.send(names)
                self.assertEqual({client.reply()[:3] for _ in range(1000)}, {"250"})
                with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
                    sizes += [int(line.split()[1]) for line in status if line.startswith("VmRSS")]
        self.assertLess(sizes[-1] - sizes[9], 1 << (20 if program.SANITIZED else 11), sizes)

    def test_nobody_is_heard_who_does_not_read(self):
        "a client that only sends holds no more than its replies"
        with wire.Wire(self.server.host, self.server.port) as client:
            client.socket.settimeout(0.5)
            try:
                for _ in range(400):
                    client.send(b"HELP\r\n" * 10000)
            except OSError:
                pass
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            peak = [line for line in status if line.startswith("VmHWM")][0]
        self.assertLess(int(peak.split()[1]), (400 if program.SANITIZED else 32) << 10)


class Options(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_smtplib_over_verified_tls(self):
        ca = self.path("ca.pem")
        os.symlink(self.path("another"), ca)
        with program.Serve("--ca-out", ca) as server, smtplib.SMTP(server.host, server.port, timeout=20) as client:
            client.starttls(context=wire.context(ca))
            client.login("demo", "demo")
            refused = client.sendmail("a@b.example", ["c@d.example", "unknown@d.example"], "Subject: x\r\n\r\n.x\r\n")
            self.assertEqual(list(refused), ["unknown@d.example"])
        self.assertEqual(os.listdir(self.folder.name), ["ca.pem"], "a link that stands at the name is not written through")

    def test_implicit_tls(self):
        ca = self.path("ca.pem")
        with program.Serve("--tls=implicit", "--ca-out", ca) as server:
            with wire.Wire(server.host, server.port, tls=wire.context(ca)) as client:
                self.assertNotIn("STARTTLS", client.say("EHLO a"))
                self.assertTrue(client.say("QUIT").startswith("221"))
                self.assertEqual(client.rest(), "")

    def test_no_tls(self):
        with program.Serve("--tls=off") as server:
            replies = send(server, "EHLO a", "STARTTLS")
        self.assertNotIn("STARTTLS", replies[0])
        self.assertTrue(replies[1].startswith("502"))

    def test_own_certificate(self):
        cert = self.path("c.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", cert,
                        "-out", cert + ".crt", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
        with program.Serve("--cert", cert + ".crt", "--key", cert) as server, wire.Wire(server.host, server.port) as client:
            client.say("EHLO a")
            self.assertTrue(client.starttls(wire.context(cert + ".crt")).startswith("220"))

    def test_unix_socket(self):
        name = self.path("s")
        for _ in range(2):
            with program.Serve("--listen", "unix:" + name) as server:
                self.assertEqual(os.stat(name).st_mode, stat.S_IFSOCK | 0o660)
                with wire.Wire("unix:" + name, 0) as client:
                    self.assertTrue(client.say("QUIT").startswith("221"))
                self.assertEqual(server.where, "unix:" + name)
            self.assertFalse(os.path.exists(name))

    def test_what_stands_in_place_of_a_socket(self):
        "one that nobody listens on is replaced; a file, a link and one in use are left alone"
        stale, used, file, link = (self.path(name) for name in ("stale", "used", "file", "link"))
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(stale)
        os.symlink(stale, link)
        open(file, "w").close()
        with program.Serve("--listen", "unix:" + used):
            for name in (used, file, link):
                before = os.lstat(name)
                done = program.run("serve", "--listen", "unix:" + name, "--deadline", "5s")
                self.assertEqual((done.returncode, done.stdout), (11, ""), done.stderr)
                self.assertIn(f"cannot listen on unix:{name}: ", done.stderr)
                self.assertEqual(os.lstat(name).st_ino, before.st_ino)
        with program.Serve("--listen", "unix:" + stale) as server, wire.Wire(server.where, 0) as client:
            self.assertTrue(client.say("QUIT").startswith("221"))

    def test_lmtp_answers_for_each_recipient(self):
        with program.Serve("--lmtp") as server, wire.Wire(server.host, server.port) as client:
            self.assertTrue(client.say("EHLO a").startswith("500"))
            for line in ["LHLO a", *READY[1:], "RCPT TO:<unknown@d.example>", "RCPT TO:<e@d.example>", "DATA"]:
                client.say(line)
            client.send("x\r\n.\r\nQUIT\r\n")
            self.assertEqual([r[:3] for r in client.rest().split("\r\n")], ["250", "250", "221", ""])

    def test_refusals_of_ones_own(self):
        args = ["--refuse", "helo:bad.example", "--refuse", "mail:@evil.example", "--refuse", "rcpt:bob@d.example=450 4.2.0 Not now",
                "--refuse", "dot:carol"]
        with program.Serve(*args) as server:
            self.assertTrue(send(server, "EHLO BAD.example")[0].startswith("550 5.7.1"))
            replies = send(server, "EHLO a", "MAIL FROM:<x@Evil.example>", "MAIL FROM:<x@b.example>", "RCPT TO:<bob@d.example>",
                           "RCPT TO:<bob@e.example>", "RCPT TO:<carol@x.example>", "DATA", "x\r\n.")
        self.assertEqual([r[:9] for r in replies[1:]],
                         ["550 5.7.1", "250 2.1.0", "450 4.2.0", "250 2.1.5", "250 2.1.5", "354 Start", "554 5.7.1"])

    def test_requirements(self):
        with program.Serve("--require-tls", "--require-auth", "--account-file", self.accounts()) as server:
            with wire.Wire(server.host, server.port) as client:
                self.assertNotIn("AUTH", client.say("EHLO a"))
                self.assertTrue(client.say("AUTH PLAIN AGRlbW8AZGVtbw==").startswith("530 5.7.0 Must issue a STARTTLS"))
                self.assertTrue(client.say("MAIL FROM:<a@b.example>").startswith("530 5.7.0 Must issue a STARTTLS"))
                client.starttls(wire.context())
                self.assertIn("AUTH", client.say("EHLO a"))
                self.assertTrue(client.say("MAIL FROM:<a@b.example>").startswith("530 5.7.0 Authentication required"))
                self.assertTrue(client.say("AUTH PLAIN AGRlbW8AZGVtbw==").startswith("535"))
                answer = base64.b64encode(b"\0ann\0pass:word").decode()
                self.assertTrue(client.say("AUTH PLAIN " + answer).startswith("235"))
                self.assertTrue(client.say("MAIL FROM:<a@b.example>").startswith("250"))

    RECIPIENTS = ["RCPT TO:<c@d.example>", "RCPT TO:<virus@d.example>", "RCPT TO:<busy@d.example>"]

    def kept(self, *lines, args=()):
        """The codes of all replies to the lines, and to whom messages were kept."""
        with program.Serve("--messages", self.path("lines"), *args) as server, wire.Wire(server.host, server.port) as client:
            client.send("".join(line + "\r\n" for line in (*lines, "QUIT")))
            codes = [line[:3] for line in client.rest().splitlines() if line[3:4] == " "]
        with open(self.path("lines"), encoding="utf-8") as file:
            kept = [[r["address"] for r in json.loads(line)["recipients"]] for line in file]
        os.unlink(self.path("lines"))
        return codes, kept

    def test_lmtp_judges_each_recipient(self):
        codes, kept = self.kept("LHLO a", READY[1], *self.RECIPIENTS, "DATA", "x\r\n.", args=("--lmtp",))
        self.assertEqual((codes[-4:], kept), (["250", "554", "451", "221"], [["c@d.example"]]))

    def test_prdr_judges_each_recipient(self):
        for end in (["DATA", "x\r\n."], ["BDAT 3 LAST\r\nx"]):
            codes, kept = self.kept("EHLO a", READY[1] + " PRDR", *self.RECIPIENTS, *end)
            self.assertEqual((codes[-6:], kept), (["353", "250", "554", "451", "250", "221"], [["c@d.example"]]), end)
            codes, kept = self.kept("EHLO a", READY[1] + " PRDR", *self.RECIPIENTS[1:], *end)
            self.assertEqual((codes[-5:], kept), (["353", "554", "451", "554", "221"], []), end)
            codes, kept = self.kept("EHLO a", READY[1], *self.RECIPIENTS, *end)
            self.assertEqual((codes[-2:], kept), (["554", "221"], []), "without PRDR it is all or nothing")
        codes, kept = self.kept("EHLO a", READY[1] + " PRDR", "RCPT TO:<c@d.example>", "DATA", "x" * 100 + "\r\n.", "MAIL FROM:<> PRDR=1",
                                args=("--size", "50"))
        self.assertEqual((codes[-3:], kept), (["552", "501", "221"], []))
        codes, _ = self.kept("EHLO a", "MAIL FROM:<> PRDR", args=("--without", "PRDR"))
        self.assertEqual(codes[-2:], ["555", "221"])

    def test_refusals_of_ones_own_at_the_dot(self):
        codes, kept = self.kept("EHLO a", READY[1] + " PRDR", READY[2], "RCPT TO:<e@f.example>", "DATA", "x\r\n.",
                                args=("--refuse", "dot:@f.example=550 5.2.1 no"))
        self.assertEqual((codes[-5:], kept), (["353", "250", "550", "250", "221"], [["c@d.example"]]))

    def accounts(self):
        with open(self.path("accounts"), "w", encoding="ascii") as file:
            file.write("ann:pass:word\n")
        return file.name

    def test_what_is_left_out_is_not_done(self):
        with program.Serve("--without", "chunking, size,STARTTLS") as server:
            replies = send(server, "EHLO a", "STARTTLS", "MAIL FROM:<a@b.example> SIZE=1", "BDAT 1")
        self.assertFalse([k for k in ("CHUNKING", "SIZE", "STARTTLS") if k in replies[0]])
        self.assertEqual([r[:3] for r in replies], ["250", "502", "555", "502"])

    def test_the_size_limit_does_not_shift_answers(self):
        with program.Serve("--size", "1k") as server:
            replies = send(server, *READY, "DATA", "x" * 70 + "\r\n" + ("y" * 998 + "\r\n") * 40 + ".", "NOOP")
            chunks = send(server, *READY, "BDAT 2000\r\n" + "x" * 1998, "BDAT 5\r\nabc", "RSET", *READY[1:], "BDAT 5 LAST\r\nabc")
        self.assertEqual([r[:9] for r in replies[-2:]], ["552 5.3.4", "250 2.0.0"])
        self.assertEqual([r[:9] for r in chunks[3:]],
                         ["552 5.3.4", "503 5.5.1", "250 2.0.0", "250 2.1.0", "250 2.1.5", "250 2.0.0"])

    def test_bounds_of_a_connection(self):
        with program.Serve("--max-recipients", "1", "--max-messages", "1") as server:
            replies = send(server, *READY, "RCPT TO:<e@d.example>", "DATA", "x\r\n.", READY[1])
        self.assertEqual([r[:9] for r in replies[3:]], ["452 4.5.3", "354 Start", "250 2.0.0", "421 4.7.0"])

    def test_too_many_clients(self):
        with program.Serve("--max-clients", "1") as server, wire.Wire(server.host, server.port):
            with wire.Wire(server.host, server.port) as second:
                self.assertTrue(second.banner.startswith("421 4.3.2"))

    def test_no_more_descriptors(self):
        "who comes when there are none is turned away, and those who are there are served on"
        server = subprocess.Popen(["sh", "-c", 'ulimit -n 40; exec "$0" serve', program.SMTPSH], stdout=subprocess.PIPE, text=True)
        host, port = server.stdout.readline().split()[-1].rsplit(":", 1)
        clients = [wire.Wire(host, int(port), banner=False) for _ in range(60)]
        banners = 0
        for client in clients:
            try:
                banners += client.reply().startswith("220")
            except ConnectionResetError:
                pass
        self.assertTrue(10 < banners < 40, banners)
        self.assertTrue(clients[0].say("NOOP").startswith("250"))
        for client in clients:
            client.__exit__()
        with wire.Wire(host, int(port)) as client:
            self.assertTrue(client.banner.startswith("220"))
        server.terminate()
        server.wait(program.DEADLINE)
        server.stdout.close()

    def test_idle(self):
        with program.Serve("--idle", "200ms") as server, wire.Wire(server.host, server.port) as client:
            self.assertTrue(client.reply().startswith("421 4.4.2"))
            self.assertEqual(client.rest(), "")

    def test_who_sends_a_message_slowly_is_not_idle(self):
        with program.Serve("--idle", "400ms") as server, wire.Wire(server.host, server.port) as client:
            for line in [*READY, "DATA"]:
                client.say(line)
            for _ in range(15):
                client.send("a line\r\n")
                time.sleep(0.1)
            self.assertTrue(client.say(".").startswith("250"))

    def test_a_delay_is_no_idleness_and_keeps_the_order(self):
        with program.Serve("--delay", "banner=100ms,NOOP=500ms", "--idle", "200ms") as server:
            with wire.Wire(server.host, server.port) as client:
                client.send("NOOP\r\nRSET\r\nFOO\r\n")
                self.assertEqual([client.reply()[:3] for _ in range(3)], ["250", "250", "500"])

    def test_fail_fast(self):
        with program.Serve("--fail-fast") as server, wire.Wire(server.host, server.port) as client:
            self.assertTrue(client.say("FOO").startswith("500"))
            self.assertEqual(client.rest(), "")

    def test_stopping_says_421(self):
        with program.Serve() as server, wire.Wire(server.host, server.port) as client:
            server.process.send_signal(signal.SIGTERM)
            self.assertTrue(client.reply().startswith("421 4.3.2"))
            self.assertEqual(client.rest(), "")
            self.assertEqual(server.process.wait(20), 0)

    def test_kept_messages(self):
        maildir, mbox, lines = self.path("Maildir"), self.path("mbox"), self.path("lines")
        args = ["--maildir", maildir, "--mbox", mbox, "--messages", lines, "--count", "3", "--deadline", "20s"]
        body = "Subject: x\r\n\r\nFrom the start\r\n..dot\r\nend"
        with program.Serve(*args) as server:
            send(server, *READY[:2], READY[2] + " NOTIFY=NEVER", "RCPT TO:<e@f.example>", "DATA", body + "\r\n.")
            with wire.Wire(server.host, server.port) as client:
                for line in ["EHLO b.example", "AUTH PLAIN AGRlbW8AZGVtbw=="]:
                    client.say(line)
                client.starttls(wire.context())
                for line in ["EHLO b.example", "MAIL FROM:<out@b.example>", "RCPT TO:<g@h.example>"]:
                    client.say(line)
                client.send(b"BDAT 2 LAST\r\n\r\n")
                self.assertTrue(client.reply().startswith("250"))
                for line in ["EHLO b.example", "AUTH PLAIN AGRlbW8AZGVtbw==", "MAIL FROM:<>", "RCPT TO:<g@h.example>"]:
                    client.say(line)
                client.send(b"BDAT 4 LAST\r\n\xff\0\r\n")
                self.assertTrue(client.reply().startswith("250"))
            self.assertEqual(server.process.wait(20), 0)
        box = mailbox.Maildir(maildir)
        first = [m for m in box if m["Return-Path"] == "<a@b.example>"][0]
        self.assertEqual(first.get_all("Delivered-To"), ["c@d.example", "e@f.example"])
        self.assertEqual(first.get_payload(), "From the start\n.dot\nend\n")
        self.assertEqual(len(mailbox.mbox(mbox)), 3)
        with open(mbox, "rb") as file:
            self.assertIn(b"\n>From the start\n", file.read())
        with open(lines, encoding="utf-8") as file:
            one, out, two = map(json.loads, file)
        self.assertEqual([r["address"] for r in one["recipients"]], ["c@d.example", "e@f.example"])
        self.assertEqual(one["recipients"][0]["parameters"], "NOTIFY=NEVER")
        self.assertEqual((one["helo"], one["user"], one["tls"], one["version"]), ("a.example", "", False, ""))
        self.assertEqual(one["text"], body.replace("..dot", ".dot") + "\r\n")
        self.assertEqual((out["user"], out["tls"]), ("", True), "TLS begins anew, also of who is logged in")
        self.assertEqual((two["user"], two["version"], two["chunked"]), ("demo", "TLSv1.3", True))
        self.assertEqual(base64.b64decode(two["text_base64"]), b"\xff\0\r\n")

    def test_a_deadline_before_the_count(self):
        done = program.run("serve", "--count", "1", "--deadline", "100ms")
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertIn("0 of 1 messages arrived", done.stderr)

    def test_every_address_is_said_aloud(self):
        done = program.run("serve", "--listen", "0.0.0.0:0", "--deadline", "1ms")
        self.assertIn("the wildcard address", done.stderr)
        self.assertEqual(program.run("serve", "--deadline", "1ms").stderr, "")

    def test_usage(self):
        for args, words in [(["--refuse", "rcpt"], "--refuse rcpt"), (["--refuse", "rcpt:x=250 ok"], "not a rejection"),
                            (["--delay", "FOO=1s"], "not an SMTP command"), (["--size", "big"], "--size big"),
                            (["--cert", "/nowhere"], "/nowhere"), (["--account-file", "/nowhere"], "cannot read /nowhere"),
                            (["--listen", "nowhere"], "nowhere"), (["--mbox", "/nowhere/x"], "cannot write /nowhere/x")]:
            done = program.run("serve", *args)
            self.assertEqual(done.returncode, 2, args)
            self.assertIn(words, done.stderr)

    def test_what_clients_do_is_shown_without_secrets(self):
        with program.Serve("-v") as server:
            send(server, "EHLO a", "AUTH PLAIN AGRlbW8AZGVtbw==", "NOOP \033[2J", "QUIT")
            server.process.terminate()
            shown = server.process.stdout.read()
        self.assertIn("# rejected on purpose", shown)
        self.assertIn("C: EHLO a\nS: 250-demo", shown)
        self.assertIn("S: 235 2.7.0", shown)
        self.assertNotIn("AGRlbW8", shown)
        self.assertNotIn("\033", shown)

    def test_json_events(self):
        with program.Serve("--format", "json") as server:
            send(server, "EHLO a")
            server.process.terminate()
            events = [json.loads(line) for line in server.process.stdout.read().splitlines()]
        self.assertEqual([e["event"] for e in events][:4], ["connected", "answered", "command", "answered"])


if __name__ == "__main__":
    tap.main()
