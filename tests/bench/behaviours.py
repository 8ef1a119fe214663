"""The behaviours that monitoring tools get wrong, smtpsh and check_smtp side by side: what each says of the same server."""
import contextlib
import subprocess

from figures import SMTPSH, claim, peer

STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
CLEAR = "250-hostile.example\r\n250 SIZE 1000\r\n"
TLS = ["--tls=starttls", "--verify=off", "-w", "cert_days=2:", "-c", "cert_days=1:"]


def rows():
    """(behaviour, its server, smtpsh probe's options, check_smtp's, the right state, a word of the right sentence)"""
    import pki
    import program
    from hostile import EHLO, GREETING, Server
    place = pki.make()

    def says(*replies):
        """A banner, then a reply to each line."""
        def behave(p):
            p.say(replies[0])
            for reply in replies[1:]:
                p.hear().say(reply)
        return Server(behave)

    def shakes(ehlo=EHLO):
        return Server(lambda p: p.say(GREETING).hear().say(ehlo).hear().say("220 go\r\n").tls().hear().say(CLEAR).obey())

    bye = "221 bye\r\n"
    return [
        ("STARTTLS in the middle", shakes(), TLS, ["-S"], "OK", ""),
        ("STARTTLS the last line", shakes("250-h.example\r\n250 STARTTLS\r\n"), TLS, ["-S"], "OK", ""),
        ("STARTTLS not offered", says(GREETING, CLEAR, bye), TLS, ["-S"], "CRITICAL", "not offered"),
        ("STARTTLS answered 454", says(GREETING, EHLO, "454 4.7.0 not now\r\n", bye), TLS, ["-S"], "WARNING", "454 4.7.0 not now"),
        ("banner 554", says("554 5.7.1 no service\r\n", bye), ["--tls=off"], [], "CRITICAL", "554 5.7.1 no service"),
        ("banner 421 and close", Server(lambda p: p.say("421 4.7.0 busy\r\n").close()), ["--tls=off"], [], "WARNING", "421 4.7.0 busy"),
        ("certificate expired", program.Serve("--cert", f"{place}/expired.chain.pem", "--key", f"{place}/expired.key"),
         ["--tls=starttls", "--ca", f"{place}/ca.pem"], ["-S", "-D", "3"], "CRITICAL", "expired"),
        ("certificate of 3 days", shakes(), ["--tls=starttls", "--verify=off", "-w", "cert_days=30:", "-c", "cert_days=1:"],
         ["-S", "-D", "30,1"], "WARNING", "expires in"),
        ("MAIL FROM answered 530", says(GREETING, CLEAR, "530 5.7.0 log in\r\n", "250 ok\r\n", bye),
         ["--tls=off", "--from", "a@b.example"], ["-f", "a@b.example"], "CRITICAL", "530 5.7.0 log in"),
        ("QUIT never answered", Server(lambda p: p.say(GREETING).hear().say(CLEAR).hear().until_gone()), ["--tls=off"],
         ["-q", "-t", "3"], "OK", ""),
        ("AUTH PLAIN", program.Serve(), ["--tls=starttls", "--verify=off", "--auth=PLAIN", "--auth-insecure", "--user", "demo", "--password-env", "BENCH_SECRET"],
         ["-S", "-A", "PLAIN", "-U", "demo", "-P", "demo"], "OK", ""),
        ("no such name", contextlib.nullcontext(), ["--tls=off", "--timeout", "resolve=3s"], [], "CRITICAL", "no-such-name.invalid"),
        ("-e 250 on the EHLO reply", says(GREETING, CLEAR, bye), ["--tls=off", "--expect-banner", "^250"], ["-e", "250"], "WARNING", "220 hostile"),
        ("1.2 s with -w 1 -c 30", Server(lambda p: p.wait(1.2).say(GREETING).obey()), ["--tls=off", "-w", "1", "-c", "30"],
         ["-w", "1", "-c", "30"], "WARNING", "total took"),
    ]


def verdict(argv, env=None):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=env, timeout=60)
    return STATES[done.returncode] if done.returncode < 4 else str(done.returncode), done.stdout.split("|")[0].strip().split("\n")[0]


def behaviours():
    """The 14 rows of the behaviour matrix, side by side."""
    import os
    print(f"\n{'behaviour':28}{'right':10}{'smtpsh':10}{'check_smtp':12}what they say (smtpsh, then check_smtp)")
    os.environ["BENCH_SECRET"] = "demo"
    right = theirs = 0
    for name, server, options, old, state, word in rows():
        with server as up:
            host, port = ("127.0.0.1", str(up.port)) if up else ("no-such-name.invalid", "25")
            mine, said = verdict([SMTPSH, "probe", "--format", "nagios", *options, f"{host}:{port}"])
            command = peer("monitoring", "check_smtp", "-H", host, "-p", port, *old)
            other, told = verdict(command.argv, command.env)
        good = mine == state and word in said
        right += good
        theirs += other == state
        print(f"{name:28}{state:10}{mine + ('' if good else ' !'):10}{other + ('' if other == state else ' !'):12}{said[:110]}\n{'':60}{told[:110]}")
    print(f"check_smtp has {theirs} of the states")
    claim("behaviours judged rightly, state and sentence", right, 14, least=True)
