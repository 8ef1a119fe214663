"""Names as the system finds them: /etc/hosts, the search list, ndots. In a network and a mount namespace of its own, so
that a name server can be at port 53; that needs root."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from nameserver import NameServer

ZONE = {
    ("mx1.search.test", "A"): ["127.0.0.2"], ("two.dots.search.test", "A"): ["127.0.0.3"], ("two.dots", "A"): ["127.0.0.4"],
    ("absolute.test", "A"): ["127.0.0.5"], ("absolute.test.search.test", "A"): ["127.0.0.6"],
    ("hosts.test", "A"): ["127.0.0.7"], ("only", "MX"): [(10, "mx1.search.test")],
    ("here.test", "A"): ["192.0.2.53"], ("there.test", "A"): ["203.0.113.1"],
    ("only.search.test", "MX"): [(10, "wrong.test")],
}
FILES = {
    "hosts": "127.0.0.1 localhost\n127.0.1.1 known.test known\n127.0.0.9 hosts.test container\n",
    "resolv.conf": "nameserver 127.0.0.53\nsearch search.test\noptions ndots:2\n",
}


def inside(folder, zone=ZONE):
    """What runs in the namespaces: each line of `targets` is connected to, and what was said is printed."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name in FILES:
        subprocess.run(["mount", "--bind", os.path.join(folder, name), f"/etc/{name}"], check=True)
    with NameServer(zone, at=("127.0.0.53", 53)) as dns:
        for target in open(os.path.join(folder, "targets")).read().split():
            said = program.run(target, "1", "-c", "NOOP", "--timeout", "resolve=2s").stdout
            print("##", target, " ".join(f"{name}/{kind}" for name, kind in dns.asked))
            print(said)
            dns.asked.clear()
    # A name server with an address that is not loopback, but within this namespace: documentation's.
    subprocess.run(["ip", "addr", "add", "192.0.2.53/32", "dev", "lo"], check=True)
    with NameServer(zone, ad=True, at=("192.0.2.53", 53)):
        for option in ("--timeout=2s", "--trust-ad"):
            print("##", option)
            print(program.run("resolve", "--dns", "192.0.2.53", option, "@only").stdout)
    hellos(zone, folder)


def hellos(zone, folder):
    """The name that EHLO says, by what the host is called, to a server that is not loopback."""
    subprocess.run(["ip", "addr", "add", "10.9.9.9/32", "dev", "lo"], check=True)
    with NameServer(zone, at=("127.0.0.53", 53)) as dns:
        def after_the_look_up(peer):
            peer.hello("250 h\r\n").hear()
            for _ in range(200):
                if len(dns.asked) >= 2 or "[" in peer.heard[0] or address == "127.0.0.1":
                    break
                peer.wait(0.02)
            peer.wait(0.3).say("250 ok\r\n").obey()
        for own, address, *options in (("short", "192.0.2.53"), ("known", "192.0.2.53"), ("here.test", "192.0.2.53"),
                                       ("there.test", "192.0.2.53"), ("there.test", "10.9.9.9"),
                                       ("x.local", "192.0.2.53", "--helo", "here.test"), ("here.test", "127.0.0.1")):
            socket.sethostname(own)
            with hostile.Server(after_the_look_up, host=address) as peer:
                print("##", "-".join(["helo", own, address]))
                print(program.run(*options, "--tls=try", f"{address}:{peer.port}", "-c", "NOOP").stdout)
            dns.asked.clear()


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        unshare = ["unshare", "-n", "-m", "-u", "--propagation", "private"]
        why = None
        if not shutil.which("unshare") or not shutil.which("ip"):
            why = "needs unshare(1) and ip(8)"
        elif subprocess.run([*unshare, "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
            why = "network namespaces need root"
        if why:
            raise unittest.SkipTest(why)
        targets = ["mx1", "two.dots", "absolute.test.", "hosts.test", "container", "localhost", "x.localhost", "127.0.0.8", "nowhere",
                   "@only", "user@hosts.test"]
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**FILES, "targets": "\n".join(targets)}.items():
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            done = subprocess.run([*unshare, sys.executable, os.path.abspath(__file__), "--inside", folder], capture_output=True,
                                  text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.said, cls.asked = {}, {}
        for part in done.stdout.split("## ")[1:]:
            head, _, said = part.partition("\n")
            target, _, asked = head.partition(" ")
            cls.said[target], cls.asked[target] = said, asked.split()

    def test_the_search_list(self):
        self.assertIn("127.0.0.2:1: connection refused", self.said["mx1"])
        self.assertIn("mx1.search.test/A", self.asked["mx1"])

    def test_ndots(self):
        "two.dots has fewer dots than ndots: the search list comes first"
        self.assertIn("127.0.0.3:1: connection refused", self.said["two.dots"])
        self.assertNotIn("two.dots/A", self.asked["two.dots"])

    def test_a_last_dot_makes_it_absolute(self):
        self.assertIn("127.0.0.5:1: connection refused", self.said["absolute.test."])
        self.assertNotIn("absolute.test.search.test/A", self.asked["absolute.test."])

    def test_hosts_come_before_the_dns(self):
        for target in ("hosts.test", "container"):
            self.assertIn("127.0.0.9:1: connection refused", self.said[target])
            self.assertEqual(self.asked[target], [])

    def test_localhost_and_literals_are_not_asked_for(self):
        for target, address in (("localhost", "127.0.0.1"), ("x.localhost", "127.0.0.1"), ("127.0.0.8", "127.0.0.8")):
            self.assertIn(f"{address}:1: connection refused", self.said[target])
            self.assertEqual(self.asked[target], [])

    def test_a_name_that_is_nowhere(self):
        self.assertRegex(self.said["nowhere"], r"no address for nowhere: the name does not exist \(NXDOMAIN\), .*search list")

    def test_mx_are_asked_absolute(self):
        self.assertIn("10 mx1.search.test  127.0.0.2", self.said["@only"])
        self.assertNotIn("only.search.test/MX", self.asked["@only"])
        self.assertIn("hosts.test/MX", self.asked["user@hosts.test"])
        self.assertIn("127.0.0.7:1: connection refused", self.said["user@hosts.test"])


    def test_the_name_said_in_ehlo(self):
        for name, ehlo, note in (
                ("short-192.0.2.53", "[192.0.2.53]", r"=== EHLO .*host's name, short, is .*--helo"),
                ("known-192.0.2.53", "known.test", r"=== EHLO .*known\.test has no address, .*: the name does not exist"),
                ("here.test-192.0.2.53", "here.test", r"=== EHLO .*here\.test resolves to .*source address 192\.0\.2\.53"),
                ("there.test-192.0.2.53", "there.test", r"=== EHLO .*there\.test resolves to 203\.0\.113\.1, .* from 192\.0\.2\.53, .*reject"),
                ("there.test-10.9.9.9", "there.test", r"=== EHLO .*there\.test resolves to 203\.0\.113\.1, .* from 10\.9\.9\.9, .*NAT"),
                ("x.local-192.0.2.53", "here.test", r"=== EHLO .*here\.test resolves to .*source address")):
            said = self.said["helo-" + name]
            self.assertIn(f" -> EHLO {ehlo}\n", said)
            self.assertRegex(said, note)
        self.assertNotIn("=== EHLO", self.said["helo-here.test-127.0.0.1"])

    def test_who_says_that_it_validated(self):
        "the AD bit of a name server elsewhere is believed only on demand"
        self.assertIn("only: MX, TTL 60 s, not validated\n", self.said["--timeout=2s"])
        self.assertIn("use --trust-ad", self.said["--timeout=2s"])
        self.assertIn("only: MX, TTL 60 s, validated (DNSSEC)\n", self.said["--trust-ad"])
        self.assertNotIn("use --trust-ad", self.said["--trust-ad"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        tap.main()
