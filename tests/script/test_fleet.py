"""smtpsh probe on thousands of targets at once: none is lost, none is told twice, and those that are silent hold up nobody."""
import collections
import json
import os
import selectors
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import listening
from silent import Silent

TARGETS, SILENT, TIMEOUT = 2000, 200, 3
ANSWERS = {b"EHLO": b"250-many.example\r\n250 SIZE 1000\r\n", b"QUIT": b"221 bye\r\n"}


class Everywhere:
    """Answers on every address of 127.0.0.0/8, on one thread."""

    def __init__(self):
        self.listener = listening("0.0.0.0", backlog=4096)
        self.port = self.listener.getsockname()[1]
        self.accepted = 0
        self.over, self.end = socket.socketpair()
        self.poll = selectors.DefaultSelector()
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        for watched in (self.listener, self.over):
            watched.setblocking(False)
            self.poll.register(watched, selectors.EVENT_READ)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.send(b"x")
        self.thread.join()
        for key in list(self.poll.get_map().values()):
            key.fileobj.close()
        self.end.close()
        self.poll.close()

    def _serve(self):
        while True:
            for key, _ in self.poll.select():
                if key.fileobj is self.over:
                    return
                if key.fileobj is self.listener:
                    self._accept()
                else:
                    self._answer(key.fileobj)

    def _accept(self):
        client, _ = self.listener.accept()
        self.accepted += 1
        client.sendall(b"220 many.example ESMTP\r\n")
        self.poll.register(client, selectors.EVENT_READ)

    def _answer(self, client):
        try:
            said = client.recv(1000)
            if said:
                client.sendall(ANSWERS[said[:4]])
                return
        except ConnectionError:
            pass
        self.poll.unregister(client)
        client.close()


class Fleet(unittest.TestCase):
    @staticmethod
    def took(server, hosts):
        """Seconds for those that answer, on this machine as busy as it is."""
        began = time.monotonic()
        program.run("probe", "-q", "--targets", "-", "--jobs", "500", "--tls=off",
                    input="".join(f"{host}:{server.port}\n" for host in hosts))
        return time.monotonic() - began

    def test_two_thousand_of_which_a_tenth_is_silent(self):
        hosts = [f"127.{1 + i // 250}.1.{1 + i % 250}" for i in range(TARGETS)]
        every = TARGETS // SILENT
        with Everywhere() as server, tempfile.NamedTemporaryFile("w") as file:
            alone = self.took(server, hosts)
            server.accepted = 0
            silent = [Silent(host) for host in hosts[::every]]
            targets = [silent[i // every].name if i % every == 0 else f"{host}:{server.port}" for i, host in enumerate(hosts)]
            file.write("\n".join(targets) + "\n")
            file.flush()
            began = time.monotonic()
            done = program.run("probe", "--targets", file.name, "--jobs", "500", "--tls=off", "--timeout", f"{TIMEOUT}s",
                               "--format", "json")
            took = time.monotonic() - began
            for each in silent:
                each.close()
        told = [one for one in map(json.loads, done.stdout.splitlines()) if "target" in one]
        self.assertEqual(collections.Counter(one["target"] for one in told), collections.Counter(targets), done.stderr)
        ends = collections.Counter((one["state"], one.get("reason")) for one in told)
        self.assertEqual(ends, {("OK", None): TARGETS - SILENT, ("CRITICAL", "connect_timeout"): SILENT})
        self.assertEqual(server.accepted, TARGETS - SILENT)
        self.assertEqual(done.returncode, 2)
        self.assertLess(took, TIMEOUT + 3 + 3 * alone)       # each waits out its time, and none another's


if __name__ == "__main__":
    tap.main()
