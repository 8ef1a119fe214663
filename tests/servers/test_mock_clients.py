"""Real clients deliver to `smtpsh serve`, in order and through faults; what they logged is imported and replays."""
import contextlib
import io
import json
import os
import smtplib
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import mtas
import packages
import program
import tap
import wire
from terminal import Terminal

MESSAGE = "Subject: x\r\n\r\nfirst line\r\n.a dot\r\n"
FAULTS = os.path.join(ROOT, "scripts", "examples", "mock-faults.smtp")

POSTFIX_MAIN = mtas.POSTFIX_HOME + """
mydestination =
local_recipient_maps =
alias_maps =
relayhost = [127.0.0.1]:%d
smtp_tls_security_level = may
"""
POSTFIX_MASTER = mtas.POSTFIX_SERVICES + """
smtp unix - - n - - smtp
relay unix - - n - - smtp
scache unix - - n - 1 scache
"""
EXIM = """
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim/%%slog
primary_hostname = exim.bed.test
qualify_domain = bed.test
keep_environment =
trusted_users = root
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  self = send
  transport = out
begin transports
out:
  driver = smtp
  port = %d
  hosts_try_prdr = %s
"""


class Loud(smtplib.SMTP):
    debuglevel = 1


class Clients(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.lines = os.path.join(self.folder, "lines")

    def serve(self, *args):
        server = program.Serve("--messages", self.lines, *args)
        self.addCleanup(server.__exit__)
        return server

    def messages(self):
        with open(self.lines, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        return path

    def replays(self, log, server):
        """The log is understood, and its script replays against the server that was talked to, without failures."""
        done = program.run("import", "-v", "-", input=log)
        self.assertEqual(done.returncode, 0, done.stderr + log)
        self.assertNotIn("leaves something open", done.stderr, done.stdout + log)
        played = program.run("replay", "--against", server.where, "--secret", "password=@" + self.write("password", "demo\n"),
                             self.write("imported.smtp", done.stdout))
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr + done.stdout)
        return done.stdout

    def test_smtplib(self):
        server = self.serve()
        log = io.StringIO()
        with contextlib.redirect_stderr(log), Loud(server.host, server.port, "me.example", program.DEADLINE) as client:
            client.starttls(context=wire.context())
            client.login("demo", "demo")
            client.sendmail("a@b.example", ["c@d.example"], MESSAGE)
        self.assertEqual([m["text"] for m in self.messages()], [MESSAGE])
        script = self.replays(log.getvalue(), server)
        self.assertIn("C: ..a dot\n", script)
        self.assertNotIn("AGRlbW8", script)

    def test_swaks(self):
        server = self.serve()
        done = packages.run("swaks", "swaks", "--server", server.host, "--port", str(server.port), "--tls", "--helo", "me.example",
                            "--auth", "LOGIN", "--auth-user", "demo", "--auth-password", "demo", "--from", "a@b.example",
                            "--to", "c@d.example", "--body", "x")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([(m["user"], m["tls"]) for m in self.messages()], [("demo", True)])
        self.replays(done.stdout, server)

    def logs_in(self, packages_name, argv, mechanisms, right=0, **how):
        """Each mechanism that the client has, with the right password and a wrong one."""
        accounts = self.write("accounts", "tim:secret,1\n")
        os.chmod(accounts, 0o600)
        server = self.serve("--account-file", accounts)
        for mech in mechanisms:
            with self.subTest(mech):
                before = len(self.messages()) if os.path.exists(self.lines) else 0
                done = packages.run(packages_name, *argv(server, mech, "secret,1"), **how)
                self.assertEqual(done.returncode, right, done.stdout + done.stderr)
                self.assertEqual([m["user"] for m in self.messages()[before:]], ["tim"])
                self.assertNotEqual(packages.run(packages_name, *argv(server, mech, "wrong"), **how).returncode, right)
                self.assertEqual(len(self.messages()), before + 1)

    def test_swaks_logs_in(self):
        self.logs_in("swaks", lambda server, mech, password: (
            "swaks", "--server", server.host, "--port", str(server.port), "--helo", "me.example", "--auth", mech, "--auth-user", "tim",
            "--auth-password", password, "--from", "a@b.example", "--to", "c@d.example", "--body", "x"), ("PLAIN", "LOGIN", "CRAM-MD5"))

    def test_curl_logs_in(self):
        token = ("XOAUTH2", "OAUTHBEARER")
        mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", *token)
        about = packages.run("curl", "curl", "-V").stdout
        self.logs_in("curl", lambda server, mech, password: (
            "curl", "-sv", "--login-options", "AUTH=" + mech, "--mail-from", "a@b.example", "--mail-rcpt", "c@d.example", "-T",
            self.write("m", MESSAGE), *(("--user", "tim", "--oauth2-bearer", password) if mech in token else ("--user", "tim:" + password)),
            f"smtp://{server.where}/me.example"), [m for m in mechanisms if "gsasl" in about or not m.startswith("SCRAM")])

    def test_msmtp_logs_in(self):
        self.logs_in("msmtp", lambda server, mech, password: (
            "msmtp", "--host=" + server.host, f"--port={server.port}", "--tls=off", "--domain=me.example", "--auth=" + mech.lower(),
            "--user=tim", "--passwordeval=echo " + password, "--from=a@b.example", "c@d.example"),
            ("plain", "login", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256"), input="Subject: x\n\nx\n")

    def test_curl(self):
        server = self.serve()
        done = packages.run("curl", "curl", "-sv", "--mail-from", "a@b.example", "--mail-rcpt", "c@d.example", "-T",
                            self.write("m", MESSAGE), f"smtp://{server.where}/me.example")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([m["text"] for m in self.messages()], [MESSAGE])
        script = self.replays(done.stderr, server)
        self.assertIn("/body size=", script)

    def test_msmtp(self):
        server = self.serve()
        done = packages.run("msmtp", "msmtp", "-d", "--host=" + server.host, f"--port={server.port}", "--tls=off", "--domain=me.example",
                            "--from=a@b.example", "c@d.example", input="Subject: x\n\nx\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([m["from"] for m in self.messages()], ["a@b.example"])
        self.replays(done.stdout, server)

    def test_openssl_s_client(self):
        server = self.serve()
        client = subprocess.Popen(["openssl", "s_client", "-crlf", "-starttls", "smtp", "-connect", server.where],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(client.stdout.close)
        log = ""
        # As a terminal shows it: what was typed stands before what came.
        for typed, answer in [("EHLO me.example", "250 ENHANCEDSTATUSCODES"), ("NOOP", "250 2.0.0"), ("MAIL FROM:<a@b.example>", "250 2.1.0"),
                              ("VRFY unknown", "550"), ("quit", "221")]:
            client.stdin.write(typed + "\n")
            client.stdin.flush()
            came = ""
            for line in client.stdout:
                came += line
                if line.startswith(answer):
                    break
            at = max(came.rfind("---\n") + 4, 0) if "---\n" in came else 0
            log += came[:at] + typed + "\n" + came[at:]
        client.stdin.close()
        client.wait(program.DEADLINE)
        script = self.replays(log, server)
        self.assertIn("/starttls\nC: EHLO me.example\n", script)

    @contextlib.contextmanager
    def postfix(self, server, *messages, main="", master=POSTFIX_MASTER):
        """Postfix, sending each of the messages (their recipients) to the server; its jail."""
        with packages.Jail("postfix", users=["postfix", "postdrop"]) as jail:
            jail.write("/etc/postfix/main.cf", POSTFIX_MAIN % server.port + main)
            jail.write("/etc/postfix/master.cf", master)
            jail.mkdir("/var/spool/postfix")
            jail.mkdir("/var/lib/postfix", owner="postfix")
            jail.write("/run/message", "Subject: x\n\nby Postfix\n")
            sends = "".join(f"sendmail -i -f a@b.example {' '.join(to)} </run/message; " for to in messages)
            jail.start("sh", "-c", f"(until [ -e /var/spool/postfix/public/pickup ]; do sleep 0.05; done; {sends}) & exec postfix start-fg")
            yield jail

    def test_postfix(self):
        server = self.serve("--count", "1", "--deadline", f"{packages.START_UP}s")
        with self.postfix(server, ["c@d.example", "unknown@d.example"]) as jail:
            status = server.process.wait(packages.START_UP + 5)
            with open(jail.path("/var/log/mail.log"), encoding="utf-8", errors="replace") as log:
                self.assertEqual(status, 0, jail.said() + log.read())
        message = self.messages()[0]
        self.assertTrue(message["tls"] and message["text"].endswith("\r\nby Postfix\r\n"), message)
        self.assertEqual([r["address"] for r in message["recipients"]], ["c@d.example"])

    def test_postfix_meets_faults(self):
        server = self.serve(FAULTS, "--refuse", "rcpt:nobody@d.example")
        fates = {"full": "deferred (host 127.0.0.1[127.0.0.1] said: 452 4.2.2", "grey": "deferred (host 127.0.0.1[127.0.0.1] said: 451 4.7.1",
                 "gone": "deferred (lost connection with 127.0.0.1", "reset": "deferred (lost connection with 127.0.0.1",
                 "slow": "sent (250 2.0.0 Ok: queued as", "nobody": "bounced (host 127.0.0.1[127.0.0.1] said: 550 5.1.1"}
        with self.postfix(server, *([who + "@d.example"] for who in fates)) as jail:
            log = jail.path("/var/log/mail.log")

            def lines():
                with open(log, encoding="utf-8", errors="replace") as file:
                    return [line for line in file if "status=" in line and "to=<a@b.example>" not in line]
            packages.wait_for(lambda: os.path.exists(log) and len(lines()) == len(fates), "every message's fate", log=log,
                              seconds=packages.START_UP)
            for who, fate in fates.items():
                self.assertTrue(any(f"to=<{who}@d.example>" in line and "status=" + fate in line for line in lines()), (who, lines()))
        self.assertEqual([r["address"] for m in self.messages() for r in m["recipients"] if m["from"]], ["slow@d.example"])

    def test_postfix_tells_of_all_it_says(self):
        "-v of its server and of its client in the log, and the notices of protocol errors that both send to the postmaster"
        server = self.serve("--refuse", "rcpt:odd@d.example=501 5.1.3 Bad address")
        loud = "notify_classes = protocol\nsmtpd_peername_lookup = no\nsmtpd_relay_restrictions = permit_mynetworks, reject\n"
        port = packages.port()
        own = f"127.0.0.1:{port} inet n - n - - smtpd -v\n"
        with self.postfix(server, ["odd@d.example"], main=loud, master=POSTFIX_MASTER.replace("- smtp\n", "- smtp -v\n") + own) as jail:
            packages.wait_port(port, process=jail.process, log=jail.log)
            for nonsense in (False, True):    # a message that is taken would have it forgive what came before
                with smtplib.SMTP("127.0.0.1", port, "me.example", packages.START_UP) as client:
                    client.ehlo()
                    if nonsense:
                        self.assertEqual(client.docmd("NONSENSE")[0], 500)
                    else:
                        client.sendmail("a@b.example", ["c@d.example"], MESSAGE)

            def notices():
                return [m["text"] for m in self.messages() if "Transcript of session follows" in m["text"]] if os.path.exists(self.lines) else []
            packages.wait_for(lambda: len(notices()) == 2, "both notices", jail.process, jail.path("/var/log/mail.log"))
            with open(jail.path("/var/log/mail.log"), encoding="utf-8", errors="replace") as file:
                log = file.readlines()
            itself = type("", (), {"where": f"127.0.0.1:{port}"})
            script = self.replays("".join(line for line in log if "postfix/smtpd[" in line), itself)
            self.assertIn("C: NONSENSE\nS: 500 5.5.", script)
            self.assertIn("/body size=", script)
            for notice in notices():
                refused = "501 5.1.3" in notice
                script = self.replays(notice.replace("\r\n", "\n"), server if refused else itself)
                self.assertIn("S: 501 5.1.3 Bad address" if refused else "C: NONSENSE\nS: 500 5.5.", script)
        said = [line for line in log if "postfix/smtp[" in line]
        first = next(line.split("postfix/smtp[")[1].split("]")[0] for line in said if "RCPT TO:<odd@" in line)
        script = self.replays("".join(line for line in said if f"smtp[{first}]" in line), server)
        self.assertIn("C: RCPT TO:<odd@d.example>", script)

    def at_a_terminal(self, *argv, leave=""):
        """What stands on the screen of a person who talks to the server through this program, slips of the keys and all."""
        with Terminal(argv=argv) as t:
            t.until("220 ")
            for typed, answer in (("EHLO me.examplf\x7fe", "250 ENHANCEDSTATUSCODES"), ("MAIL FROM:<a@b.example>", "250 2.1.0"),
                                  ("RCPT TO:<unknown@d.example>", "550 "), ("RCPT TO:<c@d.example>", "250 2.1.5"), ("DATA", "354 ")):
                t.line(typed)
                t.until(answer)
            for typed in ("Subject: by hand", "", "250 is what this line begins with", "."):
                t.line(typed)
            t.until("250 2.0.0")
            t.line("QUIT")
            t.until("221 ")
            t.type(leave)
            return t.whole()

    def test_telnet_within_script(self):
        server, kept = self.serve(), os.path.join(self.folder, "typescript")
        telnet = packages.path_of("telnet", "inetutils-telnet")
        self.at_a_terminal("/usr/bin/script", "-q", "-c", f"{telnet} {server.host} {server.port}", kept)
        self.assertIn("250 is what this line begins with", self.messages()[0]["text"])
        with open(kept, encoding="utf-8", newline="") as file:
            script = self.replays(file.read(), server)
        self.assertIn("C: EHLO me.example\n", script)
        self.assertIn("C: Subject: by hand\nC:\nC: 250 is what this line begins with\nC: .\n", script)

    def test_nc(self):
        server = self.serve()
        log = self.at_a_terminal(packages.path_of("nc", "nc.openbsd"), "-C", server.host, str(server.port), leave="\x03")
        script = self.replays(log, server)
        self.assertIn("C: EHLO me.example\n", script)

    def exim(self, server, *recipients, loud="-v", prdr=""):
        with packages.Jail("exim", users=["Debian-exim"]) as jail:
            jail.write("/etc/exim4/client.conf", EXIM % (server.port, prdr))
            jail.mkdir("/var/spool/exim4", owner="Debian-exim")
            jail.mkdir("/var/log/exim", owner="Debian-exim")
            return jail.run("exim4", "-C", "/etc/exim4/client.conf", "-odf", loud, "-f", "a@b.example", *recipients,
                            input="Subject: x\n\nby Exim\n")

    def test_exim(self):
        server = self.serve()
        done = self.exim(server, "c@d.example")
        self.assertTrue(self.messages()[0]["text"].endswith("\r\nby Exim\r\n"), done.stderr)
        self.assertTrue(self.messages()[0]["chunked"])
        self.assertIn("SMTP<< 250", done.stderr)

    def test_exim_and_a_reply_for_each_recipient(self):
        for without in ("STARTTLS", "STARTTLS,CHUNKING"):
            server = self.serve("--without", without)
            done = self.exim(server, "c@d.example", "busy@d.example", prdr="*")
            self.assertIn("SMTP<< 353 ", done.stderr)
            self.assertIn("SMTP<< 451 4.3.0 ", done.stderr)
            self.assertEqual([r["address"] for m in self.messages() for r in m["recipients"] if m["from"]], ["c@d.example"])
            os.unlink(self.lines)

    def test_exim_in_the_clear_replays(self):
        server = self.serve("--without", "STARTTLS,CHUNKING,PIPELINING")
        done = self.exim(server, "c@d.example", "unknown@d.example")
        self.replays(done.stderr, server)

    def test_exim_replays_with_all_that_it_can(self):
        for loud in ("-v", "-d"):
            server = self.serve()
            done = self.exim(server, "c@d.example", "unknown@d.example", loud=loud)
            script = self.replays(done.stderr, server)
            self.assertIn("C: STARTTLS\n", script)
            self.assertIn("# the log does not show these octets", script)

    def test_exim_meets_faults(self):
        server = self.serve(FAULTS)
        for who, said in [("full", "SMTP<< 452 4.2.2"), ("grey", "SMTP<< 451 4.7.1"), ("slow", "SMTP<< 250 2.1.5 Ok, at last"),
                          ("gone", "SMTP(closed)<<"), ("reset", "SMTP(Connection reset by peer)<<")]:
            self.assertIn(said, self.exim(server, who + "@d.example").stderr)
        self.assertEqual([r["address"] for m in self.messages() for r in m["recipients"] if m["from"]], ["slow@d.example"])

    def test_faults_are_seen_by_clients(self):
        server = self.serve(FAULTS)
        with smtplib.SMTP(server.host, server.port, timeout=program.DEADLINE) as client:
            client.ehlo("me.example")
            client.mail("a@b.example")
            self.assertEqual([client.rcpt(who + "@x.example")[0] for who in ("full", "grey", "grey")], [452, 451, 250])
        for who, status in [("gone", (55, 56)), ("full", (55,)), ("slow", (0,))]:
            done = packages.run("curl", "curl", "-s", "--mail-from", "a@b.example", "--mail-rcpt", who + "@x.example", "-T",
                                self.write("m", MESSAGE), f"smtp://{server.where}/me.example")
            self.assertIn(done.returncode, status, who)
        done = packages.run("swaks", "swaks", "--server", server.host, "--port", str(server.port), "--to", "reset@x.example",
                            "--from", "a@b.example", "--helo", "me.example")
        self.assertEqual(done.returncode, 6, done.stdout)


if __name__ == "__main__":
    tap.main()
