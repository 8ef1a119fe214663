"""smtpsh resolve: what the DNS says about where mail goes, as text and as JSON."""
import json
import os
import re
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer

ZONE = {
    ("good.test", "MX"): [(10, "mx1.good.test"), (20, "mx2.good.test"), (30, "gone.good.test")],
    ("mx1.good.test", "A"): ["192.0.2.1"], ("mx1.good.test", "AAAA"): ["2001:db8::1"], ("mx2.good.test", "A"): ["192.0.2.2"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["mx1.good.test"],
    ("2.2.0.192.in-addr.arpa", "PTR"): ["other.test", "mx2.good.test"], ("other.test", "A"): ["192.0.2.9"],
    ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "PTR"): ["mx1.good.test"],
    ("_25._tcp.mx1.good.test", "TLSA"): [(3, 1, 1, "ab" * 32)],
    ("_mta-sts.good.test", "TXT"): ["v=STSv1; id=1;"],
    ("_smtp._tls.good.test", "TXT"): ["v=TLSRPTv1; rua=mailto:a@good.test", "v=TLSRPTv1; rua=mailto:\x1b[31m@good.test"],
    ("null.test", "MX"): [(0, ".")], ("broken.test", "MX"): "SERVFAIL", ("broken.test", "A"): ["192.0.2.7"],
    ("xn--bcher-kva.test", "CNAME"): ["mx1.good.test"],
}


class Lookup(unittest.TestCase):
    def look(self, *args, ad=False):
        with NameServer(ZONE, ad=ad, ttl=77) as dns:
            done = program.run("resolve", "--dns", dns.address, *args)
            return done.returncode, done.stdout, done.stderr

    def test_a_domain(self):
        status, out, err = self.look("@good.test")
        self.assertEqual((status, err), (1, ""))          # the policy is nowhere, and there are two TLSRPT records
        for line in (
                "good.test: MX, TTL 77 s, not validated",
                "   10 mx1.good.test  TTL 77 s, not validated",
                "      192.0.2.1                 mx1.good.test (forward-confirmed)",
                "      2001:db8::1               mx1.good.test (forward-confirmed)",
                "      192.0.2.2                 other.test (not forward-confirmed), mx2.good.test (forward-confirmed)",
                "      TLSA 3 1 1 " + "ab" * 32 + ", not validated: not for DANE (RFC 7672 2.2)",
                "      no TLSA records: the name does not exist (NXDOMAIN)",
                "   30 gone.good.test: the name does not exist (NXDOMAIN)",
                '_mta-sts.good.test: "v=STSv1; id=1;", not validated'):
            self.assertIn(line + "\n", out)
        self.assertIn("2 records where one is allowed; all are ignored", out)
        self.assertNotIn("\x1b", out)

    def test_silent_name_servers(self):
        """However the waits end, what is said is which name servers were silent, and never that a wait of no time was too short."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
            for each in one, two:
                each.bind(("127.0.0.1", 0))
            places = [f"127.0.0.1:{each.getsockname()[1]}" for each in (one, two)]
            for target in "@silent.test", "host.silent.test":
                for servers in places[:1], places:
                    command = [program.SMTPSH, "resolve", "--timeout", "resolve=1s", "--dns", ",".join(servers), target]
                    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=program.environment()) for _ in range(8)]
                    told = [run.communicate(timeout=program.DEADLINE)[0] for run in runs]
                    with self.subTest(target, servers=len(servers)):
                        # what else is looked up may begin when the time is over, or just before
                        why = {tuple(line for line in each.splitlines() if "MX lookup of" in line or "no address" in line) for each in told}
                        self.assertEqual((len(why), {len(each) for each in why}), (1, {1}), told)
                        (line,), = why
                        for place in servers:
                            self.assertIn(place + " did not answer", line)

    def test_validated(self):
        _, out, _ = self.look("@good.test", ad=True)
        self.assertIn("good.test: MX, TTL 77 s, validated (DNSSEC)\n", out)
        self.assertIn("TLSA 3 1 1 " + "ab" * 32 + ", validated (DNSSEC)\n", out)

    def test_a_host_and_another_port(self):
        status, out, _ = self.look("mx1.good.test", "465")
        self.assertEqual(status, 0)
        self.assertIn("no TLSA", out)
        self.assertNotIn("_mta-sts", out)

    def test_a_bare_name_is_a_domain_where_it_has_an_mx(self):
        "good.test has no address of its own; what has no MX is a host, and why it has none is told"
        for name in "good.test", "null.test":
            bare, domain = ([re.sub(r":\d+, on", "", str(part)) for part in self.look(mark + name)] for mark in ("", "@"))
            self.assertEqual(bare, domain)
        for name, mx, why in (("good.test", True, None), ("mx1.good.test", False, "no data (NODATA)"), ("nowhere.test", False, "NXDOMAIN"),
                              ("broken.test", False, "SERVFAIL")):
            with self.subTest(name):
                status, out, _ = self.look("--format", "json", name)
                got = json.loads(out)
                self.assertEqual((got["mx"], got["name"], status), (mx, name, {"nowhere.test": 3, "broken.test": 3, "good.test": 1}.get(name, 0)))
                self.assertIn(why, got["mx_why"]) if why else self.assertNotIn("mx_why", got)
                self.assertEqual("not as a domain" in self.look(name)[1], not mx)
        self.assertNotIn("not as a domain", self.look("192.0.2.1")[1])

    def test_an_alias_and_another_script(self):
        program.needs(self, "libidn2")
        _, out, _ = self.look("bücher.test")
        self.assertIn("  xn--bcher-kva.test (bücher.test), an alias of mx1.good.test  TTL 77 s", out)

    def test_records_that_count_for_nothing_say_why(self):
        for label, texts, key, why in (
            ("_smtp._tls", ["v=TLSRPTv1; rua=tls@x.test"], "tlsrpt_wrong", 'one of its rua values begins with neither "mailto:" nor "https:"'),
            ("_smtp._tls", ["v=TLSRPTv1;"], "tlsrpt_wrong", "it has no rua, the address for reports"),
            ("_smtp._tls", ["v=TLSRPTv1; rua=mailto:a@x.test"] * 2, "tlsrpt_wrong", "2 records where one is allowed; all are ignored (RFC 8460 3)"),
            ("_smtp._tls", ["v=TLSRPTv1; rua=mailto:a@x.test"], "tlsrpt_wrong", None),
            ("_mta-sts", ["v=STSv1"], "mta_sts_wrong", "id"),
            ("_mta-sts", ["V=STSv1; id=1;"], "mta_sts_wrong", "does not begin"),
            ("_smtp._tls", ["v=TLSRPTv1; rua=mailto:a@x.test", "v=TLSRPTv10; rua=x"], "tlsrpt_wrong", None),
            ("_mta-sts", ["v=STSv1; id=1;"] * 2, "mta_sts_wrong", "2 records where one is allowed; all are ignored (RFC 8461 3.1)"),
        ):
            zone = {("x.test", "MX"): [(1, "m.test")], ("m.test", "A"): ["127.0.0.1"], (label + ".x.test", "TXT"): texts}
            with self.subTest(texts=texts), NameServer(zone) as dns:
                text = program.run("resolve", "@x.test", "--dns", dns.address).stdout
                got = json.loads(program.run("resolve", "@x.test", "--dns", dns.address, "--format", "json").stdout)
            if why is None:
                self.assertNotIn(key, got)
                self.assertNotIn("***", text)
            else:
                self.assertIn(why, got[key])
                self.assertIn(f"*** {'TLSRPT' if key[0] == 't' else 'MTA-STS'}: {got[key]}", text)

    def resolve(self, zone, status=0):
        with NameServer({("x.test", "MX"): [(1, "m.test")], ("m.test", "A"): ["127.0.0.1"], **zone}) as dns:
            done = program.run("resolve", "@x.test", "--dns", dns.address)
            self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
            return done.stdout, json.loads(program.run("resolve", "@x.test", "--dns", dns.address, "--format", "json").stdout)

    def test_spf_and_dmarc(self):
        text, got = self.resolve({("x.test", "TXT"): ["hello", "v=spf1 include:s.test -all"], ("s.test", "TXT"): ["v=spf1 mx ~all"],
                                  ("_dmarc.x.test", "TXT"): ["v=DMARC1; p=reject; rua=mailto:a@x.test"]})
        self.assertIn('x.test: "v=spf1 include:s.test -all", not validated\n', text)
        self.assertIn('_dmarc.x.test: "v=DMARC1; p=reject; rua=mailto:a@x.test", not validated\n', text)
        self.assertNotIn("***", text)
        self.assertEqual((got["spf"]["record"], got["spf"]["tree_lookups"], got["dmarc"]["policy"]), ("v=spf1 include:s.test -all", 2, "reject"))

    def test_what_is_optional_and_absent_is_no_problem(self):
        text, got = self.resolve({})
        self.assertNotIn("***", text)
        self.assertEqual((got["spf"]["result"], got["dmarc"]["state"], got["submission"], got["submissions"]), ("none", "none", [], []))

    def test_a_broken_record_of_senders_is_a_problem(self):
        for key, texts, part in (("x.test", ["v=spf1 -all"] * 2, "more than one SPF record"), ("x.test", ["v=spf1 foo"], '"foo" of x.test'),
                                 ("x.test", ["v=spf1 +all"], '"+all" of x.test'), ("x.test", ["v=spf1 include:gone.test -all"], "include:gone.test"),
                                 ("x.test", ["v=spf1 " + " ".join(f"a:h{i}.test" for i in range(11)) + " -all"], "11 of 10 lookups"),
                                 ("_dmarc.x.test", ["v=DMARC1; p=x"], "p="), ("_dmarc.x.test", ["v=DMARC1; p=none"] * 2, "2 DMARC records")):
            with self.subTest(texts=texts):
                text, _ = self.resolve({(key, "TXT"): texts}, status=1)
                self.assertRegex(text, r"(?m)^\*\*\* (SPF|DMARC): .*" + re.escape(part))
        self.resolve({("x.test", "TXT"): "SERVFAIL"}, status=3)

    def test_hostile_records_of_senders_stay_text(self):
        text, _ = self.resolve({("x.test", "TXT"): ["v=spf1 \x1b[31m"], ("_dmarc.x.test", "TXT"): ["v=DMARC1; p=none; rua=\x1b[31m"]}, status=1)
        self.assertNotIn("\x1b", text)

    def test_submission(self):
        text, got = self.resolve({("_submissions._tcp.x.test", "SRV"): [(0, 1, 465, "mail.x.test"), (10, 1, 4650, "b.x.test")],
                                  ("_submission._tcp.x.test", "SRV"): [(0, 0, 0, ".")]})
        self.assertIn("_submissions._tcp.x.test: SRV 0 1 465 mail.x.test, not validated\n", text)
        self.assertIn("_submission._tcp.x.test: SRV 0 0 0 ., not validated: not offered (RFC 6186 3.4)\n", text)
        self.assertEqual(got["submissions"][1], {"priority": 10, "weight": 1, "port": 4650, "host": "b.x.test"})
        self.assertEqual(got["submission"][0]["host"], "")

    def test_tlsa_rollover(self):
        for records, ready in (([], None), ([(3, 1, 1, "ab" * 32)], False), ([(3, 1, 1, "ab" * 32), (3, 1, 1, "cd" * 32)], True),
                               ([(3, 1, 1, "ab" * 32), (3, 0, 1, "cd" * 32)], False), ([(3, 1, 1, "ab" * 32), (2, 1, 1, "cd" * 32)], True)):
            with self.subTest(records=records):
                text, got = self.resolve({("_25._tcp.m.test", "TLSA"): records} if records else {})
                self.assertEqual(got["hosts"][0].get("tlsa_rollover"), ready)
                self.assertEqual("key rollover" in text, ready is True)

    def test_nothing_there(self):
        status, out, _ = self.look("@null.test")
        self.assertEqual(status, 3)
        self.assertIn('*** null.test accepts no mail: its MX is "."', out)
        status, out, _ = self.look("@nowhere.test")
        self.assertEqual(status, 3)
        self.assertIn("*** the domain nowhere.test does not exist", out)

    def test_json(self):
        status, out, _ = self.look("--format", "json", "@good.test", ad=True)
        self.assertEqual(status, 1)
        self.assertEqual(out.count("\n"), 1)
        o = json.loads(out)
        self.assertTrue(o["validated"])
        self.assertEqual([h["host"] for h in o["hosts"]], ["mx1.good.test", "mx2.good.test", "gone.good.test"])
        self.assertEqual(o["hosts"][0]["tlsa"], [{"usage": 3, "selector": 1, "matching": 1, "data": "ab" * 32}])
        ptr = {a["address"]: a["ptr"] for h in o["hosts"] for a in h["addresses"]}
        self.assertEqual(ptr["192.0.2.2"][0], {"name": "other.test", "points_back": False})
        self.assertEqual(o["mta_sts"], "v=STSv1; id=1;")
        self.assertIsNone(o["failure"])

    def test_what_is_no_target(self):
        for args in ((), ("unix:/x",), ("a", "25", "c")):
            status, out, err = self.look(*args)
            self.assertEqual((status, out), (2, ""), args)
            self.assertTrue(err.startswith("smtpsh: "), err)


if __name__ == "__main__":
    tap.main()
