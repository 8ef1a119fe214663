"""Lines from a pipe and the command line, against the own server: the dialogue printed, and the exit status."""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import hostile
import program
import tap
from hostile import GREETING, Server


class Session(unittest.TestCase):
    def test_the_thinnest_whole_path(self):
        "connect, EHLO, STARTTLS, EHLO, QUIT"
        with program.Serve() as server:
            done = program.run(server.host, str(server.port), input="EHLO a.example\nSTARTTLS\nEHLO a.example\nQUIT\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        clear, tls = done.stdout.split("=== TLSv1.3")
        self.assertIn("<-  250-STARTTLS", clear)
        self.assertIn(" -> STARTTLS\n<-  220 ", clear)
        self.assertIn(" ~> EHLO a.example\n<~  250-", tls)
        self.assertNotIn("STARTTLS", tls)
        self.assertIn(" ~> QUIT\n<~  221 ", tls)

    def test_the_name_said_by_hand_is_said_again(self):
        done = program.run("demo:", input="EHLO me.example\n/starttls\n/helo other.example\n/reopen\n/starttls\nQUIT\n")
        said = [line.split()[-1] for line in done.stdout.splitlines() if line[1:].startswith(("-> EHLO", "~> EHLO"))]
        self.assertEqual(said, ["me.example"] * 2 + ["other.example"] * 2, done.stdout)
        done = program.run("--helo", "set.example", "demo:", input="EHLO me.example\n/reopen\n/starttls\nQUIT\n")
        self.assertEqual([line.split()[-1] for line in done.stdout.splitlines() if "> EHLO" in line], ["me.example"] + ["set.example"] * 2)

    def test_quit_is_said_on_leaving(self):
        done = program.run("demo:", "-c", "NOOP")
        self.assertEqual(done.returncode, 0)
        self.assertIn(" -> QUIT\n<-  221 ", done.stdout)

    def test_demo_verifies_against_its_own_ca(self):
        done = program.run("--verify", "--tls", "demo:", "-c", "NOOP")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("=== certificate verified for demo.smtpsh.example", done.stdout)

    def test_demo_speaks_what_is_asked_of_it(self):
        message = "MAIL FROM:<>\nRCPT TO:<a@b>\nRCPT TO:<c@d>\nDATA\nSubject: x\n\nx\n.\n"
        done = program.run("demo:", "--lmtp", input="LHLO x\n" + message)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("<-  220 demo.smtpsh.example LMTP", done.stdout)
        self.assertEqual(done.stdout.count("<-  250 2.0.0 Ok: "), 2)          # a reply for each recipient
        self.assertNotIn("unsolicited", done.stdout)
        done = program.run("--tls=implicit", "demo:", input="EHLO x\nNOOP\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLess(done.stdout.index("=== TLSv1"), done.stdout.index("<~  220"))
        for options in (("--lmtp",), ("--tls=implicit",), ("--lmtp", "--tls=implicit")):
            self.assertEqual(program.run("probe", *options, "demo:").returncode, 0, options)

    def test_a_refusal_that_no_line_expects_is_a_failure(self):
        "though the reply before it, to the same message, was expected"
        script = "S: 220\nC: LHLO x\nS: 250\nC: MAIL\nS: 250\nC: RCPT\nS: 250\nC: RCPT\nS: 250\nC: DATA\nS: 354\nC: .\nS: 250\nS: 550 no\nC: NOOP\nS: 250\n"
        lines = "LHLO x\nMAIL FROM:<>\nRCPT TO:<a@b>\nRCPT TO:<c@d>\nDATA\nx\n.\n"
        for judged, status in (("S: 250\nS: 550\n", 0), ("S: 250\n", 7), ("", 7)):
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as file:
                file.write(script)
                file.flush()
                with program.Serve(file.name) as server:
                    done = program.run("--lmtp", server.where, input=lines + judged + "NOOP\n")
            self.assertIn("<** 550 no", done.stdout)
            self.assertEqual(done.returncode, status, judged + done.stdout)

    def test_each_reply_to_one_message_is_judged(self):
        begin = "LHLO x\nMAIL FROM:<>\nRCPT TO:<a@b>\nRCPT TO:<c@d>\nDATA\nx\n.\n"
        for judged, status in (("S: 250\nS: 250\n", 0), ("S: 250\nS: 550\n", 1), ("S: 550\nS: 250\n", 1), ("S: 250\n", 0)):
            self.assertEqual(program.run("--lmtp", "demo:", input=begin + judged).returncode, status, judged)

    def test_a_certificate_that_does_not_verify_ends_it_where_asked(self):
        with program.Serve() as server:
            shown = program.run("--tls", server.host, str(server.port), "-c", "NOOP")
            ended = program.run("--tls", "--verify", server.host, str(server.port), "-c", "NOOP")
        self.assertIn("certificate verification failed", shown.stdout)
        self.assertEqual(shown.returncode, 0, shown.stdout)
        self.assertEqual(ended.returncode, 5, ended.stdout)
        self.assertNotIn("NOOP", ended.stdout)

    def test_refusals_become_the_status_and_the_rest_goes_on(self):
        lines = "EHLO a.example\nMAIL FROM:<a@b.example>\nRCPT TO:<unknown@b.example>\nNOOP\nQUIT\n"
        done = program.run("demo:", input=lines)
        self.assertEqual(done.returncode, 7)
        self.assertIn("<** 550 5.1.1", done.stdout)
        self.assertIn(" -> NOOP\n<-  250", done.stdout)
        self.assertEqual(program.run("demo:", input=lines.replace("unknown", "grey")).returncode, 6)

    def test_a_message_behind_a_refused_data_is_not_sent_as_commands(self):
        done = program.run("demo:", input="EHLO a.example\nDATA\nQUIT\nRSET\n.\nNOOP\n")
        self.assertIn("<** 503", done.stdout)
        self.assertNotIn("RSET", done.stdout)
        self.assertIn(" -> NOOP\n<-  250", done.stdout)

    def test_a_message(self):
        lines = "EHLO a.example\nMAIL FROM:<>\nRCPT TO:<a@b.example>\nDATA\nSubject: x\n\n..dot\n.\nQUIT\n"
        done = program.run("demo:", input=lines)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("<-  250 2.0.0 Ok: 20 octets, queued as ", done.stdout)

    def test_no_one_there(self):
        done = program.run("127.0.0.1", "1", "-c", "NOOP")
        self.assertEqual(done.returncode, 4)
        self.assertIn("127.0.0.1:1: connection refused", done.stdout)

    def test_a_line_without_a_connection_to_send_it_on(self):
        done = program.run("-c", "NOOP")
        self.assertEqual(done.returncode, 4)
        self.assertIn("not connected; use /open TARGET", done.stdout)

    def test_a_command_of_the_prompt_alone(self):
        done = program.run("demo:", input="/watch 1 NOOP\nNOOP\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("-:1:1: /watch works only at the prompt", done.stdout)
        self.assertIn(" -> NOOP", done.stdout)

    def test_what_only_prints_works_without_a_prompt(self):
        lines = ("EHLO a.example", "NOOP", "/last", "/last 2", "/explain", "/explain 550 5.1.1", "/help starttls", "/timing")
        typed = program.run("demo:", input="".join(line + "\n" for line in lines))
        given = program.run("demo:", *(word for line in lines for word in ("-c", line)))
        for done in typed, given:
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(done.stdout.count("    250 2.0.0 Ok\\r\\n\n"), 1)
            for shown in ("to NOOP:", "to EHLO a.example:\n    250-demo.smtpsh.example\\r\\n", "550 (reply code)", "RFC 3207", "    total "):
                self.assertIn(shown, done.stdout)
        for line in "/last 99", "/last x", "/explain frobnicate", "/help frobnicate":
            self.assertEqual(program.run("demo:", "-c", line).returncode, 2, line)
        done = program.run("demo:", "--format", "json", "-c", "/last")     # JSON is one object a line, and no text
        self.assertEqual(done.returncode, 2)
        self.assertIn("only at the prompt", done.stdout)

    def test_how_much_is_left_out_by_q(self):
        lines = ("EHLO a.example", "STARTTLS", "VRFY x", "RCPT TO:<x>", "QUIT")
        all_of_it, dialogue, nothing = (program.run("demo:", *how, *(word for line in lines for word in ("-c", line))) for how in ((), ("-q",), ("-qq",)))
        self.assertEqual([done.returncode for done in (all_of_it, dialogue, nothing)], [7, 7, 7])
        self.assertIn("\n=== ", all_of_it.stdout)
        self.assertNotIn("=== ", dialogue.stdout)
        said = [line for line in dialogue.stdout.splitlines() if line[:2] in ("<-", "<~", "<*", " -", " ~")]
        self.assertEqual(said, [line for line in all_of_it.stdout.splitlines() if line[:2] in ("<-", "<~", "<*", " -", " ~")])
        self.assertEqual((nothing.stdout, nothing.stderr), ("", ""))
        done = program.run("-q", "127.0.0.1:1", "-c", "NOOP")             # a problem is no remark
        self.assertIn("connection refused", done.stdout)
        self.assertEqual(program.run("-qq", "127.0.0.1:1", "-c", "NOOP").returncode, 4)

    def test_a_refused_connection_is_told_once(self):
        done = program.run("127.0.0.1:1", "-c", "NOOP")
        self.assertEqual(done.stdout.count("connection refused"), 1, done.stdout)
        self.assertEqual(done.stdout.count("*** "), 1, done.stdout)

    def test_demo_is_explained_once(self):
        done = program.run("demo:", input="/reopen\n/open demo:\nNOOP\n")
        self.assertEqual(done.stdout.count("built-in test server"), 1, done.stdout)
        self.assertEqual(done.stdout.count("=== connected to"), 3)

    def test_json_is_one_object_a_line(self):
        import json
        done = program.run("--format", "json", "demo:", "-c", "EHLO a.example")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        replies = [e for e in events if e["event"] == "reply"]
        self.assertEqual([r["code"] for r in replies], [220, 250, 221])


class Standard(unittest.TestCase):
    """The three descriptors, as a job that was started carelessly finds them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_with(self, how, *args):
        return subprocess.run(["/bin/sh", "-c", f'exec "$0" "$@" {how}', program.SMTPSH, *args], capture_output=True, text=True,
                              env=program.environment(), timeout=program.DEADLINE)

    def test_output_that_is_lost_is_a_failure(self):
        for args, status in ((("demo:", "-c", "NOOP"), 11), (("--help",), 11), (("explain", "550"), 11), (("probe", "demo:"), 3)):
            done = self.run_with(">/dev/full", *args)
            self.assertEqual(done.returncode, status, args)
            self.assertIn("smtpsh: cannot write the output", done.stderr)

    def test_what_was_said_is_out_before_it_waits(self):
        "who reads the pipe sees the command that waits for its reply, and a signal loses nothing of it"
        eml = os.path.join(self.folder, "big.eml")
        with open(eml, "w") as f:
            f.write("Subject: x\r\n\r\n" + ("x" * 70 + "\r\n") * 200000)
        stuck = lambda p: p.hello("250 h\r\n").hear().say("250 ok\r\n").hear().say("250 ok\r\n").hear().say("354 go\r\n").over.wait(program.DEADLINE)
        send = ("send", "--from", "a@b.example", "--to", "c@d.example", "--tls=off", "--data", eml)
        for name, behaviour, args, last in (
                ("the banner", lambda p: p, (), "=== connected to 127.0.0.1"), ("a reply", lambda p: p.say(GREETING), (), " -> EHLO a.example\n"),
                ("a message", stuck, send, " -> <message, ")):
            for signo in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
                with self.subTest(name, signal=signo), hostile.Server(behaviour) as server, subprocess.Popen(
                        [program.SMTPSH, *args, f"127.0.0.1:{server.port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        env=program.environment()) as process:
                    process.stdin.write(b"EHLO a.example\n")
                    process.stdin.flush()
                    watchdog = threading.Timer(program.DEADLINE, process.kill)
                    watchdog.start()
                    got = b""
                    while last.encode() not in got and (more := os.read(process.stdout.fileno(), 65536)):
                        got += more
                    process.send_signal(signo)
                    self.assertEqual(process.wait(), -signo, got)       # 128+n to a shell
                    watchdog.cancel()
                    for peer in server.peers:
                        self.assertNotIn("QUIT", peer.heard)

    def few(self, descriptors, *args, input=""):
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        return subprocess.run([program.SMTPSH, *args], input=input, capture_output=True, text=True, preexec_fn=limit,
                              env=program.environment(), timeout=program.DEADLINE)

    def test_few_descriptors(self):
        for args, status in (("127.0.0.1", "1", "-c", "NOOP"), 11), (("probe", "127.0.0.1:1"), 3):
            done = self.few(8, *args)
            self.assertEqual((done.returncode, done.stdout), (status, ""))
            self.assertRegex(done.stderr, r"^smtpsh: only [0-5] file descriptors available, 8 needed \(ulimit -n\)\n$")

        with hostile.Server(lambda p: p.say(GREETING).obey()) as server:
            done = self.few(16, "probe", "--targets", "-", "--tls=off", "--jobs=50", "--per-host=50", input=f"127.0.0.1:{server.port}\n" * 40)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("40 ok", done.stdout)
        self.assertIn("--jobs 50 reduced to 4: only 16 file descriptors", done.stderr)

    def test_who_reads_on_no_more_is_none(self):
        done = self.run_with("| head -n 1", "demo:", "-c", "NOOP")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_closed_ones_are_not_taken_by_sockets(self):
        self.assertEqual(self.run_with("<&-", "demo:", "-c", "NOOP").returncode, 0)
        self.assertEqual(self.run_with("2>&-", "demo:", "-c", "NOOP").returncode, 0)
        done = self.run_with(">&-", "demo:", "-c", "NOOP")
        self.assertEqual((done.returncode, done.stderr), (11, "smtpsh: cannot write the output: Bad file descriptor\n"))



class SilentPorts(unittest.TestCase):
    """A port that says nothing may begin with TLS, which is told before the wait for the greeting is over."""

    def events(self, behaviour, *args, input=""):
        with Server(behaviour) as server:
            done = program.run("--format", "json", *args, "127.0.0.1", str(server.port), input=input)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_it_is_told_after_five_seconds(self):
        for command in (["-c", "QUIT"], []):
            events = self.events(lambda p: p.wait(6).say(GREETING).obey(), *command, input="QUIT\n")
            kinds = [e["event"] for e in events]
            told = [i for i, e in enumerate(events) if "--tls=implicit" in json.dumps(e) and "smtps://127.0.0.1:" in json.dumps(e)]
            self.assertEqual(len(told), 1, events)
            self.assertLess(told[0], kinds.index("reply"), events)

    def test_not_where_something_came(self):
        events = self.events(lambda p: p.say("220-wait\r\n").wait(5.5).say(GREETING).obey(), "-c", "QUIT")
        self.assertNotIn("--tls=implicit", json.dumps(events))

    def test_a_command_that_ends_it(self):
        "what a server that waits for a ClientHello makes of EHLO is put down to that"
        with Server(lambda p: p.hear().reset()) as server:
            done = program.run("-v", "--early", "127.0.0.1", str(server.port), "-c", "EHLO x", "-c", "NOOP")
        self.assertIn("--tls=implicit", done.stdout)


if __name__ == "__main__":
    tap.main()
