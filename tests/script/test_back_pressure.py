"""Clients that send without end and do not read: `serve` in every mode, and `record`, live on and hold no more than a bound."""
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire

RULES = """/on EHLO
S: 250-mock.example
S: 250-PIPELINING
S: 250-STARTTLS
S: 250 AUTH PLAIN LOGIN
/on RCPT
S: 250 2.1.5 Ok
/on ANSWER
S: 334 YWdhaW4=
/on AUTH
S: 334 YWdhaW4=
"""
LINES = """S: 220 mock.example
/repeat 100000
C: NOOP
S: 250-one
S: 250-two
S: 250 three
/end
"""
READY = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"

# What is said first, and then again and again, as fast as it goes.
FLOODS = {
    "HELP": (b"", b"HELP\r\n"),
    "EHLO": (b"", b"EHLO a.example\r\n"),
    "NOOP": (b"", b"NOOP\r\n"),
    "junk": (b"", b"\xff\x00\x1b[2J?\r\n"),
    "empty lines": (b"", b"\r\n"),
    "bare LF": (b"", b"NOOP\n"),
    "half a line without end": (b"", b"x" * 4096),
    "giant lines": (b"", b"NOOP " + b"x" * 60000 + b"\r\n"),
    "NUL": (b"", b"\0" * 512),
    "recipients": (READY, b"RCPT TO:<" + b"c" * 60 + b"@d.example>\r\n"),
    "long recipients": (READY, b"RCPT TO:<c@d.example> X=" + b"x" * 1900 + b"\r\n"),
    "very long recipients": (READY, b"RCPT TO:<c@d.example> X=" + b"x" * 60000 + b"\r\n"),
    "senders": (b"EHLO a\r\n", b"MAIL FROM:<a@b.example>\r\nRSET\r\n"),
    "empty chunks": (READY, b"BDAT 0 " + b"x" * 1900 + b"\r\n"),
    "empty chunks, said at length": (b"", b"BDAT 0 " + b"x" * 60000 + b"\r\n"),
    "chunks of nobody": (b"", b"BDAT 5\r\nabcde"),
    "a chunk without end": (READY, b"BDAT 99999999999\r\n" + b"x" * 60000),
    "messages": (b"EHLO a\r\n", b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx\r\n.\r\n"),
    "a message without end": (READY + b"DATA\r\n", b"x" * 998 + b"\r\n"),
    "logins": (b"EHLO a\r\n", b"AUTH PLAIN AGRlbW8AeA==\r\n"),
    "long logins": (b"EHLO a\r\n", b"AUTH PLAIN " + b"QUJD" * 2500 + b"\r\n"),
    "very long logins": (b"EHLO a\r\n", b"AUTH PLAIN " + b"QUJD" * 15000 + b"\r\n"),
    "a login in a thousand words": (b"EHLO a\r\n", b"AUTH PLAIN" + b" A" * 6000 + b"\r\n"),
    "a secret among words": (b"EHLO a\r\n", b"NOOP AGRlbW8AZGVtbw==" + b" a" * 30000 + b"\r\n"),
    "secrets among words": (b"EHLO a\r\n", b"NOOP" + b" AGRlbW8AZGVtbw==" * 3000 + b"\r\n"),
    "answers": (b"EHLO a\r\nAUTH LOGIN\r\n", b"QUJDREVG" * 20 + b"\r\n"),
    "behind STARTTLS": (b"EHLO a\r\nSTARTTLS\r\n", b"NOOP\r\n"),
    "behind STARTTLS, its 220 unread": (b"HELP\r\n" * 300 + b"STARTTLS\r\n", b"NOOP\r\n"),
    "behind QUIT": (b"QUIT\r\n", b"NOOP\r\n"),
}
SECONDS = 0.25              # of each flood: where memory grew with what is sent, it would be hundreds of MiB
CLIENTS = 4                 # at once; every other one never reads
GROWTH_KIB = 32 << 10       # of all of them together, text of messages and recipients included


def flood(address, tls, first, again, reads):
    """Sends for so long, or until the server has closed."""
    block, end = again * max(1, 65536 // len(again)), time.monotonic() + SECONDS
    try:
        with socket.create_connection(address, program.DEADLINE) as client:
            if tls:
                client = tls.wrap_socket(client)
            client.setblocking(False)
            left = first or block
            while time.monotonic() < end:
                readable, writable, _ = select.select([client] if reads else [], [client], [], 0.05)
                try:
                    if readable and not client.recv(1 << 16):
                        return
                    if writable:
                        left = left[client.send(left):] or block
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
    except OSError:
        pass


def memory(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return {line.split()[0]: int(line.split()[1]) for line in status if line.startswith("Vm")}


class Recorder(program.Serve):
    """`smtpsh record` in front of a server."""

    def __init__(self, server):
        self.process = program.Process("record", "--to", server.where, "--log", os.devnull,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.host, port = self.process.stdout.readline().split()[-1].rsplit(":", 1)
        self.port = int(port)


class BackPressure(unittest.TestCase):
    def lives(self, server, tls=None, hello="EHLO"):
        "another client is served as if nothing had been"
        with wire.Wire(server.host, server.port, tls) as client:
            self.assertTrue(client.say(f"{hello} fine.example").startswith("250"))
            self.assertTrue(client.say("QUIT").startswith("221"))
        self.assertIsNone(server.process.poll())

    def floods(self, server, tls=None, hello="EHLO", growth=GROWTH_KIB):
        self.lives(server, tls, hello)
        before = memory(server.process)["VmRSS:"]
        for name, (first, again) in FLOODS.items():
            first, again = (octets.replace(b"EHLO", hello.encode()) for octets in (first, again))
            threads = [threading.Thread(target=flood, args=((server.host, server.port), tls, first, again, n % 2))
                       for n in range(CLIENTS)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.lives(server, tls, hello)
            if not program.SANITIZED:
                self.assertLess(memory(server.process)["VmHWM:"] - before, growth, name)

    def script(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".smtp", encoding="utf-8")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name

    def test_the_plain_server_that_keeps_what_it_takes(self):
        with tempfile.TemporaryDirectory() as folder:
            with program.Serve("--max-errors", "100000000", "--size", "1m", "--mbox", os.path.join(folder, "mbox")) as server:
                self.floods(server)

    def test_lmtp_within_tls(self):
        with program.Serve("--max-errors", "100000000", "--lmtp", "--tls", "implicit") as server:
            self.floods(server, wire.context(), hello="LHLO")

    def test_rules(self):
        with program.Serve(self.script(RULES)) as server:
            self.floods(server)

    def test_a_script(self):
        with program.Serve(self.script(LINES)) as server:
            self.floods(server)

    def test_record(self):
        with program.Serve("--max-errors", "100000000") as server:
            with Recorder(server) as recorder:
                self.floods(recorder, growth=GROWTH_KIB + CLIENTS * (16 << 10))     # a script of 8 MiB each, while it grows
                self.lives(server)


# Where a client may leave, or stay: what it has said by then.
STAGES = {
    "before a word": b"", "half a command": b"EHL", "EHLO": b"EHLO a\r\n", "half of EHLO and more": b"EHLO a\r\nMAI", "MAIL": READY[:-27],
    "RCPT": READY, "DATA": READY + b"DATA\r\n", "text": READY + b"DATA\r\nSubject: x\r\n\r\nhal", "half a dot": READY + b"DATA\r\nx\r\n.\r",
    "the dot": READY + b"DATA\r\nx\r\n.\r\n", "BDAT": READY + b"BDAT 100\r\n", "half a chunk": READY + b"BDAT 100\r\nabc",
    "the last chunk": READY + b"BDAT 3 LAST\r\nabc", "AUTH": b"EHLO a\r\nAUTH LOGIN\r\n", "half an answer": b"EHLO a\r\nAUTH LOGIN\r\nZGV",
    "STARTTLS": b"EHLO a\r\nSTARTTLS\r\n", "half a ClientHello": b"EHLO a\r\nSTARTTLS\r\n\x16\x03\x01\x02\x00\x01",
    "cleartext in place of TLS": b"EHLO a\r\nSTARTTLS\r\nEHLO a\r\n", "QUIT": b"EHLO a\r\nQUIT\r\n", "behind QUIT": b"QUIT\r\nNOOP\r\nNO",
    "a PROXY header": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n", "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "TLS": b"\x16\x03\x01\x02\x00" + b"\1" * 600,
}


class Stages(unittest.TestCase):
    """Clients that leave in the middle of anything, or stay there: the others are served, and the server ends when it is told to."""

    lives = BackPressure.lives
    script = BackPressure.script

    def leave(self, server, lives):
        stayed = []
        for name, octets in STAGES.items():
            for way in ("close", "reset", "shut", "drip", "stay"):
                with self.subTest(name, way=way):
                    client = socket.create_connection((server.host, server.port), program.DEADLINE)
                    try:
                        for n in range(0, len(octets), 1 if way == "drip" and len(octets) < 200 else 4096):
                            client.sendall(octets[n:n + (1 if way == "drip" and len(octets) < 200 else 4096)])
                    except OSError:
                        pass        # it was shown out before
                    if way == "reset":
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if way == "shut":
                        try:
                            client.shutdown(socket.SHUT_WR)
                            while client.recv(65536):
                                pass
                        except OSError:
                            pass
                    if way == "stay":
                        stayed.append(client)
                    else:
                        client.close()
            lives(server)
        for client in stayed:
            client.close()
        lives(server)

    def test_the_plain_server(self):
        with program.Serve() as server:
            self.leave(server, self.lives)
        self.assertEqual(server.process.returncode, 0)

    def test_rules(self):
        with program.Serve(self.script(RULES.split("/on ANSWER")[0])) as server:
            self.leave(server, self.lives)
        self.assertEqual(server.process.returncode, 0)

    def test_record(self):
        with program.Serve() as server, Recorder(server) as recorder:
            self.leave(recorder, self.lives)
            self.lives(server)
        self.assertEqual(recorder.process.returncode, 0)


if __name__ == "__main__":
    tap.main()
