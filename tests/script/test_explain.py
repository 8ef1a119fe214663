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
    def test_each_kind_by_each_of_its_names(self):
        for args, kind, text in (
            (["550"], "reply code", "mailbox unavailable"),
            (["5.1.1"], "enhanced code", "bad destination mailbox address (RFC 3463)"),
            (["X.7.28"], "enhanced code", "mail flood"),
            (["550", "5.7.1"], "enhanced code", "relaying"),
            (["451 4.7.1 Greylisted, come back"], "enhanced code", "greylisting"),
            (["550-5.7.26", "and", "text"], "enhanced code", "DMARC"),
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
            (["handshake failure"], "TLS alert", "no cipher"),
            (["unrecognized_name"], "TLS alert", "--sni"),
            (["X509_V_ERR_CERT_HAS_EXPIRED"], "certificate error", "renew"),
            (["HOSTNAME_MISMATCH"], "certificate error", "other names"),
            (["error", "20"], "certificate error", "intermediate"),
            (["error", "85"], "certificate error", "Missing Authority Key Identifier"),
            (["missing", "authority", "key", "identifier"], "certificate error", "error 85"),
            (["certificate", "has", "expired"], "certificate error", "renew"),
            (["NXDOMAIN"], "DNS rcode", "does not exist"),
            (["rcode", "2"], "DNS rcode", "SERVFAIL"),
            (["3", "1", "1"], "TLSA record", "DANE-EE"),
            (["ESMTPSA"], "Received: with", "logged in"),
            (["port", "465"], "port", "RFC 8314"),
            (["mta-sts"], "policy", "RFC 8461"),
            (["exit", "5"], "exit status", "TLS"),
            (["exit", "130"], "exit status", "signal 2"),
        ):
            done = explain(*args)
            self.assertEqual((args, done.returncode, done.stderr), (args, 0, ""))
            self.assertIn(f"({kind})", done.stdout, args)
            self.assertIn(text, done.stdout, args)

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
        for args, says in ((["SIZ"], "is SIZE meant?"), (["frobnicate"], "nothing is known"), ([], "wants a code")):
            done = explain(*args)
            self.assertEqual((args, done.returncode, done.stdout), (args, 2, ""))
            self.assertIn(says, done.stderr)

    def test_every_exit_status_is_known(self):
        for status in range(12):
            self.assertNotIn("not one of", explain("exit", str(status)).stdout)


if __name__ == "__main__":
    tap.main()
