"""Every line that the EXAMPLES of a manual page show is done in a shell, in order, against servers here."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
for each in ("lib", "servers"):
    sys.path.insert(0, os.path.join(ROOT, "tests", each))
import pki
import program
import tap
import terminal
from nameserver import NameServer

ZONE = {("example.org", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"], ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject; rua=mailto:d@example.org"],
        ("example.org", "MX"): [(10, "mx1.example.org")], ("mx1.example.org", "A"): ["127.0.0.1"], ("mx2.example.org", "A"): ["127.0.0.1"],
        ("s1._domainkey.example.org", "TXT"): ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]}
FILES = {
    "password.txt": "demo\n",
    "message.eml": "Subject: a test\r\n\r\nWords.\r\n",
    "targets.txt": "{where}\n",
    "mock.smtp": "S: 220 mx1.example.org ESMTP\nC: QUIT\nS: 221 2.0.0 Bye\n",
    "domains.txt": "example.org\n",
    "swaks.log": "=== Connected to mx1.example.org.\n<-  220 mx1.example.org ESMTP\n -> EHLO me.example.org\n<-  250 mx1.example.org\n"
                 " -> QUIT\n<-  221 2.0.0 Bye\n",
}
SERVERS = ("serve", "record", "exporter")       # these go on once they listen
TYPED = {           # what smtpsh-prompt(1) has typed at the prompt of demo:, and what is shown then
    "/starttls": "TLSv1.3",
    "MAIL FROM:<me@example.org>": "250 2.1.0",
    "RCPT TO:<unknown@example.org>": "550 5.1.1",
    "/explain": "5.1.1",
    "/again 3 NOOP": "3 rounds: 0 failed",
    "/timing": "NOOP x3",
    "/save session.smtp": "replay --against",
    "/quit": "221 ",
}
STATUS = {          # of lines that do not end with 0 where they are done here, and why
    "check --from": (2,),       # 192.0.2.1 has no reverse DNS here
    " check ": (0, 1),          # the server's certificate is the program's own
    "probe @example.org": (1,), # as check
    "replay --against HOST session.smtp": (0, 1),       # what was imported is another server's
}


def lines(page):
    with open(page, encoding="utf-8") as file:
        examples = re.split(r"^\.Sh ", file.read().partition("\n.Sh EXAMPLES\n")[2], flags=re.M)[0]
    return [re.sub(r"\\e", r"\\", line.replace("\\&", "").replace("\\-", "-")) for line in re.findall(r"^\.Dl \$ (.*)$", examples, re.M)]


def literal(page):
    """The displays among the EXAMPLES of a page."""
    with open(os.path.join(ROOT, "man", page), encoding="utf-8") as file:
        return re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", file.read().partition("\n.Sh EXAMPLES\n")[2], re.M)


def configured():
    """The file that smtpsh-config(5) shows, with a server, an account and a CA that are here."""
    [text] = literal("smtpsh-config.5")
    here = {"submission://smtp.example.org": "submission://{where}", "user = me": "user = demo", "pass show mail/work": "echo demo"}
    for shown, real in here.items():
        if shown not in text:
            raise AssertionError(f"{shown!r} is not in {text!r}")
        text = text.replace(shown, real)
    with open(os.path.join(pki.make(), "ca.pem"), encoding="ascii") as file:
        return {"smtpsh/config": text, "ca.pem": file.read()}


class Examples(unittest.TestCase):
    def done(self, command, folder, is_server):
        path = os.path.dirname(program.SMTPSH) + ":" + os.environ.get("PATH", "/usr/bin:/bin")
        with subprocess.Popen(["sh", "-c", "exec " * (not re.search("[|<>]", command)) + command], stdin=subprocess.PIPE, text=True, cwd=folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=program.environment(PATH=path, HOME=folder, XDG_CONFIG_HOME=folder)) as process:
            try:
                if is_server:
                    return process.stdout.readline(), None
                return process.communicate("EHLO me.example.org\nQUIT\n", program.DEADLINE)[0], process.returncode
            finally:
                process.kill()

    def play(self, page, where, dns):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**FILES, **(configured() if page.endswith("-config.5") else {})}.items():
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                with open(os.path.join(folder, name), "w", encoding="ascii", newline="") as file:
                    file.write(text.replace("{where}", where))
            address, port = where.rsplit(":", 1)
            for line in lines(page):
                is_server = line.split()[1] in SERVERS
                with self.subTest(line):
                    command = line.replace("HOST", where).replace("ADDRESS", address).replace("PORT", port).replace("--user me", "--user demo")
                    if re.search("example.org|domains.txt", line) and not is_server and "printf" not in line and "HOST" not in line and " explain " not in line:
                        command += f" --dns {dns}" * ("--dns" not in line) + f" -p {port}" * ("resolve" not in line and "--from" not in line)
                        command = command.replace("--dns 127.0.0.1 ", f"--dns {dns} ")
                    said, status = self.done(command, folder, is_server)
                    self.assertTrue("work" not in line or "235 " in said, said)     # the account of that section was used
                    wanted = [s for part, s in STATUS.items() if part in line]
                    if is_server:
                        self.assertRegex(said, "^listening on ")
                    else:
                        self.assertIn(status, wanted[0] if wanted else (0,), command + "\n" + said)

    def test_what_is_typed_at_the_prompt(self):
        "each line in order, and what the screen then shows"
        found = [line for text in literal("smtpsh-prompt.1") for line in text.splitlines()]
        self.assertEqual(found, list(TYPED))
        with terminal.Terminal("demo:", NO_COLOR="1") as screen:
            screen.prompt(terminal.PROMPT)
            for line, seen in TYPED.items():
                screen.line(line)
                screen.until(seen)
                if line != "/quit":
                    screen.prompt(terminal.PROMPT)
            self.assertEqual(screen.status(), 0)
            with open(os.path.join(screen.home.name, "session.smtp"), encoding="ascii") as file:
                self.assertIn("\nC: RCPT TO:<unknown@example.org>\nS: 550 ", file.read())

    def test_every_page_has_some(self):
        for page in sorted(glob.glob(os.path.join(ROOT, "man", "*.[15]"))):
            self.assertTrue(lines(page), page)


def add(page):
    def test(self):
        if "exporter" in page:
            program.needs(self, "libmicrohttpd")
        with program.Serve() as server, NameServer(ZONE) as dns:
            self.play(page, server.where, dns.address)
    setattr(Examples, "test_" + os.path.basename(page).replace(".", "_").replace("-", "_"), test)


for each in glob.glob(os.path.join(ROOT, "man", "*.[15]")):
    if lines(each):
        add(each)


if __name__ == "__main__":
    tap.main()
