"""Servers of aiosmtpd for mtas.Aiosmtpd: PKI SOCKET NAME=PORT... Messages are thrown away; some recipients are refused."""
import asyncio
import signal
import ssl
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

REFUSED = {
    "reject": "550 5.1.1 No such user", "grey": "451 4.7.1 Greylisted", "full": "452 4.2.2 Mailbox full",
    "multi": "550-5.7.1 Access denied\r\n550-5.7.1 second line\r\n550 5.7.1 last line",
}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = REFUSED.get(address.split("@")[0])
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Ok: %d octets" % len(envelope.original_content or b"")


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"user" and data.password == b"secret"
    return AuthResult(success=good, handled=good)


async def main():
    place, unix = sys.argv[1:3]
    port = {name: int(number) for name, number in (each.split("=") for each in sys.argv[3:])}
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(place + "/good.chain.pem", place + "/good.key")
    loop = asyncio.get_running_loop()
    handler = Handler()
    common = dict(hostname="aio.bed.test", enable_SMTPUTF8=True, authenticator=authenticate)
    keep = [await loop.create_unix_server(lambda: SMTP(handler, **common), unix)]      # first: the ports are waited for
    for make, name, secure in (
            (lambda: SMTP(handler, tls_context=tls, **common), "starttls", None),
            (lambda: SMTP(handler, auth_require_tls=False, **common), "smtps", tls),
            (lambda: SMTP(handler, auth_require_tls=False, **common), "auth", None),
            (lambda: LMTP(handler, hostname="aio.bed.test"), "lmtp", None)):
        keep.append(await loop.create_server(make, "127.0.0.1", port[name], ssl=secure))
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


asyncio.run(main())
