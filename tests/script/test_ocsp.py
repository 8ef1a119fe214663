"""The OCSP answer that a server staples: openssl(1) makes it and sends it, /cert tells what it says."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import packages
import pki
import program
import tap


class Ocsp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = pki.make()

    def answer(self, folder, name="good", signer="ca", revoked=False):
        index, out = os.path.join(folder, "index.txt"), os.path.join(folder, "answer")
        with open(os.path.join(self.pki, "index.txt")) as there, open(index, "w") as here:
            for line in there:
                field = line.split("\t")
                here.write("\t".join(["R", field[1], "200101000000Z", *field[3:]]) if revoked else line)
        shutil.copy(os.path.join(self.pki, "index.txt.attr"), index + ".attr")
        at = lambda file: os.path.join(self.pki, file)
        subprocess.run(["openssl", "ocsp", "-index", index, "-CA", at("ca.pem"), "-rsigner", at(signer + ".pem"), "-rkey",
                        at(signer + ".key"), "-issuer", at("ca.pem"), "-cert", at(name + ".pem"), "-respout", out, "-ndays", "1",
                        "-noverify"], check=True, capture_output=True)
        return out

    def shown(self, answer, *args):
        staple, port = ["-status_file", answer] if answer else [], packages.port()
        server = subprocess.Popen(["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", f"{self.pki}/good.pem",
                                   "-cert_chain", f"{self.pki}/ca.pem", "-key", f"{self.pki}/good.key", *staple],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            packages.wait_port(port, process=server)
            return program.run("--ca", f"{self.pki}/ca.pem", "--early", *args, f"smtps://127.0.0.1:{port}", "-c", "/cert", "-c", "/drop").stdout
        finally:
            server.kill()
            server.wait()
            server.stdin.close()

    def test_what_it_says(self):
        for make, says in ((dict(), "=== OCSP: stapled response: the certificate is not revoked, until 20"),
                           (dict(revoked=True), "*** OCSP: stapled response: the certificate is REVOKED"),
                           (dict(name="wrong"), "*** OCSP: stapled response: for another certificate"),
                           (dict(signer="other-ca"), "*** OCSP: stapled response: invalid signature")):
            with self.subTest(make), tempfile.TemporaryDirectory() as folder:
                line = next(s for s in self.shown(self.answer(folder, **make)).splitlines() if "OCSP" in s)
                self.assertIn(says, line)
                self.assertEqual("until 20" in line, "name" not in make and "signer" not in make)

    def test_what_cannot_be_read_has_no_date(self):
        with tempfile.TemporaryDirectory() as folder:
            answer = self.answer(folder)
            with open(answer, "r+b") as file:
                octets = bytearray(file.read())
                at = octets.index(bytes.fromhex("06092b0601050507300101")) + 10     # id-pkix-ocsp-basic (RFC 6960 4.2.1)
                octets[at] = 99
                file.seek(0)
                file.write(octets)
            line = next(s for s in self.shown(answer).splitlines() if "OCSP" in s)
        self.assertRegex(line, r"^\*\*\* ")
        self.assertNotRegex(line, r"\d{4}")

    def test_a_responder_that_refuses(self):
        for status in (1, 2, 3, 5, 6):      # RFC 6960 4.2.1: malformedRequest ... unauthorized
            with self.subTest(status), tempfile.TemporaryDirectory() as folder:
                answer = os.path.join(folder, "answer")
                with open(answer, "wb") as file:
                    file.write(bytes([0x30, 3, 0x0A, 1, status]))
                shown = self.shown(answer, "--format", "json")
                tls = next(o for o in map(json.loads, shown.splitlines()) if o["event"] == "certificate")
                self.assertEqual((tls["ocsp_stapled"], tls["ocsp_status"]), (True, "refused"))

    def test_none(self):
        self.assertIn("=== OCSP: no response stapled", self.shown(None))

    def test_json(self):
        with tempfile.TemporaryDirectory() as folder:
            shown = self.shown(self.answer(folder), "--format", "json")
        tls = next(o for o in map(json.loads, shown.splitlines()) if o["event"] == "certificate")
        self.assertEqual((tls["ocsp_stapled"], tls["ocsp_status"]), (True, "good"))


if __name__ == "__main__":
    tap.main()
