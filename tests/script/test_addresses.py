"""smtpsh probe of hosts with several addresses: each is named, none hides another, and what only one of them says is told."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import EHLO, Peer
from listener import bound
from nameserver import NameServer

PLAIN = "250-hostile.example\r\n250 SIZE 1000\r\n"


class Addresses:
    """One port on several addresses: a behaviour each; None: nobody answers there. .port"""

    def __init__(self, behaviours):
        self.behaviours = behaviours
        for _ in range(50):
            self.sockets = []
            try:
                port = 0
                for host in behaviours:
                    self.sockets.append(bound(host, port))
                    port = self.sockets[0].getsockname()[1]
                break
            except OSError as error:
                self.close()
                if error.errno not in (98, 48):         # in use: another port
                    raise unittest.SkipTest(f"there is no {host} here")
        self.port = self.sockets[0].getsockname()[1]
        for (host, behaviour), each in zip(behaviours.items(), list(self.sockets)):
            each.listen(0 if behaviour is None else 100)
            if behaviour is None:
                self.fill(host, each)
            else:
                threading.Thread(target=self.accept, args=(each, behaviour), daemon=True).start()

    def fill(self, host, full):
        for _ in range(4):
            self.sockets.append(socket.socket(full.family))
            self.sockets[-1].setblocking(False)
            self.sockets[-1].connect_ex((host, self.port))

    def accept(self, each, behaviour):
        while True:
            try:
                peer = Peer(each.accept()[0])
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer, behaviour), daemon=True).start()

    @staticmethod
    def serve(peer, behaviour):
        behaviour(peer)
        peer.until_gone()
        peer.sock.close()

    def close(self):
        for each in self.sockets:
            each.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)         # accept() ends
            except OSError:
                pass
        self.close()


def good(p):
    p.hello(PLAIN).obey()


def offers(p):
    p.hello(EHLO).obey()


def probe(there, *options, format="json", hosts=None, target="two.example"):
    rules = [word for host in (hosts or there.behaviours) for word in ("--resolve", f"{target}:{host}")]
    return program.run("probe", f"{target}:{there.port}", "--format", format, *rules, *options)


def told(done):
    return {o["address"]: o for o in map(json.loads, done.stdout.splitlines()) if "address" in o}


class Families(unittest.TestCase):
    def test_ipv6_alone(self):
        with Addresses({"::1": good}) as there:
            got = told(probe(there, "--tls=off"))["::1"]
            text = probe(there, "--tls=off", format="text").stdout
            bare = program.run("probe", f"[::1]:{there.port}", "--tls=off", "--format", "nagios").stdout
        self.assertEqual((got["state"], got["family"], got["port"]), ("OK", 6, there.port))
        self.assertTrue(text.startswith(f"OK   two.example[::1]:{there.port}  "), text)
        self.assertTrue(bare.startswith(f"SMTP OK - [::1]:{there.port} ("), bare)

    def test_one_of_a_family_that_nobody_answers(self):
        with Addresses({"127.0.0.1": good, "::1": None}) as there:
            took = []
            for _ in range(3):                          # a second on a machine that does something else is not a second
                any_of = told(probe(there, "--tls=off", "--addresses", "any"))
                self.assertEqual([(a, o["state"]) for a, o in any_of.items()], [("127.0.0.1", "OK")])
                took.append(any_of["127.0.0.1"]["seconds"]["total"])
                if took[-1] < 1:
                    break
            self.assertLess(min(took), 1)
            every = probe(there, "--tls=off", "--timeout", "connect=500ms")
            line = probe(there, "--tls=off", "--timeout", "connect=500ms", format="nagios").stdout
        got = told(every)
        self.assertEqual({a: (o["state"], o.get("reason")) for a, o in got.items()},
                         {"127.0.0.1": ("OK", None), "::1": ("CRITICAL", "connect_timeout")})
        sentence = "timed out after 500 ms"
        self.assertEqual((got["::1"]["message"], every.returncode), (sentence, 2))
        self.assertTrue(line.startswith(f"SMTP CRITICAL - two.example[::1]:{there.port} connect: {sentence} ("), line)

    def test_five_mx_of_two_families(self):
        behaviours = {f"127.0.0.{i}": good for i in range(1, 6) if i != 3} | {"::1": good}
        names = [f"mx{i}.d.example" for i in range(1, 6)]
        zone = {("d.example", "MX"): [(10 * i, name) for i, name in enumerate(names, 1)]}
        for i, name in enumerate(names, 1):
            zone |= {(name, "A"): [f"127.0.0.{i}"], (name, "AAAA"): ["::1"]}
        with Addresses(behaviours) as there, NameServer(zone) as dns:
            args = ["probe", "@d.example", "--dns", dns.address, "-p", str(there.port), "--tls=off"]
            done = program.run(*args, "--format", "json")
            line = program.run(*args, "--format", "nagios").stdout
        got = [(o["mx"]["host"], o["mx"]["preference"], o["address"], o["state"]) for o in map(json.loads, done.stdout.splitlines())]
        want = [(name, 10 * i, address, "CRITICAL" if address == "127.0.0.3" else "OK")
                for i, name in enumerate(names, 1) for address in (f"127.0.0.{i}", "::1")]
        self.assertEqual(sorted(got), sorted(want))
        self.assertEqual(done.returncode, 2)
        self.assertRegex(line, rf"\ASMTP CRITICAL - mx3\.d\.example\[127\.0\.0\.3\]:{there.port} connect: connection refused \([0-9.]+s\) and 9 more"
                         r" \| .* targets_ok=9;;;0;10\n[^|\n]+\n\Z")


class Stripped(unittest.TestCase):
    """STARTTLS that is gone on one way, and is there on another or was there before."""

    SENTENCE = "STARTTLS is not offered, but is at 127.0.0.2"

    def test_another_address_offers_it(self):
        for first, second in ((good, lambda p: offers(p.wait(0.2))), (lambda p: good(p.wait(0.2)), offers)):
            with Addresses({"127.0.0.1": first, "127.0.0.2": second}) as there:
                done = probe(there, "--tls=starttls")
                line = probe(there, "--tls=try", format="text").stdout
            got = told(done)["127.0.0.1"]
            self.assertEqual((got["state"], got["phase"], got["reason"], got["message"]), ("CRITICAL", "starttls", "tls_not_offered", self.SENTENCE))
            self.assertEqual(got["cause"], "starttls_taken")
            self.assertIn(f"WARN two.example[127.0.0.1]:{there.port}  starttls: {self.SENTENCE}  ", line)

    def test_no_other_does(self):
        with Addresses({"127.0.0.1": good, "127.0.0.2": good, "127.0.0.3": lambda p: p.close()}) as there:
            got = told(probe(there))
            first = told(probe(there, "--addresses", "first"))
        self.assertEqual([got[a]["message"] for a in ("127.0.0.1", "127.0.0.2")], ["STARTTLS is not offered"] * 2)
        self.assertEqual((len(got), len(first)), (3, 1))

    def test_it_was_recorded(self):
        with tempfile.NamedTemporaryFile("w") as record, Addresses({"127.0.0.1": good}) as there:
            record.write("SIZE 1000\nSTARTTLS\n")
            record.flush()
            got = told(probe(there, "--expect-ext-set", record.name))["127.0.0.1"]
        self.assertEqual((got["reason"], got["cause"]), ("tls_not_offered", "starttls_taken"))


class Memory(unittest.TestCase):
    MOST_KB = (160 if program.SANITIZED else 20) << 10         # a sanitizer keeps what was freed

    def test_a_thousand_targets_take_little(self):
        with Addresses({"127.0.0.1": good}) as there:
            process = subprocess.Popen([program.SMTPSH, "probe", "--targets", "-", "--tls=off", "--per-host", "50", "--format", "json"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=program.environment(), text=True)
            with process.stdin, process.stdout:
                process.stdin.write(f"127.0.0.1:{there.port}\n" * 1000)
                process.stdin.flush()               # and no end yet, so that it is still there
                states = [json.loads(process.stdout.readline())["state"] for _ in range(1000)]
                with open(f"/proc/{process.pid}/status") as status:
                    most = [int(line.split()[1]) for line in status if line.startswith("VmHWM")][0]
                process.stdin.close()
                process.stdout.read()
            self.assertEqual((set(states), process.wait(program.DEADLINE)), ({"OK"}, 0))
        self.assertLess(most, self.MOST_KB)


if __name__ == "__main__":
    tap.main()
