"""The way to the peer: the PROXY protocol, proxies, a child process, a source address; XCLIENT and XFORWARD."""
import json
import os
import socket
import struct
import sys
import threading
import types
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
for each in ("lib", "servers"):
    sys.path.insert(0, os.path.join(HERE, "..", each))
import packages
import program
import tap
from listener import Listener
from mta import PASSWORD, USER, Client, Mta
from nameserver import NameServer


def relay(one, other):
    try:
        while octets := one.recv(65536):
            other.sendall(octets)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Proxy(Listener):
    """SOCKS5 and HTTP CONNECT, whatever is asked for goes to `target`; .asked has what was."""

    def __init__(self, target, socks_code=0, http=b"HTTP/1.1 200 go\r\nX: y\r\n\r\n"):
        self.target, self.socks_code, self.http, self.asked = target, socks_code, http, []
        super().__init__()
        self.at = f"{self.host}:{self.port}"

    def peer(self, sock):
        return types.SimpleNamespace(sock=sock)

    def serve(self, peer):
        client = peer.sock
        file = client.makefile("rb")
        first = file.read(1)
        if first == b"\5":
            file.read(file.read(1)[0])
            client.sendall(b"\5\0")
            kind = file.read(4)[3]
            host = file.read(4 if kind == 1 else 16 if kind == 4 else file.read(1)[0])
            port = struct.unpack(">H", file.read(2))[0]
            self.asked.append((kind, host, port))
            client.sendall(b"\5%c\0\1\0\0\0\0\0\0" % self.socks_code)
            if self.socks_code:
                client.close()
                return
        else:
            line = first + file.readline()
            while file.readline() not in (b"\r\n", b""):
                pass
            self.asked.append(line.decode().strip())
            server = socket.create_connection(self.target)
            banner = server.recv(1000)
            client.sendall(self.http + (banner if b" 200" in self.http else b""))   # in one piece: no octet may be lost
            threading.Thread(target=relay, args=(server, client), daemon=True).start()
            relay(client, server)
            return
        server = socket.create_connection(self.target)
        threading.Thread(target=relay, args=(server, client), daemon=True).start()
        relay(client, server)


class Way(unittest.TestCase):
    def test_socks_and_http(self):
        for scheme, asked in (("socks5", (3, b"mx.example", 2525)), ("http", "CONNECT mx.example:2525 HTTP/1.1")):
            with Mta() as mta, Proxy((mta.host, mta.port)) as proxy:
                done = program.run("--proxy", f"{scheme}://{proxy.at}", "mx.example", "2525", "-c", "NOOP")
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(proxy.asked, [asked])
                self.assertIn("<-  220 mta.example", done.stdout)
        with Mta() as mta, Proxy((mta.host, mta.port)) as proxy:
            program.run("--proxy", f"socks5://{proxy.at}", "[2001:db8::1]:25", "-c", "NOOP")
            self.assertEqual(proxy.asked, [(4, socket.inet_pton(socket.AF_INET6, "2001:db8::1"), 25)])

    def test_a_proxy_that_refuses(self):
        with Mta() as mta, Proxy((mta.host, mta.port), socks_code=5, http=b"HTTP/1.1 403 no \033[1m\r\n\r\n") as proxy:
            done = program.run("--proxy", f"socks5://{proxy.at}", "mx.example", "-c", "NOOP")
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn("connection refused", done.stdout)
            done = program.run("--proxy", f"http://{proxy.at}", "mx.example", "-c", "NOOP")
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn("answered CONNECT with 403 no \\x1B[1m", done.stdout)
        with Mta() as mta:                                    # a mail server is no proxy
            done = program.run("--proxy", f"socks5://{mta.target}", "mx.example", "-c", "NOOP")
            self.assertIn("does not speak SOCKS5", done.stdout)
        self.assertEqual(program.run("--proxy", "ftp://x", "mx.example", "-c", "NOOP").returncode, 2)

    def test_behind_a_proxy_nothing_is_local(self):
        "credentials go neither in the clear nor to a server that does not verify"
        env = program.environment(TEST_PASSWORD=PASSWORD)
        login = ("--auth", "--user", USER, "--password-env", "TEST_PASSWORD")
        with Mta("AUTH PLAIN") as mta, Proxy((mta.host, mta.port)) as proxy:
            done = program.run(*login, "--proxy", f"socks5://{proxy.at}", "mx.example", "-c", "NOOP", env=env)
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn("credentials not sent without TLS", done.stdout)
            self.assertFalse([line for line in mta.heard if line.startswith("AUTH")])
            done = program.run(*login, "--auth-insecure", "--proxy", f"socks5://{proxy.at}", "mx.example", "-c", "NOOP", env=env)
            self.assertEqual(done.returncode, 0, done.stdout)
        with program.Serve() as server, Proxy((server.host, server.port)) as proxy:
            done = program.run(*login, "--tls", "--proxy", f"socks5://{proxy.at}", "mx.example", "-c", "NOOP", env=env)
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn("certificate verification failed", done.stdout)
            self.assertNotIn("~> AUTH", done.stdout)

    def test_a_tlsa_record_vouches_for_whom_credentials_go_to(self):
        env = program.environment(TEST_PASSWORD=PASSWORD)
        with program.Serve() as server, Proxy((server.host, server.port)) as proxy:
            shown = program.run("--tls", "--format", "json", server.host, str(server.port), "-c", "NOOP").stdout.splitlines()
            key = next(o for o in map(json.loads, shown) if o["event"] == "tls")["certificates"][0]["spki_sha256"]
            for digest, ad, said in ((key, True, True), (key, False, False), ("ab" * 32, True, False)):
                with NameServer({("_25._tcp.mx.example", "TLSA"): [(3, 1, 1, digest)]}, ad=ad) as dns:
                    done = program.run("--auth", "--user", USER, "--password-env", "TEST_PASSWORD", "--tls", "--dane", "--dns",
                                       dns.address, "--proxy", f"socks5://{proxy.at}", "mx.example", "-c", "NOOP", env=env)
                self.assertEqual("~> AUTH" in done.stdout, said, done.stdout)

    def test_proxy_protocol(self):
        heads = []

        def before_1(client):
            heads.append(client.file.readline())

        def before_2(client):
            head = client.file.read(16)
            heads.append(head + client.file.read(struct.unpack(">H", head[14:])[0]))
        with Mta(before=before_1) as mta:
            done = program.run("--proxy-protocol", "v1,src=192.0.2.1:4711,dst=192.0.2.2:25", mta.target, "-c", "NOOP")
            self.assertEqual((done.returncode, heads.pop()), (0, b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\n"), done.stdout)
            self.assertIn(" -> PROXY TCP4 192.0.2.1", done.stdout)
            program.run("--proxy-protocol", "v1,local", mta.target, "-c", "NOOP")
            self.assertEqual(heads.pop(), b"PROXY UNKNOWN\r\n")
            program.run("--proxy-protocol", "v1", mta.target, "-c", "NOOP")
            self.assertRegex(heads.pop(), rb"^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ %d\r\n$" % mta.port)
        with Mta(before=before_2) as mta:
            done = program.run("-c", "/proxy-protocol v2 src=[2001:db8::1]:4711 dst=[2001:db8::2]:25 tlv=0xEA:ab authority=x",
                               "-c", f"/open {mta.target}", "-c", "NOOP")
            self.assertEqual(done.returncode, 0, done.stdout)
            head = heads.pop()
            self.assertEqual(head[:16], b"\r\n\r\n\0\r\nQUIT\n\x21\x21" + struct.pack(">H", 36 + 5 + 4))
            self.assertEqual(head[16:32], socket.inet_pton(socket.AF_INET6, "2001:db8::1"))
            self.assertEqual(head[48:], struct.pack(">HH", 4711, 25) + b"\xea\0\2ab" + b"\2\0\1x")
        for bad in ("v3", "v1,tlv=1:x", "v2,src=x", "v2,foo=1", "v2,tlv=999:x"):
            self.assertEqual(program.run("--proxy-protocol", bad, "demo:", "-c", "NOOP").returncode, 2, bad)

    def test_a_child_process(self):
        server = f"{sys.executable} -c 'import sys; sys.stdout.write(\"220 pipe ready\\r\\n\"); sys.stdout.flush(); " \
                 "[(sys.stdout.write(\"221 bye\\r\\n\" if l.startswith(\"QUIT\") else \"250 \" + l), sys.stdout.flush()) for l in sys.stdin]'"
        done = program.run("pipe:" + server, "-c", "EHLO x")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("<-  220 pipe ready\n -> EHLO x\n<-  250 EHLO x\n", done.stdout)
        words = server.replace('\"220 pipe', '\"\\n**** a test\\n220 pipe')
        done = program.run("pipe:" + words, "-c", "EHLO x")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("=== command output: **** a test\n<-  220 pipe ready\n -> EHLO x\n", done.stdout)
        done = program.run("pipe:printf \"a\\033[2J\\nb\" >&2; " + server, "-c", "EHLO x")
        self.assertIn("=== command stderr: a\\x1B[2J\n", done.stdout)
        self.assertIn("=== command stderr: b\n", done.stdout)
        self.assertEqual(done.stderr, "")
        done = program.run(input="/open pipe:touch /tmp/never\n")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("on the command line and at the prompt", done.stdout)

    def test_how_a_child_ended_is_told_before_its_close(self):
        for _ in range(5):              # which of the two is seen first is chance
            done = program.run("pipe:exit 3", "-c", "NOOP")
            self.assertEqual(done.returncode, 10, done.stdout)
            self.assertIn("=== the command exited with status 3\n*** the server closed the connection", done.stdout)
        done = program.run("pipe:printf '220 x\\r\\n'; read a; kill -9 $$", "-c", "NOOP")
        self.assertIn("=== the command was killed by signal 9\n*** the server closed", done.stdout)
        done = program.run("pipe:printf '220 x\\r\\n'; read a; exec sleep 1000 <&- >&-", "-c", "NOOP")       # it does not end
        self.assertEqual(done.returncode, 10, done.stdout)
        self.assertIn("-> NOOP\n*** the server closed the connection", done.stdout)

    def test_a_way_that_is_none(self):
        done = program.run("--proxy", "socks5://127.0.0.1:1", "--bind", "127.0.0.2", "-6", "demo:", "-c", "NOOP")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("=== demo: is not reached over the network; not applicable: --proxy --bind -6\n", done.stdout)
        done = program.run("-4", "pipe:exit 3", "-c", "NOOP")
        self.assertIn("=== a command is not reached over the network; not applicable: -4\n", done.stdout)
        done = program.run("probe", "--bind", "127.0.0.2", "demo:")       # no OK for what was not tried
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("demo: is not reached over the network; not applicable: --bind", done.stdout)

    def test_a_source_address(self):
        sources = []

        def before(client):
            sources.append(client.sock.getpeername())
        port = packages.port("127.0.0.3")
        with Mta(before=before) as mta:
            program.run("--bind", f"127.0.0.3:{port}", mta.target, "-c", "NOOP")
            program.run("--bind", "127.0.0.2", mta.target, "-c", "NOOP")
        self.assertEqual((sources[0], sources[1][0]), (("127.0.0.3", port), "127.0.0.2"))

    def test_xclient_and_xforward(self):
        class Trusting(Client):
            def do_xclient(self, line):
                self.say("220 mta.example anew")

            def do_xforward(self, line):
                self.say("250 ok")
        with Mta("XCLIENT NAME ADDR", client=Trusting) as mta:
            done = program.run(mta.target, "-c", "/xclient ADDR=2001:db8::1 NAME=[UNAVAILABLE]", "-c", "/xforward ADDR=192.0.2.7 HELO=a=b")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(mta.heard[1:], ["XCLIENT ADDR=IPV6:2001:db8::1 NAME=[UNAVAILABLE]", mta.heard[0], "XFORWARD ADDR=192.0.2.7 HELO=a+3Db", "QUIT"])
            self.assertIn("XFORWARD is not offered", done.stdout)
            self.assertEqual(program.run(mta.target, "-c", "/xclient foo").returncode, 2)


if __name__ == "__main__":
    tap.main()
