"""`smtpsh import`: a log in, a script out, which replays; and what is said of logs that are none."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

LOG = """=== Connected to x.
<-  220 demo.smtpsh.example ESMTP smtpsh
 -> EHLO a
<-  250 demo.smtpsh.example
 -> AUTH PLAIN AGRlbW8AZGVtbw==
<-  235 2.7.0 Welcome
 -> QUIT
<-  221 2.0.0 Bye
"""

# As RFC 3030 has it: other letters, line ends written out, octets that are not shown.
CHUNKED = """
   R: <wait for connection on TCP port
   S: <open connection to server>
   R: 220 harbour.example SMTP service ready
   S: EHLO quay.example
   R: 250-harbour.example says hello
   R: 250-PIPELINING
   R: 250-BINARYMIME
   R: 250 CHUNKING
   S: MAIL FROM:<anna@quay.example> BODY=BINARYMIME
   S: RCPT TO:<ben@bed.test>
   R: 250 <anna@quay.example>... Sender and BINARYMIME ok
   R: 250 <ben@bed.test>... Recipient ok
   S: BDAT 67
   S: To: ben@bed.test<CR><LF>
   S: From: anna@quay.example<CR><LF>
   S: Subject: ropes and tar<CR><LF>
   S: BDAT 20000
   S: (First 20000 octets of canonical MIME message data)
   S: BDAT 0 LAST
   R: 250 67 octets received
   R: 250 20000 octets received
   R: 250 Message OK, 20067 octets received
   S: QUIT
   R: 221 Goodbye
"""
# As RFC 3461: arrows, and lines that go on below.
NOTIFIED = """
   <<< 220 harbour.example SMTP server here
   >>> EHLO quay.example
   <<< 250-harbour.example
   <<< 250 DSN
   >>> MAIL FROM:<anna@quay.example> RET=HDRS ENVID=QQ271828
   <<< 250 <anna@quay.example> sender ok
   >>> RCPT TO:<ben@bed.test> NOTIFY=SUCCESS \\
       ORCPT=rfc822;ben@bed.test
   <<< 250 <ben@bed.test> recipient ok
   >>> DATA
   <<< 354 okay, send message
   >>> (message goes here)
   >>> .
   <<< 250 message accepted
   >>> QUIT
   <<< 221 goodbye
"""
# As RFC 4954: a banner that does not end, TLS in prose, base64 that is wrapped.
LOGGED_IN = """
   S: 220-smtp.harbour.example ESMTP Server
   C: EHLO quay.example
   S: 250-smtp.harbour.example Hello quay.example
   S: 250-ENHANCEDSTATUSCODES
   S: 250 STARTTLS
   C: STARTTLS
   S: 220 Ready to start TLS
     ... TLS negotiation proceeds, further commands
     protected by TLS layer ...
   C: EHLO quay.example
   S: 250-smtp.harbour.example Hello quay.example
   S: 250 AUTH GSSAPI DIGEST-MD5 PLAIN
   C: AUTH PLAIN AGRl
     bW8AZGVtbw==
   S: 235 2.7.0 Authentication successful
   C: AUTH LOGIN
   S: 503 5.5.1 Already
   C: QUIT
   S: 221 bye
"""


class Import(unittest.TestCase):
    def test_the_dialogues_of_documents(self):
        with tempfile.TemporaryDirectory() as folder, program.Serve() as server:
            script, password = os.path.join(folder, "x.smtp"), os.path.join(folder, "password")
            with open(password, "w", encoding="ascii") as file:
                file.write("demo\n")
            for text, wants in ((CHUNKED, "BDAT 67\nC: To: ben@bed.test\nC: From: anna@quay.example\nC: Subject: ropes and tar\nC: BDAT 20000\n#"),
                                (NOTIFIED, "NOTIFY=SUCCESS ORCPT=rfc822;ben@bed.test\n"),
                                (LOGGED_IN, "S: 220 Ready to start TLS\nC: EHLO")):
                done = program.run("import", "-", input=text)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(wants, done.stdout)
                with open(script, "w", encoding="utf-8") as file:
                    file.write(done.stdout)
                played = program.run("replay", "--against", server.where, "--secret", "password=@" + password, script)
                self.assertEqual(played.returncode, 0, played.stdout + played.stderr + done.stdout)
                played = program.run("selftest", script)
                self.assertEqual(played.returncode, 0, played.stdout + played.stderr + done.stdout)

    def test_a_log_becomes_a_script_that_replays(self):
        done = program.run("import", "-v", "-", input=LOG)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("read as a log of swaks", done.stderr)
        self.assertNotIn("AGRlbW8", done.stdout)
        with tempfile.TemporaryDirectory() as folder, program.Serve() as server:
            script, password = os.path.join(folder, "x.smtp"), os.path.join(folder, "password")
            with open(script, "w", encoding="utf-8") as file:
                file.write(done.stdout)
            with open(password, "w", encoding="ascii") as file:
                file.write("demo\n")
            played = program.run("replay", "--against", server.where, "--secret", "password=@" + password, script)
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)

    def test_a_dialect_by_name(self):
        self.assertEqual(program.run("import", "--from", "swaks", "-", input=LOG).returncode, 0)
        done = program.run("import", "--from", "latin", "-", input=LOG)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there are swaks exim", done.stderr)
        done = program.run("import", "--from", "msmtp", "-", input=LOG)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no dialogue of msmtp", done.stderr)

    def test_no_log(self):
        done = program.run("import", "-", input="hello\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no dialect is recognised", done.stderr)
        self.assertEqual(program.run("import").returncode, 2)
        self.assertIn("/nowhere", program.run("import", "/nowhere").stderr)

    def test_a_log_that_was_cut_says_so(self):
        done = program.run("import", "-", input="<-  220 x\n -> DATA\n<-  354 go\n -> a\n")
        self.assertIn("# the log ends within the message", done.stdout)


if __name__ == "__main__":
    tap.main()
