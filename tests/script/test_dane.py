"""--dane: the TLSA records of the host against the server inside, in a session, a message and a probe."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer

HOST = "mx.dane.test"


class Dane(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.smtp = program.Serve("--listen", "127.0.0.1:0", "--tls").__enter__()
        cls.addClassCleanup(cls.smtp.__exit__)
        shown = program.run("--format", "json", "--tls", cls.smtp.host, str(cls.smtp.port), "-c", "QUIT")
        certificates = next(o for o in map(json.loads, shown.stdout.splitlines()) if o["event"] == "tls")["certificates"]
        cls.key = (3, 1, 1, certificates[0]["spki_sha256"])
        cls.cert = (3, 0, 1, certificates[0]["sha256"])

    def ask(self, records, *args, ad=True, command=(), target=HOST):
        zone = {(HOST, "A"): ["127.0.0.1"]}
        if records:
            zone[f"_{self.smtp.port}._tcp.{HOST}", "TLSA"] = records
        with NameServer(zone, ad=ad) as dns:
            done = program.run(*command, "--dns", dns.address, "-p", str(self.smtp.port), *args, target)
        done.flat = " ".join(done.stdout.split())
        return done

    def talk(self, records, mode, *args, **kwargs):
        return self.ask(records, "--tls", f"--dane={mode}", *args, "-c", "QUIT", **kwargs)

    def test_a_match_counts_as_verified(self):
        for record in (self.key, self.cert):
            done = self.talk([record], "require", "--verify")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(f"DANE: 3 {record[1]} 1 {record[3][:16]}… matches the server's certificate", done.flat)

    def test_a_mismatch(self):
        wrong = (3, 1, 1, "ab" * 32)
        done = self.talk([wrong], "check")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("does not match: the server's certificate or key is a different one", done.flat)
        done = self.talk([wrong], "require")
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("--dane=require: no TLSA record matches", done.flat)
        self.assertNotIn(" ~> ", done.stdout)
        self.assertEqual(self.talk([wrong, self.key], "require").returncode, 0)

    def test_what_cannot_be_used(self):
        for record, why in (((0, 0, 1, "ab" * 32), "usages 0 and 1 are not for SMTP"), ((1, 1, 1, self.key[3]), "usages 0 and 1"),
                            ((3, 1, 9, "ab" * 32), "unknown usage, selector or matching type"), ((3, 1, 1, "ab" * 5), "its data does not fit"),
                            ((3, 1, 1, ""), "it has no data")):
            done = self.talk([record], "check")
            self.assertEqual(done.returncode, 0, done.stdout)
            if not record[3] and "sent an invalid answer: malformed" in done.flat:
                continue            # c-ares 1.20 and later pass on no answer with such a record
            self.assertIn(f"is unusable: {why}", done.flat)
            self.assertIn("DANE: no usable TLSA record", done.flat)
            self.assertEqual(self.talk([record], "require").returncode, 5)

    def test_not_validated(self):
        done = self.talk([self.key], "check", ad=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("DANE: TLSA records ignored: ", done.flat)
        self.assertEqual(self.talk([self.key], "check", "--verify", ad=False).returncode, 5)
        self.assertEqual(self.talk([self.key], "require", ad=False).returncode, 5)

    def test_none_and_no_answer(self):
        self.assertIn(f"DANE: no TLSA record (_{self.smtp.port}._tcp.{HOST})", self.talk([], "check").flat)
        self.assertIn("--dane=require: no TLSA record (", self.talk([], "require").flat)
        done = self.talk("SERVFAIL", "require")
        self.assertEqual(done.returncode, 5)
        self.assertIn("TLSA lookup failed", done.flat)
        self.assertIn("an address literal has none", self.talk([], "check", target="127.0.0.1").flat)
        self.assertNotIn("DANE", self.talk([self.key], "off").stdout)

    def test_a_silent_name_server(self):
        """The handshake waits for it no longer than for any name."""
        done = self.talk("silent", "check", "--timeout", "resolve=300ms")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("DANE: TLSA lookup failed", done.flat)
        self.assertIn("=== TLSv1", done.stdout)
        self.assertEqual(self.talk("silent", "require", "--timeout", "resolve=300ms").returncode, 5)

    def along(self, zone, ad, *args, target="@next.test", command=("probe",)):
        with NameServer(zone, ad=ad) as dns:
            done = program.run(*command, "--dns", dns.address, "-p", str(self.smtp.port), *args, target)
        return done, json.loads(done.stdout.splitlines()[0]) if "json" in args else None

    def test_a_path_that_is_not_validated(self):
        """RFC 7672 2.2.1 and 2.2.2: an MX or an address that was not validated; and where all was."""
        at = f"_{self.smtp.port}._tcp.{HOST}"
        zone = {("next.test", "MX"): [(10, HOST)], (HOST, "A"): ["127.0.0.1"], (at, "TLSA"): [self.key]}
        mx, host, tlsa = ("next.test", "MX"), (HOST, "A"), (at, "TLSA")
        for ad, state in (({mx, host, tlsa}, "matched"), ({host, tlsa}, "insecure_path"), ({mx, tlsa}, "insecure_path"),
                          ({mx, host}, "insecure")):
            for mode in ("check", "require"):
                with self.subTest(state=state, mode=mode, ad=ad):
                    done, got = self.along(zone, ad, f"--dane={mode}", "--format", "json")
                    self.assertEqual(got["tls"]["dane"], state)
                    self.assertEqual(done.returncode, 0 if state == "matched" else 1 if mode == "check" else 2)
                    if state != "matched":
                        self.assertEqual(got["reason"], "tls_dane")

    def test_the_end_of_an_alias_and_the_name_before_it(self):
        for at in ("real.test", HOST):
            zone = {("next.test", "MX"): [(10, HOST)], (HOST, "CNAME"): ["real.test"], ("real.test", "A"): ["127.0.0.1"],
                    (f"_{self.smtp.port}._tcp.{at}", "TLSA"): [self.key]}
            done, got = self.along(zone, True, "--dane=require", "--format", "json")
            self.assertEqual((done.returncode, got["tls"]["dane"]), (0, "matched"), at)

    def test_a_resolver_that_is_not_known_to_validate(self):
        with NameServer({(HOST, "A"): ["127.0.0.1"], (f"_{self.smtp.port}._tcp.{HOST}", "TLSA"): [self.key]}, ad=True,
                        at=("127.0.0.11", 0)) as dns:
            def state(*args):
                done = program.run("probe", "--dane", "--format", "json", "--dns", dns.address, "-p", str(self.smtp.port), *args, HOST)
                return done.returncode, json.loads(done.stdout)["tls"]["dane"]
            self.assertEqual(state(), (1, "unknown"))
            self.assertEqual(state("--trust-ad"), (0, "matched"))

    def test_records_without_starttls(self):
        with program.Serve("--listen", "127.0.0.1:0", "--tls=off") as smtp:
            zone = {(HOST, "A"): ["127.0.0.1"], (f"_{smtp.port}._tcp.{HOST}", "TLSA"): [self.key]}
            with NameServer(zone, ad=True) as dns:
                done = program.run("probe", "--dane", "--format", "json", "--dns", dns.address, "-p", str(smtp.port), HOST)
        self.assertEqual((done.returncode, json.loads(done.stdout)["reason"]), (2, "tls_dane"))

    def test_one_malformed_record_does_not_spoil_the_rest(self):
        with NameServer({(HOST, "A"): ["127.0.0.1"], (f"_{self.smtp.port}._tcp.{HOST}", "TLSA"): [(3, 1, 1, ""), self.key]},
                        ad=True) as dns:
            done = program.run("--tls", "--dane=require", "--dns", dns.address, "-p", str(self.smtp.port), HOST, "-c", "QUIT")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_silent_lookup_keeps_the_verdict_of_the_dialogue(self):
        done = self.ask("silent", "--dane", "--format", "json", "-t", "2s", command=("probe",))
        got = json.loads(done.stdout)
        self.assertEqual((done.returncode, got["reason"], got["tls"]["dane"]), (1, "tls_dane", "lookup_failed"))
        self.assertIn("quit", got["seconds"])

    def test_require_wants_tls(self):
        done = self.ask([self.key], "--dane=require", "-c", "QUIT")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("=== TLSv1", done.stdout)

    def test_json_and_cert(self):
        done = self.ask([self.key, (2, 1, 1, "cd" * 32)], "--tls", "--dane", "--format", "json", "-c", "/cert", "-c", "QUIT")
        for event in ("tls", "certificate"):
            dane = next(o for o in map(json.loads, done.stdout.splitlines()) if o["event"] == event)["dane"]
            self.assertEqual((dane["state"], dane["name"]), ("matched", f"_{self.smtp.port}._tcp.{HOST}"))
            self.assertEqual({r["usage"]: r["verdict"] for r in dane["records"]}, {2: "differs", 3: "matches"})

    def test_a_probe(self):
        wrong = (3, 1, 1, "ab" * 32)
        for records, mode, status in (([self.key], "require", 0), ([self.key], "check", 0), ([wrong], "check", 2),
                                      ([wrong], "require", 2), ([], "check", 1), ([], "require", 2)):
            done = self.ask(records, "--tls=try", f"--dane={mode}", "--format", "json", command=("probe",))
            self.assertEqual(done.returncode, status, (records, mode, done.stdout))
            state = "matched" if records == [self.key] else "mismatched" if records else "none"
            self.assertIn(f'"dane":"{state}"', done.stdout.replace(" ", ""))
            if records == [wrong] or mode == "require" and status:
                self.assertIn("tls_dane", done.stdout)


if __name__ == "__main__":
    tap.main()
