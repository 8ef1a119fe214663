"""`smtpsh check`: a domain looked at whole, the verdict for each class of sender, and the manners that it keeps."""
import html.parser
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import hostile
import pki
import program
import tap
from listener import bound
from mta import Mta
from nameserver import NameServer
from test_mta_sts import Web, policy

DOMAIN = "wild.bed.test"
MX1, MX2 = "mx1." + DOMAIN, "mx2." + DOMAIN
OK, WARNING, CRITICAL, UNKNOWN = range(4)


def zone(*hosts, **more):
    """A domain whose MX are these, by preference; each has one address, which --resolve replaces."""
    return {(DOMAIN, "MX"): [(10 * (i + 1), host) for i, host in enumerate(hosts)],
            **{(host, "A"): ["127.0.0.1"] for host in hosts}, **more}


class Checked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = pki.make()

    def serve(self, name="good", *args):
        server = program.Serve("--listen", "127.0.0.1:0", "--cert", f"{self.pki}/{name}.chain.pem", "--key", f"{self.pki}/{name}.key",
                               *args).__enter__()
        self.addCleanup(server.__exit__)
        return server

    def mta(self, *args, **kwargs):
        server = Mta(*args, **kwargs).__enter__()
        self.addCleanup(server.__exit__)
        return server

    def check(self, records, *args, ports=(), target="bob@" + DOMAIN, ad=False, trust=True):
        """ports: of MX1, MX2 … ; the JSON report, with its .status."""
        with NameServer(records, ad=ad) as dns:
            done = program.run("check", "--dns", dns.address, *(("--ca", f"{self.pki}/ca.pem") if trust else ()),
                               *(word for i, port in enumerate(ports) for word in ("--resolve", f"mx{i + 1}.{DOMAIN}:127.0.0.1:{port}")),
                               "--format", "json", *args, target)
        self.assertIn(done.returncode, (OK, WARNING, CRITICAL, UNKNOWN), done.stderr)
        self.status, self.asked = done.returncode, dns.asked
        report = json.loads(done.stdout)
        self.assertEqual(report["state"], ("OK", "WARNING", "CRITICAL", "UNKNOWN")[self.status])
        self.report = report
        return report

    def causes(self):
        return [f["cause"] for f in self.report["findings"]]

    def passage(self, sender):
        return self.report["senders"][sender]["passage"]


class Delivery(Checked):
    def test_all_is_well(self):
        report = self.check(zone(MX1), ports=[self.serve().port])
        self.assertEqual((self.status, self.passage("ordinary"), report["steps"]), (OK, "yes", []))
        self.assertEqual((report["to"], report["from"], report["connections"]), ("bob@" + DOMAIN, "", 1))

    def test_a_bare_domain_is_asked_for_its_postmaster(self):
        mta = self.mta()
        self.check(zone(MX1), ports=[mta.port], target=DOMAIN)
        self.assertEqual([line for line in mta.heard if line.startswith(("MAIL", "RCPT", "DATA", "BDAT"))],
                         ["MAIL FROM:<>", f"RCPT TO:<postmaster@{DOMAIN}>"])
        self.assertEqual(mta.messages, [])

    def test_the_primary_is_down(self):
        with bound() as nobody:
            report = self.check(zone(MX1, MX2), ports=[nobody.getsockname()[1], self.serve().port])
        self.assertEqual((self.status, self.passage("ordinary")), (WARNING, "yes"))
        self.assertIn("connect_refused", self.causes())
        self.assertIn(MX2, report["senders"]["ordinary"]["detail"])
        self.assertEqual(report["steps"][0]["cause"], "connect_refused")
        self.assertIn(MX1, report["steps"][0]["where"])

    def test_every_address_refuses(self):
        with bound() as one, bound() as two:
            self.check(zone(MX1, MX2), ports=[one.getsockname()[1], two.getsockname()[1]])
        self.assertEqual((self.status, self.passage("ordinary")), (CRITICAL, "no"))

    def test_the_recipient_is_rejected(self):
        self.check(zone(MX1), ports=[self.mta(answers={"RCPT": "550 5.1.1 <bob>: User unknown"}).port])
        self.assertEqual((self.status, self.passage("ordinary")), (CRITICAL, "no"))
        self.assertIn("recipient_unknown", self.causes())

    def test_a_reply_of_two_classes_accepts_nobody(self):
        self.check(zone(MX1), ports=[self.mta(answers={"RCPT": "250-ok\r\n550 no"}).port])
        self.assertEqual((self.status, self.passage("ordinary")), (CRITICAL, "no"))
        self.assertIn("reply_malformed", self.causes())

    def test_greylisting_is_a_manner_of_receiving(self):
        self.check(zone(MX1), ports=[self.mta(answers={"RCPT": "450 4.2.0 <bob>: Recipient address rejected: Greylisted"}).port])
        self.assertEqual((self.status, self.passage("ordinary")), (OK, "yes"))
        self.assertIn("greylisted", self.causes())

    def test_a_temporary_failure_defers(self):
        self.check(zone(MX1), ports=[self.mta(answers={"RCPT": "451 4.3.0 Temporary lookup failure"}).port])
        self.assertEqual((self.status, self.passage("ordinary")), (WARNING, "deferred"))
        self.assertIn("lookup_failed", self.causes())

    def test_a_rejected_client_says_nothing_of_the_recipient(self):
        def listed(client):
            client.say("554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org")
            raise EOFError
        report = self.check(zone(MX1), ports=[self.mta(before=listed).port])
        self.assertEqual((self.status, self.passage("ordinary")), (UNKNOWN, "unknown"))
        self.assertIn("client_listed", self.causes())
        self.assertEqual(report["steps"][0]["who"], "here")

    def test_the_first_that_accepts_has_it(self):
        mtas = [self.mta(answers={"RCPT": "451 4.3.0 later"}), self.mta()]
        self.check(zone(MX1, MX2), ports=[m.port for m in mtas])
        self.assertEqual(self.passage("ordinary"), "yes")
        self.assertIn(MX2, self.report["senders"]["ordinary"]["detail"])


class Records(Checked):
    def test_no_such_domain(self):
        self.check({("other.test", "A"): ["127.0.0.1"]})
        self.assertEqual(self.status, CRITICAL)
        self.assertIn("dns_no_domain", self.causes())

    def test_a_resolver_that_fails_is_no_verdict(self):
        self.check({(DOMAIN, "MX"): "SERVFAIL"})
        self.assertEqual(self.status, UNKNOWN)

    def test_a_zone_that_does_not_validate(self):
        self.check({(DOMAIN, "MX"): "bogus", (DOMAIN, "MX whole"): [(10, MX1)]})
        self.assertEqual(self.status, CRITICAL)
        self.assertIn("dnssec_failed", self.causes())

    def test_an_mx_whose_address_is_not_answered_for_is_no_verdict(self):
        self.check({(DOMAIN, "MX"): [(10, MX1)], (MX1, "A"): "silent", (MX1, "AAAA"): "silent"}, "--deadline", "2s")
        self.assertEqual((self.status, self.passage("ordinary")), (UNKNOWN, "unknown"))

    def test_no_part_of_a_template_is_printed(self):
        with NameServer({(DOMAIN, "CNAME"): [DOMAIN]}) as dns:
            done = program.run("check", "--targets", "-", "--dns", dns.address, input="a\1b.test\n" + "a" * 300 + ".test\n")
            self.assertEqual((len(done.stdout.splitlines()), "NAME" in done.stdout), (3, False), done.stdout)
            self.assertNotIn("[", program.run("check", "--dns", dns.address, DOMAIN).stdout)

    def test_a_null_mx(self):
        self.check({(DOMAIN, "MX"): [(0, "")]})
        self.assertEqual(self.status, CRITICAL)
        self.assertIn("null_mx", self.causes())

    def test_an_mx_that_does_not_exist(self):
        self.check({(DOMAIN, "MX"): [(10, "gone." + DOMAIN)]})
        self.assertEqual(self.status, CRITICAL)
        self.assertIn("mx_no_host", self.causes())

    def test_no_mx_and_no_mail_server(self):
        with bound() as nobody:
            self.check({(DOMAIN, "A"): ["127.0.0.1"]}, "-p", str(nobody.getsockname()[1]))
        self.assertEqual(self.status, CRITICAL)
        self.assertTrue({"no_mx_refused", "connect_refused"} & set(self.causes()))


class Policies(Checked):
    def sts(self, name="good", mode="enforce", mx=("*.wild.bed.test",), trust=True):
        program.needs(self, "libcurl")
        with Web() as web:
            web.text = policy(mode, mx)
            return self.check(zone(MX1, **{("_mta-sts." + DOMAIN, "TXT"): ["v=STSv1; id=1;"]}) if False else
                              {**zone(MX1), ("_mta-sts." + DOMAIN, "TXT"): ["v=STSv1; id=1;"]},
                              "--resolve", f"mta-sts.{DOMAIN}:127.0.0.1:{web.port}", ports=[self.serve(name).port], trust=trust)

    def test_a_policy_that_is_met(self):
        self.sts()
        self.assertEqual((self.passage("ordinary"), self.passage("mta_sts")), ("yes", "yes"))
        self.assertNotEqual(self.status, CRITICAL)

    def test_a_certificate_for_another_name_stops_those_who_honour_it(self):
        self.sts("wrong")
        self.assertEqual((self.status, self.passage("ordinary"), self.passage("mta_sts")), (CRITICAL, "yes", "no"))

    def test_an_mx_that_is_not_named(self):
        self.sts(mx=("elsewhere.bed.test",))
        self.assertEqual((self.status, self.passage("mta_sts")), (CRITICAL, "no"))
        self.assertIn("sts_not_listed", self.causes())

    def test_testing_stops_nobody(self):
        self.sts("wrong", mode="testing")
        self.assertEqual((self.passage("ordinary"), self.passage("mta_sts")), ("yes", "not_applicable"))
        self.assertNotEqual(self.status, CRITICAL)

    def dane(self, digest, *args, ad=True):
        port = self.serve().port
        records = {**zone(MX1), (f"_{port}._tcp.{MX1}", "TLSA"): [(3, 1, 1, digest)]}
        return self.check(records, "-p", str(port), *args, ad=ad)

    def test_a_tlsa_record_of_another_key(self):
        self.dane("00" * 32)
        self.assertEqual((self.status, self.passage("ordinary"), self.passage("dane")), (CRITICAL, "yes", "no"))
        self.assertIn("dane_mismatch", self.causes())

    def test_records_that_are_not_validated_stop_nobody(self):
        self.dane("00" * 32, ad=False)
        self.assertNotEqual(self.passage("dane"), "no")
        self.assertNotEqual(self.status, CRITICAL)

    def test_an_unverified_certificate_is_a_note_between_servers(self):
        self.check(zone(MX1), ports=[self.serve("expired").port])
        self.assertEqual(self.passage("ordinary"), "yes")
        self.assertNotEqual(self.status, CRITICAL)


class Manners(Checked):
    def test_one_connection_at_a_time_to_a_host(self):
        now, most = [0], [0]

        def before(client):
            now[0] += 1
            most[0] = max(most[0], now[0])

        mta = self.mta(before=before, answers={"QUIT": lambda client, line: (now.__setitem__(0, now[0] - 1), ["221 bye"])[1]})
        records = {(DOMAIN, "MX"): [(10, MX1)], (MX1, "A"): ["127.0.0.1"] * 3}
        self.check(records, "-p", str(mta.port))
        self.assertEqual((most[0], mta.connections), (1, self.report["connections"]))

    def test_targets_share_the_manners(self):
        """Domains of one MX, and another name of its address: still one connection at a time."""
        lock, now, most = threading.Lock(), [0], [0]

        def behave(p):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            p.wait(0.05).hello("250 hi\r\n").hear().say("250 ok\r\n").hear().say("250 ok\r\n").hear()
            with lock:
                now[0] -= 1
            p.say("221 bye\r\n")

        names = [f"d{i}.test" for i in range(8)]
        records = {**{(name, "MX"): [(10, MX1 if i % 2 else MX2)] for i, name in enumerate(names)},
                   (MX1, "A"): ["127.0.0.1"], (MX2, "A"): ["127.0.0.1"]}
        with NameServer(records) as dns, hostile.Server(behave) as server:
            done = program.run("check", "--dns", dns.address, "-p", str(server.port), "--targets", "-", input="\n".join(names))
            heard = [line for peer in server.peers for line in peer.heard]
        self.assertEqual((done.returncode, most[0], len(server.peers)), (OK, 1, len(names)), done.stdout)
        self.assertFalse([line for line in heard if line.startswith("RCPT")])

    def test_the_deadline_is_of_each_domain_and_not_of_the_run(self):
        names = [f"d{i}.test" for i in range(20)]
        with NameServer({(name, "MX"): "silent" for name in names}) as dns:
            done = program.run("check", "--dns", dns.address, "--deadline", "800ms", "--targets", "-", input="\n".join(names))
        self.assertEqual((done.returncode, done.stderr, len(done.stdout.splitlines())), (UNKNOWN, "", len(names) + 1), done.stdout)

    def test_a_name_without_an_address_is_unknown_while_its_mx_is(self):
        self.check({(DOMAIN, "MX"): "SERVFAIL", (DOMAIN, "TXT"): ["x"]}, target=DOMAIN)
        self.assertEqual((self.status, self.passage("ordinary")), (UNKNOWN, "unknown"))
        self.assertNotIn("no_address", self.causes())

    def test_an_address_literal_keeps_its_brackets(self):
        mta = self.mta()
        self.check({}, "-p", str(mta.port), target="bob@[127.0.0.1]")
        self.assertIn("RCPT TO:<bob@[127.0.0.1]>", mta.heard)

    def test_a_second_line_never_becomes_a_command(self):
        mta = self.mta()
        with NameServer(zone(MX1)) as dns:
            for args in (("--from", "a@b>\r\nDATA", DOMAIN), ("--rcpt", "a@b>\nDATA", DOMAIN), ("--helo", "x\r\nDATA", DOMAIN),
                         ("bob>\r\nDATA@" + DOMAIN,)):
                done = program.run("check", "--dns", dns.address, "-p", str(mta.port), *args)
                self.assertEqual((done.returncode, done.stdout), (UNKNOWN, ""), args)
        self.assertEqual(mta.heard, [])

    def test_a_way_out_that_fails_is_no_verdict(self):
        with bound() as s:
            for args in (("--bind", "192.0.2.77"), ("--proxy", f"socks5://127.0.0.1:{s.getsockname()[1]}")):
                self.check(zone(MX1), *args, ports=[self.mta().port])
                self.assertEqual((self.status, self.passage("ordinary")), (UNKNOWN, "unknown"), args)
                self.assertFalse({"all_down", "connect_refused"} & set(self.causes()), args)

    def test_many_domains_have_a_line_each_and_no_recipient(self):
        mta = self.mta()
        with NameServer({**zone(MX1), ("gone.test", "MX"): [(0, "")]}) as dns:
            done = program.run("check", "--dns", dns.address, "-p", str(mta.port), "--targets", "-", input=f"# ours\n{DOMAIN}\n\ngone.test\n")
        lines = done.stdout.splitlines()
        self.assertEqual((done.returncode, len(lines)), (CRITICAL, 3), done.stdout)
        self.assertEqual(sorted(line.split()[0] for line in lines[:2]), ["CRITICAL", "OK"])
        self.assertFalse([line for line in mta.heard if line.startswith("RCPT")])

    def test_a_dry_run_connects_to_nothing(self):
        mta = self.mta()
        self.check(zone(MX1), "--dry-run", ports=[mta.port])
        self.assertEqual((mta.connections, self.report["connections"]), (0, 0))
        self.assertEqual([h["host"] for h in self.report["hosts"]], [MX1])

    def test_a_host_as_if_it_were_the_mx(self):
        self.check(zone(MX1), "--mx", "new.wild.bed.test", "--resolve", f"new.wild.bed.test:127.0.0.1:{self.serve().port}")
        self.assertEqual((self.status, self.passage("ordinary")), (OK, "yes"))
        self.assertEqual([h["host"] for h in self.report["hosts"]], ["new.wild.bed.test"])

    def test_a_failed_handshake_is_looked_at_again(self):
        def starttls(client, line):
            client.say("220 2.0.0 go ahead")
            client.sock.sendall(b"this is no TLS\r\n")
            raise EOFError
        mta = self.mta("STARTTLS", answers={"STARTTLS": starttls})
        self.check(zone(MX1), ports=[mta.port])
        looks = [look["why"] for look in self.report["hosts"][0]["addresses"][0]["connections"]]
        self.assertEqual(looks, ["first", "older_tls", "without_tls"])
        self.assertEqual((mta.connections, self.passage("ordinary")), (3, "yes"))

    def test_an_interrupt_before_the_lookups_are_done(self):
        with NameServer({(DOMAIN, "MX"): "silent"}) as dns:
            with subprocess.Popen([program.SMTPSH, "check", "--dns", dns.address, "--format", "json", DOMAIN], stdout=subprocess.PIPE,
                                  env=program.environment(), text=True) as process:
                end = time.monotonic() + program.DEADLINE
                while not dns.asked and time.monotonic() < end:
                    time.sleep(0.01)
                process.send_signal(signal.SIGINT)
                report = json.loads(process.communicate(timeout=program.DEADLINE)[0])
        self.assertEqual((report["state"], report["hosts"], process.returncode), ("UNKNOWN", [], 130))

    def test_an_interrupt_or_the_deadline_leaves_what_is_known(self):
        def silent(client):
            client.line()
        mta = self.mta(before=silent)
        self.check(zone(MX1, MX2), "--deadline", "2s", ports=[mta.port, self.serve().port])
        self.assertFalse(self.report["complete"])
        self.assertEqual(self.passage("ordinary"), "yes")

    def test_a_session_that_the_deadline_cuts_was_a_connection(self):
        with hostile.Server(lambda p: p.starttls().until_gone()) as server:
            self.check(zone(MX1), "--deadline", "1s", ports=[server.port])
        self.assertEqual((self.status, self.report["connections"]), (UNKNOWN, 1))
        self.assertIn("127.0.0.1", str(self.report.get("tested_from")))


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.outside, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href", "action", "xlink:href") and value and
                         not value.startswith(("#", "data:"))]

    def handle_data(self, data):
        self.text.append(data)


class Reports(Checked):
    def page(self, *args):
        """Of a server whose every word is markup."""
        evil = "<script>alert(1)</script><img src=http://evil.test/x onerror=alert(2)>&amp;\x1b[2J"
        mta = self.mta(answers={"RCPT": "550 5.1.1 " + evil, "EHLO": ["250-" + evil, "250 " + evil]})
        mta.answers["EHLO"] = lambda client, line: ["250-evil.test " + evil, "250 XEVIL " + evil]
        with NameServer(zone(MX1)) as dns:
            return program.run("check", "--dns", dns.address, "--resolve", f"{MX1}:127.0.0.1:{mta.port}", *args, DOMAIN)

    def test_a_page_is_whole_and_what_a_server_sends_stays_text(self):
        done = self.page("--format", "html")
        page = Page()
        page.feed(done.stdout)
        page.close()
        self.assertEqual(page.outside, [])
        self.assertFalse({"script", "img", "iframe", "object", "form", "base"} & set(page.tags))
        self.assertIn("<script>alert(1)</script>", "".join(page.text))
        self.assertNotIn("\x1b", done.stdout)
        self.assertTrue({"svg", "details", "table"} <= set(page.tags))

    def test_markdown_makes_no_link_of_what_a_server_sends(self):
        done = self.page("--format", "markdown", "--rcpt", "www.evil.test@" + DOMAIN)
        self.assertIn("evil.test/x", done.stdout)
        self.assertNotIn("http://evil.test", done.stdout)
        self.assertNotIn("www.evil", done.stdout)

    def test_a_dry_run_shows_no_control_octet(self):
        for name in ("text", "markdown", "html", "json"):
            self.assertNotIn("\x1b", self.page("--dry-run", "--from", "\x1b[2Jx@y.test", "--format", name).stdout)

    def test_formats_go_to_files_of_their_own(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.page("--format", f"html:{folder}/a.html", "--format", f"markdown:{folder}/b.md", "--format", "json")
            self.assertEqual(json.loads(done.stdout)["event"], "check")
            with open(f"{folder}/b.md", encoding="utf-8") as file:
                text = file.read()
            self.assertNotIn("<script>", text.replace("\\<", ""))
            self.assertTrue(os.path.getsize(f"{folder}/a.html") > 2000)

    def test_a_line_of_a_file_is_quoted_without_its_control_octets(self):
        done = program.run("check", "--targets", "-", input="unix:/\x1b[2Jx\n")
        self.assertEqual((done.returncode, "\x1b" in done.stderr, "unix:/" in done.stderr), (UNKNOWN, False, True))

    def test_what_cannot_be_checked_is_a_usage_error(self):
        for args in ((), ("unix:/tmp/x",), ("--format", "yaml", DOMAIN), ("--targets", "-", DOMAIN)):
            done = program.run("check", *args)
            self.assertEqual((done.returncode, done.stdout), (UNKNOWN, ""), args)
            self.assertIn("smtpsh: ", done.stderr)


if __name__ == "__main__":
    tap.main()
