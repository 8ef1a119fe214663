"""What a person looks at: replies, extensions, certificates, meanings, times, as the screen shows them."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from terminal import Terminal


class Patient(Terminal):
    """Types a line only once the prompt stands there: what is typed ahead of a refusal is given back."""

    def line(self, text):
        self.prompt(re.compile(r".*[a-z0-9!]>"))
        super().line(text)
        self.until(text.split()[0])


class Look(unittest.TestCase):
    def session(self, *lines, **more):
        t = Patient("demo:", NO_COLOR="1", **more)
        self.addCleanup(t.__exit__)
        t.until("220 demo.smtpsh.example")
        for line in lines:
            t.line(line)
        return t

    def test_extensions_in_each_state_against_the_others(self):
        t = self.session("/ext")
        t.until("/ext: no EHLO was sent yet")
        t.line("EHLO a.example")
        t.until("ENHANCEDSTATUSCODES")
        t.line("/ext diff")
        t.until("EHLO was sent in one state only")
        t.line("/starttls")
        t.shows("as before, ", "+ REQUIRETLS", "- STARTTLS")
        t.line("/ext")
        t.until("offered over TLS:")
        t.line("/ext diff")
        t.until("=== STARTTLS")
        self.assertRegex(t.until("the same"), r"(?s)\+ without TLS +offered.*- over TLS +not offered.*\d+ are")

    def test_certificate_and_its_tlsa_record(self):
        t = self.session("/cert")
        t.until("the connection is not encrypted")
        t.line("/starttls")
        t.until("=== certificate verified for demo.smtpsh.example, issuer smtpsh's own CA")
        t.until("(90 days)   EC P-256")
        t.line("/cert")
        shown = t.until("IN TLSA 3 1 1 ")
        digest = re.search(r"key SHA-256 ([0-9a-f]{64})", shown).group(1)
        t.until(digest)
        self.assertIn("names       demo.smtpsh.example, localhost, 127.0.0.1, ::1", shown)
        self.assertIn("key         EC P-256", shown)
        self.assertIn("_25._tcp.demo.smtpsh.example. ", shown)

    def test_the_certificate_as_pem(self):
        with tempfile.TemporaryDirectory() as place:
            file = os.path.join(place, "server.pem")
            t = self.session("/starttls")
            t.until("=== certificate verified")
            t.until("EC P-256")
            t.line("/cert --pem")
            shown = re.search(r"(?s)-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----", t.until("-----END CERTIFICATE-----")).group(0)
            t.line("/cert --pem " + file)
            t.until("written to")
            with open(file) as written:
                self.assertEqual(written.read().split(), shown.split())
            self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
            t.line("/cert --pem " + file)
            t.until("***")
            done = subprocess.run(["openssl", "x509", "-noout", "-subject", "-in", file], capture_output=True, text=True)
            self.assertIn("demo.smtpsh.example", done.stdout)
            script = "S: 220\nC: EHLO a\nS: 250\nC: STARTTLS\nS: 220\n/cert --pem " + file + "2\n"
            self.assertNotEqual(program.run("demo:", input=script).returncode, 0)
            self.assertFalse(os.path.exists(file + "2"))

    def test_where_one_is(self):
        t = self.session("EHLO me.example", "/info")
        t.until("none (unencrypted); STARTTLS is offered")
        t.until("ready for MAIL")
        t.line("/tls")
        t.until("not encrypted; use /starttls")
        t.line("/tls sni=x.example verify=name")
        t.until("name")
        t.line("/tls cipher=x")
        t.until("/tls: expected verify=")

    def test_a_refusal_has_a_meaning(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<grey@b.example>")
        t.until("451 4.7.1")
        t.until("Greylisting: the server defers")
        t.line("/set explain off")
        t.until("explain")
        t.line("RCPT TO:<unknown@b.example>")
        t.until("550 5.1.1")
        t.line("/last")
        self.assertNotIn("does not know", t.until("octets in 1 line"))
        t.until("550 5.1.1 Recipient address rejected: user unknown\\r\\n")

    def test_the_same_refusal_is_explained_once(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>")
        for text in ("Greylisting: the server defers", "as before; /explain tells what it means"):
            t.prompt("demo.smtpsh.example mail>")
            t.line("RCPT TO:<grey@b.example>")
            t.until("451 4.7.1")
            t.until(text)
        rows = t.prompt("demo.smtpsh.example mail>", "as before; /explain")
        self.assertEqual("\n".join(rows).count("Greylisting: the server defers"), 1)
        t.line("RCPT TO:<unknown@b.example>")
        t.until("does not know the recipient")              # another one is explained
        t.prompt("demo.smtpsh.example mail>")
        t.line("/explain")
        t.until("answers      RCPT")
        t.line("/set explain off")
        t.line("/set explain on")                           # all from the beginning
        t.line("RCPT TO:<grey@b.example>")
        t.until("Greylisting: the server defers")

    def test_a_narrow_screen_has_no_columns_of_single_letters(self):
        t = Terminal("demo:", "-c", "EHLO me.example", columns=20, rows=10)
        self.addCleanup(t.__exit__)
        rows = t.text().split("\n")
        self.assertIn("MT-PRIORITY", [r.strip() for r in rows])
        for row in rows:                            # the terminal cut none
            self.assertTrue(not row or row[:4] in ("=== ", "<-  ", " -> ", "    "), row)

    def test_replies_before_the_last_one(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<unknown@b.example>", "NOOP", "/last 2")
        t.until("to RCPT TO:<unknown@b.example>:")
        t.until("550 5.1.1 Recipient address rejected: user unknown\\r\\n")
        t.line("/last")
        t.until("to NOOP:")
        t.line("/explain 2")
        t.until("answers      RCPT")
        t.line("/last 9")
        t.until("only 5 replies received so far")
        t.line("/last 0")
        t.until("expected a number")
        t.line("/explain 550")                  # three digits are a code
        t.until("reply code")

    def test_explain_has_the_evidence(self):
        t = self.session("/explain")
        t.until("answers      the connection")
        t.line("MAIL FROM:<>")
        t.until("503 5.5.1")
        t.prompt("demo.smtpsh.example>")        # what is typed before the failure is seen would come back
        t.line("/explain")
        t.until("neither EHLO nor HELO has been accepted yet")
        t.line("EHLO me.example")
        t.until("ENHANCEDSTATUSCODES")
        t.line("MAIL FROM:<> RET=HDRS MT-PRIORITY=3 BODY=8BITMIME")
        t.until("250 2.1.0")
        t.line("RCPT TO:<unknown@b.example>")
        t.until("550 5.1.1")
        t.prompt("demo.smtpsh.example mail>")
        t.line("/explain")
        t.until("answers      RCPT")
        t.line("/explain SCRAM-SHA-1")
        t.until("SASL mechanism")
        t.line("/explain frobnicate")
        t.until("nothing is known")

    def test_a_bar_for_each_phase(self):
        t = self.session("EHLO me.example", "NOOP", "NOOP", "/timing", columns=80)
        t.until("total ")
        rows = [r for r in t.prompt("demo.smtpsh.example>", "total ", "/timing") if re.match(r"    [A-Za-z]+[x0-9 ]* +[0-9.]+ ms  ", r)]
        self.assertEqual([r.split("  ")[2].strip() for r in rows], ["connect", "banner", "EHLO", "NOOP x2", "total"])
        times = [re.match(r" {4}\S+(?: x\d+)? +([0-9]+\.[0-9]+) ms  ( *)([=-]+)$", r) for r in rows]
        self.assertEqual(len({len(r[:r.index(" ms")]) for r in rows}), 1)       # the units stand below each other
        self.assertEqual(len({len(m[1].split(".")[1]) for m in times}), 1)      # and so do the points
        starts = [len(m[2]) for m in times[:-1]]
        self.assertEqual(starts, sorted(starts))                                # one begins where the last one ends
        self.assertEqual((times[-1][2], times[-1][3][0]), ("", "-"))
        self.assertTrue(all(len(m[2]) + len(m[3]) <= len(times[-1][3]) for m in times[:-1]), rows)

    def test_as_another_tool(self):
        with program.Serve() as server, Patient(server.host, str(server.port), NO_COLOR="1") as t:
            for line in ("EHLO me.example", "MAIL FROM:<o'hara@a.example>", "RCPT TO:<b@b.example>"):
                t.line(line)
            t.until("250 2.1.5")
            t.line("/as swaks")
            t.until(f"swaks --server 127.0.0.1 --port {server.port} --ehlo me.example --from 'o'\\''hara@a.example' "
                    "--to b@b.example --quit-after RCPT")
            t.line("/as telnet")
            t.until("expected swaks, curl or openssl")

    def test_as_for_an_address(self):
        with program.Serve() as server, Patient(server.host, str(server.port), NO_COLOR="1") as t:
            t.until("220 demo.smtpsh.example")
            t.line("/starttls")
            t.until("as before")
            t.line("EHLO [127.0.0.1]")
            t.until("250 demo.smtpsh.example")
            t.line("/as openssl")
            t.until(f"-connect 127.0.0.1:{server.port} -starttls smtp -name '[127.0.0.1]' -verify_ip 127.0.0.1")
            t.line("/timing")
            self.assertNotIn("dns", t.until("total "))

    def test_as_never_has_a_secret(self):
        with program.Serve() as server, Patient(server.host, str(server.port), NO_COLOR="1") as t:
            t.until("220 demo.smtpsh.example")
            t.line("/starttls")
            t.until("~> EHLO")
            t.line("AUTH PLAIN AGRlbW8AZGVtbw==")
            t.until("<~")
            t.line("/as")
            t.until("swaks --server")
            self.assertNotIn("AGRlbW8AZGVtbw", t.until("-noservername"))


class Pager(unittest.TestCase):
    def shown(self, pager, line, want):
        with tempfile.TemporaryDirectory() as place:
            with open(place + "/pager", "w", encoding="ascii") as script:
                script.write(f'#!/bin/sh\n{pager}\n')
            os.chmod(place + "/pager", 0o700)
            with Terminal("demo:", rows=24, columns=80, NO_COLOR="1", PAGER=place + "/pager -x") as t:
                t.until("demo.smtpsh.example> ")
                t.line(line)
                t.until(want)
                t.until("demo.smtpsh.example> ")
                t.line("NOOP")
                t.until("250 2.0.0")
                t.type("\x04")
                return t.whole()

    def test_what_is_taller_than_the_screen_goes_through_it(self):
        got = self.shown('echo "paged $1 $LESS: $(wc -l)"', "/help commands", "paged -x FRX: ")
        self.assertGreater(int(got.split("paged -x FRX: ")[1].split()[0]), 50)
        self.assertNotIn("/watch SECS [force] LINE", got)

    def test_what_is_not_does_not(self):
        self.assertNotIn("paged", self.shown("echo paged", "/help", "greylisting"))

    def test_a_pager_that_fails_loses_nothing(self):
        self.assertIn("/watch SECS [force] LINE", self.shown("exit 3", "/help commands", "/pager -x failed"))


if __name__ == "__main__":
    tap.main()
