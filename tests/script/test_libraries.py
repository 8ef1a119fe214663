#!/usr/bin/python3
"""A library that is opened when it is first used, and is not there: what needs it says so in one sentence, and which package
brings it; all else works. In a build without the library the sentence says how to build with it."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import mta
import program
import tap
import terminal
from nameserver import NameServer

LIBRARIES = {       # module, file that the module wants, Debian's package
    "libidn2": ("idn", b"libidn2.so.0", "libidn2-0"),
    "libgsasl": ("sasl", b"libgsasl.so.18", "libgsasl18"),
    "libcurl": ("https", b"libcurl.so.4", "libcurl4"),
    "libmicrohttpd": ("exporter", b"libmicrohttpd.so.12", "libmicrohttpd12"),
    "libedit": ("libedit", b"libedit.so.2", "libedit2"),
}
DOMAIN, MX = "wild.bed.test", "mx1.wild.bed.test"
ZONE = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], ("_mta-sts." + DOMAIN, "TXT"): ["v=STSv1; id=1;"],
        ("mta-sts." + DOMAIN, "A"): ["127.0.0.1"]}


class Libraries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = program.Serve("--listen", "127.0.0.1:0", "--without", "STARTTLS").__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.alone = shutil.copy(program.SMTPSH, cls.folder.name)
        for module in ("dns_cares", "tls_openssl"):
            shutil.copy(os.path.join(os.path.dirname(program.SMTPSH), f"smtpsh-{module}.so"), cls.folder.name)
        cls.built = {name: program.is_built_with(name) for name in LIBRARIES}
        for name, (module, wants, _) in LIBRARIES.items():
            source = os.path.join(os.path.dirname(program.SMTPSH), f"smtpsh-{module}.so")
            if not cls.built[name] or not os.path.exists(source):
                continue
            with open(source, "rb") as file:
                octets = file.read()
            if wants in octets:
                with open(os.path.join(cls.folder.name, f"smtpsh-{module}.so"), "wb") as file:
                    file.write(octets.replace(wants, wants.replace(b".so.", b".no.")))

    def lack(self, name):
        """The sentence."""
        module, wants, package = LIBRARIES[name]
        if not self.built[name]:
            return f"{name} is required, and this smtpsh was built without it: build it with -D{module}=enabled"
        if not os.path.exists(os.path.join(self.folder.name, f"smtpsh-{module}.so")):
            self.skipTest(f"{name} has another version here than {wants.decode()}")
        return f"{name} is required: install it (Debian's package is {package})"

    def run_alone(self, *args, env=None):
        done = subprocess.run([self.alone, *args], capture_output=True, text=True, timeout=program.DEADLINE,
                              env=program.environment(**(env or {})))
        self.assertNotIn(".so", done.stdout + done.stderr)
        return done

    def probe(self, *args):
        with NameServer(ZONE) as dns:
            return self.run_alone("probe", "--dns", dns.address, "--tls=off", "-p", str(self.server.port), *args)

    def test_only_a_file_that_can_be_trusted_is_loaded(self):
        "owned by root, this user or the program's owner, not writable by others, of this version"
        source = os.path.join(os.path.dirname(program.SMTPSH), "smtpsh-dns_cares.so")
        with open(source, "rb") as file:
            octets = file.read()
        version = subprocess.run([program.SMTPSH, "-V"], capture_output=True, text=True).stdout.split()[1].encode() + b"\0"
        self.assertEqual(octets.count(version), 1)
        def wrong_version(path):
            with open(path, "wb") as file:
                file.write(octets.replace(version, b"9" + version[1:]))
        makes = {"can be written by every user": lambda path: os.chmod(path, 0o757), "is of smtpsh 9": wrong_version,
                 "is not a regular file": lambda path: (os.unlink(path), os.mkdir(path))}
        if os.geteuid() == 0:
            makes["belongs to another user (4711)"] = lambda path: os.chown(path, 4711, 4711)
        with tempfile.TemporaryDirectory() as folder:
            alone, module = shutil.copy(program.SMTPSH, folder), os.path.join(folder, "smtpsh-dns_cares.so")
            def look_up():
                return subprocess.run([alone, "resolve", "--dns", "127.0.0.1:1", "a.example"], capture_output=True, text=True,
                                      timeout=program.DEADLINE, env=program.environment()).stdout
            shutil.copy(source, folder)
            self.assertIn("127.0.0.1:1 cannot be reached", look_up())
            for words, make in makes.items():
                with self.subTest(words):
                    subprocess.run(["rm", "-r", module], check=True)
                    shutil.copy(source, folder)
                    make(module)
                    said = look_up()
                    self.assertIn(f"{module} {words}", said)
                    self.assertNotIn("cannot be reached", said)

    def test_mta_sts_of_a_probe(self):
        sentence = "the MTA-STS policy is unknown: " + self.lack("libcurl")
        for how in ("check", "require"):
            done = self.probe("--sts=" + how, "@" + DOMAIN)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertTrue(done.stdout.startswith("UNKN " + MX), done.stdout)
            self.assertEqual(done.stdout.count(sentence), 1, done.stdout)
            told = json.loads(self.probe("--sts=" + how, "@" + DOMAIN, "--format", "json").stdout)
            check = next(c for c in told["checks"] if c["name"] == "sts")
            self.assertEqual((check["state"], check["reason"], check["got"]), ("UNKNOWN", "internal", "unable"))
            self.assertEqual(told["mta_sts_policy"]["state"], "unable")
        done = self.probe("@" + DOMAIN)
        self.assertEqual((done.returncode, done.stdout[:4]), (0, "OK  "))

    def test_mta_sts_elsewhere(self):
        sentence = f"*** MTA-STS: {DOMAIN} may have a policy (unknown): " + self.lack("libcurl")
        with NameServer(ZONE) as dns:
            done = self.run_alone("resolve", "--dns", dns.address, "@" + DOMAIN)
        self.assertEqual(done.returncode, 1, done.stdout)         # what the policy says is not known
        self.assertEqual(done.stdout.count(sentence + "\n"), 1, done.stdout)
        self.assertIn(f"   10 {MX}", done.stdout)

    def test_names_in_other_scripts(self):
        sentence = self.lack("libidn2")
        for target in ("@bücher.test", "bücher.test"):
            with NameServer(ZONE) as dns:
                done = self.run_alone("--dns", dns.address, target, "-c", "NOOP")
            self.assertEqual((done.returncode, done.stdout), (11, f"*** {sentence}\n"))
            done = self.probe(target)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn("resolve: " + sentence, done.stdout)

    def test_mechanisms(self):
        sentence = "CRAM-MD5: " + self.lack("libgsasl")
        login = ("--user", "u", "--password-env", "PW", "--auth=CRAM-MD5", self.server.where)
        for words, status in ((("-c", "NOOP"), 11), (("--format=text",), 3)):
            command = ("probe", "--tls=off") if status == 3 else ()
            done = self.run_alone(*command, *login, *words, env={"PW": "secret"})
            self.assertEqual(done.returncode, status, done.stdout)
            self.assertEqual(done.stdout.count(sentence), 1, done.stdout)
        self.assertEqual(self.login("PLAIN LOGIN").count("libgsasl"), 0)
        out = self.login("SCRAM-SHA-256 PLAIN")
        self.assertIn("SCRAM, CRAM-MD5, DIGEST-MD5, NTLM and GSSAPI are unavailable: " + self.lack("libgsasl"), out)
        self.assertIn("using AUTH PLAIN, the best mechanism offered", out)
        self.assertIn("*** no supported mechanism (server offers SCRAM-SHA-256): " + self.lack("libgsasl"), self.login("SCRAM-SHA-256"))

    def login(self, offered):
        with mta.Mta("AUTH " + offered) as server:
            done = self.run_alone("--user", "u", "--password-env", "PW", "--auth", server.target, "-c", "NOOP", env={"PW": "secret"})
        return " ".join(done.stdout.split())

    def test_tls(self):
        "without OpenSSL what needs no TLS works; what needs it says why it cannot be had, and is no statement about the server"
        folder = os.path.dirname(program.SMTPSH)
        with open(os.path.join(folder, "smtpsh-tls_openssl.so"), "rb") as file:
            octets = file.read()
        wants = [name for name in (b"libssl.so.3",) if name in octets]
        with tempfile.TemporaryDirectory() as own, program.Serve("--listen", "127.0.0.1:0") as server:
            alone, module = shutil.copy(program.SMTPSH, own), os.path.join(own, "smtpsh-tls_openssl.so")
            def probe(*args):
                return subprocess.run([alone, "probe", "--format", "json", *args, server.where], capture_output=True, text=True,
                                      timeout=program.DEADLINE, env=program.environment())
            for sentence in ["OpenSSL is used through smtpsh-tls_openssl.so, which is missing"] + ["OpenSSL is required"] * len(wants):
                with self.subTest(sentence):
                    self.assertEqual(json.loads(probe("--tls=off").stdout)["state"], "OK")
                    for how in ("try", "starttls"):
                        told = json.loads(probe("--tls=" + how).stdout)
                        self.assertEqual((told["state"], told["phase"], told["reason"]), ("UNKNOWN", "tls", "internal"))
                        self.assertIn(sentence, told["message"])
                    done = subprocess.run([alone, "explain", "450 4.2.0"], capture_output=True, text=True, env=program.environment())
                    self.assertEqual(done.returncode, 0, done.stderr)
                for name in wants:
                    with open(module, "wb") as file:
                        file.write(octets.replace(name, name.replace(b".so.", b".no.")))

    def test_dns(self):
        "without c-ares nobody is asked: no statement about the domain or its resolver; an address needs none"
        with tempfile.TemporaryDirectory() as own:
            alone = shutil.copy(program.SMTPSH, own)
            def run(*args):
                return subprocess.run([alone, *args], capture_output=True, text=True, timeout=program.DEADLINE,
                                      env=program.environment())
            self.assertEqual(run("probe", "--tls=off", self.server.where).returncode, 0)
            for target in ("mx1.example.org", "@example.org"):
                with self.subTest(target):
                    told = json.loads(run("probe", "--format", "json", "--dns", "127.0.0.1:1", target).stdout)
                    self.assertEqual((told["state"], told["phase"], told["reason"]), ("UNKNOWN", "resolve", "internal"))
                    self.assertIn("c-ares is used through smtpsh-dns_cares.so, which is missing", told["message"])
                    self.assertNotIn("cause", told)
            for words, status in ((("resolve", "example.org"), 3), (("check", "example.org"), 3), (("mx1.example.org", "-c", "QUIT"), 11)):
                with self.subTest(words):
                    done = run(*words, "--dns", "127.0.0.1:1")
                    self.assertEqual(done.returncode, status, done.stdout)
                    self.assertIn("smtpsh-dns_cares.so, which is missing", " ".join(done.stdout.split()))

    def test_exporter(self):
        done = self.run_alone("exporter", "--listen", "127.0.0.1:0")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (11, "", f"smtpsh: {self.lack('libmicrohttpd')}\n"))

    def test_the_prompt_has_plain_lines(self):
        sentence = "no line editing: " + self.lack("libedit")
        with terminal.Terminal(argv=[self.alone, "demo:"]) as t:
            t.shows(sentence)
            t.line("NOOP")
            t.shows("250 2.0.0")

    def test_the_version_says_what_there_is(self):
        said = program.run("-V").stdout
        for name in LIBRARIES:
            self.assertEqual(f"with {name}, loaded when needed" in said, self.built[name], said)
            self.assertEqual(f"without {name}\n" in said, not self.built[name], said)


if __name__ == "__main__":
    tap.main()
