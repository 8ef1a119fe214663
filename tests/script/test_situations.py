"""Every cause has a situation that produces it: a server, a zone or a PKI made here, looked at by the real program. What
servers reply comes from the table of texts of tests/unit/test_reply_text.c, each text said at its stage."""
import concurrent.futures
import json
import os
import re
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
from hostile import EHLO, GREETING, Server, certificate
from listener import bound
from nameserver import NameServer
from test_mta_sts import Web, policy

ROOT = os.path.join(HERE, "..", "..")
DOMAIN = "wild.bed.test"
MX = "mx1." + DOMAIN
SHORT = ("--timeout", "connect=3s,greeting=1500ms,reply=1500ms,tls=1500ms")
PLAIN = "250-mx.example\r\n250 SIZE 1000\r\n"


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def causes():
    """token: word, of the whole table."""
    return dict(re.findall(r'X\((\w+),\s*"(\w+)"\)', re.search(r"#define CAUSES\(X\)(.*?)\n\n", read("src/run/diagnosis/cause.h"), re.S)[1]))


def texts():
    """token: (reply, stage), the first of each cause."""
    found = {}
    row = r'\{\s*"((?:[^"\\]|\\.|"\s*")*)",\s*AT_(\w+),\s*CAUSE_(\w+)\s*\}'
    for text, stage, token in re.findall(row, read("tests/unit/test_reply_text.c")):
        text = re.sub(r'"\s*"', "", text).encode().decode("unicode_escape")
        if token not in found and stage in STAGES:
            found[token] = (text, stage)
    return found


def replying(stage, reply):
    """A server that says this at that stage, and goes on as well as it can."""
    octets = "".join(line + "\r\n" for line in reply.split("\n"))
    verb = {"EHLO": "EHLO", "MAIL": "MAIL", "RCPT": "RCPT", "STARTTLS": "STAR"}.get(stage)

    def behave(p):
        p.say(octets if stage == "GREETING" else GREETING)
        offers = EHLO if stage == "STARTTLS" else PLAIN
        p.obey({"EHLO": offers, **({verb: octets, "HELO": octets} if verb == "EHLO" else {verb: octets} if verb else {})})
    return behave


# what a server says of a session that did what it asks for, which it forgot
TOLD = {"NEEDS_HELO": "HELO_LOST", "NEEDS_MAIL": "BAD_SEQUENCE"}
STAGES = ("GREETING", "EHLO", "MAIL", "RCPT", "STARTTLS")


def look(*args, target=None, zone=None, ad=False):
    """The words of what `smtpsh check` finds."""
    def run(dns):
        done = program.run("check", "--format", "json", *(("--dns", dns.address) if dns else ()), *args, target or "postmaster@" + DOMAIN, timeout=60)
        if not done.stdout:
            return {f"exit status {done.returncode}: {done.stderr}"}
        return {finding["cause"] for finding in json.loads(done.stdout)["findings"]}
    if zone is None:
        return run(None)
    with NameServer(zone, ad=ad) as dns:
        return run(dns)


def served(behaviour, *args, scheme=""):
    with Server(behaviour) as server:
        return look(*SHORT, *args, target=f"{scheme}127.0.0.1:{server.port}")


def certified(name, *args, trust=True, sts=None):
    """A server with a certificate of the tests' PKI, as a submission host would be looked at where `sts` is none."""
    place = pki.make()
    with program.Serve("--listen", "127.0.0.1:0", "--cert", f"{place}/{name}.chain.pem", "--key", f"{place}/{name}.key") as server:
        return look(*(("--ca", f"{place}/ca.pem") if trust else ()), "--resolve", f"{MX}:127.0.0.1:{server.port}", *args,
                    zone={(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"]})


def records(**more):
    return {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], **{(name, kind): value for (name, kind), value in more.items()}}


def zoned(*hosts, **kwargs):
    return {(DOMAIN, "MX"): [(10 * (i + 1), host) for i, host in enumerate(hosts)], **kwargs}


def refused(zone, *args):
    """Nothing listens at any of the zone's addresses."""
    with bound() as nobody:
        return look(*SHORT, "-p", str(nobody.getsockname()[1]), *args, zone=zone)


def tlsa(data, ad=True, starttls=True):
    place = pki.make()
    offer = () if starttls else ("--tls=off",)
    with program.Serve("--listen", "127.0.0.1:0", "--cert", f"{place}/good.chain.pem", "--key", f"{place}/good.key", *offer) as server:
        zone = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], (f"_{server.port}._tcp.{MX}", "TLSA"): data}
        if ad == "path":
            ad = {(f"_{server.port}._tcp.{MX}", "TLSA")}
        return look("--ca", f"{place}/ca.pem", "-p", str(server.port), zone=zone, ad=ad)


def sts(text=None, record="v=STSv1; id=1;", name="good", web=True, starttls=True, more=None):
    place = pki.make()
    offer = () if starttls else ("--tls=off",)
    zone = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], ("_mta-sts." + DOMAIN, "TXT"): record if isinstance(record, (list, str)) and
            not str(record).startswith("v=") else [record], **(more or {})}
    with program.Serve("--listen", "127.0.0.1:0", "--cert", f"{place}/{name}.chain.pem", "--key", f"{place}/{name}.key", *offer) as server, \
            Web() as site, bound() as nobody:
        site.text = policy() if text is None else text
        port = site.port if web else nobody.getsockname()[1]
        return look("--ca", f"{place}/ca.pem", "--resolve", f"mta-sts.{DOMAIN}:127.0.0.1:{port}", "--resolve",
                    f"{MX}:127.0.0.1:{server.port}", zone=zone)


def stalled_tls(p):
    p.starttls()
    p.wait(4)


SITUATIONS = {
    # the connection
    "CONNECT_REFUSED": lambda: refused(zoned(MX, **{}) | {(MX, "A"): ["127.0.0.1"]}),
    "SILENT_PORT": lambda: served(lambda p: p.wait(8)),
    "CLEAR_PORT": lambda: served(lambda p: p.say(GREETING).obey({"EHLO": PLAIN}), scheme="smtps://"),
    "GREETING_DELAY": lambda: served(lambda p: p.say("220-mx.example ESMTP\r\n").wait(2.5) and p.say("220 mx.example ESMTP\r\n").obey({"EHLO": PLAIN}),
                                     "--timeout", "greeting=9s"),
    "REPLY_TIMEOUT": lambda: served(lambda p: p.hello(PLAIN).hear().wait(4)),
    "CLOSED_BEFORE_GREETING": lambda: served(lambda p: p.close()),
    "RESET_BEFORE_GREETING": lambda: served(lambda p: p.wait(0.1).reset()),
    "CONNECTION_CLOSED": lambda: served(lambda p: p.hello(PLAIN).hear().close()),
    "CONNECTION_RESET": lambda: served(lambda p: p.hello(PLAIN).hear().reset()),
    "CLOSED_IN_REPLY": lambda: served(lambda p: p.say(GREETING).hear().say("250-mx.example\r\n250-SI").close()),
    # no SMTP server, or one that breaks the protocol
    "NOT_SMTP": lambda: served(lambda p: p.say("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n").close()),
    "MAILBOX_SERVER": lambda: served(lambda p: p.say("* OK [CAPABILITY IMAP4rev1] ready\r\n").wait(3)),
    "GREETING_MASKED": lambda: served(lambda p: p.say("220 " + "*" * 40 + "\r\n").obey({"EHLO": PLAIN})),
    "STARTTLS_STRIPPED": lambda: served(lambda p: p.hello("250-mx.example\r\n250-XXXXXXXA\r\n250 SIZE 1000\r\n").obey()),
    "INJECTION": lambda: served(lambda p: p.starttls("220 go\r\n250 injected\r\n").wait(2)),
    "OUT_OF_STEP": lambda: served(lambda p: p.say(GREETING + GREETING).obey({"EHLO": PLAIN})),
    "REPLY_FLAWED": lambda: served(lambda p: p.say("220 mx.example ESMTP\n").obey({"EHLO": PLAIN})),
    "GREETING_CODE": lambda: served(lambda p: p.say("571 mx.example\r\n").obey({"EHLO": PLAIN})),
    "STARTTLS_MISSING": lambda: sts(starttls=False),
    "PASSWORDS_IN_CLEAR": lambda: served(lambda p: p.hello("250-mx.example\r\n250 AUTH PLAIN LOGIN\r\n").obey()),
    "AUTH_BEFORE_TLS": lambda: certified("good"),
    # TLS
    "TLS_CLEARTEXT": lambda: served(lambda p: p.starttls().wait(0.3).say("no TLS at all, but words\r\n").wait(1)),
    "TLS_TIMEOUT": lambda: served(stalled_tls),
    "TLS_CLOSED": lambda: served(lambda p: p.starttls().take(5).close()),
    "CERT_EXPIRED": lambda: certified("expired"),
    "CERT_NOT_YET_VALID": lambda: certified("future"),
    "CERT_PRIVATE_CA": lambda: certified("good", trust=False),
    "CERT_NAME": lambda: certified("wrong"),
    "CERT_NO_SAN": lambda: certified("bare"),
    "CERT_PURPOSE": lambda: certified("client"),
    # the DNS
    "DNS_NO_DOMAIN": lambda: look(zone={("other.test", "A"): ["127.0.0.1"]}),
    "DNS_SERVER_FAILURE": lambda: look(zone={(DOMAIN, "MX"): "SERVFAIL"}),
    "DNSSEC_FAILED": lambda: look(zone={(DOMAIN, "MX"): "bogus", (DOMAIN, "MX whole"): [(10, MX)]}),
    "DNS_TIMEOUT": lambda: look("--timeout", "resolve=1s", "--deadline", "6s", zone={(DOMAIN, "MX"): "silent"}),
    "DNS_REJECTED": lambda: look(zone={(DOMAIN, "MX"): "REFUSED"}),
    "DNS_MALFORMED": lambda: look(zone={(DOMAIN, "MX"): "garbage"}),
    "DNS_CNAME_LOOP": lambda: look(zone=zoned(MX) | {(MX, "CNAME"): ["a." + DOMAIN], ("a." + DOMAIN, "CNAME"): [MX]}),
    "NULL_MX": lambda: look(zone={(DOMAIN, "MX"): [(0, "")]}),
    "NO_MX_REFUSED": lambda: refused({(DOMAIN, "A"): ["127.0.0.1"]}),
    "MX_NO_HOST": lambda: look(zone=zoned("gone." + DOMAIN)),
    "MX_NO_ADDRESS": lambda: look(zone=zoned(MX) | {(MX, "TXT"): ["x"]}),
    "MX_UNRESOLVABLE": lambda: look(zone=zoned(MX) | {(MX, "A"): "SERVFAIL", (MX, "AAAA"): "SERVFAIL"}),
    "MX_TRAILING_DOT": lambda: look(zone=zoned(f"mx.{DOMAIN}.{DOMAIN}")),
    "MX_IS_ADDRESS": lambda: look(zone=zoned("192.0.2.1")),
    "MX_IS_ALIAS": lambda: refused(zoned(MX) | {(MX, "CNAME"): ["real." + DOMAIN], ("real." + DOMAIN, "A"): ["127.0.0.1"]}),
    "MX_SAME_HOST": lambda: refused(zoned(MX, "mx2." + DOMAIN) | {(MX, "A"): ["127.0.0.1"], ("mx2." + DOMAIN, "A"): ["127.0.0.1"]}),
    "MX_LOOPBACK": lambda: look(*SHORT, zone=zoned(MX) | {(MX, "A"): ["127.255.255.254"]}),
    "ALL_DOWN": lambda: refused(zoned(MX, "mx2." + DOMAIN) | {(MX, "A"): ["127.0.0.1"], ("mx2." + DOMAIN, "A"): ["127.0.0.2"]}),
    # DANE, MTA-STS, TLSRPT
    "DANE_MISMATCH": lambda: tlsa([(3, 1, 1, "00" * 32)]),
    "DANE_NO_TLS": lambda: tlsa([(3, 1, 1, "00" * 32)], starttls=False),
    "DANE_UNUSABLE": lambda: tlsa([(0, 1, 1, "00" * 32)]),
    "DANE_UNSIGNED": lambda: tlsa([(3, 1, 1, "00" * 32)], ad={(DOMAIN, "MX"), (MX, "A"), (MX, "AAAA")}),
    "DANE_PATH_UNSIGNED": lambda: tlsa([(3, 1, 1, "00" * 32)], ad="path"),
    "DANE_LOOKUP_FAILED": lambda: tlsa("SERVFAIL"),
    "STS_RECORD": lambda: sts(record="v=STSv1; nothing"),
    "STS_UNREACHABLE": lambda: sts(web=False),
    "STS_POLICY": lambda: sts(text="this is no policy\r\n"),
    "STS_NOT_LISTED": lambda: sts(text=policy(mx=("other.test",))),
    "STS_NO_TLS": lambda: sts(starttls=False),
    "STS_CERTIFICATE": lambda: sts(name="wrong"),
    "STS_NO_TLSRPT": sts,
    "TLSRPT_RECORD": lambda: sts(more={("_smtp._tls." + DOMAIN, "TXT"): ["v=TLSRPTv1; nothing"]}),
}
NEEDS_LIBCURL = {name for name in SITUATIONS if name.startswith(("STS_", "TLSRPT_", "STARTTLS_MISSING"))}


class Told(unittest.TestCase):
    """What the first command says and what a check concludes, where that was once false, or half of it."""

    def first(self, records, *args, command="probe"):
        """The cause that `probe` gives of a domain."""
        with NameServer(records) as dns:
            done = program.run(command, "--dns", dns.address, "--format", "json", *SHORT, *args, "@" + DOMAIN)
        return json.loads(done.stdout.splitlines()[0])["cause"]

    def report(self, behaviour, *args, zone=None):
        """A check of the domain whose MX behaves so."""
        with Server(behaviour) as server, NameServer(zone or zoned(MX) | {(MX, "A"): ["127.0.0.1"]}) as dns:
            done = program.run("check", "--dns", dns.address, "--format", "json", *SHORT, "-p", str(server.port), *args, "bob@" + DOMAIN)
        self.assertTrue(done.stdout, (done.returncode, done.stderr))
        report = json.loads(done.stdout)
        return done.returncode, report["senders"]["ordinary"]["passage"], [(s["cause"], s["who"]) for s in report["steps"]]

    def test_whose_name_does_not_exist(self):
        """The domain is there; what its MX names is not."""
        self.assertEqual(self.first(zoned("gone." + DOMAIN)), "mx_no_host")
        self.assertEqual(self.first(zoned(f"mx.{DOMAIN}.{DOMAIN}")), "mx_trailing_dot")
        self.assertEqual(self.first({("other.test", "A"): ["127.0.0.1"]}), "dns_no_domain")
        for zone, cause in ((zoned("gone." + DOMAIN), "mx_no_host"), ({("other.test", "A"): ["127.0.0.1"]}, "dns_no_domain")):
            with NameServer(zone) as dns:
                done = program.run("--dns", dns.address, "--format", "json", "@" + DOMAIN)
            self.assertIn(cause, [event.get("cause") for event in map(json.loads, done.stdout.splitlines())])

    def test_validation_that_fails_is_told_from_servers_that_do(self):
        """A SERVFAIL is asked for again without validation, whatever asked; that of a name server that fails stays what it is."""
        bogus_mx = {(DOMAIN, "MX"): "bogus", (DOMAIN, "MX whole"): [(10, MX)], (MX, "A"): ["127.0.0.1"]}
        bogus_host = zoned(MX) | {(MX, kind): "bogus" for kind in ("A", "AAAA")} | {(MX, "A whole"): ["127.0.0.1"], (MX, "AAAA whole"): []}
        for zone in (bogus_mx, bogus_host):
            self.assertEqual(self.first(zone), "dnssec_failed")
            with NameServer(zone) as dns:
                for args in (("@" + DOMAIN,), ("send", "--from", "a@b.example", "--to", "bob@" + DOMAIN, "@" + DOMAIN)):
                    done = program.run(args[0], *args[1:], "--dns", dns.address, "--format", "json", input="QUIT\n")
                    self.assertIn("dnssec_failed", [event.get("cause") for event in map(json.loads, done.stdout.splitlines())], args)
                self.assertIn("DNSSEC validation fails", program.run("resolve", "--dns", dns.address, "@" + DOMAIN).stdout)
        self.assertEqual(self.first({(DOMAIN, "MX"): "SERVFAIL"}), "dns_servfail")

    def test_a_probe_names_the_old_keys_tlsa_record_unasked(self):
        """Where the way there was validated; and nothing of records that senders ignore."""
        place = pki.make()
        signed = {(DOMAIN, "MX"), (MX, "A"), (MX, "AAAA")}
        for offer, ad, args, want in (((), True, (), ("CRITICAL", "dane_mismatch")), (("--tls=off",), True, (), ("CRITICAL", "dane_no_tls")),
                                      ((), True, ("--dane=off",), ("OK", None)), ((), False, (), ("OK", None)), ((), signed, (), ("OK", None))):
            with program.Serve("--listen", "127.0.0.1:0", "--cert", f"{place}/good.chain.pem", "--key", f"{place}/good.key", *offer) as server, \
                    NameServer({(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"],
                                (f"_{server.port}._tcp.{MX}", "TLSA"): [(3, 1, 1, "00" * 32)]}, ad=ad) as dns:
                done = program.run("probe", "--dns", dns.address, "--ca", f"{place}/ca.pem", "--format", "json", "-p", str(server.port),
                                   *args, "@" + DOMAIN)
            found = json.loads(done.stdout.splitlines()[0])
            self.assertEqual((found["state"], found.get("cause")), want, (offer, ad, args))

    def test_how_a_lookup_failed_is_told_from_other_ways(self):
        """Only SERVFAIL is one; FORMERR and NOTIMP are a resolver that will not, and an answer that cannot be used is neither."""
        ways = {"SERVFAIL": ("dns_servfail", "resolve_servfail"), "FORMERR": ("dns_refused", "resolve_refused"), "NOTIMP": ("dns_refused", "resolve_refused"),
                "garbage": ("dns_malformed", "malformed"), "endless": ("dns_malformed", "malformed"),
                "silent": ("dns_timeout", "resolve_timeout")}
        for how, (cause, reason) in ways.items():
            with self.subTest(how), NameServer({(DOMAIN, "MX"): how}) as dns:
                got = json.loads(program.run("probe", "-t", "2", "--dns", dns.address, "--format", "json", "@" + DOMAIN).stdout.splitlines()[0])
                self.assertEqual((got["cause"], got["reason"], "SERVFAIL" in got["message"] + got["next"]), (cause, reason, how == "SERVFAIL"))

    def test_a_name_whose_mx_is_unknown_is_no_host(self):
        """Its own address takes mail only where it has no MX (RFC 5321 5.1)."""
        with Server(lambda p: p.say(GREETING).obey({"EHLO": PLAIN})) as server, \
                NameServer({(DOMAIN, "MX"): "SERVFAIL", (DOMAIN, "A"): ["127.0.0.1"]}) as dns:
            done = program.run("check", "--format", "json", "--dns", dns.address, "-p", str(server.port), DOMAIN)
        self.assertEqual((done.returncode, json.loads(done.stdout)["senders"]["ordinary"]["passage"], server.peers), (3, "unknown", []))

    def test_a_server_that_knows_only_helo_takes_mail(self):
        replies = {"EHLO": "502 5.5.1 Command not implemented\r\n"}
        status, passage, steps = self.report(lambda p: p.say(GREETING).obey(replies))
        self.assertEqual((status, passage, steps[0]), (1, "yes", ("ehlo_unknown", "there")))

    def test_a_rejected_null_sender_says_nothing_of_others(self):
        status, passage, steps = self.report(replying("MAIL", "550 5.7.1 Null sender is not allowed"))
        self.assertEqual((status, passage, steps[0]), (3, "unknown", ("null_sender_rejected", "there")))

    def test_an_mx_that_is_an_address(self):
        self.assertEqual(self.first(zoned("192.0.2.1")), "mx_is_address")

    def test_resolve_says_what_to_do_about_each_problem(self):
        """Not only where the lookup fails as a whole."""
        names = {(f"s{i}.test", "TXT"): [f"v=spf1 ip4:192.0.2.{i} -all"] for i in range(12)}
        with NameServer({
                (DOMAIN, "MX"): [(0, ""), (10, MX), (20, "gone." + DOMAIN), (30, "alias." + DOMAIN), (40, "inside." + DOMAIN)],
                (MX, "A"): ["192.0.2.1"], ("alias." + DOMAIN, "CNAME"): ["real." + DOMAIN], ("real." + DOMAIN, "A"): ["192.0.2.2"],
                ("inside." + DOMAIN, "A"): ["10.1.1.1"], ("_mta-sts." + DOMAIN, "TXT"): ["v=STSv1; nothing"],
                ("_smtp._tls." + DOMAIN, "TXT"): ["v=TLSRPTv1; nothing"], ("_25._tcp." + MX, "TLSA"): [(1, 1, 1, "00" * 32)],
                (DOMAIN, "TXT"): ["v=spf1 " + " ".join(f"include:s{i}.test" for i in range(12)) + " -all"],
                ("_dmarc." + DOMAIN, "TXT"): ["v=DMARC1; p=wrong"]} | names, ad=True) as dns:
            found = json.loads(program.run("resolve", "--dns", dns.address, "--format", "json", "@" + DOMAIN).stdout)["findings"]
            text = program.run("resolve", "--dns", dns.address, "@" + DOMAIN).stdout
        self.assertLessEqual({"null_mx_beside_others", "mx_no_host", "mx_is_alias", "mx_private", "sts_record", "tlsrpt_record", "dane_unusable",
                              "spf_too_many_lookups", "dmarc_record"}, {finding["cause"] for finding in found})
        for finding in found:
            self.assertTrue(finding["next"], finding["cause"])
            self.assertIn(finding["next"], text)

    def test_a_null_mx_beside_others_is_a_finding(self):
        zone = {(DOMAIN, "MX"): [(0, ""), (10, MX)], (MX, "A"): ["127.0.0.1"]}
        steps = self.report(lambda p: p.say(GREETING).obey({"EHLO": PLAIN}), zone=zone)[2]
        self.assertIn(("null_mx_beside_others", "there"), steps)

    def test_the_web_server_takes_no_mail(self):
        with bound() as nobody:
            self.assertEqual(self.first({(DOMAIN, "A"): ["127.0.0.1"]}, "-p", str(nobody.getsockname()[1])), "no_mx_refused")

    def test_a_probe_names_what_else_it_met(self):
        """A mailbox server, a port that speaks in the clear, and AUTH where no TLS is."""
        for behaviour, scheme, cause in (
                (lambda p: p.say("* OK [CAPABILITY IMAP4rev1] ready\r\n").until_gone(), "", "mailbox_server"),
                (lambda p: p.say("HTTP/1.1 400 Bad Request\r\n\r\n").close(), "", "not_smtp"),
                (lambda p: p.say(GREETING).obey({"EHLO": PLAIN}), "smtps://", "clear_port"),
                (lambda p: p.hello("250-mx.example\r\n250 AUTH PLAIN LOGIN\r\n").obey(), "", "passwords_in_clear")):
            with Server(behaviour) as server:
                done = program.run("probe", "--format", "json", *SHORT, f"{scheme}127.0.0.1:{server.port}")
            found = json.loads(done.stdout.splitlines()[0])
            self.assertEqual(found["cause"], cause)
            self.assertTrue(found["next"])

    def meaning(self, behaviour, *args):
        with Server(behaviour) as server:
            done = program.run("probe", "--format", "json", *SHORT, *args, f"127.0.0.1:{server.port}")
        found = json.loads(done.stdout.splitlines()[0])
        return found["cause"], found["meaning"]

    def test_a_probe_knows_what_it_sent(self):
        """The name of its EHLO, a parameter's extension, and the mechanism that it used."""
        cause, meaning = self.meaning(replying("MAIL", "550 5.7.1 Helo command rejected: Access denied"), "--helo", "odd.example.net", "--from", "a@example.net")
        self.assertEqual(cause, "helo_rejected")
        self.assertIn("odd.example.net", meaning)
        cause, meaning = self.meaning(lambda p: p.hello("250-mx.example\r\n250 AUTH PLAIN\r\n").obey({"AUTH": "535 5.7.8 Error: authentication failed\r\n"}),
                                      "--auth", "LOGIN", "--user", "a", "--password-env", "PATH")
        self.assertEqual(cause, "auth_mechanism")
        self.assertIn("PLAIN", meaning)

    def test_a_probe_knows_its_own_connections(self):
        """Two MX are one server, which lets one connection in at a time."""
        first, refused = threading.Lock(), threading.Event()

        def alone(p):
            if not first.acquire(blocking=False):
                p.say("421 4.7.0 mx.example Error: too many connections from 127.0.0.1\r\n").close()
                return refused.set()
            refused.wait(8)
            return p.say("220 mx.example ESMTP\r\n").obey({"EHLO": PLAIN})
        with Server(alone) as server, NameServer(zoned(MX, "mx2." + DOMAIN) | {(MX, "A"): ["127.0.0.1"], ("mx2." + DOMAIN, "A"): ["127.0.0.1"]}) as dns:
            done = program.run("probe", "--dns", dns.address, "--format", "json", "-p", str(server.port), "@" + DOMAIN)
        meanings = [found["meaning"] for found in map(json.loads, done.stdout.splitlines()) if found.get("cause") == "too_many_connections"]
        self.assertEqual(len(meanings), 1)
        self.assertIn("2 connections", meanings[0])

    def test_a_name_too_long_for_a_tlsa_record_has_none(self):
        """_25._tcp. before it would be no DNS name, whoever validates: that is not a lookup that fails."""
        mx = ".".join(["a" * 60] * 3) + "." + "b" * 56 + ".bed.test"
        for ad in (True, False):
            with program.Serve("--listen", "127.0.0.1:0") as server, NameServer({(DOMAIN, "MX"): [(10, mx)], (mx, "A"): ["127.0.0.1"]}, ad=ad) as dns:
                done = program.run("check", "--dns", dns.address, "--format", "json", "-p", str(server.port), "bob@" + DOMAIN)
            report = json.loads(done.stdout)
            self.assertEqual(report["senders"]["dane"]["passage"], "not_applicable")
            self.assertFalse({"dane_lookup_failed", "dane_unknown"} & {finding["cause"] for finding in report["findings"]})

    def test_no_step_about_a_resolver_on_which_nothing_depends(self):
        """No TLSA record is there: that the answer was not validated is told, and is nothing to do."""
        with Server(lambda p: p.say(GREETING).obey({"EHLO": PLAIN})) as server, NameServer(zoned(MX) | {(MX, "A"): ["127.0.0.1"]}, ad=False) as dns:
            done = program.run("check", "--dns", dns.address, "--format", "json", "-p", str(server.port), "bob@" + DOMAIN)
        report = json.loads(done.stdout)
        self.assertNotIn("dane_unknown", [step["cause"] for step in report["steps"]])

    def test_a_lookup_that_failed_is_no_verdict(self):
        for word in ("SERVFAIL", "REFUSED"):
            self.assertEqual(self.report(lambda p: p.close(), zone={(DOMAIN, "MX"): word})[:2], (3, "unknown"))

    def test_an_mx_that_will_not_relay_is_its_administrators(self):
        status, passage, steps = self.report(replying("RCPT", "550 5.7.1 <bob>: Relay access denied"))
        self.assertEqual((status, passage, steps[0]), (2, "no", ("relay_denied", "there")))

    def test_what_spf_says_of_this_client_says_nothing_of_the_recipient(self):
        status, passage, steps = self.report(replying("RCPT", "550 5.7.23 Sender Policy Framework violation"))
        self.assertEqual((status, passage, steps[0]), (3, "unknown", ("spf_failed", "here")))

    def test_forwarding_that_the_recipient_may_not_do_is_not_this_clients(self):
        status, passage, steps = self.report(replying("RCPT", "550 5.7.520 Access denied, Your organization does not allow external forwarding"))
        self.assertEqual((status, passage, steps[0]), (2, "no", ("forwarding_blocked", "there")))

    def test_a_greeting_that_is_held_back_is_unknown(self):
        status, passage, steps = self.report(lambda p: p.say("220-mx.example ESMTP\r\n").until_gone())
        self.assertEqual((status, passage, steps), (3, "unknown", [("greeting_delay", "here")]))

    def test_a_tarpit_that_was_not_waited_for_is_unknown(self):
        """Senders wait five minutes for a reply (RFC 5321 4.5.3.2)."""
        status, passage, _ = self.report(lambda p: p.say(GREETING).hear().drip("250-mx.example\r\n" * 9, 0.05).until_gone())
        self.assertEqual((status, passage), (3, "unknown"))

    def test_what_an_mx_is_not_is_its_administrators_to_mend(self):
        for behave, cause in ((replying("MAIL", "530 5.7.0 Authentication required"), "auth_required"),
                              (lambda p: p.say("SSH-2.0-x\r\n").until_gone(), "not_smtp"),
                              (replying("GREETING", "503 Command refused, required Proxy negotiation failed"), "proxy_header_wanted")):
            status, passage, steps = self.report(behave)
            self.assertEqual((status, passage, steps[0]), (2, "no", (cause, "there")))

    def test_a_client_certificate_that_is_wanted_after_the_handshake(self):
        """With TLS 1.3 the alert comes in place of the reply to EHLO."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate())
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate()[0])

        def demand(p):
            p.starttls()
            p.sock = context.wrap_socket(p.sock, server_side=True)
        with Server(demand) as server:
            done = program.run("probe", "--format", "json", *SHORT, f"127.0.0.1:{server.port}")
        self.assertEqual(json.loads(done.stdout.splitlines()[0])["cause"], "tls_client_cert")

    def test_an_lmtp_server_is_known_by_its_greeting(self):
        with Server(lambda p: p.say("220 mx LMTP ready\r\n").obey({"EHLO": "500 5.5.1 What?\r\n", "HELO": "500 5.5.1 What?\r\n"})) as server:
            done = program.run("--format", "json", f"127.0.0.1:{server.port}", input="EHLO x.example\nQUIT\n")
        self.assertIn("lmtp_server", [event.get("cause") for event in map(json.loads, done.stdout.splitlines())])

    def test_a_421_as_greeting_defers(self):
        status, passage, steps = self.report(replying("GREETING", "421 4.3.2 Service not available"))
        self.assertEqual((status, passage, len(steps)), (1, "deferred", 1))

    def test_tls_that_is_required_and_not_offered(self):
        status, _, steps = self.report(replying("MAIL", "530 5.7.0 Must issue a STARTTLS command first"))
        self.assertEqual((status, steps[0]), (2, ("starttls_required", "there")))

    def test_one_firewall_is_one_step(self):
        steps = self.report(lambda p: p.say("220 " + "*" * 40 + "\r\n").obey({"EHLO": "250-mx.example\r\n250-XXXXXXXA\r\n250 SIZE 1\r\n"}))[2]
        self.assertEqual(steps, [("starttls_stripped", "there")])

    def test_a_greeting_that_has_begun_is_not_offered_tls(self):
        with Server(lambda p: p.say("220-mx.example ESMTP\r\n").until_gone()) as server:
            done = program.run("check", "--format", "json", *SHORT, f"127.0.0.1:{server.port}")
            self.assertEqual(len(server.peers), 1)
        self.assertEqual([s["cause"] for s in json.loads(done.stdout)["steps"]], ["greeting_delay"])

    def test_what_a_guess_met_is_no_finding(self):
        """A port that was silent and answers a ClientHello in the clear."""
        with Server(lambda p: p.take(1).say("HTTP/1.1 400 Bad Request\r\n\r\n").close()) as server:
            done = program.run("check", "--format", "json", *SHORT, f"127.0.0.1:{server.port}")
        self.assertNotIn("clear_port", [f["cause"] for f in json.loads(done.stdout)["findings"]])

    def test_an_expired_certificate_has_a_step_and_stops_nobody(self):
        place = pki.make()
        with program.Serve("--listen", "127.0.0.1:0", "--cert", f"{place}/expired.chain.pem", "--key", f"{place}/expired.key") as server, \
                NameServer({(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"]}) as dns:
            done = program.run("check", "--dns", dns.address, "--ca", f"{place}/ca.pem", "--format", "json", "-p", str(server.port), DOMAIN)
        self.assertEqual((done.returncode, [s["cause"] for s in json.loads(done.stdout)["steps"]]), (0, ["cert_expired"]))

    def test_a_message_whose_fate_is_unknown_is_not_to_be_sent_again(self):
        def lose(p):
            p.say(GREETING)
            for verb in p.verbs():
                if verb == "DATA":
                    p.say("354 go on\r\n")
                    while p.heard[-1] != ".":
                        p.hear()
                    return p.close()
                p.say(PLAIN if verb == "EHLO" else "250 ok\r\n")
        with Server(lose) as server:
            done = program.run("send", "--format", "json", "--from", "a@example.net", "--to", "b@example.org", f"127.0.0.1:{server.port}")
        causes = [event.get("cause") for event in map(json.loads, done.stdout.splitlines())]
        self.assertIn("fate_unknown", causes)
        self.assertNotIn("connection_closed", causes)

    def test_a_reply_that_nothing_asked_for_has_a_cause(self):
        with Server(lambda p: p.say(GREETING).obey({"EHLO": PLAIN, "NOOP": "250 ok\r\n250 ok\r\n"})) as server:
            done = program.run("--format", "json", f"127.0.0.1:{server.port}", input="EHLO x.example\nNOOP\nNOOP\nQUIT\n")
        self.assertIn("out_of_step", [event.get("cause") for event in map(json.loads, done.stdout.splitlines())])


class Situations(unittest.TestCase):
    def test_every_cause_has_one(self):
        """Here, in another test that names its word of the program's output, or as facts in a unit test's table."""
        scripts = "".join(read(f"tests/script/{name}") for name in sorted(os.listdir(HERE)) if name.endswith(".py") and name != os.path.basename(__file__))
        facts = "".join(read(f"tests/unit/{name}") for name in ("test_causes.c", "test_observe.c", "test_reply_text.c", "test_sender_findings.c"))
        lacks = [token for token, word in causes().items() if token not in SITUATIONS and token not in texts() and
                 f'"{word}"' not in scripts and f"CAUSE_{token}" not in facts]
        self.assertEqual(lacks, [])

    def test_each_produces_its_cause(self):
        words, wrong = causes(), []
        names = [n for n in SITUATIONS if n not in NEEDS_LIBCURL or program.is_built_with("libcurl")]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for name, found in zip(names, pool.map(lambda n: SITUATIONS[n](), names)):
                if words[name] not in found:
                    wrong.append(f"{name}: {sorted(found)}")
        self.assertEqual(len(wrong), 0, "\n" + "\n".join(wrong))

    def test_each_reply_text_is_understood(self):
        words, wrong, said = causes(), [], texts()
        self.assertGreater(len(said), 45)

        def play(token):
            text, stage = said[token]
            return served(replying(stage, text))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for token, found in zip(said, pool.map(play, said)):
                if words[TOLD.get(token, token)] not in found:
                    wrong.append(f"{token}: {said[token]}: {sorted(found)}")
        self.assertEqual(len(wrong), 0, "\n" + "\n".join(wrong))


if __name__ == "__main__":
    tap.main()
