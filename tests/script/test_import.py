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
        self.assertIn("omitted: === Connected to x.", done.stderr)
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
        self.assertIn(" swaks", done.stderr)
        done = program.run("import", "--from", "rfc", "-", input=LOG)
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_no_log(self):
        done = program.run("import", "-", input="hello\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no dialogue", done.stderr)
        self.assertEqual(program.run("import").returncode, 2)
        self.assertIn("/nowhere", program.run("import", "/nowhere").stderr)

    DIALOGUE = [("S", "220 mx.example ESMTP"), ("C", "EHLO me.example"), ("S", "250 mx.example"), ("C", "MAIL FROM:<a@example.org>"), ("S", "250 ok"),
                ("C", "RCPT TO:<b@example.org>"), ("S", "250 ok"), ("C", "DATA"), ("S", "354 go"), ("C", "Subject: x"), ("C", ""), ("C", "one"), ("C", ""),
                ("C", ""), ("C", "250 like a reply"), ("C", "..dot"), ("C", "  indented"), ("C", ""), ("C", "."), ("S", "250 taken"), ("C", "QUIT"),
                ("S", "221 bye")]
    MARKS = {"rfc": ("C: %s", "S: %s"), "swaks": (" -> %s", "<-  %s"), "phpmailer": ("2026 CLIENT -> SERVER: %s", "2026 SERVER -> CLIENT: %s"),
             "msmtp": ("--> %s", "<-- %s"), "arrows": (">>> %s", "<<< %s"), "sender": ("S: %s", "R: %s"), "telnet": ("%s", "%s"),
             "python": ("send: b'%s\\r\\n'", "reply: b'%s\\r\\n'"), "nodemailer": ("[x] DEBUG [y] C: %s", "[x] DEBUG [y] S: %s")}

    def test_every_blank_line_of_a_message_is_kept(self):
        message = ["Subject: x", "", "one", "", "", "250 like a reply", "..dot", "  indented", ""]
        for dialect, (client, server) in self.MARKS.items():
            for strip in (str, str.rstrip):          # what pastes do to lines' ends
                log = "\n".join(strip((client if who == "C" else server) % line) for who, line in self.DIALOGUE) + "\n"
                with self.subTest((dialect, strip)):
                    done = program.run("import", "--from", dialect, "-", input=log)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    lines = done.stdout.split("S: 354 go\n")[1].split("C: .\n")[0]
                    self.assertEqual([line[3:] for line in lines.splitlines()], message)

    def test_a_log_of_one_side_is_refused(self):
        for dialect, (client, server) in self.MARKS.items():
            for side, missing in (("S", "client"), ("C", "server")):
                log = "".join((client if who == "C" else server) % line + "\n" for who, line in self.DIALOGUE if who == side)
                with self.subTest((dialect, side)):
                    done = program.run("import", "--from", dialect, "-", input=log)
                    self.assertEqual((done.returncode, done.stdout), (2, ""))
                    if dialect != "telnet":
                        self.assertIn("the %s's side is missing" % missing, done.stderr)
        ncat = "Ncat: Connected.\n" + "".join(line + "\n" for who, line in self.DIALOGUE if who == "S")
        done = program.run("import", "-", input=ncat)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("the client's side is missing", done.stderr)

    def test_marks_are_learned(self):
        for client, server in ((">> %s", "<< %s"), ("09:41 - Client: %s", "09:41 - Server: %s"), ("sent %s", "%s"), ("[out] %s", "[in] %s"),
                               ("> %s", "%s"), ("2026-01-0{n} 7:{n}:01,1{n}5 [x{n}] in <- %s", "2026-01-0{n} 7:{n}:01,1{n}5 [x{n}] out -> %s"),
                               ('{{"t":"{n}:250","m":"C %s"}}', '{{"t":"{n}:250","m":"S %s"}}')):
            log = "".join(((client if who == "C" else server).format(n=n % 10) if "{" in client else client if who == "C" else server) % line + "\n"
                          for n, (who, line) in enumerate(self.DIALOGUE))
            with self.subTest((client, server)):
                done = program.run("import", "-", input=log)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertEqual(done.stdout.split("\n", 1)[1], "".join("%s:%s\n" % (who, line and " " + line) for who, line in self.DIALOGUE))

    def test_what_is_no_dialogue_is_refused_and_how_to_mark_it_is_said(self):
        done = program.run("import", "-", input="it said 220 mx.example ESMTP\nthen we said hello\nand it told us 250 fine\n")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("is line 1", done.stderr)
        self.assertIn('"C: "', done.stderr)

    def test_a_terminal_s_other_lines_are_no_commands(self):
        done = program.run("import", "--from", "telnet", "-", input="220 x\nDEBUG: now EHLO\nEHLO y\n250 x\nthen I typed\nFROB z\n500 what\n^C\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line for line in done.stdout.splitlines() if line.startswith("C")], ["C: EHLO y", "C: FROB z"])
        self.assertIn("# then I typed\n", done.stdout)

    def test_no_secret_stands_in_a_script(self):
        """Whatever the dialect, known or not: the response, its parts, and what the server repeats of them."""
        password, plain = "s3cr3t!x", "AGFsaWNlAHMzY3IzdCF4"
        encoded = "czNjcjN0IXg="
        said = [("C", "AUTH PLAIN " + plain), ("S", "535 no: %s %s" % (password, encoded)), ("C", "AUTH PLAIN"), ("S", "334 "), ("C", plain),
                ("S", "535 no"), ("C", "AUTH LOGIN"), ("S", "334 VXNlcm5hbWU6"), ("C", "YWxpY2U="), ("S", "334 UGFzc3dvcmQ6"), ("C", encoded),
                ("S", "235 hello alice, " + password)]
        dialogue = self.DIALOGUE[:3] + said + self.DIALOGUE[3:]
        marks = {**self.MARKS, None: ("> %s", "< %s"), 1: (">> %s", "<< %s"), 2: ("12:01 out '%s'", "12:01 in '%s'"), 3: ("sent %s", "received %s")}
        for dialect, (client, server) in marks.items():
            for names in ([dialect] if isinstance(dialect, str) else [None, "telnet", "rfc", "swaks"]):
                log = "".join((client if who == "C" else server) % line + "\n" for who, line in dialogue)
                with self.subTest((dialect, names)):
                    done = program.run("import", *(["--from", names] if names else []), "-", input=log)
                    for secret in (password, plain, encoded):
                        self.assertNotIn(secret, done.stdout + done.stderr)
                    if isinstance(dialect, str):
                        self.assertEqual(done.returncode, 0, done.stderr)
                        self.assertIn("/secret password", done.stdout)
                        self.assertIn("/var user=alice", done.stdout)

    def test_a_log_that_was_cut_says_so(self):
        done = program.run("import", "-", input="<-  220 x\n -> DATA\n<-  354 go\n -> a\n")
        self.assertIn("# the log ends in the middle of the message", done.stdout)


if __name__ == "__main__":
    tap.main()
