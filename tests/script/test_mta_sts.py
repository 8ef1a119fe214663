"""MTA-STS: the policy of a domain, fetched from an HTTPS server on loopback, and what /cert and resolve make of it."""
import http.server
import json
import os
import ssl
import sys
import threading
import unittest

HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import pki
import program
import tap
from nameserver import NameServer

DOMAIN, MX = "wild.bed.test", "mx1.wild.bed.test"       # what the test's certificate is for: *.wild.bed.test
RECORD = {("_mta-sts." + DOMAIN, "TXT"): ["v=STSv1; id=20240101;"]}


def policy(mode="enforce", mx=("*.wild.bed.test",), max_age=604800):
    return "".join(f"{line}\r\n" for line in ["version: STSv1", f"mode: {mode}", *(f"mx: {m}" for m in mx), f"max_age: {max_age}"])


class Web:
    """An HTTPS server that says what a test tells it to: .status, .type, .text; `silent` ones say nothing."""

    def __init__(self, name="good", silent=False):
        web, self.asked = self, []
        self.status, self.type, self.text = 200, "text/plain; charset=us-ascii", policy()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append((self.headers["Host"], self.path))
                self.send_response(web.status)
                self.send_header("Content-Type", web.type)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(web.text.encode())))     # its end is no close_notify
                self.end_headers()
                try:
                    self.wfile.write(web.text.encode())
                except OSError:
                    pass        # it had enough

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass            # a client that does not like the certificate

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        if not silent:
            where = pki.make()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{where}/{name}.chain.pem", f"{where}/{name}.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.running = not silent

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running:
            self.server.shutdown()
        self.server.server_close()


class Sts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = pki.make()
        cls.smtp = {name: program.Serve("--listen", "127.0.0.1:0", "--cert", f"{cls.pki}/{name}.chain.pem", "--key",
                                        f"{cls.pki}/{name}.key").__enter__() for name in ("good", "wrong")}
        for server in cls.smtp.values():
            cls.addClassCleanup(server.__exit__)

    def ask(self, web, *args, command=(), target="@" + DOMAIN, server="good", record=RECORD, more=("-c", "/cert", "-c", "QUIT"), env=None):
        smtp = self.smtp[server]
        zone = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], **record}
        resolve = ("--resolve", f"mta-sts.{DOMAIN}:127.0.0.1:{web.port}") if web else ()
        tls = () if command else ("--tls", "-p", str(smtp.port))
        with NameServer(zone) as dns:
            trust = () if env else ("--ca", f"{self.pki}/ca.pem")
            done = program.run(*command, "--dns", dns.address, *trust, *tls, *resolve, *args, target, *more, env=env)
        done.flat = " ".join(done.stdout.split())
        return done

    def test_a_policy_that_allows(self):
        program.needs(self, "libcurl")
        with Web() as web:
            done = self.ask(web)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"=== MTA-STS: {DOMAIN} says enforce (for 7 days, id 20240101): *.wild.bed.test", done.flat)
        self.assertIn(f"=== MTA-STS: it allows {MX}: the policy lists it, and its certificate is verified", done.flat)
        self.assertEqual(web.asked, [("mta-sts." + DOMAIN, "/.well-known/mta-sts.txt")])

    def test_whom_the_fetch_trusts(self):
        "the same as the session does"
        program.needs(self, "libcurl")
        with Web() as web:
            for file, folder, says in ((f"{self.pki}/ca.pem", "/nowhere", "its certificate is verified"), ("/dev/null", "/nowhere", "no CA certificates"),
                                       (f"{self.pki}/other-ca.pem", "/nowhere", "cannot be fetched")):
                env = program.environment(SSL_CERT_FILE=file, SSL_CERT_DIR=folder)
                flat = self.ask(web, env=env).flat
                self.assertIn(says, flat[flat.index(" MTA-STS: "):])

    def test_verdicts(self):
        program.needs(self, "libcurl")
        table = [
            ("enforce", ("other.example",), "good", f"*** MTA-STS: senders that honor it do not deliver to {MX}, because the policy does not list it (RFC 8461 4.1)"),
            ("testing", ("other.example",), "good", f"=== MTA-STS: senders that honor it report {MX}, because the policy does not list it"),
            ("enforce", (MX,), "wrong", f"*** MTA-STS: senders that honor it do not deliver to {MX}, because certificate verification failed (RFC 8461 4.2)"),
            ("testing", (MX,), "wrong", f"=== MTA-STS: senders that honor it report {MX}, because certificate verification failed"),
        ]
        with Web() as web:
            for mode, mx, server, want in table:
                web.text = policy(mode, mx)
                done = self.ask(web, server=server)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn(want, done.flat)
            web.text = policy("none", ())
            done = self.ask(web)
            self.assertIn(f"MTA-STS: {DOMAIN} says none (for 7 days, id 20240101)", done.flat)
            self.assertEqual(done.stdout.count("MTA-STS"), 1)

    def test_what_the_web_server_says(self):
        program.needs(self, "libcurl")
        table = [
            (dict(status=302), "HTTP status 302: redirects are not allowed (RFC 8461 3.3); the redirect to https://"),
            (dict(status=301), "/elsewhere is not followed"),
            (dict(status=404), "HTTP status 404"),
            (dict(type="text/html"), 'its type is "text/html", but must be text/plain'),
            (dict(text="version: STSv1\nmode: enforce\nmax_age: 1\n"), "no valid policy: it has no mx"),
            (dict(text="<html>\n"), 'one of its lines is not "key: value"'),
            (dict(text="x" * 70000), "it is longer than 65536 octets"),
        ]
        for says, want in table:
            with Web() as web:
                for key, value in says.items():
                    setattr(web, key, value)
                done = self.ask(web)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn("*** MTA-STS: " + DOMAIN, done.flat)
                self.assertIn(want, done.flat)
                self.assertEqual(len(web.asked), 1)

    def test_it_cannot_be_had(self):
        program.needs(self, "libcurl")
        at = f" https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt: "
        with Web("wrong") as web:
            self.assertRegex(self.ask(web).flat, at + "SSL")
            self.assertEqual(web.asked, [])
        self.assertRegex(self.ask(web).flat, at + "Failed to connect")
        with Web(silent=True) as web:
            done = self.ask(web, "--timeout", "connect=1s")
            self.assertRegex(done.flat, at + ".*timed out")
            self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(at + f"mta-sts.{DOMAIN}: the name does not exist (NXDOMAIN)", self.ask(None).flat)

    def test_records(self):
        name = "_mta-sts." + DOMAIN
        table = [
            ({}, f"=== MTA-STS: {DOMAIN} has no record at {name}: the name does not exist (NXDOMAIN)"),
            ({(name, "TXT"): ["v=spf1 -all"]}, f"=== MTA-STS: {DOMAIN} has no record at {name}: there are TXT records, but none begins with \"v=STSv1\""),
            ({(name, "TXT"): ["v=STSv10; id=1"]}, f"{name}: it does not begin"),
            ({(name, "TXT"): ["v=STSv1;"]}, f"{name}: it has no id"),
            ({(name, "TXT"): ["v=STSv1; id=1", "v=STSv1; id=2"]}, f"{name}: 2 records where one is allowed; all are ignored"),
            ({(name, "TXT"): "SERVFAIL"}, f"*** MTA-STS: {DOMAIN} could not be queried for its record at {name}"),
        ]
        with Web() as web:
            for record, want in table:
                done = self.ask(web, record=record)
                self.assertIn(want, done.flat)
                self.assertIn("TLSA 3 1 1", done.stdout)
            self.assertEqual(web.asked, [])

    def test_a_host_has_none_unless_its_domain_is_said(self):
        program.needs(self, "libcurl")
        with Web() as web:
            self.assertNotIn("MTA-STS", self.ask(web, target=MX).stdout)
            self.assertEqual(web.asked, [])
            self.assertIn(f"it allows {MX}", self.ask(web, target=MX, more=("-c", "/cert " + DOMAIN, "-c", "QUIT")).flat)
            done = self.ask(web, target=MX, more=("-c", "/cert " + "a" * 70, "-c", "QUIT"))
            self.assertIn("it is not a domain name", done.flat)

    def test_json(self):
        program.needs(self, "libcurl")
        with Web() as web:
            done = self.ask(web, "--format", "json")
        sts = next(o for o in map(json.loads, done.stdout.splitlines()) if o["event"] == "certificate")["mta_sts_policy"]
        self.assertEqual(sts, {"domain": DOMAIN, "state": "found", "id": "20240101", "why": "", "mode": "enforce", "max_age": 604800,
                               "mx": ["*.wild.bed.test"], "verdict": "allows"})

    def test_resolve(self):
        program.needs(self, "libcurl")
        with Web() as web:
            web.text = policy(mx=("*.wild.bed.test", "*.example.net"))
            done = self.ask(web, command=("resolve",), more=())
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"=== MTA-STS: {DOMAIN} says enforce (for 7 days, id 20240101): *.wild.bed.test, *.example.net\n", done.stdout)
            web.text = policy(mx=("gone.example.net",))
            done = self.ask(web, command=("resolve",), more=())
            self.assertIn(f"*** MTA-STS: senders that honor it do not deliver to {MX}, because the policy does not list it", done.stdout)
            done = self.ask(web, "--format", "json", command=("resolve",), more=())
            self.assertEqual(json.loads(done.stdout)["mta_sts_policy"]["mx"], ["gone.example.net"])

    def probe(self, web, *args, server="good", record=RECORD, more=None):
        tls = ("-p", str(self.smtp[server].port), *args)
        return self.ask(web, *tls, command=("probe",), server=server, record=record, more=more or ("--format", "json"))

    def test_probe_judges_the_mx_by_it(self):
        program.needs(self, "libcurl")
        ok, not_listed = (0, "OK", "allows", ""), "does not list " + MX
        table = [
            ("enforce", ("*.wild.bed.test",), "good", "check", ok),
            ("enforce", ("*.wild.bed.test",), "good", "require", ok),
            ("enforce", ("other.example",), "good", "check", (2, "CRITICAL", "not_listed", f"(enforce) {not_listed}")),
            ("testing", ("other.example",), "good", "check", (1, "WARNING", "not_listed", f"(testing) {not_listed}")),
            ("testing", ("other.example",), "good", "require", (2, "CRITICAL", "not_listed", not_listed)),
            ("enforce", (MX,), "wrong", "check", (2, "CRITICAL", "not_verified", f"requires a certificate that verifies for {MX}")),
            ("testing", (MX,), "wrong", "check", (1, "WARNING", "not_verified", f"requires a certificate that verifies for {MX}")),
            ("none", (), "good", "check", (0, "OK", "none", "")),
            ("none", (), "good", "require", (2, "CRITICAL", "none", "its mode is none")),
        ]
        with Web() as web:
            for mode, mx, server, how, (status, state, got, message) in table:
                web.text = policy(mode, mx)
                done = self.probe(web, "--sts=" + how, server=server)
                told = json.loads(done.stdout)
                check = next(c for c in told["checks"] if c["name"] == "sts")
                self.assertEqual((done.returncode, check["state"], check["got"]), (status, state, got), done.stdout)
                self.assertIn(message, check.get("message", ""))
                self.assertEqual(check.get("reason"), "sts" if state != "OK" else None)
                self.assertEqual(told["mta_sts_policy"]["mode"], mode)
            before = len(web.asked)
            told = json.loads(self.probe(web).stdout)
            self.assertNotIn("mta_sts_policy", told)
            self.assertEqual(len(web.asked), before)        # unasked it costs nothing

    def test_probe_of_a_server_without_tls(self):
        program.needs(self, "libcurl")
        with program.Serve("--listen", "127.0.0.1:0", "--without", "STARTTLS") as plain, Web() as web:
            self.smtp["plain"] = plain
            for more, state, message in ((("--sts",), 2, "requires TLS, which cannot be used at " + MX),
                                         (("--sts", "--tls=off"), 0, "TLS was not checked against it")):
                done = self.probe(web, *more, server="plain")
                self.assertEqual(done.returncode, state, done.stdout + done.stderr)
                check = next(c for c in json.loads(done.stdout)["checks"] if c["name"] == "sts")
                self.assertIn(message, check["message"])

    def test_probe_when_it_cannot_be_had(self):
        program.needs(self, "libcurl")
        name, tlsrpt = "_mta-sts." + DOMAIN, ("_smtp._tls." + DOMAIN, "TXT")
        table = [
            ({}, 0, 2, f"has no record at {name}: the name does not exist (NXDOMAIN)"),
            ({(name, "TXT"): ["v=STSv1;"]}, 1, 2, f"invalid record at {name}: it has no id"),
            ({(name, "TXT"): "SERVFAIL"}, 1, 2, f"could not be looked up at {name}"),
            (RECORD, 1, 2, f"cannot be fetched from https://mta-sts.{DOMAIN}: HTTP status 404"),
        ]
        with Web() as web:
            web.status = 404
            for record, check, require, message in table:
                for how, status in (("check", check), ("require", require)):
                    done = self.probe(web, "--sts=" + how, record={**record, tlsrpt: ["v=TLSRPTv1; rua=tls@example.org"]})
                    self.assertEqual(done.returncode, status, done.stdout)
                    self.assertIn(message, done.stdout)
                    self.assertIn(f"the TLSRPT record at _smtp._tls.{DOMAIN} is invalid: one of its rua values begins with neither", done.stdout)
        with Web(silent=True) as web:
            done = self.probe(web, "--sts", "-t", "1s", "--timeout", "connect=30s")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("not within the probe's time", done.stdout)

    def test_probe_of_several_mx_asks_once(self):
        program.needs(self, "libcurl")
        zone = {(DOMAIN, "MX"): [(10, MX), (20, "mx2." + DOMAIN)], ("mx2." + DOMAIN, "A"): ["127.0.0.1"], **RECORD}
        with Web() as web:
            web.text = policy(mx=(MX,))
            done = self.probe(web, "--sts", record=zone, more=("-v",))
            self.assertEqual(len(web.asked), 1)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^OK .*MX 10 of ")
        self.assertRegex(done.stdout, r"(?m)^CRIT.*mx2.*MX 20 of .*tls: the MTA-STS policy \(enforce\) does not list mx2")

    def test_probe_of_a_host_has_no_domain_to_ask(self):
        done = program.run("probe", "--sts=require", "--tls=off", self.smtp["good"].where)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("only its domain: probe @DOMAIN", done.stdout)


if __name__ == "__main__":
    tap.main()
