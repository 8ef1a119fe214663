"""What was asked for TLS is never continued without: whatever the server offers or answers, nothing but QUIT follows in the clear."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import GREETING, Server

PLAIN, OFFERED = "250-h\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000\r\n", "250-h\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"
LOGIN = {"AUTH": "334 VXNlcm5hbWU6\r\n"}
# what the server does to keep a client from TLS
SERVERS = {
    "not offered": lambda p: p.hello(PLAIN).obey(LOGIN),
    "overwritten": lambda p: p.hello(PLAIN.replace("250 SIZE 1000", "250 XXXXXXXA")).obey(LOGIN),
    "nothing offered": lambda p: p.hello("250 h\r\n").obey(LOGIN),
    "EHLO rejected": lambda p: p.hello("500 what\r\n").obey(LOGIN),
    "EHLO not implemented": lambda p: p.hello("502 5.5.1 no\r\n").obey(LOGIN),
    "454": lambda p: p.hello(OFFERED).obey({"STAR": "454 4.7.0 not now\r\n", "EHLO": PLAIN, **LOGIN}),
    "502": lambda p: p.hello(OFFERED).obey({"STAR": "502 5.5.1 no\r\n", "EHLO": PLAIN, **LOGIN}),
    "250": lambda p: p.hello(OFFERED).obey({"STAR": "250 ok\r\n", "EHLO": PLAIN, **LOGIN}),
    "334": lambda p: p.hello(OFFERED).obey({"STAR": "334 go\r\n", "EHLO": PLAIN, **LOGIN}),
    "220 and cleartext": lambda p: p.starttls("220 go\r\n").obey({"EHLO": PLAIN, **LOGIN}),
}
PASSWORD, ENV = "Sup3rS3cret", program.environment(WORD="Sup3rS3cret")
CREDENTIALS = ["--user", "bob", "--password-env", "WORD", "--auth-insecure"]
# the command, the statuses it may end with; PORT stands for the server's
CLIENTS = {
    "check_smtp": (["check_smtp", "-H", "127.0.0.1", "-p", "PORT", "-S", "-A", "LOGIN", "-U", "bob", "-P", PASSWORD, "-f", "a@b.example", "-C", "NOOP"], (1, 2)),
    "check_smtp -D": (["check_smtp", "-H", "127.0.0.1", "-p", "PORT", "-D", "10", "-A", "LOGIN", "-U", "bob", "-P", PASSWORD], (1, 2)),
    "probe": (["probe", "--tls=starttls", "--auth", *CREDENTIALS, "--from", "a@b.example", "--to", "c@d.example", "127.0.0.1:PORT"], (1, 2)),
    "probe without credentials": (["probe", "--tls=starttls", "--to", "c@d.example", "--send", "auto", "127.0.0.1:PORT"], (1, 2)),
    "send": (["send", "--tls=starttls", "--auth", *CREDENTIALS, "--to", "c@d.example", "127.0.0.1", "PORT"], range(1, 20)),
    "send without credentials": (["send", "--tls", "--to", "c@d.example", "127.0.0.1", "PORT"], range(1, 20)),
    "session": (["--tls", "--auth=LOGIN", *CREDENTIALS, "127.0.0.1", "PORT", "-c", "MAIL FROM:<>", "-c", "QUIT"], range(1, 20)),
}


FORBIDDEN, ANSWERS = ("AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP"), ("Ym9i", "U3VwM3JTM2NyZXQ=", PASSWORD)


class Stripped(unittest.TestCase):
    def test_nothing_goes_out_in_the_clear(self):
        for name, (command, statuses) in CLIENTS.items():
            for what, behaviour in SERVERS.items():
                with self.subTest(client=name, server=what), Server(behaviour) as server:
                    done = program.run(*[w.replace("PORT", str(server.port)) for w in command], env=ENV)
                    self.assertIn(done.returncode, statuses, done.stdout)
                    heard = [line for peer in server.peers for line in peer.heard]
                    self.assertFalse([line for line in heard if line[:4].upper() in FORBIDDEN or line in ANSWERS], heard)
                    self.assertNotIn(PASSWORD, done.stdout + done.stderr)

    def test_lmtp(self):
        lmtp = lambda p: p.say(GREETING).hear().say(PLAIN).obey(LOGIN)
        for command in (["send", "--lmtp", "--tls", "--to", "c@d.example"], ["probe", "--lmtp", "--tls=starttls", "--to", "c@d.example"]):
            with self.subTest(command[0]), Server(lmtp) as server:
                done = program.run(*command, f"127.0.0.1:{server.port}")
                self.assertNotEqual(done.returncode, 0)
                self.assertLessEqual({line[:4].upper() for line in server.peers[0].heard}, {"LHLO", "QUIT"})

    def test_check_smtp_ends_as_the_plugin(self):
        with Server(SERVERS["not offered"]) as server:
            done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(server.port), "-S", "-A", "LOGIN", "-U", "bob", "-P", PASSWORD)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual([line[:4] for line in server.peers[0].heard], ["EHLO", "QUIT"])

    def test_where_tls_is_only_tried_the_rest_is_done(self):
        with Server(SERVERS["not offered"]) as server:
            program.run("probe", "--tls=try", "--from", "a@b.example", f"127.0.0.1:{server.port}")
        self.assertIn("MAIL", [line[:4] for line in server.peers[0].heard])


if __name__ == "__main__":
    tap.main()
