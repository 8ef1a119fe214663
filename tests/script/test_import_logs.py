"""`smtpsh import` of many programs' logs: who said what is found out, whatever stands before it, and the script is whole."""
import base64
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

PASSWORD = "Tr0ub4dor&3x"
PLAIN = base64.b64encode(b"\0dora\0" + PASSWORD.encode()).decode()
USER, ENCODED = base64.b64encode(b"dora").decode(), base64.b64encode(PASSWORD.encode()).decode()
HELLO = ["250-mx.harbour.example Hello quay.example [192.0.2.250]", "250-SIZE 36700160", "250-STARTTLS", "250 PIPELINING"]
WITHIN = ["250-mx.harbour.example Hello quay.example [192.0.2.250]", "250-AUTH PLAIN LOGIN", "250 PIPELINING"]
MESSAGE = ["From: anna@quay.example", "To: ben@bed.test", "Subject: 250 ropes", "", "Hello Ben,", "", "250 ropes are in", "..and a dot", "  indented",
           "QUIT", "", "Anna"]
MAIL = [("C", "MAIL FROM:<anna@quay.example> SIZE=1234"), ("S", ["250 2.1.0 Ok"]), ("C", "RCPT TO:<ben@bed.test>"), ("S", ["250 2.1.5 Ok"]),
        ("C", "RCPT TO:<carl@bed.test>"), ("S", ["550 5.1.1 <carl@bed.test>: no such user"]), ("C", "DATA"), ("S", ["354 End data with a dot"]),
        ("M", MESSAGE), ("S", ["250 2.0.0 Ok: queued as 4XyZ1"]), ("C", "QUIT"), ("S", ["221 2.0.0 Bye"])]
GREETING = ("S", ["220 mx.harbour.example ESMTP ready at Mon, 3 Feb 2025 10:00:00 +0000"])
LOGIN = [GREETING, ("C", "EHLO quay.example"), ("S", HELLO), ("C", "STARTTLS"), ("S", ["220 2.0.0 Ready"]), ("C", "EHLO quay.example"), ("S", WITHIN),
         ("C", "AUTH LOGIN"), ("S", ["334 VXNlcm5hbWU6"]), ("C", USER), ("S", ["334 UGFzc3dvcmQ6"]), ("C", ENCODED), ("S", ["235 2.7.0 welcome"]), *MAIL]
RESPONSE = [GREETING, ("C", "EHLO quay.example"), ("S", WITHIN), ("C", "AUTH PLAIN " + PLAIN), ("S", ["235 2.7.0 " + PASSWORD + " is right"]), *MAIL]
FAILED = [*RESPONSE[:4], ("S", ["535 5.7.8 no"]), *MAIL[-2:]]
SHORT = [GREETING, ("C", "EHLO quay.example"), ("S", HELLO), ("C", "MAIL FROM:<anna@quay.example>"), ("S", ["250 Ok"]), ("C", "RCPT TO:<ben@bed.test>"),
         ("S", ["554 5.7.1 Relay access denied"]), ("C", "QUIT"), ("S", ["221 Bye"])]


def lines(session, client, server, body=True):
    """Each line as the program has it; %s is what was said, {n} a number that grows."""
    out = []
    for who, what in session:
        if who == "M" and not body:
            continue
        form = server if who == "S" else client
        for line in [what] if who == "C" else what + ["."] if who == "M" else what:
            out.append(form(line, len(out)) if callable(form) else form.replace("{n}", str(len(out) % 60)).replace("%s", line))
    return out


def quoted(mark):
    return lambda line, n: mark.replace("{n}", str(n)) + json.dumps(line + "\r\n")


def python(mark):
    return lambda line, n: mark + repr((line + "\r\n").encode())


def field(event):
    return lambda line, n: "2025-02-03T10:00:%02d.123Z,MX01\\Default MX01,08DD0000AB,%d,10.0.0.5:25,192.0.2.7:51234,%s,%s," % (
        n % 60, n, event, '"%s"' % line.replace('"', '""') if "," in line or '"' in line else line)


MARKS = {
    "swaks": (" -> %s", "<-  %s"), "msmtp": ("--> %s", "<-- %s"), "two arrows": (">> %s", "<< %s"), "sendmail -v": (">>> %s", "%s"),
    "smtplib": (python("send: "), python("reply: ")), "smtplib 2": (python("10:00:01.123456 send: "), python("10:00:01.250 reply: ")),
    "Net::SMTP": ("Net::SMTP=GLOB(0x55d0{n})>>> %s", "Net::SMTP=GLOB(0x55d0{n})<<< %s"), "Ruby": (quoted("<- "), quoted("-> ")),
    "mutt": ("[2025-02-03 10:00:{n}] 4> %s", "[2025-02-03 10:00:{n}] 4< %s"),
    "Symfony": ("[2025-02-03T10:00:{n}.250001+00:00] > %s", "[2025-02-03T10:00:{n}.250001+00:00] < %s"),
    "PHPMailer": ("2025-02-03 10:00:{n}\tCLIENT -> SERVER: %s", "2025-02-03 10:00:{n}\tSERVER -> CLIENT: %s"),
    "nodemailer": ("[2025-02-03 10:00:{n}] DEBUG [MB1OKUG4Xs4] C: %s", "[2025-02-03 10:00:{n}] DEBUG [MB1OKUG4Xs4] S: %s"),
    "Haraka": ("[PROTOCOL] [0A1B-4000-80{n}] [core] C: %s state=1", "[PROTOCOL] [0A1B-4000-80{n}] [core] S: %s"),
    "Exchange": (field("<"), field(">")), "Exchange sends": (field(">"), field("<")),
    "hMailServer": ('"SMTPD"\t4312\t{n}\t"2025-02-03 10:00:{n}.123"\t"192.0.2.7"\t"RECEIVED: %s"',
                    '"SMTPD"\t4312\t{n}\t"2025-02-03 10:00:{n}.123"\t"192.0.2.7"\t"SENT: %s"'),
    "Stalwart": (quoted('2025-02-03T10:00:{n}Z TRACE Raw SMTP input (smtp.raw-input) remoteIp = 192.0.2.7, contents = '),
                 quoted('2025-02-03T10:00:{n}Z TRACE Raw SMTP output (smtp.raw-output) remoteIp = 192.0.2.7, contents = ')),
    "MDaemon": ("Mon 2025-02-03 10:00:{n}.123: [1234567] <-- %s", "Mon 2025-02-03 10:00:{n}.123: [1234567] --> %s"),
    "OpenSMTPD": ("smtp: 0x14000000: <<< %s", "smtp: 0x14000000: >>> %s"), "Exim's server": ("  502 SMTP<< %s", "  502 SMTP>> %s"),
    "Postfix -v": ("Feb  3 10:00:{n} mx postfix/smtpd[123]: < unknown[192.0.2.7]: %s", "Feb  3 10:00:{n} mx postfix/smtpd[123]: > unknown[192.0.2.7]: %s"),
    "Postal": ("[smtp.1:1000] [2025-02-03T10:00:{n}.7] DEBUG -- : [A1B2C3] <= %s", "[smtp.1:1000] [2025-02-03T10:00:{n}.7] DEBUG -- : [A1B2C3] => %s"),
    "go-mail": ("2025/02/03 10:00:{n} DEBUG: C --> S: %s", "2025/02/03 10:00:{n} DEBUG: C <-- S: %s"), "Thunderbird": ("mailnews.smtp: C: %s", "mailnews.smtp: S: %s"),
    "JSON": (lambda s, n: json.dumps({"ts": n, "msg": "C -> " + s}), lambda s, n: json.dumps({"ts": n, "msg": "S -> " + s})),
    "line ends": ("Wrote: %s<CRLF>", "Read: %s<CRLF>"), "letters and digits": ("10:00:{n} c2s %s [ok]", "10:00:{n} s2c %s [ok]"), "other letters": ("客户端: %s", "服务器: %s"), "a terminal": ("%s", "%s"),
}

WRAPS = {
    "indented": lambda line, n: "    " + line, "quoted": lambda line, n: "> " + line, "cat -n": lambda line, n: "%6d\t%s" % (n + 1, line),
    "numbers": lambda line, n: "%3d %s" % (n + 198, line), "grep -n": lambda line, n: "%d:%s" % (n + 1, line),
    "compose": lambda line, n: "web-1  | " + line, "Kubernetes": lambda line, n: "2025-02-03T10:00:00.%09dZ stdout F %s" % (n, line),
    "syslog": lambda line, n: "Feb %2d 10:00:%02d host prog[12]: %s" % (3 + n // 30, n % 60, line), "ANSI": lambda line, n: "\x1b[32m%s\x1b[0m\r" % line,
    "a logger": lambda line, n: "2025-02-03 10:00:00,%03d  INFO 4711 --- [main] stdout : %s" % (n + 200, line),
}


class Logs(unittest.TestCase):
    def script(self, log, *args):
        done = program.run("import", *args, "-", input=log)
        self.assertEqual(done.returncode, 0, done.stderr)
        for secret in (PASSWORD, PLAIN, ENCODED):
            self.assertNotIn(secret, done.stdout + done.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".smtp", encoding="utf-8") as file:
            file.write(done.stdout)
            file.flush()
            played = program.run("selftest", file.name)
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr + done.stdout)
        return done.stdout, done.stderr

    @staticmethod
    def said(script):
        return [line for line in script.splitlines() if line[:2] in ("C:", "S:")]

    @staticmethod
    def wanted(session, body=True):
        functions = {"AUTH PLAIN " + PLAIN: "AUTH PLAIN {{plain user password}}", USER: "{{login-user user}}", ENCODED: "{{login-pass password}}"}
        out = []
        for who, what in session:
            if who == "M":
                out += ["C:" + (line and " " + line) for line in what + ["."]] if body else []
            elif who == "S":
                out += ["S: " + line.replace(PASSWORD, "[..]").replace("0 [..]", "0[..]") for line in what]
            else:
                out.append("C: " + functions.get(what, what))
        return out

    def test_the_marks_of_programs(self):
        for name, (client, server) in MARKS.items():
            for session in (LOGIN, RESPONSE, SHORT):
                with self.subTest(name):
                    script, notes = self.script("\n".join(lines(session, client, server)) + "\n")
                    self.assertEqual(self.said(script), self.wanted(session))
                    self.assertEqual(notes, "")
                    self.assertEqual(script.count("/secret password"), session is not SHORT)

    def test_a_message_that_is_not_shown(self):
        for name, (client, server) in MARKS.items():
            if name != "a terminal":
                with self.subTest(name):
                    script, _ = self.script("\n".join(lines(LOGIN, client, server, body=False)) + "\n")
                    self.assertEqual(self.said(script), self.wanted(LOGIN, body=False))
                    self.assertIn("\n/body size=1234\n", script)

    def test_what_wraps_a_log(self):
        java = [line for what in lines(LOGIN, "%s", "%s") for line in ([what, 'DEBUG SMTP: Found extension "X", arg ""'] if what == "250 PIPELINING" else [what])]
        for name, wrap in WRAPS.items():
            for log in (lines(RESPONSE, "%s", "%s"), lines(RESPONSE, " -> %s", "<-  %s"), java):
                with self.subTest(name):
                    script, _ = self.script("\n".join(wrap(line, n) for n, line in enumerate(log)) + "\n")
                    self.assertEqual(self.said(script), self.wanted(LOGIN if log is java else RESPONSE))
        log = "\n".join(lines(RESPONSE, " -> %s", "<-  %s")) + "\n"
        self.assertEqual(self.said(self.script("<pre>" + html.escape(log) + "</pre>")[0]), self.wanted(RESPONSE))
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            with tempfile.NamedTemporaryFile(suffix=".log") as file:
                file.write(log.encode(encoding))
                file.flush()
                done = program.run("import", file.name)
            self.assertEqual((self.said(done.stdout), done.returncode), (self.wanted(RESPONSE), 0), encoding)

    @staticmethod
    def curl(session, ascii_only):
        out = ["== Info: Connected to mx.harbour.example port 25"]
        for who, what in session:
            for text in ["\r\n".join(what + ["."])] if who == "M" else [what] if who == "C" else what:
                octets = (text + "\r\n").encode()
                head = {"C": "=> Send header", "S": "<= Recv header", "M": "=> Send data"}[who]
                out.append("%s, %d bytes (0x%x)" % (head, len(octets), len(octets)))
                if not ascii_only:
                    out += ["%04x: %-48s%s" % (at, octets[at:at + 16].hex(" ") + " ", re.sub(r"[^ -~]", ".", octets[at:at + 16].decode()))
                            for at in range(0, len(octets), 16)]
                at = 0
                for line in octets.decode().split("\r\n")[:-1] if ascii_only else []:
                    out += ["%04x: %s" % (at + i, line[i:i + 64]) for i in range(0, max(len(line), 1), 64)]
                    at += len(line) + 2
        return out

    @staticmethod
    def wireshark(session):
        out, offset = [], {"C": 0, "S": 0}
        for who, what in session:
            side = "S" if who == "S" else "C"
            octets = ("\r\n".join([what] if who == "C" else what + ["."] if who == "M" else what) + "\r\n").encode()
            for at in range(0, len(octets), 16):
                row = octets[at:at + 16]
                out.append("%s%08x  %-49s  %s" % ("    " if side == "S" else "", offset[side] + at, row[:8].hex(" ") + "  " + row[8:].hex(" "),
                                                 re.sub(r"[^ -~]", ".", row.decode())))
            offset[side] += len(octets)
        return out

    @staticmethod
    def dotnet(session):
        out, before = [], "System.Net.Sockets Verbose: 0 : [5272] "
        for who, what in session:
            octets = ("\r\n".join([what] if who == "C" else what + ["."] if who == "M" else what) + "\r\n").encode()
            out.append(before + "Data from Socket#45653674::" + ("Receive" if who == "S" else "Send"))
            for at in range(0, len(octets), 16):
                row = octets[at:at + 16]
                out.append(before + "%08X : %-47s : %s" % (at, "-".join(filter(None, (row[:8].hex(" "), row[8:].hex(" ")))).upper(),
                                                          re.sub(r"[^ -~]", ".", row.decode())))
        return out

    def test_dumps_of_octets(self):
        for session in (LOGIN, RESPONSE, SHORT):
            for log in (self.curl(session, False), self.curl(session, True), self.wireshark(session), self.dotnet(session)):
                with self.subTest(log[:2]):
                    self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(session))

    @staticmethod
    def blocks(session, header, below, after):
        """One line says who sent the lines below it."""
        out = []
        for who, what in session:
            said = [what] if who == "C" else what + ["."] if who == "M" else what
            out += [header("S" if who == "S" else "C", said), *map(below, said), *after]
        return "\n".join(out) + "\n"

    def test_lines_below_one_that_says_who_sent_them(self):
        ends = {"C": "192.0.2.7:51234 -> 192.0.2.9:25", "S": "192.0.2.9:25 -> 192.0.2.7:51234"}
        forms = {
            "socat -v": (lambda who, said: "%s 2025/02/03 10:00:00.000123  length=%d from=0 to=9" % ("<" if who == "S" else ">", len(said)), lambda l: l + "\\r", []),
            "Apple Mail": (lambda who, said: "%s Feb 03 10:00:00.123 [kCFNone] -- host:mx.example -- port:587 -- socket:0x6 -- thread:0x7" % (
                "READ" if who == "S" else "WROTE"), str, [""]),
            "ngrep": (lambda who, said: "##\nT %s [AP] #4" % ends[who], lambda l: l + ".", [""]),
            "tshark": (lambda who, said: "%s%d" % ("\t" if who == "S" else "", sum(len(l) + 2 for l in said)), str, [""]),
        }
        for name, (header, below, after) in forms.items():
            for session in (LOGIN, RESPONSE, SHORT):
                with self.subTest(name):
                    log = self.blocks(session, header, below, after)
                    if name == "tshark":
                        log = "Follow: tcp,ascii\nFilter: tcp.stream eq 0\nNode 0: 192.0.2.7:51234\nNode 1: 192.0.2.9:25\n" + log
                    self.assertEqual(self.said(self.script(log)[0]), self.wanted(session))
        ends = {"C": "192.000.002.007.51234-192.000.002.009.00025: ", "S": "192.000.002.009.00025-192.000.002.007.51234: "}
        flow = "".join(ends["S" if who == "S" else "C"] + "\n".join([what] if who == "C" else what + ["."] if who == "M" else what) + "\n\n" for who, what in LOGIN)
        self.assertEqual(self.said(self.script(flow)[0]), self.wanted(LOGIN))
        one = self.blocks([e for e in RESPONSE if e[0] == "S"], *forms["socat -v"])
        self.assertEqual(program.run("import", "-", input=one).returncode, 2)

    def test_octets_with_an_arrow(self):
        for form, header in (("%(arrow)s %(at)08x %(hex)-47s # %(text)s", None), (" %(hex)-47s  %(text)s", "%s 2025/02/03 10:00:00.000123  length=9 from=0 to=9")):
            log, offset = [], {"C": 0, "S": 0}
            for who, what in RESPONSE:
                side = "S" if who == "S" else "C"
                octets = ("\r\n".join([what] if who == "C" else what + ["."] if who == "M" else what) + "\r\n").encode()
                log += [header % ("<" if side == "S" else ">")] if header else []
                for at in range(0, len(octets), 16):
                    log.append(form % {"arrow": "<" if side == "S" else ">", "at": offset[side] + at, "hex": octets[at:at + 16].hex(" "),
                                       "text": re.sub(r"[^ -~]", ".", octets[at:at + 16].decode())})
                log += ["--"] if header else []
                offset[side] += len(octets)
            self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(RESPONSE))

    def test_a_message_below_one_mark(self):
        for end in ("\n.", "\n%s."):
            for client, server in (MARKS["swaks"], ("[03-Feb-2025 10:00:{n} +0000]: <ab1> Send: %s", "[03-Feb-2025 10:00:{n} +0000]: <ab1> Recv: %s")):
                log = lines([("C", "\n".join(what) + end % client[:-2].replace("{n}", "44") if "%s" in end else "\n".join(what) + end) if who == "M" else (who, what)
                             for who, what in RESPONSE], client, server)
                self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(RESPONSE))
        log = []
        for who, what in RESPONSE:
            text = what if who == "C" else "<EOL>".join(what + ["."] if who == "M" else what)
            log.append("%s 03/02/2025 10:00:%02d: %s<EOL>" % ("Recv" if who == "S" else "Sent", len(log), text))
        self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(RESPONSE))

    def test_the_side_is_named_after_the_text(self):
        for form in (lambda who, line: json.dumps({"line": line, "from": who}), lambda who, line: "level=debug msg=%s dir=%s" % (json.dumps(line), who)):
            log = lines(RESPONSE, lambda line, n: form("client", line), lambda line, n: form("server", line))
            self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(RESPONSE))

    def test_the_place_in_the_program_is_none_of_the_line(self):
        log = lines(RESPONSE, "mailnews.smtp: C: %s SmtpClient.sys.mjs:682:19", "mailnews.smtp: S: %s SmtpClient.sys.mjs:436:19", body=False)
        self.assertEqual([line for line in self.said(self.script("\n".join(log) + "\n")[0]) if line[0] == "C"],
                         [line for line in self.wanted(RESPONSE, body=False) if line[0] == "C"])

    def test_a_challenge_that_is_logged_twice_is_no_secret(self):
        log, challenge = [], base64.b64encode(b"<1234.5678@mx.harbour.example>").decode()
        for who, what in [*RESPONSE[:3], ("C", "AUTH CRAM-MD5"), ("S", ["334 " + challenge]), ("C", base64.b64encode(b"dora 0123456789abcdef0123456789abcdef").decode()),
                          ("S", ["235 2.7.0 ok"]), *MAIL[-2:]]:
            log += ["send: %r" % (what + "\r\n").encode()] if who == "C" else ["reply: %r" % (line + "\r\n").encode() for line in what]
            log += ["reply: retcode (%s); Msg: %r" % (what[-1][:3], what[-1][4:].encode())] if who == "S" else []
        script, _ = self.script("\n".join(log) + "\n")
        self.assertIn("S: 334 " + challenge, script)
        self.assertIn("C: {{cram-md5 user password}}", script)

    def test_replies_whose_lines_have_no_mark_or_no_code(self):
        for name, reply in {"code": lambda r: ["<< " + r[0], *r[1:], ""], "indented": lambda r: ["<< " + r[0], *("      " + line for line in r[1:])],
                            "no code": lambda r: ["<< %s %s" % (r[-1][:3], r[0][4:]), *(line[4:] for line in r[1:])],
                            "glued": lambda r: ["<< " + "".join(r)], "[nl]": lambda r: ["<< " + "[nl]".join(r)],
                            "Wireshark": lambda r: ["<< " + " | ".join([r[0], *(line[4:] for line in r[1:])])]}.items():
            log = [line for who, what in SHORT for line in (reply(what) if who == "S" else [">> " + what])]
            with self.subTest(name):
                self.assertEqual(self.said(self.script("\n".join(log) + "\n")[0]), self.wanted(SHORT))

    def test_sessions_become_cases(self):
        for client, server in (MARKS["swaks"], MARKS["smtplib"], MARKS["Exchange"]):
            script, _ = self.script("\n".join(lines(SHORT, client, server) + lines(RESPONSE, client, server)) + "\n")
            self.assertEqual(script.count("\n/case "), 2)
            self.assertEqual(self.said(script), self.wanted(SHORT) + self.wanted(RESPONSE))
        mixed = []
        for line in lines(SHORT, "[pid {x}] [A{x}] <= %s", "[pid {x}] [A{x}] => %s"):
            mixed += [line.replace("{x}", str(n)) for n in (1, 2, 3)]
        script, _ = self.script("\n".join(mixed) + "\n")
        self.assertEqual(self.said(script), 3 * self.wanted(SHORT))

    def test_a_session_that_ends_within_another(self):
        mixed = lines(SHORT, "00010 <<< %s", "00010 >>> %s")
        mixed[6:6] = ["00009 >>> 220 mx.harbour.example ESMTP", "00009 <<< [EOF]"]
        mixed[10:10] = ["00009 >>> 421 4.4.1 Lost input channel"]
        script, _ = self.script("\n".join(mixed) + "\n")
        self.assertEqual(self.said(script)[:len(self.wanted(SHORT))], self.wanted(SHORT))

    def test_banners_of_others_and_what_looks_like_a_mark(self):
        """Postfix's smtpd -v, while others are asked for their banner alone, with maps whose values look like replies."""
        mixed = []
        for n, line in enumerate(lines(SHORT, "Feb  3 10:00:{n} mx postfix/smtpd[141]: < unknown[192.0.2.7]: %s", "Feb  3 10:00:{n} mx postfix/smtpd[141]: > unknown[192.0.2.7]: %s")):
            mixed += [line, "Feb  3 10:00:%02d mx postfix/smtpd[%d]: > unknown[192.0.2.7]: 220 mx.harbour.example ESMTP" % (n, 150 + n),
                      "Feb  3 10:00:%02d mx postfix/smtpd[%d]: disconnect from unknown[192.0.2.7]" % (n, 150 + n)]
            mixed += 3 * ["Feb  3 10:00:%02d mx postfix/smtpd[141]: maps_find: pcre:/etc/rcpt.pcre(0,lock|fold_fix): reject@bed.test = 550 no such user" % n]
        script, _ = self.script("\n".join(mixed) + "\n")
        self.assertEqual(self.said(script)[:len(self.wanted(SHORT))], self.wanted(SHORT))

    def test_sessions_are_told_apart_by_names_without_digits(self):
        for client, server in (("<{x}> Send: %s", "<{x}> Recv: %s"), ("10:00:{n} > mail.{x}.example[192.0.2.7]: %s", "10:00:{n} < mail.{x}.example[192.0.2.7]: %s")):
            mixed = []
            for line in lines(SHORT, client, server):
                mixed += [line.replace("{x}", name) for name in ("harbour", "quay", "pier")]
            self.assertEqual(self.said(self.script("\n".join(mixed) + "\n")[0]), 3 * self.wanted(SHORT))

    def test_remarks_on_a_message_are_not_its_text(self):
        """A debug log names headers, and much else, while the message itself is not in it."""
        log = lines(RESPONSE, *MARKS["Exim's server"], body=False)
        at = next(n for n, line in enumerate(log) if " 354 " in line) + 1
        log[at:at] = ["  502 Subject: ropes", "  502 ", "  502 rewrite headers", "  502 Data file name: /var/spool/x-D", "  502 search_tidyup called"]
        script, _ = self.script("\n".join(log) + "\n")
        self.assertEqual(self.said(script), self.wanted(RESPONSE, body=False))
        self.assertIn("\n/body size=1234\n", script)

    def test_what_a_log_hides_is_said(self):
        hidden = [("C", "[credentials hidden]") if what in (USER, ENCODED) else (who, what) for who, what in LOGIN]
        script, _ = self.script("\n".join(lines(hidden, *MARKS["PHPMailer"])) + "\n")
        self.assertEqual(self.said(script), self.wanted(LOGIN))
        unseen = [(who, what) for who, what in LOGIN if what != "STARTTLS" and what != ["220 2.0.0 Ready"]]
        script, _ = self.script("\n".join(lines(unseen, *MARKS["two arrows"])) + "\n")
        self.assertEqual((script.count("\n/starttls\n"), self.said(script)), (1, self.wanted(unseen)))
        silent = [(who, what) for who, what in LOGIN if what not in (USER, ENCODED)]
        script, _ = self.script("\n".join(lines(silent, *MARKS["two arrows"])) + "\n")
        self.assertEqual((script.count("does not show the response"), self.said(script)), (2, self.wanted(LOGIN)))
        logged = [("C", "Logging suppressed (it probably contained auth information)") if "AUTH" in what else (who, what) for who, what in FAILED]
        script, _ = self.script("\n".join(lines(logged, *MARKS["Thunderbird"])) + "\n")
        self.assertEqual(self.said(script), self.wanted(FAILED))
        old = ("I/SMTP SMTP Send: %s", "I/SMTP SMTP Response: %s")
        text = "\n".join(lines(FAILED, *old)).replace("SMTP Send: AUTH PLAIN " + PLAIN, "Logging suppressed for this command (it was authentication)")
        script, notes = self.script(text + "\n")
        self.assertEqual((self.said(script), notes), (self.wanted(FAILED), ""))
        java = lines([e for e in LOGIN if e[1] not in ("AUTH LOGIN", USER, ENCODED) and e[1][0][:3] not in ("334", "235")], "%s", "%s")
        script, _ = self.script("\n".join(java).replace("MAIL FROM", "DEBUG SMTP: AUTH LOGIN command trace suppressed\nMAIL FROM") + "\n")
        self.assertIn("\n# DEBUG SMTP: AUTH LOGIN command trace suppressed\n", script)

    def test_what_contradicts_smtp_is_named(self):
        log = "< 220 x\n> EHLO a\n< 250 x\n> MAIL FROM:<a@b.example>\n< 354 go\n> QUIT\n< 221 bye\n"
        done = program.run("import", "-", input=log)
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in (done.stdout, done.stderr):
            self.assertRegex(text, "not valid SMTP in the log: MAIL .* 354")

    def test_one_side_and_prose_are_refused(self):
        prose = "The server said 220 hello and then I said EHLO me.\nIt answered 250 ok. Then RCPT TO:<x@y> got a 550 error.\n"
        web = '192.0.2.1 - - [03/Feb/2025:10:00:00 +0000] "GET / HTTP/1.1" 200 512 "-" "curl"\n' * 9
        closed = "  connection from 192.0.2.7\n220 mx.harbour.example ESMTP\n  connection closed by QUIT\n" + "\n".join(lines([e for e in RESPONSE[2:] if e[0] == "S"], "", "%s"))
        for log in (prose, web, closed, "\n".join(lines([e for e in RESPONSE if e[0] == "S"], "", "%s")), "\n".join(lines([e for e in RESPONSE if e[0] == "S"], "", "<- %s")),
                    "\n".join(lines([e for e in RESPONSE if e[0] == "C"], "> %s", "")),
                    "\n".join(lines([e for e in RESPONSE if e[0] != "S"], "10:00:{n} send: %s", lambda line, n: "10:00:%02d send: %s" % (n, line)))):
            with self.subTest(log[:60]):
                done = program.run("import", "-", input=log)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn('"C: "', done.stderr)
                self.assertNotIn(PLAIN, done.stderr)

    def test_a_secret_that_a_remark_names_is_not_shown(self):
        for remark in ("password = hunter2x", "Credentials: user dora, pass 'hunter2x'", "DEBUG: token: hunter2x"):
            for marks in (MARKS["a terminal"], MARKS["swaks"]):
                log = lines(SHORT, *marks)
                done = program.run("import", "-v", "-", input="\n".join(log[:-2] + [remark] + log[-2:]) + "\n")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("hunter2x", done.stdout + done.stderr)
                self.assertIn(remark[:8], done.stdout + done.stderr)

    def test_a_log_of_16_mib_takes_100_mib(self):
        head = "".join(line + "\n" for line in lines(SHORT[:5] + MAIL[6:8], *MARKS["swaks"]))
        with tempfile.NamedTemporaryFile() as log:
            log.write(head.encode() + b" -> a line of the message\n" * ((16 << 20) // 26 - 100))
            log.flush()
            process = subprocess.Popen([program.SMTPSH, "import", log.name], stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertLess(used.ru_maxrss, (1000 if program.SANITIZED else 100) << 10)    # a sanitizer keeps what was freed

    def test_what_is_left_out_is_listed(self):
        _, notes = self.script("=== Trying mx\n" + "\n".join(lines(SHORT, *MARKS["swaks"])) + "\n*** done with it\n", "-v")
        for line in ("=== Trying mx", "*** done with it"):
            self.assertIn(line, notes)


if __name__ == "__main__":
    tap.main()
