"""Typical mistakes, and habits of other tools: each gets one sentence that helps, and none is ignored."""
import os
import re
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

# what is typed, its exit status, and what the one sentence names
MISTAKES = [
    ("-k demo:", 2, "--verify"),
    ("--insecure demo:", 2, "--verify"),
    ("--no-check-certificate demo:", 2, "--verify"),
    ("--json demo:", 2, "--format json"),
    ("probe --csv demo:", 3, "--format csv"),
    ("probe --prometheus demo:", 3, "--format prom"),
    ("probe --format prometheus demo:", 3, "use prom"),
    ("probe --format xml demo:", 3, "use junit"),
    ("--starttls smtp demo:", 2, "--tls"),
    ("-starttls smtp -connect mx.example:25", 2, "--tls"),
    ("-connect mx.example:25 -starttls smtp", 2, "smtpsh HOST:PORT"),
    ("--server mx.example", 2, "smtpsh HOST"),
    ("-s mx.example", 2, "smtpsh HOST"),
    ("-tls1_3 demo:", 2, "--min-tls 1.3"),
    ("-tlsc demo:", 2, "--tls=implicit"),
    ("--tls=yes demo:", 2, "use starttls"),
    ("--tls=ssl demo:", 2, "use implicit"),
    ("--verify=full demo:", 2, "use name"),
    ("--color=no demo:", 2, "use never"),
    ("-u me:hunter2 demo:", 2, "--password-file"),
    ("--user me:hunter2 demo:", 2, "--password-file"),
    ("--password hunter2 demo:", 2, "--password-file"),
    ("smtp://me:hunter2@mx.example", 2, "--password-file"),
    ("--to you@example.org demo:", 2, "smtpsh send"),
    ("--from you@example.org demo:", 2, "smtpsh send"),
    ("-t you@example.org demo:", 2, "smtpsh send --to"),
    ("--watch 5s demo:", 2, "smtpsh probe"),
    ("--marsk none demo:", 2, "--marks"),
    ("-p x demo:", 2, "1 to 65535"),
    ("-p 99999 demo:", 2, "1 to 65535"),
    ("--port", 2, "--port PORT"),
    ("25 demo:", 2, "host comes first"),
    ("mx1.example mx2.example", 2, "smtpsh probe accepts several"),
    ("mx1.example 25 26", 2, '"26"'),
    ("telnet mx.example 25", 2, "smtpsh HOST [PORT]"),
    ("send --to a@example.org mx.example 25 more", 2, '"more"'),
    ("resolve a.example 25 more", 2, '"more"'),
    ("check a.example b.example", 3, '"b.example"'),
    ("serve a b", 2, '"b"'),
    ("record --to demo: more", 2, '"more"'),
    ("record", 2, "--to TARGET"),
    ("exporter more", 2, '"more"'),
    ("import a b", 2, '"b"'),
    ("version more", 2, '"more"'),
    ("completion bash more", 2, '"more"'),
    ("completion ksh", 2, "bash, zsh or fish"),
    ("smtp:mx.example", 2, "smtp://mx.example"),
    ("http://mx.example", 2, "smtps"),
    ("mx.example:", 2, "port"),
    ("user@", 2, "host"),
    ("--timeout 5x demo:", 2, "500ms"),
    ("--min-tls 2 demo:", 2, "1.3"),
    ("-f /nonexistent/file demo:", 2, "/nonexistent/file"),
    ("send --to a@example.org --data /nonexistent/file demo:", 2, "/nonexistent/file"),
    ("replay --against demo: /nonexistent/file", 2, "/nonexistent/file"),
    ("--ca /nonexistent/file demo:", 2, "/nonexistent/file"),
    ("--log /nonexistent/file demo:", 2, "/nonexistent/file"),
    ("--password-file /nonexistent/file demo:", 2, "/nonexistent/file"),
    ("probe", 3, "TARGET"),
    ("send", 2, "--to"),
    ("replay", 2, "--against"),
    ("explain SIEZ", 2, "SIZE"),
]
# a word that is no host, and what is said when it is not found
WORDS = [("prometheus", "smtpsh exporter"), ("demo", "demo:"), ("ehlo", "-c LINE"), ("quit", "-c LINE"), ("prob", "smtpsh probe"), ("mock", "smtpsh serve"),
         ("dig", "smtpsh resolve"), ("ping", "smtpsh probe"), ("swaks", "smtpsh send")]


class Mistakes(unittest.TestCase):
    def test_each_gets_a_sentence(self):
        for line, status, want in MISTAKES:
            done = program.run(*line.split(), "-c", "QUIT") if line.startswith("mx1.example mx2") else program.run(*line.split())
            said = (done.stdout + done.stderr).splitlines()
            self.assertEqual(done.returncode, status, (line, done.stdout, done.stderr))
            self.assertEqual(len(said), 1, (line, said))
            self.assertIn(want, said[0], line)
            self.assertNotIn("hunter2", said[0], line)

    def test_words_that_are_no_hosts(self):
        for word, want in WORDS:
            done = program.run("--dns", "127.0.0.1:1", word, "-c", "QUIT")
            self.assertEqual(done.returncode, 3, (word, done.stdout))
            self.assertIn(want, done.stdout, word)

    def test_a_port_behind_an_ipv6_address(self):
        done = program.run("::1:25", "--timeout", "connect=1s", "-c", "QUIT")
        self.assertIn("[::1]:25", done.stdout)

    def test_a_file_that_is_no_host(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp", dir=".") as file:
            name = os.path.basename(file.name)
            self.assertIn("-f " + name, program.run("--dns", "127.0.0.1:1", name, "-c", "QUIT").stdout)

    def test_forms_of_tls_versions(self):
        for version in ("1.2", "TLSv1.2", "tls1.2", "TLS1.2"):
            self.assertEqual(program.run("--min-tls", version, "--tls", "demo:", "-c", "QUIT").returncode, 0, version)

    def test_words_of_a_script_without_their_mark(self):
        for line, want in (("assert code=250", '"/assert"'), ("wait 3s", '"/wait"'), ("EHLO a", '"C: EHLO"')):
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
                file.write(f"C: NOOP\nS: 250\n{line}\n")
                file.flush()
                done = program.run("replay", "--against", "demo:", file.name)
            self.assertIn(want, done.stderr + done.stdout, line)

    def test_a_parameter_misspelt(self):
        from terminal import Terminal
        with Terminal("demo:", NO_COLOR="1") as t:
            t.until("demo.smtpsh.example> ")
            t.line("EHLO me.example")
            t.until("250 ")
            t.line("MAIL FROM:<a@example.org> SIEZ=10")
            t.until("did you mean SIZE=")

    def test_a_port_in_use_is_told_by_everything_that_listens(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            where = "127.0.0.1:%d" % taken.getsockname()[1]
            for words in (["serve", "--listen", where], ["record", "--to", "demo:", "--listen", where], ["exporter", "--listen", where],
                          ["serve", "--api", where]):
                done = program.run(*words)
                self.assertEqual(done.returncode, 11, words)
                self.assertIn(where, done.stderr, words)
                self.assertRegex(done.stderr, "in use.*port 0", words)


if __name__ == "__main__":
    tap.main()
