"""smtpsh probe --targets: lines as people and programs write them, and a run that did not do all it was given."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer

LONG = b"x" * 1000000


def probe(octets, *options):
    """Of a file with these octets: what was told, by the names given; the summary; and the run."""
    with tempfile.TemporaryDirectory() as place:
        with open(place + "/t", "wb") as file:
            file.write(octets)
        done = program.run("probe", "--targets", place + "/t", "--tls=off", "--format", "json", *options)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    done.stderr = done.stderr.replace(place + "/", "")
    return sorted(o.get("name", "") for o in told[:-1]), told[-1]["summary"], done


class Lines(unittest.TestCase):
    # what: octets of the file, names of those probed, what is said, exit status
    FILES = {
        "CRLF": (b"demo: name=a\r\ndemo: name=b # c\r\n", ["a", "b"], "", 0),
        "no newline at the end": (b"demo: name=a\ndemo: name=b", ["a", "b"], "", 0),
        "comments and nothing": (b"# x\n\n \t \ndemo: name=a #name=b\n#demo:\n", ["a"], "", 0),
        "three times the same": (b"demo: name=a\n" * 3, ["a", "a", "a"], "", 0),
        "a byte order mark": (b"\xef\xbb\xbfdemo: name=a\n", ["a"], "", 0),
        "a bad line in the middle": (b"demo: name=a\n[::1\ndemo: name=b\n", ["a", "b"], 'smtpsh: t:2: "[::1" lacks a "]"\n', 3),
        "a line of 1 MB": (b"demo: name=a\n" + LONG + b"\ndemo: name=b\n25\n", ["a", "b"],
                           "smtpsh: t:2: line longer than 16384 bytes\n"
                           'smtpsh: t:4: "25" is a number, not a host: the host comes first, then the port\n', 3),
        "1 MB without an end": (b"demo: name=a\n" + LONG, ["a"], "smtpsh: t:2: line longer than 16384 bytes\n", 3),
        "nothing": (b"", [], "smtpsh: t: no targets in this file\n", 3),
        "nothing but comments": (b"# x\n\n", [], "smtpsh: t: no targets in this file\n", 3),
        "no value": (b"demo: tls\n", [], 'smtpsh: t:1: "tls" has no value: expected tls=starttls, off, try or implicit\n', 3),
        "no such value": (b"demo:\ndemo: tls=none\n", [""], "smtpsh: t:2: tls=none: expected starttls, off, try or implicit (use off)\n", 3),
        "no such phase": (b"demo: until=x\n", [], "smtpsh: t:1: until=x: expected connect, banner, ehlo, starttls, auth, mail, rcpt or data\n", 3),
        "no range": (b"demo: warning=x\n", [], 'smtpsh: t:1: warning=x: "x" is not a range: expected 10, 10:, ~:10, 10:20 or @10:20\n', 3),
        "no value of a few": (b"demo: dane\n", [], 'smtpsh: t:1: "dane" has no value: expected dane=check, off or require\n', 3),
        "no flag": (b"demo: lmtp\n", [], 'smtpsh: t:1: "lmtp" has no value: expected lmtp=on\n', 3),
        "no setting": (b"demo: x=y\n", [], 'smtpsh: t:1: "x=y" is not a target setting: expected name=TEXT or a probe option, as in port=587\n', 3),
    }

    def test_each(self):
        for what, (octets, names, said, status) in self.FILES.items():
            with self.subTest(what):
                found, summary, done = probe(octets)
                self.assertEqual((found, done.stderr, done.returncode), (names, said, status))
                self.assertEqual((summary["targets"], summary["bad_lines"]), (len(names), len(re.findall(r"(?m)^smtpsh: t:\d", said))))

    def test_a_folder_is_no_file(self):
        done = program.run("probe", "--targets", "/")
        self.assertEqual((done.stderr, done.returncode), ("smtpsh: cannot read /: it is a directory\n", 3))

    def test_those_of_a_slow_producer_are_probed_as_they_come(self):
        process = subprocess.Popen([program.SMTPSH, "probe", "--targets", "-", "--tls=off", "--format", "json"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=program.environment())
        with process.stdout, process.stdin:
            for octets, name in (("demo: name=a\nde", "a"), ("mo: name=b\n", "b"), ("demo: name=c\n", "c")):
                process.stdin.write(octets)
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["name"], name)
            process.stdin.close()
            self.assertEqual(json.loads(process.stdout.read())["summary"]["targets"], 3)
        process.wait(program.DEADLINE)


class Shortfall(unittest.TestCase):
    """What was not probed is not OK, and each format says so."""

    def output(self, format, lines):
        done = program.run("probe", "--targets", "-", "--tls=off", "--format", format, input=lines)
        self.assertEqual(done.returncode, 3)
        return done.stdout

    def test_none(self):
        self.assertEqual(self.output("nagios", "# x\n"), "SMTP UNKNOWN - no target was probed\n")
        self.assertEqual(self.output("tap", ""), "TAP version 13\nnot ok 1 - the run: no target was probed\n1..1\n")

    def test_some(self):
        self.assertRegex(self.output("nagios", "demo:\n25\n[x\n"), r"\ASMTP UNKNOWN - 2 lines name no target; demo\S* \([0-9.]+s\) \| time=\S+ ")
        self.assertIn("\nnot ok 2 - the run: 1 line names no target\n1..2\n", self.output("tap", "demo:\n25\n"))
        suite = xml.etree.ElementTree.fromstring(self.output("junit", "demo:\n25\n"))
        self.assertEqual((suite.get("tests"), suite.get("errors")), ("2", "1"))
        self.assertEqual([e.get("message") for e in suite.iter("error")], ["1 line names no target"])
        self.assertIn("\nprobe_smtp_targets_missed 1\n", self.output("prom", "demo:\n25\n"))
        self.assertIn(" 0 unknown, 1 bad line\n", self.output("text", "demo:\n25\n"))

    def test_the_worst_comes_first(self):
        done = program.run("probe", "--targets", "-", "--tls=off", "--format", "nagios", input="127.0.0.1:1\n25\n")
        self.assertRegex(done.stdout, r"\ASMTP CRITICAL - 127\.0\.0\.1:1 connect: connection refused \([0-9.]+s\); 1 line names no target \| ")
        self.assertEqual(done.returncode, 2)

    def test_a_deadline(self):
        done = program.run("probe", "--targets", "-", "--tls=off", "--deadline", "50ms", "--spread", "1h", "--format", "nagios",
                           input="demo:\n" * 3)
        self.assertEqual((done.stdout, done.returncode), ("SMTP UNKNOWN - 3 targets not probed\n", 3))


class Quorum(unittest.TestCase):
    def test_the_line_of_a_target_that_is_ok_is_of_one_that_is(self):
        with program.Serve() as server:
            done = program.run("probe", f"two.example:{server.port}", "--tls=off", "--quorum", "1", "--format", "nagios", "--resolve",
                               "two.example:127.0.0.2", "--resolve", "two.example:127.0.0.1")
        self.assertRegex(done.stdout, rf"\ASMTP OK - two\.example\[127\.0\.0\.1\]:{server.port} \([0-9.]+s\) and 1 more \| .* targets_ok=1;;;0;2\n\Z")


class Twice(unittest.TestCase):
    def test_metrics_of_targets_that_are_the_same_differ(self):
        with program.Serve() as server, NameServer({("d.example", "MX"): [(10, "a.d.example"), (20, "b.d.example")],
                                                    ("a.d.example", "A"): ["127.0.0.1"], ("b.d.example", "A"): ["127.0.0.1"]}) as dns:
            for lines in ("@d.example\n", "a.d.example\na.d.example\n"):
                done = program.run("probe", "--targets", "-", "--dns", dns.address, "-p", str(server.port), "--tls=off", "--format", "prom", input=lines)
                samples = [line.rsplit(" ", 1)[0] for line in done.stdout.splitlines() if not line.startswith("#")]
                self.assertEqual(sorted(samples), sorted(set(samples)))
                self.assertEqual(len([s for s in samples if s.startswith("probe_success{")]), 2, done.stdout)
        self.assertIn('probe_success{target="a.d.example",address="127.0.0.1",host="a.d.example",number="2"}', done.stdout)


class Resume(unittest.TestCase):
    def test_a_target_with_other_settings_is_another(self):
        with tempfile.TemporaryDirectory() as place:
            note = place + "/done"
            first, _, _ = probe(b"demo: name=a # one\n", "--resume", note)
            second, summary, done = probe(b"demo: name=a\ndemo: name=b\n", "--resume", note)
            third, _, end = probe(b"demo: name=a\ndemo: name=b\n", "--resume", note)
            with open(note) as file:
                self.assertEqual(file.read(), "demo: name=a\ndemo: name=b\n")
        self.assertEqual((first, second, third), (["a"], ["b"], []))
        self.assertEqual((done.returncode, end.returncode, end.stderr), (0, 0, ""))

    def test_after_an_interruption_the_rest_is_done(self):
        with tempfile.TemporaryDirectory() as place:
            note, lines = place + "/done", "".join(f"demo: name=n{i}\n" for i in range(200))
            process = subprocess.Popen([program.SMTPSH, "probe", "--targets", "-", "--tls=off", "--jobs", "1", "--resume", note, "--format", "json"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=program.environment())
            process.stdin.write(lines)      # and no end: it is at work, or waits for more
            process.stdin.flush()
            before = [process.stdout.readline()]
            process.send_signal(2)
            before += process.stdout.read().splitlines()
            process.stdin.close(), process.stdout.close()
            self.assertEqual(process.wait(program.DEADLINE), 130)
            after, _, done = probe(lines.encode(), "--resume", note)
        names = [o["name"] for o in map(json.loads, before) if "name" in o] + after
        self.assertEqual(sorted(names), sorted(f"n{i}" for i in range(200)))
        self.assertEqual(done.returncode, 0)

    def test_what_does_not_go_together(self):
        for args, words in ((["--targets", "-", "--watch", "1s"], "can be read only once; use --targets FILE"),
                            (["demo:", "--watch", "1s", "--resume", "x"], "one or the other")):
            done = program.run("probe", *args)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    tap.main()
