"""Messages: composed, as files octet for octet, sized, in chunks, pipelined; a verdict for each recipient; parameters."""
import email
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
from mta import Client, Mta

OFFERS = ("SIZE 100000000", "8BITMIME", "SMTPUTF8", "PIPELINING", "CHUNKING", "BINARYMIME", "DSN")


def send(mta, *args, **more):
    return program.run("send", "--from", "a@b.example", *args, mta.target, **more)


def written(folder, octets):
    path = os.path.join(folder, "x.eml")
    with open(path, "wb") as file:
        file.write(octets)
    return path


class Send(unittest.TestCase):
    def heard(self, mta, pattern):
        return [line for line in mta.heard if re.match(pattern, line)]

    def test_a_ready_message(self):
        with Mta(*OFFERS) as mta:
            done = send(mta, "--to", "c@d.example", "--helo", "me.example")
            self.assertEqual(done.returncode, 0, done.stdout)
            message = email.message_from_bytes(mta.messages[0])
            for name in ("Date", "Message-ID", "Subject"):
                self.assertTrue(message[name], name)
            self.assertEqual((message["From"], message["To"]), ("<a@b.example>", "<c@d.example>"))
            self.assertTrue(message["Message-ID"].endswith("@me.example>"))
            self.assertEqual(self.heard(mta, "MAIL"), [f"MAIL FROM:<a@b.example> SIZE={len(mta.messages[0])}"])
            self.assertIn("accepted for delivery as 4F3K2abcde: ", done.stdout)
            self.assertIn("see the server's log for delivery status", done.stdout)
            self.assertEqual(mta.heard[-1], "QUIT")

    def test_what_cannot_be_read_is_told_before_anything_is_connected(self):
        for words in (("--data", "missing.eml"), ("--attach", "missing.txt"), ("--header", "no header"), ("--log", "missing/x.log"), ("--size", "1"),
                      ("--attach", "/"), ("--data", "/")):
            with self.subTest(words), Mta(*OFFERS) as mta:
                done = send(mta, "--to", "c@d.example", *words)
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(mta.peers, [])

    def test_what_is_said_about_it(self):
        with Mta(*OFFERS) as mta, tempfile.TemporaryDirectory() as folder:
            path = written(folder, bytes(range(256)) * 20)
            done = send(mta, "--to", "c@d.example", "--subject", "gr\u00fc\u00dfe", "--body", ".one\\n..two\n\u00fc", "--header", "X-Test: 1",
                        "--header", "To: undisclosed:;", "--attach", path)
            self.assertEqual(done.returncode, 0, done.stdout)
            message = email.message_from_bytes(mta.messages[0])
            self.assertEqual(str(email.header.make_header(email.header.decode_header(message["Subject"]))), "gr\u00fc\u00dfe")
            self.assertEqual((message["X-Test"], message.get_all("To")), ("1", ["undisclosed:;"]))
            body, attached = message.get_payload()
            self.assertEqual(body.get_payload(decode=True).decode(), ".one\r\n..two\r\n\u00fc")
            self.assertEqual(attached.get_payload(decode=True), bytes(range(256)) * 20)
            self.assertEqual(attached.get_filename(), "x.eml")
            self.assertIn(" BODY=8BITMIME", self.heard(mta, "MAIL")[0])

    def test_a_verdict_for_each(self):
        with Mta() as mta:
            done = send(mta, "--to", "c@d.example,unknown@d.example", "--to", "full@d.example")
            self.assertEqual(done.returncode, 8)
            self.assertIn("unknown@d.example  rejected   550 5.1.1 no such user", done.stdout)
            self.assertIn("to 1 of 3 recipients as 4F3K2abcde", done.stdout)
            none = send(mta, "--to", "unknown@d.example")
            self.assertEqual(none.returncode, 7)
            self.assertNotIn("-> DATA", none.stdout)
            self.assertEqual(send(mta, "--to", "full@d.example").returncode, 6)
            self.assertEqual(len(mta.messages), 1)

    def test_pipelined(self):
        with Mta(*OFFERS) as mta:
            done = send(mta, "--pipeline", "--to", "c@d.example,unknown@d.example")
            self.assertEqual(done.returncode, 8, done.stdout)
            self.assertRegex(done.stdout, "-> MAIL .*\n -> RCPT .*\n -> RCPT .*\n -> DATA\n<-  250 2.1.0")
            none = send(mta, "--pipeline", "--to", "unknown@d.example")
            self.assertEqual(none.returncode, 7, none.stdout)
            self.assertEqual(mta.messages[-1], b"")          # RFC 2920 3.1
        with Mta() as mta:
            self.assertIn("PIPELINING is not offered", send(mta, "--pipeline", "--to", "c@d.example").stdout)

    def test_silence_within_a_group_is_named_for_the_reply_that_is_due(self):
        def none(client, line):
            return []

        def one(client, line):
            return ["250 ok"] if "<c@" in line else []
        for verb, silent in (("MAIL", {"MAIL": none, "RCPT": none, "DATA": none}), ("RCPT", {"RCPT": none, "DATA": none}),
                             ("RCPT", {"RCPT": one, "DATA": none}), ("DATA", {"DATA": none})):
            with Mta(*OFFERS, answers=silent) as mta:
                done = send(mta, "--pipeline", "--timeout", "300ms", "--to", "c@d.example,e@f.example")
                self.assertEqual(done.returncode, 9, done.stdout)
                self.assertIn(f"*** timed out after 300 ms waiting for the reply to {verb}", done.stdout)

    def test_a_file_octet_for_octet(self):
        text = b"Subject: x\r\n\r\n.\r\n..\r\n.x\r\nfrom\r\n\xff\r\n" + b"y" * 3000 + b"\r\nlast without an end"
        with Mta(*OFFERS) as mta, tempfile.TemporaryDirectory() as folder:
            for octets, want in ((text, text + b"\r\n"), (text.replace(b"\r\n", b"\n"), text + b"\r\n"), (b"", b"")):
                done = send(mta, "--to", "c@d.example", "--data", written(folder, octets))
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(mta.messages[-1], want)
            done = program.run("send", "--from", "", "--to", "c@d.example", "--data", "-", mta.target, input=text.decode("latin-1").encode("latin-1"))
            self.assertEqual(mta.messages[-1], text + b"\r\n")
            self.assertIn("MAIL FROM:<> SIZE=", done.stdout)
            self.assertIn("a line of more than 998 octets", done.stdout)
            self.assertIn("no empty line", send(mta, "--to", "c@d.example", "--data", written(folder, b"Subject: x\n")).stdout)
            missing = send(mta, "--to", "c@d.example", "--data", os.path.join(folder, "nothing"))
            self.assertEqual(missing.returncode, 2)
            self.assertIn("cannot read", missing.stdout)

    def test_chunks(self):
        text = b"Subject: x\n\n.\n" + b"0123456789\n" * 1000
        with Mta(*OFFERS) as mta, tempfile.TemporaryDirectory() as folder:
            path = written(folder, text)
            for args in (("--chunk", "1k"), ("--chunk", "1k", "--pipeline"), ("--bdat",), ("--chunk", "7")):
                done = send(mta, "--to", "c@d.example", *args, "--data", path)
                self.assertEqual(done.returncode, 0, done.stdout[-500:])
                self.assertEqual(mta.messages[-1], text.replace(b"\n", b"\r\n"))
            self.assertTrue(self.heard(mta, r"BDAT 1024$") and self.heard(mta, r"BDAT \d+ LAST$"))
            done = send(mta, "--to", "c@d.example", "--binary", "--data", path)
            self.assertEqual(mta.messages[-1], text)
            self.assertIn("BODY=BINARYMIME", done.stdout)

    def test_a_chunk_that_is_refused(self):
        class Refusing(Client):
            def do_bdat(self, line):
                self.file.read(int(line.split()[1]))
                self.say("552 5.3.4 too much")
        for args in ((), ("--pipeline",)):
            with Mta(*OFFERS, client=Refusing) as mta:
                done = send(mta, "--to", "c@d.example", "--size", "100k", "--chunk", "10k", *args)
                self.assertEqual(done.returncode, 7, done.stdout)
                self.assertEqual(mta.heard[-1], "QUIT")
                self.assertIn("message not accepted", done.stdout)

    def test_bdat_goes_only_where_chunking_is_offered(self):
        text = b"Subject: x\r\n\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@x.example>\r\n"
        begun = ["EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]
        with tempfile.TemporaryDirectory() as folder:
            path = written(folder, text)
            for args in ["--bdat"], ["--chunk", "10"], ["--chunk", "10", "--pipeline"], ["--binary"], ["--bdat", "--lmtp"]:
                with self.subTest(args), Mta("PIPELINING", "BINARYMIME") as mta:
                    done = send(mta, "--to", "c@d.example", "--format", "json", "--data", path, *args)
                    self.assertEqual((done.returncode, mta.heard[1:]), (7, ["QUIT"]), done.stdout)
                    told = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "delivery"]
                    self.assertEqual([r["fate"] for e in told for r in e["recipients"]], ["not_sent"], done.stdout)
                    self.assertEqual(send(mta, "--to", "c@d.example", "--bdat", "--quit-after", "rcpt").returncode, 0)
            for line in f"/bdat {path}", f"/bdat {path} chunk=5", f"/bdat {path} binary":
                with self.subTest(line), Mta("PIPELINING") as mta:
                    done = program.run(mta.target, input="\n".join([*begun, line]) + "\n")
                    self.assertEqual((done.returncode, mta.heard), (7, [*begun, "QUIT"]), done.stdout)

    def test_bdat_that_is_not_understood_ends_the_connection(self):
        text = b"Subject: x\r\n\r\nNOOP\r\n" * 3
        begun = "EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\n"
        with tempfile.TemporaryDirectory() as folder:
            path = written(folder, text)
            for offers in (), ("PIPELINING",), ("CHUNKING", "PIPELINING"):
                for args in ["--bdat=force"], ["--chunk", "10", "--bdat=force"], ["--bdat=force", "--lmtp", "--to", "e@f.example"]:
                    for code in ("500", "502") + (() if "CHUNKING" in offers else ("503", "421", "550")):
                        with self.subTest((offers, code), args=args), Mta(*offers, answers={"BDAT": code + " 5.5.1 no"}) as mta:
                            done = send(mta, "--to", "c@d.example", "--data", path, *args)
                            # In LMTP too: a command that is not understood is carried out for no recipient.
                            self.assertEqual(done.returncode, 6 if code == "421" else 7, done.stdout)
                            self.assertNotIn("QUIT", mta.heard)
                            self.assertEqual(len(self.heard(mta, "BDAT")), 1, mta.heard)
                            self.assertIn("read as commands", done.stdout)
            for line in f"/bdat {path} force", f"/bdat {path} chunk=10 force", f"/send from=a@b.example to=c@d.example data={path} bdat=force":
                with self.subTest(line), Mta(answers={"BDAT": "500 what"}) as mta:
                    done = program.run(mta.target, input=("EHLO x\n" if "/send" in line else begun) + line + "\n")
                    self.assertEqual((done.returncode, len(self.heard(mta, "BDAT"))), (7, 1), done.stdout)
                    self.assertNotIn("QUIT", mta.heard)
            with Mta() as mta:              # it can, and did not say so
                done = send(mta, "--to", "c@d.example", "--data", path, "--bdat=force")
                self.assertEqual((done.returncode, mta.messages, mta.heard[-1]), (0, [text], "QUIT"), done.stdout)

    def test_limits_are_noted_before_the_first_too_many(self):
        def noted(limits, to, *args):
            with Mta("PIPELINING", "LIMITS " + limits) as mta:
                done = send(mta, *[w for a in to for w in ("--to", a)], "--body", "x", *args)
            self.assertEqual(done.returncode, 0, done.stdout)
            before = ""
            found = []
            for line in done.stdout.splitlines():
                if line.startswith(" -> "):
                    before = line
                elif line.startswith("=== ") and "LIMITS " + limits.split("=")[0].upper() in line:
                    found.append(before)
            return found
        four = ["a@x.example", "b@x.example", "c@y.example", "d@z.example"]
        for args in (), ("--pipeline",):
            with self.subTest(args):
                self.assertEqual(noted("RCPTMAX=3", four, *args), [" -> RCPT TO:<c@y.example>"])
                self.assertEqual(noted("rcptmax=1", four, *args), [" -> RCPT TO:<a@x.example>"])
                self.assertEqual(noted("RCPTDOMAINMAX=1", four, *args), [" -> RCPT TO:<b@x.example>"])
                self.assertEqual(noted("RCPTDOMAINMAX=2 X=1", four, *args), [" -> RCPT TO:<c@y.example>"])
                for plenty in "RCPTMAX=4", "RCPTDOMAINMAX=3", "RCPTMAX=", "RCPTMAX=0", "RCPTMAX", "RCPTMAX=99999999999999999999999", "MAILMAX=1":
                    self.assertEqual(noted(plenty, four, *args), [], plenty)
        with Mta("LIMITS MAILMAX=1") as mta:
            done = program.run(mta.target, input="EHLO x\n" + "/send from=a@b.example to=c@d.example body=x\n" * 2)
        self.assertEqual(done.stdout.count("LIMITS MAILMAX)"), 1, done.stdout)
        self.assertGreater(done.stdout.index("LIMITS MAILMAX)"), done.stdout.index("-> DATA"))

    def test_sized(self):
        with Mta(*OFFERS) as mta:
            for size in ("1000", "1001", "78k", "3M"):
                self.assertEqual(send(mta, "--to", "c@d.example", "--size", size).returncode, 0)
                want = int(size.replace("k", "")) * 1024 if "k" in size else 3 << 20 if "M" in size else int(size)
                self.assertEqual(len(mta.messages[-1]), want)
                self.assertNotIn(b"\n", mta.messages[-1].replace(b"\r\n", b""))
            self.assertEqual(send(mta, "--to", "c@d.example", "--size", "10").returncode, 2)

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_memory_does_not_grow_with_the_message(self):
        class Measuring(Client):
            def do_data(self, line):
                self.say("354 go on")
                tail = b""
                while not tail.endswith(b"\r\n.\r\n"):
                    tail = (tail + self.file.read1(1 << 20))[-5:]
                with open(f"/proc/{self.server.pid}/status", encoding="ascii") as file:
                    self.server.peak = int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1))
                self.say("250 2.0.0 ok")
        with Mta("SIZE", client=Measuring) as mta, tempfile.NamedTemporaryFile() as file:
            file.truncate(150 << 20)
            process = subprocess.Popen([program.SMTPSH, "send", "--from", "", "--to", "c@d.example", "--data", file.name, mta.target],
                                       stdout=subprocess.DEVNULL, env=program.environment())
            mta.pid = process.pid
            self.assertEqual(process.wait(program.DEADLINE), 0)
            self.assertLess(mta.peak, (400 if program.SANITIZED else 75) << 10)

    def test_lmtp_answers_for_each(self):
        with Mta(*OFFERS, lmtp=True) as mta:
            done = send(mta, "--lmtp", "--to", "c@d.example,unknown@d.example,quota@d.example,e@d.example")
            self.assertEqual(done.returncode, 8, done.stdout)
            self.assertIn("LHLO", mta.heard[0])
            self.assertIn("c@d.example        accepted   250 2.0.0 delivered", done.stdout)
            self.assertIn("quota@d.example    rejected   552 5.2.2 over quota", done.stdout)
            self.assertIn("e@d.example        accepted   250 2.0.0 delivered", done.stdout)
            done = send(mta, "--lmtp", "--bdat", "--to", "quota@d.example,e@d.example")
            self.assertIn("quota@d.example  rejected   552", done.stdout)

    def test_tls_where_it_is_offered(self):
        with Mta("STARTTLS", answers={"STARTTLS": "454 4.7.0 not now"}) as mta:
            done = send(mta, "--to", "c@d.example")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("continuing without TLS", done.stdout)
            self.assertEqual(send(mta, "--to", "c@d.example", "--tls").returncode, 6)
            self.assertNotIn("-> STARTTLS", send(mta, "--to", "c@d.example", "--tls=off").stdout)

    def test_quit_after(self):
        wants = {"connect": [], "ehlo": ["EHLO"], "mail": ["EHLO", "MAIL"], "rcpt": ["EHLO", "MAIL", "RCPT"], "to": ["EHLO", "MAIL", "RCPT"]}
        for stage, verbs in wants.items():
            with Mta(*OFFERS) as mta:
                done = send(mta, "--quit-after", stage, "--to", "c@d.example")
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual([line.split()[0] for line in mta.heard], verbs + ["QUIT"], stage)
                self.assertEqual(mta.messages, [])
        self.assertIn("unknown stage", program.run("send", "--quit-after", "data", "--to", "x@y.example", "demo:").stderr)

    def test_parameters(self):
        with Mta(*OFFERS) as mta:
            done = send(mta, "--to", "c@d.example", "--ret", "HDRS", "--envid", "a b+c", "--notify", "SUCCESS,FAILURE",
                        "--orcpt", "x=y@d.example", "--hold-for", "60", "--mail-param", "XTRA=1", "--plain")
            self.assertEqual(self.heard(mta, "MAIL"), ["MAIL FROM:<a@b.example> RET=HDRS ENVID=a+20b+2Bc HOLDFOR=60 XTRA=1"])
            self.assertEqual(self.heard(mta, "RCPT"), ["RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x+3Dy@d.example"])
            self.assertIn("HOLDFOR is not offered (the server does not list FUTURERELEASE)", done.stdout)
            self.assertNotIn("NOTIFY is not offered", done.stdout)

    def test_utf8_addresses(self):
        with Mta(*OFFERS) as mta:
            send(mta, "--to", "j\u00f6rg@d.example")
            self.assertIn(" SMTPUTF8", self.heard(mta, "MAIL")[0])
        with Mta() as mta:
            self.assertIn("SMTPUTF8 is not offered", send(mta, "--to", "j\u00f6rg@d.example").stdout)

    def test_nothing_is_smuggled(self):
        for args in (("--to", "a@b.example\r\nRCPT TO:<x@y.example>"), ("--to", "a@b.example", "--header", "X: y\r\nZ: 1"),
                     ("--to", "a@b.example", "--subject", "x\nBcc: y"), ("--to", "a@b.example", "--mail-param", "X\r\nRSET")):
            with Mta(*OFFERS) as mta:
                done = send(mta, *args)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertEqual(mta.messages, [])

    def test_a_server_that_goes_away(self):
        class Leaving(Client):
            def do_data(self, line):
                self.say("354 go on")
                self.file.read(100000)
                raise EOFError
        with Mta(*OFFERS, client=Leaving) as mta:
            done = send(mta, "--to", "c@d.example", "--size", "30M")
            self.assertEqual(done.returncode, 10, done.stdout)

    def test_as_lines_of_a_script(self):
        with Mta(*OFFERS) as mta, tempfile.TemporaryDirectory() as folder:
            path = written(folder, b"Subject: x\n\nhello\n")
            done = program.run(mta.target, input=f'/send from=a@b.example to=c@d.example subject="a \\"b\\"" body="x y"\n'
                               f"/load {path} from=<> to=c@d.example\n")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(email.message_from_bytes(mta.messages[0])["Subject"], 'a "b"')
            self.assertEqual(mta.messages[1], b"Subject: x\r\n\r\nhello\r\n")
            done = program.run(mta.target, "-c", "/send from=a@b.example")
            self.assertEqual(done.returncode, 2)
            self.assertIn("no terminal to ask for a recipient", done.stdout)
            self.assertIn('"sbject" (', program.run(mta.target, "-c", "/send sbject=x").stdout)

    def test_body_and_bdat(self):
        with Mta(*OFFERS) as mta, tempfile.TemporaryDirectory() as folder:
            path = written(folder, b"Subject: x\n\n.hello\n")
            envelope = "MAIL FROM:<>\nRCPT TO:<c@d.example>\n"
            done = program.run(mta.target, input=f"EHLO x\n{envelope}/body {path}\n{envelope}/bdat {path} chunk=5\n"
                               f"{envelope}/body size=2000\nQUIT\n")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(mta.messages[:2], [b"Subject: x\r\n\r\n.hello\r\n"] * 2)
            self.assertEqual(len(mta.messages[2]), 2000)
            self.assertIn("BDAT 2 LAST", mta.heard)
            for line in ("/body", "/body a b", "/bdat x chunk=0", "/body size=x"):
                self.assertEqual(program.run(mta.target, "-c", line).returncode, 2, line)

    def test_text_up_to_a_tag(self):
        text = "".join(f"line {n}\n" for n in range(200)) + ".\nQUIT\n"
        lines = f"EHLO x\nMAIL FROM:<>\nRCPT TO:<c@d.example>\n/body <<END\n{text}END\nNOOP\n"
        with Mta(*OFFERS) as mta:
            done = program.run(mta.target, input=lines)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(mta.messages, [text.replace("\n", "\r\n").encode()])
            self.assertEqual(mta.heard[-2:], ["NOOP", "QUIT"])
            done = program.run(mta.target, input=lines.replace("END\nNOOP", "ND\nNOOP"))
            self.assertEqual(done.returncode, 2)
            self.assertIn('no line "END"', done.stdout)
            self.assertEqual(len(mta.messages), 1)

    def test_json(self):
        with Mta(*OFFERS) as mta:
            done = send(mta, "--to", "c@d.example,unknown@d.example", "--format", "json")
        event = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "delivery"][0]
        self.assertEqual((event["accepted"], event["queue_id"], [r["code"] for r in event["recipients"]]), (1, "4F3K2abcde", [250, 550]))


if __name__ == "__main__":
    tap.main()
