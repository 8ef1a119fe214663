"""Mail from a domain: SPF, DKIM, DMARC, reverse DNS, EHLO name and block lists, as the DNS has them."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer

OPTIONS = {"source": "--source", "ehlo": "--helo", "envelope": "--return-path", "selector": "--selector", "dnsbl": "--dnsbl"}
V4, V6 = "192.0.2.1", "2001:db8::1"
RSA_512 = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOPV/eDwJUCGkVUtRDhZwxt3nTlFwtiLsKDA6HOfgl5MPlrB9u6dAVgyaup419mviVtN7/OSHFU26Wg2lJ23LO0CAwEAAQ=="
RSA_1024 = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDNnIGugUojSjOCuF4fSisgNh3Q/F/9eWblRTZ6n+uShXIKuKVH5jQK203pPDdAt9O0BbnRVF/+B9SuhB6sHawlGsnhA5qRMiUyRRaGyDOtQVAu86ZljN9xtIXziDKLb3hkOTqD4py82JjRWA/uXt9auNBQX6XaSeHIS+1Cfe52GQIDAQAB"
RSA_2048 = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmYVGorScLinPcBksml8i7SUDY1ctI8CGvjx5W+sMSY+ctmjA3Gx2WUHQ0GUQK4Yj9ne0HfNPBGzsmKXtRPB9CTqfyxE5ZP649QOx5+zBpYXmwf5WCGkGKZ3BvomQfCPpmY3eGxNTHlRfn1qNS/fqsLWSMS4/DyUVZuq0YCZGEwarn7qiO9qe9OMmKF8DJmFIbVG+3grr2A6rGsY6unVfmw5PtiQ1HjVbqmgsGiW3OFIRYYy2aMx8nJOcuh2JkK3+Nw8wcgFUPIfGHHtZ4PJRpVusGGR7Waa/D4yNU7ZuhrjWgpiaInBcIi89YatD0hpm7eFPTlKeQl+55fhU7tFgywIDAQAB"
RSA_BARE = "MIGJAoGBAOGR8ouva13iHxCoYAi/ZGycpcykq7+5SxCY3/7HFvERXPJpepGWyHnuv+GNIOLQ3edGg7TppsdK0CK8doec4qyrW5N9BhpEFvNLJTlsg/nMllVE5PpmQxWxrdb5lYh+N6D/lqIQ/LmW83N5Pv4QOTISY676Ci/4gehoH7+xR9c7AgMBAAE="
ED25519 = "ek2mnUTyY+cFknHVre9G0cG/OuTu01r7libxPQZwsxk="
ECDSA = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu2CvzfHJFjIXdFW0Ti9IHoDVtV0dG61oOjNrroTtnaWtdkxHDYNrVwNwyUU4bAllJjDYJX3t4TzfAxk0KeycVA=="


def check(zone, *args, domain="d.test", ad=False):
    """What is found of `domain` in this zone: {name: {type: records}}, a text alone is its TXT."""
    records = {}
    for name, types in zone.items():
        for kind, values in (types if isinstance(types, dict) else {"TXT": types}).items():
            records[name, kind] = [values] if isinstance(values, str) and values not in ("SERVFAIL", "REFUSED", "silent", "garbage") else values
    with NameServer(records, ad=ad) as dns:
        options = [word for arg in args for word in (OPTIONS[arg.split("=")[0]], arg.split("=", 1)[1])]
        done = program.run("check", "--dns", dns.address, "--format", "json", "--from", domain, *options)
        if not done.stdout:
            raise AssertionError(done.stderr)
        got = json.loads(done.stdout)
        got["status"] = done.returncode
        got["asked"] = list(dns.asked)
        return got


def reverse(address):
    import ipaddress
    return ipaddress.ip_address(address).reverse_pointer


def a(*addresses):
    return {"A": list(addresses)}


MANY = {f"h{i}.test": a("192.0.2.99") for i in range(20)}

# What the record of d.test and the rest of the zone make of 192.0.2.1; the RFC's sections beside.
SPF = [
    # 2.6, 4.5: which record
    ("no record", {"d.test": "hello"}, "none", "no_record"),
    ("no such domain", {"other.test": "x"}, "none", "no_record"),
    ("another version", {"d.test": "v=spf10 -all"}, "none", "no_record"),
    ("sender id", {"d.test": "spf2.0/pra -all"}, "none", "no_record"),
    ("in capitals", {"d.test": "V=SPF1 -ALL"}, "fail", "matched"),
    ("among others", {"d.test": ["x", "v=spf1 -all", "google-site-verification=x"]}, "fail", "matched"),
    ("two", {"d.test": ["v=spf1 -all", "v=spf1 +all"]}, "permerror", "several_records"),
    ("in strings", {"d.test": [["v=spf1 ip4:192.0", ".2.1 -all"]]}, "pass", "matched"),
    ("an alias", {"d.test": {"CNAME": ["e.test"]}, "e.test": "v=spf1 ip4:192.0.2.1 -all"}, "pass", "matched"),
    ("SERVFAIL", {"d.test": {"TXT": "SERVFAIL"}}, "temperror", "lookup_failed"),
    # 4.6: what is evaluated
    ("empty", {"d.test": "v=spf1"}, "neutral", "no_match"),
    ("syntax behind a match", {"d.test": "v=spf1 ip4:192.0.2.1 ipv4:1 -all"}, "permerror", "syntax"),
    ("the first match counts", {"d.test": "v=spf1 ~ip4:192.0.2.1 ip4:192.0.2.1 -all"}, "softfail", "matched"),
    ("neutral", {"d.test": "v=spf1 ?all"}, "neutral", "matched"),
    ("unknown modifier", {"d.test": "v=spf1 moo=x.y -all"}, "fail", "matched"),
    ("nothing behind all", {"d.test": "v=spf1 -all ip4:192.0.2.1"}, "fail", "matched"),
    # 5.1 to 5.7: mechanisms
    ("ip4 with a prefix", {"d.test": "v=spf1 ip4:192.0.2.128/24 -all"}, "pass", "matched"),
    ("ip4 elsewhere", {"d.test": "v=spf1 ip4:192.0.2.128/25 -all"}, "fail", "matched"),
    ("ip4 of all", {"d.test": "v=spf1 ip4:0.0.0.0/0 -all"}, "pass", "matched"),
    ("ip6 is none of it", {"d.test": "v=spf1 ip6:::/0 -all"}, "fail", "matched"),
    ("a", {"d.test": {"TXT": "v=spf1 a -all", "A": [V4]}}, "pass", "matched"),
    ("a of another", {"d.test": "v=spf1 a:x.test -all", "x.test": a("192.0.2.7", V4)}, "pass", "matched"),
    ("a with a prefix", {"d.test": "v=spf1 a:x.test/24 -all", "x.test": a("192.0.2.7")}, "pass", "matched"),
    ("a by an alias", {"d.test": "v=spf1 a:y.test -all", "y.test": {"CNAME": ["x.test"]}, "x.test": a(V4)}, "pass", "matched"),
    ("a elsewhere", {"d.test": "v=spf1 a:x.test -all", "x.test": a("192.0.2.7")}, "fail", "matched"),
    ("a fails", {"d.test": "v=spf1 a:x.test -all", "x.test": {"A": "SERVFAIL"}}, "temperror", "lookup_failed"),
    ("mx", {"d.test": {"TXT": "v=spf1 mx -all", "MX": [(1, "h1.test"), (2, "x.test")]}, "x.test": a(V4), **MANY}, "pass", "matched"),
    ("mx elsewhere", {"d.test": {"TXT": "v=spf1 mx -all", "MX": [(1, "h1.test")]}, **MANY}, "fail", "matched"),
    ("null mx", {"d.test": {"TXT": "v=spf1 mx -all", "MX": [(0, ".")]}}, "fail", "matched"),
    ("no implicit mx", {"d.test": {"TXT": "v=spf1 mx -all", "A": [V4]}}, "fail", "matched"),
    ("mx of ten hosts", {"d.test": {"TXT": "v=spf1 mx -all", "MX": [(i, f"h{i}.test") for i in range(10)]}, **MANY}, "fail", "matched"),
    ("mx of eleven", {"d.test": {"TXT": "v=spf1 mx -all", "MX": [(i, f"h{i}.test") for i in range(11)]}, **MANY}, "permerror", "too_many_mx"),
    ("ptr", {"d.test": "v=spf1 ptr -all", reverse(V4): {"PTR": ["x.d.test"]}, "x.d.test": a(V4)}, "pass", "matched"),
    ("ptr not confirmed", {"d.test": "v=spf1 ptr -all", reverse(V4): {"PTR": ["x.d.test"]}, "x.d.test": a("192.0.2.7")}, "fail", "matched"),
    ("ptr of another", {"d.test": "v=spf1 ptr -all", reverse(V4): {"PTR": ["x.e.test"]}, "x.e.test": a(V4)}, "fail", "matched"),
    ("ptr of a longer label", {"d.test": "v=spf1 ptr -all", reverse(V4): {"PTR": ["bad.test"]}, "bad.test": a(V4)}, "fail", "matched"),
    ("ptr within a domain", {"d.test": "v=spf1 ptr:e.test -all", reverse(V4): {"PTR": ["x.e.test"]}, "x.e.test": a(V4)}, "pass", "matched"),
    ("ptr fails", {"d.test": "v=spf1 ptr -all", reverse(V4): {"PTR": "SERVFAIL"}}, "fail", "matched"),
    ("exists", {"d.test": "v=spf1 exists:x.test -all", "x.test": a("127.0.0.2")}, "pass", "matched"),
    ("exists not", {"d.test": "v=spf1 exists:x.test -all"}, "fail", "matched"),
    ("include that passes", {"d.test": "v=spf1 include:e.test -all", "e.test": "v=spf1 ip4:192.0.2.1 -all"}, "pass", "matched"),
    ("include that fails", {"d.test": "v=spf1 include:e.test ~all", "e.test": "v=spf1 -all"}, "softfail", "matched"),
    ("include that is neutral", {"d.test": "v=spf1 include:e.test ~all", "e.test": "v=spf1 ?all"}, "softfail", "matched"),
    ("a qualified include", {"d.test": "v=spf1 ?include:e.test -all", "e.test": "v=spf1 ip4:192.0.2.1"}, "neutral", "matched"),
    ("include of nothing", {"d.test": "v=spf1 include:e.test -all", "e.test": "x"}, "permerror", "include_without_record"),
    ("include of an error", {"d.test": "v=spf1 include:e.test -all", "e.test": "v=spf1 foo"}, "permerror", "syntax"),
    ("include that cannot be had", {"d.test": "v=spf1 include:e.test -all", "e.test": {"TXT": "SERVFAIL"}}, "temperror", "lookup_failed"),
    ("include behind a match", {"d.test": "v=spf1 ip4:192.0.2.1 include:e.test -all"}, "pass", "matched"),
    # 6.1: redirect
    ("redirect", {"d.test": "v=spf1 redirect=e.test", "e.test": "v=spf1 ip4:192.0.2.1 -all"}, "pass", "matched"),
    ("redirect that fails", {"d.test": "v=spf1 redirect=e.test", "e.test": "v=spf1 -all"}, "fail", "matched"),
    ("redirect before mechanisms", {"d.test": "v=spf1 redirect=e.test ?ip4:192.0.2.1", "e.test": "v=spf1 -all"}, "neutral", "matched"),
    ("redirect and all", {"d.test": "v=spf1 redirect=e.test ~all", "e.test": "v=spf1 +all"}, "softfail", "matched"),
    ("redirect to nothing", {"d.test": "v=spf1 redirect=e.test"}, "permerror", "include_without_record"),
    # 4.6.4: what it may cost
    ("ten lookups", {"d.test": "v=spf1 " + " ".join(f"a:h{i}.test" for i in range(10)) + " -all", **MANY}, "fail", "matched"),
    ("eleven", {"d.test": "v=spf1 " + " ".join(f"a:h{i}.test" for i in range(11)) + " -all", **MANY}, "permerror", "too_many_lookups"),
    ("eleven, matched before", {"d.test": "v=spf1 ip4:192.0.2.1 " + " ".join(f"a:h{i}.test" for i in range(11)) + " -all", **MANY}, "pass", "matched"),
    ("lookups of an include count", {"d.test": "v=spf1 include:e.test a:h9.test -all",
                                     "e.test": "v=spf1 " + " ".join(f"a:h{i}.test" for i in range(9)) + " -all", **MANY},
     "permerror", "too_many_lookups"),
    ("an include of itself", {"d.test": "v=spf1 include:d.test -all"}, "permerror", "too_many_lookups"),
    ("a redirect to itself", {"d.test": "v=spf1 redirect=d.test"}, "permerror", "too_many_lookups"),
    ("two void lookups", {"d.test": "v=spf1 a:n1.test a:n2.test ip4:192.0.2.1 -all"}, "pass", "matched"),
    ("three", {"d.test": "v=spf1 a:n1.test a:n2.test exists:n3.test ip4:192.0.2.1 -all"}, "permerror", "too_many_void_lookups"),
    # 7: macros, which are named and not expanded
    ("a macro decides", {"d.test": "v=spf1 exists:%{i}._spf.d.test -all"}, "unknown", "macro"),
    ("a macro does not decide", {"d.test": "v=spf1 exists:%{i}._spf.d.test ip4:192.0.2.1 -all"}, "pass", "matched"),
    ("a macro behind the match", {"d.test": "v=spf1 ip4:192.0.2.1 exists:%{i}._spf.d.test -all"}, "pass", "matched"),
    ("a macro in an include", {"d.test": "v=spf1 include:e.test -all", "e.test": "v=spf1 exists:%{i}.e.test -all"}, "unknown", "macro"),
    ("a redirect by a macro", {"d.test": "v=spf1 redirect=%{d}.e.test"}, "unknown", "macro"),
    ("exp is never asked for", {"d.test": "v=spf1 -all exp=%{i}.e.test"}, "fail", "matched"),
]


class Spf(unittest.TestCase):
    def test_each_record(self):
        for name, zone, result, why in SPF:
            with self.subTest(name):
                got = check(zone, "source=" + V4)["spf"]
                self.assertEqual((got["result"], got["why"]), (result, why), got)

    def test_what_decided_and_by_which_way(self):
        zone = {"d.test": "v=spf1 mx include:e.test -all", "e.test": "v=spf1 include:f.test ~all",
                "f.test": "v=spf1 redirect=g.test", "g.test": "v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24"}
        got = check(zone, "source=" + V4)["spf"]
        self.assertEqual((got["term"], got["term_domain"]), ("ip4:192.0.2.0/24", "g.test"))
        self.assertEqual([p["term"] for p in got["path"]], ["include:e.test", "include:f.test", "redirect=g.test"])
        self.assertEqual([p["domain"] for p in got["path"]], ["d.test", "e.test", "f.test"])
        self.assertEqual((got["lookups"], got["void_lookups"], got["tree_lookups"]), (4, 1, 4))
        got = check(zone, "source=203.0.113.1")["spf"]
        self.assertEqual((got["result"], got["term"], got["term_domain"], got["path"]), ("fail", "-all", "d.test", []))

    def test_ipv6(self):
        zone = {"d.test": "v=spf1 a:x.test//32 mx:y.test exists:z.test -all", "x.test": {"A": [V4], "AAAA": ["2001:db8:ffff::7"]},
                "y.test": {"MX": [(1, "x.test")]}, "z.test": a("127.0.0.1")}
        got = check(zone, "source=" + V6)
        self.assertEqual(got["spf"]["term"], "a:x.test//32")
        self.assertNotIn(("x.test", "a"), [(n, t.lower()) for n, t in got["asked"]])
        self.assertEqual(check(zone, "source=2001:db9::1")["spf"]["term"], "exists:z.test")
        self.assertEqual(check(zone, "source=::ffff:192.0.2.1")["spf"]["result"], "pass")       # IPv4 within IPv6

    def test_what_an_early_match_hides(self):
        "the whole tree is counted, and what is wrong in it is told though the result is another"
        long = "v=spf1 ip4:192.0.2.1 " + " ".join(f"a:h{i}.test" for i in range(12)) + " -all"
        got = check({"d.test": long, **MANY}, "source=" + V4)["spf"]
        self.assertEqual((got["result"], got["lookups"], got["tree_lookups"], got["tree_problem"]), ("pass", 0, 12, "too_many_lookups"))
        got = check({"d.test": "v=spf1 ip4:192.0.2.1 include:gone.test -all"}, "source=" + V4)["spf"]
        self.assertEqual((got["result"], got["tree_problem"]), ("pass", "include_without_record"))
        got = check({"d.test": "v=spf1 ip4:192.0.2.1 include:d.test -all"}, "source=" + V4)["spf"]
        self.assertTrue(got["tree_incomplete"])

    def test_without_an_address_the_record_is_read(self):
        got = check({"d.test": "v=spf1 include:e.test -all", "e.test": "v=spf1 mx ~all"})["spf"]
        self.assertEqual((got["result"], got["tree_lookups"], got["tree_problem"]), ("unasked", 2, None))
        self.assertEqual(check({"d.test": "v=spf1 foo"})["spf"]["result"], "permerror")
        self.assertEqual(check({"d.test": "x"})["spf"]["result"], "none")

    def test_what_is_odd(self):
        for record, notes in (("v=spf1 +all", [("plus_all", "+all")]), ("v=spf1 all", [("plus_all", "all")]), ("v=spf1 mx -all", []),
                              ("v=spf1 ptr ~all", [("ptr", "ptr")]), ("v=spf1 mx", [("no_all", "")]),
                              ("v=spf1 -all mx", [("after_all", "mx")]), ("v=spf1 ~all redirect=e.test", [("redirect_ignored", "redirect=e.test")]),
                              ("v=spf1 exists:%{i}.test -all", [("macro", "exists:%{i}.test")]), ("v=spf1 foo=bar -all", [("unknown_modifier", "foo=bar")])):
            with self.subTest(record):
                got = check({"d.test": record})["spf"]
                self.assertEqual([(n["note"], n["term"]) for n in got["notes"]], notes)

    def test_a_macro_names_the_results_that_may_be(self):
        got = check({"d.test": "v=spf1 exists:%{i}._spf.d.test ~all"}, "source=" + V4)["spf"]
        self.assertEqual((sorted(got["maybe"]), got["term"]), (["pass", "softfail"], "exists:%{i}._spf.d.test"))
        self.assertFalse([q for q in check({"d.test": "v=spf1 exists:%{i}.d.test -all"}, "source=" + V4)["asked"] if "%" in q[0]])

    def test_a_null_sender_goes_by_the_ehlo_name(self):
        zone = {"d.test": "v=spf1 -all", "mx.d.test": {"TXT": "v=spf1 a -all", "A": [V4]}}
        got = check(zone, "source=" + V4, "envelope=<>", "ehlo=mx.d.test")
        self.assertEqual((got["spf"]["domain"], got["spf"]["result"]), ("mx.d.test", "pass"))
        self.assertIsNone(check(zone, "source=" + V4, "envelope=<>")["spf"])

    def test_hostile_octets_stay_text(self):
        got = check({"d.test": "v=spf1 include:\x1b[31m.test -all"}, "source=" + V4)["spf"]
        self.assertEqual(got["result"], "permerror")
        self.assertNotIn("\x1b", got["text"])
        got = check({"d.test": r"v=spf1 a:\\.\046.test -all"}, "source=" + V4)       # a backslash of a label is one
        if "c-ares" not in got["spf"]["text"]:          # c-ares since 1.28 sends no such name
            self.assertEqual(got["spf"]["result"], "fail")


class Dkim(unittest.TestCase):
    def test_each_key(self):
        for record, state, more in (
                ("v=DKIM1; k=rsa; p=" + RSA_2048, "good", {"bits": 2048, "type": "rsa"}),
                ("p=" + RSA_2048, "good", {"bits": 2048, "type": "rsa"}),
                ("v=DKIM1; p=" + RSA_1024, "good", {"bits": 1024}),
                ("v=DKIM1; p=" + RSA_BARE, "good", {"bits": 1024}),
                ("v=DKIM1; p=" + RSA_512, "weak", {"bits": 512}),
                ("v=DKIM1; k=ed25519; p=" + ED25519, "good", {"type": "ed25519"}),
                ("v=DKIM1; k=ed25519; p=" + RSA_1024, "malformed", {}),
                ("v=DKIM1; p=" + ECDSA, "malformed", {}),
                ("v=DKIM1; p=" + RSA_2048[:-40], "malformed", {}),
                ("v=DKIM1; p=" + RSA_2048[:100] + " " + RSA_2048[100:], "good", {"bits": 2048}),
                ("v=DKIM1; p=!!!", "malformed", {}),
                ("v=DKIM1; p=", "revoked", {}),
                ("v=DKIM1; k=rsa", "malformed", {}),
                ("v=DKIM2; p=" + RSA_2048, "malformed", {}),
                ("p=" + RSA_2048 + "; v=DKIM1", "malformed", {}),
                ("v=DKIM1; p=x; p=y", "malformed", {}),
                ("hello", "malformed", {}),
                ("v=DKIM1; k=rsa2; p=x", "unknown_type", {"type": "rsa2"}),
                ("v=DKIM1; t=y:s; p=" + RSA_2048, "good", {"testing": True}),
        ):
            with self.subTest(record):
                split = [record[i:i + 200] for i in range(0, len(record), 200)]
                got, = check({"s1._domainkey.d.test": [split]}, "selector=s1")["dkim"]
                self.assertEqual(dict(got, **more), got)
                self.assertEqual((got["state"], got["name"]), (state, "s1._domainkey.d.test"), got["text"])

    def test_what_is_no_key(self):
        got = check({"two._domainkey.d.test": ["v=DKIM1; p=", "v=DKIM1; p="], "bad._domainkey.d.test": {"TXT": "SERVFAIL"}},
                    "selector=two", "selector=bad", "selector=gone")["dkim"]
        self.assertEqual([k["state"] for k in got], ["several_records", "lookup_failed", "none"])

    def test_alignment(self):
        zone = {f"s._domainkey.{d}": [["v=DKIM1; p=" + RSA_1024]] for d in ("d.test", "mail.d.test", "other.test")}
        selectors = ["selector=s", "selector=s._domainkey.mail.d.test", "selector=s._domainkey.other.test"]
        for dmarc, aligned in (("v=DMARC1; p=none", ["yes", "yes", "no"]), ("v=DMARC1; p=none; adkim=s", ["yes", "no", "no"])):
            got = check(dict(zone, **{"_dmarc.d.test": dmarc}), *selectors)
            self.assertEqual([k["aligned"] for k in got["dkim"]], aligned)
            self.assertEqual([k["state"] for k in got["dkim"]], ["good"] * 3)


class Dmarc(unittest.TestCase):
    def test_each_record(self):
        for record, state, policy, more in (
                ("v=DMARC1; p=none", "found", "none", {"pct": 100, "adkim": "r", "aspf": "r", "rua": None, "sp": None}),
                ("v=DMARC1;p=reject;pct=50;adkim=s;aspf=s;rua=mailto:a@d.test;sp=none", "found", "reject",
                 {"pct": 50, "adkim": "s", "aspf": "s", "rua": "mailto:a@d.test", "sp": "none"}),
                ("v=DMARC1 ; p=Quarantine ;", "found", "quarantine", {}),
                ("v=DMARC1; foo=bar; p=none", "found", "none", {"wrong": None}),
                ("v=DMARC1; rua=mailto:a@d.test", "found", "none", {"p": "none"}),
                ("v=DMARC1; p=reject; sp=x; rua=mailto:a@d.test", "found", "none", {}),
                ("v=DMARC1; p=reject; sp=x", "malformed", None, {}),
                ("v=DMARC1", "malformed", None, {}),
                ("v=DMARC1; p=block", "malformed", None, {}),
                ("v=dmarc1; p=none", "none", None, {}),
                ("p=none; v=DMARC1", "none", None, {}),
        ):
            with self.subTest(record):
                got = check({"_dmarc.d.test": record})["dmarc"]
                self.assertEqual((got["state"], got["policy"]), (state, policy), got)
                self.assertEqual(dict(got, **more), got)
        self.assertEqual(check({"_dmarc.d.test": ["v=DMARC1; p=none"] * 2})["dmarc"]["state"], "several_records")
        self.assertEqual(check({"_dmarc.d.test": {"TXT": "SERVFAIL"}})["dmarc"]["state"], "lookup_failed")

    def test_the_walk_up(self):
        for zone, at, policy, organization, by in (
                ({}, None, None, "a.b.d.test", "self"),
                ({"_dmarc.d.test": "v=DMARC1; p=reject; sp=quarantine"}, "d.test", "quarantine", "d.test", "highest_record"),
                ({"_dmarc.d.test": "v=DMARC1; p=reject", "_dmarc.b.d.test": "v=DMARC1; p=none"}, "d.test", "reject", "d.test", "highest_record"),
                ({"_dmarc.b.d.test": "v=DMARC1; p=none; psd=n", "_dmarc.d.test": "v=DMARC1; p=reject"}, "b.d.test", "none", "b.d.test", "psd_n"),
                ({"_dmarc.test": "v=DMARC1; p=reject; psd=y"}, "test", "reject", "d.test", "psd_y"),
                ({"_dmarc.a.b.d.test": "v=DMARC1; p=none"}, "a.b.d.test", "none", "a.b.d.test", "highest_record"),
        ):
            with self.subTest(zone):
                got = check(zone, domain="alice@a.b.d.test")["dmarc"]
                self.assertEqual((got["at"], got["policy"], got["organization"], got["organization_by"]), (at, policy, organization, by))

    def test_a_long_name_is_asked_for_eight_times(self):
        got = check({"x.test": "x"}, domain=".".join("abcdefghijkl") + ".test")
        asked = [n for n, _ in got["asked"] if n.startswith("_dmarc.")]
        self.assertEqual(len(asked), 8)
        self.assertEqual(asked[1], "_dmarc.g.h.i.j.k.l.test")

    def test_spf_is_aligned_or_not(self):
        zone = {"_dmarc.d.test": "v=DMARC1; p=reject", "bounce.d.test": "v=spf1 -all", "esp.test": "v=spf1 -all"}
        for envelope, aligned in (("x@d.test", "yes"), ("x@bounce.d.test", "yes"), ("x@esp.test", "no")):
            self.assertEqual(check(zone, "envelope=" + envelope, "source=" + V4)["spf_aligned"], aligned)


class Client(unittest.TestCase):
    def test_reverse_dns(self):
        zone = {reverse(V4): {"PTR": ["x.test", "y.test"]}, "x.test": a(V4), "y.test": a("192.0.2.9")}
        self.assertEqual(check(zone, "source=" + V4)["reverse"]["ptr"],
                         [{"name": "x.test", "points_back": True}, {"name": "y.test", "points_back": False}])
        self.assertEqual(check(zone, "source=192.0.2.77")["reverse"]["ptr"], [])
        self.assertIsNone(check(zone)["reverse"])

    def test_ehlo_name(self):
        zone = {"x.test": a(V4), "y.test": {"A": ["192.0.2.9"], "AAAA": [V6]}, "bad.test": {"A": "SERVFAIL", "AAAA": "SERVFAIL"}}
        for name, state in (("x.test", "matches"), ("y.test", "differs"), ("gone.test", "not_found"), ("localhost", "not_fqdn"), ("mail", "not_fqdn"),
                            ("bad.test", "lookup_failed"), ("[192.0.2.1]", "literal"), ("[192.0.2.9]", "literal_differs"), ("192.0.2.1", "invalid"),
                            ("a b", "invalid"), ("[IPv6:2001:db8::1]", "literal_differs")):
            with self.subTest(name):
                self.assertEqual(check(zone, "source=" + V4, "ehlo=" + name)["ehlo"]["state"], state)
        self.assertEqual(check(zone, "ehlo=x.test")["ehlo"]["state"], "exists")
        self.assertEqual(check(zone, "source=" + V6, "ehlo=y.test")["ehlo"]["state"], "matches")

    def test_block_lists(self):
        name = "1.2.0.192."
        for answer, state in ((["127.0.0.2", "127.0.0.4"], "listed"), (["127.255.255.254"], "query_refused"), (["127.0.0.1"], "strange_answer"),
                              (["93.184.216.34"], "strange_answer"), ("SERVFAIL", "lookup_failed"), ("REFUSED", "lookup_failed")):
            with self.subTest(answer):
                zone = {name + "bl.test": {"A": answer, "TXT": "see https://bl.test/\x1b[31m"}, "2.0.0.127.bl.test": a("127.0.0.2")}
                got, = check(zone, "source=" + V4, "dnsbl=bl.test")["dnsbl"]
                self.assertEqual(got["state"], state)
                self.assertNotIn("\x1b", got["text"])
                if state == "listed":
                    self.assertEqual((got["codes"], got["reason"][:20]), (answer, "see https://bl.test/"))
        got = check({"2.0.0.127.bl.test": a("127.0.0.2")}, "source=" + V4, "dnsbl=bl.test", "dnsbl=typo.test")["dnsbl"]
        self.assertEqual([(l["zone"], l["state"]) for l in got], [("bl.test", "not_listed"), ("typo.test", "no_list")])

    def test_no_list_is_asked_unless_named(self):
        self.assertFalse([n for n, _ in check({"d.test": "v=spf1 -all"}, "source=" + V4)["asked"] if n.startswith("1.2.0.192.") and "arpa" not in n])

    def test_a_dry_run_asks_nothing(self):
        with NameServer({}) as dns:
            done = program.run("check", "--dns", dns.address, "--dry-run", "--from", "alice@d.test", "--return-path", "x@e.test", "--source", V4,
                               "--selector", "s1", "--dnsbl", "bl.test", "--helo", "mx.d.test")
        self.assertEqual((done.returncode, done.stderr, dns.asked), (0, "", []))
        self.assertEqual(done.stdout.splitlines(), ["TXT e.test", "TXT _dmarc.d.test", "TXT _dmarc.e.test", "TXT s1._domainkey.d.test",
                                                    "PTR " + reverse(V4), "A mx.d.test", "AAAA mx.d.test", "A 1.2.0.192.bl.test"])

    def test_what_is_no_sender(self):
        for args in (("a b",), ("",), ("x@",), ("d.test", "selector=a/b")):
            with self.subTest(args), self.assertRaises(AssertionError):
                check({}, *args[1:], domain=args[0])


SPF_GOOD = {"d.test": "v=spf1 ip4:192.0.2.1 -all", "_dmarc.d.test": "v=DMARC1; p=reject; rua=mailto:a@d.test",
            reverse(V4): {"PTR": ["mx.d.test"]}, "mx.d.test": a(V4)}


class Findings(unittest.TestCase):
    """Each cause of a sender, by a zone that has it; all but that is good."""

    def found(self, zone, *args):
        got = check(dict(SPF_GOOD, **zone), "source=" + V4, *args)
        for f in got["findings"]:
            self.assertNotIn("\x1b", f["detail"] + f["next"])
            self.assertTrue(f["next"], f)
        return {f["cause"]: f for f in got["findings"]}

    def test_nothing_is_wrong(self):
        self.assertEqual(self.found({}, "ehlo=mx.d.test"), {})

    def test_each(self):
        failing = "v=DMARC1; p=none; rua=mailto:a@d.test"
        key = "s1._domainkey.d.test"
        for cause, state, zone, *args in (
            ("spf_not_allowed", "critical", {"d.test": "v=spf1 -all", "_dmarc.d.test": failing}),
            ("spf_softfail", "warning", {"d.test": "v=spf1 ~all", "_dmarc.d.test": failing}),
            ("spf_neutral", "warning", {"d.test": "v=spf1 ?all", "_dmarc.d.test": failing}),
            ("spf_no_record", "warning", {"d.test": "x", "_dmarc.d.test": failing}),
            ("spf_permerror", "critical", {"d.test": "v=spf1 foo", "_dmarc.d.test": failing}),
            ("spf_permerror", "critical", {"d.test": ["v=spf1 -all"] * 2, "_dmarc.d.test": failing}),
            ("spf_temperror", "unknown", {"d.test": {"TXT": "SERVFAIL"}}),
            ("spf_too_many_lookups", "critical", {"d.test": "v=spf1 " + " ".join(f"a:h{i}.test" for i in range(11)) + " -all",
                                                  "_dmarc.d.test": failing, **MANY}),
            ("spf_too_many_lookups", "warning", {"d.test": "v=spf1 ip4:192.0.2.1 " + " ".join(f"a:h{i}.test" for i in range(11)) + " -all", **MANY}),
            ("spf_broken_part", "warning", {"d.test": "v=spf1 ip4:192.0.2.1 include:gone.test -all"}),
            ("spf_macro", "unknown", {"d.test": "v=spf1 exists:%{i}.d.test -all"}),
            ("spf_plus_all", "critical", {"d.test": "v=spf1 +all"}),
            ("spf_remark", "ok", {"d.test": "v=spf1 ip4:192.0.2.1 ptr -all"}),
            ("dkim_no_key", "critical", {}, "selector=s1"),
            ("dkim_revoked", "critical", {key: "v=DKIM1; p="}, "selector=s1"),
            ("dkim_weak", "critical", {key: "p=" + RSA_512}, "selector=s1"),
            ("dkim_short", "ok", {key: [["p=" + RSA_1024]]}, "selector=s1"),
            ("dkim_record", "critical", {key: "p=x"}, "selector=s1"),
            ("dkim_record", "critical", {key: ["p=", "p="]}, "selector=s1"),
            ("dkim_testing", "warning", {key: [["t=y; p=", RSA_2048[:200], RSA_2048[200:]]]}, "selector=s1"),
            ("dkim_lookup_failed", "unknown", {key: {"TXT": "SERVFAIL"}}, "selector=s1"),
            ("dmarc_not_aligned", "warning", {"e.test": "v=spf1 ip4:192.0.2.1 -all", "_dmarc.d.test": failing}, "envelope=x@e.test"),
            ("dmarc_no_record", "ok", {"_dmarc.d.test": "x"}),
            ("dmarc_record", "warning", {"_dmarc.d.test": "v=DMARC1; p=x"}),
            ("dmarc_record", "warning", {"_dmarc.d.test": "v=DMARC1; p=none; pct=x"}),
            ("dmarc_lookup_failed", "unknown", {"_dmarc.d.test": {"TXT": "SERVFAIL"}}),
            ("ptr_missing", "critical", {reverse(V4): "x"}),
            ("ptr_unconfirmed", "critical", {reverse(V4): {"PTR": ["gone.test"]}}),
            ("ptr_lookup_failed", "unknown", {reverse(V4): {"PTR": "SERVFAIL"}}),
            ("ehlo_unqualified", "critical", {}, "ehlo=localhost"),
            ("ehlo_unresolvable", "critical", {}, "ehlo=gone.test"),
            ("ehlo_lookup_failed", "unknown", {"bad.test": {"A": "SERVFAIL", "AAAA": "SERVFAIL"}}, "ehlo=bad.test"),
            ("ehlo_differs", "ok", {"other.test": a("192.0.2.9")}, "ehlo=other.test"),
            ("address_listed", "critical", {"1.2.0.192.bl.test": {"A": ["127.0.0.2"], "TXT": "spam"}}, "dnsbl=bl.test"),
            ("list_unknown", "unknown", {"1.2.0.192.bl.test": a("127.255.255.254")}, "dnsbl=bl.test"),
            ("list_unknown", "unknown", {}, "dnsbl=typo.test"),
        ):
            with self.subTest(cause, zone=zone):
                found = self.found(zone, *args)
                self.assertEqual(list(found), [cause], found)
                self.assertEqual(found[cause]["state"].lower(), state)

    def test_dmarc_fails_where_neither_passes(self):
        "the cause first; a good key may still make it pass, which no lookup tells"
        zone = {"d.test": "v=spf1 -all", "good._domainkey.d.test": [["p=", RSA_2048[:200], RSA_2048[200:]]]}
        for args, state in (((), "warning"), (("selector=good",), "warning"), (("selector=gone",), "critical")):
            found = self.found(zone, *args)
            self.assertEqual(list(found)[0], "spf_not_allowed")
            self.assertEqual(found["dmarc_would_fail"]["state"].lower(), state)
        self.assertIn("reject", found["dmarc_would_fail"]["detail"])

    def test_the_exit_status_is_the_worst(self):
        for zone, status in (({}, 0), ({"d.test": "v=spf1 ip4:192.0.2.1 ptr -all"}, 0), ({"d.test": "v=spf1 ~all"}, 1), ({"d.test": "v=spf1 foo"}, 2),
                             ({"d.test": {"TXT": "SERVFAIL"}}, 3)):
            with self.subTest(zone):
                self.assertEqual(check(dict(SPF_GOOD, **zone), "source=" + V4)["status"], status)

    def test_as_text(self):
        zone = {("d.test", "TXT"): ["v=spf1 -all \x1b[31m"], ("_dmarc.d.test", "TXT"): ["v=DMARC1; p=none"]}
        with NameServer(zone) as dns:
            for form in "text", "html", "markdown":
                done = program.run("check", "--dns", dns.address, "--format", form, "--from", "alice@d.test", "--source", V4)
                self.assertEqual(done.returncode, 2)
                self.assertNotIn("\x1b", done.stdout)
                for part in "permerror", "PTR":
                    self.assertIn(part, done.stdout)

    def test_a_finding_names_what_it_is_about(self):
        text = self.found({"d.test": "v=spf1 include:e.test -all", "e.test": "v=spf1 ipv4:1.2.3.4"})["spf_permerror"]["detail"]
        for part in "d.test", "ipv4:1.2.3.4", "e.test":
            self.assertIn(part, text)
        text = self.found({"1.2.0.192.bl.test": {"A": ["127.0.0.4"], "TXT": "see \x1b[31m"}}, "dnsbl=bl.test")["address_listed"]["detail"]
        for part in V4, "bl.test", "127.0.0.4", "see":
            self.assertIn(part, text)


if __name__ == "__main__":
    tap.main()
