"""Where the mail goes: every kind of MX and of name server, each with its own sentence and exit status."""
import os
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import json
import program
import tap
from nameserver import NameServer

HERE = ["127.0.0.1"]
ZONE = {
    ("good.test", "MX"): [(20, "mx2.good.test"), (10, "mx1.good.test")],
    ("mx1.good.test", "A"): HERE, ("mx2.good.test", "A"): ["127.0.0.2"],
    ("null.test", "MX"): [(0, ".")],
    ("mixed.test", "MX"): [(0, "."), (10, "mx1.good.test")],
    ("alias.test", "CNAME"): ["good.test"],
    ("mxalias.test", "MX"): [(10, "other.test")], ("other.test", "CNAME"): ["mx1.good.test"],
    ("literal.test", "MX"): [(10, "127.0.0.1")],
    ("address.test", "A"): HERE,
    ("text.test", "TXT"): ["neither MX nor address"],
    ("loop.test", "CNAME"): ["pool.test"], ("pool.test", "CNAME"): ["loop.test"],
    ("servfail.test", "MX"): "SERVFAIL", ("refused.test", "MX"): "REFUSED",
    ("silent.test", "MX"): "silent", ("garbage.test", "MX"): "garbage", ("short.test", "MX"): "short",
    ("short.test", "MX whole"): [(10, "mx1.good.test")],
    ("big.test", "MX"): "truncated", ("big.test", "MX whole"): [(i, f"mx{i}.pool.test") for i in range(100)],
    ("endless.test", "MX"): "endless",
    ("dangling.test", "MX"): [(10, "nowhere.test")],
    ("onedangles.test", "MX"): [(10, "nowhere.test"), (20, "mx1.good.test")],
    ("halfbroken.test", "MX"): [(10, "mx.halfbroken.test")],
    ("mx.halfbroken.test", "A"): HERE, ("mx.halfbroken.test", "AAAA"): "SERVFAIL",
    ("dead.test", "MX"): [(10, "mx1.dead.test"), (20, "mx2.dead.test")],
    ("mx1.dead.test", "A"): ["127.0.0.3"], ("mx2.dead.test", "A"): ["127.0.0.4"],
    ("xn--bcher-kva.test", "MX"): [(10, "mx1.good.test")],
    ("bare.test", "A"): HERE, ("bare.test", "MX"): [(10, "mx1.good.test")],
    ("noaddress.test", "MX"): [(10, "mx1.good.test")],
    ("own.test", "A"): HERE, ("own.test", "MX"): [(10, "own.test")],
    ("many.test", "A"): [f"127.0.0.{i}" for i in range(1, 9)],
    ("evil.test", "MX"): [(10, "a\x1b[31mb.test")],
}
ZONE.update({(f"mx{i}.pool.test", "A"): HERE for i in range(100)})


class Route(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dns = NameServer(ZONE).__enter__()
        cls.server = program.Serve("--listen", "127.0.0.1:0").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.dns.__exit__()

    def talk(self, target, *options, dns=None, line="NOOP"):
        return program.run("--dns", dns or self.dns.address, "-p", str(self.server.port), "--timeout", "resolve=5s", *options,
                           target, "-c", line)

    def check(self, target, status, *sentences, **more):
        done = self.talk(target, **more)
        self.assertEqual(done.returncode, status, done.stdout)
        for sentence in sentences:
            self.assertIn(sentence, done.stdout)
        return done.stdout

    def test_the_best_mx_is_used(self):
        for target in ("@good.test", "someone@good.test", "mx:good.test", "@alias.test", "@GOOD.test."):
            out = self.check(target, 0, "goes to these MX, best first", "1     10 mx1.good.test  127.0.0.1",
                             "2     20 mx2.good.test  127.0.0.2", "connected to mx1.good.test [127.0.0.1:")
        self.assertIn(" -> NOOP\n<-  250", out)

    def test_null_mx(self):
        self.check("@null.test", 3, '*** null.test accepts no mail: its MX is "." (null MX, RFC 7505)\n')

    def test_null_mx_beside_others(self):
        self.check("@mixed.test", 0, "=== mixed.test has a null MX along with others, which RFC 7505 3 forbids")

    def test_mx_that_is_an_alias(self):
        self.check("@mxalias.test", 0, "=== the MX other.test is an alias (CNAME) of mx1.good.test, which RFC 5321 5.1 forbids",
                   "connected to other.test")

    def test_mx_that_is_an_address(self):
        self.check("@literal.test", 3, "=== ignoring MX 10 127.0.0.1: it is an address, where a host name is required",
                   "*** no MX host of literal.test has an address: 127.0.0.1: it is an address")

    def test_no_mx_but_an_address(self):
        self.check("@address.test", 0, "=== address.test has no MX: mail goes to its own address (RFC 5321 5.1)")

    def test_neither_mx_nor_address(self):
        self.check("@text.test", 3, "*** text.test has no MX, and no address of its own: the name exists, but has no")

    def test_no_such_domain(self):
        self.check("@nowhere.test", 3, "*** the domain nowhere.test does not exist (NXDOMAIN)\n")
        self.check("nowhere.test", 3, "*** no address for nowhere.test: the name does not exist (NXDOMAIN)\n")

    def test_aliases_in_a_loop(self):
        self.check("@loop.test", 3, "*** MX lookup of loop.test failed: its CNAMEs form a loop\n")
        self.check("loop.test", 3, "*** no address for loop.test: its CNAMEs form a loop\n")

    def test_a_server_that_fails(self):
        self.check("@servfail.test", 3, f"failed: {self.dns.address} returned SERVFAIL\n")
        self.check("@refused.test", 3, f"failed: {self.dns.address} returned REFUSED\n")

    def test_a_server_that_is_silent(self):
        done = self.talk("@silent.test", "--timeout", "resolve=600ms")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn(f"MX lookup of silent.test failed: {self.dns.address} did not answer", done.stdout)

    def test_no_server_there(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            nobody = f"127.0.0.1:{s.getsockname()[1]}"
        self.check("@good.test", 3, f"*** MX lookup of good.test failed: {nobody} cannot be reached\n", dns=nobody)

    def test_answers_that_are_none(self):
        self.check("@garbage.test", 3, "sent an invalid answer: malformed")
        self.check("@short.test", 3, "sent an invalid answer: malformed")    # since c-ares 1.20 it is not ours to say how

    def test_an_answer_too_big_for_udp(self):
        self.check("@big.test", 0, "  12     11 mx11.pool.test", "=== and 88 more; /mx lists all", "connected to mx0.pool.test")

    def test_an_answer_that_is_cut_over_tcp_too(self):
        self.check("@endless.test", 3, f"failed: {self.dns.address} sent an incomplete answer, over TCP too\n")

    def test_the_next_server_is_asked(self):
        with NameServer({**ZONE, ("good.test", "MX"): "SERVFAIL", ("refused.test", "MX"): "silent"}) as other:
            out = self.check("@good.test", 0, f"=== {other.address} returned SERVFAIL, {self.dns.address} returned NOERROR\n",
                             dns=f"{other.address},{self.dns.address}")
            self.assertIn("connected to mx1.good.test", out)
            self.check("@refused.test", 3, f"{other.address} did not answer, {self.dns.address} returned REFUSED\n",
                       dns=f"{other.address},{self.dns.address}")

    def test_a_dead_first_server(self):
        """It takes a share of the time, no more; the second answers, and who was silent is named."""
        dead = {(name, kind): "silent" for name in ("a.test", "mx.a.test") for kind in ("MX", "A", "AAAA")}
        alive = {("a.test", "MX"): [(10, "mx.a.test")], ("mx.a.test", "A"): ["127.0.0.1"]}
        with NameServer(dead) as first, NameServer(alive) as second, program.Serve("--listen", "127.0.0.1:0") as smtp:
            done = program.run("probe", "-t", "6s", "--tls=off", "--format", "json", "--dns", f"{first.address},{second.address}",
                               "-p", str(smtp.port), "@a.test")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{first.address} did not answer", done.stdout)
        self.assertEqual(len(first.asked), 1)           # a server that was silent goes last

    def test_what_was_dropped_is_no_silence(self):
        for word, why in (("stranger", "another ID"), ("endless", "truncated|incomplete")):
            with NameServer({("a.test", "MX"): word}) as dns:
                done = program.run("resolve", "--timeout", "resolve=1s", "--dns", dns.address, "@a.test")
            self.assertEqual(done.returncode, 3)
            self.assertRegex(done.stdout, why)

    def test_mx_without_address(self):
        self.check("@dangling.test", 3, "=== ignoring MX 10 nowhere.test: the name does not exist (NXDOMAIN)",
                   "*** no MX host of dangling.test has an address: nowhere.test: the name does not exist")
        self.check("@onedangles.test", 0, "=== ignoring MX 10 nowhere.test", "connected to mx1.good.test")

    def test_half_an_answer(self):
        self.check("@halfbroken.test", 0, f"=== AAAA lookup of mx.halfbroken.test failed: {self.dns.address} returned SERVFAIL")

    def test_no_mx_can_be_reached(self):
        self.check("@dead.test", 4, "*** 127.0.0.3:", "*** 127.0.0.4:", "*** connections to all MX hosts failed")

    def test_names_in_other_scripts(self):
        program.needs(self, "libidn2")
        self.check("@bücher.test", 0, "=== bücher.test is xn--bcher-kva.test in the DNS", "connected to mx1.good.test")
        self.check("bücher.test", 3, "=== bücher.test is xn--bcher-kva.test in the DNS", "no address for xn--bcher-kva.test")
        self.check("@b\udcfccher.test", 3, "is not UTF-8")

    def test_what_is_no_name(self):
        self.check("@a..b", 3, '"a..b" is not a domain name')
        self.check("a..b", 3, "no address for a..b: invalid host name")

    def test_a_word_that_was_meant_otherwise(self):
        self.check("serv", 3, '=== the subcommand is "smtpsh serve"\n')
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "lines.txt"), "w").close()
            before = os.getcwd()
            os.chdir(folder)
            done = program.run("--dns", self.dns.address, "lines.txt")
            os.chdir(before)
        self.assertIn('=== "lines.txt" is a file; to read lines from it, use -f lines.txt\n', done.stdout)
        self.assertNotIn("subcommand", self.check("nowhere.test", 3))

    def test_a_hosts_mail_goes_elsewhere(self):
        note = "=== mail for bare.test goes to mx1.good.test: use @bare.test\n"
        # it never delays the connection: it comes while the session waits
        self.check("bare.test", 9, note, "connected to bare.test", line="/wait 3s")
        self.assertNotIn("mail for", self.check("own.test", 0))
        self.check("noaddress.test", 3, "=== mail for noaddress.test goes to mx1.good.test: use @noaddress.test\n")
        done = self.talk("bare.test", "-p", "1")
        self.assertEqual(done.returncode, 4)
        self.assertIn(note, done.stdout.split(": connection refused ")[1])

    def test_literals_are_not_asked_for(self):
        before = len(self.dns.asked)
        for target in ("127.0.0.1", "[127.0.0.1]", "someone@[127.0.0.1]", "@127.0.0.1", "localhost"):
            self.check(target, 0, "127.0.0.1:")
        self.assertEqual(self.dns.asked[before:], [])

    def test_resolve(self):
        done = self.talk("anything.test", "--resolve", "anything.test:127.0.0.1")
        self.assertIn("connected to anything.test [127.0.0.1:", done.stdout)
        done = self.talk("@good.test", "--resolve", "x.test:127.0.0.9", "--resolve", "mx1.good.test:127.0.0.1", "--resolve", "MX2.good.test:::1")
        self.assertRegex(done.stdout, r"20 mx2.good.test  ::1\n")
        bad = self.talk("@good.test", "--resolve", "mx1.good.test")
        self.assertEqual(bad.returncode, 2)
        self.assertIn("expected HOST:ADDRESS", bad.stderr)

    def test_one_family(self):
        done = self.talk("-6", "@good.test")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("the name exists, but has no IPv6 address (AAAA)", done.stdout)

    def test_mx_and_use(self):
        done = program.run("--dns", self.dns.address, "-p", str(self.server.port), "@good.test", input="/mx\n/use 2\n/use 3\n/use x\n")
        self.assertIn("127.0.0.1 (this connection)", done.stdout)
        self.assertIn("127.0.0.2:", done.stdout.split("(this connection)")[1])
        one = program.run("--dns", self.dns.address, "-p", str(self.server.port), "@good.test", input="/use 3\n/use x\n/use 0\n/use 1\nNOOP\n")
        self.assertIn("/use 3: /mx lists only 2 addresses", one.stdout)
        self.assertIn('/use: "x" is not listed by /mx', one.stdout)
        self.assertIn("/use requires a number, host or address", one.stdout)
        self.assertEqual(one.stdout.count("connected to mx1.good.test"), 2, one.stdout)
        self.assertIn(" -> NOOP\n<-  250", one.stdout)

    def test_json(self):
        done = self.talk("@good.test", "--format", "json")
        event = next(e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "resolved")
        self.assertEqual(event["hosts"][1], {"host": "mx2.good.test", "preference": 20, "addresses": ["127.0.0.2"]})

    def test_a_name_with_escapes_reaches_no_terminal(self):
        self.assertNotIn("\x1b", self.check("@evil.test", 3, "MX 10 a\\027[31mb.test: "))

    def test_equal_preferences_are_shuffled(self):
        zone = dict(ZONE)
        zone["equal.test", "MX"] = [(10, f"mx{i}.pool.test") for i in range(20)]
        with NameServer(zone) as dns:
            outs = {program.run("--dns", dns.address, "-p", str(self.server.port), "@equal.test", "-c", "NOOP").stdout.split("  1  ")[1].split()[1]
                    for _ in range(5)}
        self.assertGreater(len(outs), 1)


if __name__ == "__main__":
    tap.main()
