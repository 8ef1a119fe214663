"""Ports of the system's choice that stay a test's own: where it listens, and where a connection is refused; a listener with
a thread for each connection, and an end that waits for all of them."""
import socket
import threading

from program import DEADLINE


def bound(host="127.0.0.1", port=0):
    """A socket with a port that nobody else has. While it does not listen, who connects is refused. Without SO_REUSEADDR, with
    which two that do not listen yet may be given one port (socket.create_server sets it)."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if ":" in host:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def listening(host="127.0.0.1", backlog=128):
    sock = bound(host)
    sock.listen(backlog)
    return sock


class Listener:
    """Listens on a port that the system chose, until the `with` ends. A subclass says what a connection is to it, by
    peer(sock), whose .sock stays the connection, and what is done with one, by serve(peer), in a thread of its own.
    It calls this __init__ last: from then on connections come. .peers: one a connection, in order."""

    def __init__(self, host="127.0.0.1"):
        self.host = host
        self.peers = []
        self.listener = listening(host)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.peers.append(self.peer(sock))
            self.threads.append(threading.Thread(target=self.serve, args=(self.peers[-1],), daemon=True))
            self.threads[-1].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Wakes every thread and waits for it, and only then closes: a descriptor's number may be the next test's."""
        _wake(self.listener)
        self.threads[0].join(DEADLINE)
        for peer in self.peers:
            _wake(peer.sock)
        for thread in self.threads:
            thread.join(DEADLINE)
        for sock in [self.listener] + [peer.sock for peer in self.peers]:
            sock.close()


def _wake(sock):
    """Whoever waits for it sees its end; beneath TLS, whose object is the other thread's."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass
