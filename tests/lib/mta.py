"""A small SMTP server for tests, in Python: says what it is told to, checks AUTH by itself, keeps all it heard."""
import base64
import hashlib
import hmac
import os
import re
import socket
import ssl

from listener import Listener

USER, PASSWORD = "bob@example.org", "correct horse \u00e9"
SECRETS = (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(),
           base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode())


def b64(octets):
    return base64.b64encode(octets if isinstance(octets, bytes) else octets.encode()).decode()


class Client:
    """One connection. Commands call the methods named after them; .server.heard has every line."""

    def __init__(self, server, sock):
        self.server, self.sock, self.file = server, sock, sock.makefile("rb")
        self.rcpts = []
        self.message = b""

    def say(self, *lines):
        self.sock.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        line = self.file.readline()
        if not line:
            raise EOFError
        text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        self.server.heard.append(text)
        return text

    def run(self):
        if self.server.before:
            self.server.before(self)
        self.say("220 mta.example ESMTP")
        while True:
            line = self.line()
            verb = line.split(" ")[0].split(":")[0].lower()
            scripted = self.server.answers.get(verb.upper())
            if scripted is not None:
                self.say(*(scripted(self, line) if callable(scripted) else [scripted]) or [])
                continue
            getattr(self, "do_" + verb, self.do_unknown)(line)

    def do_unknown(self, line):
        self.say("500 5.5.2 what is " + line)           # as some do: what it did not understand is echoed

    def do_ehlo(self, line):
        offers = ["mta.example"] + self.server.offers
        if self.server.context and not isinstance(self.sock, ssl.SSLSocket):
            offers.append("STARTTLS")
        self.say(*["250-" + o for o in offers[:-1]], "250 " + offers[-1])

    do_lhlo = do_ehlo

    def do_starttls(self, line):
        self.say("220 go on")
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        self.file = self.sock.makefile("rb")

    def do_mail(self, line):
        self.rcpts = []
        self.message = b""
        self.say("250 2.1.0 ok")

    def do_rcpt(self, line):
        bad = {"unknown": "550 5.1.1 no such user", "full": "452 4.2.2 mailbox full"}
        local = line.split("<")[-1].split("@")[0]
        if local not in bad:
            self.rcpts.append(line)
        self.say(bad.get(local, "250 2.1.5 ok"))

    def finish(self, message):
        self.server.messages.append(message)
        if self.server.lmtp:
            for rcpt in self.rcpts:
                self.say("552 5.2.2 over quota" if "quota" in rcpt else "250 2.0.0 delivered")
        else:
            self.say("250 2.0.0 Ok: queued as 4F3K2abcde")

    def do_data(self, line):
        self.say("354 go on")
        got = []
        while (octets := self.file.readline()) not in (b".\r\n", b""):
            got.append(octets[1:] if octets.startswith(b".") else octets)
        self.finish(b"".join(got))

    def do_bdat(self, line):
        words = line.split()
        self.message += self.file.read(int(words[1]))
        if len(words) > 2:
            self.finish(self.message)
        else:
            self.say("250 2.0.0 chunk ok")

    def do_noop(self, line):
        self.say("250 2.0.0 ok")

    def do_rset(self, line):
        self.say("250 2.0.0 ok")

    def do_quit(self, line):
        self.say("221 2.0.0 bye")
        raise EOFError

    # AUTH

    def ask(self, challenge):
        self.say("334 " + b64(challenge))
        return base64.b64decode(self.line())

    def do_auth(self, line):
        words = line.split(" ")
        first = base64.b64decode(words[2]) if len(words) > 2 and words[2] != "=" else None
        ok = getattr(self, "auth_" + words[1].lower().replace("-", "_"))(first)
        self.say("235 2.7.0 ok" if ok else self.server.auth_refusal)

    def auth_plain(self, first):
        return (first if first is not None else self.ask("")) == f"\0{USER}\0{PASSWORD}".encode()

    def auth_login(self, first):
        user = first if first is not None else self.ask("Username:")
        return user == USER.encode() and self.ask("Password:") == PASSWORD.encode()

    def auth_external(self, first):
        return True

    def auth_anonymous(self, first):
        return first == b"trace"

    def auth_xoauth2(self, first):
        if first == f"user={USER}\1auth=Bearer {PASSWORD}\1\1".encode():
            return True
        self.ask('{"status":"400"}')
        return False

    def auth_oauthbearer(self, first):
        if first and first.startswith(f"n,a={USER},\1".encode()) and f"\1auth=Bearer {PASSWORD}\1\1".encode() in first:
            return True
        return self.ask('{"status":"invalid_token"}') == b"\1" and False

    def auth_cram_md5(self, first):
        challenge = b"<1896.697170952@mta.example>"
        digest = hmac.new(PASSWORD.encode(), challenge, "md5").hexdigest()
        return self.ask(challenge) == f"{USER} {digest}".encode()

    def scram(self, first, name, bound=False):
        gs2, user, bare = re.match(rb"(n,[^,]*,|y,[^,]*,|p=[^,]*,[^,]*,)(n=[^,]*),(r=.*)", first).groups()
        nonce = bare[2:] + b64(os.urandom(9)).encode()
        if bound:
            assert gs2 == b"p=tls-unique,,", gs2
        salt, rounds = os.urandom(12), self.server.rounds
        server_first = b"r=%s,s=%s,i=%d" % (nonce, b64(salt).encode(), rounds)
        if self.server.leaves:
            self.say("334 " + b64(server_first))
            self.sock.shutdown(socket.SHUT_WR)
            self.server.heard.append(self.line())       # nothing: EOFError
        answer = self.ask(server_first)
        without, proof = answer.rsplit(b",p=", 1)
        binding = base64.b64decode(without.split(b",")[0][2:])
        if binding != gs2 + (self.sock.get_channel_binding("tls-unique") if bound else b""):
            return False
        salted = hashlib.pbkdf2_hmac(name, PASSWORD.encode(), salt, rounds)
        key = hmac.new(salted, b"Client Key", name).digest()
        message = user + b"," + bare + b"," + server_first + b"," + without
        signature = hmac.new(hashlib.new(name, key).digest(), message, name).digest()
        if bytes(a ^ b for a, b in zip(key, signature)) != base64.b64decode(proof):
            return False
        server_key = hmac.new(salted, b"Server Key", name).digest()
        if self.server.liar:
            server_key = b"x" * len(server_key)
        self.ask(b"v=" + b64(hmac.new(server_key, message, name).digest()).encode())
        return True

    def auth_scram_sha_256(self, first):
        return self.scram(first, "sha256")

    def auth_scram_sha_256_plus(self, first):
        return self.scram(first, "sha256", True)

    def auth_scram_sha_1(self, first):
        return self.scram(first, "sha1")


class Mta(Listener):
    """A context manager: .port; .heard, every line; .messages, whole. `answers` maps a verb to a reply or a function."""

    def __init__(self, *offers, answers=None, context=None, lmtp=False, before=None, liar=False, client=Client,
                 auth_refusal="535 5.7.8 no", rounds=4096, leaves=False):
        self.offers, self.answers, self.context, self.lmtp = list(offers), answers or {}, context, lmtp
        self.before, self.liar, self.client, self.auth_refusal = before, liar, client, auth_refusal
        self.rounds, self.leaves = rounds, leaves       # of SCRAM; it leaves once it has asked for them
        self.heard, self.messages = [], []
        super().__init__()
        self.target = f"{self.host}:{self.port}"

    def peer(self, sock):
        return self.client(self, sock)

    def serve(self, client):
        try:
            client.run()
        except (EOFError, OSError, ValueError):
            pass
        finally:
            client.file.close()
            client.sock.close()

    @property
    def connections(self):
        return len(self.peers)
