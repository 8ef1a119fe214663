"""`smtpsh serve FILE`: the linear script and rules in the server's role, faults, several clients, TLS, strictness, profiles."""
import base64
import json
import os
import re
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap
import wire

EXAMPLES = os.path.join(ROOT, "scripts", "examples")
PROFILES = os.path.join(ROOT, "scripts", "profiles")


class Served(unittest.TestCase):
    def serve(self, script, *args):
        """A server that plays this text, or this file."""
        if "\n" in script:
            file = tempfile.NamedTemporaryFile("w", suffix=".smtp", encoding="utf-8")
            self.addCleanup(file.close)
            file.write(script)
            file.flush()
            script = file.name
        server = program.Serve(*args, script)
        self.addCleanup(server.__exit__)
        return server

    def client(self, server, **how):
        client = wire.Wire(server.host, server.port, **how)
        self.addCleanup(client.__exit__)
        return client


class Mock(Served):
    def test_the_lines_in_their_order(self):
        client = self.client(self.serve("S: 220 a ESMTP\nC: EHLO x\nS: 250-a\nS: 250 SIZE 5\nC: NOOP\nS: 250 first\n"
                                        "C: NOOP\nS: 450 second\nC: QUIT\nS: 221 bye\n"))
        self.assertEqual([client.banner] + [client.say(c) for c in ("EHLO y", "noop", "RSET", "NOOP x", "QUIT")],
                         ["220 a ESMTP", "250-a\n250 SIZE 5", "250 first", "250 2.0.0 Ok", "450 second", "221 bye"])
        self.assertEqual(client.rest(), "")

    def test_a_pipelined_group_and_replies_left_over(self):
        script = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: DATA\nS: 250 m\nS: 250 r\nS: 354 d\nC: x\nC: .\nS: 250 one\nS: 451 two\n"
        client = self.client(self.serve(script))
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nwhatever\r\n..\r\n.\r\nNOOP\r\n")
        self.assertEqual([client.reply() for _ in range(6)], ["250 m", "250 r", "354 d", "250 one", "451 two", "250 2.0.0 Ok"])

    def test_what_stands_for_anything_is_sent_as_something(self):
        script = "S: 220 [..]x ...\nC: EHLO {{c:word}}\nS: 2xx hi {{c}} {{q:queueid}}\nC: NOOP\nS: 450|451 {{q}}\nC: RSET\nS: *\n"
        client = self.client(self.serve(script))
        self.assertEqual(client.banner, "220 x")
        code, hi, name, made = client.say("EHLO me.example").split()
        self.assertEqual((code, hi, name), ("250", "hi", "me.example"))
        self.assertEqual([client.say("NOOP"), client.say("RSET")], [f"450 {made}", "250 2.0.0 Ok"])

    def test_it_closes_behind_221_to_quit_alone(self):
        client = self.client(self.serve("S: 220 x\nC: QUIT\nS: 500 not yet\nC: NOOP\nS: 221 odd\nC: RSET\nS: 250 here\nC: QUIT\nS: 221 bye\n"))
        self.assertEqual([client.say(c) for c in ("QUIT", "NOOP", "RSET", "QUIT")], ["500 not yet", "221 odd", "250 here", "221 bye"])
        self.assertEqual(client.rest(), "")

    def test_connection_n_plays_case_n(self):
        server = self.serve('/case "one"\n/times 2\nS: 220 one\n/case "two"\nS: 554 two\n')
        self.assertEqual([self.client(server).banner for _ in range(4)], ["220 one", "220 one", "554 two", "554 two"])

    def test_rules_before_lines(self):
        script = ("S: 220 x\nC: RCPT TO:<a@b>\nS: 250 line\n\n/on RCPT /<no@/ times=1\nS: 550 rule\n\n/on FOO\nS: 299 foo\n\n"
                  "/otherwise S: 599 other\n")
        client = self.client(self.serve(script))
        self.assertEqual([client.say(c) for c in ("RCPT TO:<no@b>", "RCPT TO:<no@b>", "foo bar", "RCPT TO:<x@y>")],
                         ["550 rule", "250 line", "299 foo", "599 other"])

    def test_a_level_says_how_commands_are_compared(self):
        script = "/match enhanced\nS: 220 x\nC: RCPT TO:<a@b>\nS: 250 mine\n/match exact\nC: NOOP  x\nS: 250 exact\n"
        client = self.client(self.serve(script))
        said = [client.say(c) for c in ("EHLO x", "MAIL FROM:<>", "RCPT TO:<c@d>", "rcpt to:<A@b> NOTIFY=NEVER", "NOOP x", "NOOP  x")]
        self.assertEqual(said[2:], ["250 2.1.5 Recipient ok", "250 mine", "250 2.0.0 Ok", "250 exact"])

    def test_a_level_of_the_command_line(self):
        client = self.client(self.serve("S: 220 x\nC: NOOP a\nS: 250 mine\n", "--match", "exact"))
        self.assertEqual([client.say("NOOP b"), client.say("NOOP a")], ["250 2.0.0 Ok", "250 mine"])

    def test_mechanisms_are_those_of_all_lines_that_offer_them(self):
        for code in ("250", "220"):
            client = self.client(self.serve(f"/on EHLO\nS: {code}-a\nS: {code}-AUTH LOGIN\nS: {code}-AUTH=XOAUTH2 X\nS: {code} AUTH PLAIN\n"))
            said = [client.say(c) for c in ("EHLO x", "AUTH OAUTHBEARER", "AUTH GSSAPI", "AUTH XOAUTH2", "*", "AUTH LOGIN", "*", "AUTH PLAIN")]
            self.assertEqual([r[:3] for r in said[1:]], ["504", "504", "334", "501", "334", "501", "334"])
            self.assertTrue(said[1].endswith("offered: LOGIN XOAUTH2 X PLAIN"), said[1])

    def test_the_size_that_the_script_offers_is_the_limit(self):
        client = self.client(self.serve("/on EHLO\nS: 250-a\nS: 250 SIZE 32\n"))
        said = [client.say(c)[:3] for c in ("EHLO x", "MAIL FROM:<a@b.example> SIZE=33", "MAIL FROM:<a@b.example> SIZE=32", "RCPT TO:<c@d.example>")]
        self.assertEqual(said, ["250", "552", "250", "250"])
        self.assertEqual([client.say(c)[:3] for c in ("DATA", "Subject: more than it takes\r\n\r\nx\r\n.")], ["354", "552"])
        self.assertEqual([client.say(c)[:3] for c in ("MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: x\r\n\r\nx\r\n.")],
                         ["250", "250", "354", "250"])

    def test_a_mechanism_that_the_script_offers_and_nothing_can_verify(self):
        client = self.client(self.serve("/on EHLO\nS: 250-a\nS: 250 AUTH GSSAPI PLAIN\n"))
        said = [client.say(c) for c in ("EHLO x", "AUTH gssapi x", "AUTH NTLM")]
        self.assertRegex(said[1], "^504 5.5.4 gssapi is offered, but ")
        self.assertRegex(said[2], "^504 5.5.4 Unrecognized authentication type; offered: GSSAPI PLAIN$")

    def test_several_clients_at_once_stand_where_they_stand(self):
        server = self.serve("S: 220 x\nC: NOOP\nS: 250 1\nC: NOOP\nS: 250 2\n")
        clients = [self.client(server) for _ in range(20)]
        self.assertEqual([[c.say("NOOP") for c in clients] for _ in range(2)], [["250 1"] * 20, ["250 2"] * 20])

    def test_repeat(self):
        client = self.client(self.serve("S: 220 x\n/repeat 2\nC: NOOP\nS: 250 in\n/end\nC: NOOP\nS: 250 out\n"))
        self.assertEqual([client.say("NOOP") for _ in range(3)], ["250 in", "250 in", "250 out"])

    def test_blocks_as_deep_as_they_may_be(self):
        depth = 16
        client = self.client(self.serve("S: 220 x\n" + "/repeat 1\n" * depth + "C: NOOP\nS: 250 in\n" + "/end\n" * depth +
                                        "C: NOOP\nS: 250 out\n"))
        self.assertEqual([client.say("NOOP") for _ in range(2)], ["250 in", "250 out"])

    def test_bdat_is_answered_behind_its_octets(self):
        client = self.client(self.serve("S: 220 x\nC: BDAT 6 LAST\nC: QUIT\nS: 250 taken\n"))
        client.send("BDAT 6 LAST\r\n")
        client.send("QUIT\r\nNOOP\r\n")
        self.assertEqual([client.reply(), client.reply()], ["250 taken", "250 2.0.0 Ok"])

    def test_auth_by_lines_and_by_default(self):
        server = self.serve("S: 220 x\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: eA==\nS: 334 UGFzc3dvcmQ6\nC: eA==\nS: 535 5.7.8 no\n")
        for login, want in [(["AUTH LOGIN", "dQ==", "cA=="], ["334", "334", "235"]), (["AUTH PLAIN", "AHUAcA=="], ["334", "235"])]:
            client = self.client(server)
            client.say("EHLO x")
            self.assertEqual([client.say(c) for c in ("AUTH LOGIN", "dQ==", "cA==")],
                             ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "535 5.7.8 no"])
            self.assertEqual([client.say(c)[:3] for c in login + ["AUTH PLAIN"]], want + ["503"])

    def test_faults(self):
        server = self.serve(os.path.join(EXAMPLES, "mock-faults.smtp"))
        client = self.client(server)
        self.assertIn("SIZE 1000000", client.say("EHLO a"))
        client.say("MAIL FROM:<a@x>")
        said = [client.say(f"RCPT TO:<{who}@x>")[:3] for who in ("full", "grey", "grey", "wrong")]
        self.assertEqual(said, ["452", "451", "250", "354"])
        for who in ("gone", "reset"):
            other = self.client(server)
            other.send(f"RCPT TO:<{who}@x>\r\n")
            try:
                self.assertEqual((other.rest(), who), ("", "gone"))
            except ConnectionResetError:
                self.assertEqual(who, "reset")
        other = self.client(server)
        before = time.monotonic()
        self.assertEqual(other.say("RCPT TO:<slow@x>"), "250 2.1.5 Ok, at last")
        self.assertGreater(time.monotonic() - before, 0.29)
        self.assertEqual([other.say("MAIL FROM:<>")[:3] for _ in range(4)], ["250", "250", "250", "421"])
        self.assertEqual(other.rest(), "")
        silent = self.client(server)
        silent.send("RCPT TO:<silent@x>\r\nNOOP\r\n")
        self.assertEqual(silent.reply(), "250 2.0.0 Ok")

    def test_slow_replies_and_a_drop(self):
        server = self.serve(os.path.join(EXAMPLES, "mock-slow.smtp"))
        before = time.monotonic()
        client = self.client(server)
        self.assertEqual(client.banner, "220 slow.example ESMTP, and this banner takes a while")
        self.assertGreater(time.monotonic() - before, 0.2)
        self.assertEqual([client.say(c) for c in ("EHLO a", "NOOP", "VRFY a")],
                         ["250-slow.example\n250 SIZE 1000", "250 2.0.0 Ok", "421 4.3.2 Closing the connection"])
        self.assertEqual(client.rest(), "")

    def test_a_dialogue_with_tls_and_a_login(self):
        server = self.serve(os.path.join(EXAMPLES, "mock-dialogue.smtp"), "--strict", "--times", "1")
        with smtplib.SMTP(server.host, server.port, local_hostname="me.example", timeout=20) as client:
            client.starttls(context=wire.context())
            client.ehlo()
            client.login("demo", "demo")
            self.assertEqual(list(client.sendmail("a@example.org", ["b@example.net", "nobody@example.net"], "Subject: x\r\n\r\nx\r\n")),
                             ["nobody@example.net"])
        self.assertEqual(server.process.wait(program.DEADLINE), 0)

    def reported(self, form, script, *talks, options=()):
        """What serve reports of clients that say these lines, one after the other; and its status."""
        file = tempfile.NamedTemporaryFile("w", suffix=".smtp")
        self.addCleanup(file.close)
        file.write(script)
        file.flush()
        server = program.Process("serve", "--strict", "--times", str(len(talks)), "--format", form, *options, file.name,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        host, port = server.stderr.readline().split()[-1].rsplit(":", 1)
        for talk in talks:
            with wire.Wire(host, int(port)) as client:
                client.send("".join(line + "\r\n" for line in talk))
                client.rest()
        out, err = server.communicate(timeout=program.DEADLINE)
        return server.returncode, out, err, file.name

    TWO_CASES = '/case "first"\nS: 220 x\nC: NOOP\nS: 250 x\nC: QUIT\nS: 221 x\n/case "<second>"\nS: 220 y\nC: RSET\nS: 250 y\nC: QUIT\nS: 221 y\n'

    def test_a_report_in_tap(self):
        status, out, err, name = self.reported("tap", self.TWO_CASES, ["NOOP", "QUIT"], ["NOOP"])
        self.assertEqual(status, 1)
        self.assertTrue(out.startswith(f"TAP version 13\n1..1\n# Subtest: {name}\n    1..2\n    ok 1 - first\n    not ok 2 - <second>\n"), out)
        self.assertIn('the client sent \\"NOOP\\""', out)
        self.assertIn(f'at: "{name}:9"', out)
        self.assertIn('expected: "RSET"', out)
        self.assertIn(f"\nnot ok 1 - {name}\n", out)
        self.assertIn("1 of 2 connections", err)

    def test_a_report_in_junit(self):
        status, out, _, _ = self.reported("junit", self.TWO_CASES, ["NOOP", "QUIT"], ["RSET", "QUIT"])
        suite = xml.etree.ElementTree.fromstring(out.encode())[0]
        self.assertEqual((status, suite.get("tests"), [case.get("name") for case in suite]), (0, "2", ["first", "<second>"]))
        _, out, _, _ = self.reported("junit", self.TWO_CASES, ["QUIT"], ["RSET", "QUIT"])
        failed = xml.etree.ElementTree.fromstring(out.encode()).findall("*/testcase/failure")
        self.assertEqual(len(failed), 1)
        self.assertIn('expected "NOOP", the client sent "QUIT"', failed[0].get("message"))

    def test_a_report_is_of_a_script(self):
        done = program.run("serve", "--format", "tap")
        self.assertEqual((done.returncode, done.stderr), (2, "smtpsh: --format tap reports on a script: use serve FILE\n"))

    def test_variables_and_secrets_of_the_command_line(self):
        password = tempfile.NamedTemporaryFile("w")
        self.addCleanup(password.close)
        password.write("hush-hush\n")
        password.flush()
        script = ("/var host=not.this\n/secret password\nS: 220 {{host}} {{greeting}}\nC: AUTH PLAIN {{plain greeting password}}\n"
                  "S: 235 ok\nC: QUIT\nS: 221 x\n")
        options = ("--var", "host=mx.example", "--var", "greeting=hello", "--secret", "password=@" + password.name)
        client = self.client(self.serve(script, *options))
        self.assertEqual(client.banner, "220 mx.example hello")
        good, bad = (base64.b64encode(f"\0hello\0{word}".encode()).decode() for word in ("hush-hush", "guess"))
        talk = ["AUTH PLAIN " + good, "QUIT"]
        self.assertEqual(self.reported("tap", script, talk, options=(*options, "--match", "text"))[0], 0)
        status, out, err, _ = self.reported("tap", script, ["AUTH PLAIN " + bad], options=(*options, "--match", "text"))
        self.assertEqual(status, 1)
        self.assertIn("the client sent", out)
        for secret in (good, bad, "hush-hush"):
            self.assertNotIn(secret, out + err)

    def test_strict_fails_what_the_script_does_not_have(self):
        server = self.serve("S: 220 x\nC: EHLO x\nS: 250 x\nC: QUIT\nS: 221 x\n", "--strict", "--times", "2")
        client = self.client(server)
        client.say("EHLO y")
        client.send("RSET\r\n")
        self.assertEqual(client.rest(), "")
        early = wire.Wire(server.host, server.port)
        early.say("EHLO y")
        early.__exit__()
        self.assertEqual(server.process.wait(program.DEADLINE), 1)

    def test_what_fails_is_told(self):
        server = program.Serve("-v", "--strict", "--times", "1", os.path.join(EXAMPLES, "mock-dialogue.smtp"))
        with wire.Wire(server.host, server.port) as client:
            client.send("QUIT\r\n")
            client.rest()
        told = server.process.stdout.read()
        server.__exit__()
        self.assertRegex(told, r'mock-dialogue.smtp:3: expected "EHLO \{\{client:word\}\}", the client sent "QUIT"')

    def test_messages_of_a_mock_are_kept(self):
        lines = tempfile.NamedTemporaryFile("r", suffix=".json")
        self.addCleanup(lines.close)
        server = self.serve(os.path.join(PROFILES, "go-smtp-mock.smtp"), "--messages", lines.name, "--count", "1")
        with smtplib.SMTP(server.host, server.port, local_hostname="me.example", timeout=20) as client:
            client.sendmail("a@b.example", ["c@d.example", "e@f.example"], "Subject: x\r\n\r\nx\r\n")
        self.assertEqual(server.process.wait(program.DEADLINE), 0)
        message = json.loads(lines.read())
        self.assertEqual([r["address"] for r in message["recipients"]], ["e@f.example"])     # the last one, as there
        self.assertEqual(message["text"], "Subject: x\r\n\r\nx\r\n")

    def test_what_cannot_be_served_is_refused(self):
        for script, words in [("S: 220 x\nNOOP\n", ":2"), ("S: 220 /x+/\n", "cannot be sent"), ("/nothing\n", "nothing"),
                              ('/case "a" skip=why\nS: 220 x\n', "every case is skipped")]:
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
                file.write(script)
                file.flush()
                done = program.run("serve", file.name)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
        self.assertEqual(program.run("serve", "/nowhere.smtp").returncode, 2)
        self.assertEqual(program.run("serve", "--profile", "../x").returncode, 2)


    def test_rules_look_at_where_the_dialogue_stands(self):
        script = ("S: 220 x\n/on EHLO if=tls\nS: 250-x\nS: 250 AUTH PLAIN\n/on EHLO\nS: 250-x\nS: 250 STARTTLS\n"
                  "/on MAIL unless=helo\nS: 503 helo\n/on MAIL unless=tls,auth\nS: 250 taken\n/on MAIL unless=auth\nS: 530 auth\n"
                  "/on MAIL if=mail\nS: 503 twice\n/on DATA unless=rcpt\nS: 503 rcpt\n")
        client = self.client(self.serve(script))
        self.assertEqual([client.say(c) for c in ("MAIL FROM:<a@b>", "EHLO a")], ["503 helo", "250-x\n250 STARTTLS"])
        self.assertEqual(client.say("MAIL FROM:<a@b>"), "250 taken")
        client.starttls(wire.context())
        said = [client.say(c) for c in ("MAIL FROM:<a@b>", "EHLO a", "MAIL FROM:<a@b>", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@b>",
                                        "MAIL FROM:<a@b>", "DATA", "RCPT TO:<a@b>", "DATA", ".", "MAIL FROM:<a@b>", "DATA")]
        self.assertEqual([s[:3] for s in said], "503 250 530 235 250 503 503 250 354 250 250 503".split())

    def test_a_rule_sends_all_its_replies(self):
        client = self.client(self.serve("S: 220 m\n/on NOOP\nS: 250 a\n/delay 10ms\nS: 250-b\nS: 250 b\nS: 451 c\n/on RCPT\nS: 250 ok\nS: 550 no\n"
                                        "/on VRFY\nS: 252 first\nS: 421 then\n/drop\n\n/on EXPN then=rst\nS: 250 x\nS: 250 y\n"))
        client.say("EHLO x")
        self.assertEqual([client.say("NOOP"), client.reply(), client.reply()], ["250 a", "250-b\n250 b", "451 c"])
        client.say("MAIL FROM:<a@b.example>")
        self.assertEqual([client.say("RCPT TO:<c@d.example>"), client.reply()], ["250 ok", "550 no"])
        self.assertEqual(client.say("DATA")[:3], "354")         # the first reply is the recipient's
        self.assertEqual(client.say("x\r\n.")[:3], "250")
        self.assertEqual(client.say("VRFY x"), "252 first")
        self.assertEqual(client.rest(), "421 then\r\n")
        client = self.client(self.serve("/on EXPN then=rst\nS: 250 x\nS: 250 y\n"))
        self.assertEqual([client.say("EXPN x"), client.reply()], ["250 x", "250 y"])
        with self.assertRaises(ConnectionResetError):
            client.rest()

    def test_a_second_reply_to_starttls_is_in_the_clear(self):
        client = self.client(self.serve("/on STARTTLS\nS: 220 go\n/delay 20ms\nS: 250 injected\n"))
        client.say("EHLO x")
        client.send("STARTTLS\r\n")
        self.assertEqual([client.reply(), client.reply()], ["220 go", "250 injected"])
        client.file.close()
        client.socket = wire.context().wrap_socket(client.socket, server_hostname="localhost")
        client.file = client.socket.makefile("rb")
        self.assertEqual(client.say("EHLO x")[:3], "250")

    def test_a_reply_has_what_the_expression_matched(self):
        server = self.serve("S: 220 m\n/on MAIL /<([^@]+)@/\nS: 550 5.1.0 {{1}}, {{1}}: no\n/on NOOP /x+/\nS: 250 [{{1}}]\n"
                            "/on RCPT /<[a-z]+@([a-z-]+\\.)+[a-z]+>$/\nS: 550 5.1.2 {{1}}\n/on DOT /^Subject: (.*)/\nS: 554 5.7.1 not \"{{1}}\"\n")
        client = self.client(server)
        client.say("EHLO x")
        self.assertEqual(client.say("MAIL FROM:<ann@b.example>"), "550 5.1.0 ann, ann: no")
        self.assertEqual(client.say("MAIL FROM:<bob@b.example>"), "550 5.1.0 bob, bob: no")
        self.assertEqual(client.say("NOOP axxxb"), "250 [xxx]")
        self.assertEqual(client.say("NOOP x\0x\rx")[:3], "250")         # whatever it holds, one reply comes
        self.assertEqual(client.say("MAIL FROM:<>")[:3], "250")
        self.assertEqual(client.say("RCPT TO:<a@mx.example.org>"), "550 5.1.2 example.")
        client = self.client(self.serve("/on DOT /^Subject: (.*)/\nS: 554 5.7.1 not \"{{1}}\"\n"))
        for line in ("EHLO x", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA"):
            client.say(line)
        self.assertEqual(client.say("To: a\r\nSubject: lottery\r\n\r\nx\r\n."), '554 5.7.1 not "lottery"')

    def test_what_a_rule_cannot_have_is_refused(self):
        for rule in ("/on NOOP\nS: 250 {{1}}\n", "S: 220 {{1}}\n", "/on NOOP\nS: 250 a\n/drop\nS: 250 b\n", "/on NOOP then=rst\nS: 250 a\n/drop\n"):
            file = tempfile.NamedTemporaryFile("w", suffix=".smtp")
            self.addCleanup(file.close)
            file.write(rule)
            file.flush()
            self.assertEqual(program.run("serve", file.name).returncode, 2, rule)

    def test_rules_look_at_the_message(self):
        script = ("S: 220 x\n/on DOT /^Subject: .*virus/\nS: 554 virus\n/on DOT over=40\nS: 552 large\n/on DOT\nS: 250 fine\n"
                  "/on BDAT over=4\nS: 552 large too\n/on ANSWER /^YQ==$/\nS: 535 not a\n")
        client = self.client(self.serve(script))
        ready = ["EHLO a", "MAIL FROM:<a@b>", "RCPT TO:<c@d>"]
        for text, want in [("Subject: a virus\r\n", "554 virus"), ("Subject: x\r\n\r\nSubject-virus\r\n", "250 fine"),
                           ("x" * 50 + "\r\n", "552 large")]:
            for line in ready + ["DATA"]:
                client.say(line)
            self.assertEqual(client.say(text + "."), want)
        for line in ready + ["BDAT 4\r\nab"]:
            self.assertEqual(client.say(line)[:3], "250")
        self.assertEqual(client.say("BDAT 4 LAST\r\nab"), "552 large too")
        self.assertEqual([client.say(c) for c in ("AUTH LOGIN", "YQ==")], ["334 VXNlcm5hbWU6", "535 not a"])

    def test_a_client_that_says_nothing(self):
        for rule, want in [("", "421 4.4.2 Idle timeout exceeded\r\n"), ("/on IDLE\nS: 421 bye\n", "421 bye\r\n"),
                           ("/on IDLE then=close\n", "")]:
            self.assertEqual(self.client(self.serve("S: 220 x\n" + rule, "--idle", "100ms")).rest(), want)

    def test_stopping_says_421(self):
        server = self.serve("S: 220 x\n/on NOOP delay=1h\nS: 250 never\n")
        client, waiting = self.client(server), self.client(server)
        waiting.send("NOOP\r\n")
        self.assertEqual(client.say("RSET"), "250 2.0.0 Ok")
        server.process.terminate()
        self.assertEqual((client.rest(), waiting.rest()), ("421 4.3.2 Server shutting down\r\n", ""))


class Bounds(Served):
    """The options of the server come before the script."""

    def test_tls_from_the_start(self):
        server = self.serve("S: 220 x\nC: EHLO a\nS: 250 x\n", "--tls=implicit")
        self.assertEqual(self.client(server, tls=wire.context()).banner, "220 x")

    def test_refusals(self):
        server = self.serve("S: 220 x\n/on RCPT\nS: 250 rule\n", "--refuse", "helo:bad.example=554 5.7.1 no", "--refuse", "mail:@spam.example",
                            "--refuse", "rcpt:nobody@d=550 User not found", "--refuse", "dot:virus", "--refuse", "data:nodata",
                            "--refuse", "rcpt:bye=421 4.3.2 bye")
        client = self.client(server)
        self.assertEqual([client.say(c)[:9] for c in (
            "EHLO BAD.example", "EHLO good", "MAIL FROM:<a@spam.example>", "MAIL FROM:<a@b> SIZE=5", "RCPT TO:<nobody@d>", "RCPT TO:<virus@d>",
            "DATA", ".", "MAIL FROM:<a@b>", "RCPT TO:<nodata@d>", "DATA", "RCPT TO:<bye@d>")],
            ["554 5.7.1", "250-demo.", "550 5.7.1", "250 2.1.0", "550 User ", "250 rule", "354 Start", "554 5.7.1", "250 2.1.0", "250 rule",
             "554 5.5.1", "421 4.3.2"])
        self.assertEqual(client.rest(), "")

    def test_requirements(self):
        with tempfile.NamedTemporaryFile("w") as accounts:
            accounts.write("ann:secret\n")
            accounts.flush()
            client = self.client(self.serve("S: 220 x\n", "--require-tls", "--require-auth", "--account-file", accounts.name))
        plain = [base64.b64encode(b"\0ann\0" + word).decode() for word in (b"guess", b"secret")]
        self.assertEqual([client.say(c)[:9] for c in ("EHLO a", "AUTH PLAIN", "MAIL FROM:<a@b>")],
                         ["250-demo.", "530 5.7.0", "530 5.7.0"])
        client.starttls(wire.context())
        said = [client.say(c)[:9] for c in ("EHLO a", "MAIL FROM:<a@b>", "AUTH PLAIN " + plain[0], "AUTH PLAIN x", "AUTH LOGIN", "YW5u",
                                            "c2VjcmV0", "MAIL FROM:<a@b>")]
        self.assertEqual(said, ["250-demo.", "530 5.7.0", "535 5.7.8", "501 5.5.2", "334 VXNlc", "334 UGFzc", "235 2.7.0", "250 2.1.0"])

    def test_bounds(self):
        server = self.serve("S: 220 x\n", "--size", "10", "--max-recipients", "1", "--max-messages", "1", "--max-errors", "2")
        client = self.client(server)
        said = [client.say(c)[:9] for c in ("EHLO a", "MAIL FROM:<a@b> SIZE=11", "MAIL FROM:<a@b> SIZE=10", "RCPT TO:<a@b>",
                                            "RCPT TO:<a@b>", "DATA", "123456789\r\n.", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA",
                                            "12345678\r\n.", "MAIL FROM:<a@b>")]
        self.assertEqual(said, ["250-demo.", "552 5.3.4", "250 2.1.0", "250 2.1.5", "452 4.5.3", "354 Start", "552 5.3.4", "250 2.1.0",
                                "250 2.1.5", "354 Start", "250 2.0.0", "421 4.7.0"])
        client = self.client(server)
        self.assertEqual([client.say("FOO")[:3] for _ in range(3)], ["500", "500", "421"])
        self.assertEqual(client.rest(), "")

    def test_fail_fast_and_delays(self):
        client = self.client(self.serve("S: 220 x\n/on NOOP\nS: 450 no\n", "--fail-fast", "--delay", "RSET=300ms"))
        before = time.monotonic()
        self.assertEqual(client.say("RSET"), "250 2.0.0 Ok")
        self.assertGreater(time.monotonic() - before, 0.29)
        self.assertEqual((client.say("NOOP"), client.rest()), ("450 no", ""))

    def test_what_a_script_says_itself(self):
        for option in (["--without", "SIZE"], ["--lmtp"]):
            done = program.run("serve", *option, os.path.join(EXAMPLES, "mock-faults.smtp"))
            self.assertEqual(done.returncode, 2)
            self.assertIn(option[0], done.stderr)

    def test_what_is_kept_is_what_was_granted(self):
        lines = tempfile.NamedTemporaryFile("r", suffix=".json")
        self.addCleanup(lines.close)
        script = ("S: 220 x\n/on RCPT /<no@/\nS: 550 no\n/on MAIL /<no@/\nS: 550 no\n/on DOT times=1\nS: 451 not now\n"
                  "/on DOT\nS: 250 Ok: queued as {{:queueid}}\n/on AUTH / CRAM-MD5/\nS: 334 PDFAYT4=\n/on ANSWER\nS: 235 2.7.0 in\n")
        client = self.client(self.serve(script, "--messages", lines.name))
        client.say("EHLO me.example")
        client.starttls(wire.context())
        client.say("EHLO me.example")
        client.say("AUTH CRAM-MD5")
        client.say(base64.b64encode(b"ann d1ge57").decode())
        message = ["MAIL FROM:<a@b>", "MAIL FROM:<no@b>", "RCPT TO:<no@d>", "RCPT TO:<yes@d>", "DATA", "x\r\n."]
        said = [client.say(line) for line in 2 * message]
        self.assertEqual([s[:3] for s in said], "250 550 550 250 354 451 250 550 550 250 354 250".split())
        kept = [json.loads(line) for line in lines]
        self.assertEqual([(m["from"], [r["address"] for r in m["recipients"]], m["user"], m["helo"], m["tls"]) for m in kept],
                         [("a@b", ["yes@d"], "ann", "me.example", True)])
        self.assertEqual(kept[0]["id"], said[-1].split()[-1])


class Plain(Served):
    """Behind rules and script stands the one plain server, and what they answer is true for it."""

    RULE = "/on RCPT /<full@/\nS: 452 4.2.2 Mailbox full\n"
    READY = ["EHLO a.example", "MAIL FROM:<a@b.example>"]

    def said(self, script, *lines, args=()):
        client = self.client(self.serve(script, *args))
        return [client.say(line)[:3] for line in lines]

    def test_one_rule_takes_nothing_away(self):
        plain, ruled = self.client(program_server(self)), self.client(self.serve(self.RULE))
        lines = ["EHLO a.example", "MAIL FROM:<a@b.example> SIZE=99999999999", "MAIL FROM:<a@b.example> XFOO=1", "MAIL FROM:<a..b@c.example>",
                 "RCPT TO:<c@d.example>", "VRFY a", "EXPN staff", "HELP MAIL", "HELP x", "FOO", "ETRN a", "NOOP x", "AUTH NTLM",
                 "AUTH PLAIN AGRlbW8AZGVtbw==", "AUTH PLAIN", "MAIL FROM:<a@b.example> BODY=BINARYMIME", "RCPT TO:<c@d.example> NOTIFY=NEVER",
                 "DATA", "BDAT 3\r\nx", "MAIL FROM:<>", "RSET", "STARTTLS x"]
        # Where any password will do, what proves that the server knows it too is not offered.
        proofs = re.compile(r" (?:DIGEST-MD5|SCRAM-SHA-\S+)")
        self.assertEqual([ruled.say(line) for line in lines], [proofs.sub("", plain.say(line)) for line in lines])
        self.assertEqual(ruled.banner, plain.banner)
        self.assertIn("250-STARTTLS", plain.say("EHLO a.example"))
        for client in (plain, ruled):
            client.starttls(wire.context())
        self.assertEqual(ruled.say("EHLO a.example"), proofs.sub("", plain.say("EHLO a.example")))

    def test_commands_have_their_order(self):
        self.assertEqual(self.said(self.RULE, "MAIL FROM:<a@b.example>", "EHLO a", "RCPT TO:<c@d.example>", "DATA", "MAIL FROM:<a@b.example>",
                                   "MAIL FROM:<a@b.example>", "DATA", "RSET", "RCPT TO:<c@d.example>"),
                         "503 250 503 503 250 503 554 250 503".split())

    def test_no_recipient_no_message(self):
        self.assertEqual(self.said(self.RULE, *self.READY, "RCPT TO:<full@d.example>", "DATA", "BDAT 3 LAST\r\nx", "RCPT TO:<c@d.example>",
                                   "DATA", "x\r\n."), "250 250 452 554 503 250 354 250".split())

    def test_a_recipient_that_a_rule_takes_is_one(self):
        rules = "/on RCPT /odd/\nS: 250 2.1.5 as you like\n/on MAIL /odd/\nS: 250 fine\n"
        lines = tempfile.NamedTemporaryFile("r", suffix=".json")
        self.addCleanup(lines.close)
        self.assertEqual(self.said(rules, *self.READY, "RCPT TO:odd", "RCPT TO:<c@d.example>", "DATA", "x\r\n.", "MAIL FROM:odd",
                                   "RCPT TO:<c@d.example>", "BDAT 3 LAST\r\nx", "NOOP", args=("--messages", lines.name)),
                         "250 250 250 250 354 250 250 250 250 250".split())
        kept = [json.loads(line) for line in lines]
        self.assertEqual([(m["from"], [r["address"] for r in m["recipients"]]) for m in kept],
                         [("a@b.example", ["odd", "c@d.example"]), ("odd", ["c@d.example"])])
        self.assertNotEqual(kept[0]["id"], kept[1]["id"])

    def test_a_sender_that_a_rule_refuses_begins_no_message(self):
        self.assertEqual(self.said("/on MAIL /bad/\nS: 550 no\n", "EHLO a", "MAIL FROM:<bad@b.example>", "RCPT TO:<c@d.example>",
                                   "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"), "250 550 503 250 250".split())

    def test_a_login_that_a_rule_grants_is_one(self):
        for rule, code, mail in [("/on AUTH\nS: 235 in\n", "235", "250"), ("/on AUTH\nS: 535 no\n", "535", "530"),
                                 ("/on AUTH\nS: 454 later\n", "454", "530"), (self.RULE, "235", "250")]:
            self.assertEqual(self.said(rule, "EHLO a", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@b.example>", "RSET", "AUTH PLAIN AGEAYg==",
                                       args=("--require-auth",)),
                             ["250", code, mail, "250", "503" if rule is self.RULE else code])

    def test_data_that_a_rule_refuses_or_takes(self):
        self.assertEqual(self.said("/on DATA times=1\nS: 451 later\n", *self.READY, "RCPT TO:<c@d.example>", "DATA", "NOOP", "DATA", "x\r\n.",
                                   "MAIL FROM:<>"), "250 250 250 451 250 354 250 250".split())
        self.assertEqual(self.said("/on DATA\nS: 354 go\n/on DOT times=1\nS: 451 no\n", "DATA", "x\r\n.", *self.READY, "RCPT TO:<c@d.example>",
                                   "DATA", "x\r\n.", "DATA"), "354 451 250 250 250 354 250 354".split())

    def test_a_chunk_that_a_rule_refuses(self):
        self.assertEqual(self.said("/on BDAT times=1\nS: 452 full\n", *self.READY, "RCPT TO:<c@d.example>", "BDAT 3\r\nx", "BDAT 3\r\nx",
                                   "MAIL FROM:<>", "RSET", "MAIL FROM:<>", "RCPT TO:<c@d.example>", "BDAT 3\r\nx", "NOOP", "DATA", "BDAT 3 LAST\r\nx",
                                   "MAIL FROM:<>"), "250 250 250 452 503 503 250 250 250 250 250 503 250 250".split())

    def test_tls_that_a_rule_refuses_has_not_begun(self):
        client = self.client(self.serve("/on STARTTLS times=1\nS: 454 not now\n"))
        self.assertEqual([client.say(c)[:3] for c in ("EHLO a", "STARTTLS", "MAIL FROM:<>")], ["250", "454", "250"])
        self.assertEqual(client.starttls(wire.context())[:3], "220")
        self.assertEqual([client.say(c)[:3] for c in ("MAIL FROM:<>", "EHLO a", "STARTTLS", "MAIL FROM:<>")], ["503", "250", "503", "250"])

    def test_errors_of_a_script_are_as_many_as_it_likes(self):
        client = self.client(self.serve("/on NOOP\nS: 550 no\n"))
        self.assertEqual({client.say("NOOP") for _ in range(40)}, {"550 no"})
        self.assertEqual([client.say("FOO")[:3] for _ in range(21)], ["500"] * 20 + ["421"])
        self.assertEqual(client.rest(), "")

    def test_lmtp_behind_rules(self):
        for script, args in [(self.RULE, ("--lmtp",)), ("/on LHLO\nS: 250-x\nS: 250 SIZE\n", ())]:
            client = self.client(self.serve(script, *args))
            for line in ("LHLO a", "MAIL FROM:<>", "RCPT TO:<c@d.example>", "RCPT TO:<e@d.example>", "DATA"):
                client.say(line)
            client.send("x\r\n.\r\nQUIT\r\n")
            self.assertEqual([r[:3] for r in client.rest().split("\r\n")], ["250", "250", "221", ""])

    def test_prdr_behind_rules(self):
        lines = [self.READY[0], self.READY[1] + " PRDR", "RCPT TO:<c@d.example>", "RCPT TO:<e@f.example>", "DATA"]
        whole = "S: 220 x\nC: DATA\nS: 354\nC: .\nS: 353 each\nS: 450 first\nS: 250 second\nS: 250 all\n"
        for script, args, want in [(self.RULE, (), "353 250 250 250"), ("/on DOT\nS: 550 nobody\n", (), "550"),
                                   ("/on DOT\nS: 353 each\n", ("--refuse", "dot:c"), "353 554 250 250"), (whole, (), "353 450 250 250")]:
            with tempfile.NamedTemporaryFile("r", suffix=".json") as kept:
                client = self.client(self.serve(script, "--messages", kept.name, *args))
                for line in lines:
                    client.say(line)
                client.send("x\r\n.\r\nQUIT\r\n")
                self.assertEqual([r[:3] for r in client.rest().splitlines()], [*want.split(), "221"])
                taken = [r["address"] for line in kept for r in json.loads(line)["recipients"]]
                codes = want.split()[1:-1]
                self.assertEqual(taken, [a for a, code in zip(("c@d.example", "e@f.example"), codes) if code == "250"])

    def test_what_is_not_offered_is_no_parameter(self):
        self.assertEqual(self.said("/on EHLO\nS: 250-x\nS: 250 SIZE 100\n", "EHLO a", "MAIL FROM:<> BODY=8BITMIME", "MAIL FROM:<> SIZE=1"),
                         "250 555 250".split())
        self.assertNotIn("SIZE", self.client(self.serve(self.RULE, "--without", "SIZE")).say("EHLO a"))


def program_server(test):
    server = program.Serve()
    test.addCleanup(server.__exit__)
    return server


class Profiles(unittest.TestCase):
    def dialogue(self, name, lines, *options):
        os.environ["SMTPSH_DATA"] = os.path.join(ROOT, "scripts")
        with program.Serve("--profile", name, *options) as server, wire.Wire(server.host, server.port) as client:
            return [client.banner] + [client.say(line) for line in lines]

    def test_go_smtp_mock(self):
        said = self.dialogue("go-smtp-mock", ["EHLO", "HELO a.example", "MAIL FROM:<>", "MAIL FROM:<a@b.example>", "RCPT TO:<a>",
                                              "RCPT TO:<blacklisted@b.example>", "RCPT TO:<unregistered@b.example>",
                                              "RCPT TO:<c@d.example>", "DATA", "x\r\n.", "FOO", "NOOP", "RSET", "QUIT"])
        self.assertEqual(said, [
            "220 Welcome", "501 HELO requires domain address or valid address literal", "250 Received",
            "501 MAIL FROM requires valid email address", "250 Received", "501 RCPT TO requires valid email address",
            "421 Service not available", "550 User not found", "250 Received",
            "354 Ready for receive message. End data with <CR><LF>.<CR><LF>", "250 Received",
            "502 Command unrecognized. Available commands: HELO, EHLO, MAIL FROM:, RCPT TO:, DATA, RSET, NOOP, QUIT",
            "250 Ok", "250 Ok", "221 Closing connection"])

    HELO, MAIL, RCPT, KNOWN = ("501 HELO requires domain address or valid address literal", "501 MAIL FROM requires valid email address",
                               "501 RCPT TO requires valid email address", "502 Command unrecognized. Available commands: HELO, EHLO, "
                               "MAIL FROM:, RCPT TO:, DATA, RSET, NOOP, QUIT")

    def differences(self, name, before, table):
        """Each line after those before, on a connection of its own."""
        os.environ["SMTPSH_DATA"] = os.path.join(ROOT, "scripts")
        wrong = []
        with program.Serve("--profile", name) as server:
            for line, want in table:
                with wire.Wire(server.host, server.port) as client:
                    said = [client.say(line) for line in [*before, line]][-1]
                    if said != want:
                        wrong.append((line, want, said))
        self.assertEqual(wrong, [])

    def test_go_smtp_mocks_arguments(self):
        ok = "250 Received"
        self.differences("go-smtp-mock", [], [
            ("HELO x.example", ok), ("ehlo X.EXAMPLE", ok), ("HELO localhost", ok), ("HELO 192.0.2.1", ok), ("HELO [192.0.2.1]", ok),
            ("HELO b\u00fccher.example", ok), ("HELO", self.HELO), ("HELO x", self.HELO), ("HELO a_b.example", self.HELO),
            ("HELO b.example.", self.HELO), ("HELO xn--bcher-kva.example", self.HELO), ("HELO  a.example", self.HELO),
            ("HELO [IPv6:2001:db8::1]", self.HELO), ("HELO [192.0.2.1", self.HELO), ("HELO a.b", self.HELO)])
        self.differences("go-smtp-mock", ["HELO a.example"], [
            ("MAIL FROM:<a@b.example>", ok), ("mail from: a@b.example", ok), ("MAIL FROM:John Doe <a@b.example>", ok),
            ("MAIL FROM:<a@b.example", ok), ("MAIL FROM:a@b.example>>>", ok), ("MAIL FROM:<a@localhost>", ok),
            ("MAIL FROM:<>", self.MAIL), ("MAIL FROM:<a@b.example> SIZE=5", self.MAIL), ("MAIL FROM:<postmaster>", self.MAIL),
            ("MAIL FROM:<a@[192.0.2.1]>", self.MAIL), ('MAIL FROM:<"a b"@c.example>', self.MAIL), ("MAIL FROM:<a@b@c.example>", self.MAIL),
            ("MAIL FROM:", self.MAIL), ("MAIL data", self.MAIL), ("MAIL  FROM:<a@b.example>", self.KNOWN), ("MAIL", self.KNOWN),
            ("VRFY a", self.KNOWN), ("STARTTLS", self.KNOWN), ("", self.KNOWN), ("DATA x", "503 Bad sequence of commands. DATA should be "
                                                                                        "used after RCPT TO"), ("RSET x", self.KNOWN)])
        self.differences("go-smtp-mock", ["HELO a.example", "MAIL FROM:<a@b.example>"], [
            ("RCPT TO:<a@b.example>", ok), ("RCPT TO:<a@b.example> NOTIFY=NEVER", self.RCPT), ("RCPT TO:<>", self.RCPT),
            ("RCPT  TO:<a@b.example>", self.KNOWN)])
        self.differences("go-smtp-mock", ["HELO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"], [("DATA x", self.KNOWN)])

    def test_go_smtp_mocks_silence(self):
        """A line that has a command in it, but not as its first word, is not answered: the next reply is the next line's."""
        os.environ["SMTPSH_DATA"] = os.path.join(ROOT, "scripts")
        with program.Serve("--profile", "go-smtp-mock") as server, wire.Wire(server.host, server.port) as client:
            for line in ("NOOP hello", "QUIT now", "FOO data", "HELP rset"):
                client.send(line + "\r\n")
                self.assertEqual(client.say("NOOP"), "250 Ok", line)

    def test_what_undoes_what_in_go_smtp_mock(self):
        start = ["HELO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]
        data, sequence = "354 Ready", "503 Bad sequence"
        for lines, want in (([], data), (["RCPT TO:<unregistered@d.example>"], sequence), (["RCPT TO:<x>"], sequence),
                            (["RCPT TO:<unregistered@d.example>", "RCPT TO:<c@d.example>"], data), (["MAIL FROM:<a@b.example>"], sequence),
                            (["MAIL FROM:<>"], sequence), (["RSET"], sequence), (["RSET x"], sequence), (["HELO x"], sequence),
                            (["HELO a.example"], sequence), (["NOOP"], data), (["FOO"], data), (["DATA x"], data)):
            said = self.dialogue("go-smtp-mock", start + lines + ["DATA"])
            self.assertTrue(said[-1].startswith(want), (lines, said))
        said = self.dialogue("go-smtp-mock", [*start, "HELO x", "MAIL FROM:<a@b.example>"])
        self.assertTrue(said[-1].startswith("503 "), said)

    def test_go_smtp_mocks_fail_fast(self):
        said = self.dialogue("go-smtp-mock", ["FOO", "NOOP", "HELO x", "NOOP"], "--fail-fast")
        self.assertEqual([line[:3] for line in said], ["220", "502", "250", "501", ""])

    def test_go_smtp_mocks_size(self):
        line = "x" * 998 + "\r\n"
        said = self.dialogue("go-smtp-mock", ["HELO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA",
                                              line * 10500 + ".", "NOOP"])
        self.assertEqual(said[-2:], ["552 Message exceeded max size of 10485760 bytes", "250 Ok"])

    def test_subethas_arguments(self):
        syntax = '501 Syntax: MAIL FROM: <address>  Error in parameters: "%s"'
        self.differences("subetha", [], [
            ("MAIL", syntax % ""), ("MAIL foo bar", syntax % "foo bar"), ("MAIL FROM:", "501 Syntax: MAIL FROM: <address>"),
            ("mail from:", "250 Ok"), ("MAIL FROM:<>", "250 Ok"), ("MAIL FROM: a@b.example FOO=1", "250 Ok"),
            ("MAIL FROM:<a@b.example> SIZE=5", "552 5.3.4 Message size exceeds fixed limit"), ("MAIL FROM:<a@b.example> SIZE=0", "250 Ok"),
            ("FOO", "500 Error: bad syntax"), ("", "500 Error: bad syntax"), ("FOOBAR", "500 Error: command not implemented"),
            ("EHLO", "501 Syntax: EHLO hostname"), ("HELO", "501 Syntax: HELO <hostname>"), ("RSET x", "250 Ok"), ("NOOP x", "250 Ok"),
            ("STARTTLS x", "501 Syntax error (no parameters allowed)")])
        self.differences("subetha", ["MAIL FROM:<a@b.example>"], [
            ("RCPT", '501 Syntax: RCPT TO: <address>  Error in parameters: ""'), ("RCPT TO:", "250 Ok"), ("RCPT TO:<>", "250 Ok"),
            ("RCPT x y", '501 Syntax: RCPT TO: <address>  Error in parameters: "x y"'),
            ("RCPT TO:<unknown@b.example>", "553 <unknown@b.example> address unknown."),
            ("MAIL FROM:<a@b.example>", "503 5.5.1 Sender already specified.")])

    def test_subethas_chunks(self):
        start, ok = ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"], "250 Message OK, 3 bytes received"
        self.differences("subetha", start, [
            ("BDAT", "503 Error: wrong syntax for BDAT command"), ("BDAT x", "503 Error: integer size expected after BDAT token"),
            ("BDAT 3x", "503 Error: integer size expected after BDAT token"),
            ("BDAT -1", "503 Error: size token after BDAT must be non-negative integer"), ("BDAT 0", "551 5.7.1 Error: Null BDAT request"),
            ("BDAT 3 last\r\nx", "503 Error: expected LAST but found last"),
            ("BDAT 3 LAST x\r\nx", "503 Error: too many arguments found for BDAT command"), ("BDAT 0 LAST", "250 Ok"),
            ("BDAT 3 LAST\r\nx", "250 Ok"), ("BDAT 3\r\nx", ok)])
        self.assertEqual(self.dialogue("subetha", [*start, "BDAT 3\r\nx", "BDAT 3 LAST\r\nx", "DATA"])[3:],
                         [ok, "250 Ok", "503 5.5.1 Error: need MAIL command"])
        os.environ["SMTPSH_DATA"] = os.path.join(ROOT, "scripts")
        with program.Serve("--profile", "subetha") as server, wire.Wire(server.host, server.port) as client:
            for line in [*start, "BDAT 3\r\nx"]:
                client.say(line)
            self.assertEqual(client.say("NOOP x"), "503 Error: expected BDAT command line but encountered: 'NOOP x'")
            self.assertEqual(client.rest(), "421 4.4.0 Problem attempting to execute commands. Please try again later.\r\n")

    def test_go_smtp_mock_in_the_wrong_order(self):
        said = self.dialogue("go-smtp-mock", ["RSET", "MAIL FROM:<a@b.example>", "HELO a.example", "RCPT TO:<c@d.example>", "DATA",
                                              "MAIL FROM:<a@b.example>", "RCPT TO:<gone@d.example>", "DATA"],
                             "--refuse", "rcpt:gone@d.example=550 User not found")
        self.assertEqual(said[1:], [
            "503 Bad sequence of commands. HELO should be the first",
            "503 Bad sequence of commands. MAIL FROM should be used after HELO", "250 Received",
            "503 Bad sequence of commands. RCPT TO should be used after MAIL FROM",
            "503 Bad sequence of commands. DATA should be used after RCPT TO", "250 Received", "550 User not found",
            "503 Bad sequence of commands. DATA should be used after RCPT TO"])

    def test_subetha_in_the_wrong_order(self):
        said = self.dialogue("subetha", ["RCPT TO:<a@x>", "DATA", "MAIL FROM:<a@x>", "MAIL FROM:<a@x>", "DATA", "BDAT 2\r\n",
                                         "RCPT TO:<a@x>", "BDAT 2 LAST\r\n", "AUTH PLAIN AGEAYg==", "AUTH PLAIN AGEAYg=="])
        self.assertEqual([s[:9] for s in said[1:]], ["503 5.5.1", "503 5.5.1", "250 Ok", "503 5.5.1", "503 Error", "503 Error", "250 Ok",
                                                     "250 Ok", "235 Authe", "503 Refus"])
        for login in (["AUTH PLAIN", "AGEAYg=="], ["AUTH LOGIN", "YQ==", "Yg=="], ["AUTH LOGIN", "*"], ["AUTH NTLM"]):
            said = self.dialogue("subetha", login)
            self.assertEqual(said[1:][-1][:9], {"*": "501 Authe", "AUTH NTLM": "504 The r"}.get(login[-1], "235 Authe"), said)

    def test_subetha(self):
        said = self.dialogue("subetha", ["EHLO", "EHLO x", "MAIL", "MAIL FROM:", "MAIL FROM:<>", "RCPT TO:<unknown@x>", "RCPT TO:<a@x>",
                                         "DATA", "x\r\n.", "VRFY x", "AUTH", "FOO", "QUIT"])
        self.assertIn(" ESMTP SubEthaSMTP null", said[0])
        self.assertEqual(said[2].splitlines()[-1], "250 Ok")
        self.assertEqual([r[:3] for r in said], "220 501 250 501 501 250 553 250 354 250 502 501 500 221".split())


class Promises(Served):
    """What a script's server says of itself, it can do; and what its log shows was on the wire."""

    OFFERS = "/on EHLO\nS: 250-mock.example\nS: 250-STARTTLS\nS: 250 8BITMIME\n"

    def says(self, script, *lines, args=()):
        client = self.client(self.serve(script, *args))
        return [client.say(line) for line in lines]

    def test_no_tls_is_promised_where_there_is_none(self):
        for script in ("/on EHLO\nS: 250-mock\nS: 250 8BITMIME\n", self.OFFERS, self.OFFERS + "/on STARTTLS\nS: 220 go\n",
                       "S: 220 mock\nC: EHLO x\nS: 250-mock\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"):
            with self.subTest(script):
                ehlo, starttls, noop = self.says(script, "EHLO x", "STARTTLS", "NOOP", args=("--tls=off",))
                self.assertNotIn("STARTTLS", ehlo)
                self.assertRegex(ehlo.splitlines()[-1], "^250 ")
                self.assertIn(starttls[:3], ("502", "454"))
                self.assertEqual(noop[:3], "250")

    def test_a_script_that_is_to_refuse_tls_offers_it(self):
        ehlo, starttls = self.says(self.OFFERS + "/on STARTTLS\nS: 454 4.7.0 not now\n", "EHLO x", "STARTTLS", args=("--tls=off",))
        self.assertIn("250-STARTTLS", ehlo)
        self.assertEqual(starttls, "454 4.7.0 not now")

    def test_tls_is_not_begun_within_tls(self):
        for script in (self.OFFERS, self.OFFERS + "/on STARTTLS\nS: 220 go\n"):
            client = self.client(self.serve(script))
            client.say("EHLO x")
            self.assertEqual(client.starttls(wire.context())[:3], "220")
            self.assertEqual(client.say("STARTTLS")[:3], "503")
            self.assertEqual(client.say("NOOP")[:3], "250")

    def test_what_is_not_offered_is_not_granted(self):
        replies = self.says("/on EHLO\nS: 250-mock\nS: 250 8BITMIME\n", "EHLO x", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@b.example>",
                            "RCPT TO:<c@d.example>", "BDAT 3 LAST\r\nx", "NOOP")
        self.assertEqual([reply[:3] for reply in replies], ["250", "502", "250", "250", "502", "250"])
        offered = "/on EHLO\nS: 250-mock\nS: 250-CHUNKING\nS: 250 AUTH PLAIN\n"
        replies = self.says(offered, "EHLO x", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "BDAT 3 LAST\r\nx")
        self.assertEqual([reply[:3] for reply in replies], ["250", "235", "250", "250", "250"])

    def test_the_response_is_asked_for_before_the_login_succeeds(self):
        "RFC 4954 4: an empty challenge, where the script has a 235 for AUTH"
        for script in ("/on AUTH\nS: 235 2.7.0 in\n", "S: 220 mock\nC: AUTH PLAIN AGEAYg==\nS: 235 2.7.0 in\nC: NOOP\nS: 250\n"):
            with self.subTest(script):
                self.assertEqual(self.says(script, "AUTH PLAIN", "AGEAYg==", "NOOP")[:2], ["334 ", "235 2.7.0 in"])
                self.assertEqual(self.says(script, "AUTH PLAIN AGEAYg=="), ["235 2.7.0 in"])
        rule = "/on AUTH\nS: 235 2.7.0 in\n"
        self.assertEqual([r[:3] for r in self.says(rule, "AUTH LOGIN", "YQ==", "Yg==")], ["334", "334", "235"])
        self.assertEqual([r[:3] for r in self.says(rule, "AUTH XOAUTH2", "dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ==")], ["334", "235"])
        self.assertEqual([r[:3] for r in self.says(rule, "AUTH PLAIN", "*", "NOOP")], ["334", "501", "250"])
        self.assertEqual([r[:3] for r in self.says(rule, "AUTH PLAIN", "no base64", "NOOP")], ["334", "501", "250"])

    def test_a_reset_comes_after_the_reply(self):
        "symfony/symfony 40414: a 421, and then a reset; whatever the log shows was on the wire"
        long = "".join(f"S: 421-{'x' * 400}\n" for _ in range(200))
        for script in ("/on MAIL then=rst\nS: 421 4.7.0 later\n", "S: 220 mock\nC: MAIL\nS: 421 4.7.0 later\n/rst\n",
                       f"/on MAIL then=rst\n{long}S: 421 4.7.0 later\n"):
            for tls in (False, True):
                with self.subTest(script[:60], tls=tls):
                    server = self.serve(script, *(("--tls", "implicit") if tls else ()))
                    client = self.client(server, tls=wire.context() if tls else None)
                    self.assertEqual(client.say("MAIL FROM:<a@b.example>").splitlines()[-1], "421 4.7.0 later")
                    with socket.socket(fileno=os.dup(client.socket.fileno())) as below:     # Python's TLS takes it for an end
                        below.settimeout(program.DEADLINE)
                        with self.assertRaises(ConnectionResetError):
                            below.recv(1)

    def test_a_close_comes_after_the_reply(self):
        client = self.client(self.serve("/on MAIL then=close\nS: 421 4.7.0 later\n"))
        self.assertEqual(client.say("MAIL FROM:<a@b.example>"), "421 4.7.0 later")
        self.assertEqual(client.rest(), "")


if __name__ == "__main__":
    tap.main()
