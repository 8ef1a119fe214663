"""smtpsh check_smtp: the plugin's options and states, without the bugs of its releases."""
import base64
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import EHLO, GREETING, Server

PLAIN = "250 hostile.example\r\n"


def polite(p):
    p.say(GREETING).hear().say(PLAIN).hear().say("221 bye\r\n")


class CheckSmtp(unittest.TestCase):
    def check(self, behaviour, status, *options, said=""):
        with Server(behaviour) as server:
            done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(server.port), *options)
            peer = server.peers[0] if server.peers else None
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        word = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[status]
        self.assertTrue(done.stdout.startswith(f"SMTP {word} - "), done.stdout)
        self.assertLessEqual(done.stdout.count("\n"), 2)     # why, and what to do, as long output
        self.assertRegex(done.stdout, r" sec\. response time\|time=[0-9.]+s;")
        self.assertIn(said, done.stdout)
        return peer

    def test_helo_by_default_and_quit(self):
        self.assertEqual([line.split()[0] for line in self.check(polite, 0, "-F", "me.example").heard], ["HELO", "QUIT"])

    def test_starttls_missing_is_a_warning(self):
        self.check(polite, 1, "-S", said="not offered")

    def test_starttls_454_keeps_its_text(self):
        self.check(lambda p: p.say(GREETING).hear().say(EHLO).hear().say("454 not now\r\n").hear().say("221 x\r\n"), 1, "-S", said="454 not now")

    def test_banner_554(self):
        self.check(lambda p: p.say("554 go away\r\n").hear(), 2, said="554 go away")

    def test_banner_421_and_close(self):
        self.check(lambda p: p.say("421 too many\r\n").close(), 1, said="421 too many")

    def test_closed_without_a_word(self):
        self.check(lambda p: p.close(), 1)

    def test_mail_refused_counts(self):
        self.check(lambda p: p.say(GREETING).hear().say(PLAIN).hear().say("530 log in\r\n").hear().say("221 x\r\n"), 2, "-f", "a@b.example",
                   said="530 log in")

    def test_expect_looks_at_the_banner_only(self):
        self.check(polite, 1, "-e", "250")
        self.check(polite, 0, "-e", "220 hostile.example")
        self.check(polite, 1, "-e", "2.0 hostile")            # a dot is a dot

    def test_commands_and_responses(self):
        talk = lambda p: p.say(GREETING).hear().say(PLAIN).hear().say("252 maybe\r\n").hear().say("214 help\r\n").hear().say("221 x\r\n")
        args = ["-C", "VRFY root", "-R", "^25[02]", "-C", "HELP", "-R"]
        self.check(talk, 0, *args, "^214")
        self.check(talk, 1, *args, "^250", said="HELP")

    def test_what_was_said_is_named(self):
        "a command that nobody answers, that ends the connection, and HELO"
        first = lambda p: p.say(GREETING).hear().say(PLAIN).hear()
        for after, status, said in ((lambda p: first(p).close(), 1, '"VRFY a"'), (lambda p: first(p).until_gone(), 2, '"VRFY a"'),
                                    (lambda p: first(p).say("421 enough\r\n").close(), 1, "421 enough")):
            self.check(after, status, "-C", "VRFY a", "-t", "2", said=said)
        self.check(lambda p: p.say(GREETING).hear().say("501 no\r\n").hear(), 2, said="HELO rejected: 501 no")

    def test_quit_never_answered(self):
        self.check(lambda p: p.say(GREETING).hear().say(PLAIN).hear().until_gone().wait(2), 0, "-q")

    def test_thresholds(self):
        slow = lambda p: p.wait(0.3).say(GREETING).hear().say(PLAIN).hear().say("221 x\r\n")
        self.check(slow, 1, "-w", "0.2", "-c", "30")
        self.check(slow, 2, "-w", "0.1", "-c", "0.2")
        self.check(slow, 0, "-w", "@5:10")

    def test_certificate_days(self):
        with program.Serve() as server:
            run = lambda *more: program.run("check_smtp", "-H", server.host, "-p", str(server.port), "-S", *more)
            fine, few = run("-D", "30,5"), run("-D", "400,5")
        self.assertEqual((fine.returncode, few.returncode), (0, 1), fine.stdout + few.stdout)
        self.assertIn("cert_days=", few.stdout)

    def test_nobody_and_no_name(self):
        self.assertEqual(program.run("check_smtp", "-H", "127.0.0.1", "-p", "1").returncode, 2)
        self.assertEqual(program.run("check_smtp", "-H", "no-such-name.invalid", "-t", "3").returncode, 2)

    def test_usage_is_unknown(self):
        for args in ([], ["-H"], ["--nonsense"], ["-H", "x", "-w", "abc"], ["-h"], ["-V"]):
            self.assertEqual(program.run("check_smtp", *args).returncode, 3, args)

    def test_the_line_is_check_smtp_s(self):
        with Server(polite) as server:
            done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(server.port), "-w", "5.5", "-c", "10")
        self.assertRegex(done.stdout, r"\ASMTP OK - \d+\.\d{3} sec\. response time\|time=\d+\.\d{6}s;5\.5;10;0\.000000 resolve=")

    def test_options_behind_a_bare_host_count(self):
        with Server(polite) as server:
            done = program.run("check_smtp", "127.0.0.1", "-p", str(server.port), "and", "more")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_no_other_kind_of_target(self):
        "what could be a command, a domain or another port is no host"
        for host in ("pipe:touch /tmp/x", "demo:", "unix:/x", "@example.org", "smtp://127.0.0.1", "127.0.0.1:25", "a b", ""):
            done = program.run("check_smtp", "-H", host)
            self.assertEqual(done.returncode, 3, host)
            self.assertRegex(done.stdout, r"\ASMTP UNKNOWN - -H [^\n|]*: expected a host name, an address, or the absolute path of a socket\n\Z")

    def test_tls_at_once_or_later(self):
        self.assertEqual(program.run("check_smtp", "-H", "127.0.0.1", "-S", "-s").returncode, 3)

    def test_the_file_of_options_comes_first(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as ini:
            ini.write("[check_smtp]\nport=1\nexpect=nothing\n")
            ini.flush()
            self.check(polite, 0, "-e", "220", "--extra-opts", f"@{ini.name}")
            with Server(polite) as server:
                env = program.environment(MP_CONFIG_FILE=ini.name)
                done = program.run("check_smtp", "-H", "127.0.0.1", f"-p{server.port}", "--extra-opts", env=env)
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_a_file_without_an_option_leads_nowhere(self):
        "an option of options, and one beginning as it does, are none"
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as ini:
            ini.write("[check_smtp]\nextra-opts=x\n")
            ini.flush()
            for args in (("--extra=x",), (f"--extra-opts=@{ini.name}",)):
                done = program.run("check_smtp", "-H", "127.0.0.1", *args)
                self.assertEqual(done.returncode, 3)
                self.assertIn("unknown option", done.stdout)

    def test_v_shows_the_dialogue_behind_the_line(self):
        with Server(lambda p: p.say("220 a|b\r\n").hear().say(PLAIN).hear().say("221 x\r\n")) as server:
            done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(server.port), "-v")
        first, rest = done.stdout.split("\n", 1)
        self.assertRegex(first, r"\ASMTP OK - .*\|time=")
        self.assertIn("<-  220 a/b\n", rest)
        self.assertIn(" -> QUIT\n", rest)
        self.assertNotIn("|", rest)

    def secrets_of(self, *options):
        """What it says of a server that knows AUTH, and what the system shows of its words meanwhile."""
        shown = []

        def serve(p):
            p.say(GREETING).hear()
            with open(f"/proc/{running[0].pid}/cmdline", "rb") as file:
                shown.append(file.read().decode())
            p.say("250-x\r\n250 AUTH LOGIN PLAIN\r\n")
            p.hear().say("334 VXNlcm5hbWU6\r\n").hear().say("334 UGFzc3dvcmQ6\r\n").hear().say(f"535 no {p.heard[-1]}\r\n").obey()

        running = []
        with Server(serve) as server:
            running.append(subprocess.Popen([program.SMTPSH, "check_smtp", "-H", "127.0.0.1", "-p", str(server.port), "-vvv", *options],
                                            stdout=subprocess.PIPE, text=True, env=program.environment()))
            said = running[0].communicate(timeout=program.DEADLINE)[0]
        return said + shown[0]

    def test_a_password_is_not_shown(self):
        secret = "s3cret-w0rd"
        coded = base64.b64encode(secret.encode()).decode()
        for options in (("-A", "LOGIN", "-U", "bob", "-P", secret), ("-A", "LOGIN", "-U", "bob", f"--authpass={secret}"),
                        ("-A", "LOGIN", "-U", "bob", f"-P{secret}")):
            text = self.secrets_of(*options)
            self.assertIn("*" * len(secret), text)
            self.assertNotIn(secret, text)
            self.assertNotIn(coded, text)

    def test_a_secret_in_a_command_is_not_shown(self):
        coded = base64.b64encode(b"s3cret-w0rd").decode()
        talk = lambda p: p.say(GREETING).hear().say(PLAIN).hear().say("334 VXNlcm5hbWU6\r\n").hear().say("334 UGFzc3dvcmQ6\r\n").hear().say(
            "535 no\r\n").hear().say("221 x\r\n")
        with Server(talk) as server:
            done = program.run("check_smtp", "-H", "127.0.0.1", "-p", str(server.port), "-v", "-C", "AUTH LOGIN", "-C", "Ym9i", "-C", coded,
                               "-R", "334", "-R", "334", "-R", "235")
        self.assertEqual(done.returncode, 1)
        self.assertIn("535 no", done.stdout)
        self.assertNotIn(coded, done.stdout)

    def test_extra_opts(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as ini:
            ini.write("[other]\nport=1\n[mine]\nexpect=nothing of the kind\n")
            ini.flush()
            self.check(polite, 1, f"--extra-opts=mine@{ini.name}")

    def test_by_its_name(self):
        with tempfile.TemporaryDirectory() as place, Server(polite) as server:
            os.symlink(program.SMTPSH, place + "/check_smtp")
            done = subprocess.run([place + "/check_smtp", "-H", "127.0.0.1", "-p", str(server.port)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)



class Addresses(unittest.TestCase):
    """A host of several addresses: each is tried until one can be connected to, as the plugin does."""

    def test_the_next_when_one_does_not_connect(self):
        with tempfile.NamedTemporaryFile("w", suffix=".hosts") as hosts, Server(lambda p: p.hello("250 x\r\n").obey()) as server:
            hosts.write("127.0.0.1 localhost\n::1 localhost\n127.0.0.9 two.example\n127.0.0.1 two.example\n127.0.0.8 none.example\n127.0.0.9 none.example\n")
            hosts.flush()
            if subprocess.run([*program.OWN_MOUNTS, "mount", "--bind", hosts.name, "/etc/hosts"], capture_output=True).returncode:
                self.skipTest("no mount namespace can be had here")
            for host, args, status in (("localhost", [], 0), ("localhost", ["-4"], 0), ("localhost", ["-6"], 2), ("two.example", [], 0), ("none.example", [], 2)):
                script = f'mount --bind {hosts.name} /etc/hosts && exec "$@"'
                for command in (["check_smtp", "-H", host, "-p", str(server.port), *args], ["probe", "--tls=off", "--addresses=first", *args, f"{host}:{server.port}"]):
                    done = subprocess.run([*program.OWN_MOUNTS, "sh", "-c", script, "sh", program.SMTPSH, *command], capture_output=True, text=True, timeout=program.DEADLINE,
                                          env=program.environment())
                    self.assertEqual(done.returncode, status, (command, done.stdout))


if __name__ == "__main__":
    tap.main()
