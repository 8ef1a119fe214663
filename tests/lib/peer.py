"""A server whose every word the test decides: it accepts one connection and says only what it is told to, when it is told."""
import select
import time

from listener import listening
from program import DEADLINE


class Peer:
    """A context manager on a port of the system's; `accept`, then `say` and `hear` in any order."""

    def __init__(self):
        self.listener = listening()
        self.host, self.port = self.listener.getsockname()
        self.listener.settimeout(DEADLINE)
        self.client = None
        self.heard = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.client:
            self.client.close()
        self.listener.close()

    def accept(self, banner="220 peer.example ESMTP"):
        self.client = self.listener.accept()[0]
        self.client.settimeout(DEADLINE)
        if banner:
            self.say(banner)

    def say(self, *lines):
        self.client.sendall("".join(line + "\r\n" for line in lines).encode())

    def hear(self, line=None):
        """The next line, without CRLF; it must be `line` where one is given."""
        while b"\r\n" not in self.heard:
            octets = self.client.recv(65536)
            if not octets:
                raise AssertionError(f"the client closed; unread {self.heard!r}")
            self.heard += octets
        got, self.heard = self.heard.split(b"\r\n", 1)
        got = got.decode("utf-8", "surrogateescape")
        if line is not None and got != line:
            raise AssertionError(f"heard {got!r}, not {line!r}")
        return got

    def hears_nothing(self):
        """True when nothing has come. Only after an event that would have followed what must not come."""
        if select.select([self.client], [], [], 0)[0]:
            self.heard += self.client.recv(65536)
        return self.heard == b""

    def ended(self):
        """All that came before the client closed."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            octets = self.client.recv(65536)
            if not octets:
                return self.heard.decode()
            self.heard += octets
        raise AssertionError("the client did not close")

    def close(self):
        self.client.close()
        self.client = None

    def dialogue(self, *pairs):
        for line, reply in pairs:
            self.hear(line)
            self.say(*([reply] if isinstance(reply, str) else reply))
