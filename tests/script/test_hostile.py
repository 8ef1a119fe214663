"""Peers that misbehave: each has its sentence and its exit status, and no answer is ever taken for another's."""
import os
import re
import resource
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from hostile import EHLO, GREETING

LINES = "EHLO a.example\nNOOP\nQUIT\n"
TLS = "EHLO a.example\nSTARTTLS\nEHLO a.example\nQUIT\n"
FAST = ("--timeout", "300ms")       # where silence is what is tested
PATIENT = ("--timeout", "10s")      # where it would be the machine's load


def case(behaviour, status, *sentences, lines=LINES, options=None, without=(), target="{}"):
    return behaviour, status, sentences, lines, options, without, target


def asks_for_ever(p):
    p.hello("250-h\r\n250 AUTH CRAM-MD5\r\n").hear()
    while p.heard[-1] not in ("*", "QUIT") and p.sock.fileno() >= 0 and len(p.heard) < 100:
        p.say("334 QUFB\r\n").hear()
    p.say("501 ended\r\n").obey()


# name: behaviour, exit status, what the output must say, and what must not be in it
CASES = {
    "silence before the banner": case(
        lambda p: p, 9, "*** timed out after 300 ms waiting for the greeting",
        without=(" -> ",)),
    "silence after EHLO": case(
        lambda p: p.say(GREETING).hear(), 9, "*** timed out after 300 ms waiting for the reply to EHLO"),
    "reset at the connection": case(
        lambda p: p.wait(0.05).reset(), 10, "*** the server reset the connection while waiting for the greeting"),
    "reset after the banner": case(
        lambda p: p.say(GREETING).hear().reset(), 10, "*** the server reset the connection while waiting for the reply to EHLO"),
    "reset in the middle of a reply": case(
        lambda p: p.say(GREETING).hear().say("250-half").hear(0).wait(0.05).reset(), 10, "*** the server reset the connection", "250-half"),
    "close without a word": case(
        lambda p: p.close(), 10, "*** the server closed the connection while waiting for the greeting"),
    "close without a reply": case(
        lambda p: p.say(GREETING).hear().close(), 10, "*** the server closed the connection while waiting for the reply to EHLO"),
    "close in the middle of a reply": case(
        lambda p: p.say(GREETING).hear().say("250-half\r\n").close(), 10, "incomplete reply received: 250-half"),
    "two replies to one command": case(
        lambda p: p.hello(EHLO + "250 once more\r\n").obey({"NOOP": "252 the answer to NOOP\r\n"}), 10, "unsolicited",
        "once more", " -> NOOP\n<-  252 the answer to NOOP"),
    "a 421 that nobody asked for": case(
        lambda p: p.hello(EHLO + "421 4.4.2 idle for too long\r\n").close(), 6, "unsolicited", "421 4.4.2 idle for too long"),
    "a late reply": case(
        lambda p: p.say(GREETING).hear().wait(0.45).say("250 late EHLO\r\n").hear().say("252 for NOOP\r\n").obey(), 9,
        "*** timed out after 300 ms waiting for the reply to EHLO", "late reply to EHLO", "late EHLO", "<-  252 for NOOP"),
    "a TLS alert in the clear": case(
        lambda p: p.say("\x15\x03\x01\x00\x02\x02\x46"), 10,
        "*** not an SMTP reply: \"\\x15\\x03\\x01\\x00\\x02\\x02F\""),
    "plain text answers a ClientHello": case(
        lambda p: p.starttls().octets() and p.say("454 not now\r\n"), 5,
        "*** the TLS handshake failed: the server accepted STARTTLS and then sent cleartext: \"454 not now\"", lines=TLS),
    "implicit TLS to a plain port": case(
        lambda p: p.say(GREETING), 5, "*** the TLS handshake failed: the server sent cleartext: \"220 hostile.example ESMTP\"",
        target="smtps://{}"),
    "octets behind the 220": case(
        lambda p: p.starttls("220 go ahead\r\n250 injected\r\n"), 10,
        "*** cleartext followed the 220 to STARTTLS: \"250 injected\"",
        lines=TLS),
    "STARTTLS refused for now": case(
        lambda p: p.starttls("454 4.7.0 no TLS now\r\n").obey(), 6, "<** 454 4.7.0 no TLS now", lines=TLS),
    "STARTTLS refused": case(
        lambda p: p.starttls("501 5.5.4 no\r\n").obey(), 7, "<** 501 5.5.4 no", lines=TLS),
    "silence in the handshake": case(
        lambda p: p.starttls(), 9, "*** timed out after 300 ms waiting for the end of the TLS handshake", lines=TLS),
    "a close in the handshake": case(
        lambda p: p.starttls().octets() and p.close(), 5, "*** the TLS handshake failed: the connection was closed by the peer", lines=TLS),
    "a reset in the handshake": case(
        lambda p: p.starttls().octets() and p.reset(), 5, "*** the TLS handshake failed: ", lines=TLS),
    "bare LF": case(
        lambda p: p.say("220 hello\n").hear().say("250-a\n250 b\n").obey(), 0, "a line ends with a bare LF (RFC 5321 2.3.8)"),
    "bare CR": case(
        lambda p: p.hello("250 a\rb\r\n").obey(), 0, "a line has a bare CR (RFC 5321 2.3.8)"),
    "codes that differ": case(
        lambda p: p.hello("250-a\r\n251-b\r\n250 c\r\n").obey(), 0, "its lines do not all have the same code; the first counts (RFC 5321 4.2.1)"),
    "no code": case(
        lambda p: p.hello("what?\r\n").obey(), 10, "a line does not begin with a reply code (RFC 5321 4.2)", " -> NOOP\n<-  250 ok"),
    "a web server": case(
        lambda p: p.say("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n<html>"), 10,
        "*** not an SMTP reply: \"HTTP/1.1 408 Request Timeout\"",
        without=(" -> ", "nothing asked")),
    "an SSH server": case(
        lambda p: p.say("SSH-2.0-OpenSSH_9.2\r\n"), 10, "*** not an SMTP reply: \"SSH-2.0-OpenSSH_9.2\"",
        without=(" -> ",)),
    "a POP3 server": case(
        lambda p: p.say("+OK POP3 ready\r\n"), 10, "*** not an SMTP reply: \"+OK POP3 ready\"", without=(" -> ",)),
    "an IMAP server": case(
        lambda p: p.say("* OK IMAP4rev1 ready\r\n"), 10, "*** not an SMTP reply: \"* OK IMAP4rev1 ready\"", without=(" -> ",)),
    "an FTP server": case(
        lambda p: p.say("220 (vsFTPd 3.0.3)\r\n").obey({"EHLO": "530 Please login with USER and PASS.\r\n"}), 7,
        "*** the greeting is not an SMTP server's"),
    "a news server": case(
        lambda p: p.say("200 news.example InterNetNews ready\r\n").obey(), 0, "*** the greeting is not an SMTP server's"),
    "NUL": case(lambda p: p.hello("250 a\0b\r\n").obey(), 0, "it has NUL octets (RFC 5321 2.3.1)", "a\\x00b"),
    "8-bit octets": case(lambda p: p.hello("250 caf\xe9\r\n").obey(), 0, "octets above 127 that are not UTF-8", "caf\\xE9"),
    "escape sequences everywhere": case(
        lambda p: p.say("220 \x1b[2J\x1b]0;x\x07 \x9b31m\r\n").hear().say("250-h\r\n250-\x1b[31mRED\x1b[0m a\r\n250 \x1b(0\r\n").obey(
            {"NOOP": "250 \x1b[5n\x08\x08\r\n"}), 0, "\\x1B[2J", "it has control octets"),
    "a line of 3,000 octets": case(
        lambda p: p.hello("250 " + "x" * 3000 + "\r\n").obey(), 0, "a line has more than 512 octets (RFC 5321 4.5.3.1.5)"),
    "a reply one octet at a time, too slow": case(
        lambda p: p.say(GREETING).hear().drip("250 hello, this will take a while\r\n", 0.1), 9,
        "*** timed out after 300 ms: the reply to EHLO is incomplete: "),
    "a reply one octet at a time": case(
        lambda p: p.say(GREETING).hear().drip("250 hello\r\n", 0.005).obey(), 0, "<-  250 hello"),
    "250- and then silence": case(
        lambda p: p.say(GREETING).hear().say("250-more to come\r\n"), 9, "*** timed out after 300 ms: the reply to EHLO is incomplete: received 18 octets, ending with \"250-more to come\""),
    "a 421 banner and a close": case(lambda p: p.say("421 4.3.2 too busy\r\n").close(), 6, "<** 421 4.3.2 too busy", without=("EHLO",)),
    "a 554 banner": case(
        lambda p: p.say("554 5.7.1 no mail here\r\n").obey(), 7, "<** 554 5.7.1 no mail here", "QUIT", without=("EHLO",)),
    "STARTTLS overwritten": case(
        lambda p: p.hello("250-h\r\n250-XXXXXXXA\r\n250 SIZE\r\n").obey(), 0, "*** a keyword in the EHLO reply is overwritten with X"),
    "a banner of asterisks": case(
        lambda p: p.say("220 ****************************0*2******0*****\r\n").hear().say(EHLO).obey(), 0,
        "*** the greeting is masked with asterisks"),
    "EHLO refused, then HELO": case(
        lambda p: p.hello("502 5.5.1 what?\r\n").obey(), 7, "<** 502 5.5.1 what?", " -> HELO a.example\n<-  250 ok",
        lines="EHLO a.example\nHELO a.example\nQUIT\n"),
    "an EHLO reply that ends in 250 Ok": case(
        lambda p: p.hello("250-h\r\n250-SIZE 5\r\n250 Ok\r\n").obey(), 0, "<-  250 Ok"),
    "TLS that is cut": case(
        lambda p: p.starttls().tls().hear().cut(), 10, "closed the connection without ending TLS (no close_notify)", lines=TLS),
    "garbage within TLS": case(
        lambda p: p.starttls().tls().hear() and os.write(p.sock.fileno(), b"no TLS record at all\r\n"), 10, "*** reading", lines=TLS),
    "a reset after QUIT": case(lambda p: p.hello().hear().say("250 ok\r\n").hear().reset(), 0, " -> QUIT"),
    "no 221": case(lambda p: p.hello().hear().say("250 ok\r\n").hear().close(), 0, " -> QUIT"),
    "silence after QUIT": case(lambda p: p.hello().hear().say("250 ok\r\n").hear(), 0, " -> QUIT"),
    "silence where /eof waits": case(
        lambda p: p.hello(), 9, "*** timed out after 300 ms waiting for the server to close the connection", lines="EHLO a.example\n/eof\n"),
    "354 and a refusal at once": case(
        lambda p: p.hello().hear().say("354 go on\r\n554 5.7.1 or rather not\r\n").hear(2).say("554 5.7.1 not\r\n").obey(), 10,
        "unsolicited", "554 5.7.1 or rather not", " -> .\n<** 554 5.7.1 not",
        lines="EHLO a.example\nDATA\nx\n.\nQUIT\n"),
    "1,000 lines of one reply": case(
        lambda p: p.hello("250-x\r\n" * 1000 + "250 end\r\n").obey(), 0, "<-  250 end", " -> NOOP\n<-  250 ok"),
    "10,000 extensions": case(
        lambda p: p.hello("250-h\r\n" + "".join(f"250-X{i} a b c\r\n" for i in range(10000)) + "250 END\r\n").obey(), 0,
        "=== only the first 1000 extensions are used\n",
        " -> NOOP\n<-  250 ok"),
    "AUTH in 65,000 lines": case(
        lambda p: p.hello("250-h\r\n" + "".join(f"250-AUTH {i:x}\r\n" for i in range(65000)) + "250 END\r\n").obey(), 0,
        "<-  250 END", " -> NOOP\n<-  250 ok"),
    "160,000 mechanisms": case(
        lambda p: p.hello("250-h\r\n250-AUTH " + " ".join(f"{i:x}" for i in range(80000)) + "\r\n250-AUTH=" +
                          " ".join(f"{i:x}" for i in range(80000, 160000)) + "\r\n250 END\r\n").obey(), 0,
        "<-  250 END", " -> NOOP\n<-  250 ok"),
    "as many extensions as fit": case(
        lambda p: p.hello("250-h\r\n" + "".join(f"250-X{i:x}\r\n" for i in range(80000)) + "250 END\r\n").obey(), 0,
        "<-  250 END", " -> NOOP\n<-  250 ok"),
    "a keyword of 1 MB": case(
        lambda p: p.hello("250-h\r\n250 X" + "A" * 1000000 + "\r\n").obey(), 0, "a line has more than 512 octets", " -> NOOP\n<-  250 ok"),
    "a code that is none": case(
        lambda p: p.hello("000 zero\r\n").obey({"NOOP": "999 nines\r\n"}), 10, "000 zero", "999 nines"),
    "UTF-8 that is over-long, surrogates, beyond the last": case(
        lambda p: p.hello("250 a\xc0\x80b\xe0\x80\xaf\xed\xa0\x80\xf5\x80\x80\x80\r\n").obey(), 0,
        "a\\xC0\\x80b\\xE0\\x80\\xAF\\xED\\xA0\\x80\\xF5\\x80\\x80\\x80"),
    "marks that reorder and hide": case(
        lambda p: p.hello("250 a\u202eb\u2066c\u200bd\u00ade\U000e0041f\r\n".encode()).obey(), 0,
        "a\\xE2\\x80\\xAEb\\xE2\\x81\\xA6c\\xE2\\x80\\x8Bd\\xC2\\xADe\\xF3\\xA0\\x81\\x81f"),
    "C1 controls in UTF-8": case(
        lambda p: p.hello("250 a\u009b31m\u0085\u0090\r\n".encode()).obey(), 0, "a\\xC2\\x9B31m\\xC2\\x85\\xC2\\x90"),
    "octet by octet, past the deadline": case(
        lambda p: p.say(GREETING).hear().drip("250-" + "x" * 100, 0.05), 9, "*** timed out after 300 ms: the reply to EHLO is incomplete",
        lines="EHLO a.example\n"),
    "334 without end": case(
        asks_for_ever, 10, "*** too many challenges from the server: 16 were answered", "<** 501 ended",
        lines="EHLO a.example\n/auth CRAM-MD5 user=a password=b\nQUIT\n"),
    "a line without end within AUTH": case(
        lambda p: p.hello("250-h\r\n250 AUTH LOGIN\r\n").hear().forever("x" * 60000), 10,
        "*** unterminated reply: truncated after 1024 KiB", lines="EHLO a.example\nAUTH LOGIN\n"),
    "warnings without end in the handshake": case(
        lambda p: p.starttls().octets() and p.forever("\x15\x03\x03\x00\x02\x01\x5a" * 1000), 5,
        "*** the TLS handshake failed: too many warn alerts", lines=TLS),
    "HelloRequests without end in the handshake": case(
        lambda p: p.starttls().octets() and p.forever("\x16\x03\x03\x00\x04\0\0\0\0" * 1000), 5,
        "*** the TLS handshake failed: no end after 512 KiB", lines=TLS),
    "a ServerHello that stops half way": case(
        lambda p: p.starttls().octets() and p.say("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + "r" * 20), 9,
        "*** timed out after 300 ms waiting for the end of the TLS handshake", lines=TLS),
    "half a record within TLS": case(
        lambda p: p.starttls().tls().hear() and os.write(p.sock.fileno(), b"\x17\x03\x03\x40\x00abc"), 9,
        "*** timed out after 300 ms waiting for the reply to EHLO", lines=TLS),
    "a 220 twice before TLS": case(
        lambda p: p.starttls("220 go\r\n220 go\r\n"), 10, "*** cleartext followed the 220 to STARTTLS: \"220 go\"", lines=TLS),
    "no close_notify behind the 221": case(
        lambda p: p.starttls().tls().hear().say("250 h\r\n").hear().say("221 bye\r\n").cut(), 0, "<~  221 bye", lines=TLS),
    "telnet negotiation": case(
        lambda p: p.say("\xff\xfb\x01\xff\xfd\x18220 hi\r\n").obey(), 10, "*** not an SMTP reply: \"\\xFF\\xFB\\x01"),
    "a 221 that does not end": case(
        lambda p: p.hello().hear().say("250 x\r\n").hear().forever("221-x\r\n" * 1000), 0, " -> QUIT", "truncated after 1024 KiB"),
    "replies without end, unasked": case(
        lambda p: p.say(GREETING).hear().forever("250 again\r\n" * 2000), 10, "*** the server does not stop sending: "),
    "a pile of replies that nobody asked for": case(
        lambda p: p.hello(EHLO + "250 x\r\n" * 50).obey({"NOOP": "252 for NOOP\r\n"}), 10, " -> NOOP\n<-  252 for NOOP"),
}


class Hostile(unittest.TestCase):
    def check(self, behaviour, status, sentences, lines, options, without, target):
        with hostile.Server(behaviour) as server:
            done = program.run(*options, target.format(f"127.0.0.1:{server.port}"), input=lines)
        shown = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, shown[-3000:])
        flat = re.sub(r"\n +", " ", shown)
        for sentence in sentences:
            self.assertTrue(sentence in shown or sentence in flat, f"no {sentence!r} in {shown[-3000:]}")
        for absent in without:
            self.assertNotIn(absent, shown)
        raw = [c for c in shown if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
        self.assertEqual(raw, [], "control octets reached the output")

    def bounded(self, behaviour, mebibytes):
        """What comes of it where the program may have so much memory of its own, and no more."""
        def limit():
            if not program.SANITIZED:
                resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, mebibytes << 20))
        with hostile.Server(behaviour) as server:
            done = subprocess.run([program.SMTPSH, "--timeout", "10", "127.0.0.1", str(server.port)], input=LINES.encode(),
                                  capture_output=True, preexec_fn=limit, env=program.environment(), timeout=program.DEADLINE)
        shown = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 10, shown[-500:] + done.stderr.decode())
        self.assertIn("*** unterminated reply: truncated after 1024 KiB", shown)

    def test_an_endless_line(self):
        "is cut, and costs no more memory than a little"
        self.bounded(lambda p: p.say(GREETING).hear().say("250 ").forever("x" * 60000), 6)

    def through(self, kind, behaviour, *sentences):
        with hostile.Server(behaviour) as proxy:
            done = program.run(*FAST, "--proxy", f"{kind}://127.0.0.1:{proxy.port}", "192.0.2.1:25", input=LINES)
        self.assertIn(done.returncode, (4, 9), done.stdout + done.stderr)
        for sentence in sentences:
            self.assertIn(sentence, re.sub(r"\n +", " ", done.stdout + done.stderr))

    def test_a_proxy_that_stops(self):
        "before its first word, half way, or that never comes to an end"
        for kind, half in (("socks5", "\5"), ("socks5", "\5\0\5\0\0\1\0"), ("http", "HTTP/1.1 200 go\r\nX: ")):
            self.through(kind, lambda p: p, "timed out after 300 ms waiting for the proxy's reply")
            self.through(kind, lambda p: p.say(half), "timed out after 300 ms waiting for the proxy's reply")
        self.through("http", lambda p: p.forever("x" * 60000), "its response has no end")

    def test_a_message_that_nobody_reads(self):
        def deaf(p):
            p.hello("250-h\r\n250 SIZE\r\n").hear().say("250 ok\r\n").hear().say("250 ok\r\n").hear().say("354 go on\r\n").over.wait()
        with hostile.Server(deaf) as server:
            done = program.run("send", "--timeout", "500ms", "--tls=off", "--from", "a@b.example", "--to", "c@d.example",
                               "--size", "25M", f"127.0.0.1:{server.port}")
        self.assertEqual(done.returncode, 9, done.stdout[-600:] + done.stderr)
        self.assertIn("*** timed out after 500 ms waiting for room to send more of the message", done.stdout)

    def test_an_endless_reply(self):
        self.bounded(lambda p: p.say(GREETING).hear().forever("250-and so on\r\n" * 1000), 6)


def add(name, what):
    def test(self):
        if "/auth CRAM-MD5" in (what[3] or ""):
            program.needs(self, "libgsasl")
        self.check(*what)
    test.__doc__ = name
    setattr(Hostile, "test_" + re.sub(r"[^a-z0-9]+", "_", name.lower()), test)


for each, what in CASES.items():
    behaviour, status, sentences, lines, options, without, target = what
    if options is None:
        options = FAST if status == 9 or "silence" in each else PATIENT
    add(each, (behaviour, status, sentences, lines, options, without, target))


if __name__ == "__main__":
    tap.main()
