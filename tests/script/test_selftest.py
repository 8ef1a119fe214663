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
        self.assertIn("the secret user has no value: --secret user=@FILE or SMTPSH_SECRET_USER in the environment", done.stdout)

    def test_what_cannot_be_served(self):
        done = self.run_one("S: 220 /a+/\n", "selftest")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("/ERE/", done.stderr)

    def test_a_script_that_contradicts_itself(self):
        done = self.run_one("S: 220\nC: NOOP\nS: 250 {{a:int}}\n/assert var a == 0\n", "selftest")
        self.assertEqual(done.returncode, 1, done.stdout)


if __name__ == "__main__":
    tap.main()
