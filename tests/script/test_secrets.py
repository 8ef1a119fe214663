"""No secret in any output: a server echoes what it was told, in every encoding, and all that is printed and kept is searched."""
import base64
import html
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from mta import Mta

USER, PASSWORD = "bob@example.org", "Tr0ub4dor zebra&3"


def b64(octets):
    return base64.b64encode(octets if isinstance(octets, bytes) else octets.encode()).decode()


KEY = b64(f"\0{USER}\0{PASSWORD}")
TYPED = f"EHLO x\nAUTH PLAIN {KEY}\nNOOP\nQUIT\n"


def forms(octets):
    """What a secret may look like; of base64 within a longer text the digits that it alone decides."""
    yield octets.decode("latin-1")
    yield octets.hex()
    yield urllib.parse.quote(octets, safe="")
    yield urllib.parse.quote(octets, safe="").replace("%", "=")
    yield urllib.parse.quote(octets, safe="").replace("%", "+")
    yield html.escape(octets.decode("latin-1"))
    for text in (b64(octets), b64(b64(octets))):
        yield text
    for before in range(3):
        yield b64(b"x" * before + octets)[4:-4]


SHOWN = [form.lower() for secret in (PASSWORD.encode(), b"Tr0ub4dor", f"\0{USER}\0{PASSWORD}".encode()) for form in forms(secret) if len(form) >= 8]


def echo(client, line):
    """A refusal that repeats what it was told as it came, read, and encoded again."""
    word = line.split()[-1]
    try:
        octets = base64.b64decode(word, validate=True)
    except ValueError:
        octets = word.encode()
    texts = [line, line.upper(), line[:40]]
    for told in (word.encode(), octets, octets.split(b"\0")[-1]):
        texts += [form.replace("\0", " ") for form in forms(told)] + [told.hex().upper()]
    return ["535-" + text for text in texts] + ["535 5.7.8 no"]


class Secrets(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.env = program.environment(PW=PASSWORD, HOME=self.folder, SMTPSH_SECRET_USER=USER, SMTPSH_SECRET_PASSWORD=PASSWORD)

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o600)
        return path

    def search(self, what):
        for form in SHOWN:
            at = what.lower().find(form)
            self.assertEqual(at, -1, f"{form!r} in {what[max(0, at - 300):at + 100]!r}")

    def run_it(self, *args, input="", answers=None):
        kept = [self.path("log"), self.path("trace")]
        for path in kept:
            if os.path.exists(path):
                os.remove(path)
        keep = ("--debug", kept[1], *(("--log", kept[0]) if args[0] not in ("send", "probe", "replay") else ()))
        with Mta("AUTH PLAIN LOGIN", answers=answers or {"AUTH": echo}) as mta:
            done = program.run(args[0], *keep, *[a.replace("{}", mta.target) for a in args[1:]], input=input, env=self.env)
        self.search(done.stdout)
        self.search(done.stderr)
        for path in kept:
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="surrogateescape") as file:
                    self.search(file.read())
        return done

    def talk(self, *args, **more):
        return self.run_it("--timeout=5", *args, "{}", **more)

    def login(self, answers, *then):
        return self.talk("--auth", "--user", USER, "--password-env", "PW", *[w for line in then for w in ("-c", line)], answers=answers)

    def test_given_by_options(self):
        password = self.path("password", PASSWORD + "\n")
        self.path(".netrc", f"machine 127.0.0.1 login {USER} password {PASSWORD.split()[0]}\n")
        for given in (("--user", USER, "--password-env", "PW"), ("--user", USER, "--password-file", password), ("--netrc",),
                      ("--user", USER, "--password-env", "PW", "--format", "json")):
            with self.subTest(given):
                self.assertIn("535", self.talk("--auth", *given, "-c", "NOOP").stdout)

    def test_typed_by_hand(self):
        for lines in (TYPED, f" auth\tplain {KEY}\nAUTH PLAIN  {KEY} x\n", f"AUTH PLAIN={KEY}\n", f'/pipeline "NOOP" "AUTH PLAIN {KEY}"\n'):
            with self.subTest(lines):
                self.assertIn("5.7.8 no", self.talk(input="EHLO x\n" + lines + "QUIT\n").stdout)

    def test_typed_by_hand_and_not_quite_right(self):
        "misspelt, wrapped, in another alphabet, in the wrong place, and whatever AUTH is answered"
        safe, bare = KEY.replace("+", "-").replace("/", "_"), KEY.rstrip("=")
        lines = [f"AUTHPLAIN {KEY}", f"AUTH=PLAIN {KEY}", f"AUTH-PLAIN {KEY}", f"AUTHPLAIN{KEY}", f"PLAIN AUTH {KEY}", f"PLAIN {KEY}", f"AUHT PLAIN {KEY}",
                 f"AUT PLAIN {KEY}", f"auth plain {KEY}", f"AUTH PLAIN {safe}", f"AUTH PLAIN {bare}", f"AUTH PLAIN {KEY[:20]} {KEY[20:]}",
                 f"AUTH PLAIN {KEY[:20]}\n{KEY[20:]}", f"AUTH {KEY}", f"AUTH LOGIN {b64(PASSWORD)}", f"AUTH PLAIN {USER} {PASSWORD}", KEY, bare,
                 f"NOOP {KEY}", f"EHLO x AUTH PLAIN {KEY}", f">> AUTH PLAIN {KEY}", f"AUTH PLAIN\n{KEY}", f"AUTH LOGIN\n{b64(USER)}\n{b64(PASSWORD)}",
                 f"AUTH LOGIN\n{b64(PASSWORD)}\n{b64(USER)}", f"AUTH XFOO\n{b64(PASSWORD)}"]
        for reply in (None, "235 ok", "250 ok", "354 go on", "504 5.5.4 no", "334 " + b64("Password:"), "334 "):
            for line in lines:
                with self.subTest(reply, line=line):
                    form = ("--format", "json") if len(line) % 2 else ()
                    self.talk(*form, input="EHLO x\n" + line + "\nQUIT\n", answers={"AUTH": reply} if reply else None)

    def test_an_answer_that_nobody_asks_for(self):
        "in a pipe /auth cannot ask: what follows it is no command"
        with Mta("AUTH PLAIN LOGIN") as mta:
            done = program.run(mta.target, input=f"EHLO x\n/auth PLAIN bob\n{PASSWORD}\nNOOP\n/auth\nbob\n{PASSWORD}\nNOOP\nQUIT\n", env=self.env)
            self.assertEqual(mta.heard, ["EHLO x", "NOOP", "NOOP", "QUIT"])
        self.search(done.stdout)
        self.assertIn("not sent (2 lines)", done.stdout)

    def test_children_do_not_inherit_one(self):
        told = self.path("told")
        env = dict(self.env, KEPT="kept")
        for args in (("--user", USER, "--password-env", "PW", f"pipe:env >{told}; echo 220 x"),
                     ("--user", USER, "--password-env", "PW", "--password-command", f"env >{told}; echo $KEPT", "demo:")):
            with self.subTest(args):
                program.run(*args, env=env)
                with open(told, encoding="utf-8") as file:
                    text = file.read()
                self.assertIn("KEPT=kept", text)
                self.search(text)

    def test_octets_as_they_are_and_in_pieces(self):
        for lines in (f'/raw "AUTH PLAIN {KEY}\\r\\n"\n', f'/raw "AU"\n/raw "TH PLAIN {KEY[:20]}"\n/raw "{KEY[20:]}\\r\\n"\n'):
            with self.subTest(lines):
                self.assertIn("5.7.8 no", self.talk(input="EHLO x\n" + lines + "QUIT\n").stdout)

    def test_answers_to_an_auth_that_was_refused_are_not_commands(self):
        with Mta("AUTH LOGIN", answers={"AUTH": "504 5.5.4 no"}) as mta:
            done = program.run(mta.target, input=f"EHLO x\nAUTH LOGIN\n{b64(USER)}\n{b64(PASSWORD)}\nNOOP\nQUIT\n")
            self.assertEqual(mta.heard, ["EHLO x", "AUTH LOGIN", "NOOP", "QUIT"])
        self.assertEqual(done.returncode, 7)
        self.assertIn("*** AUTH response not sent (2 lines)", done.stdout)
        self.search(done.stdout)

    def test_what_comes_later_and_in_halves(self):
        told = f"{PASSWORD} {b64(PASSWORD)} {KEY}"

        def half(client, line):
            client.sock.sendall(f"535-{told}".encode())
            client.sock.shutdown(socket.SHUT_RDWR)
            return []
        self.assertIn("incomplete reply", self.login({"AUTH": half}, "NOOP").stdout)
        self.login({"AUTH": "235 ok", "NOOP": lambda c, line: ["250 ok", "250 " + told]}, "NOOP")
        self.login({"AUTH": "235 ok", "STARTTLS": lambda c, line: ["220 go on", "250 " + told]}, "STARTTLS")
        challenged = self.login({"AUTH": lambda c, line: ["334 " + b64("you said " + PASSWORD)]}, "NOOP")
        self.assertIn("the decoded challenge is: you said ****", challenged.stdout)

    def test_a_challenge_is_answered_as_it_came(self):
        "though it shows the secret"
        program.needs(self, "libgsasl")
        digest = []

        def cram(client, line):
            client.say("334 " + b64("<" + PASSWORD.split()[0] + ">"))
            digest.append(base64.b64decode(client.line()).decode())
            return ["235 ok"]
        self.run_it("--timeout=5", "--auth=CRAM-MD5", "--user", USER, "--password-env", "PW", "{}", "-c", "NOOP", answers={"AUTH": cram})
        import hmac
        want = hmac.new(PASSWORD.encode(), ("<" + PASSWORD.split()[0] + ">").encode(), "md5").hexdigest()
        self.assertEqual(digest, [f"{USER} {want}"])

    def test_a_short_one(self):
        "is starred out where it is quoted, in any encoding, and not out of every word"
        for secret in ("pw", "abc", "h0t!", "secre"):
            quoted = [f'"{secret}"', secret, b64(secret), secret.encode().hex(), b64("you said " + secret), b64(f"\0{USER}\0{secret}")]
            self.env["PW"] = secret
            for form in ("text", "json"):
                done = self.talk("--auth", "--user", USER, "--password-env", "PW", "--format", form, "-c", "NOOP",
                                 answers={"AUTH": lambda c, line: ["535-" + q for q in quoted] + ["535 5.7.8 the abcd spwn"]})
                self.assertIn("5.7.8 the abcd spwn", done.stdout)
                places = [done.stdout, done.stderr]
                for path in ("log", "trace"):
                    with open(self.path(path), encoding="utf-8") as file:
                        places.append(file.read())
                for said in quoted:
                    for place in places:
                        self.assertNotRegex(place, r"(?<![\w/+])" + re.escape(said) + r"(?![\w/+=])")

    def test_send_and_probe(self):
        given = ("--auth", "--user", USER, "--password-env", "PW")
        self.assertIn("535", self.run_it("send", *given, "--from", "a@b.example", "--to", "c@d.example", "{}").stdout)
        for form in ("text", "nagios", "json", "prom", "tap", "junit"):
            with self.subTest(form):
                self.run_it("probe", "-v", *given, "--format", form, "{}")

    def test_scripts(self):
        script = self.path("s.smtp", "/secret user\n/secret password\nS: 220 ...\nC: EHLO x\nS: 250 ...\n"
                           "C: AUTH PLAIN {{plain user password}}\nS: 235 ok\n")
        with open(script, encoding="utf-8") as file:
            text = file.read()
        for form in (("-v",), ("--format", "tap"), ("--format", "junit"), ("--format", "json", "-v"), ("--update",)):
            with self.subTest(form):
                done = self.run_it("replay", *form, "--against", "{}", script)
        self.assertIn("not updated: the reply contains a secret", done.stderr)
        with open(script, encoding="utf-8") as file:
            self.assertEqual(text, file.read())

    def test_what_a_script_itself_has(self):
        "in whatever form and in whatever report; and the server repeats it"
        secret = PASSWORD.replace(" ", "_")
        auths = [f"/auth PLAIN user=u password={secret}", f"/auth LOGIN user=u password={secret}",
                 f"C: AUTH PLAIN {b64(chr(0) + 'u' + chr(0) + secret)}\nS: 235", f'C: AUTH PLAIN {{{{plain "u" "{secret}"}}}}\nS: 235',
                 f"C: AUTH LOGIN\nS: 334\nC: {b64('u')}\nS: 334\nC: {b64(secret)}\nS: 235",
                 f'C: AUTH LOGIN\nS: 334\nC: {b64("u")}\nS: 334\nC: {{{{login-pass "{secret}"}}}}\nS: 235',
                 f"/var password={secret}\n/var user=u\nC: AUTH PLAIN {{{{plain user password}}}}\nS: 235",
                 f"/var smtp_pw={secret}\n/auth PLAIN user=u password={{{{smtp_pw}}}}",
                 f'/raw "AUTH PLAIN {b64(chr(0) + "u" + chr(0) + secret)}\\r\\n"\nS: 235']
        told = [form.lower() for form in forms(secret.encode()) if len(form) >= 8]

        def auth(client, line):
            words = line.split()
            for challenge in ["Username:", "Password:"] if words[1] == "LOGIN" else [""] * (len(words) < 3):
                client.say("334 " + b64(challenge))
                client.line()
            return [f"535-{secret} {b64(secret)}", "535 5.7.8 no"]
        for lines in auths:
            script = self.path("own.smtp", f"/case \"x\"\nC: EHLO x\nS: 250\n# {secret}\n{lines}\nC: NOOP {secret}\nS: 250\n")
            for form in (("-v",), (), ("--format", "tap"), ("--format", "junit"), ("--format", "json"), ("--update",), ("--keep-going", "-v")):
                with self.subTest(lines, form=form), Mta("AUTH PLAIN LOGIN", answers={"AUTH": auth}) as mta:
                    trace = self.path("own.trace")
                    done = program.run("replay", "--debug", trace, *form, "--against", mta.target, script)
                    self.assertNotEqual(done.returncode, 0)
                    with open(trace, encoding="utf-8", errors="surrogateescape") as file:
                        shown = (file.read() + done.stdout + done.stderr).lower()
                    os.remove(trace)
                    for what in told:
                        at = shown.find(what)
                        self.assertEqual(at, -1, shown[max(0, at - 200):at + 60])

    def test_an_error_in_a_line_does_not_repeat_it(self):
        for line in (f"/auth PLAIN bob {PASSWORD}", f"/auth PLAIN pw:{PASSWORD}=x", f"C: AUTH PLAIN {{{{nothing {PASSWORD}}}}}",
                     f"/secret password={PASSWORD}", f"/secret password {PASSWORD}", f"/var password={PASSWORD} {{{{x"):
            with self.subTest(line):
                script = self.path("bad.smtp", "C: EHLO x\nS: 250\n" + line + "\n")
                for args in (("replay", "--against", "demo:", script), ("demo:", "-f", script), ("serve", script)):
                    self.search("".join(self.output(*args)))

    def output(self, *args):
        done = program.run(*args)
        return done.stdout, done.stderr

    def test_the_servers_side_and_between(self):
        lines = f"EHLO x\r\nAUTH PLAIN {KEY}\r\nAUTH LOGIN\r\n{b64(USER)}\r\n{b64(PASSWORD)}\r\nAUTH PLAIN={KEY}\r\n auth plain {KEY}\r\nQUIT\r\n"
        with Mta("AUTH PLAIN LOGIN", answers={"AUTH": lambda c, line: echo(c, line) if " " in line[5:] else ["334 "],
                                             b64(USER).upper(): "334 "}) as mta:
            for args in (("serve", "-v"), ("serve", "--format", "json", "-v"),
                         ("record", "--listen", "127.0.0.1:0", "--to", mta.target)):
                with self.subTest(args):
                    process = subprocess.Popen([program.SMTPSH, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.env)
                    where = process.stdout.readline().decode()
                    port = int("".join(c if c.isdigit() else " " for c in where.rsplit(":", 1)[1]).split()[0])
                    with socket.create_connection(("127.0.0.1", port), program.DEADLINE) as sock:
                        sock.sendall(lines.encode())
                        while sock.recv(65536):
                            pass
                    process.terminate()
                    out = process.communicate(timeout=program.DEADLINE)[0].decode("utf-8", "replace")
                    self.assertIn("AUTH", out)
                    self.search(out)


if __name__ == "__main__":
    tap.main()
