"""smtpsh probe: the behaviours that monitoring tools get wrong, each with its state, reason and sentence; the formats, by parsers of others."""
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "servers")]
import pki
import program
import tap
from hostile import EHLO, GREETING, Peer, Server, certificate
from nameserver import NameServer

STATES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
PLAIN = "250-hostile.example\r\n250 SIZE 1000\r\n"


def probe(server, *options, format="json", **keys):
    return program.run("probe", f"127.0.0.1:{server.port}", "--format", format, *options, **keys)


class Case(unittest.TestCase):
    def judged(self, behaviour, state, reason=None, sentence=None, options=(), cause=None):
        """Probes a behaviour, checks state, exit status, reason, sentence and cause, and gives the JSON object."""
        with Server(behaviour) as server:
            done = probe(server, *options)
        got = json.loads(done.stdout.splitlines()[0])
        self.assertEqual((got["state"], got.get("reason")), (state, reason), done.stdout + done.stderr)
        self.assertEqual(done.returncode, STATES[state])
        self.assertEqual(got["ok"], state in ("OK", "WARNING"))
        if sentence:
            self.assertIn(sentence, got["message"])
        if cause:
            self.assertEqual(got["cause"], cause)
            self.assertTrue(got["next"])
        return got


def banner(text):
    return lambda p: p.say(text).hear()


def envelope(p, mail="250 ok\r\n", rcpt="250 ok\r\n"):
    p.hello(PLAIN).obey({"MAIL": mail, "RCPT": rcpt})


class Matrix(Case):
    """The rows of the behaviour matrix."""

    TLS = ("--ca", certificate()[0], "--verify=chain", "-c", "cert_days=1:", "-w", "cert_days=2:")

    @staticmethod
    def tls(p, ehlo=EHLO):
        p.say(GREETING).hear().say(ehlo).hear().say("220 go ahead\r\n").tls().hear().say(PLAIN).hear().say("221 bye\r\n")

    def test_starttls_in_the_middle_of_the_list(self):
        got = self.judged(self.tls, "OK", options=self.TLS)
        self.assertEqual([r["phase"] for r in got["replies"]], ["banner", "ehlo", "starttls", "ehlo_tls", "quit"])
        self.assertTrue(got["tls"]["version"].startswith("TLSv1"))

    def test_starttls_is_the_last_line(self):
        self.judged(lambda p: self.tls(p, "250-hostile.example\r\n250 STARTTLS\r\n"), "OK", options=self.TLS)

    def test_starttls_not_offered(self):
        behaviour = lambda p: p.say(GREETING).hear().say(PLAIN).hear().say("221 bye\r\n")
        self.judged(behaviour, "CRITICAL", "tls_not_offered", "STARTTLS is not offered", ["--tls=starttls"])
        self.judged(behaviour, "WARNING", "tls_not_offered", "STARTTLS is not offered")
        self.judged(behaviour, "OK", options=["--tls=off"])

    def test_starttls_stripped_on_the_way(self):
        self.judged(lambda p: p.say(GREETING).hear().say("250-h.example\r\n250 XXXXXXXA\r\n").hear().say("221 bye\r\n"),
                    "CRITICAL", "tls_not_offered", "STARTTLS is not offered", ["--tls=starttls"], cause="starttls_stripped")

    def test_starttls_refused_for_now(self):
        behaviour = lambda p: p.say(GREETING).hear().say(EHLO).hear().say("454 4.7.0 TLS not available\r\n").hear().say("221 bye\r\n")
        self.judged(behaviour, "WARNING", "reply", "454 4.7.0 TLS not available", ["--tls=starttls"])
        self.judged(behaviour, "WARNING", "reply", "454 4.7.0 TLS not available")
        self.judged(behaviour, "CRITICAL", "reply", options=["--tls=starttls", "--tempfail", "critical"])

    def test_another_protocol_that_greets_with_220(self):
        for greeting, refusal, says in (("220 ProFTPD Server\r\n", "500 EHLO not understood\r\n", "not_smtp"), ("220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n", "not_smtp"),
                                        ("220 mx LMTP Dovecot ready.\r\n", "500 5.5.1 Unknown command\r\n", "lmtp_server"), ("220 mx ready\r\n", "500 use LHLO\r\n", "lmtp_server")):
            got = self.judged(lambda p: p.say(greeting).hear().say(refusal).obey(), "CRITICAL", "reply", cause=says)
            self.assertIn(refusal.strip(), got["message"])
        got = self.judged(lambda p: p.say(GREETING).hear().say("500 no\r\n").obey(), "CRITICAL", "reply")
        self.assertEqual(got["cause"], "ehlo_unknown")

    def test_banner_554(self):
        self.judged(banner("554 5.7.1 no service for you\r\n"), "CRITICAL", "reply", "554 5.7.1 no service for you")

    def test_banner_that_is_none(self):
        behaviour = lambda p: p.say("250 ok here\r\n").hear().say(PLAIN).hear().say("221 bye\r\n")
        self.judged(behaviour, "CRITICAL", "unexpected", "invalid greeting: 250 ok here, not 220 (RFC 5321 4.3.2)", ["--tls=off"])
        self.judged(behaviour, "OK", options=["--tls=off", "--expect-banner", "^250 ok"])
        self.judged(behaviour, "OK", options=["--tls=off", "--state", "banner.unexpected=OK"])
        self.judged(banner("354 go on\r\n"), "CRITICAL", "unexpected", "354 go on", ["--tls=off"])
        self.judged(banner("554 ************************\r\n"), "CRITICAL", "reply", "554 ****", ["--tls=off"])

    def test_banner_421_and_close_is_a_rate_limit(self):
        self.judged(lambda p: p.say("421 4.7.0 too many connections\r\n").close(), "WARNING", "rate_limited",
                    "421 4.7.0 too many connections")

    def test_expired_certificate_is_shown_and_critical(self):
        place = pki.make()
        cert, key = place + "/expired.chain.pem", place + "/expired.key"
        # The own server shows it.
        with program.Serve("--cert", cert, "--key", key) as server:
            done = program.run("probe", f"{server.host}:{server.port}", "--tls=starttls", "--format", "json")
        got = json.loads(done.stdout)
        self.assertEqual((got["state"], done.returncode), ("CRITICAL", 2), done.stdout)
        self.assertLess(got["tls"]["days_left"], 0)
        days = [c for c in got["checks"] if c["name"] == "cert_days"][0]
        self.assertEqual(days["state"], "CRITICAL")
        self.assertIn("expired", days["message"])

    def test_certificate_with_few_days(self):
        got = self.judged(self.tls, "WARNING", "threshold", "expires in", ["--verify=off", "-w", "cert_days=30:", "-c", "cert_days=1:"])
        self.assertEqual(got["replies"][-1]["code"], 221)      # the other checks were run, and QUIT was said

    def test_mail_refused(self):
        self.judged(lambda p: envelope(p, mail="530 5.7.0 authenticate first\r\n"), "CRITICAL", "reply",
                    "MAIL FROM rejected: 530 5.7.0 authenticate first", ["--tls=off", "--from", "a@b.example"])

    def test_quit_never_answered_is_noted_only(self):
        begun = time.monotonic()
        got = self.judged(lambda p: p.say(GREETING).hear().say(PLAIN).hear().until_gone().wait(3), "OK", options=["--tls=off"])
        self.assertLess(time.monotonic() - begun, 4)
        self.assertIn("no reply to QUIT in time", json.dumps(got["checks"]))

    def test_auth_plain(self):
        with program.Serve("--ca-out", tempfile.mktemp()) as server:
            done = program.run("probe", f"{server.host}:{server.port}", "--auth=PLAIN", "--user", "demo", "--password-env", "PROBE_SECRET",
                               "--format", "json", env=program.environment(PROBE_SECRET="demo"))
        got = json.loads(done.stdout)
        self.assertIn("auth", got["seconds"], done.stdout)
        self.assertNotIn("ZGVtbw", done.stdout)

    def test_no_such_name(self):
        done = program.run("probe", "--resolve", "other.example:127.0.0.1", "no-such-name.invalid", "--format", "json", "--timeout", "resolve=2s")
        got = json.loads(done.stdout)
        self.assertEqual((got["state"], got["phase"], done.returncode), ("CRITICAL", "resolve", 2))
        self.assertRegex(got["reason"], "^(resolve_|no_address)")

    # owner's answer to A and MX, target, reason
    LOOKUPS = (
        ({("a.example", "A"): "SERVFAIL"}, "a.example", "resolve_servfail"),
        ({("a.example", "A"): "REFUSED", ("a.example", "AAAA"): "REFUSED"}, "a.example", "resolve_refused"),
        ({("a.example", "A"): "garbage", ("a.example", "AAAA"): "garbage"}, "a.example", "malformed"),
        ({("a.example", "A"): "silent", ("a.example", "AAAA"): "silent"}, "a.example", "resolve_timeout"),
        ({("a.example", "A"): "stranger", ("a.example", "AAAA"): "stranger"}, "a.example", "resolve_timeout"),
        ({("a.example", "A"): "endless", ("a.example", "AAAA"): "endless"}, "a.example", "malformed"),
        ({("a.example", kind): "short" for kind in ("A", "AAAA")} | {("a.example", "A whole"): ["127.0.0.1"],
          ("a.example", "AAAA whole"): ["::1"]}, "a.example", "malformed"),
        ({("a.example", "CNAME"): ["b.example"], ("b.example", "CNAME"): ["a.example"]}, "a.example", "no_address"),
        ({("a.example", "MX"): "stranger"}, "@a.example", "resolve_timeout"),
        ({("b.example", "A"): ["127.0.0.1"]}, "a.example", "resolve_nxdomain"),
        ({("a.example", "TXT"): ["x"]}, "a.example", "no_address"),
        ({("nxdomain.servfail.example", "TXT"): ["x"]}, "nxdomain.servfail.example", "no_address"),
        ({("a.example", "MX"): [(0, "")]}, "@a.example", "null_mx"),
        ({("a.example", "MX"): "SERVFAIL"}, "@a.example", "resolve_servfail"),
        ({("a.example", "MX"): "silent"}, "@a.example", "resolve_timeout"),
        ({("b.example", "MX"): [(0, "x")]}, "@a.example", "resolve_nxdomain"),
        ({("a.example", "MX"): [(1, "m.example"), (2, "n.example")]}, "@a.example", "resolve_nxdomain"),
        ({("a.example", "MX"): [(1, "m.example"), (2, "n.example")], ("n.example", "TXT"): ["x"]}, "@a.example", "no_address"),
    )

    def test_a_look_up_that_fails_has_the_reason_of_what_the_name_servers_did(self):
        for zone, target, reason in self.LOOKUPS:
            with self.subTest(zone=zone), NameServer(zone) as dns:
                done = program.run("probe", target, "--dns", dns.address, "--timeout", "resolve=500ms", "--format", "json")
                got = json.loads(done.stdout)
                self.assertEqual((got["state"], got["phase"], got["reason"]), ("CRITICAL", "resolve", reason), done.stdout)
                self.assertEqual(done.returncode, 2)
                self.assertLess(got["seconds"]["total"], program.DEADLINE / 2)         # a deadline of 500 ms, on a machine that is busy

    def test_the_banner_is_what_a_banner_expectation_checks(self):
        behaviour = lambda p: p.say(GREETING).hear().say("250 mail.example\r\n").hear().say("221 bye\r\n")
        self.judged(behaviour, "WARNING", "assertion", "220 hostile.example", ["--tls=off", "--expect-banner", "mail.example"])
        self.judged(behaviour, "OK", options=["--tls=off", "--expect-banner", "^220 hostile"])

    def test_slow_is_a_warning_below_the_critical_limit(self):
        behaviour = lambda p: p.wait(0.3).say(GREETING).hear().say(PLAIN).hear().say("221 bye\r\n")
        self.judged(behaviour, "WARNING", "threshold", "limit 0.2; most of it ", ["--tls=off", "-w", "0.2", "-c", "30"])

    def test_a_line_names_the_whole_and_its_slowest_phase(self):
        for format, words in (("nagios", r" total: total 0\.\d+ s, limit 0\.2; most of it banner, 0\.\d+ s \("),
                              ("text", r"  total: total 0\.\d+ s, limit 0\.2; most of it banner, 0\.\d+ s ")):
            with Server(lambda p: p.wait(0.3).say(GREETING).hear().say(PLAIN).hear().say("221 bye\r\n")) as server:
                done = probe(server, "--tls=off", "-w", "0.2", "-c", "30", format=format)
            self.assertRegex(done.stdout, words)

    def test_a_refused_connection_is_told_once(self):
        told = program.run("probe", "-vv", "127.0.0.1:1").stdout
        self.assertEqual(len([line for line in told.splitlines() if line.startswith("*** ")]), 1, told)

    def test_no_format_says_the_phase_twice(self):
        for format in ("text", "nagios", "json", "prom", "openmetrics", "influx", "csv", "markdown", "tap", "junit", "html"):
            with Server(lambda p: p.say(GREETING).hear().say(PLAIN).hear()) as server:
                done = probe(server, "--tls=starttls", "-v", format=format)
            self.assertNotRegex(done.stdout, r"(?i)\b(\w+): \1: ", format)


class Hostile(Case):
    def test_split_banner_and_long_banner(self):
        whole = lambda p: p.drip("220-one\r\n220 two\r\n", 0.01).hear().say(PLAIN).hear().say("221 bye\r\n")
        got = self.judged(whole, "OK", options=["--tls=off"])
        self.assertEqual(got["replies"][0]["text"], ["one", "two"])

    def test_ehlo_reply_in_one_segment_with_the_banner(self):
        """It came before EHLO was sent, so it is no reply to it."""
        got = self.judged(lambda p: p.say(GREETING + EHLO).hear(2).say("454 no\r\n").hear().say("221 bye\r\n"), "CRITICAL", "unexpected")
        self.assertNotIn("extensions", got)

    def test_bare_lf_is_noted(self):
        got = self.judged(lambda p: p.say("220 x\n").hear().say("250 x\n").hear().say("221 x\n"), "WARNING", "malformed", options=["--tls=off"])
        self.assertIn("bare_lf", [c["name"] for c in got["checks"]])

    def test_very_long_line(self):
        self.judged(lambda p: p.say("220 " + "x" * 250000 + "\r\n").hear().say(PLAIN).hear().say("221 x\r\n"), "OK", options=["--tls=off"])

    def test_no_smtp(self):
        self.judged(banner("SSH-2.0-hello\r\n"), "CRITICAL", "malformed", "SSH-2.0-hello")

    def test_a_sentence_has_all_that_came(self):
        "a NUL does not end it, nor does an empty reply leave it empty"
        for reply, reason, said in (("550 no\0thing\r\n", "reply", "EHLO rejected: 550 no\\x00thing"),
                                    ("000 what\r\n", "malformed", "malformed: 000 what"), ("\r\n", "malformed", "to EHLO is malformed"),
                                    ("550-a\0\r\n550 b\r\n", "reply", "550 a\\x00 b")):
            got = self.judged(lambda p: p.hello(reply).obey(), "CRITICAL", reason, options=["--tls=off"])
            self.assertIn(said, [c["message"] for c in got["checks"] if c["state"] == "CRITICAL"][0])
        self.judged(lambda p: p.say("220-ha\0lf").close(), "CRITICAL", "eof", "during its greeting: 220-ha\\x00lf")

    def test_early_disconnect(self):
        self.judged(lambda p: p.close(), "CRITICAL", "eof", "before its greeting", cause="closed_before_greeting")
        self.judged(lambda p: p.say("220-half").close(), "CRITICAL", "eof", "during its greeting: 220-half")

    def test_silence_is_a_timeout(self):
        self.judged(lambda p: p.until_gone(), "CRITICAL", "timeout", "waiting for the greeting", ["--timeout", "greeting=200ms"], cause="silent_port")

    def test_total_time_ends_it(self):
        begun = time.monotonic()
        self.judged(lambda p: p.until_gone(), "CRITICAL", "timeout", "not finished within 300 ms", ["-t", "300ms"])
        self.assertLess(time.monotonic() - begun, 3)

    def test_injection_behind_the_220(self):
        self.judged(lambda p: p.say(GREETING).hear().say(EHLO).hear().say("220 go\r\n250 evil\r\n").hear(), "CRITICAL", "injection",
                    options=["--tls=starttls"])

    def test_tls_that_is_none(self):
        behaviour = lambda p: p.say(GREETING).hear().say(EHLO).hear().say("220 go\r\n").octets() and p.say("not TLS at all\r\n").hear()
        self.judged(behaviour, "WARNING", "tls_handshake")
        self.judged(behaviour, "CRITICAL", "tls_handshake", options=["--tls=starttls"])

    def test_greylisting_is_named(self):
        self.judged(lambda p: envelope(p, rcpt="451 4.7.1 Greylisted, come back\r\n"), "WARNING", "reply", "451 4.7.1",
                    ["--tls=off", "--to", "a@b.example"], cause="greylisted")

    def test_extensions_required_expected_forbidden(self):
        behaviour = lambda p: p.say(GREETING).hear().say("250-h.example\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000\r\n").hear().say("221 x\r\n")
        off = ["--tls=off"]
        self.judged(behaviour, "OK", options=off + ["--require-ext", "SIZE=500:,AUTH=LOGIN"])
        self.judged(behaviour, "CRITICAL", "assertion", "SIZE is offered as \"1000\"", off + ["--require-ext", "SIZE=10000:"])
        self.judged(behaviour, "WARNING", "assertion", "DSN is not offered", off + ["--expect-ext", "DSN"])
        self.judged(behaviour, "CRITICAL", "assertion", "must not be", off + ["--forbid-ext", "AUTH@clear"])

    def test_a_file_may_be_the_standard_input(self):
        done = program.run("probe", "--tls=off", "--expect-ext-set", "-", "demo:", input="NONESUCH\n")
        self.assertIn('ehlo: extensions changed: "NONESUCH" is gone', done.stdout)
        self.assertEqual(done.returncode, 1)
        done = program.run("probe", "--tls=off", "-v", "--from", "a@b.example", "--to", "c@d.example", "--until", "data", "--send", "-",
                           "demo:", input="Subject: from a pipe\n\nhi\n")
        self.assertIn(" -> Subject: from a pipe\n", done.stdout)

    def test_the_dots_of_a_message_are_doubled(self):
        "RFC 5321 4.5.2: what is sent arrives as it was, and no line of it ends the message"
        text = ".\n..\nSubject: x\n\n.\n.dot\n..two\na.b\n.\n"
        with tempfile.TemporaryDirectory() as place:
            with program.Serve("--messages", place + "/lines") as server:
                done = program.run("probe", server.where, "--tls=off", "--from", "a@b.example", "--to", "c@d.example", "--until", "data",
                                   "--send", "-", input=text)
                self.assertEqual(done.returncode, 0, done.stdout)
            with open(place + "/lines", encoding="utf-8") as lines:
                self.assertEqual([json.loads(line)["text"] for line in lines], [text.replace("\n", "\r\n")])

    def test_a_recorded_set_of_extensions(self):
        with tempfile.TemporaryDirectory() as place:
            record = place + "/set"
            say = lambda text: lambda p: p.say(GREETING).hear().say(text).hear().say("221 x\r\n")
            self.judged(say(PLAIN), "OK", options=["--tls=off", "--write-ext-set", record])
            self.judged(say(PLAIN), "OK", options=["--tls=off", "--expect-ext-set", record])
            self.judged(say("250-h.example\r\n250-DSN\r\n250 SIZE 1000\r\n"), "WARNING", "assertion", "\"DSN\" is new",
                        ["--tls=off", "--expect-ext-set", record])
            self.assertEqual(os.listdir(place), ["set"])
            with Server(say(PLAIN)) as server:
                done = program.run("probe", f"127.0.0.1:{server.port}", "--tls=off", "--write-ext-set", "/dev/full")
            self.assertEqual((done.returncode, done.stderr), (3, "smtpsh: cannot write /dev/full: No space left on device\n"))

    def test_states_can_be_changed(self):
        self.judged(banner("554 go away\r\n"), "WARNING", "reply", options=["--state", "banner.reply=WARNING"])

    def test_nobody_there(self):
        done = program.run("probe", "127.0.0.1:1", "--format", "json")
        got = json.loads(done.stdout)
        self.assertEqual((got["reason"], got["message"], done.returncode), ("connect_refused", "connection refused", 2))

    def test_usage_is_unknown(self):
        for args in ([], ["--until", "never", "x"], ["-w", "ten", "x"], ["--targets", "/nowhere/at/all"], ["--state", "x", "y"]):
            done = program.run("probe", *args)
            self.assertEqual(done.returncode, 3, args)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for args, said in ((["-w", "ten"], 'smtpsh: -w: "ten" is not a range'), (["-c", "total=1,x=2"], 'smtpsh: -c: unknown threshold "x"')):
            self.assertIn(said, program.run("probe", *args, "x").stderr)


class Depth(Case):
    """A probe never says OK of what it did not do."""

    def test_a_depth_wants_what_it_takes(self):
        for words, wanted in (("auth", "--user NAME or --auth"), ("rcpt", "--to ADDR"), ("data", "--to ADDR"),
                              ("data --to a@b.example", "--send FILE")):
            done = program.run("probe", "demo:", "--until", *words.split())
            self.assertEqual((done.returncode, done.stdout), (3, ""), words)
            self.assertIn(f"--until {words.split()[0]} requires {wanted}", done.stderr)

    def test_mail_alone_has_the_null_path(self):
        got = self.judged(envelope, "OK", options=("--until", "mail", "--tls=off"))
        self.assertIn("mail", got["seconds"])

    def test_what_the_asker_lacks_is_not_the_servers_fault(self):
        def login(p):
            p.say(GREETING).hear().say("250-x\r\n250 AUTH PLAIN\r\n").hear()

        self.judged(login, "UNKNOWN", "auth", "--password-file", ("--auth=PLAIN", "--user", "x", "--tls=off"))
        self.judged(login, "UNKNOWN", "auth", "--user NAME", ("--auth=PLAIN", "--tls=off"))
        self.judged(lambda p: p.say(GREETING).hear().say(PLAIN).hear(), "CRITICAL", "auth", "does not offer AUTH",
                    ("--auth", "--user", "x", "--tls=off"))

    def test_a_target_may_log_in_by_its_own_line(self):
        with program.Serve() as server:
            done = program.run("probe", "--targets", "-", "--format", "json", "--tls=off", env=program.environment(GOOD="demo", BAD="wrong"),
                               input="".join(f"{server.where} auth=PLAIN user=demo password-env={word}\n" for word in ("GOOD", "BAD")))
        got = {o["number"]: (o["state"], "auth" in o["seconds"]) for o in map(json.loads, done.stdout.splitlines()) if "number" in o}
        self.assertEqual(got, {1: ("OK", True), 2: ("CRITICAL", True)}, done.stdout + done.stderr)


EVIL = "554 a|b='1;2' \x1b[31mred\x07 \"q\" <tag> & \\ \xff\xfe end\r\n"
PERF = re.compile(r"^(?:'(?:[^'=]|'')+'|[^'= ]+)=(?:U|-?[0-9]+(?:\.[0-9]+)?)(?:s|us|ms|%|B|KB|MB|TB|c)?(?:;[^; ]*){0,4}$")


class Formats(Case):
    def output(self, format, *options, behaviour=banner(EVIL)):
        with Server(behaviour) as server:
            return probe(server, *options, format=format).stdout

    def test_nothing_of_a_peer_reaches_the_terminal_raw(self):
        for format in ("text", "nagios", "json", "prom", "openmetrics", "influx", "csv", "markdown", "tap", "junit", "html"):
            text = self.output(format)
            self.assertNotIn("\x1b", text, format)
            self.assertNotIn("\x07", text, format)
            text.encode("utf-8")

    def test_nagios_keeps_the_grammar_of_performance_data(self):
        out = self.output("nagios", "-w", "5,connect=1", "-c", "@10:20")
        line, why = out.rstrip("\n").split("\n")          # and why, as long output
        self.assertIn(" Next: ", why)
        status, perf = line.split("|")
        self.assertTrue(status.startswith("SMTP CRITICAL - 127.0.0.1:"), status)
        for item in perf.split():
            self.assertRegex(item, PERF)
        labels = [item.split("=")[0] for item in perf.split()]
        self.assertEqual(len({label[:19] for label in labels}), len(labels))
        self.assertIn("banner=U", perf)

    def test_junit_is_xml(self):
        suite = xml.etree.ElementTree.fromstring(self.output("junit"))
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        self.assertIn("<tag>", suite.find("testcase/failure").get("message"))

    def test_json_keeps_the_octets(self):
        import base64
        got = json.loads(self.output("json"))
        self.assertIn(b"\xff\xfe end", base64.b64decode(got["replies"][0]["raw_base64"]))
        self.assertIn("\ufffd", got["replies"][0]["text"][0])

    def test_influx_is_one_line(self):
        self.assertRegex(self.output("influx"), r"\Asmtp_probe,target=\S+,address=127\.0\.0\.1 state=2i,ok=false,\S+ \d{19}\n\Z")

    def test_several_at_once_into_files(self):
        with tempfile.TemporaryDirectory() as place:
            out = self.output(f"prom:{place}/x.prom", "--format", f"tap:{place}/x.tap", "--format", "nagios")
            with open(place + "/x.prom") as prom, open(place + "/x.tap") as taps:
                self.assertIn("probe_success 0\n", prom.read())
                self.assertIn("not ok 1 - 127.0.0.1", taps.read())
            self.assertEqual(sorted(os.listdir(place)), ["x.prom", "x.tap"])
        self.assertTrue(out.startswith("SMTP CRITICAL"))

    def test_what_is_no_plain_file_is_written_to_and_not_replaced(self):
        with tempfile.TemporaryDirectory() as place:
            os.mkfifo(place + "/pipe")
            end = os.open(place + "/pipe", os.O_RDWR)
            self.output(f"prom:{place}/pipe")
            self.assertIn(b"probe_success 0\n", os.read(end, 65536))
            os.close(end)
            self.assertEqual(os.listdir(place), ["pipe"])

    def test_what_was_done_is_not_noted_in_a_pipe_that_nobody_reads(self):
        with tempfile.TemporaryDirectory() as place, program.Serve() as server:
            os.mkfifo(place + "/done")
            done = program.run("probe", "--targets", "-", "--resume", place + "/done", input=server.where)
            self.assertEqual(done.returncode, 3, done.stdout)

    def test_metrics_of_a_fleet_have_its_labels_though_it_is_one(self):
        with program.Serve() as server:
            out = program.run("probe", "--targets", "-", "--tls=off", "--format", "prom", input=server.where).stdout
            one = program.run("probe", server.where, "--tls=off", "--format", "prom").stdout
        self.assertIn(f'probe_success{{target="{server.where}",address="127.0.0.1"}} 1\n', out)
        self.assertIn("probe_success 1\n", one)
        self.assertIn(f'probe_smtp_target_up{{mx="127.0.0.1",family="4",target="{server.where}",address="127.0.0.1"}} 1\n', one)

    def test_prometheus_has_no_reply_text_and_blackbox_names(self):
        out = self.output("prom", behaviour=banner("554 5.7.1 go away please\r\n"))
        self.assertNotIn("go away", out)
        self.assertIn('probe_smtp_failure_info{phase="banner",reason="reply",code="554",enhanced="5.7.1"} 1', out)
        self.assertIn("probe_ip_protocol 4", out)


class Fleet(Case):
    def test_targets_from_a_pipe_in_order_of_completion(self):
        with program.Serve() as server:
            lines = "".join(f"{server.host}:{server.port} name=n{i} # comment\n" for i in range(100))
            lines += "\n# nothing\n127.0.0.1:1 name=gone\n"
            done = program.run("probe", "--targets", "-", "--tls=off", "--per-host", "8", "--format", "json", input=lines)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(objects[-1]["summary"]["targets"], 101)
        self.assertEqual((objects[-1]["summary"]["ok"], objects[-1]["summary"]["critical"]), (100, 1))
        self.assertEqual(sorted(o["number"] for o in objects[:-1]), list(range(1, 102)))
        self.assertEqual({o["name"] for o in objects[:-1]}, {f"n{i}" for i in range(100)} | {"gone"})
        self.assertEqual(done.returncode, 2)

    def test_a_bad_line_is_named_with_its_place(self):
        done = program.run("probe", "--targets", "-", input="demo:\n25\ndemo: colour=red\n")
        self.assertIn("smtpsh: -:2: \"25\" is a number", done.stderr)
        self.assertIn("smtpsh: -:3: \"colour=red\" is not a target setting", done.stderr)
        self.assertEqual(done.returncode, 3)

    def test_options_of_one_target(self):
        with program.Serve() as server:
            done = program.run("probe", "--targets", "-", "--format", "json", "--tls=off",
                               input=f"{server.host} port={server.port} to=unknown@x.example\n{server.host}:{server.port}\n")
        got = {o["number"]: o["state"] for o in map(json.loads, done.stdout.splitlines()) if "number" in o}
        self.assertEqual(got, {1: "CRITICAL", 2: "OK"}, done.stdout)

    def test_what_is_no_option_of_one_target(self):
        for word in ("jobs=3", "format=json", "rate=5", "ca=x.pem", "dns=127.0.0.1", "output=x", "verbose="):
            done = program.run("probe", "--targets", "-", input=f"demo: {word}\n")
            self.assertIn(f'"{word}" is not a target setting', done.stderr)

    def test_own_options_do_not_meddle(self):
        with program.Serve() as server:
            lines = "".join(f"{server.where} expect-banner={'ESMTP' if i % 2 else 'nothing'} resolve=a{i}.example:127.0.0.1\n" for i in range(50))
            done = program.run("probe", "--targets", "-", "--format", "json", "--tls=off", "--expect-banner", "^220", "--per-host", "9",
                               input=lines + f"{server.where}\n")
        got = {o["number"]: o["state"] for o in map(json.loads, done.stdout.splitlines()) if "number" in o}
        self.assertEqual(got, {**{i + 1: "OK" if i % 2 else "WARNING" for i in range(50)}, 51: "OK"}, done.stderr)

    def test_retries_are_only_for_what_has_no_verdict(self):
        seen = []

        def second_time(p):
            seen.append(1)
            if len(seen) == 1:
                p.close()
            else:
                p.say(GREETING).hear().say(PLAIN).hear().say("221 x\r\n")
        got = self.judged(second_time, "OK", options=["--tls=off", "--retries", "2", "--retry-wait", "10ms"])
        self.assertEqual(got["attempt"], 2)
        got = self.judged(banner("554 no\r\n"), "CRITICAL", "reply", options=["--retries", "2", "--retry-wait", "10ms"])
        self.assertEqual(got["attempt"], 1)

    def test_a_look_up_is_tried_again_too(self):
        with NameServer({("x.example", "A"): "SERVFAIL"}) as dns:
            got = json.loads(program.run("probe", "x.example", "--dns", dns.address, "--retries", "2", "--retry-wait", "10ms", "--format",
                                         "json").stdout)
        self.assertEqual((got["reason"], got["attempt"]), ("resolve_servfail", 3))

    def test_an_mx_without_an_address_is_told(self):
        with program.Serve() as server, NameServer({("d.example", "MX"): [(10, "mx1.d.example"), (20, "gone.d.example")],
                                                    ("mx1.d.example", "A"): ["127.0.0.1"]}) as dns:
            done = program.run("probe", "@d.example", "--dns", dns.address, "-p", str(server.port), "--tls=off", "--format", "json")
        got = {o["mx"]["host"]: (o["state"], o.get("reason")) for o in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(got, {"mx1.d.example": ("OK", None), "gone.d.example": ("CRITICAL", "resolve_nxdomain")})
        self.assertEqual(done.returncode, 2)

    def test_no_more_at_once_than_there_are_descriptors(self):
        with program.Serve() as server:
            lines = f"{server.where}\n" * 300
            done = subprocess.run(["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh", program.SMTPSH, "probe", "--targets", "-", "--tls=off",
                                   "--jobs", "1000", "--per-host", "1000", "--format", "json"], input=lines, capture_output=True, text=True,
                                  env=program.environment(), timeout=program.DEADLINE)
        self.assertIn("--jobs 1000 reduced to 68", done.stderr)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["summary"]["ok"], 300)

    def test_no_file_is_left_when_another_cannot_be_written(self):
        with tempfile.TemporaryDirectory() as place:
            done = program.run("probe", "demo:", "--format", f"prom:{place}/x.prom", "--format", "json:/nowhere/x")
            self.assertEqual((os.listdir(place), done.returncode), ([], 3))

    def test_resume_leaves_out_what_was_done(self):
        with tempfile.TemporaryDirectory() as place, program.Serve() as server:
            where, note = f"{server.host}:{server.port}", place + "/done"
            first = program.run("probe", "--targets", "-", "--tls=off", "--resume", note, input=f"{where}\n")
            self.assertIn("1 target, 1 address in", first.stdout)
            again = program.run("probe", "--targets", "-", "--tls=off", "--resume", note, input=f"{where}\ndemo:\n")
        self.assertIn("1 target,", again.stdout)
        self.assertIn("demo", again.stdout)

    def test_interrupted_says_what_was_not_done(self):
        with Server(lambda p: p.until_gone()) as server:
            process = subprocess.Popen([program.SMTPSH, "probe", "--targets", "-", "-t", "60s", "--timeout", "60s"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=program.environment())
            process.stdin.write(f"127.0.0.1:{server.port}\n127.0.0.1:1\n")
            process.stdin.flush()
            process.stdin.close()
            line = process.stdout.readline()        # the refused one: now the other is at work
            process.send_signal(2)
            out, err = line + process.stdout.read(), process.stderr.read()
            process.stdout.close(), process.stderr.close()
            self.assertEqual(process.wait(program.DEADLINE), 130)
        self.assertIn("1 not probed", out)
        self.assertIn(f"not probed: 127.0.0.1:{server.port}", err)

    def test_quorum_and_addresses(self):
        rules = ["--resolve", "two.example:127.0.0.1", "--resolve", "two.example:127.0.0.2"]
        with program.Serve() as server:
            target = f"two.example:{server.port}"
            every = program.run("probe", target, "--tls=off", "--format", "json", *rules)
            quorum = program.run("probe", target, "--tls=off", "--quorum", "1", *rules)
            first = program.run("probe", target, "--tls=off", "--addresses", "first", "--format", "json", *rules)
        self.assertEqual({json.loads(line)["address"] for line in every.stdout.splitlines()}, {"127.0.0.1", "127.0.0.2"})
        self.assertEqual((every.returncode, quorum.returncode), (2, 0))
        self.assertEqual(len(first.stdout.splitlines()), 1)

    def test_watch_tells_the_manager(self):
        import socket
        with tempfile.TemporaryDirectory() as place, program.Serve() as server:
            manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            manager.bind(place + "/notify")
            manager.settimeout(program.DEADLINE)
            process = subprocess.Popen([program.SMTPSH, "probe", f"{server.host}:{server.port}", "--tls=off", "--watch", "100ms"],
                                       stdout=subprocess.DEVNULL, env=program.environment(NOTIFY_SOCKET=place + "/notify"))
            ready, first, second = [manager.recv(1000).decode() for _ in range(3)]
            process.terminate()
            self.assertEqual(process.wait(program.DEADLINE), 143)
            last = manager.recv(1000).decode()
            while "STOPPING=1" not in last:
                last = manager.recv(1000).decode()
            manager.close()
        self.assertIn("READY=1", ready)            # before the first round, which may be long
        self.assertIn("WATCHDOG=1\nSTATUS=1 target: 1 ok", first)
        self.assertIn("WATCHDOG=1", second)


class Script(Case):
    """--script: any script is a probe."""
    LINES = ("C: EHLO ${who}\nS: 250\n", "C: MAIL FROM:<a@b.example>\nS: 250\n", "C: RCPT TO:<c@d.example>\nS: 250\n", "C: QUIT\nS: 221\n")

    def played(self, behaviour, state, reason=None, sentence=None, script="".join(LINES), options=()):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
            file.write(script)
            file.flush()
            got = self.judged(behaviour, state, reason, sentence, ["--script", file.name, "--var", "who=me.example", *options])
            self.assertNotIn("/", got.get("message", "").replace(file.name, ""))
        return got

    def test_it_has_to_pass(self):
        got = self.played(lambda p: p.hello(PLAIN).obey(), "OK")
        self.assertEqual([r["phase"] for r in got["replies"]], ["banner", "ehlo", "mail", "rcpt", "quit"])
        self.assertIn("rcpt", got["seconds"])

    def test_the_line_that_fails_is_named_in_its_phase(self):
        got = self.played(lambda p: p.hello(PLAIN).obey({"RCPT": "550 5.1.1 nobody\r\n"}), "CRITICAL", "assertion",
                          ".smtp:6: expected code 250, received 550: 550 5.1.1 nobody")
        self.assertEqual(got["phase"], "rcpt")

    def test_what_is_temporary_is_so_here_too(self):
        self.played(lambda p: p.hello(PLAIN).obey({"RCPT": "451 later\r\n"}), "WARNING", "reply", "received 451")
        self.played(lambda p: p.hello(PLAIN).obey({"RCPT": "451 later\r\n"}), "CRITICAL", "reply", options=["--tempfail", "critical"])
        self.played(lambda p: p.say("421 busy\r\n").close(), "WARNING", "rate_limited", "421 busy")

    def test_what_ends_it_has_its_reason(self):
        self.played(lambda p: p.close(), "CRITICAL", "eof", "before its greeting")
        self.played(lambda p: p.until_gone(), "CRITICAL", "timeout", "timed out after 200 ms", options=["--timeout", "greeting=200ms"])
        self.played(lambda p: p.until_gone(), "CRITICAL", "timeout", "not finished within 200 ms", options=["-t", "200ms"])

    def test_a_script_has_the_reasons_of_the_closed_list(self):
        hello = "C: EHLO a\nS: 250\n"
        for what, behaviour, script, state, reason, phase in (
            ("/starttls is not offered", lambda p: p.hello(PLAIN).obey(), hello + "/starttls\n", "CRITICAL", "tls_not_offered", "starttls"),
            ("STARTTLS was overwritten", lambda p: p.hello("250-h\r\n250 XXXXXXXA\r\n").obey(), hello + "/starttls\n", "CRITICAL",
             "tls_not_offered", "starttls"),
            ("STARTTLS is refused for now", lambda p: p.hello("250-h\r\n250 STARTTLS\r\n").obey({"STAR": "454 later\r\n"}),
             hello + "/starttls\n", "WARNING", "reply", "starttls"),
            ("more comes behind the 220", lambda p: p.hello("250-h\r\n250 STARTTLS\r\n").hear().say("220 go\r\n250 evil\r\n").until_gone(),
             hello + "/starttls\n", "CRITICAL", "injection", "tls"),
            ("TLS fails", lambda p: p.hello("250-h\r\n250 STARTTLS\r\n").hear().say("220 go\r\n").hear().close(),
             hello + "/starttls\n", "CRITICAL", "tls_handshake", "tls"),
            ("a refusal no S: speaks of", lambda p: p.hello(PLAIN).obey({"MAIL": "550 no\r\n"}), hello + "C: MAIL FROM:<>\n",
             "CRITICAL", "reply", "mail"),
            ("a refusal of an S:", lambda p: p.hello(PLAIN).obey({"MAIL": "550 no\r\n"}), hello + "C: MAIL FROM:<>\nS: 250\n",
             "CRITICAL", "assertion", "mail"),
            ("AUTH is refused", lambda p: p.hello(PLAIN).obey({"AUTH": "535 no\r\n"}), hello + "C: AUTH PLAIN AAA=\n",
             "CRITICAL", "auth", "auth"),
            ("no reply at all", lambda p: p.hello(PLAIN).hear().say("no code\r\n").until_gone(), hello + "C: MAIL FROM:<>\nS: 250\n",
             "CRITICAL", "malformed", "mail"),
            ("an assertion", lambda p: p.hello(PLAIN).obey(), hello + "/assert ehlo DSN\n", "CRITICAL", "assertion", "ehlo"),
            ("it goes away", lambda p: p.hello(PLAIN).hear().close(), hello + "C: MAIL FROM:<>\nS: 250\n", "CRITICAL", "eof", "mail"),
            ("a secret without a value", lambda p: p.hello(PLAIN).obey(), "/secret nothing\n" + hello + "C: VRFY ${nothing}\n", "UNKNOWN",
             "internal", None),
        ):
            with self.subTest(what):
                got = self.played(behaviour, state, reason, script=script)
                self.assertIn(phase, (got["phase"], None))

    def test_a_script_that_opens_what_cannot_be_found(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file, program.Serve() as server, NameServer({}) as dns:
            file.write("/open gone.example:25\nC: EHLO a\nS: 250\n")
            file.flush()
            got = json.loads(program.run("probe", f"{server.host}:{server.port}", "--script", file.name, "--dns", dns.address, "--format",
                                         "json").stdout)
        self.assertEqual((got["state"], got["phase"], got["reason"]), ("CRITICAL", "resolve", "resolve_nxdomain"), got)

    def test_every_case_is_played(self):
        script = "/case first\nC: EHLO a\nS: 250\n/case other skip=later\nC: NOOP\nS: 250\n/case third\nC: EHLO a\nS: 250\nC: VRFY x\nS: 252\n"
        got = self.played(lambda p: p.hello(PLAIN).obey({"VRFY": "252 maybe\r\n"}), "OK", script=script)
        self.assertIn("other (later)", json.dumps(got["checks"]))
        self.played(lambda p: p.hello(PLAIN).obey({"VRFY": "550 no\r\n"}), "CRITICAL", "assertion", ".smtp:11: ", script=script)

    def test_tls_is_judged_as_ever(self):
        script = "C: EHLO a\nS: 250\n/starttls\nC: EHLO a\nS: 250\n"
        behaviour = lambda p: p.starttls().tls().obey()
        got = self.played(behaviour, "CRITICAL", "tls_verify", "self-signed", script=script, options=["-c", "cert_days=1:"])
        self.assertIn("not_after", got["tls"])
        self.played(behaviour, "OK", script=script, options=["--verify=off", "-w", "cert_days=1:"])

    def test_a_script_that_cannot_be_read_is_unknown(self):
        done = program.run("probe", "demo:", "--script", "/nowhere/x.smtp")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done.stderr)


def two_certificates(p, place):
    """STARTTLS with an RSA and an ECDSA certificate, as servers have them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for kind in ("rsa", "ec"):
        context.load_cert_chain(f"{place}/{kind}.pem", f"{place}/{kind}.key")
    p.starttls()
    p.sock = context.wrap_socket(p.sock, server_side=True)
    p.obey()


class Spent(unittest.TestCase):
    """The time for all of it runs out in one phase, after another took most of it."""

    def late(self, zone_held, behaviour, *options):
        """Names are told of after 5 of 8 seconds, where `zone_held`."""
        with Server(behaviour) as server, NameServer({("slow.test", "A"): ["127.0.0.1"]}) as dns:
            if zone_held:
                dns.hold = {("slow.test", "A"), ("slow.test", "AAAA")}
                timer = threading.Timer(5, dns.release)
                timer.start()
                self.addCleanup(timer.cancel)
            done = program.run("probe", "-t", "8s", "--tls=off", "--format", "json", "--dns", dns.address, *options, f"slow.test:{server.port}")
            return json.loads(done.stdout.splitlines()[0])

    def test_the_lookup_is_named(self):
        got = self.late(True, lambda p: p.hear())
        self.assertEqual((got["state"], got["phase"], got["reason"], got["cause"]), ("CRITICAL", "banner", "timeout", "dns_slow"), got)
        self.assertRegex(got["message"], r"DNS lookup took [4-7](\.\d)? s")
        self.assertNotIn("greet pause", got["message"])

    def test_an_earlier_reply_is_named(self):
        def slow(p):
            time.sleep(5)
            p.say(GREETING).hear().hear()
        got = self.late(False, slow)
        self.assertEqual((got["phase"], got["reason"], got["cause"]), ("ehlo", "timeout", "greeting_slow"), got)
        self.assertRegex(got["message"], r"greeting took [4-7](\.\d)? s")

    def test_what_ran_out_itself_is_blamed(self):
        got = self.late(False, lambda p: p.hear(), "-t", "2s")
        self.assertEqual((got["phase"], got["reason"]), ("banner", "timeout"), got)
        self.assertNotIn("took", got["message"])
        self.assertNotEqual(got["cause"], "dns_slow")


class Sigalgs(unittest.TestCase):
    def test_each_kind_of_certificate_is_probed(self):
        with tempfile.TemporaryDirectory() as place:
            for kind, how in (("rsa", ["rsa:2048"]), ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])):
                subprocess.run(["openssl", "req", "-x509", "-newkey", *how, "-nodes", "-keyout", f"{place}/{kind}.key", "-out",
                                f"{place}/{kind}.pem", "-days", "30", "-subj", "/CN=localhost"], check=True, capture_output=True)
            with Server(lambda p: two_certificates(p, place)) as server:
                done = probe(server, "--verify=off", "--sigalgs", "rsa,ecdsa")
                wrong = probe(server, "--tls=starttls", "--sigalgs", "eddsa,nonsense")
                prom = probe(server, "--verify=off", "--sigalgs", "rsa,ecdsa", format="prom").stdout
        keys = {o["sigalgs"]: o["tls"]["key"] for o in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(keys, {"rsa": "RSA 2048 bits", "ecdsa": "EC P-256"})
        self.assertEqual(done.returncode, 0)
        ends = {o["sigalgs"]: (o["state"], o["reason"]) for o in map(json.loads, wrong.stdout.splitlines())}
        self.assertEqual(ends["eddsa"], ("CRITICAL", "tls_handshake"))
        self.assertEqual(ends["nonsense"][0], "UNKNOWN")
        self.assertEqual(len(re.findall(r'(?m)^probe_success\{.*sigalgs="(?:rsa|ecdsa)"\} 1$', prom)), 2, prom)


class Way(unittest.TestCase):
    def test_a_proxy_header_goes_first(self):
        for version in ("v1", "v1,src=192.0.2.7:4000"):
            heard = []
            with Server(lambda p: heard.append(p.hear().heard[0]) or p.hello(PLAIN).obey()) as server:
                got = json.loads(probe(server, "--tls=off", "--proxy-protocol", version).stdout)
            self.assertTrue(got["ok"], got)
            source = "192.0.2.7 127.0.0.1 4000" if "src" in version else r"127.0.0.1 127.0.0.1 \d+"
            self.assertRegex(heard[0], rf"^PROXY TCP4 {source} {server.port}$")

    def test_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            path = os.path.join(folder, "lmtp")
            listener.bind(path)
            listener.listen()
            peers = []

            def serve():
                peers.append(Peer(listener.accept()[0]))
                peers[0].hello(PLAIN).obey()

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            done = program.run("probe", "--tls=off", "--format", "json", "lmtp+unix://" + path)
            thread.join(program.DEADLINE)
            got = json.loads(done.stdout)
            self.assertEqual((done.returncode, got["state"], got["address"]), (0, "OK", path))
            self.assertRegex(peers[0].heard[0], "^LHLO ")

    def test_a_file_of_results_keeps_its_mode(self):
        with tempfile.TemporaryDirectory() as folder, Server(lambda p: p.hello(PLAIN).obey()) as server:
            path = os.path.join(folder, "results.json")
            with open(path, "w", encoding="utf-8") as f:
                f.write("old")
            os.chmod(path, 0o640)
            program.run("probe", "--format=json", "--tls=off", "-o", path, f"127.0.0.1:{server.port}")
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
            with open(path, encoding="utf-8") as f:
                self.assertEqual(json.load(f)["state"], "OK")

    def test_the_name_of_the_address(self):
        mine, other = ("hostile.example", "A"), ("other.example", "A")
        ptr = ("1.0.0.127.in-addr.arpa", "PTR")
        for zone, state, sentence in (
                ({ptr: ["other.example", "Hostile.Example"], mine: ["127.0.0.1"]}, "OK", None),
                ({}, "WARNING", "the address has no reverse DNS name (PTR): the name does not exist (NXDOMAIN)"),
                ({ptr: ["hostile.example"], mine: ["192.0.2.1"]}, "WARNING",
                 "hostile.example, the address's reverse DNS name (PTR), does not resolve back to it"),
                ({ptr: ["other.example"], other: ["127.0.0.1"]}, "WARNING",
                 "the greeting has hostile.example, the address's reverse DNS name (PTR) is other.example")):
            with NameServer(zone) as dns, Server(lambda p: p.hello(PLAIN).obey()) as server:
                got = json.loads(probe(server, "--tls=off", "--dns", dns.address, "--expect-ptr").stdout)
            self.assertEqual((got["state"], got.get("message")), (state, sentence))


if __name__ == "__main__":
    tap.main()
