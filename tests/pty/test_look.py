"""What a person looks at: replies, extensions, certificates, meanings, times, as the screen shows them."""
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import listening
from nameserver import NameServer
from terminal import Terminal


class Patient(Terminal):
    """Types a line only once the prompt stands there: what is typed ahead of a refusal is given back."""

    def line(self, text):
        self.prompt(re.compile(r".*[a-z0-9]>"))
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
        t.until("ext: EHLO has not been said yet")
        t.line("EHLO a.example")
        t.until("ENHANCEDSTATUSCODES")
        t.line("/ext diff")
        t.until("EHLO was said in one state only")
        t.line("/starttls")
        t.until("ENHANCEDSTATUSCODES")
        t.line("/ext")
        t.until("offered within TLS:")
        t.line("/ext diff")
        t.until("=== STARTTLS")
        self.assertRegex(t.until("the same"), r"(?s)\+ in the clear +offered.*- within TLS +not offered.*\d+ are")

    def test_certificate_and_its_tlsa_record(self):
        t = self.session("/cert")
        t.until("the connection is in the clear")
        t.line("/starttls")
        t.until("valid    90 days left")
        t.until("ENHANCEDSTATUSCODES")
        t.line("/cert")
        shown = t.until("IN TLSA 3 1 1 ")
        digest = re.search(r"key SHA-256 ([0-9a-f]{64})", shown).group(1)
        t.until(digest)
        self.assertIn("names       demo.smtpsh.example, localhost, 127.0.0.1, ::1", shown)
        self.assertIn("key         EC P-256", shown)
        self.assertIn("_25._tcp.demo.smtpsh.example. ", shown)

    def test_where_one_is(self):
        t = self.session("EHLO me.example", "/info")
        t.until("none: in the clear; STARTTLS is offered")
        t.until("ready for MAIL")
        t.line("/tls")
        t.until("/starttls begins TLS")
        t.line("/tls sni=x.example verify=name")
        t.until("name")
        t.line("/tls cipher=x")
        t.until("/tls: want verify=")

    def test_a_refusal_has_a_meaning(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<grey@b.example>")
        t.until("451 4.7.1")
        t.until("Greylisting: the server defers")
        t.line("/set explain off")
        t.until("explain")
        t.line("RCPT TO:<unknown@b.example>")
        t.until("550 5.1.1")
        t.line("/last")
        self.assertNotIn("bad destination", t.until("octets in 1 line"))
        t.until("550 5.1.1 No such mailbox here\\r\\n")

    def test_the_same_refusal_is_explained_once(self):
        t = self.session("EHLO me.example", "MAIL FROM:<>")
        for text in ("Greylisting: the server defers", "as before; /explain has what it means"):
            t.prompt("demo.smtpsh.example mail>")
            t.line("RCPT TO:<grey@b.example>")
            t.until("451 4.7.1")
            t.until(text)
        rows = t.prompt("demo.smtpsh.example mail>", "as before; /explain")
        self.assertEqual("\n".join(rows).count("Greylisting: the server defers"), 1)
        t.line("RCPT TO:<unknown@b.example>")
        t.until("bad destination")                          # another one is explained
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
        self.assertIn("a priority", [r.strip() for r in rows])
        for row in rows:                            # the terminal cut none
            self.assertTrue(not row or row[:4] in ("=== ", "<-  ", " -> ", "    "), row)

    def test_explain_has_the_evidence(self):
        t = self.session("/explain")
        t.until("answers      the connection")
        t.line("MAIL FROM:<>")
        t.until("503 5.5.1")
        t.prompt("demo.smtpsh.example>")        # what is typed before the failure is seen would come back
        t.line("/explain")
        t.until("neither EHLO nor HELO was accepted yet")
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
        shown = t.until("waited")
        for phase in ("connect", "banner", "EHLO", "NOOP x2"):
            self.assertRegex(shown, phase + r" +[a-z0-9. ]+ms +=+\r\n")

    def test_as_another_tool(self):
        t = self.session("EHLO me.example", "MAIL FROM:<o'hara@a.example>", "RCPT TO:<b@b.example>")
        t.until("250 2.1.5")
        t.line("/as swaks")
        t.until("swaks --server demo.smtpsh.example --port 25 --ehlo me.example --from 'o'\\''hara@a.example' "
                "--to b@b.example --quit-after RCPT")
        t.line("/as curl")
        t.until("--mail-rcpt b@b.example")
        t.line("/as openssl")
        t.until("-starttls smtp")
        t.line("/as telnet")
        t.until("want swaks, curl or openssl")

    def test_as_for_an_address(self):
        with program.Serve() as server, Patient(server.host, str(server.port), NO_COLOR="1") as t:
            t.until("220 demo.smtpsh.example")
            t.line("EHLO [127.0.0.1]")
            t.until("ENHANCEDSTATUSCODES")
            t.line("/as openssl")
            t.until(f"-connect 127.0.0.1:{server.port} -starttls smtp -name '[127.0.0.1]' -verify_return_error -verify_ip 127.0.0.1")
            t.line("/timing")
            self.assertNotIn("dns", t.until("waited"))

    def test_as_never_has_a_secret(self):
        t = self.session("EHLO me.example")
        t.until("ENHANCEDSTATUSCODES")
        t.line("/starttls")
        t.until("ENHANCEDSTATUSCODES")
        t.line("AUTH PLAIN AGRlbW8AZGVtbw==")
        t.until("<~")
        t.line("/as")
        t.until("swaks --server")
        self.assertNotIn("AGRlbW8AZGVtbw", t.until("-servername"))

    def probed(self, *args, **more):
        "what a probe leaves on the screen, a line each"
        with Terminal("probe", *args, NO_COLOR="1", **more) as t:
            return [line.rstrip() for line in t.whole().replace("\r\n", "\n").split("\n")]

    def test_a_probe_is_told_in_columns_with_a_bar(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example"), (20, "gone.d.example")], ("mx1.d.example", "A"): ["127.0.0.1"]}
        with program.Serve() as server, NameServer(zone) as dns:
            lines = self.probed("--verify=off", "--dns", dns.address, "-p", str(server.port), "--spread", "1ms", "@d.example")
        at = next(i for i, line in enumerate(lines) if line.startswith("OK "))
        self.assertRegex(lines[at], rf"^OK   mx1\.d\.example\[127\.0\.0\.1\]:{server.port} \(MX 10\) +[0-9.]+ m?s TLSv1\.3 cert 90\.0d$")
        self.assertEqual(lines[at].index(" TLSv1.3"), 79)
        self.assertRegex(lines[at + 1], r"^     \[[dcbestEq]{20}\] (dns \d.*)?conn [0-9.]+ banner [0-9.]+ ehlo ")
        at = next(i for i, line in enumerate(lines) if "gone.d.example" in line)
        self.assertRegex(lines[at], r"^CRIT gone\.d\.example:\d+ \(MX 20\)$")
        self.assertEqual(lines[at + 1], "     resolve: gone.d.example has no address: the name does not exist (NXDOMAIN)")

    def test_a_fleet_is_a_line_each_below_its_progress(self):
        with program.Serve() as server, tempfile.NamedTemporaryFile("w") as targets:
            targets.write(f"{server.where}\n127.0.0.1:1\n")
            targets.flush()
            lines = self.probed("--verify=off", "--targets", targets.name)
        shown = sorted(line.split("\x1b[K")[-1] for line in lines if re.search(r"(OK|CRIT) +\d", line))
        self.assertRegex(shown[0], r"^CRIT     2  127\.0\.0\.1:1 +[0-9.]+ ms connect: connection refused$")
        self.assertRegex(shown[1], rf"^OK       1  {server.where} +[0-9.]+ m?s \[[dcbestEq]{{20}}\] TLSv1\.3 cert 90\.0d$")
        self.assertEqual(shown[0].index(" connect:"), shown[1].index(" ["))

    def test_what_has_left_the_screen_is_named_again(self):
        with program.Serve() as server, tempfile.NamedTemporaryFile("w") as targets:
            targets.write(f"{server.where}\n" * 9 + "".join(f"127.0.0.1:1 name=n{i}\n" for i in range(12)))
            targets.flush()
            lines = self.probed("--tls=off", "--jobs", "1", "--targets", targets.name)
            few = self.probed("--tls=off", "--jobs", "1", "-q", "--targets", targets.name)
        lines = [line.split("\x1b[K")[-1] for line in lines]
        at = lines.index("not OK:")
        self.assertEqual(lines[at + 1:at + 12], [f"CRIT {n + 10:5}  n{n} 127.0.0.1:1  connect" for n in range(10)] +
                         ["and 2 more; -q shows these alone"])
        self.assertRegex(lines[at + 12], "^21 targets, .* 9 ok, 0 warning, 12 critical")
        self.assertNotIn("not OK:", few)
        self.assertEqual(len([line for line in few if "CRIT" in line]), 12)

    def test_a_fleet_stopped_half_way_says_what_is_left(self):
        "the progress stands below each line; 12 of the 13 wait for a banner when ^C comes"
        with listening() as mute, tempfile.NamedTemporaryFile("w") as targets:
            targets.write("127.0.0.1:1\n" + "".join(f"127.0.0.1:{mute.getsockname()[1]} name=n{i}\n" for i in range(12)))
            targets.flush()
            with Terminal("probe", "--timeout=60s", "-t60s", "--targets", targets.name, NO_COLOR="1") as t:
                t.shows("connection refused\n1 of 13 done, 2 at work, 1 not ok")
                t.type("\x03")
                self.assertEqual(t.status(), 130)
                text = t.text()
        self.assertIn("1 critical, 0 unknown, 12 not done", text)
        self.assertEqual(text.count("smtpsh: not done: 127.0.0.1:"), 10, text)
        self.assertIn("smtpsh: and 2 more; with --resume FILE the next run does what is left\n13 targets,", text)
        self.assertNotIn("at work", text)

    def test_a_long_message_wraps_at_words(self):
        zone = {("d.example", "MX"): [(10, "gone.d.example")]}
        with NameServer(zone) as dns:
            lines = self.probed("--tls=off", "--dns", dns.address, "@d.example", columns=40)
        self.assertTrue(all(len(line) <= 40 for line in lines), lines)
        self.assertIn("the name does not exist (NXDOMAIN)", " ".join(line.strip() for line in lines))


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
        self.assertNotIn("/watch SECS LINE", got)

    def test_what_is_not_does_not(self):
        self.assertNotIn("paged", self.shown("echo paged", "/help", "greylisting"))

    def test_a_pager_that_fails_loses_nothing(self):
        self.assertIn("/watch SECS LINE", self.shown("exit 3", "/help commands", "/pager -x failed"))


if __name__ == "__main__":
    tap.main()
