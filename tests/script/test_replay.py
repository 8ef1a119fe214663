"""smtpsh replay: scripts against the server inside, the reports, and what each kind of failure says."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import listening


class Says:
    """A server that plays a list: bytes go out, None reads up to a LF, "close" closes. One client."""

    def __init__(self, *moves):
        self.socket = listening()
        self.where = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.got = []
        self.thread = threading.Thread(target=self.play, args=(moves,), daemon=True)
        self.thread.start()

    def play(self, moves):
        client, _ = self.socket.accept()
        client.settimeout(program.DEADLINE)
        lines = client.makefile("rb")
        try:
            for move in moves:
                if move is None:
                    self.got.append(lines.readline())
                else:
                    client.sendall(move)
            while move != b"" and lines.readline():
                pass
        except OSError:
            pass
        lines.close()
        client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thread.join(program.DEADLINE)
        self.socket.close()


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, text, name="t.smtp"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", newline="") as file:
            file.write(text)
        return path

    def play(self, text, *args, against="demo:", **more):
        done = program.run("replay", *(["--against", against] if against else []), *args, self.write(text), **more)
        return done

    def passes(self, text, *args, **more):
        done = self.play(text, *args, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def fails(self, text, *wants, status=1, args=(), **more):
        done = self.play(text, *args, **more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for want in wants:
            self.assertIn(want, done.stdout + done.stderr)
        return done

    def test_what_stands_in_the_manual_as_the_first_example(self):
        self.passes("""
      S: 220 foo.com Simple Mail Transfer Service Ready
      C: EHLO bar.com
      S: 250-foo.com greets bar.com
      S: 250-8BITMIME
      S: 250 HELP
      C: MAIL FROM:<Smith@bar.com>
      S: 250 OK
      C: QUIT
      S: 221 foo.com Service closing transmission channel
""")

    def test_a_group_a_message_and_captures(self):
        self.passes("""S: 220 {{mx:host}} ESMTP ...
C: EHLO a.example
S: 250-{{mx}} ...
S: 250-STARTTLS
S: 250 ...
C: MAIL FROM:<a@example.org>
C: RCPT TO:<bob@example.net>
C: RCPT TO:<unknown@example.net>
C: DATA
S: 250
S: 250 2.1.5
S: 550 5.1.1 ...
S: 354
C: Subject: x
C:
C: 250 hi
C: .
S: 250 2.0.0 [..]queued as {{q:queueid}}
/assert var q exists
/assert time < 10s
/time < 10s
C: QUIT
S: 221
/eof
""", "--match", "enhanced")

    def test_tls_begins_behind_the_220(self):
        self.passes("S: 220\nC: EHLO a.example\nS: 250\nC: STARTTLS\nS: 220\n/assert cert.days > 14\n/assert tls.version >= 1.2\n"
                    "/assert cert.verified\n/assert cert.name contains localhost\nC: EHLO a.example\nS: 250\n/assert ehlo not STARTTLS\n")

    def test_a_handshake_that_must_fail(self):
        lines = "C: EHLO a.example\nC: STARTTLS\nS: 220\n"
        with program.Serve() as server:
            self.passes("/tls verify=name fail=issuer\n" + lines, against=server.where)
            self.fails("/tls verify=name fail=expired\n" + lines, "t.smtp:3", "to fail with \"expired\"", "the certificate was not accepted", status=5, against=server.where)
            self.fails("/tls fail=issuer\n" + lines, 'expected the handshake to fail with "issuer", but it succeeded', against=server.where)

    def test_what_is_captured_to_be_hidden(self):
        text = ("C: EHLO a.example\nC: VRFY x\nS: 252\n/capture token /(Cannot) VRFY/%s\nC: MAIL FROM:<{{token}}@b.example>\nS: 550 {{token}}\n")
        for form in ("text", "tap", "junit", "json"):
            shown = self.fails(text % " redact", "{{token}}", args=("--format", form, "--match", "text")).stdout
            self.assertNotIn("Cannot", shown)
        self.assertIn("Cannot", self.fails(text % "", args=("--match", "text")).stdout)
        self.fails("C: EHLO a.example\n/capture t /(x)/ hide\n", 'only "redact" may follow', status=2)

    def test_the_failure_shows_where_what_and_why(self):
        done = self.fails("C: EHLO a.example\nS: 250\nC: NOOP\nS: 354\nC: RSET\n", "not ok 1 - ", "t.smtp:4  (",
                          "  3 | C: NOOP", "  4 | S: 354", "^^^ expected code 354, received 250    [match code]", "| - 354",
                          "| + 250 2.0.0 Ok", "after EHLO, NOOP", "1 following step skipped", "0 passed, 1 failed, 0 skipped")
        self.assertNotIn("RSET", done.stdout)

    def test_a_mistake_is_shown_in_its_line(self):
        for text, place, line, column in (
                ("C: NOOP\n/assert tiem < 5\n", "2:9: expected time, total", "/assert tiem < 5", 8),
                ("/timeout foo=5s\n", '1:10: unknown phase "foo"', "/timeout foo=5s", 9),
                ("/timeout connect=5s,tls=soon\n", '1:25: "soon"', "/timeout connect=5s,tls=soon", 24),
                ("/timeout\n", "1:9: expected a time", "/timeout", 8),
                ("/tls min=9\n", "1:6: expected verify=", "/tls min=9", 5),
                ("C: NOOP\n  /retyr 3\n", '2:3: unknown command "/retyr" in a script (did you mean /retry?)', "  /retyr", 2),
                ("C: NOOP\n/help MAIL\n", "2:1: /help works only at the prompt", "/help", 0),
                ("C: \u00e4\u00e4 {{x}}\n", "1:9: {{x}} is not set", "C: \u00e4\u00e4 {{x}}", 6),
                ("EHLO x\nC: NOOP\n", "2:1: the first line of this script has no mark", "C: NOOP", 0)):
            done = self.fails(text, place, status=2)
            self.assertIn(" | %s\n      | %s^\n" % (line, " " * column), done.stderr)

    def test_each_mistake_is_told_before_anything_is_played(self):
        a, b = self.write("/end\n", "a.smtp"), self.write("/else\n", "b.smtp")
        done = program.run("replay", "--against", "demo:", a, self.write("C: NOOP\n"), b)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertIn("a.smtp:1:1", done.stderr)
        self.assertIn("b.smtp:1:1", done.stderr)

    def test_a_mistake_does_not_repeat_secrets(self):
        for text in ("/secret k=hunter2\n", "/auth PLAIN user=x password=hunter2 bogus=1\n", "/auht PLAIN user=x password=hunter2\n"):
            self.assertNotIn("hunter2", self.fails(text, status=2).stderr)

    def test_a_byte_order_mark_is_no_text(self):
        self.passes("\ufeffC: NOOP\nS: 250\n")

    def test_what_fits_stands_without_a_sign(self):
        with Says(b"220 x\r\n", None, b"250-x\r\n250-SIZE 9\r\n250 HELP\r\n", b"") as server:
            done = self.fails("C: EHLO a.example\nS: 250-x\nS: 250-DSN\nS: 250 SIZE 9\n", "    | - 250-DSN\n    |   250-x\n"
                              "    |   250-SIZE 9\n    | + 250 HELP\n", "  3 | S: 250-DSN\n    |        ^^^ expected EHLO to offer",
                              args=("--match", "text"), against=server.where)
        self.assertIn(f"    = {server.where}; after EHLO\n", done.stdout)

    def test_blanks_and_line_ends_count_at_exact(self):
        for reply, wants in ((b"250 ok \r\n", ('received "ok "', "+ 250 ok\\x20\n")), (b"250 ok\n", ("received a bare LF",)),
                             (b"250-ok\r\n250 ok\r\n", ("unexpected extra line",)), (b"250  ok\r\n", ('received " ok"',))):
            with Says(b"220 x\r\n", None, reply, b"") as server:
                self.fails("C: NOOP\nS: 250 ok\n", *wants, args=("--match", "exact"), against=server.where)

    def test_an_assertion_says_what_there_is(self):
        done = self.fails("C: EHLO a.example\n/assert ehlo XFOO\n/assert tls.version >= 1.2\n/assert ehlo not SIZE\n/assert family == 6\n",
                          "ehlo XFOO, but it is not offered", "TLS is not active", "ehlo not SIZE, but it is offered", args=("-k",))
        self.assertNotIn("[match", done.stdout)

    def test_what_a_failed_round_captured_is_forgotten(self):
        with Says(b"220 x\r\n", None, b"250-id 1\r\n250 busy\r\n", None, b"250-id 2\r\n250 done\r\n", None, b"250 2\r\n", b"") as server:
            self.passes("/retry 3\nC: NOOP\nS: 250-id {{n:int}}\nS: 250 done\n/end\nC: NOOP {{n}}\nS: 250 {{n}}\n", "--match", "text",
                        against=server.where)
            self.assertIn(b"NOOP 2\r\n", server.got)

    def test_the_banner_is_named(self):
        with Says(b"554 no\r\n", b"") as server:
            self.fails("C: NOOP\n", "greeting: expected 2xx or 3xx, received 554", against=server.where)

    def test_a_reply_that_nothing_judges_must_be_good(self):
        self.fails("C: EHLO a.example\nC: RCPT TO:<a@b.example>\n", "t.smtp:2", "expected 2xx or 3xx, received 503")
        self.passes("C: EHLO a.example\nC: RCPT TO:<a@b.example>\nS: *\n")

    def test_cases_have_a_connection_each_and_share_the_prelude(self):
        done = self.fails('C: EHLO a.example\nS: 250\n/case "one"\nC: MAIL FROM:<>\nS: 250\n/case "two"\nC: MAIL FROM:<>\nS: 550\n'
                          '/case "three" skip="not now"\nC: X\n/case "four" standalone\nC: NOOP\nS: 250\n',
                          "ok 1 - one", "not ok 2 - two", "ok 3 - three", "# SKIP not now", "ok 4 - four", "2 passed, 1 failed, 1 skipped")
        self.assertEqual(done.stdout.count("expected code 550"), 1)

    def test_side_by_side_is_told_in_order(self):
        cases = "".join('/case "%d"\nC: NOOP\nS: 250\n' % i for i in range(100))
        done = self.passes("C: EHLO a.example\n" + cases, "--jobs", "30")
        names = [line.split(" - ")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("ok")]
        self.assertEqual(names, [str(i) for i in range(100)])

    def test_cases_are_chosen_by_tags_and_names(self):
        text = ('C: EHLO a.example\n/case "one" tags=fast,mail\nC: NOOP\n/case "two" tags=slow\nC: NONSENSE\n'
                '/case "three"\nC: NOOP\n/case "four" tags=fast\nC: NOOP\n')
        for args, played in ((("--tags", "fast"), ["one", "four"]), (("--tags", "mail, odd"), ["one"]), (("--case", "three"), ["three"]),
                             (("--tags", "fast", "--case", "four"), ["four"])):
            done = self.passes(text, *args, "--format", "tap")
            self.assertEqual([line.split(" - ")[1] for line in done.stdout.splitlines() if line.startswith("    ok")], played, done.stdout)
        self.assertIn("1 passed", self.passes("C: NOOP\nS: 250\n", "--case", self.write("", "t.smtp")).stdout)
        self.fails(text, "no case matches --tags fast --case two", args=("--tags", "fast", "--case", "two"), status=2)
        self.fails(text, "received 500", args=("--tags=slow",))

    def test_keep_going(self):
        text = "C: EHLO a.example\nS: 250\nC: NOOP\nS: 550\nC: NOOP\nS: 551\n"
        self.assertEqual(self.fails(text).stdout.count("^^^"), 1)
        self.assertEqual(self.fails(text, args=("--keep-going",)).stdout.count("^^^"), 2)

    def test_requires(self):
        self.passes("/requires PIPELINING\nC: EHLO a.example\nC: NOOP\n")
        self.assertIn("# SKIP the server offers no CHEESE", self.passes("/requires CHEESE\nC: EHLO a.example\nC: NONSENSE\n").stdout)
        self.assertIn("# SKIP the server offers SIZE", self.passes("/requires not SIZE\nC: EHLO a.example\nC: NONSENSE\n").stdout)

    def test_blocks(self):
        self.passes("C: EHLO a.example\n/if ehlo SIZE\n/repeat 3\nC: NOOP\nS: 250\n/end\n/else\nC: NONSENSE\n/end\n"
                    "/if ehlo CHEESE\nC: NONSENSE\n/end\n")
        self.fails("C: EHLO a.example\n/retry 3 every 1ms\nC: RCPT TO:<a@b.example>\nS: 250\n/end\n", "after EHLO, RCPT, RCPT, RCPT")

    def test_variables(self):
        self.passes("/var who=bob\nC: EHLO {{host}}\nC: MAIL FROM:<>\nC: RCPT TO:<{{who}}@example.net>\n", "--var", "host=a.example")
        self.fails("/var who=bob\nC: EHLO a.example\nC: MAIL FROM:<>\nC: RCPT TO:<{{who}}@example.net>\n", "received 550",
                   args=("--var", "who=unknown"))
        self.fails("C: EHLO {{host}}\n", "t.smtp:1:9: {{host}} is not set", status=2)

    def test_a_second_connection(self):
        self.passes("C: EHLO a.example\nS: 250\nC2: EHLO b.example\nS2: 250\nC: NOOP\nS: 250\nC2: QUIT\nS2: 221\n")

    def test_secrets_are_shown_nowhere(self):
        secret = self.write("s3cret-word\n", "password")
        text = ("/secret user\n/secret password\nC: EHLO a.example\nS: 250\nC: STARTTLS\nS: 220\nC: EHLO a.example\nS: 250\n"
                "C: AUTH PLAIN {{plain user password}}\nS: 235\nC: VRFY {{password}}\nS: 550 {{b64 password}}\n")
        for form in ("text", "tap", "junit", "json"):
            done = self.play(text, "-v", "--format", form, "--secret", "password=@" + secret, env=program.environment(SMTPSH_SECRET_USER="demo"))
            self.assertEqual(done.returncode, 1)
            shown = done.stdout + done.stderr
            for form in ("s3cret-word", "czNjcmV0LXdvcmQ=", "AGRlbW8AczNjcmV0LXdvcmQ="):
                self.assertNotIn(form, shown)
        self.fails("/secret nobody\nC: EHLO a\n", "the secret nobody has no value", status=2)
        self.fails("/secret p=x\n", "a script never contains", status=2)

    def test_auth_with_functions(self):
        for say in ("C: AUTH PLAIN {{plain user password}}\nS: 235\n",
                    "C: AUTH LOGIN\nS: 334\nC: {{login-user user}}\nS: 334\nC: {{login-pass password}}\nS: 235\n"):
            self.passes("/secret user\n/secret password\nC: EHLO a.example\nC: STARTTLS\nS: 220\nC: EHLO a.example\n" + say,
                        env=program.environment(SMTPSH_SECRET_USER="demo", SMTPSH_SECRET_PASSWORD="demo"))

    def test_secrets_stay_with_the_target_of_the_command_line(self):
        with program.Serve() as server:
            text = "/open %s\n/secret user\nC: EHLO a.example\nC: AUTH PLAIN {{plain user user}}\nS: *\n" % server.where
            env = program.environment(SMTPSH_SECRET_USER="demo")
            self.fails(text, "secrets are sent only to the target of the command line", status=2, env=env)
            self.passes(text, "--allow-hosts", env=env)

    def test_files_stay_below(self):
        self.write("C: NOOP\n", "ok.inc")
        self.passes("C: EHLO a.example\n/include ok.inc\n")
        self.fails("/include /etc/hostname\n", "is outside", "--file-root", status=2)
        os.symlink("/etc/hostname", os.path.join(self.folder.name, "link"))
        self.fails("/include link\n", "is outside", status=2)

    def test_files_of_steps_stay_below(self):
        self.write("Subject: from a file\n\n.x\n", "mail.eml")
        head = "C: EHLO a.example\nC: MAIL FROM:<>\nC: RCPT TO:<a@b.example>\n"
        self.passes(head + "/body mail.eml\nS: 250 [..]queued[..]\n")
        self.passes(head + "C: DATA\nS: 354\n/body mail.eml\nS: 250\n")
        self.passes(head + "/var who=x\n/body <<END\nSubject: {{who}}\n\n.dot\nEND\nS: 250\nC: NOOP\nS: 250\n")
        for step in ("/body /etc/hostname", "/bdat /etc/hostname", "/load /etc/hostname", "/send to=a@b.example data=/etc/hostname",
                     "/send to=a@b.example attach=../../etc/hostname"):
            self.fails(head + step + "\n", "is outside" if "../" not in step else "hostname", status=2)

    def test_what_a_script_may_not(self):
        self.fails("/open unix:/tmp/x\n", "--allow-unix", status=2, against=None)
        self.fails("C: EHLO {{env HOME}}\n", "--allow-env", status=2)
        self.passes("C: EHLO {{env NAME}}\n", "--allow-env", env=program.environment(NAME="a.example"))

    def test_an_unexpected_reply(self):
        with Says(b"220 x\r\n", None, b"250 x\r\n250 again\r\n", None, b"250 x\r\n") as server:
            self.fails("C: EHLO a\nS: 250\n/sleep 50ms\nC: NOOP\nS: 250\n", "unsolicited reply", against=server.where)

    def test_lmtp_answers_each_recipient_and_a_second_reply_is_read(self):
        with Says(b"220 x\r\n", None, b"354 go\r\n", None, b"250 one\r\n550 two\r\n", None, b"221 x\r\n") as server:
            self.passes("C: DATA\nS: 354\nC: .\nS: 250 one\nS: 550 two\n", "--match", "text", against=server.where)

    def test_lines_of_one_reply_that_differ_in_their_codes(self):
        for text, wants in (("C: NOOP\n", "expected 2xx or 3xx, but line 2 has a different code than the first, 250"),
                            ("C: NOOP\nS: 250\n", 'reply lines have different codes: line 2 is "550 b"'),
                            ("/match text\nC: NOOP\nS: 250-a\nS: 250 b\n", "have different codes")):
            with Says(b"220 x\r\n", None, b"250-a\r\n550 b\r\n", None, b"221 x\r\n") as server:
                self.fails(text, wants, against=server.where)
        for text in ("C: NOOP\nS: *\n", "/match text\nC: NOOP\nS: 250-a\nS: 550 b\n"):
            with Says(b"220 x\r\n", None, b"250-a\r\n550 b\r\n", None, b"221 x\r\n") as server:
                self.passes(text, against=server.where)

    def test_data_refused_sends_no_message(self):
        with Says(b"220 x\r\n", None, b"503 no\r\n", None, b"221 x\r\n") as server:
            self.fails("C: DATA\nS: 354\nC: secret text\nC: .\nS: 250\n", "expected code 354, received 503", against=server.where)
        self.assertEqual(server.got, [b"DATA\r\n", b"QUIT\r\n"])

    def test_closing(self):
        with Says(b"220 x\r\n", None, b"") as server:
            self.passes("C: RSET\n", against=server.where)
        with Says(b"220 x\r\n", None, b"") as server:
            self.fails("C: RSET\nS: 250\n", "the server closed the connection instead of replying", status=10, against=server.where)
        with Says(b"220 x\r\n", None, b"") as server:
            self.passes("C: RSET\n/eof\n", against=server.where)

    def test_silence_early_and_slow(self):
        with Says(b"220 x\r\n", None, None, b"250 x\r\n", None, b"221 x\r\n") as server:
            self.passes("S: 220\nC\\: NOOP\n/silence 30ms\nC\\: \\r\\nRSET\\r\\n\nS: 250\n", against=server.where)
        with Says(None, b"554 wait\r\n", b"") as server:
            self.passes("/early\nC: EHLO impatient\nS: 5xx|421\n", against=server.where)
        with Says(b"220 x\r\n", None, b"250 x\r\n", None, b"221 x\r\n") as server:
            self.passes("/write split=2,4\nC: NOOP slowly\nS: 250\n", against=server.where)
            self.assertEqual(server.got[0], b"NOOP slowly\r\n")

    def test_plaintext_behind_the_220(self):
        with Says(b"220 x\r\n", None, b"220 go\r\n250 injected\r\n") as server:
            self.fails("C: STARTTLS\nS: 220\n", "cleartext followed the 220", status=10, against=server.where)

    def test_no_answer(self):
        with Says(b"220 x\r\n", None, None) as server:
            self.fails("/timeout reply=50ms\nC: NOOP\nS: 250\n", "waiting for the reply to NOOP", status=9, against=server.where)

    def test_no_one_there(self):
        self.fails("C: NOOP\n", "connection refused", status=4, against="127.0.0.1:1")
        self.fails("C: NOOP\n", "no target", status=2, against=None)

    def test_escape_sequences_of_a_server_are_shown_as_such(self):
        with Says(b"220 x\r\n", None, b"550 \x1b[2J\x00\r\n", None, b"221 x\r\n") as server:
            done = self.fails("C: NOOP\nS: 250\n", "550 \\x1B[2J\\x00", against=server.where)
        self.assertNotIn("\x1b", done.stdout)

    def test_tap(self):
        done = self.fails('C: EHLO a.example\n/case "a # b"\nC: NOOP\n/case "c"\nC: NOOP\nS: 550\n', "TAP version 13\n1..1\n# Subtest: ",
                          "\n    1..2\n    ok 1 - a \\# b\n    not ok 2 - c\n      ---\n", "\nnot ok 1 - ", args=("--format", "tap"))
        self.assertIn('message: "expected code 550', done.stdout)
        if prove := shutil.which("prove"):
            for text, status in (("C: NOOP\nS: 250\n", 0), ("C: NOOP\nS: 550\n", 1)):
                with open(os.path.join(self.folder.name, "t.tap"), "w") as file:
                    file.write(self.play(text, "--format", "tap").stdout)
                read = subprocess.run([prove, "--exec", "cat", file.name], capture_output=True, text=True, timeout=program.DEADLINE)
                self.assertEqual(read.returncode, status, read.stdout + read.stderr)
        self.assertTrue(self.passes("C: NOOP\nS: 250\n", "--format", "tap14").stdout.startswith("TAP version 14\n"))

    def test_junit(self):
        done = self.fails('C: EHLO a.example\n/case "<a>"\nC: NOOP\n/case "c"\nC: NOOP\nS: 550 "x"\n', args=("--format", "junit"))
        suite = xml.etree.ElementTree.fromstring(done.stdout.encode())[0]
        self.assertEqual([case.get("name") for case in suite], ["<a>", "c"])
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "errors", "skipped")], ["2", "1", "0", "0"])
        self.assertIn("- 550 \"x\"\n+ 250 2.0.0 Ok\n= ", suite[1][0].text)
        self.assertEqual(suite[1][0].get("message"), "expected 550, received 250 2.0.0 Ok")

    def test_json(self):
        done = self.fails("C: EHLO a.example\nC: NOOP\nS: 550\n", args=("--format", "json"))
        steps = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([s["event"] for s in steps], ["step", "step", "case"])
        self.assertEqual(steps[1]["why"], "expected code 550, received 250")

    def test_update_rewrites_what_is_literal(self):
        text = ("# why\nC: EHLO a.example\n  S: 550\nC: NOOP\nS: 251 text\nC: VRFY x\nS: 5xx [..]gone\nC: MAIL FROM:<>\nS: 250-a\n"
                "S: 250 b\nC: QUIT\nS: 221\n")
        self.assertEqual(self.play(text, "--match", "text", "--update").returncode, 1)
        with open(os.path.join(self.folder.name, "t.smtp")) as file:
            self.assertEqual(file.read(), "# why\nC: EHLO a.example\n  S: 250\nC: NOOP\nS: 250 2.0.0 Ok\nC: VRFY x\nS: 5xx [..]gone\n"
                             "C: MAIL FROM:<>\nS: 250 2.1.0 Sender ok\nC: QUIT\nS: 221\n")
        self.assertIn("a terminal", self.play(text, "--update=ask").stderr)

    def test_a_folder(self):
        self.write("C: EHLO a.example\n", "b.smtp")
        self.write("C: EHLO a.example\n", "a.smtp")
        self.write("nonsense", "other.txt")
        done = program.run("replay", "--against", "demo:", self.folder.name)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLess(done.stdout.index("a.smtp"), done.stdout.index("b.smtp"))

    def test_unmarked_lines(self):
        self.passes("EHLO a.example\nS: 250\nMAIL FROM:<>\nRCPT TO:<unknown@b.example>\nS: 550\nRCPT TO:<a@b.example>\nDATA\n"
                    "/not a command\nS: 550 no\n.\nS: 250\nQUIT\n")


if __name__ == "__main__":
    tap.main()
