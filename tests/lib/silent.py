"""An address that answers nobody."""
import socket


class Silent:
    """A port of one address where no more fits into the queue: a SYN is answered by nobody. .name is HOST:PORT."""

    def __init__(self, host):
        self.sockets = [socket.socket() for _ in range(5)]
        self.sockets[0].bind((host, 0))
        self.sockets[0].listen(0)
        self.name = "%s:%d" % self.sockets[0].getsockname()
        for filler in self.sockets[1:]:
            filler.setblocking(False)
            filler.connect_ex(self.sockets[0].getsockname())

    def close(self):
        for each in self.sockets:
            each.close()
