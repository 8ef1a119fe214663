"""Real name servers: NSD with every case of MX and a signed zone, and Unbound before it, which validates."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import nameservers
import program
import tap

HEAD = nameservers.HEAD
HOSTS = "ns1 A 127.0.0.1\nmx1 A 127.0.0.1\nmx2 A 127.0.0.2\nmx3 A 127.0.0.3\nmx3 AAAA ::1\n"
BED = HEAD + HOSTS + r"""
@          MX 10 mx1
@          MX 20 mx2
@          MX 20 mx3
nullmx     MX 0 .
nullmxmix  MX 0 .
nullmxmix  MX 10 mx1
cname      CNAME bed.test.
cnamechain CNAME c1
c1         CNAME c2
c2         CNAME cname
alias      CNAME mx1
mxcname    MX 10 alias
mxip       MX 10 127.0.0.1.
loop1      CNAME loop2
loop2      CNAME loop1
aonly      A 127.0.0.1
nodata     TXT "neither MX nor address"
dangling   MX 10 nonexistent
danglingok MX 10 nonexistent
danglingok MX 20 mx1
elsewhere  A 127.0.0.1
elsewhere  MX 10 mx1
mxservfail MX 10 mx.servfail.test.
*.wild     MX 10 mx1
xn--bcher-kva MX 10 mx1
esc        MX 10 a\.b
_mta-sts   TXT "v=STSv1; id=20260101T000000;"
@          TXT "google-site-verification=x"
@          TXT "v=spf1 include:_spf.bed.test " "include:wide.bed.test -all"
_spf       TXT "v=spf1 mx a:mx2.bed.test ~all"
_dmarc     TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@bed.test"
_submissions._tcp SRV 0 1 465 mx1
_smtp._tls TXT "v=TLSRPTv1; rua=" "mailto:tlsrpt@bed.test"
""" + "wide TXT " + " ".join(f'"ip4:192.0.2.{i} "' if i else '"v=spf1 "' for i in range(200)) + "\n" + "".join(f"many MX {i} mx{i}.pool-of-a-long-name-to-force-tcp\nmx{i}.pool-of-a-long-name-to-force-tcp A 127.0.0.1\n"
              for i in range(1, 101))
SIGNED = HEAD + HOSTS + f"""
@ MX 10 mx1
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject"
_25._tcp.mx1 TLSA 3 1 1 {"ab" * 32}
alias CNAME mx1
"""
REVERSE = HEAD + "1.0.0 PTR mx1.bed.test.\n2.0.0 PTR mx1.bed.test.\n"


class Dns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = nameservers.Servers({"bed.test": BED, "127.in-addr.arpa": REVERSE, "servfail.test": None},
                                          {"signed.test": SIGNED, "bogus.test": SIGNED}, insecure=["bed.test", "servfail.test"],
                                          bogus="bogus.test")
        cls.addClassCleanup(cls.servers.stop)
        cls.smtp = program.Serve("--listen", "127.0.0.1:0").__enter__()
        cls.addClassCleanup(cls.smtp.__exit__)

    def talk(self, target, server=None):
        return program.run("--dns", server or self.servers.unbound, "-p", str(self.smtp.port), target, "-c", "NOOP")

    def each(self, cases):
        for server in (self.servers.nsd, self.servers.unbound):
            for target, status, sentence in cases:
                done = self.talk(target, server)
                self.assertEqual(done.returncode, status, f"{target} at {server}: {done.stdout}")
                self.assertIn(sentence, done.stdout)

    def test_what_connects(self):
        self.each([
            ("@bed.test", 0, "  10 mx1.bed.test  127.0.0.1\n"),
            ("@cname.bed.test", 0, "connected to mx1.bed.test"),
            ("@cnamechain.bed.test", 0, "connected to mx1.bed.test"),
            ("@nullmxmix.bed.test", 0, "has a null MX along with others"),
            ("@mxcname.bed.test", 0, "the MX alias.bed.test is an alias (CNAME) of mx1.bed.test"),
            ("@aonly.bed.test", 0, "aonly.bed.test has no MX: mail goes to its own address"),
            ("@danglingok.bed.test", 0, "ignoring MX 10 nonexistent.bed.test: the name does not exist (NXDOMAIN)"),
            ("@many.bed.test", 0, "and 88 more; /mx lists all"),
            ("@x.wild.bed.test", 0, "connected to mx1.bed.test"),
            ("@bücher.bed.test", 0, "=== bücher.bed.test is xn--bcher-kva.bed.test in the DNS"),
            ("elsewhere.bed.test", 0, "connected to elsewhere.bed.test"),
        ])

    def test_what_does_not(self):
        self.each([
            ("@nullmx.bed.test", 3, '*** nullmx.bed.test accepts no mail: its MX is "."'),
            ("@mxip.bed.test", 3, "it is an address, where a host name is required"),
            ("@nodata.bed.test", 3, "has no MX, and no address of its own: the name exists"),
            ("@dangling.bed.test", 3, "no MX host of dangling.bed.test has an address"),
            ("@nx.bed.test", 3, "the domain nx.bed.test does not exist (NXDOMAIN)"),
            ("@servfail.test", 3, "returned SERVFAIL"),
            ("@mxservfail.bed.test", 3, "no MX host of mxservfail.bed.test has an address: mx.servfail.test: "),
            ("@esc.bed.test", 3, "ignoring MX 10 a\\.b.bed.test: "),
            ("nx.bed.test", 3, "no address for nx.bed.test: the name does not exist"),
        ])

    def test_aliases_in_a_loop(self):
        done = self.talk("@loop1.bed.test", self.servers.nsd)
        self.assertEqual(done.returncode, 3)
        self.assertIn("failed: its CNAMEs form a loop", done.stdout)
        self.assertEqual(self.talk("@loop1.bed.test").returncode, 3)

    def test_a_bogus_zone_is_refused_by_who_validates(self):
        done = self.talk("@bogus.test")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stdout, r"returned SERVFAIL \(.+\)")
        self.assertEqual(self.talk("@bogus.test", self.servers.nsd).returncode, 0)

    def test_the_next_server_is_asked(self):
        done = self.talk("@bogus.test", f"{self.servers.unbound},{self.servers.nsd}")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, rf"=== {self.servers.unbound} returned SERVFAIL \(.+\), {self.servers.nsd} returned NOERROR\n")

    def resolve(self, *args, server=None):
        done = program.run("resolve", "--dns", server or self.servers.unbound, "--format", "json", *args)
        return done.returncode, json.loads(done.stdout)

    def test_resolve(self):
        status, o = self.resolve("@bed.test")
        self.assertEqual(status, 1)         # the policy that the record promises is nowhere
        self.assertEqual([(h["preference"], h["host"]) for h in o["hosts"]][0], (10, "mx1.bed.test"))
        self.assertEqual({h["host"] for h in o["hosts"]}, {"mx1.bed.test", "mx2.bed.test", "mx3.bed.test"})
        self.assertFalse(o["validated"])
        self.assertTrue(0 < o["ttl"] <= 60)
        self.assertEqual(o["mta_sts"], "v=STSv1; id=20260101T000000;")
        self.assertEqual(o["tlsrpt"], "v=TLSRPTv1; rua=mailto:tlsrpt@bed.test")
        ptr = {a["address"]: a["ptr"] for h in o["hosts"] for a in h["addresses"]}
        self.assertEqual((o["spf"]["result"], o["spf"]["tree_lookups"], o["spf"]["tree_problem"]), ("unasked", 4, None))    # wide: over TCP
        self.assertEqual((o["dmarc"]["policy"], o["submission"], o["submissions"][0]["host"]), ("quarantine", [], "mx1.bed.test"))
        self.assertEqual(ptr["127.0.0.1"], [{"name": "mx1.bed.test", "points_back": True}])
        self.assertEqual(ptr["127.0.0.2"], [{"name": "mx1.bed.test", "points_back": False}])

    def test_validated_answers(self):
        status, o = self.resolve("@signed.test")
        self.assertEqual(status, 0)
        self.assertTrue(o["validated"] and o["hosts"][0]["validated"] and o["hosts"][0]["tlsa_validated"], o)
        self.assertTrue(o["spf"]["validated"] and o["dmarc"]["validated"])
        self.assertEqual(o["hosts"][0]["tlsa"], [{"usage": 3, "selector": 1, "matching": 1, "data": "ab" * 32}])
        self.assertFalse(self.resolve("@signed.test", server=self.servers.nsd)[1]["validated"])


if __name__ == "__main__":
    tap.main()
