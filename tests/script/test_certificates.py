"""What a certificate is for and until when: which name is judged and by which rule, which chain's dates count, in every format."""
import datetime
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "servers")]
import pki
import program
import tap
from nameserver import NameServer

NAMES = [      # the certificate, the name asked for, the rule; None: does not verify
    ("good", "mx1.bed.test", "dns_id", True), ("good", "MX1.bed.test", "dns_id", True), ("good", "127.0.0.1", "ip_id", True),
    ("good", "a.wild.bed.test", "wildcard", True), ("good", "a.b.wild.bed.test", "labels", False), ("good", "wild.bed.test", "other", False),
    ("good", "mx3.bed.test", "other", False), ("good", "127.0.0.2", "other", False), ("bare", "mx1.bed.test", "no_san", False),
    ("bare", "127.0.0.1", "no_san", False), ("mail", "mx1.bed.test", "no_id", False), ("second", "127.0.0.1", "no_id", False),
    ("partial", "mx1.bed.test", "partial", False), ("late", "localhost", "dns_id", True),
]


def seconds(date):
    return int(datetime.datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())


def days_until(year):
    return (datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki, cls.servers = pki.make(), {}
        cls.ca = f"{cls.pki}/ca.pem"

    @classmethod
    def server(cls, name, folder=None):
        """One that shows this certificate."""
        folder = folder or cls.pki
        if (name, folder) not in cls.servers:
            server = cls.servers[name, folder] = program.Serve("--listen", "0.0.0.0:0", "--cert", f"{folder}/{name}.chain.pem", "--key", f"{cls.pki}/{name}.key")
            cls.addClassCleanup(server.__exit__)
        return cls.servers[name, folder]

    def at(self, server, host):
        """The options to reach it by this name, and the name; an address is itself."""
        if host.replace(".", "").isdigit():
            return ["-p", str(server.port)], host
        return ["--resolve", f"{host}:127.0.0.1:{server.port}"], host

    def probe(self, server, host, *options, format="json"):
        where, target = self.at(server, host)
        return program.run("probe", "--tls=starttls", "--ca", self.ca, *where, "--format", format, *options, target)

    def probed(self, server, host, *options):
        return json.loads(self.probe(server, host, *options).stdout)

    def told(self, server, host, *options):
        """What a session's JSON says of its handshake."""
        where, target = self.at(server, host)
        done = program.run("--tls", "--ca", self.ca, "--format", "json", *where, *options, target, "-c", "QUIT")
        return next(o for o in map(json.loads, done.stdout.splitlines()) if o["event"] == "tls"), done.returncode


class Names(Case):
    def test_rules(self):
        "RFC 9525 6.3: the subjectAltName alone, and * for one whole label"
        for certificate, host, rule, good in NAMES:
            with self.subTest(certificate=certificate, host=host):
                got = self.probed(self.server(certificate), host)
                self.assertEqual((got["tls"]["name_rule"], got["tls"]["verified"], got["tls"]["name_asked"]), (rule, good, host))
                self.assertEqual((got["state"], got.get("reason")), ("OK", None) if good else ("CRITICAL", "tls_name"), got)
                tls, status = self.told(self.server(certificate), host, "--verify")
                self.assertEqual((tls["name_rule"], tls["verified"], tls["wanted"], status), (rule, good, host, 0 if good else 5))

    def test_what_is_wrong_is_said(self):
        for certificate, host, says, cause in (
                ("bare", "mx1.bed.test", "no usable subjectAltName", "cert_no_san"), ("good", "a.b.wild.bed.test", "is for localhost", "cert_wildcard"),
                ("partial", "mx1.bed.test", "is for mx*.bed.test", "cert_wildcard"), ("good", "mx3.bed.test", "is for localhost", "cert_name")):
            with self.subTest(certificate=certificate, host=host):
                found = self.probed(self.server(certificate), host)
                self.assertIn(says, found["message"])
                self.assertEqual(found["cause"], cause)
                where, target = self.at(self.server(certificate), host)
                done = program.run("--tls", "--ca", self.ca, *where, target, "-c", "QUIT")
                self.assertIn(says, re.sub(r"\n +", " ", done.stdout))

    def test_the_name_asked_for_is_the_name_judged(self):
        "whatever was connected to"
        for host in ("127.0.0.1", "elsewhere.bed.test"):
            for sni, good in (("mx1.bed.test", True), ("mx1.bed.test.", True), ("a.wild.bed.test", True), ("mx3.bed.test", False)):
                with self.subTest(host=host, sni=sni):
                    got = self.probed(self.server("good"), host, "--sni", sni)
                    self.assertEqual((got["tls"]["verified"], got["tls"]["name_asked"]), (good, sni.rstrip(".")))
                    tls, status = self.told(self.server("good"), host, "--sni", sni, "--verify")
                    self.assertEqual((tls["sni"], tls["wanted"], tls["verified"], status == 0), (sni.rstrip("."), sni.rstrip("."), good, good))

    def test_sts(self):
        "RFC 8461 4.1: the MX host's name, in the subjectAltName"
        for certificate, host in (("bare", "mx1.bed.test"), ("second", "mx1.bed.test")):
            zone = {("bed.test", "MX"): [(10, host)], (host, "A"): ["127.0.0.1"], ("_mta-sts.bed.test", "TXT"): ["v=STSv1; id=1;"]}
            with NameServer(zone) as dns:
                done = program.run("probe", "--dns", dns.address, "--ca", self.ca, "-p", str(self.server(certificate).port), "--format", "json",
                                   "--sts", "@bed.test")
            got = json.loads(done.stdout)
            verify = next(c for c in got["checks"] if c["name"] == "verify")
            self.assertEqual(verify["reason"], "tls_name", got)

    def test_dane(self):
        "RFC 7672: the subject counts with usage 2 where there is no other name; with usage 3 neither name nor dates do"
        def digest(name):
            octets = ssl.PEM_cert_to_DER_cert(open(f"{self.pki}/{name}.pem").read())
            return hashlib.sha256(octets).hexdigest()

        for certificate, host, record, state, rule in (
                ("bare", "mx1.bed.test", (2, 0, 1, digest("ca")), "matched", "common_name"), ("bare", "mx2.bed.test", (2, 0, 1, digest("ca")), "mismatched", None),
                ("second", "mx1.bed.test", (2, 0, 1, digest("ca")), "mismatched", None), ("good", "a.wild.bed.test", (2, 0, 1, digest("ca")), "matched", "wildcard"),
                ("expired", "mx9.bed.test", (3, 0, 1, digest("expired")), "matched", "not_asked")):
            with self.subTest(certificate=certificate, host=host):
                server = self.server(certificate)
                zone = {(host, "A"): ["127.0.0.1"], (f"_{server.port}._tcp.{host}", "TLSA"): [record]}
                with NameServer(zone, ad=True) as dns:
                    args = ["--dns", dns.address, "-p", str(server.port), "--ca", f"{self.pki}/other-ca.pem", "--format", "json"]
                    talk = program.run(*args, "--tls", "--dane=check", host, "-c", "QUIT")
                    probe = json.loads(program.run("probe", *args, "--tls=starttls", "--dane=require", host).stdout)
                dane = next(o for o in map(json.loads, talk.stdout.splitlines()) if o["event"] == "tls")["dane"]
                self.assertEqual((dane["state"], dane["records"][0].get("name_rule")), (state, rule), dane)
                self.assertEqual(probe["state"], "OK" if state == "matched" else "CRITICAL", probe)


class Dates(Case):
    def test_the_chain_that_verified(self):
        "its intermediate ends in 2030, its own certificate in 2040; what else was sent does not count"
        text = subprocess.run(["openssl", "x509", "-in", self.ca, "-noout", "-enddate"], check=True, capture_output=True, text=True).stdout
        ends = ssl.cert_time_to_seconds(text.strip().split("=")[1])
        for certificate, own, first in (("whole", "2040-01-01T00:00:00Z", min(ends, seconds("2030-01-01T00:00:00Z"))),
                                        ("more", "2040-01-01T00:00:00Z", min(ends, seconds("2040-01-01T00:00:00Z")))):
            with self.subTest(certificate):
                server = self.server(certificate)
                got = self.probed(server, "localhost")
                self.assertEqual((got["state"], got["tls"]["not_after"], seconds(got["tls"]["earliest_not_after"])), ("OK", own, first))
                left = (first - datetime.datetime.now().timestamp()) / 86400
                self.assertAlmostEqual(got["tls"]["days_left"], left, delta=1)
                check = next(c for c in got["checks"] if c["name"] == "cert_days")
                self.assertAlmostEqual(check["value"], left, delta=1)
                prom = self.probe(server, "localhost", format="prom").stdout
                self.assertEqual(self.metric(prom, "probe_ssl_last_chain_expiry_timestamp_seconds"), first)
                sent = self.metric(prom, "probe_ssl_earliest_cert_expiry")
                self.assertEqual(sent, seconds("2021-01-01T00:00:00Z") if certificate == "more" else seconds("2030-01-01T00:00:00Z"))
                for format, mark in (("influx", r"cert_days=([\d.]+)"), ("nagios", r"cert_days=([\d.]+)"), ("text", r"cert ([\d.]+)d")):
                    shown = self.probe(server, "localhost", format=format).stdout
                    self.assertAlmostEqual(float(re.search(mark, shown)[1]), left, delta=1, msg=shown)
                tls, _ = self.told(server, "localhost")
                self.assertEqual(seconds(tls["chain_not_after"]), first)
                warned = self.probed(server, "localhost", "-w", f"cert_days={int(left) + 30}:")
                self.assertEqual((warned["state"], warned["reason"]), ("WARNING", "threshold"))
                self.assertEqual(self.probed(server, "localhost", "-w", f"cert_days={int(left) - 30}:")["state"], "OK")

    def metric(self, text, name):
        found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M)
        return float(found[1]) if found else None

    def test_no_chain_that_verified(self):
        for certificate in ("below", "expired", "self"):
            with self.subTest(certificate):
                got = self.probed(self.server(certificate), "localhost")
                self.assertFalse(got["tls"]["verified"])
                self.assertEqual(got["tls"]["earliest_not_after"], got["tls"]["not_after"])
                prom = self.probe(self.server(certificate), "localhost", format="prom").stdout
                self.assertIsNone(self.metric(prom, "probe_ssl_last_chain_expiry_timestamp_seconds"))
                self.assertNotIn("chain_not_after", self.told(self.server(certificate), "localhost")[0])

    def test_check_smtp_judges_the_server_s_own(self):
        left = int(days_until(2030)) + 100         # the chain ends sooner, the certificate in 2040
        env = program.environment(SSL_CERT_FILE=self.ca)
        done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(self.server("whole").port), "-S", "-D", str(left), env=env)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertAlmostEqual(float(re.search(r"cert_days=([\d.]+)", done.stdout)[1]), days_until(2040), delta=1)

    def test_beyond_2038(self):
        got = self.probed(self.server("late"), "localhost")
        self.assertEqual(got["tls"]["not_after"], "9999-12-31T23:59:59Z")
        done = program.run("--tls", "--ca", self.ca, "--resolve", f"localhost:127.0.0.1:{self.server('late').port}", "localhost", "-c", "QUIT")
        self.assertIn("expires 9999-12-31", done.stdout)

    def test_a_date_that_cannot_be_read(self):
        "it is none, not the first day of 1970"
        with tempfile.TemporaryDirectory() as folder:
            octets = ssl.PEM_cert_to_DER_cert(open(f"{self.pki}/good.pem").read()).replace(b"400101000000Z", b"4x0101000000Z")
            with open(f"{folder}/good.chain.pem", "w") as file:
                file.write(ssl.DER_cert_to_PEM_cert(octets))
            server = self.server("good", folder)
            got = self.probed(server, "localhost", "--verify=off")
            self.assertNotIn("not_after", got["tls"])
            self.assertNotIn("days_left", got["tls"])
            self.assertNotIn("1970", json.dumps(got))
            done = program.run("--tls", "--ca", self.ca, "--resolve", f"localhost:127.0.0.1:{server.port}", "localhost", "-c", "/cert", "-c", "QUIT")
            self.assertIn("expiry date unreadable", done.stdout)
            self.assertNotIn("1970", done.stdout)


class Trust(Case):
    """What is trusted does not depend on how a distribution lays its certificates out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.place = place.name
        for folder in ("hashed", "bundle", "empty", "default", "none", "other"):
            os.mkdir(f"{cls.place}/{folder}")
        name = subprocess.run(["openssl", "x509", "-in", cls.ca, "-noout", "-hash"], check=True, capture_output=True, text=True).stdout.strip()
        for copy in (f"hashed/{name}.0", "bundle/ca-certificates.crt", "default/cert.pem"):
            shutil.copy(cls.ca, f"{cls.place}/{copy}")
        shutil.copy(f"{cls.pki}/other-ca.pem", f"{cls.place}/other.pem")
        for folder in ("default", "none"):
            os.symlink("/etc/ssl/certs", f"{cls.place}/{folder}/certs")

    def trusted(self, *before, file=None, folder=None):
        """Whether the server is, without --ca, and what was said; `before`: a command that runs ours."""
        env = program.environment(**{k: v for k, v in (("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)) if v})
        where, target = self.at(self.server("good"), "localhost")
        done = subprocess.run([*before, program.SMTPSH, "probe", "--tls=starttls", "--format", "json", *where, target], env=env, text=True,
                              capture_output=True, timeout=program.DEADLINE)
        got = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if got["tls"]["verified"] else 2, got)
        return got["tls"]["verified"], got.get("message", "")

    def test_both_variables_count(self):
        at = self.place
        for file, folder, good in ((self.ca, f"{at}/empty", True), (f"{at}/other.pem", f"{at}/hashed", True), (f"{at}/nowhere", f"{at}/hashed", True),
                                   (f"{at}/other.pem", f"{at}/empty:{at}/hashed", True), (self.ca, f"{at}/nowhere", True), (self.ca, None, True),
                                   (None, f"{at}/hashed", True), (f"{at}/other.pem", f"{at}/empty", False)):
            with self.subTest(file=file, folder=folder):
                verified, message = self.trusted(file=file, folder=folder)
                self.assertEqual(verified, good)
                self.assertNotIn("no CA certificates", message)

    def test_a_machine_that_trusts_nobody(self):
        for file, folder in ((f"{self.place}/nowhere", f"{self.place}/empty"), ("/dev/null", f"{self.place}/nowhere")):
            verified, message = self.trusted(file=file, folder=folder)
            self.assertFalse(verified)
            self.assertIn("no CA certificates", message)
            self.assertIn(file, message)
            env = program.environment(SSL_CERT_FILE=file, SSL_CERT_DIR=folder)
            where, target = self.at(self.server("good"), "localhost")
            done = program.run("--tls", "--verify", *where, target, "-c", "QUIT", env=env)
            self.assertEqual(done.returncode, 5)
            self.assertEqual(re.sub(r"\n +", " ", done.stdout).count("no CA certificates"), 1, done.stdout)    # said once
        done = self.probed(self.server("good"), "localhost", "--ca", f"{self.place}/empty")
        self.assertEqual(done["cause"], "no_ca_links")
        self.assertIn("rehash", done["next"])

    def test_a_certificate_that_is_not_trusted_is_not_blamed_on_this_machine(self):
        self.assertNotIn("no CA certificates", self.probe(self.server("self"), "localhost").stdout)

    def test_layouts(self):
        "the folder of hash links, a bundle in it, OpenSSL's default file, another distribution's; each alone"
        folder = subprocess.run(["openssl", "version", "-d"], check=True, capture_output=True, text=True).stdout.split('"')[1]
        if subprocess.run([*program.OWN_MOUNTS, "mount", "--bind", self.place, "/etc/ssl/certs"], capture_output=True).returncode:
            self.skipTest("no mount namespace can be had here")
        for certs, default, good in (("hashed", "none", True), ("bundle", "none", True), ("empty", "default", True), ("bundle", "default", True),
                                     ("empty", "none", False)):
            with self.subTest(certs=certs, default=default):
                script = f'mount --bind {self.place}/{certs} /etc/ssl/certs && mount --bind {self.place}/{default} {folder} && exec "$@"'
                verified, message = self.trusted(*program.OWN_MOUNTS, "sh", "-c", script, "sh")
                self.assertEqual((verified, "no CA certificates" in message), (good, not good), message)


if __name__ == "__main__":
    tap.main()
