"""Hostile answers of a name server, in every role: each ends within its time, with its status, and names what came."""
import concurrent.futures
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer, TYPES, decode_name, encode_data, encode_name

DOMAIN = "hostile.test"
OTHER = {1: 16, 28: 16, 15: 1, 16: 1, 33: 16}         # a type that was not asked for
VALUE = {1: ("A", "127.0.0.1"), 28: ("AAAA", "::1"), 15: ("MX", (10, "mx.hostile.test")), 16: ("TXT", "x"),
         33: ("SRV", (0, 1, 465, "mx.hostile.test"))}


class Query:
    """What was asked, and the parts of an answer to it."""

    def __init__(self, octets, tcp):
        self.id, self.tcp = octets[:2], tcp
        self.name, end = decode_name(octets, 12)
        self.kind = struct.unpack(">H", octets[end:end + 2])[0]
        self.question = octets[12:end + 4]

    def record(self, owner=None, kind=None, data=None, size=None, group=1):
        kind = kind or self.kind
        data = encode_data(*VALUE.get(kind, VALUE[16])) if data is None else data
        owner = b"\xc0\x0c" if owner is None else owner
        return owner + struct.pack(">HHIH", kind, group, 60, len(data) if size is None else size) + data

    def answer(self, *records, flags=0x8180, id=None, question=None, count=None):
        question = self.question if question is None else question
        return ((id or self.id) + struct.pack(">HHHHH", flags, 1 if question else 0, len(records) if count is None else count, 0, 0) +
                question + b"".join(records))

    def alias(self, of, to):
        return self.record(encode_name(of), TYPES["CNAME"], encode_name(to))


def asked(name, kind):
    return encode_name(name) + struct.pack(">HH", kind, 1)


def long_name():
    return b"".join(bytes([60]) + b"a" * 60 for _ in range(5)) + b"\0"


def aliases(q):
    if not q.tcp:
        return q.answer(flags=0x8380)
    return q.answer(*[q.alias(f"{i or ''}{q.name}", f"{i + 1}{q.name}") for i in range(100)])


def many(q, n):
    if not q.tcp:
        return q.answer(flags=0x8380)
    if q.kind == 15:
        return q.answer(*[q.record(data=encode_data("MX", (10, f"mx{i}.none.test"))) for i in range(n)])
    return q.answer(flags=0x8183) if q.name.endswith("none.test") else q.answer()


TIMEOUT, SERVFAIL, REFUSED, UNUSABLE = "resolve_timeout", "resolve_servfail", "resolve_refused", "malformed"
LATE = r"|within [\d.]+ s|no time left|took too long|timed out"     # on a busy machine the time for all of it may end first


def fact(name):
    """What is to be said of it."""
    _, reason, pattern = CASES[name]
    return pattern + LATE if reason == TIMEOUT else pattern


CASES = {
    "silence": (lambda q: None, TIMEOUT, "did not answer"),
    "another ID": (lambda q: q.answer(q.record(), id=bytes([q.id[0] ^ 255, q.id[1]])), TIMEOUT, "another ID"),
    "another question": (lambda q: q.answer(q.record(), question=asked("other.test", q.kind)), TIMEOUT, "another query"),
    "another question's type": (lambda q: q.answer(q.record(), question=asked(q.name, 16)), TIMEOUT, "another query"),
    "no question": (lambda q: q.answer(q.record(encode_name(q.name)), question=b""), TIMEOUT, "another query"),
    "a question": (lambda q: q.answer(q.record(), flags=0x0100), UNUSABLE, "it is a query"),
    "empty": (lambda q: b"", TIMEOUT, "not a DNS message"),
    "five octets": (lambda q: q.id + b"\x81\x80\0", TIMEOUT, "not a DNS message"),
    "half a header": (lambda q: q.answer(q.record())[:11], TIMEOUT, "not a DNS message"),
    "a header": (lambda q: q.id + b"\x81\x80\0\1\0\1\0\0\0\0", TIMEOUT, "another query"),
    "TC": (lambda q: q.answer(flags=0x8380), UNUSABLE, "incomplete answer, over TCP too"),
    "TC, silent over TCP": (lambda q: None if q.tcp else q.answer(flags=0x8380), TIMEOUT, "truncated answer, and did not answer over TCP"),
    "TC, no TCP": (lambda q: q.answer(flags=0x8380), UNUSABLE, "truncated answer, and cannot be reached over TCP"),
    "FORMERR": (lambda q: q.answer(flags=0x8181), REFUSED, "FORMERR"),
    "SERVFAIL": (lambda q: q.answer(flags=0x8182), SERVFAIL, "SERVFAIL"),
    "NOTIMP": (lambda q: q.answer(flags=0x8184), REFUSED, "NOTIMP"),
    "REFUSED": (lambda q: q.answer(flags=0x8185), REFUSED, "REFUSED"),
    "SERVFAIL with an answer": (lambda q: q.answer(q.record(), flags=0x8182), SERVFAIL, "SERVFAIL"),
    "NXDOMAIN": (lambda q: q.answer(flags=0x8183), "resolve_nxdomain", "does not exist"),
    "NXDOMAIN with an answer": (lambda q: q.answer(q.record(), flags=0x8183), "resolve_nxdomain", "does not exist"),
    "an unknown rcode": (lambda q: q.answer(flags=0x818d), REFUSED, "13"),
    "an alias of itself": (lambda q: q.answer(q.alias(q.name, q.name)), "no_address", "loop"),
    "a loop of aliases": (lambda q: q.answer(q.alias(q.name, "b.test"), q.alias("b.test", q.name)), "no_address", "loop"),
    "100 aliases": (aliases, "no_address", "loop|alias|no address"),
    "a pointer to itself": (lambda q: q.answer(q.record(struct.pack(">H", 0xc000 + 12 + len(q.question)))), UNUSABLE, "malformed"),
    "pointers in a circle": (lambda q: q.answer(q.record(b"\1a" + struct.pack(">H", 0xc000 + 12 + len(q.question)))), UNUSABLE, "malformed"),
    "a pointer forward": (lambda q: q.answer(q.record(b"\xff\xff")), UNUSABLE, "malformed"),
    "a label of another kind": (lambda q: q.answer(q.record(b"\x41a\0")), UNUSABLE, "malformed"),
    "a name too long": (lambda q: q.answer(q.record(long_name())), UNUSABLE, "malformed"),
    "RDATA past the end": (lambda q: q.answer(q.record(size=200)), UNUSABLE, "malformed"),
    "RDATA too long": (lambda q: q.answer(q.record(data=encode_data(*VALUE[q.kind]) + b"\0" * 9)), UNUSABLE, "malformed"),
    "RDATA too short": (lambda q: q.answer(q.record(data=b"\0")), UNUSABLE, "malformed"),
    "no RDATA": (lambda q: q.answer(q.record(data=b"")), UNUSABLE, "malformed"),
    "cut short": (lambda q: q.answer(q.record())[:-3], UNUSABLE, "malformed"),
    "more records counted": (lambda q: q.answer(q.record(), count=65535), UNUSABLE, "malformed"),
    "another type": (lambda q: q.answer(q.record(kind=OTHER[q.kind])), "no_address", "no address|none"),
    "another class": (lambda q: q.answer(q.record(group=3)), "no_address", "no address|none"),
    "another owner": (lambda q: q.answer(q.record(encode_name("other.test"))), "no_address", "no address|none"),
    "1000 records": (lambda q: many(q, 1000), "resolve_nxdomain", "does not exist|has no address"),
    "2000 records": (lambda q: many(q, 2000), "resolve_nxdomain", "does not exist|has no address"),
}


class Hostile(NameServer):
    def __init__(self, behaviour, tcp=True, at=("127.0.0.1", 0)):
        super().__init__({}, at=at)
        self.behaviour = behaviour
        if not tcp:
            self.tcp.close()

    def _udp(self):
        while True:
            try:
                octets, peer = self.udp.recvfrom(4096)
                answer = self._answer(octets, False)
                if answer is not None:          # nothing at all is a datagram, too
                    self.udp.sendto(answer, peer)
            except OSError:
                return

    def _answer(self, octets, tcp):
        if len(octets) < 17:        # the socket was closed
            raise OSError
        return self.behaviour(Query(octets, tcp))


class Names(unittest.TestCase):
    def look(self, name, *role):
        """One role against one answer; where it waits for another answer to the end, that is soon."""
        behaviour, reason, _ = CASES[name]
        patience = "2s" if reason == TIMEOUT else "8s"
        with Hostile(behaviour, tcp="no TCP" not in name) as dns:
            begun = time.monotonic()
            done = program.run(*role, "--dns", dns.address, "--timeout", f"resolve={patience}")
            done.took = time.monotonic() - begun
        done.flat = " ".join(done.stdout.split())
        return done

    def each(self, *role):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for name, done in zip(CASES, pool.map(lambda name: self.look(name, *role), CASES)):
                with self.subTest(name, role=role):
                    self.assertLess(done.took, program.DEADLINE - 2)
                    self.assertRegex(done.flat, fact(name))
                    if name != "another ID":
                        self.assertNotIn("another ID", done.flat)
                    yield done, CASES[name][1]

    def test_resolve(self):
        for done, _ in self.each("resolve", "@" + DOMAIN):
            self.assertEqual((done.returncode, done.stderr), (3, ""))

    def test_a_session(self):
        for done, _ in self.each("@" + DOMAIN, "-c", "QUIT"):
            self.assertEqual((done.returncode, done.stderr), (3, ""))

    def test_a_probe(self):
        for done, reason in self.each("probe", "--format", "json", "@" + DOMAIN):
            got = json.loads(done.stdout)
            self.assertEqual((done.returncode, got["state"], got["phase"], got["reason"]), (2, "CRITICAL", "resolve", reason))

    def test_check_smtp(self):
        """It takes no --dns: it has a resolv.conf of its own, in a mount namespace."""
        bind = (*program.OWN_MOUNTS, "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"')
        with tempfile.TemporaryDirectory() as place:
            if os.geteuid() != 0 or subprocess.run([*bind, os.devnull, "true"], capture_output=True).returncode != 0:
                self.skipTest("a resolv.conf of one's own needs root and unshare(1)")

            def look(numbered):
                number, name = numbered
                behaviour, reason, _ = CASES[name]
                for third in range(256):
                    at = f"127.{100 + os.getpid() % 100}.{third}.{number + 1}"
                    try:
                        dns = Hostile(behaviour, "no TCP" not in name, (at, 53))
                        break
                    except OSError:
                        continue
                conf = os.path.join(place, str(number))
                with open(conf, "w") as file:
                    file.write(f"nameserver {at}\n")
                with dns:
                    begun = time.monotonic()
                    done = subprocess.run([*bind, conf, program.SMTPSH, "check_smtp", "-H", DOMAIN, "-t", "2" if reason == TIMEOUT else "8"],
                                          capture_output=True, text=True, timeout=program.DEADLINE, env=program.environment())
                    done.took = time.monotonic() - begun
                return done

            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                for name, done in zip(CASES, pool.map(look, enumerate(CASES))):
                    with self.subTest(name):
                        self.assertLess(done.took, program.DEADLINE - 2)
                        self.assertEqual(done.returncode, 2, done.stdout)
                        self.assertRegex(done.stdout, fact(name))


if __name__ == "__main__":
    tap.main()
