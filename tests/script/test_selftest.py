"""smtpsh selftest: dialogues in the manner of the RFCs play against themselves and against the server inside."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

# RFC 5321 D.1, 3207 5, 2920 4 and 2033 4.2 in our own words; what the server inside cannot play is marked.
DIALOGUES = {
    "a typical transaction": """
   S: 220 mail.example.com ready
   C: EHLO client.example.org
   S: 250-mail.example.com greets client.example.org
   S: 250-8BITMIME
   S: 250-SIZE
   S: 250-DSN
   S: 250 HELP
   C: MAIL FROM:<anna@client.example.org>
   S: 250 OK
   C: RCPT TO:<bert@example.com>
   S: 250 OK
   C: RCPT TO:<unknown@example.com>
   S: 550 No such user here
   C: RCPT TO:<carl@example.com>
   S: 250 OK
   C: DATA
   S: 354 Start mail input; end with <CRLF>.<CRLF>
   C: One line,
   C: and one more
   C: .
   S: 250 OK
   C: QUIT
   S: 221 mail.example.com closes
""",
    "an aborted transaction": """
   S: 220 mail.example.com ready
   C: EHLO client.example.org
   S: 250 mail.example.com
   C: MAIL FROM:<anna@client.example.org>
   S: 250 OK
   C: RSET
   S: 250 OK
   C: QUIT
   S: 221 bye
""",
    "STARTTLS": """
   S: <waits for connection on TCP port 25>
   C: <opens connection>
   S: 220 mail.example.com SMTP service ready
   C: EHLO client.example.org
   S: 250-mail.example.com offers a warm hug of welcome
   S: 250 STARTTLS
   C: STARTTLS
   S: 220 Go ahead
   C: <starts TLS negotiation>
   C & S: <negotiate a TLS session>
   C: EHLO client.example.org
   S: 250 mail.example.com
""",
    "pipelining": """
   S: <wait for open connection>
   C: <open connection to server>
   S: 220 mail.example.com SMTP service ready
   C: EHLO client.example.org
   S: 250-mail.example.com
   S: 250 PIPELINING
   C: MAIL FROM:<anna@client.example.org>
   C: RCPT TO:<bert@example.com>
   C: RCPT TO:<carl@example.com>
   C: DATA
   S: 250 sender ok
   S: 250 recipient ok
   S: 250 recipient ok
   S: 354 enter mail, end with line containing only "."
   C: Subject: x
   C:
   C: .
   C: QUIT
   S: 250 message sent
   S: 221 goodbye
""",
    "LMTP (not the server inside)": """
   S: 220 mail.example.com LMTP server ready
   C: LHLO client.example.org
   S: 250-mail.example.com
   S: 250-PIPELINING
   S: 250 SIZE
   C: MAIL FROM:<anna@client.example.org>
   S: 250 OK
   C: RCPT TO:<pat@example.com>
   S: 250 OK
   C: RCPT TO:<jones@example.com>
   S: 550 No such user here
   C: RCPT TO:<green@example.com>
   S: 250 OK
   C: DATA
   S: 354 Start mail input
   C: Blah blah blah...
   C: .
   S: 250 OK
   S: 452 <green@example.com> is temporarily over quota
   C: QUIT
   S: 221 mail.example.com closing connection
""",
    "a message left out, and QUIT in one group with its end": """
   S: <wait for open connection>
   C: <open connection to server>
   S: 220 mail.example.com SMTP service ready
   C: EHLO client.example.org
   S: 250-mail.example.com
   S: 250 PIPELINING
   C: MAIL FROM:<anna@client.example.org>
   C: RCPT TO:<bert@example.com>
   C: DATA
   S: 250 sender ok
   S: 250 recipient ok
   S: 354 enter mail, end with line containing only "."
    ...
   C: .
   C: QUIT
   S: 250 message sent
   S: 221 goodbye


Freed                       Standards Track                     [Page 4]
\f
RFC 2920             SMTP for Command Pipelining          September 2000

""",
}


class Selftest(unittest.TestCase):
    def run_one(self, text, *args, **more):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
            file.write(text)
            file.flush()
            return program.run(*args, file.name, **more)

    def test_each_dialogue_plays_against_itself(self):
        for name, text in DIALOGUES.items():
            for level in ("code", "text"):
                done = self.run_one(text, "selftest", "--match", level)
                self.assertEqual(done.returncode, 0, name + "\n" + done.stdout + done.stderr)

    def test_each_dialogue_plays_against_the_server_inside(self):
        for name, text in DIALOGUES.items():
            if "server inside" not in name:
                done = self.run_one(text, "replay", "--against", "demo:")
                self.assertEqual(done.returncode, 0, name + "\n" + done.stdout + done.stderr)

    def test_a_submission_whose_secrets_need_no_line_of_their_own(self):
        text = """/match enhanced
/tls   verify=name min=1.2
/var   helo=client.example.org
S: 220 {{mx:host}} ESMTP ...
C: EHLO {{helo}}
S: 250-{{mx}} ...
S: 250-STARTTLS
S: 250 ...
C: STARTTLS
S: 220
/assert cert.days > 14
C: EHLO {{helo}}
S: 250-{{mx}} ...
S: 250 AUTH
C: AUTH PLAIN {{plain user password}}
S: 235 2.7.0 ...
C: QUIT
S: 221
/eof
"""
        self.assertEqual(self.run_one(text, "selftest").returncode, 0)
        done = self.run_one(text, "replay", "--against", "demo:", env={"SMTPSH_SECRET_USER": "demo", "SMTPSH_SECRET_PASSWORD": "demo"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.run_one(text, "replay", "--against", "demo:")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("the secret user has no value: use --secret user=@FILE, or SMTPSH_SECRET_USER in the environment", done.stdout)

    def test_what_cannot_be_served(self):
        done = self.run_one("S: 220 /a+/\n", "selftest")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("/ERE/", done.stderr)

    def test_a_script_that_contradicts_itself(self):
        done = self.run_one("S: 220\nC: NOOP\nS: 250 {{a:int}}\n/assert var a == 0\n", "selftest")
        self.assertEqual(done.returncode, 1, done.stdout)


# What a script's client can say, and what the script's server then has to answer: each passes against itself.
STEPS = {
    "/starttls": "/starttls\nC: NOOP\nS: 250\n",
    "/starttls, its reply judged": "/starttls\nS: 250\nC: NOOP\nS: 250\n",
    "/starttls, the dialogue within it": "/starttls\nC: EHLO x\nS: 250-mx\nS: 250 AUTH PLAIN\nC: MAIL FROM:<a@b.example>\nS: 250 2.1.0 fine\n",
    "/starttls behind a bare EHLO": "C: EHLO x\nS: 250\n/starttls\n/assert tls.version exists\nC: QUIT\nS: 221\n",
    "/starttls behind an EHLO that nothing judges": "C: EHLO x\n/starttls\n/assert tls.version exists\n",
    "/starttls twice over": "/case \"a\"\n/starttls\n/case \"b\"\n/starttls\nC: NOOP\nS: 250\n",
    "STARTTLS refused": "C: EHLO x\nS: 250-mx\nS: 250 STARTTLS\n/starttls\nS: 454\nC: NOOP\nS: 250\n",
    "/auth": "C: EHLO x\nS: 250\n/auth PLAIN user=u password=p\nS: 235\nC: NOOP\nS: 250\n",
    "/auth LOGIN": "C: EHLO x\nS: 250\n/auth LOGIN user=u password=p\nC: NOOP\nS: 250\n",
    "/body": "C: EHLO x\nC: MAIL FROM:<a@b.example>\nC: RCPT TO:<c@d.example>\n/body <<EOF\nx\nEOF\nS: 250 2.6.0 taken\nC: NOOP\nS: 250\n",
    "/xforward": "C: EHLO x\nS: 250\n/xforward NAME=a.example\nC: NOOP\nS: 250\n",
    "/xclient": "/xclient NAME=a.example\nC: NOOP\nS: 250\n",
    "/quit": "C: EHLO x\nS: 250\n/quit\nS: 221 2.0.0 so long\n",
    "/raw": "C: EHLO x\nS: 250\n/raw \"NO\"\n/raw \"OP\\r\\nRSET\\r\\n\"\nS: 252 noop\nS: 250 rset\nC: QUIT\nS: 221\n",
    "C\\: with odd octets": "C: EHLO x\nS: 250\nC\\: NOOP \\xff\\xfe\\r\\n\nS: 501 no\nC: QUIT\nS: 221\n",
    "C\\: with a bare LF": "C: EHLO x\nS: 250\nC\\: NOOP\\n\nS: 500 no\nC: QUIT\nS: 221\n",
    "C\\: with two lines": "C\\: EHLO x\\r\\nNOOP\\r\\n\nS: 250 mx\nS: 252 ok\nC: QUIT\nS: 221\n",
    "C\\: in pieces": "C: EHLO x\nS: 250\nC\\: RS\nC\\: ET\\r\\n\nS: 252 ok\nC: QUIT\nS: 221\n",
    "/drop": "C: EHLO x\nS: 250\n/drop\n",
    "/rst": "C: EHLO x\nS: 250\n/rst\n",
    "/sleep": "C: EHLO x\nS: 250\n/sleep 1ms\nC: NOOP\nS: 250\n",
}


class Steps(unittest.TestCase):
    def play(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp", encoding="utf-8") as file:
            file.write("S: 220 mx ready\n" + text if "/case" not in text else text)
            file.flush()
            return program.run("selftest", file.name)

    def test_each_has_a_server_s_side(self):
        for name, text in STEPS.items():
            with self.subTest(name):
                done = self.play(text)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual(done.stderr, "")

    def test_one_that_has_none_is_named(self):
        done = self.play("/proxy-protocol v1 local\nC: EHLO x\nS: 250\n")
        self.assertIn(":2: /proxy-protocol does not apply to a server", done.stderr)


if __name__ == "__main__":
    tap.main()
