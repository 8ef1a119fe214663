"""smtpsh probe: what its options make of a verdict (--state, --warn-ok, ...), and when it does what (--rate, --spread, --watch, ...)."""
import concurrent.futures
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "servers")]
import pki
import program
import tap
from hostile import Server
from nameserver import NameServer
from terminal import Terminal
from test_truths import OFF, PLAIN, STARTTLS, TRUTHS

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
MORE = {
    "refused AUTH": (lambda p: p.hello("250-h\r\n250 AUTH PLAIN\r\n").obey({"AUTH": "535 5.7.8 no\r\n"}),
                     OFF + ["--auth", "PLAIN", "--auth-insecure", "--user", "x", "--password-env", "LANG"], "CRITICAL", "auth", "auth"),
    "injection into TLS": (lambda p: p.starttls("220 go\r\n250 evil\r\n").until_gone(), STARTTLS, "CRITICAL", "tls", "injection"),
    "no reply": (lambda p: p.hello("what?\r\n").obey(), OFF, "CRITICAL", "ehlo", "malformed"),
    "a banner that is none": (lambda p: p.say("250 hi\r\n").hear().say(PLAIN).obey(), OFF, "CRITICAL", "banner", "unexpected"),
    "DATA that is taken at once": (lambda p: p.hello(PLAIN).obey({"DATA": "250 what\r\n"}), OFF + ["--to", "a@b.example", "--send", "auto"], "CRITICAL",
                                   "data", "unexpected"),
    "a banner not expected": (lambda p: p.hello(PLAIN).obey(), OFF + ["--expect-banner", "nothing"], "WARNING", "banner", "assertion"),
    "an extension required": (lambda p: p.hello(PLAIN).obey(), OFF + ["--require-ext", "DSN"], "CRITICAL", "ehlo", "assertion"),
    "an extension expected": (lambda p: p.hello(PLAIN).obey(), OFF + ["--expect-ext", "DSN"], "WARNING", "ehlo", "assertion"),
    "a limit": (lambda p: p.hello(PLAIN).obey(), OFF + ["-c", "size_limit=5000:"], "CRITICAL", "ehlo", "threshold"),
    "a 4yz to EHLO": (lambda p: p.hello("450 4.3.2 not now\r\n").obey(), OFF, "WARNING", "ehlo", "reply"),
    "a 5yz to EHLO": (lambda p: p.hello("550 5.7.1 no\r\n").obey(), OFF, "CRITICAL", "ehlo", "reply"),
    "a 4yz to MAIL": (lambda p: p.hello(PLAIN).obey({"MAIL": "450 later\r\n"}), OFF + ["--from", "a@b.example"], "WARNING", "mail", "reply"),
    "a 5yz to MAIL": (lambda p: p.hello(PLAIN).obey({"MAIL": "530 no\r\n"}), OFF + ["--from", "a@b.example"], "CRITICAL", "mail", "reply"),
    "a 5yz to RCPT": (lambda p: p.hello(PLAIN).obey({"RCPT": "550 no\r\n"}), OFF + ["--to", "a@b.example"], "CRITICAL", "rcpt", "reply"),
    "a 4yz to AUTH": (lambda p: p.hello("250-h\r\n250 AUTH PLAIN\r\n").obey({"AUTH": "454 4.7.0 later\r\n"}),
                      OFF + ["--auth", "PLAIN", "--auth-insecure", "--user", "x", "--password-env", "LANG"], "WARNING", "auth", "reply"),
}


def probe(behaviour, *options):
    options = [word.replace("PKI", pki.make()) if "PKI" in word else word for word in options]
    with Server(behaviour) as server:
        done = program.run("probe", f"127.0.0.1:{server.port}", "--format", "json", *options, env=program.environment(LANG="x"))
    return json.loads(done.stdout.splitlines()[0]), done.returncode


class Arrivals:
    """A good server that notes when each connection came, in seconds since it began."""

    def __init__(self, behaviour=lambda p: p.hello(PLAIN).obey()):
        self.behaviour, self.began, self.at = behaviour, time.monotonic(), []
        self.server = Server(self.arrive)
        self.where = f"127.0.0.1:{self.server.port}"

    def arrive(self, peer):
        self.at.append(time.monotonic() - self.began)
        self.behaviour(peer)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__()


class States(unittest.TestCase):
    def every(self):
        """One of each phase and reason that is judged."""
        some = {}
        for what, row in {**TRUTHS, **MORE}.items():
            if row[2] != "OK":
                some.setdefault((row[3], row[4], row[2]), (what, row))
        return some.values()

    def test_the_mapping(self):
        for what, (behaviour, options, state, phase, reason) in MORE.items():
            with self.subTest(what):
                got, status = probe(behaviour, *options)
                self.assertEqual((got["state"], got["phase"], got["reason"], status), (state, phase, reason, STATES.index(state)), got)

    def changed(self, item):
        what, row = item
        found = []
        for rule in (f"{row[3]}.{row[4]}=UNKNOWN", f"*.{row[4]}=OK"):
            got, _ = probe(row[0], *row[1], "--state", rule)
            found.append([c["state"] for c in got["checks"] if (c["phase"], c.get("reason")) == (row[3], row[4])])
        return what, found

    def test_each_can_be_judged_otherwise(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for what, found in pool.map(self.changed, self.every()):
                with self.subTest(what):
                    for states, wanted in zip(found, ("UNKNOWN", "OK")):
                        self.assertTrue(states, "it is not there")
                        self.assertEqual(set(states), {wanted})

    def test_of_the_way_there_too(self):
        with NameServer({}) as dns:
            for target, reason in (("a.example", "resolve_nxdomain"), ("127.0.0.1:1", "connect_refused")):
                for rule, state in ((f"*.{reason}=WARNING", "WARNING"), (f"banner.{reason}=WARNING", "CRITICAL")):
                    done = program.run("probe", target, "--dns", dns.address, "--format", "json", "--state", rule)
                    self.assertEqual((json.loads(done.stdout)["state"], done.returncode), (state, STATES.index(state)))

    def test_a_rule_that_is_none(self):
        for rule in ("x", "rcpt.reply", "rcpt.nothing=OK", "what.reply=OK", "rcpt.reply=FINE"):
            done = program.run("probe", "demo:", "--state", rule)
            self.assertEqual((done.returncode, done.stderr),
                             (3, f"smtpsh: --state {rule}: expected PHASE.REASON=STATE, such as rcpt.reply=WARNING\n"))

    def test_warn_ok_changes_the_exit_status_alone(self):
        got, status = probe(lambda p: p.hello(PLAIN).obey(), "--warn-ok")
        self.assertEqual((got["state"], status), ("WARNING", 0))
        self.assertEqual(probe(lambda p: p.close(), "--warn-ok")[1], 2)

    def test_tempfail_critical(self):
        for what in ("421 as the banner", "421 to RCPT", "421 when all was done", "Postgrey", "STARTTLS 454"):
            with self.subTest(what):
                behaviour, options = TRUTHS[what][:2]
                got, status = probe(behaviour, *options, "--tempfail", "critical")
                self.assertEqual((got["state"], got["reason"], status), ("CRITICAL", TRUTHS[what][4], 2))


class Times(unittest.TestCase):
    def test_a_rate_is_never_exceeded(self):
        with Arrivals() as there:
            done = program.run("probe", "--targets", "-", "--tls=off", "--rate", "20/s", "--per-host", "99", "--format", "json",
                               input=f"{there.where}\n" * 15)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["summary"]["ok"], 15)
        for n, at in enumerate(sorted(there.at)):
            self.assertGreaterEqual(at, n / 20, f"{n + 1} connections")        # whatever the machine is busy with

    def test_a_spread_begins_them_at_random_times(self):
        with Arrivals() as there:
            program.run("probe", "--targets", "-", "--tls=off", "--spread", "1s", "--per-host", "99", input=f"{there.where}\n" * 20)
        self.assertEqual(len(there.at), 20)
        self.assertGreater(max(there.at) - min(there.at), 0.2)      # 20 random times within 0.2 s: never

    def test_a_retry_waits(self):
        with Arrivals(lambda p: p.close()) as there:
            got = json.loads(program.run("probe", there.where, "--retries", "2", "--retry-wait", "200ms", "--format", "json").stdout)
        self.assertEqual((got["attempt"], got["reason"], len(there.at)), (3, "eof", 3))
        self.assertGreaterEqual(there.at[2] - there.at[0], 0.39)

    def test_a_deadline_ends_it_all(self):
        with Arrivals(lambda p: p.until_gone()) as there:
            done = program.run("probe", there.where, "-t", "1h", "--timeout", "1h", "--deadline", "300ms")
        self.assertEqual((done.returncode, len(there.at)), (3, 1))
        self.assertRegex(done.stdout, r"\A1 target, 0 addresses in \S+ m?s: 0 ok, 0 warning, 0 critical, 0 unknown, 1 not probed\n\Z")

    def test_the_first_that_fails_ends_it(self):
        with Arrivals() as there:
            done = program.run("probe", "--targets", "-", "--tls=off", "--jobs", "1", "--fail-fast", "--format", "json",
                               input=f"{there.where}\n127.0.0.1:1\n" + f"{there.where}\n" * 5)
        summary = json.loads(done.stdout.splitlines()[-1])["summary"]
        self.assertEqual((summary["ok"], summary["critical"], summary["all_read"]), (1, 1, False), done.stdout)
        self.assertGreater(summary["not_done"], 0)
        self.assertEqual((done.returncode, len(there.at)), (2, 1))


class Watch(unittest.TestCase):
    def test_a_watchdog_is_fed_within_a_long_round(self):
        with tempfile.TemporaryDirectory() as place, Server(lambda p: p.until_gone()) as server, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(place + "/notify")
            manager.settimeout(program.DEADLINE)
            process = subprocess.Popen([program.SMTPSH, "probe", f"127.0.0.1:{server.port}", "-t", "1h", "--timeout", "1h", "--watch", "1s"],
                                       stdout=subprocess.DEVNULL, env=program.environment(NOTIFY_SOCKET=place + "/notify", WATCHDOG_USEC="100000"))
            told = [manager.recv(1000).decode() for _ in range(4)]
            process.terminate()
            self.assertEqual(process.wait(program.DEADLINE), 143)
        self.assertEqual(told, ["READY=1\nSTATUS=first round in progress"] + ["WATCHDOG=1"] * 3)

    def test_a_person_sees_when_each_round_was(self):
        with program.Serve() as server, Terminal("probe", server.where, "127.0.0.1:1", "--tls=off", "--watch", "100ms") as t:
            self.assertRegex(t.until("round 2"), r"round 1, \d\d:\d\d:\d\d")
            t.type("\x03")
            self.assertEqual(t.status(), 130)
            self.assertRegex(t.text(), r"1 ok +0 warn +1 crit")


if __name__ == "__main__":
    tap.main()
