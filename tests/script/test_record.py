"""smtpsh record: a client and a server with a recorder between, and the script that comes of it replays."""
import json
import os
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire


class Recorder:
    def __init__(self, to, *args):
        self.process = program.Process("record", "--to", to, *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.where = line.split()[-1]
        self.host, port = self.where.rsplit(":", 1)
        self.port = int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.out, self.err = self.process.communicate(timeout=program.DEADLINE)


class Record(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = os.path.join(self.folder.name, "r.smtp")

    def replays(self, server, cases):
        env = program.environment(SMTPSH_SECRET_USER="demo", SMTPSH_SECRET_PASSWORD="demo")
        done = program.run("replay", "--against", server.where, self.log, env=env)
        with open(self.log) as file:
            self.assertEqual(done.returncode, 0, done.stdout + file.read())
        self.assertIn("%d passed" % cases, done.stdout)

    def test_a_message_in_the_clear_and_under_tls(self):
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        with program.Serve() as server:
            trace = os.path.join(self.folder.name, "trace")
            with Recorder(server.where, "--log", self.log, "--debug", trace) as recorder:
                for tls in (False, True):
                    with smtplib.SMTP(recorder.host, recorder.port, "client.example") as client:
                        if tls:
                            client.starttls(context=trusting)
                            client.login("demo", "demo")
                        refused = client.sendmail("a@b.example", ["unknown@b.example", "c@b.example"], "Subject: x\n\n.dot\nend\n")
                        self.assertEqual(list(refused), ["unknown@b.example"])
            with open(self.log) as file:
                text = file.read()
            self.assertEqual(text.count("/case"), 2)
            self.assertIn("C: ..dot\n", text)
            self.assertIn("C: STARTTLS\nS: 220", text)
            self.assertNotIn("AGRlbW8AZGVtbw", text)
            with open(trace) as file:
                traced = file.read()
            self.assertIn("session 1: read ", traced)
            self.assertNotIn("AGRlbW8AZGVtbw", traced)
            self.assertIn("a certificate made by smtpsh", recorder.err)
            self.replays(server, 2)

    def test_a_client_that_verifies(self):
        "it trusts the CA that --ca-out wrote, and no other"
        ca = os.path.join(self.folder.name, "ca.pem")
        with program.Serve() as server, Recorder(server.where, "--log", self.log, "--ca-out", ca) as recorder:
            with smtplib.SMTP("localhost", recorder.port, "client.example") as client:
                self.assertEqual(client.starttls(context=ssl.create_default_context(cafile=ca))[0], 220)
                self.assertEqual(client.noop()[0], 250)
            with smtplib.SMTP("localhost", recorder.port, "client.example") as client:
                with self.assertRaises(ssl.SSLCertVerificationError):
                    client.starttls(context=ssl.create_default_context())
        done = program.run("record", "--to", server.where, "--ca-out", "/nonexistent/ca.pem")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("/nonexistent/ca.pem", done.stderr)

    def test_times_are_written_and_played(self):
        def converse(where):
            "a message, in two connections; how long NOOP took in each"
            for _ in range(2):
                with smtplib.SMTP(where.host, where.port, "client.example", timeout=program.DEADLINE) as client:
                    client.sendmail("a@b.example", ["c@b.example"], "Subject: x\n\nx\n")
                    before = time.monotonic()
                    client.noop()
                    yield time.monotonic() - before
        with program.Serve("--delay", "NOOP=1s") as server:
            with Recorder(server.where, "--log", self.log, "--time") as recorder:
                list(converse(recorder))
            with open(self.log) as file:
                took = re.findall(r"C: noop\nS: 250.*\n/took ([0-9]+)ms\n", file.read())
            self.assertEqual([int(ms) >= 900 for ms in took], [True, True])
            self.replays(server, 2)
        with program.Serve("--realtime", "--strict", self.log) as server:
            self.assertTrue(all(seconds > 0.9 for seconds in converse(server)))
        with program.Serve(self.log) as server:
            self.assertTrue(min(converse(server)) < 0.9)

    def test_a_reply_for_each_recipient(self):
        "PRDR, by DATA and by BDAT: what send makes of it through the recorder, and what was written replays"
        with program.Serve() as server:
            with Recorder(server.where, "--log", self.log) as recorder:
                for how in ([], ["--bdat"]):
                    done = program.run("send", "--tls=off", *how, "--mail-param", "PRDR", "--from", "a@b.example", "--to", "c@d.example",
                                       "--to", "virus@d.example", "--body", "x", "--format", "json", recorder.where)
                    self.assertEqual(done.returncode, 8, done.stdout + done.stderr)
                    said = [json.loads(line) for line in done.stdout.splitlines()]
                    self.assertEqual([r["code"] for e in said if e["event"] == "delivery" for r in e["recipients"]], [250, 554], done.stdout)
            with open(self.log) as file:
                self.assertEqual(file.read().count("\nS: 353"), 2)
            self.replays(server, 2)

    def test_messages_that_are_not_kept(self):
        with program.Serve() as server:
            with Recorder(server.where, "--log", self.log, "--log-bodies=off") as recorder:
                for how in ([], ["--bdat"]):
                    done = program.run("send", "--tls=off", *how, "--from", "a@b.example", "--to", "c@d.example", "--body", "secret words", recorder.where)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(self.log) as file:
                self.assertNotIn("secret words", file.read())
            self.replays(server, 2)

    def test_it_prints_without_a_log(self):
        with Recorder("demo:") as recorder:
            done = program.run(recorder.where, "-c", "EHLO a.example", "-c", "NOOP")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("C: NOOP\nS: 250 ", recorder.out)

    def test_a_client_that_says_nothing(self):
        with program.Serve() as server, Recorder(server.where, "--idle", "300ms") as recorder:
            with wire.Wire(recorder.host, recorder.port) as client:
                self.assertEqual(client.say("NOOP")[:3], "250")
                self.assertTrue(client.rest().startswith("421 4.4.2"))
            with wire.Wire(recorder.host, recorder.port) as client:     # and nothing is left of it that takes a place
                self.assertEqual(client.say("QUIT")[:3], "221")
        self.assertIn("client 1: idle timeout exceeded", recorder.err)
        self.assertIn("C: NOOP\nS: 250", recorder.out)

    def test_a_client_that_does_not_close(self):
        with program.Serve() as server, Recorder(server.where, "--idle", "300ms", "--max-clients", "1") as recorder:
            stays = wire.Wire(recorder.host, recorder.port)
            self.addCleanup(stays.__exit__)
            self.assertEqual(stays.say("QUIT")[:3], "221")
            until = time.monotonic() + program.DEADLINE
            while time.monotonic() < until:
                with wire.Wire(recorder.host, recorder.port) as client:
                    if client.banner.startswith("220"):
                        return
            self.fail("its place is never free")

    def test_too_many_clients(self):
        with program.Serve() as server, Recorder(server.where, "--max-clients", "1") as recorder:
            with wire.Wire(recorder.host, recorder.port) as first:
                self.assertTrue(first.banner.startswith("220"))
                with wire.Wire(recorder.host, recorder.port) as second:
                    self.assertTrue(second.banner.startswith("421 4.3.2"))

    def test_a_server_that_does_not_greet(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with Recorder("127.0.0.1:%d" % silent.getsockname()[1], "--idle", "300ms") as recorder:
                with wire.Wire(recorder.host, recorder.port, banner=False) as client:
                    self.assertTrue(client.rest().startswith("421 4.4.2"))

    def test_a_server_that_is_not_there(self):
        with Recorder("127.0.0.1:1") as recorder:
            done = program.run(recorder.where, "-c", "NOOP")
        self.assertIn("421 4.4.1", done.stdout)
        self.assertIn("connection refused", recorder.err)


if __name__ == "__main__":
    tap.main()
