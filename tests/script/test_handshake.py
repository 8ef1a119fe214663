"""Handshakes that fail or are weak: who said what, what the server wanted, every problem, and what is noted beforehand."""
import os
import re
import ssl
import subprocess
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
import terminal

WEAK = "ALL:@SECLEVEL=0"


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def server(ciphers=None, low=None, high=None, cert=None, dh=None, wants=None):
    """What a peer does at a port with TLS from the start: a handshake of this kind, the banner, obedience."""
    cert, key = cert or hostile.certificate()

    def behave(peer):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if ciphers:
            context.set_ciphers(ciphers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # old versions are what this is about
            context.minimum_version = low or context.minimum_version
            context.maximum_version = high or context.maximum_version
        if dh:
            context.load_dh_params(dh)
        if wants:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(wants)
        context.load_cert_chain(cert, key)
        peer.sock = context.wrap_socket(peer.sock, server_side=True, suppress_ragged_eofs=True)
        peer.say(hostile.GREETING).obey()
    return behave


def old_hello(minor):
    """A ServerHello of version 3.minor, from a server that knows nothing newer."""
    body = bytes([3, minor]) + bytes(32) + b"\0\x00\x2f\0"
    return b"\x16\x03" + bytes([minor]) + (len(body) + 4).to_bytes(2, "big") + b"\x02" + len(body).to_bytes(3, "big") + body


class Handshake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.place = place.name

    def file(self, name):
        return os.path.join(self.place, name)

    def talk(self, behaviour, *options, env=None):
        with hostile.Server(behaviour) as peer:
            done = program.run("--timeout", "5", *options, f"smtps://127.0.0.1:{peer.port}", "-c", "NOOP", env=env)
        done.flat = re.sub(r"\n +", " ", done.stdout)
        return done

    def test_a_server_of_an_old_version_alone(self):
        done = self.talk(server(WEAK, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1))
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("the peer sent alert 70, protocol version: it does not support TLS 1.2 or newer", done.stdout)

    def test_that_server_where_it_is_let_have_its_way(self):
        done = self.talk(server(WEAK, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1), "--min-tls", "1.0")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"=== TLS 1\.0 .*OpenSSL's security level is lowered to 0")
        self.assertIn("=== TLSv1  ", done.stdout)

    def test_what_the_server_lacks_is_said_and_not_in_openssl_s_words(self):
        for minor, says in ((0, "SSL 3.0"), (3, "RFC 5746")):
            done = self.talk(lambda p: (p.octets(), p.say(old_hello(minor)).until_gone()))
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn(says, done.flat)
        done = self.talk(lambda p: (p.octets(), p.say(old_hello(3)).until_gone()), "--legacy-renegotiation", "--timeout", "1")
        self.assertNotIn("RFC 5746", done.flat)

    def test_the_level_is_not_lowered_unasked(self):
        self.assertNotIn("security level", self.talk(server(), "--min-tls", "1.2").stdout)

    def test_a_server_hello_names_the_version_wanted(self):
        for minor, name in ((1, "1.0"), (2, "1.1")):
            done = self.talk(lambda peer: peer.octets() and peer.say(old_hello(minor)))
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn(f"the server chose TLS {name}, which is older", done.stdout)

    def test_a_newer_one_than_the_server_has(self):
        done = self.talk(server(high=ssl.TLSVersion.TLSv1_2), "--min-tls", "1.3")
        self.assertIn("alert 70, protocol version: it does not support TLS 1.3", done.stdout)

    def test_a_small_diffie_hellman_key(self):
        openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_1536", "-out", self.file("dh.pem"))
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.file("rsa.key"), "-out", self.file("rsa.pem"), "-subj", "/CN=rsa")
        weak = server("DHE-RSA-AES128-SHA:@SECLEVEL=0", high=ssl.TLSVersion.TLSv1_2, dh=self.file("dh.pem"),
                      cert=(self.file("rsa.pem"), self.file("rsa.key")))
        done = self.talk(weak)
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("the server's Diffie-Hellman key is too small", done.stdout)
        self.assertIn("=== TLSv1.2  DHE-RSA", self.talk(weak, "--min-tls", "1.0").stdout)

    def test_no_cipher_in_common(self):
        done = self.talk(server("NULL:@SECLEVEL=0", high=ssl.TLSVersion.TLSv1_2))
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("the peer sent alert 40, handshake failure", done.stdout)

    def test_a_client_certificate_that_is_wanted(self):
        "TLS 1.3 tells after the handshake"
        done = self.talk(server(wants=hostile.certificate()[0]))
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn("the peer sent alert 116, certificate required", done.stdout)

    def test_a_small_key_hides_no_other_problem(self):
        openssl("req", "-x509", "-newkey", "rsa:512", "-nodes", "-keyout", self.file("small.key"), "-out", self.file("small.pem"),
                "-subj", "/CN=small", "-days", "3")
        done = self.talk(server(WEAK, high=ssl.TLSVersion.TLSv1_2, cert=(self.file("small.pem"), self.file("small.key"))))
        for problem in ("the server's key is too small", "self-signed", "no usable subjectAltName"):
            self.assertIn(problem, done.flat)

    def test_keys_that_are_logged_are_noted_before_each_handshake(self):
        log = self.file("keys")
        done = self.talk(server(), env=program.environment(SSLKEYLOGFILE=log))
        note = f"=== SSLKEYLOGFILE: the keys of this handshake are written to {log}"
        self.assertIn(note, done.stdout)
        self.assertLess(done.stdout.index(note), done.stdout.index("=== TLSv1"))
        self.assertEqual(os.stat(log).st_mode & 0o777, 0o600)
        nowhere = self.talk(server(), env=program.environment(SSLKEYLOGFILE=self.file("no/such")))
        self.assertIn(f"SSLKEYLOGFILE: cannot write {self.file('no/such')}: No such file or directory", nowhere.stdout)
        self.assertEqual(nowhere.returncode, 0, nowhere.stdout)
        os.mkfifo(self.file("unread"))
        unread = self.talk(server(), env=program.environment(SSLKEYLOGFILE=self.file("unread")))
        self.assertIn("SSLKEYLOGFILE: cannot write", unread.stdout)
        self.assertEqual(unread.returncode, 0, unread.stdout)

    def test_files_of_ours_that_cannot_be_read_are_said_before_anything_is_connected(self):
        for option in ("--ca", "--cert", "--key"):
            done = program.run(option, self.file("no/such"), "demo:", "-c", "NOOP")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"smtpsh: {option}: cannot read {self.file('no/such')}: No such file or directory", done.stderr)
            self.assertEqual(done.stdout, "")
        done = program.run("--min-tls", "1.4", "demo:")
        self.assertEqual((done.returncode, done.stderr), (2, 'smtpsh: --min-tls: "1.4" is not a TLS version: expected 1.0, 1.1, 1.2 or 1.3\n'))

    def test_a_key_with_a_pass_phrase(self):
        "in the encryptions of PEM, old and new; a wrong phrase is told in words"
        cert, key = hostile.certificate()
        for name, *how in (("aes", "pkey", "-traditional", "-aes-128-cbc"), ("des", "pkey", "-traditional", "-des3"),
                           ("camellia", "pkey", "-traditional", "-camellia256"), ("new", "pkcs8", "-topk8")):
            file = self.file(name + ".key")
            openssl(*how, "-in", key, "-passout", "pass:geheim", "-out", file)
            for phrase, wanted in (("geheim", "<~  250 ok"), ("falsch", "bad decrypt")):
                with self.subTest(name, phrase=phrase), hostile.Server(server()) as peer, \
                        terminal.Terminal("--cert", cert, "--key", file, f"smtps://127.0.0.1:{peer.port}", "-c", "NOOP") as t:
                    t.until("pass phrase:")
                    t.line(phrase)
                    t.shows(wanted)

    def test_tls_does_not_begin_within_tls(self):
        """A server that agrees to STARTTLS within TLS gets no second ClientHello, which would go out beside the first layer."""
        def agrees_twice(p):
            p.starttls().tls().hear().say("250-h\r\n250 STARTTLS\r\n").hear().say("220 again\r\n").until_gone()

        with hostile.Server(agrees_twice) as server:
            done = program.run("--format=json", "--verify=off", f"127.0.0.1:{server.port}", input="EHLO a\nSTARTTLS\nEHLO b\nSTARTTLS\nNOOP\n")
        self.assertEqual(done.returncode, 10, done.stdout)          # protocol
        self.assertEqual(done.stdout.count('"event":"tls"'), 1)
        self.assertNotIn('"sent":"NOOP"', done.stdout)

    def test_what_verify_ends_is_said_in_our_words(self):
        done = self.talk(server(), "--verify")
        self.assertEqual(done.returncode, 5)
        self.assertIn("*** certificate verification failed: the certificate is self-signed\n", done.stdout)
        self.assertIn("*** the certificate was not accepted\n", done.stdout)         # why is said once


if __name__ == "__main__":
    tap.main()
