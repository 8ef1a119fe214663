"""No logic reads prose: the program with other words in all of its sentences (lib/reword.py) comes to the same facts."""
import concurrent.futures
import json
import os
import subprocess
import sys
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder) for folder in ("lib", "script", "servers")]
import pki
import program
import tap
from hostile import EHLO, GREETING, Server
from test_truths import PLAIN, STATES, TRUTHS

REWORDED = os.environ["REWORDED"]
TIMES = "ts", "local", "peer"
SESSION = "EHLO a.example\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\nSubject: x\n\ntext\n.\nQUIT\n"
BEHAVIOURS = {
    "all is well": lambda p: p.hello(PLAIN).obey(),
    "no server at all": lambda p: p.say("SSH-2.0-OpenSSH_9.2p1\r\n").close(),
    "closed before the greeting": lambda p: p.close(),
    "reset before the greeting": lambda p: p.wait(0.05).reset(),
    "closed within the greeting": lambda p: p.say("220-half\r\n220").close(),
    "silence": lambda p: p.until_gone(),
    "closed in place of a reply": lambda p: p.say(GREETING).hear().close(),
    "silence in place of a reply": lambda p: p.say(GREETING).until_gone(),
    "421 in place of the greeting": lambda p: p.say("421 4.7.0 too many\r\n").close(),
    "421 behind a reply": lambda p: p.hello(EHLO + "421 4.4.2 idle\r\n").close(),
    "a sender that is rejected": lambda p: p.hello(PLAIN).obey({"MAIL": "550 5.7.1 no\r\n"}),
    "a recipient that is deferred": lambda p: p.hello(PLAIN).obey({"RCPT": "451 4.7.1 later\r\n"}),
    "an unsolicited reply": lambda p: p.hello(PLAIN + "250 more\r\n").obey(),
    "STARTTLS that is rejected": lambda p: p.starttls("454 4.7.0 not now\r\n").obey(),
    "no TLS behind the 220": lambda p: p.starttls().octets() and p.close(),
    "an injection": lambda p: p.starttls("220 go\r\n250 injected\r\n").obey(),
}
TALKS = {
    "talk": (["--timeout", "2s"], SESSION),
    "TLS": (["--timeout", "2s", "--tls=starttls", "--verify"], "NOOP\nQUIT\n"),
}


def facts(thing):
    """What JSON says without its sentences, and without what no two runs have in common."""
    if isinstance(thing, dict):
        return {key: facts(value) for key, value in thing.items() if key not in TIMES and not is_prose(value)}
    if isinstance(thing, list):
        return [facts(value) for value in thing if not is_prose(value)]
    return None if isinstance(thing, float) else thing


def is_prose(value):
    return isinstance(value, str) and " " in value


def run(binary, behaviour, *args, input=""):
    with Server(behaviour) as server:
        args = [arg.replace("PKI", pki.make()) for arg in args]
        done = subprocess.run([binary, *args, "--format=json", f"127.0.0.1:{server.port}"], input=input, capture_output=True, text=True,
                              errors="surrogateescape", timeout=program.DEADLINE, env=program.environment())
    return done.returncode, done.stdout.replace(str(server.port), "1")


def session_facts(case):
    (args, input), behaviour = case
    both = [run(binary, behaviour, *args, input=input) for binary in (program.SMTPSH, REWORDED)]
    return both, [(status, [facts(json.loads(line)) for line in said.splitlines()]) for status, said in both]


class OtherWords(unittest.TestCase):
    maxDiff = None

    def test_the_words_are_others(self):
        said = [subprocess.run([binary, "--help"], capture_output=True, check=True).stdout for binary in (program.SMTPSH, REWORDED)]
        self.assertNotEqual(*said)
        self.assertEqual(*map(len, said))

    def test_probes_come_to_the_same(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            runs = pool.map(lambda t: run(REWORDED, t[0], "probe", *t[1]), TRUTHS.values())
        for (what, (_, _, state, phase, reason, _)), (status, said) in zip(TRUTHS.items(), runs):
            with self.subTest(what):
                got = json.loads(said)
                self.assertEqual((status, got["state"]), (STATES[state], state))
                if state == "OK":
                    self.assertIn((reason, phase), [(c["name"], c["phase"]) for c in got["checks"]])
                else:
                    self.assertEqual((got["phase"], got["reason"]), (phase, reason), got)

    def test_sessions_come_to_the_same(self):
        cases = {(what, how): (TALKS[how], behaviour) for what, behaviour in BEHAVIOURS.items() for how in TALKS}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for what, (both, (one, other)) in zip(cases, pool.map(session_facts, cases.values())):
                with self.subTest(what):
                    self.assertEqual(one, other)
                    self.assertTrue(one[1], both)


if __name__ == "__main__":
    tap.main()
