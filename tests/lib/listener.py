"""A listening socket, a thread for each connection, and an end that waits for all of them."""
import socket
import threading

from program import DEADLINE


class Listener:
    """Listens on a port that the system chose, until the `with` ends. A subclass says what a connection is to it, by
    peer(sock), whose .sock stays the connection, and what is done with one, by serve(peer), in a thread of its own.
    It calls this __init__ last: from then on connections come. .peers: one a connection, in order."""

    def __init__(self, host="127.0.0.1"):
        self.host = host
        self.peers = []
        self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.listener.bind((host, 0))           # without SO_REUSEADDR, with which two may be given one port
        self.listener.listen(128)
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
