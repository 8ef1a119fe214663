"""smtpsh replay against real servers: dialogues in the manner of the RFCs, and sessions that --log kept."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mtas
import program
import tap

# As RFC 5321 lays its scenarios out: indented, the server's host named otherwise than ours, a page's foot in between.
TYPICAL = """
      S: 220 harbour.example Simple Mail Transfer Service Ready
      C: EHLO quay.example
      S: 250-harbour.example greets quay.example
      S: 250-8BITMIME
      S: 250-SIZE
      S: 250 PIPELINING
      C: MAIL FROM:<anna@quay.example>
      S: 250 OK
      C: RCPT TO:<ben@bed.test>
      S: 250 OK
      C: RCPT TO:<reject@bed.test>
      S: 550 No such user here

Someone                     Standards Track                    [Page 7]
\f
RFC 9999                  Letters by the sea             October 2031

      C: RCPT TO:<carla@bed.test>
      S: 250 OK
      C: DATA
      S: 354 Start mail input; end with <CRLF>.<CRLF>
      C: Subject: ropes
      C:
      C: They came in on the tide.
      C: ..and two more
      C: .
      S: 250 OK
      C: QUIT
      S: 221 harbour.example Service closing transmission channel
"""
ABORTED = """
   S: 220 harbour.example Simple Mail Transfer Service Ready
   C: EHLO quay.example
   S: 250-harbour.example greets quay.example
   S: 250 8BITMIME
   C: MAIL FROM:<anna@quay.example>
   S: 250 OK
   C: RCPT TO:<grey@bed.test>
   S: 450|451 Come back in a while
   C: RSET
   S: 250 OK
   C: DATA
   S: 503 Bad sequence of commands
   C: QUIT
   S: 221 harbour.example Service closing transmission channel
"""
VERIFIED = """
   S: 220 harbour.example
   C: EHLO quay.example
   S: 250 harbour.example
   C: VRFY ben@bed.test
   S: 250|252 Ben <ben@bed.test>
   C: MAIL FROM:<>
   S: 250 OK
   C: RCPT TO:<ben@bed.test>
   S: 250 OK
   C: RSET
   S: 250 OK
   C: NOOP
   S: 250 OK
   C: QUIT
   S: 221
"""
# As in RFC 3207, with its stage directions.
STARTTLS = """
   S: <waits for connection on its port>
   C: <opens connection>
   S: 220 mail.harbour.example SMTP service ready
   C: EHLO quay.example
   S: 250-mail.harbour.example offers a warm hug of welcome
   S: 250 STARTTLS
   C: STARTTLS
   S: 220 Go ahead
   C: <starts TLS negotiation>
   C & S: <negotiate a TLS session>
   C & S: <check result of negotiation>
   C: EHLO quay.example
   S: 250 mail.harbour.example
/assert ehlo not STARTTLS
/assert tls.version >= 1.2
   C: QUIT
   S: 221
"""
# As in RFC 2920: what goes out together, and recipients that are refused.
PIPELINED = """
    S: 220 harbour.example SMTP service ready
    C: EHLO quay.example
    S: 250-harbour.example
    S: 250 PIPELINING
    C: MAIL FROM:<anna@quay.example>
    C: RCPT TO:<ben@bed.test>
    C: RCPT TO:<reject@bed.test>
    C: RCPT TO:<carla@bed.test>
    C: DATA
    S: 250 sender <anna@quay.example> OK
    S: 250 recipient OK
    S: 550 remote mail is not taken here
    S: 250 recipient OK
    S: 354 enter mail, end with line containing only "."
    C: Subject: in one go
    C:
    C: 250 looks like a reply
    C: .
    C: QUIT
    S: 250 message sent
    S: 221 goodbye
"""
NONE_LEFT = """
    S: 220 harbour.example SMTP service ready
    C: EHLO quay.example
    S: 250 PIPELINING
    C: MAIL FROM:<anna@quay.example>
    C: RCPT TO:<reject@bed.test>
    C: RCPT TO:<grey@bed.test>
    C: DATA
    S: 250 sender OK
    S: 550 no
    S: 450|451 later
    S: 503|554 no valid recipients given
    C: QUIT
    S: 221 goodbye
"""
# It ends in the clear and begins again under TLS: what a server says differs between the two.
SESSION = """EHLO client.example
VRFY reject@bed.test
NONSENSE
STARTTLS
EHLO client.example
MAIL FROM:<anna@quay.example> SIZE=200
RCPT TO:<reject@bed.test>
RCPT TO:<ben@bed.test>
DATA
Subject: kept, {{not}} a pattern [..]

S: not a reply
..a dot
<html>
.
RSET
QUIT
"""


class Real(unittest.TestCase):
    """What each server must take; the classes below say which."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.where = f"{self.mta.host}:{self.mta.port['starttls']}"

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def play(self, path, *args):
        return program.run("replay", "--against", self.where, *args, path)

    def plays(self, text, *args):
        with open(self.path("t.smtp"), "w", newline="") as file:
            file.write(text)
        done = self.play(self.path("t.smtp"), *args)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.mta.log())
        return done

    def test_a_typical_transaction(self):
        done = self.plays(TYPICAL)
        self.assertIn("1 passed", done.stdout)
        self.assertIn("not compared", done.stdout)

    def test_a_transaction_given_up(self):
        self.plays(ABORTED)

    def test_verified_and_forgotten(self):
        self.plays(VERIFIED)

    def test_starttls_with_its_stage_directions(self):
        self.assertIn("ignored", self.plays(STARTTLS, "-v").stderr)

    def test_pipelined_in_one_write(self):
        self.plays(PIPELINED)

    def test_pipelined_and_no_recipient_left(self):
        self.plays(NONE_LEFT)

    def test_what_the_documents_say_is_not_what_a_server_says(self):
        with open(self.path("t.smtp"), "w") as file:
            file.write(VERIFIED)
        done = self.play(self.path("t.smtp"), "--match", "text")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("[match text]", done.stdout)

    def test_a_session_that_was_kept_replays_at_once(self):
        log = self.path("log.smtp")
        program.run("--log", log, self.where, input=SESSION)
        with open(log) as file:
            text = file.read()
        for line in ("/match text\n", "C: STARTTLS\nS: 220", "C: ..a dot\n", "S: 550"):
            self.assertIn(line, text)
        done = self.play(log)
        self.assertEqual(done.returncode, 0, done.stdout + text + self.mta.log())
        self.assertIn("1 passed", done.stdout)

    def test_a_kept_session_that_a_server_no_longer_follows(self):
        log = self.path("log.smtp")
        program.run("--log", log, self.where, input=SESSION)
        with open(log) as file:
            text = file.read()
        with open(log, "w") as file:
            file.write(text.replace("S: 354 ", "S: 354 Not ", 1))
        done = self.play(log)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("S: 354 Not", done.stdout)


class Postfix(Real):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()

    def at(self, service, text, *args, env=None):
        with open(self.path("t.smtp"), "w") as file:
            file.write(text)
        return program.run("replay", "--against", f"{self.mta.host}:{self.mta.port[service]}", *args, self.path("t.smtp"), env=env)

    def test_a_floor_of_tls(self):
        lines = "C: EHLO quay.example\nC: STARTTLS\nS: 220\n/assert tls.version == 1.2\nC: EHLO quay.example\n"
        self.assertEqual(self.at("tls12", "/tls min=1.2\n" + lines).returncode, 0)
        done = self.at("tls12", "/tls min=1.3\n" + lines)
        self.assertEqual(done.returncode, 5, done.stdout)
        lines = "C: EHLO quay.example\nC: STARTTLS\nS: 220\n"
        self.assertEqual(self.at("tls12", "/tls min=1.3 fail=version\n" + lines).returncode, 0, done.stdout)
        self.assertEqual(self.at("tls13", "/tls min=1.3 fail=version\n" + lines).returncode, 1)

    def test_cram_md5(self):
        text = ("/secret user\n/secret password\nC: EHLO quay.example\nC: AUTH CRAM-MD5\nS: 334 {{:b64}}\nC: {{cram-md5 user password}}\n"
                "S: 235 2.7.0 ...\nC: QUIT\nS: 221\n")
        for password, status in ((mtas.PASSWORD, 0), ("wrong", 1)):
            env = program.environment(SMTPSH_SECRET_USER=mtas.USER, SMTPSH_SECRET_PASSWORD=password)
            done = self.at("clear-auth", text, "--match", "enhanced", env=env)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr + self.mta.log())


class Exim(Real):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Exim()

    @classmethod
    def tearDownClass(cls):
        cls.mta.__exit__()


del Real

if __name__ == "__main__":
    tap.main()
