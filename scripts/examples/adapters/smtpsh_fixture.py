"""A pytest fixture: a mail server for each test, and the messages it received. Put this file next to conftest.py, and there
`from smtpsh_fixture import smtpsh`. Then:

    def test_welcome(smtpsh):
        send_welcome("ann@example.org", host=smtpsh.host, port=smtpsh.port)
        mail, = smtpsh.messages(wait=1)
        assert mail["recipients"][0]["address"] == "ann@example.org"

The environment variable SMTPSH names the program. Options and scripts are passed on: Smtpsh("--refuse", "rcpt:bob=550 5.1.1 No such user").
"""
import json
import os
import subprocess
import urllib.parse
import urllib.request

import pytest


class Smtpsh:
    def __init__(self, *args):
        command = [os.environ.get("SMTPSH", "smtpsh"), "serve", "--api", "127.0.0.1:0", *args]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = [self.process.stdout.readline().split() for _ in range(2)]
        if not said[1]:
            self.close()
            raise RuntimeError("smtpsh serve did not start")
        self.host, _, port = said[0][-1].rpartition(":")
        self.port = int(port)
        self.url = said[1][-1]

    def _ask(self, method="GET", **query):
        request = urllib.request.Request(f"{self.url}?{urllib.parse.urlencode(query)}", method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def messages(self, wait=0, timeout="10s"):
        """A list of dicts: from, recipients, user, headers, body ...; waits for that many."""
        found = self._ask(wait=wait, timeout=timeout)["messages"]
        if len(found) < wait:
            raise TimeoutError(f"{len(found)} of {wait} messages came within {timeout}")
        return found

    def clear(self):
        self._ask("DELETE")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def smtpsh():
    server = Smtpsh()
    try:
        yield server
    finally:
        server.close()
