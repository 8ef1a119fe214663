"""An SMTP client that sends what a test says and nothing else: lines, octets, replies read whole."""
import socket
import ssl

from program import DEADLINE


class Wire:
    """A context manager. `say` sends a line and returns the reply as one string, its lines joined by LF."""

    def __init__(self, host, port, tls=None, banner=True):
        if host.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(DEADLINE)
            self.socket.connect(host[5:])
        else:
            self.socket = socket.create_connection((host, port), DEADLINE)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.file = self.socket.makefile("rb")
        self.banner = self.reply() if banner else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def reply(self):
        lines = []
        while True:
            line = self.file.readline().decode("utf-8", "surrogateescape")
            if not line:
                return "\n".join(lines)
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def send(self, octets):
        self.socket.sendall(octets if isinstance(octets, bytes) else octets.encode())

    def say(self, line):
        self.send((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        return self.reply()

    def starttls(self, context, name="localhost"):
        answer = self.say("STARTTLS")
        if answer.startswith("220"):
            self.file.close()
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
            self.file = self.socket.makefile("rb")
        return answer

    def rest(self):
        """All that comes until the server closes."""
        return self.file.read().decode("utf-8", "surrogateescape")


def context(ca=None):
    """Trusts the CA in this file, or whatever comes."""
    c = ssl.create_default_context(cafile=ca)
    if not ca:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    return c
