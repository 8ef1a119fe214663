"""DANE along a route: smtpsh against posttls-finger of Postfix, with the same name server and the same SMTP servers.

Each case states the options of posttls-finger: the level `dane-only` looks for records as `dane` does and says where it
finds none that it may use, and `-M may` is RFC 7672's reading of an MX that was not validated.
"""
import json
import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import packages
import pki
import program
import tap
from nameserver import NameServer
from test_dane import key_digest

MAIN = "compatibility_level = 3.6\nmyhostname = finger.bed.test\ninet_protocols = ipv4\n"
ONLY, DANE, MX = ("-l", "dane-only", "-M", "may"), ("-l", "dane", "-M", "may"), ("-l", "dane", "-M", "dane")
VERIFIED, NOT, NONE, FAILED = "verified", "not verified", "does not apply", "look-up failed"
OURS = {"matched": VERIFIED, "mismatched": NOT, "usable": NOT, "none": NONE, "insecure": NONE, "insecure_path": NONE, "unusable": NONE,
        "lookup_failed": FAILED}
# The first that posttls-finger's output has; what has no TLS connection at all, where records ask for one, is not verified.
THEIRS = (
    (r"TLSA lookup error", FAILED),
    (r"MX RRset is insecure: try to encrypt|no (usable )?TLSA records found|all TLSA records unusable", NONE),
    (r"certificate verification failed .*hostname mismatch", NOT),      # 3.10 goes on with "Trusted TLS connection"
    (r"Verified TLS connection established|Trusted TLS connection established", VERIFIED),
    (r"", NOT),
)
WRONG = "ab" * 32
UNUSABLE = (0, 0, 1, WRONG)


class AllBut(set):
    """The questions whose answers are validated: all but these."""

    def __contains__(self, question):
        return not super().__contains__(question)


def name_server(zone, unsigned):
    """On port 53, the only one that resolv.conf knows, of an address of loopback that nobody else has taken."""
    for _ in range(50):
        at = f"127.{random.randrange(64, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        try:
            return NameServer(zone, ad=AllBut(unsigned), at=(at, 53)), at
        except PermissionError:
            raise unittest.SkipTest("port 53 needs root") from None
        except OSError:
            continue
    raise unittest.SkipTest("port 53 is taken at every address that was tried")


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.jail = packages.Jail("postfix", users=["postfix", "postdrop"])
        cls.jail.write("/etc/postfix/main.cf", MAIN)
        place = pki.make()
        cls.tls = program.Serve("--listen", "127.0.0.1:0", "--tls", "--cert", f"{place}/good.chain.pem", "--key", f"{place}/good.key").__enter__()
        cls.addClassCleanup(cls.tls.__exit__)
        cls.plain = program.Serve("--listen", "127.0.0.1:0", "--tls=off").__enter__()
        cls.addClassCleanup(cls.plain.__exit__)
        key, ca = (3, 1, 1, key_digest(f"{place}/good.pem")), (2, 1, 1, key_digest(f"{place}/ca.pem"))
        wrong, at, end = (3, 1, 1, WRONG), "mx", "real"
        # domain: records at a name below it (`mx` is its MX; with `real` an alias of that), the unsigned questions, options of
        # posttls-finger, what both say; or what each says and why they differ
        cls.cases = {
            "match.test": ({at: [key]}, (), ONLY, VERIFIED),
            "mismatch.test": ({at: [wrong]}, (), ONLY, NOT),
            "wrong-and-good.test": ({at: [wrong, key]}, (), ONLY, VERIFIED),
            "none.test": ({}, (), ONLY, NONE),
            "unusable.test": ({at: [UNUSABLE]}, (), ONLY, NONE),
            "unknown.test": ({at: [(3, 1, 9, WRONG), (3, 1, 1, "ab" * 5)]}, (), DANE, NONE),
            "unusable-and-good.test": ({at: [UNUSABLE, (3, 1, 9, WRONG), key]}, (), DANE, VERIFIED),
            "unusable-and-wrong.test": ({at: [UNUSABLE, wrong]}, (), DANE, NOT),
            "end-of-alias.test": ({end: [key]}, (), ONLY, VERIFIED),
            "alias-itself.test": ({at: [key], end: None}, (), ONLY, VERIFIED),
            "end-before-itself.test": ({at: [key], end: [wrong]}, (), ONLY, NOT),
            "end-good-itself-wrong.test": ({at: [wrong], end: [key]}, (), ONLY, VERIFIED),
            "unsigned-mx.test": ({at: [key]}, [("", "MX")], DANE, NONE),
            "unsigned-mx-wrong.test": ({at: [wrong]}, [("", "MX")], ONLY, NONE),
            "unsigned-address.test": ({at: [key]}, [("mx.", "A"), ("mx.", "AAAA")], ONLY, NONE),
            "unsigned-end.test": ({at: [key], end: None}, [("mx.", "A"), ("mx.", "AAAA"), ("real.", "A"), ("real.", "AAAA")], ONLY, VERIFIED),
            "unsigned-tlsa.test": ({at: [key]}, [("_tcp.mx.", "TLSA")], ONLY, NONE),
            "failed.test": ({at: "SERVFAIL"}, (), DANE, FAILED),
            "other-name.test": ({at: [ca]}, (), ONLY, NOT),
            "mx2.bed.test": ({at: [ca]}, (), ONLY, VERIFIED),       # the certificate has the next-hop domain, not mx.mx2.bed.test
            "no-starttls.test": ({at: [key]}, (), DANE, NOT),
            "policy.test": ({at: [key]}, [("", "MX")], MX, (NONE, VERIFIED, "-M dane is Postfix's own: it checks the host that an unsigned MX names")),
        }
        zone, unsigned = {}, set()
        for domain, (records, questions, _, _) in cls.cases.items():
            host, tcp = f"mx.{domain}", f"_{cls.port(domain)}._tcp"
            zone[domain, "MX"] = [(10, host)]
            zone[f"real.{domain}" if end in records else host, "A"] = ["127.0.0.1"]
            if end in records:
                zone[host, "CNAME"] = [f"real.{domain}"]
            zone.update({(f"{tcp}.{label}.{domain}", "TLSA"): value for label, value in records.items() if value})
            unsigned |= {(label.replace("_tcp", tcp) + domain, kind) for label, kind in questions}
        names, cls.at = name_server(zone, unsigned)
        names.__enter__()
        cls.addClassCleanup(names.__exit__)
        cls.jail.write("/etc/resolv.conf", f"nameserver {cls.at}\noptions timeout:5 attempts:2 edns0 trust-ad\n")

    @classmethod
    def port(cls, domain):
        return cls.plain.port if domain == "no-starttls.test" else cls.tls.port

    def test_both_say_the_same(self):
        for domain, (_, _, options, say) in self.cases.items():
            ours, theirs, _ = say if isinstance(say, tuple) else (say, say, "")
            with self.subTest(domain, options=options):
                port = str(self.port(domain))
                finger = self.jail.run("posttls-finger", "-c", "-L", "summary", *options, f"{domain}:{port}")
                said = finger.stdout + finger.stderr
                self.assertEqual(finger.returncode, 0, said)
                self.assertEqual(next(word for pattern, word in THEIRS if re.search(pattern, said)), theirs, said)
                if domain != "no-starttls.test" and theirs != FAILED:
                    self.assertIn("TLS connection established", said)
                done = program.run("probe", "--dane", "--format", "json", "--dns", self.at, "-p", port, "@" + domain)
                got = json.loads(done.stdout)
                if domain == "no-starttls.test":
                    self.assertNotIn("TLS connection established", said)
                    self.assertEqual((got["reason"], done.returncode), ("tls_dane", 2), done.stdout)
                    continue
                self.assertEqual(OURS[got["tls"]["dane"]], ours, done.stdout)
                self.assertEqual(done.returncode, {VERIFIED: 0, NOT: 2}.get(ours, 1), done.stdout)


if __name__ == "__main__":
    tap.main()
