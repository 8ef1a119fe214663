"""smtpsh explain: everything that can be asked, as text and as JSON, and what is not known."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap


def explain(*args):
    return program.run("explain", *args)


class Explain(unittest.TestCase):
    def test_the_class_of_a_code_is_written_as_everywhere(self):
        for code, word in (("250", "2xx"), ("450", "4xx"), ("550", "5xx")):
            self.assertIn(word + ",", program.run("explain", code).stdout)

    def test_each_kind_by_each_of_its_names(self):
        for args, kind, text in (
            (["550"], "reply code", "mailbox unavailable"),
            (["5.1.1"], "enhanced code", "bad destination mailbox address (RFC 3463)"),
            (["X.7.28"], "enhanced code", "mail flood"),
            (["550", "5.7.1"], "enhanced code", "policy of the server"),
            (["451 4.7.1 Greylisted, come back"], "enhanced code", "Greylisting"),
            (["550-5.7.26", "and", "text"], "enhanced code", "unauthenticated"),
            (["5.7.124"], "enhanced code", "not registered"),
            (["X.7.16"], "enhanced code", "RFC 4865"),
            (["size"], "EHLO keyword", "RFC 1870"),
            (["XXXXXXXA"], "EHLO keyword", "firewall"),
            (["X-EXPS"], "EHLO keyword", "Exchange"),
            (["SIZE=1000"], "parameter", "MAIL FROM:<sender> ... SIZE=octets"),
            (["rcpt"], "command", "RCPT TO:<recipient>"),
            (["ATRN"], "command", "RFC 2645"),
            (["SCRAM-SHA-256-PLUS"], "SASL mechanism", "RFC 7677"),
            (["xoauth2"], "SASL mechanism", "token"),
            (["RCPTMAX"], "limit", "recipients"),
            (["alert", "40"], "TLS alert", "handshake_failure"),
            (["handshake failure"], "TLS alert", "No cipher"),
            (["unrecognized_name"], "TLS alert", "--sni"),
            (["X509_V_ERR_CERT_HAS_EXPIRED"], "certificate error", "renew"),
            (["HOSTNAME_MISMATCH"], "certificate error", "other names"),
            (["error", "20"], "certificate error", "intermediate"),
            (["error", "85"], "certificate error", "Missing Authority Key Identifier"),
            (["missing", "authority", "key", "identifier"], "certificate error", "error 85"),
            (["certificate", "has", "expired"], "certificate error", "renew"),
            (["NXDOMAIN"], "DNS rcode", "No such name"),
            (["rcode", "2"], "DNS rcode", "SERVFAIL"),
            (["3", "1", "1"], "TLSA record", "DANE-EE"),
            (["ESMTPSA"], "Received: with", "authenticated"),
            (["port", "465"], "port", "RFC 8314"),
            (["mta-sts"], "policy", "RFC 8461"),
            (["exit", "5"], "exit status", "TLS"),
            (["exit", "130"], "exit status", "signal 2"),
        ):
            done = explain(*args)
            self.assertEqual((args, done.returncode, done.stderr), (args, 0, ""))
            self.assertIn(f"({kind})", done.stdout, args)
            self.assertIn(text, done.stdout, args)

    def test_a_text_goes_before_its_codes(self):
        for text, cause in (
            ("454 4.7.1 <bob@example.org>: Relay access denied", "relay_denied"),
            ("535 5.7.3 Authentication unsuccessful", "auth_failed"),
            ("521 5.5.2 mx.test Error: bare <LF> received", "bare_lf"),
            ("550-5.7.26 This mail has been blocked because the sender is unauthenticated.", "unauthenticated"),
            ("status=deferred (host mx.example.org[192.0.2.1] said: 450 4.2.0 <bob@example.org>: Recipient address rejected: "
             "Greylisted (in reply to RCPT TO command))", "greylisted"),
            ("Nov 29 10:00:00 mx postfix/smtp[1]: ABC: to=<b@example.org>, relay=none, dsn=4.4.1, status=deferred "
             "(connect to mx.example.org[192.0.2.1]:25: Connection refused)", "connect_refused"),
            ("NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified "
             "hostname; from=<a@example.org> to=<b@example.org> proto=ESMTP helo=<localhost>", "helo_not_fqdn"),
            ("Relay access denied", "relay_denied"),
            ("550 mail relay denied", "relay_denied"),
            ("4.7.323 tlsa-invalid: The domain failed DANE validation", "dane_mismatch"),
            ("554-esa1.example.com 554 Your access has been rejected due to the sending MTA's poor reputation", "bad_reputation"),
            ("571 Your address is blocked using zen.spamhaus.org", "client_listed"),
            ("relay_denied", "relay_denied"),
        ):
            done = program.run("explain", "--format=json", text)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f'"{cause}"', done.stdout, text)

    def test_a_bounce_from_standard_input(self):
        bounce = ("I'm sorry to inform you that your message could not be delivered.\n\n"
                  "<bob@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1\n    <bob@example.org>: Recipient address "
                  "rejected: User unknown in local\n    recipient table (in reply to RCPT TO command)\n\n"
                  "Diagnostic-Code: smtp; 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in local recipient table\n")
        done = program.run("explain", "-", input=bounce)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("recipient_unknown", done.stdout)

    def test_topics(self):
        for topic in ("SPF", "DKIM", "DMARC", "BIMI", "DNSBL", "SRV", "injection", "resumption", "DANE", "greylisting", "smuggling"):
            done = explain(topic)
            self.assertEqual((topic, done.returncode), (topic, 0))
            self.assertIn("RFC" if topic != "BIMI" else "draft", done.stdout)

    def test_every_certificate_error_that_openssl_has(self):
        for number in list(range(2, 31)) + list(range(32, 35)) + list(range(41, 70)) + list(range(73, 95)):
            done = explain("error", str(number))
            self.assertEqual((number, done.returncode), (number, 0), done.stderr)
            self.assertIn("(certificate error)", done.stdout)
        for number in ("0", "999", "1000"):
            self.assertEqual(explain("error", number).returncode, 2, number)

    def test_several_at_once(self):
        done = explain("550", "SIZE", "PIPELINING")
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")],
                         ["550", "SIZE", "SIZE", "PIPELINING"])

    def test_json_says_the_same(self):
        text = explain("552").stdout
        objects = [json.loads(line) for line in explain("--format", "json", "552").stdout.splitlines()]
        self.assertEqual([o["name"] for o in objects], ["552"])
        for fact in objects[0]["facts"]:
            self.assertIn(fact["text"], text)

    def test_what_is_not_known(self):
        for args, says in ((["SIZ"], "did you mean SIZE?"), (["frobnicate"], "nothing is known"), ([], "expected a code")):
            done = explain(*args)
            self.assertEqual((args, done.returncode, done.stdout), (args, 2, ""))
            self.assertIn(says, done.stderr)

    def test_every_exit_status_is_known(self):
        for status in range(12):
            self.assertNotIn("not an exit status", explain("exit", str(status)).stdout)


class Surfaces(unittest.TestCase):
    """Every surface gives the cause and the next step of what fails."""

    def test_connection_refused(self):
        for args in (["probe", "127.0.0.1:1"], ["probe", "127.0.0.1:1", "--format=nagios"], ["check_smtp", "-H", "127.0.0.1", "-p", "1"],
                     ["send", "127.0.0.1:1", "--from", "a@example.org", "--to", "b@example.org"], ["-v", "127.0.0.1", "1", "-c", "QUIT"],
                     ["127.0.0.1", "1", "--explain=on", "-c", "QUIT"]):
            shown = program.run(*args, input="Subject: x\n\nx\n").stdout
            self.assertIn("Nothing listens on port 1", shown, args)
            self.assertIn("Next: ", shown, args)
        self.assertNotIn("Next: ", program.run("127.0.0.1", "1", "-c", "QUIT").stdout)

    def test_stable_words(self):
        for args in (["probe", "127.0.0.1:1", "--format=json"], ["127.0.0.1", "1", "--format=json", "-c", "QUIT"]):
            objects = [json.loads(line) for line in program.run(*args).stdout.splitlines()]
            causes = [o["cause"] for o in objects if "cause" in o]
            self.assertIn("connect_refused", causes, args)
            self.assertTrue(all(o["next"] for o in objects if "cause" in o), args)
        for format, says in (("prom", 'probe_smtp_cause_info{cause="connect_refused"} 1\n'), ("influx", ',cause="connect_refused" '),
                             ("tap", '\n  cause: "connect_refused"\n'), ("tap", "\n  next: "), ("tap14", '\n  cause: "connect_refused"\n')):
            self.assertIn(says, program.run("probe", "127.0.0.1:1", f"--format={format}").stdout)

    def test_a_name_that_does_not_exist(self):
        shown = program.run("resolve", "--dns=127.0.0.1:1", "host.invalid").stdout
        self.assertIn("Next: ", shown)


if __name__ == "__main__":
    tap.main()
