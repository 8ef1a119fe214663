"""Servers that misbehave, each a few lines: a function of one argument, the peer, that says and hears octets.

    with Server(lambda p: p.say("220 hello\\r\\n").hear().close()) as server:
        program.run("127.0.0.1", str(server.port), ...)

Every connection is served by the function in a thread of its own, one after the other or at once. A peer's methods
return the peer, so that a behaviour reads as one line; `hear` waits for one whole line, whatever it is. When the
function returns the connection stays open until the client closes it; .close() and .reset() end it.
"""
import os
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

from listener import Listener

GREETING = "220 hostile.example ESMTP\r\n"
EHLO = "250-hostile.example\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"
_certificate = []


def certificate():
    """A self-signed certificate and its key, one file, made once a process."""
    if not _certificate:
        place = tempfile.mkdtemp(prefix="hostile")
        key, cert = os.path.join(place, "key.pem"), os.path.join(place, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", cert, "-days", "3", "-subj", "/CN=localhost"], check=True, capture_output=True)
        _certificate.append((cert, key, place))
    return _certificate[0][:2]


class Peer:
    """What a behaviour has in hand: the client's end of one connection."""

    def __init__(self, sock, over=None):
        self.sock = sock
        self.over = over or threading.Event()   # the test is
        self.rest = b""
        self.heard = []         # every line that came

    def say(self, octets):
        try:
            self.sock.sendall(octets.encode("latin-1") if isinstance(octets, str) else octets)
        except OSError:
            pass
        return self

    def hear(self, lines=1):
        """Waits for so many lines; a client that closes ends the waiting."""
        for _ in range(lines):
            while b"\n" not in self.rest:
                got = self.octets()
                if not got:
                    return self
                self.rest += got
            line, self.rest = self.rest.split(b"\n", 1)
            self.heard.append(line.rstrip(b"\r").decode("latin-1"))
        return self

    def take(self, n):
        """Waits for so many octets, which are no lines."""
        while len(self.rest) < n:
            got = self.octets()
            if not got:
                break
            self.rest += got
        self.rest = self.rest[n:]
        return self

    def octets(self, n=65536):
        try:
            return self.sock.recv(n)
        except OSError:
            return b""

    def hello(self, reply=EHLO):
        """The banner, and an answer to the first line."""
        return self.say(GREETING).hear().say(reply)

    def starttls(self, reply="220 go ahead\r\n"):
        return self.hello().hear().say(reply)

    def tls(self, cert=None):
        """The server's side of a handshake; `cert`: files of the chain and of the key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*(cert or certificate()))
        self.raw = self.sock
        self.sock = context.wrap_socket(self.sock, server_side=True, suppress_ragged_eofs=True)
        return self

    def verbs(self):
        """The first four letters of each line, in capitals, until the client is gone."""
        while True:
            before = len(self.heard)
            self.hear()
            if len(self.heard) == before:
                return
            yield self.heard[-1][:4].upper()

    def obey(self, replies=None):
        """A correct server from here on: 250 to everything, 354 to DATA, 221 to QUIT."""
        for verb in self.verbs():
            known = {"DATA": "354 go on\r\n", "QUIT": "221 bye\r\n", **(replies or {})}
            self.say(known.get(verb, "250 ok\r\n"))
            if verb == "DATA" and known[verb].startswith("354"):
                while self.heard[-1] != ".":
                    self.hear()
                self.say("250 taken\r\n")
            if verb == "QUIT":
                return self.close()
        return self

    def wait(self, seconds):
        self.over.wait(seconds)         # a behaviour's own slowness, not a test's waiting
        return self

    def until_gone(self):
        """Hears what comes until the client is gone."""
        while self.octets():
            pass
        return self

    def finish(self):
        """No more will be said (FIN)."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return self

    def close(self):
        self.finish()
        self.until_gone()
        self.sock.close()
        return self

    def cut(self):
        """Closes beneath TLS, without close_notify."""
        raw = self.sock.detach() if isinstance(self.sock, ssl.SSLSocket) else None
        if raw is not None:
            socket.close(raw)
        return self

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        return self

    def drip(self, octets, every):
        for octet in octets:
            if self.say(octet).sock.fileno() < 0 or self.over.wait(every):
                break
        return self

    def forever(self, octets):
        """The same again until the client is gone."""
        octets = octets.encode("latin-1")
        try:
            while True:
                self.sock.sendall(octets)
        except OSError:
            return self


class Server(Listener):
    """Serves each connection by the behaviour. .peers: one a connection, in order."""

    def __init__(self, behaviour, host="127.0.0.1"):
        self.behaviour = behaviour
        self.finished = threading.Event()       # a behaviour came to its end, or failed
        self.over = threading.Event()
        super().__init__(host)

    def peer(self, sock):
        return Peer(sock, self.over)

    def serve(self, peer):
        try:
            self.behaviour(peer)
            self.finished.set()
            peer.until_gone()
            peer.sock.close()
        except OSError:
            self.finished.set()

    def __exit__(self, *_):
        self.over.set()
        super().__exit__()
