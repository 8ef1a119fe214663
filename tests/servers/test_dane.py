"""--dane against Postfix, NSD with a signed zone and Unbound, which validates: what matches, what does not, what is unsigned."""
import hashlib
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import mtas
import nameservers
import program
import tap

ZONE = "wild.bed.test"


def key_digest(certificate):
    """The data of a TLSA record of selector 1 and matching type 1."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    return hashlib.sha256(der).hexdigest()


class Dane(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mta = mtas.Postfix()
        cls.addClassCleanup(cls.mta.__exit__)
        pki, wrong = cls.mta.pki, "ab" * 32
        name = {service: key_digest(f"{pki}/{service}.pem") for service in ("good", "ca", "middle", "expired", "self", "wrong")}
        hosts = {   # host: service, TLSA record
            "match": ("starttls", f"3 1 1 {name['good']}"), "wrong": ("starttls", f"3 1 1 {wrong}"),
            "ta": ("starttls", f"2 1 1 {name['ca']}"), "deep.ta": ("starttls", f"2 1 1 {name['ca']}"),
            "middle": ("whole", f"2 1 1 {name['middle']}"), "unsent": ("whole", f"2 1 1 {name['ca']}"),
            "unusable": ("starttls", f"0 0 1 {wrong}"), "old": ("expired", f"3 1 1 {name['expired']}"),
            "self": ("self", f"3 1 1 {name['self']}"), "other": ("wrong", f"3 1 1 {name['wrong']}"),
            "implicit": ("smtps", f"3 1 1 {name['good']}"),
        }
        cls.service = {host: service for host, (service, _) in hosts.items()}
        text = nameservers.HEAD + "".join(f"{host} A 127.0.0.1\n_{cls.mta.port[service]}._tcp.{host} TLSA {record}\n"
                                          for host, (service, record) in hosts.items()) + "bare A 127.0.0.1\n"
        cls.service["bare"] = "starttls"
        plain = nameservers.HEAD + f"ns1 A 127.0.0.1\nmx1 A 127.0.0.1\n_{cls.mta.port['starttls']}._tcp.mx1 TLSA 3 1 1 {name['good']}\n"
        cls.names = nameservers.Servers({"bed.test": plain}, {ZONE: text}, insecure=["bed.test"])
        cls.addClassCleanup(cls.names.stop)

    def talk(self, host, *args, tls="--tls", mode="require", name=None, command=()):
        port = str(self.mta.port[self.service.get(host, "starttls")])
        done = program.run(*command, "--dns", self.names.unbound, tls, f"--dane={mode}", "-p", port, *args, name or f"{host}.{ZONE}")
        done.flat = " ".join(done.stdout.split())
        return done

    def quit(self, host, *args, **kwargs):
        return self.talk(host, *args, "-c", "QUIT", **kwargs)

    def test_matches(self):
        """The key alone decides for usage 3: an expired, a self-signed and another's certificate do as well."""
        for host in ("match", "old", "self", "other"):
            done = self.quit(host)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("matches the server's certificate", done.flat)
        self.assertEqual(self.quit("implicit", tls="--tls=implicit").returncode, 0)

    def test_a_ca(self):
        for host in ("ta", "middle"):
            done = self.quit(host)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("matches a CA in its chain (depth 1)", done.flat)
        for host, why in (("unsent", "no CA certificate that the server sent matches"), ("deep.ta", "is for other names")):
            done = self.quit(host)
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn(why, done.flat)

    def test_does_not_match(self):
        for host, state in (("wrong", "no TLSA record matches"), ("unusable", "no usable TLSA record"), ("bare", "no TLSA record (")):
            done = self.quit(host)
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn(f"--dane=require: {state}", done.flat)
            self.assertEqual(self.quit(host, mode="check").returncode, 0)

    def test_unsigned(self):
        done = self.quit("", name="mx1.bed.test", mode="check")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("DANE: TLSA records ignored: ", done.flat)
        self.assertEqual(self.quit("", name="mx1.bed.test").returncode, 5)

    def test_a_probe(self):
        for host, mode, status in (("match", "require", 0), ("ta", "check", 0), ("wrong", "check", 2), ("wrong", "require", 2)):
            done = self.talk(host, "--format", "json", mode=mode, command=("probe",))
            self.assertEqual(done.returncode, status, done.stdout)
            self.assertEqual("tls_dane" in done.stdout, host == "wrong", done.stdout)


if __name__ == "__main__":
    tap.main()
