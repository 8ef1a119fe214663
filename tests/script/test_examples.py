"""Every script in scripts/examples is played: those of clients against a server, those of servers by a client."""
import contextlib
import json
import os
import re
import smtplib
import sys
import tempfile
import threading
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import hostile
import program
import tap
from listener import listening
from nameserver import NameServer

EXAMPLES = os.path.join(ROOT, "scripts", "examples")


class Smuggled:
    """A server that ends a message at any line with a lone dot, whatever the lines end in, and takes what follows for commands."""

    def __init__(self):
        self.socket = listening()
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        for _ in range(3):
            client, _ = self.socket.accept()
            client.settimeout(program.DEADLINE)
            with client, contextlib.suppress(OSError):
                client.sendall(b"220 open.example ESMTP\r\n")
                self.talk(client)

    def talk(self, client):
        got, message = b"", False
        while more := client.recv(65536):
            *lines, got = re.split(rb"\r\n|\r|\n", got + more)
            for line in lines:
                verb = line[:4].upper()
                if message and line != b".":
                    continue
                message = verb == b"DATA"
                client.sendall(b"354 Go on\r\n" if message else b"221 Bye\r\n" if verb == b"QUIT" else b"250 Ok\r\n" if line else b"")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class Examples(unittest.TestCase):
    played = set()

    def replay(self, name, server, *args):
        Examples.played.add(name)
        return program.run("replay", "--against", f"localhost:{server.port}", *args, os.path.join(EXAMPLES, name))

    def serve(self, *args):
        server = program.Serve(*args)
        self.addCleanup(server.__exit__)
        return server

    def mock(self, name, *args):
        Examples.played.add(name)
        return self.serve(*args, os.path.join(EXAMPLES, name))

    def passes(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def file(self, text=""):
        file = tempfile.NamedTemporaryFile("w")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name

    def test_health_check(self):
        ca = self.file()
        well = self.serve("--ca-out", ca)
        self.passes(self.replay("health-check.smtp", well, "--ca", ca))
        self.assertEqual(self.replay("health-check.smtp", well).returncode, 5)
        self.assertEqual(self.replay("health-check.smtp", self.serve("--without", "STARTTLS")).returncode, 1)

    def test_submission(self):
        ca = self.file()
        server = self.serve("--ca-out", ca, "--require-auth", "--require-tls", "--count", "1", "--deadline", "20s")
        self.passes(self.replay("submission.smtp", server, "--ca", ca, "--var", "user=demo", "--secret",
                                "password=@" + self.file("demo\n")))
        self.assertEqual(server.process.wait(program.DEADLINE), 0)

    def test_open_relay(self):
        closed = self.serve("--refuse", "rcpt:@elsewhere.example=554 5.7.1 Relay access denied")
        self.passes(self.replay("open-relay.smtp", closed))
        self.assertEqual(self.replay("open-relay.smtp", self.serve()).returncode, 1)

    def test_smuggling(self):
        server = self.serve("--count", "3", "--deadline", "20s")
        self.passes(self.replay("smuggling.smtp", server))
        self.assertEqual(server.process.wait(program.DEADLINE), 0)
        with Smuggled() as open_door:
            done = self.replay("smuggling.smtp", open_door)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("0 passed, 3 failed", done.stdout)

    def test_starttls_injection(self):
        def behaviour(injected):
            def serve(p):
                p.hello().hear().hear().say("220 go\r\n").tls()
                if injected:
                    p.say("250 2.0.0 Ok\r\n")
                p.obey()
            return serve
        for injected in False, True:
            with hostile.Server(behaviour(injected)) as server:
                done = self.replay("starttls-injection.smtp", server, "--verify=off")
            self.assertEqual(done.returncode, int(injected), done.stdout)

    def test_greet_pause(self):
        self.passes(self.replay("greet-pause.smtp", self.mock("mock-greet-pause.smtp")))
        self.assertEqual(self.replay("greet-pause.smtp", self.serve()).returncode, 1)

    def two_on_one_port(self, *options):
        "the system chooses a port of one address; on the other somebody else may have it"
        for _ in range(20):
            first = self.serve("--listen", "127.0.0.2:0", *options)
            with contextlib.suppress(AssertionError):
                return first, self.serve("--listen", f"127.0.0.1:{first.port}")
        raise AssertionError("no port is free on both")

    def test_each_mx(self):
        "as its first lines say: resolve names them, each is played"
        refusing, taking = self.two_on_one_port("--refuse", "rcpt:postmaster@two.example=550 5.7.1 Not here")
        zone = {("two.example", "MX"): [(20, "mx2.two.example"), (10, "mx1.two.example")],
                ("mx1.two.example", "A"): [taking.host], ("mx2.two.example", "A"): [refusing.host]}
        Examples.played.add("each-mx.smtp")
        with NameServer(zone) as dns:
            found = program.run("resolve", "--dns", dns.address, "--format", "json", "@two.example")
            each = [host["host"] for host in json.loads(found.stdout)["hosts"]]
            self.assertEqual(each, ["mx1.two.example", "mx2.two.example"])
            played = [program.run("replay", "--dns", dns.address, "--against", f"{mx}:{taking.port}", "--var", "domain=two.example",
                                  os.path.join(EXAMPLES, "each-mx.smtp")) for mx in each]
        self.passes(played[0])
        self.assertEqual(played[1].returncode, 1, played[1].stdout)
        self.assertIn("expected code 250, received 550", played[1].stdout)
        self.assertIn("= mx2.two.example[127.0.0.2]:", played[1].stdout)

    def test_mock_dialogue(self):
        with smtplib.SMTP("127.0.0.1", self.mock("mock-dialogue.smtp").port, timeout=program.DEADLINE) as client:
            self.assertEqual(client.ehlo("me.example")[0], 250)
            self.assertTrue(client.has_extn("STARTTLS"))

    def test_mock_faults(self):
        with smtplib.SMTP("127.0.0.1", self.mock("mock-faults.smtp").port, timeout=program.DEADLINE) as client:
            client.mail("a@x.example")
            answers = [client.rcpt(who + "@x.example")[0] for who in ("full", "grey", "grey", "slow", "anyone")]
            self.assertEqual(answers, [452, 451, 250, 250, 250])
            code, text = client.data("Subject: x\r\n\r\nx\r\n")
            self.assertRegex(f"{code} {text.decode()}", "^250 2.0.0 Ok: queued as [0-9A-Za-z]+$")
            self.assertEqual([client.mail("a@x.example")[0] for _ in range(3)], [250, 250, 421])
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                client.noop()
        with smtplib.SMTP("127.0.0.1", self.mock("mock-faults.smtp").port, timeout=program.DEADLINE) as client:
            client.mail("a@x.example")
            self.assertEqual([client.rcpt(who + "@x.example")[0] for who in ("wrong", "anyone")], [354, 250])
        for who in ("gone", "reset"):
            with smtplib.SMTP("127.0.0.1", self.mock("mock-faults.smtp").port, timeout=program.DEADLINE) as client:
                client.mail("a@x.example")
                with self.assertRaises(smtplib.SMTPServerDisconnected):
                    client.rcpt(who + "@x.example")

    def test_mock_slow(self):
        with smtplib.SMTP("127.0.0.1", self.mock("mock-slow.smtp").port, timeout=program.DEADLINE) as client:
            self.assertEqual(client.ehlo("a")[0], 250)
            self.assertEqual([client.noop()[0], client.verify("a")[0]], [250, 421])
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                client.noop()

    def test_zz_every_one_was_played(self):
        "the last of them"
        self.assertEqual(Examples.played, {n for n in os.listdir(EXAMPLES) if n.endswith(".smtp")})


if __name__ == "__main__":
    tap.main()
