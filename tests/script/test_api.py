"""What a test asks of a mock server: `serve --wait N` prints a message, `serve --api` lists and clears what came over HTTP."""
import base64
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire

MESSAGE = "From: a@b.example\r\nSubject: one\r\n two\r\nX-Tab:\tx\r\n\r\n.hello\r\nbody: no field\r\n"


def send(host, port, *messages, sender="a@b.example", to=("c@d.example",)):
    with smtplib.SMTP(host, port) as client:
        for text in messages:
            client.sendmail(sender, list(to), text)


class Wait(unittest.TestCase):
    def begin(self, *args):
        process = program.Process("serve", *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        line = process.stderr.readline()
        self.assertTrue(line.startswith("listening on "), line)
        return process, line.split()[-1].rsplit(":", 1)

    def end(self, process):
        out = process.stdout.read()
        return process.wait(program.DEADLINE), out

    def test_the_nth_message_alone(self):
        process, (host, port) = self.begin("--wait", "2")
        send(host, int(port), "Subject: first\r\n\r\nx\r\n", MESSAGE)
        self.assertEqual(self.end(process), (0, "Return-Path: <a@b.example>\nDelivered-To: c@d.example\n" + MESSAGE.replace("\r\n", "\n")))

    def test_as_json(self):
        process, (host, port) = self.begin("--wait", "1", "--format", "json")
        send(host, int(port), MESSAGE)
        status, out = self.end(process)
        self.assertEqual(status, 0)
        one = json.loads(out)
        self.assertEqual((one["event"], one["from"], one["text"]), ("message", "a@b.example", MESSAGE))

    def test_a_message_that_does_not_come(self):
        process, (host, port) = self.begin("--wait", "2", "--deadline", "1s")
        send(host, int(port), MESSAGE)
        self.assertEqual(self.end(process), (9, ""))
        self.assertIn("1 of 2 messages", process.stderr.read())

    def test_a_signal_before_it(self):
        process, (host, port) = self.begin("--wait", "1")
        with wire.Wire(host, int(port)):            # by now it is in its loop
            pass
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process), (9, ""))

    def test_usage(self):
        for args in (("--wait", "1", "--count", "2"), ("--wait", "1", "--messages", "-"), ("--api", "nowhere"),
                     ("--api", "unix:/x")):
            self.assertEqual(program.run("serve", *args).returncode, 2, args)


class Api(unittest.TestCase):
    def setUp(self):
        program.needs(self, "libmicrohttpd")
        self.server = program.Serve("--api", "127.0.0.1:0")
        self.addCleanup(self.server.__exit__)
        self.url = self.server.process.stdout.readline().split()[-1]
        self.base = self.url.rsplit("/", 1)[0]

    def ask(self, path="/messages", method="GET", host=None):
        request = urllib.request.Request(self.base + path, method=method, headers={"Host": host} if host else {})
        try:
            with urllib.request.urlopen(request, timeout=program.DEADLINE) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def list(self, path="/messages"):
        status, headers, text = self.ask(path)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        return json.loads(text)

    def test_what_came_is_listed(self):
        self.assertEqual(self.list(), {"count": 0, "received": 0, "dropped": 0, "messages": []})
        with wire.Wire(self.server.host, self.server.port) as client:
            client.say("EHLO me.example")
            client.starttls(wire.context())
            for line in ("EHLO me.example", "AUTH PLAIN " + base64.b64encode(b"\0demo\0demo").decode(), "MAIL FROM:<a@b.example> BODY=8BITMIME",
                         "RCPT TO:<c@d.example>", "RCPT TO:<e@f.example> NOTIFY=NEVER", "DATA"):
                client.say(line)
            client.send(MESSAGE.replace("\r\n.", "\r\n..") + ".\r\n")
            self.assertEqual(client.reply()[:3], "250")
        listed = self.list()
        self.assertEqual(listed["count"], 1)
        one = listed["messages"][0]
        self.assertEqual((one["number"], one["from"], one["user"], one["helo"], one["octets"]), (1, "a@b.example", "demo", "me.example", len(MESSAGE)))
        self.assertEqual([r["address"] for r in one["recipients"]], ["c@d.example", "e@f.example"])
        self.assertTrue(one["tls"] and one["version"].startswith("TLSv1."))
        self.assertEqual(one["headers"], [{"name": "From", "value": "a@b.example"}, {"name": "Subject", "value": "one two"}, {"name": "X-Tab", "value": "x"}])
        self.assertEqual(one["body"], ".hello\r\nbody: no field\r\n")
        self.assertEqual(self.list("/messages/1"), one)
        status, headers, text = self.ask("/messages/1/raw")
        self.assertEqual((status, headers["Content-Type"], text), (200, "message/rfc822", MESSAGE))
        self.assertEqual(self.ask("/-/healthy")[0], 200)

    def test_messages_without_a_header_or_a_body(self):
        for text, names, body in (("no header\r\n", [], "no header\r\n"), ("A: b\r\nno field\r\n", ["A"], "no field\r\n"), ("A: b\r\n", ["A"], ""),
                                  ("\r\nbody\r\n", [], "body\r\n"), (" x\r\n", [], " x\r\n"), ("A:\r\n b\r\n\r\n\r\nc\r\n", ["A"], "\r\nc\r\n")):
            send(self.server.host, self.server.port, text)
            one = self.list()["messages"][-1]
            self.assertEqual(([h["name"] for h in one["headers"]], one["body"]), (names, body), text)

    def test_clearing(self):
        send(self.server.host, self.server.port, MESSAGE, MESSAGE)
        self.assertEqual(self.ask(method="DELETE")[2], '{"cleared": 2}\n')
        self.assertEqual(self.list(), {"count": 0, "received": 2, "dropped": 0, "messages": []})
        send(self.server.host, self.server.port, MESSAGE)
        self.assertEqual([m["number"] for m in self.list()["messages"]], [3])
        self.assertEqual(self.ask("/messages/1")[0], 404)

    def test_waiting_for_a_message(self):
        got = []
        waiting = threading.Thread(target=lambda: got.append(self.list("/messages?wait=2&timeout=60s")))
        waiting.start()
        send(self.server.host, self.server.port, MESSAGE)
        self.assertEqual(self.list("/messages?wait=1")["count"], 1)
        self.assertEqual(got, [])
        send(self.server.host, self.server.port, MESSAGE)
        waiting.join(program.DEADLINE)
        self.assertEqual([g["count"] for g in got], [2])
        self.assertEqual(self.list("/messages?wait=3&timeout=10ms")["count"], 2)
        for query in ("wait=x", "wait=1&timeout=x", "wait=1&timeout=1h"):
            self.assertEqual(self.ask("/messages?" + query)[0], 400, query)

    def test_who_waits_is_answered_when_it_ends(self):
        port = int(self.base.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), program.DEADLINE) as client:
            client.sendall(b"GET /messages?wait=9&timeout=60s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.list()                             # this one came later
            self.server.process.send_signal(signal.SIGTERM)
            self.assertIn(b'"count": 0', client.makefile("rb").read())

    def test_a_page_of_the_web_is_not_answered(self):
        port = self.base.rsplit(":", 1)[1]
        for host, status in (("evil.example", 403), (f"evil.example:{port}", 403), ("127.0.0.1.evil.example", 403), ("", 403), ("localhost", 200),
                             (f"LOCALHOST:{port}", 200), ("127.0.0.1", 200), (f"[::1]:{port}", 200)):
            with socket.create_connection(("127.0.0.1", int(port)), program.DEADLINE) as client:
                client.sendall(f"GET /messages HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                self.assertEqual(client.makefile("rb").readline().split()[1], str(status).encode(), host)

    def test_what_is_not_there(self):
        for path, method, status in (("/", "GET", 404), ("/messages/2", "GET", 404), ("/messages/x", "GET", 404), ("/messages/1/x", "GET", 404),
                                     ("/messages", "POST", 405), ("/messages/1", "DELETE", 405), ("/messages", "PUT", 405)):
            self.assertEqual(self.ask(path, method)[0], status, (path, method))

    def test_octets_that_are_no_text(self):
        with wire.Wire(self.server.host, self.server.port) as client:
            for line in ("EHLO x", "MAIL FROM:<> BODY=8BITMIME", "RCPT TO:<c@d.example>", "DATA"):
                client.say(line)
            client.send(b"Subject: \xff\x1b[2J\r\n\r\n\xfe\0\r\n.\r\n")
            self.assertEqual(client.reply()[:3], "250")
        one = self.list()["messages"][0]
        self.assertEqual(base64.b64decode(one["body_base64"]), b"\xfe\0\r\n")

    def test_its_memory_is_bounded(self):
        large = "Subject: x\r\n\r\n" + "x" * 70 + "\r\n"
        large += ("y" * 70 + "\r\n") * 58000       # 4 MiB
        for _ in range(7):
            send(self.server.host, self.server.port, large)
        listed = self.list()
        self.assertEqual(listed["received"], 7)
        self.assertGreater(listed["dropped"], 2)
        self.assertEqual(listed["count"] + listed["dropped"], 7)
        self.assertEqual(listed["messages"][-1]["number"], 7)
        send(self.server.host, self.server.port, large * 4)
        one = self.list()["messages"][-1]
        self.assertEqual((one["number"], one["body"], one["octets"] > 15 << 20), (8, None, True))


if __name__ == "__main__":
    tap.main()
