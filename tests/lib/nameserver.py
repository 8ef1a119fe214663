"""A name server that says what a test tells it to, on a free port: UDP and TCP, in threads. Also what is not DNS at all.

    with NameServer({("example.test", "MX"): [(10, "mx1.example.test")], ("mx1.example.test", "A"): ["127.0.0.1"]}) as dns:
        program.run("--dns", dns.address, ...)

A name that is nowhere gets NXDOMAIN, another type of a known name NODATA, a CNAME is followed. In place of a list of
records may stand a word: "SERVFAIL", "REFUSED", "silent", "garbage", "stranger" (to another question's ID), "truncated" (then the whole over TCP), "endless"
(truncated over TCP too), "short" (the octets cut in the middle of the answer), "bogus" (SERVFAIL unless the question has CD set).
"""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "TLSA": 52}
RCODES = {"FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}


def encode_text(text):
    """With its length before it; a surrogate stands for an octet that is no UTF-8."""
    octets = text.encode("utf-8", "surrogateescape")
    return bytes([len(octets)]) + octets


def encode_name(name):
    return b"".join(encode_text(label) for label in name.strip(".").split(".") if label) + b"\0"


def decode_name(octets, at):
    labels = []
    while octets[at]:
        labels.append(octets[at + 1:at + 1 + octets[at]].decode("latin-1"))
        at += 1 + octets[at]
    return ".".join(labels).lower(), at + 1


def encode_data(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "MX":
        return struct.pack(">H", value[0]) + encode_name(value[1])
    if kind == "SRV":
        return struct.pack(">HHH", *value[:3]) + encode_name(value[3])
    if kind == "TXT":
        return b"".join(encode_text(s) for s in ([value] if isinstance(value, str) else value))
    if kind == "TLSA":
        return bytes(value[:3]) + bytes.fromhex(value[3])
    return encode_name(value)


class NameServer:
    def __init__(self, zone, ad=False, ttl=60, at=("127.0.0.1", 0)):
        self.zone = {(name.strip(".").lower(), kind): value for (name, kind), value in zone.items()}
        self.ad, self.ttl, self.asked = ad, ttl, []
        self.hold, self.held = set(), []        # questions (name, type) whose answers wait for release(); those that do
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(at)
            self.port = self.udp.getsockname()[1]
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                self.tcp.bind((at[0], self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
                if at[1]:
                    raise
        self.tcp.listen(50)
        self.address = f"{at[0]}:{self.port}"

    def __enter__(self):
        for work in (self._udp, self._tcp):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        for s in (self.udp, self.tcp):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _udp(self):
        while True:
            try:
                octets, peer = self.udp.recvfrom(4096)
                answer = self._answer(octets, False)
                if self.asked and self.asked[-1] in self.hold:
                    self.held.append((answer, peer))
                elif answer:
                    self.udp.sendto(answer, peer)
            except OSError:
                return

    def release(self):
        self.hold.clear()
        for answer, peer in self.held:
            self.udp.sendto(answer, peer)

    def _tcp(self):
        while True:
            try:
                peer, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._tcp_peer, args=(peer,), daemon=True).start()

    def _tcp_peer(self, peer):
        with peer, peer.makefile("rb") as file:
            while len(head := file.read(2)) == 2:
                answer = self._answer(file.read(struct.unpack(">H", head)[0]), True)
                if answer:
                    peer.sendall(struct.pack(">H", len(answer)) + answer)

    def _answer(self, octets, tcp):
        if len(octets) < 17:        # the socket was closed
            raise OSError
        name, end = decode_name(octets, 12)
        kind = next((k for k, v in TYPES.items() if v == struct.unpack(">H", octets[end:end + 2])[0]), "?")
        self.asked.append((name, kind))
        question, records, rcode, flags = octets[12:end + 4], [], 0, 0x8180
        if self.ad is True or self.ad and (name, kind) in self.ad:      # or a set of the questions whose answers are validated
            flags |= 0x20
        for _ in range(20):
            value = self.zone.get((name, kind))
            alias = self.zone.get((name, "CNAME")) if value is None else None
            if not alias:
                break
            records.append((name, "CNAME", alias[0]))
            name = alias[0].strip(".").lower()
            if any(owner == name for owner, _, _ in records):
                break
        if value is None and not any(n == name for n, _ in self.zone):
            rcode = RCODES["NXDOMAIN"]
        if value == "bogus":
            value = self.zone[name, kind + " whole"] if octets[3] & 0x10 else "SERVFAIL"
        if value == "silent":
            return None
        if value == "stranger":
            return bytes((octets[0] ^ 0xff, octets[1])) + b"\x81\x80\0\1\0\0\0\0\0\0" + question
        if value == "garbage":
            return octets[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question + b"\xff" * 40
        if isinstance(value, str) and value in RCODES:
            rcode, value = RCODES[value], None
        if value == "endless" or (value == "truncated" and not tcp):
            value, flags = None, flags | 0x200
        short = value == "short"
        if value in ("truncated", "short"):
            value = self.zone[name, kind + " whole"]
        records += [(name, kind, v) for v in value or []]
        out = octets[:2] + struct.pack(">HHHHH", flags | rcode, 1, len(records), 0, 0) + question
        for owner, k, v in records:
            data = encode_data(k, v)
            out += encode_name(owner) + struct.pack(">HHIH", TYPES[k], 1, self.ttl, len(data)) + data
        return out[:-3] if short else out
