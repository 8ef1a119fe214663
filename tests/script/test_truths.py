"""What smtpsh probe says of a server that misbehaves is the same truth in every format: state, phase, reason and sentence."""
import concurrent.futures
import csv
import html
import io
import json
import os
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "servers")]
import pki
import program
import tap
from hostile import EHLO, GREETING, Server

STATES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
FORMATS = ("text", "nagios", "json", "prom", "openmetrics", "influx", "csv", "markdown", "tap", "junit", "html")
PLAIN = "250-hostile.example\r\n250 SIZE 1000\r\n"
OFF, STARTTLS, TRY = ["--tls=off"], ["--tls=starttls"], []
RCPT = OFF + ["--from", "a@b.example", "--to", "c@d.example"]

def envelope(**replies):
    return lambda p: p.hello(PLAIN).obey({verb: text + "\r\n" for verb, text in replies.items()})


def rcpt(reply):
    return envelope(RCPT=reply)


def shows(name):
    """STARTTLS with this certificate of the tests' own PKI."""
    return lambda p: p.starttls().tls([os.path.join(pki.make(), name + kind) for kind in (".chain.pem", ".key")]).hear().say(PLAIN).obey()


VERIFY, TRY_CA = STARTTLS + ["--ca", "PKI/ca.pem"], ["--ca", "PKI/ca.pem"]
SELF = "the certificate is self-signed (X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)"
EXPIRED = re.compile(r"the certificate expired \d+ days ago, on 2021-01-01 \(X509_V_ERR_CERT_HAS_EXPIRED\)")
OTHER_NAME = "the certificate does not cover 127.0.0.1: it is for wrong.example.net (X509_V_ERR_IP_ADDRESS_MISMATCH)"

# What each of them comes of, which the line beneath the sentence says.
CAUSES = {
    "550 and 554": "recipient_unknown", "250 and 550": "reply_malformed", "421 to MAIL": "service_unavailable", "a greet pause that is too long": "silent_port", "postscreen that is too slow": "greeting_delay",
    "silence within TLS": "silent_in_tls", "a tarpit that is too slow": "tarpit", "silence to RCPT": "reply_timeout",
    "silence, and the time for all": "reply_timeout", "silence in the handshake": "tls_timeout", "Postgrey": "greylisted",
    "grey listed": "greylisted", "no greylisting: no name": "no_reverse_dns", "no greylisting: full": "mailbox_full",
    "STARTTLS overwritten": "starttls_stripped", "STARTTLS overwritten, tried": "starttls_stripped",
    "STARTTLS not offered": "starttls_missing", "STARTTLS 454": "starttls_failed", "closed before the banner": "closed_before_greeting",
    "reset before the banner": "reset_before_greeting", "closed within EHLO's reply": "closed_in_reply",
    "closed instead of EHLO's reply": "closed_at_ehlo", "closed instead of RCPT's reply": "connection_closed",
    "closed behind STARTTLS's 220": "tls_closed", "expired": "cert_expired", "not yet valid": "cert_not_yet_valid", "another name": "cert_name",
    "self-signed": "cert_self_signed", "no intermediate": "cert_intermediate", "another root": "cert_private_ca",
}

# what: behaviour, options, state, phase, reason, sentence (a pattern when it is compiled)
TRUTHS = {
    # A 421 is a limit, wherever it comes, and no missing STARTTLS.
    "421 as the banner": (lambda p: p.say("421 4.7.0 too many\r\n").close(), TRY, "WARNING", "banner", "rate_limited", "connection temporarily rejected: 421 4.7.0 too many"),
    "421 of two lines": (lambda p: p.say("421-mx busy\r\n421 4.3.2 later\r\n").close(), STARTTLS, "WARNING", "banner", "rate_limited",
                         "connection temporarily rejected: 421 mx busy 4.3.2 later"),
    "421 to EHLO": (lambda p: p.hello("421 4.7.0 slow down\r\n").close(), STARTTLS, "WARNING", "ehlo", "rate_limited", "EHLO temporarily rejected: 421 4.7.0 slow down"),
    "421 to EHLO, open": (lambda p: p.hello("421 slow down\r\n").obey(), STARTTLS, "WARNING", "ehlo", "rate_limited", "EHLO temporarily rejected: 421 slow down"),
    "421 to STARTTLS": (lambda p: p.starttls("421 4.7.0 no\r\n").close(), STARTTLS, "WARNING", "starttls", "rate_limited", "STARTTLS temporarily rejected: 421 4.7.0 no"),
    "421 to STARTTLS, tried": (lambda p: p.starttls("421 4.7.0 no\r\n").close(), TRY, "WARNING", "starttls", "rate_limited", "STARTTLS temporarily rejected: 421 4.7.0 no"),
    "421 behind EHLO": (lambda p: p.hello(EHLO + "421 4.4.2 idle\r\n").close(), STARTTLS, "WARNING", "starttls", "rate_limited", "unsolicited reply before STARTTLS: 421 4.4.2 idle"),
    "421 to MAIL": (envelope(MAIL="421 4.7.0 enough"), RCPT, "WARNING", "mail", "rate_limited", "MAIL FROM temporarily rejected: 421 4.7.0 enough"),
    "421 to RCPT": (rcpt("421 4.7.0 enough"), RCPT, "WARNING", "rcpt", "rate_limited", "RCPT TO temporarily rejected: 421 4.7.0 enough"),
    "421 when all was done": (lambda p: p.hello(PLAIN + "421 4.4.2 idle\r\n").close(), OFF, "WARNING", "quit", "rate_limited", "unsolicited reply before QUIT: 421 4.4.2 idle"),
    "421 where none is offered": (lambda p: p.hello(PLAIN + "421 4.4.2 idle\r\n").close(), TRY, "WARNING", "quit", "rate_limited",
                                  "unsolicited reply before QUIT: 421 4.4.2 idle"),
    # Two codes in a reply: of one class the first counts, of two classes none.
    "550 and 554": (rcpt("550-5.1.1 no such user\r\n554 no"), RCPT, "CRITICAL", "rcpt", "reply", "RCPT TO rejected: 550 5.1.1 no such user no"),
    "450 and 451": (rcpt("450-4.2.0 later\r\n451 no"), RCPT, "WARNING", "rcpt", "reply", "RCPT TO temporarily rejected: 450 4.2.0 later no"),
    "250 and 550": (rcpt("250-ok\r\n550 no"), RCPT, "CRITICAL", "rcpt", "malformed", "the reply to RCPT TO is malformed: 250 ok no"),
    # A greet pause.
    "a greet pause": (lambda p: p.wait(2.1).say(GREETING).hear().say(PLAIN).obey(), OFF, "OK", "banner", "greet_pause",
                      re.compile(r"the greeting was received after 2\.\d s")),
    "postscreen": (lambda p: p.say("220-mx wait\r\n").wait(2.1).say("220 mx ESMTP\r\n").hear().say(PLAIN).obey(), OFF, "OK", "banner",
                   "greet_pause", re.compile(r"the last line of the greeting was received after 2\.\d s")),
    "a greet pause that is too long": (
        lambda p: p.until_gone(), OFF + ["--timeout", "greeting=300ms"], "CRITICAL", "banner", "timeout",
        "timed out after 300 ms waiting for the greeting"),
    "postscreen that is too slow": (
        lambda p: p.say("220-mx wait\r\n").until_gone(), OFF + ["--timeout", "greeting=500ms"], "CRITICAL", "banner", "timeout",
        "timed out after 500 ms: the greeting is incomplete: received 13 octets, ending with \"220-mx wait\""),
    "silence within TLS": (lambda p: p.tls().until_gone(), ["--tls=implicit", "--verify=off", "--timeout", "greeting=300ms"], "CRITICAL", "banner",
                           "timeout", "timed out after 300 ms waiting for the greeting"),
    # A tarpit.
    "a tarpit, each line": (lambda p: p.say(GREETING).hear().wait(2.1).say(PLAIN).hear().wait(2.1).say("250 ok\r\n").obey(), RCPT, "OK", "ehlo",
                            "tarpit", re.compile(r"EHLO took 2\.\d s, MAIL FROM took 2\.\d s")),
    "a tarpit, each octet": (lambda p: p.say(GREETING).hear().drip(PLAIN, 0.06).obey(), OFF, "OK", "ehlo", "tarpit",
                             re.compile(r"EHLO took 2\.\d s piecemeal")),
    "a tarpit from the first octet": (lambda p: p.drip(GREETING, 0.08).hear().say(PLAIN).obey(), OFF, "OK", "ehlo", "tarpit",
                                      re.compile(r"the greeting took 2\.\d s piecemeal")),
    "one slow reply": (lambda p: p.say(GREETING).hear().wait(2.1).say(PLAIN).obey(), OFF, "OK", "ehlo", "slow",
                       re.compile(r"EHLO took 2\.\d s")),
    "a tarpit that is too slow": (
        lambda p: p.say(GREETING).hear().drip(PLAIN, 0.05).obey(), OFF + ["--timeout", "reply=1s"], "CRITICAL", "ehlo", "timeout",
        re.compile(r'timed out after 1 s: the reply to EHLO is incomplete: received \d+ octets, ending with ".*"')),
    "a tarpit, and the time for all": (
        lambda p: p.say(GREETING).hear().drip(PLAIN, 0.05).obey(), OFF + ["-t", "1s"], "CRITICAL", "ehlo", "timeout",
        re.compile(r'not finished within 1 s: the reply to EHLO was incomplete: received "250-.*"')),
    "silence to RCPT": (lambda p: p.hello(PLAIN).hear().say("250 ok\r\n").hear().until_gone(), RCPT + ["--timeout", "reply=300ms"], "CRITICAL",
                        "rcpt", "timeout", "timed out after 300 ms waiting for the reply to RCPT"),
    "silence, and the time for all": (lambda p: p.hello(PLAIN).hear().until_gone(), RCPT + ["-t", "300ms"], "CRITICAL", "mail", "timeout",
                                      "not finished within 300 ms: the reply to MAIL FROM was not received"),
    "silence in the handshake": (
        lambda p: p.starttls().until_gone(), STARTTLS + ["--timeout", "tls=300ms"], "CRITICAL", "tls", "timeout",
        "timed out after 300 ms waiting for the end of the TLS handshake"),
    # Greylisting, as Postgrey, Exim, rspamd and others say it, and what is none.
    "Postgrey": (rcpt("450 4.2.0 <c@d.example>: Recipient address rejected: Greylisted, see http://x.example/"), RCPT, "WARNING", "rcpt", "reply",
                 "RCPT TO temporarily rejected: 450 4.2.0 <c@d.example>: Recipient address rejected: Greylisted, see http://x.example/"),
    "grey listed": (rcpt("451 You have been grey listed"), RCPT, "WARNING", "rcpt", "reply", "RCPT TO temporarily rejected: 451 You have been grey listed"),
    "greylisting without its name": (rcpt("451 4.7.1 Please try again later"), RCPT, "WARNING", "rcpt", "reply",
                                     "RCPT TO temporarily rejected: 451 4.7.1 Please try again later"),
    "greylisting by seconds": (rcpt("450 4.7.1 Try again in 300 seconds"), RCPT, "WARNING", "rcpt", "reply",
                               "RCPT TO temporarily rejected: 450 4.7.1 Try again in 300 seconds"),
    "no greylisting: Exim": (rcpt("451 Temporary local problem - please try later"), RCPT, "WARNING", "rcpt", "reply",
                             "RCPT TO temporarily rejected: 451 Temporary local problem - please try later"),
    "no greylisting: a milter": (rcpt("451 4.7.1 Service unavailable - try again later"), RCPT, "WARNING", "rcpt", "reply",
                                 "RCPT TO temporarily rejected: 451 4.7.1 Service unavailable - try again later"),
    "no greylisting: no name": (rcpt("450 4.7.25 Client host rejected: cannot find your hostname"), RCPT, "WARNING", "rcpt", "reply",
                                "RCPT TO temporarily rejected: 450 4.7.25 Client host rejected: cannot find your hostname"),
    "no greylisting: full": (rcpt("452 4.2.2 over quota, try again later"), RCPT, "WARNING", "rcpt", "reply",
                             "RCPT TO temporarily rejected: 452 4.2.2 over quota, try again later"),
    # STARTTLS that is not there.
    "STARTTLS overwritten": (lambda p: p.hello("250-h\r\n250-XXXXXXXA\r\n250 SIZE\r\n").obey(), STARTTLS, "CRITICAL", "starttls", "tls_not_offered", "STARTTLS is not offered"),
    "STARTTLS overwritten, tried": (lambda p: p.hello("250-h\r\n250 XXXXXXXA\r\n").obey(), TRY, "WARNING", "starttls", "tls_not_offered", "STARTTLS is not offered"),
    "STARTTLS not offered": (lambda p: p.hello(PLAIN).obey(), STARTTLS, "CRITICAL", "starttls", "tls_not_offered", "STARTTLS is not offered"),
    "STARTTLS not offered, tried": (lambda p: p.hello(PLAIN).obey(), TRY, "WARNING", "starttls", "tls_not_offered", "STARTTLS is not offered"),
    "STARTTLS 454": (lambda p: p.starttls("454 4.7.0 not now\r\n").obey(), STARTTLS, "WARNING", "starttls", "reply", "STARTTLS temporarily rejected: 454 4.7.0 not now"),
    "STARTTLS 501": (lambda p: p.starttls("501 5.5.4 no\r\n").obey(), STARTTLS, "CRITICAL", "starttls", "reply", "STARTTLS rejected: 501 5.5.4 no"),
    # Gone early.
    "closed before the banner": (lambda p: p.close(), TRY, "CRITICAL", "banner", "eof", "the server closed the connection before its greeting"),
    "reset before the banner": (lambda p: p.wait(0.05).reset(), TRY, "CRITICAL", "banner", "reset",
                                "the server reset the connection before its greeting"),
    "closed within the banner": (lambda p: p.say("220-half\r\n220").close(), TRY, "CRITICAL", "banner", "eof",
                                 "the server closed the connection during its greeting: 220-half 220"),
    "reset within the banner": (lambda p: p.say("220-half\r\n").wait(0.3).reset(), TRY, "CRITICAL", "banner", "reset",
                                "the server reset the connection during its greeting: 220-half"),
    "closed instead of EHLO's reply": (lambda p: p.say(GREETING).hear().close(), TRY, "CRITICAL", "ehlo", "eof",
                                       "the server closed the connection before its reply to EHLO"),
    "reset instead of EHLO's reply": (lambda p: p.say(GREETING).hear().reset(), TRY, "CRITICAL", "ehlo", "reset",
                                      "the server reset the connection before its reply to EHLO"),
    "closed within EHLO's reply": (lambda p: p.hello("250-h\r\n250-SI").close(), TRY, "CRITICAL", "ehlo", "eof",
                                   "the server closed the connection during its reply to EHLO: 250-h 250-SI"),
    "reset within EHLO's reply": (lambda p: p.hello("250-h\r\n250-SI").wait(0.3).reset(), TRY, "CRITICAL", "ehlo", "reset",
                                  "the server reset the connection during its reply to EHLO: 250-h 250-SI"),
    "closed instead of STARTTLS's reply": (lambda p: p.hello().hear().close(), TRY, "CRITICAL", "starttls", "eof",
                                           "the server closed the connection before its reply to STARTTLS"),
    "closed behind STARTTLS's 220": (lambda p: p.starttls().octets() and p.close(), STARTTLS, "CRITICAL", "tls", "tls_handshake",
                                     "the TLS handshake failed: the connection was closed by the peer"),
    "reset behind STARTTLS's 220": (lambda p: p.starttls().octets() and p.reset(), STARTTLS, "CRITICAL", "tls", "tls_handshake",
                                    "the TLS handshake failed: Connection reset by peer"),
    "closed instead of RCPT's reply": (lambda p: p.hello(PLAIN).hear().say("250 ok\r\n").hear().close(), RCPT, "CRITICAL", "rcpt", "eof",
                                       "the server closed the connection before its reply to RCPT TO"),
    "closed where QUIT was said": (lambda p: p.hello(PLAIN).hear().close(), OFF, "OK", "quit", "quit",
                                   "the server closed the connection without a 221 (noted only)"),
    "QUIT refused": (envelope(QUIT="500 what"), OFF, "OK", "quit", "quit", "QUIT was answered with 500 what"),
    # Certificates: CRITICAL where TLS was asked for, WARNING where it is only tried.
    "expired": (shows("expired"), VERIFY, "CRITICAL", "tls", "tls_verify", EXPIRED),
    "expired, tried": (shows("expired"), TRY_CA, "WARNING", "tls", "tls_verify", EXPIRED),
    "not yet valid": (shows("future"), VERIFY, "CRITICAL", "tls", "tls_verify",
                      re.compile(r"the certificate is not yet valid: from 2039-01-01, in \d+ days \(X509_V_ERR_CERT_NOT_YET_VALID\)")),
    "another name": (shows("wrong"), VERIFY, "CRITICAL", "tls", "tls_name", OTHER_NAME),
    "another name, tried": (shows("wrong"), TRY_CA, "WARNING", "tls", "tls_name", OTHER_NAME),
    "self-signed": (shows("self"), VERIFY, "CRITICAL", "tls", "tls_verify", SELF),
    "self-signed, tried": (shows("self"), TRY_CA, "WARNING", "tls", "tls_verify", SELF),
    "no intermediate": (shows("below"), VERIFY, "CRITICAL", "tls", "tls_verify",
                        "the server sends only its own certificate, and its issuer, test intermediate, is unknown here "
                        "(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)"),
    "another root": (shows("whole"), STARTTLS + ["--ca", "PKI/other-ca.pem"], "CRITICAL", "tls", "tls_verify",
                     "the chain ends in a CA that is not trusted here: smtpsh test CA (X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)"),
    "LHLO refused": (lambda p: p.hello("500 5.5.1 what\r\n").obey(), OFF + ["--lmtp"], "CRITICAL", "ehlo", "reply", "LHLO rejected: 500 5.5.1 what"),
    "LHLO unanswered": (lambda p: p.say(GREETING).hear().close(), OFF + ["--lmtp"], "CRITICAL", "ehlo", "eof",
                        "the server closed the connection before its reply to LHLO"),
    # Words that would be something else where they stand.
    "cells": (lambda p: p.say("554 a,=1+1;=cmd|' /C calc'!A0,\"\"+2 `b` \\| c @everyone\r\n").obey(), OFF, "CRITICAL", "banner", "reply",
              "connection rejected: 554 a,=1+1;=cmd|' /C calc'!A0,\"\"+2 `b` \\| c @everyone"),
    "injection": (lambda p: p.say("554 a|b='1;2' # \\ <x> & \"q\" \x1b[31m\x07\r\n").obey(), OFF, "CRITICAL", "banner", "reply",
                  "connection rejected: 554 a|b='1;2' # \\ <x> & \"q\" \\x1B[31m\\x07"),
    "a line of 250 kB": (lambda p: p.say("554 " + "x" * 250000 + "\r\n").obey(), OFF, "CRITICAL", "banner", "reply",
                         "connection rejected: 554 " + "x" * 400),
}

PERF = re.compile(r"(?:'(?:[^'=]|'')+'|[^'= ]+)=(?:U|-?[0-9]+(?:\.[0-9]+)?)(?:s|us|ms|%|B|KB|MB|TB|c)?(?:;[^; ]*){0,4}")
LABEL = r'[a-z0-9_]+="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(r"([a-z][a-z0-9_]*)(?:\{(" + LABEL + "(?:," + LABEL + r")*)\})? (\S+)")
POINT = re.compile(r'smtp_probe(?:,[a-z]+=(?:[^ ,=\\]|\\[ ,=])+)+ ([a-z_]+=(?:"[^"\\]*"|[-0-9.]+i?|true|false)(?:,[a-z_]+=(?:"[^"\\]*"|[-0-9.]+i?|true|false))*) \d{19}')


def probed(truth):
    behaviour, options = truth[:2]
    with tempfile.TemporaryDirectory() as place, Server(behaviour) as server:
        formats = [word for format in FORMATS for word in ("--format", f"{format}:{place}/{format}")]
        options = [word.replace("PKI", pki.make()) if "PKI" in word else word for word in options]
        done = program.run("probe", f"127.0.0.1:{server.port}", *formats, *options)
        outputs = {}
        for format in os.listdir(place):
            with open(os.path.join(place, format)) as file:
                outputs[format] = file.read()
    return f"127.0.0.1:{server.port}", done, outputs


def each(test):
    """Of every truth: the formats' outputs, the place that was probed, and what is wanted of them."""
    def run(self):
        for what, (_, _, state, phase, reason, sentence) in TRUTHS.items():
            with self.subTest(what):
                place, _, outputs = self.probed[what]
                test(self, outputs, place, state, phase, reason, sentence)
    return run


class Truths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:       # some are slow by their nature
            cls.probed = dict(zip(TRUTHS, pool.map(probed, TRUTHS.values())))

    def same(self, said, sentence):
        if isinstance(sentence, re.Pattern):
            self.assertRegex(said, f"\\A(?:{sentence.pattern})\\Z")
        else:
            self.assertEqual(said, sentence)

    def why(self, outputs):
        "the cause's word, its sentence and what to do next, as JSON has them; empty where nothing more is known"
        got = json.loads(outputs["json"])
        return tuple(got.get(key, "") for key in ("cause", "meaning", "next"))

    def test_exit_status(self):
        for what, truth in TRUTHS.items():
            with self.subTest(what):
                _, done, outputs = self.probed[what]
                self.assertEqual((done.returncode, done.stderr, set(outputs)), (STATES[truth[2]], "", set(FORMATS)))

    def test_what_each_comes_of(self):
        for what, cause in CAUSES.items():
            with self.subTest(what):
                got = json.loads(self.probed[what][2]["json"])
                self.assertEqual(got["cause"], cause)
                self.assertTrue(got["next"])

    @each
    def test_no_control_octet(self, outputs, place, state, phase, reason, sentence):
        for format, text in outputs.items():
            self.assertEqual([c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160], [], format)

    @each
    def test_json(self, outputs, place, state, phase, reason, sentence):
        got = json.loads(outputs["json"])
        self.assertEqual((got["state"], got["ok"]), (state, state in ("OK", "WARNING")))
        if state == "OK":
            self.assertNotIn("message", got)
            got = [c for c in got["checks"] if c["name"] == reason][0]
            self.assertEqual((got["state"], got["phase"]), ("OK", phase))
        else:
            self.assertEqual((got["phase"], got["reason"]), (phase, reason), got)
        self.same(got["message"], sentence)

    @each
    def test_quit_has_a_time_only_when_it_was_said(self, outputs, place, state, phase, reason, sentence):
        got = json.loads(outputs["json"])
        if phase == "banner" and reason in ("timeout", "eof", "reset"):
            self.assertNotIn("quit", got["seconds"])

    @each
    def test_text(self, outputs, place, state, phase, reason, sentence):
        words = {"OK": "OK  ", "WARNING": "WARN", "CRITICAL": "CRIT"}
        line = outputs["text"].split("\n")[0]
        found = re.fullmatch(r"(\w{2,4} *?) (\S+)(?:  (\w+): (.*))?  [0-9.]+ m?s  \((?:dns [0-9.]+ )?conn [^()]*\)(?:  TLSv.*)?", line)
        self.assertTrue(found, line)
        self.assertEqual(found.groups()[:3], (words[state], place, None if state == "OK" else phase))
        if state != "OK":
            self.same(found[4], sentence)

    @each
    def test_nagios(self, outputs, place, state, phase, reason, sentence):
        status, perf = outputs["nagios"].split("\n")[0].split("|")
        found = re.fullmatch(r"SMTP (\w+) - (\S+)(?: (\w+): (.*))? \([0-9.]+s\) ", status)
        self.assertTrue(found, status)
        self.assertEqual(found.groups()[:3], (state, place, None if state == "OK" else phase))
        for item in perf.split():
            self.assertRegex(item, f"\\A{PERF.pattern}\\Z")
        if state == "OK":
            return
        if isinstance(sentence, str):
            sentence = sentence.replace("|", "/")
            sentence = sentence if len(sentence) <= 300 else sentence[:300] + "..."
        self.same(found[4], sentence)

    def metrics(self, text):
        samples, families, family = {}, [], None
        for line in text.splitlines():
            if line.startswith("# "):
                if line.startswith("# TYPE "):
                    family = line.split()[2]
                    self.assertNotIn(family, families)          # a family stands together
                    families.append(family)
                continue
            found = SAMPLE.fullmatch(line)
            self.assertTrue(found, line)
            self.assertTrue(found[1] in (family, f"{family}_info"), line)
            float(found[3])
            self.assertNotIn((found[1], found[2]), samples)
            samples[found[1], found[2]] = found[3]
        return samples

    @each
    def test_metrics(self, outputs, place, state, phase, reason, sentence):
        for format in ("prom", "openmetrics"):
            text = outputs[format]
            self.assertEqual(text.endswith("\n# EOF\n"), format == "openmetrics")
            samples = self.metrics(text)
            self.assertEqual(samples["probe_smtp_status", None], str(STATES[state]))
            self.assertEqual(samples["probe_success", None], "01"[state in ("OK", "WARNING")])
            failures = [labels for name, labels in samples if name == "probe_smtp_failure_info"]
            self.assertEqual([f.split(",code=")[0] for f in failures], [] if state == "OK" else [f'phase="{phase}",reason="{reason}"'])

    @each
    def test_influx(self, outputs, place, state, phase, reason, sentence):
        found = POINT.fullmatch(outputs["influx"].rstrip("\n"))
        self.assertTrue(found, outputs["influx"])
        fields = dict(field.split("=") for field in found[1].split(","))
        self.assertEqual((fields["state"], fields["ok"]), (f"{STATES[state]}i", "true" if state in ("OK", "WARNING") else "false"))
        self.assertEqual((fields.get("phase"), fields.get("reason")), (None, None) if state == "OK" else (f'"{phase}"', f'"{reason}"'))
        self.assertEqual(json.loads(fields.get("cause", '""')), self.why(outputs)[0])

    @each
    def test_csv(self, outputs, place, state, phase, reason, sentence):
        rows = list(csv.reader(io.StringIO(outputs["csv"], newline=""), strict=True))
        self.assertEqual([len(row) for row in rows], [len(rows[0])] * 2)
        for cell in (cell for cell in rows[1] if not re.fullmatch(r"-?\d+\.\d+", cell)):     # wherever a spreadsheet lets one begin
            self.assertNotRegex(cell, r"(?:\A|[,;])[ \"]*[=+@-]")
        got = dict(zip(*rows))
        for key in "message", "next":
            got[key] = re.sub(r"([,;][ \"]*)'(?=[=+@-])", r"\1", got[key])
        said = json.loads(outputs["json"])
        self.assertEqual((got["state"], f"{got['address']}:{got['port']}"), (state, place))
        self.assertEqual((got["phase"], got["reason"]), ("", "") if state == "OK" else (phase, reason))
        self.assertEqual((got["cause"], got["next"]), (self.why(outputs)[0], self.why(outputs)[2]))
        self.same(got["message"], "" if state == "OK" else sentence)
        self.assertEqual(bool(got["tls_version"]), "tls" in said)
        ran = {name.removesuffix("_seconds") for name, value in got.items() if name.endswith("_seconds") and value}
        self.assertEqual(ran, set(said["seconds"]))

    @each
    def test_markdown(self, outputs, place, state, phase, reason, sentence):
        row = [line for line in outputs["markdown"].splitlines() if line.startswith(f"| {state} |")]
        self.assertEqual(len(row), 1, outputs["markdown"])
        cells = row[0].split("|")           # none of them has a bar, however it is escaped
        self.assertEqual(len(cells), 8, row)
        code = re.fullmatch(r"(?:`[^`]+`|&#\d+;)*(?: and \d more)?", cells[6].strip())
        self.assertTrue(code, row)
        said = "".join(a or html.unescape(b) for a, b in re.findall(r"`([^`]+)`|(&#\d+;)", cells[6]))
        self.assertEqual(cells[2].strip(), f"`{place}`")
        if state == "OK" or len(said) == 1000:
            return
        self.assertTrue(said.startswith(f"{phase}: "), said)
        self.same(said[len(phase) + 2:], sentence)

    @each
    def test_html(self, outputs, place, state, phase, reason, sentence):
        self.assertNotIn("<script", outputs["html"])
        self.assertIn(f">{state}</span>", outputs["html"])
        if isinstance(sentence, str) and state != "OK":
            self.assertIn(f"<td>{sentence}<", re.sub(r"&(?:[a-z]+|#\d+);", lambda m: html.unescape(m[0]), outputs["html"]))

    @each
    def test_tap(self, outputs, place, state, phase, reason, sentence):
        lines = outputs["tap"].splitlines()
        self.assertEqual((lines[0], lines[-1]), ("TAP version 13", "1..1"))
        yaml = dict(line.strip().split(": ", 1) for line in lines[3:-2])
        self.assertEqual(tuple(json.loads(yaml.pop(key, '""')) for key in ("cause", "meaning", "next")), self.why(outputs))
        self.assertEqual(yaml.pop("state"), state)
        self.assertGreater(float(yaml.pop("seconds")), 0)
        begin = f"{'ok' if state in ('OK', 'WARNING') else 'not ok'} 1 - {place}"
        if state == "OK":
            self.assertEqual((lines[1], yaml), (begin, {}))
            return
        self.assertTrue(lines[1].startswith(begin + ": "), lines[1])
        self.assertNotRegex(lines[1], r"(?<!\\)#")            # it would begin a directive
        self.same(re.sub(r"\\([#\\])", r"\1", lines[1][len(begin) + 2:]), sentence)
        self.assertEqual((yaml["phase"], yaml["reason"]), (phase, reason))

    @each
    def test_junit(self, outputs, place, state, phase, reason, sentence):
        suite = xml.etree.ElementTree.fromstring(outputs["junit"])
        case = suite.find("testcase")
        self.assertEqual((suite.get("tests"), suite.get("failures"), case.get("name")), ("1", "01"[state == "CRITICAL"], place))
        failure = case.find("failure")
        self.assertEqual(failure is not None, state == "CRITICAL")
        if state == "CRITICAL":
            self.assertEqual(failure.get("type"), reason)
            self.same(failure.get("message"), sentence)
        elif state == "WARNING":
            said, _, advice = case.find("system-out").text.partition("\n")
            self.same(said, sentence)
            cause, _, to_do = self.why(outputs)
            self.assertTrue(not cause or advice.endswith("Next: " + to_do), advice)


class Transcript(unittest.TestCase):
    """What -v shows of the way there fits what happened, and advises what can be done from here."""

    def shown(self, behaviour, *options):
        with Server(behaviour) as server:
            return re.sub(r"\n +", " ", program.run("probe", f"127.0.0.1:{server.port}", "-v", *options).stdout)

    def test_no_command_of_the_prompt_is_advised(self):
        shown = self.shown(lambda p: p.starttls("421 4.7.0 no\r\n").close(), *STARTTLS)
        self.assertIn("=== The server closes the session (421 4.7.0)", shown)
        self.assertNotIn("/re", shown)
        self.assertIn(" Next: try again in a few minutes, with fewer concurrent connections, or use another MX", self.shown(lambda p: p.say("421 busy\r\n").close()))

    def test_how_it_was_lost(self):
        bears, before = "does not support EHLO", "an access rule against this address"
        for what, behaviour, options, words, without in (
                ("before the banner", lambda p: p.close(), TRY, before, bears),
                ("within the banner", lambda p: p.say("220-half").close(), TRY, "incomplete reply received: 220-half", "connection limit"),
                ("at EHLO", lambda p: p.say(GREETING).hear().close(), TRY, bears, before),
                ("within EHLO's reply", lambda p: p.hello("250-h\r\n250-SI").close(), TRY, "incomplete reply received: 250-h", bears),
                ("at EHLO within TLS", lambda p: p.starttls().tls().hear().cut(), STARTTLS + ["--verify=off"], "no close_notify", bears)):
            with self.subTest(what):
                shown = self.shown(behaviour, *options)
                self.assertIn(words, shown)
                self.assertNotIn(without, shown)


if __name__ == "__main__":
    tap.main()
