"""--deadline, SIGTERM and SIGINT end every subcommand, whatever is in hand; no file and no expression holds it up."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import listener
import program
import tap

BUSY = "S: 220\n/repeat 99999\n/repeat 99999\n/repeat 99999\n/var a=b\n/end\n/end\n/end\nC: QUIT\n"
FLOOD = "S: 220\n/repeat 99999\n/repeat 99999\nS: 250 x\n/end\n/end\n"
SLEEP = "S: 220\n/sleep 999h\n"


class Silent(listener.Listener):
    """Accepts and says nothing."""

    def peer(self, sock):
        return types.SimpleNamespace(sock=sock)

    def serve(self, peer):
        try:
            while peer.sock.recv(4096):
                pass
        except OSError:                         # who is ended by a signal may reset it
            pass


class Ends(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.silent = Silent()
        self.silent.__enter__()
        self.addCleanup(self.silent.__exit__, None, None, None)
        self.mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)     # a name server that does not answer
        self.mute.bind(("127.0.0.1", 0))
        self.addCleanup(self.mute.close)
        os.mkfifo(self.path("fifo"))

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            with open(path, "w") as file:
                file.write(text)
        return path

    def commands(self):
        """What would run for ever, and the status that its deadline gives."""
        to, fifo = "127.0.0.1:%d" % self.silent.port, self.path("fifo")
        busy, sleep = self.path("busy.smtp", BUSY), self.path("sleep.smtp", SLEEP)
        return [
            (("-c", "NOOP", to), 9),
            (("-f", fifo, to), 9),
            (("-f", sleep, "demo:"), 9),
            (("-f", busy, "demo:"), 9),
            (("--password-command", "exec sleep 30", to), 9),
            (("send", "--to", "a@b.example", to), 9),
            (("send", "--to", "a@b.example", "--data", fifo, "demo:"), 9),
            (("probe", "-t", "999s", "--timeout", "999s", to), 3),
            (("probe", "--targets", fifo), 3),
            (("probe", "--watch", "1s", "demo:"), 3),
            (("replay", "--against", "demo:", sleep), 9),
            (("replay", "--against", "demo:", busy), 9),
            (("replay", "--against", to, busy), 9),
            (("replay", "--format", "junit", "--jobs", "9", "--against", "demo:", busy, sleep), 9),
            (("replay", fifo, "--against", "demo:"), 9),
            (("selftest", busy), 9),
            (("selftest", sleep), 9),
            (("record", "--to", to), 9),
            (("serve", "--count", "1"), 9),
            (("serve", "--count", "1", busy), 9),
            (("import", fifo), 9),
            (("resolve", "--dns", "127.0.0.1:%d" % self.mute.getsockname()[1], "--timeout", "999s", "mx.example"), 9),
        ]

    def begin(self, *args):
        process = subprocess.Popen([program.SMTPSH, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=program.environment())
        self.addCleanup(process.kill)
        return process

    def test_a_deadline_ends_everything(self):
        begun = [(args, status, self.begin(args[0], "--deadline", "700ms", *args[1:]) if args[0][0] != "-" else
                  self.begin("--deadline", "700ms", *args)) for args, status in self.commands()]
        for args, status, process in begun:
            with self.subTest(args[:3]):
                self.assertEqual(process.wait(timeout=program.DEADLINE), status)

    def ends_by(self, signo, also=()):
        begun = [(args, self.begin(*args)) for args, _ in [*self.commands(), *also]]
        for args, process in begun:
            for _ in range(2000):               # until it is past what runs before main
                with open("/proc/%d/stat" % process.pid) as file:
                    if int(file.read().rsplit(")", 1)[1].split()[11]) >= 1 or os.path.exists("/proc/%d/fd/3" % process.pid):
                        break
                time.sleep(0.01)
            process.send_signal(signo)
        for args, process in begun:
            with self.subTest(args[:3]):
                status = process.wait(timeout=program.DEADLINE)
                servers = args[0] in ("serve", "record", "exporter")
                self.assertIn(status, (0,) if servers and status == 0 else (-signo, 128 + signo))

    def test_sigterm_ends_everything(self):
        self.ends_by(signal.SIGTERM)

    def test_sigint_ends_everything(self):
        self.ends_by(signal.SIGINT)

    def test_who_says_that_it_listens_ends_as_asked_from_then_on(self):
        """Right after that line no signal finds the default action."""
        servers = [("serve",), ("serve", "--api", "127.0.0.1:0"), ("record", "--to", "demo:")]
        if program.is_built_with("libmicrohttpd"):
            servers.append(("exporter",))
        else:
            servers.pop(1)
        for args in servers:
            for signo in (signal.SIGTERM, signal.SIGINT) * 8:
                with self.subTest(args=args, signo=signo):
                    with program.Process(*args, stdout=subprocess.PIPE) as process:
                        self.assertIn(b"listening on ", process.stdout.readline())
                        process.send_signal(signo)
                        self.assertEqual(process.wait(timeout=program.DEADLINE), 0)

    def test_a_busy_script_does_not_keep_serve_from_ending(self):
        for text in (BUSY, FLOOD):
            with program.Serve(self.path("served.smtp", text)) as server:
                with socket.create_connection((server.host, server.port)) as client:
                    self.assertTrue(client.recv(4).startswith(b"220"))
                    server.process.send_signal(signal.SIGTERM)
                    self.assertEqual(server.process.wait(timeout=program.DEADLINE), 0)

    def test_what_is_no_regular_file_is_refused_by_what_a_session_reads(self):
        for name in (self.path("fifo"), "/dev/zero", self.folder.name):
            for line in ("/body %s", "/bdat %s", "/load %s from=a@b.example to=c@d.example"):
                with self.subTest(line % name):
                    done = program.run("-c", "EHLO x", "-c", line % name, "demo:")
                    self.assertEqual(done.returncode, 2, done.stdout)
                    self.assertIn("cannot read %s: it is a" % name, done.stdout)
            for args in (("send", "--to", "a@b.example", "--attach", name, "demo:"), ("replay", "--against", "demo:", self.path(
                    "i.smtp", "/include %s\n" % name), "--file-root", "/")):
                with self.subTest(args):
                    done = program.run(*args)
                    self.assertEqual(done.returncode, 2, done.stdout)
                    self.assertIn("it is a", done.stdout + done.stderr)

    def test_a_device_is_no_file_of_the_command_line(self):
        for args in (("-f", "/dev/zero", "demo:"), ("send", "--to", "a@b.example", "--data", "/dev/zero", "demo:"), ("import", "/dev/zero"),
                     ("replay", "/dev/zero"), ("selftest", "/dev/zero"), ("serve", "/dev/zero"), ("serve", "--account-file", "/dev/zero"),
                     ("--password-file", "/dev/zero", "demo:"), ("check_smtp", "--extra-opts=x@/dev/zero")):
            with self.subTest(args):
                done = program.run(*args)
                self.assertEqual(done.returncode, 3 if args[0] == "check_smtp" else 2, done.stdout + done.stderr)
                self.assertIn("it is a device", done.stdout + done.stderr)

    def test_a_message_of_a_file_without_end_is_refused(self):
        with open(self.path("sparse"), "w") as file:
            file.truncate(1 << 40)
        for args in (("send", "--to", "a@b.example", "--data", self.path("sparse"), "demo:"), ("send", "--to", "a@b.example", "--attach",
                     self.path("sparse"), "demo:"), ("-c", "/body " + self.path("sparse"), "demo:")):
            with self.subTest(args):
                done = program.run(*args)
                self.assertEqual(done.returncode, 2)
                self.assertIn("MiB", done.stdout)

    def test_a_pipe_on_the_command_line_is_read(self):
        read, write = os.pipe()
        os.write(write, b"Subject: x\n\nby a pipe\n")
        os.close(write)
        done = subprocess.run([program.SMTPSH, "send", "--to", "a@b.example", "--data", "/dev/fd/%d" % read, "demo:"], pass_fds=[read],
                              stdout=subprocess.PIPE, env=program.environment(), text=True, timeout=program.DEADLINE, check=False)
        os.close(read)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("<message, 25 octets>", done.stdout)

    def test_a_script_without_a_line_to_play_is_an_error(self):
        for text in ("", "\n\n", "# only this\n", "/timeout 5s\n", "/repeat 3\n/end\n", "/case a\n/case b\n", "\ufeff",
                     '/case a skip="not yet"\nC: NOOP\n'):
            script = self.path("empty.smtp", text)
            for args in (("replay", "--against", "demo:"), ("selftest",), ("serve",), ("probe", "demo:", "--script")):
                with self.subTest((text, args)):
                    done = program.run(*args, script)
                    self.assertEqual(done.returncode, 3 if args[0] == "probe" else 2, done.stdout)
                    self.assertRegex(done.stderr, "nothing to run|every case is skipped")

    def test_a_log_that_nobody_reads_is_refused(self):
        done = program.run("--log", self.path("fifo"), "-c", "NOOP", "demo:")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the pipe has no reader", done.stderr)

    def test_an_expression_is_bounded_before_it_is_compiled(self):
        for ere in ("[a-z]{0,32767}q", ".{0,32767}.{0,32767}q", "((a{1,99}){1,99}){1,99}", "(.{40}){200}", "x{2001}", "(((x{9}){9}){9}){9}"):
            for args in (("replay", "--against", "demo:"), ("selftest",), ("serve",)):
                text = "S: 220 x\n/on NOOP /%s/\nS: 250 x\n" % ere if args[0] == "serve" else "S: 220\nC: HELP\nS: 214 /%s/\n" % ere
                with self.subTest((ere, args[0])):
                    done = program.run(*args, self.path("e.smtp", text))
                    self.assertEqual(done.returncode, 2, done.stdout)
                    self.assertIn("e.smtp:", done.stderr)

    def test_an_expression_costs_no_more_than_its_length_times_the_reply_s(self):
        """The C library's takes minutes for each of these."""
        hostile = "ab" * 4000
        script = "S: 220\n" + "".join("C: NOOP\nS: 250 /%s/\n" % ere for ere in (".*a.{64}q?.*", "(a*)*b.*", "(.*)*x?", "([a-z-]+.?)+"))
        with program.Serve(self.path("s.smtp", "S: 220 x\n/on NOOP\nS: 250 %s\n" % hostile)) as server:
            done = program.run("replay", "--against", server.where, self.path("c.smtp", script))
        self.assertEqual(done.returncode, 0, done.stdout)


class Many(Silent):
    """Offers 80,000 extensions."""

    def serve(self, peer):
        offers = b"".join(b"250-X%d\r\n" % i for i in range(79999)) + b"250 END\r\n"
        peer.sock.sendall(b"220 x\r\n")
        for line in peer.sock.makefile("rb"):
            peer.sock.sendall(offers if line.upper().startswith(b"EHLO") else b"221 bye\r\n")
            if line.upper().startswith(b"QUIT"):
                break


class Long(unittest.TestCase):
    def test_a_reply_of_many_lines_is_compared_in_linear_time(self):
        """Compared line by line with each other they would take minutes."""
        scripts = {"S: 250\n": 0, "S: 250-x\nS: 250-STARTTLS\nS: 250 ...\n": 1,
                   "".join("S: 250-X%d\n" % i for i in range(79999)) + "S: 250 END\n": 0}
        with tempfile.TemporaryDirectory() as folder, Many() as server:
            for text, status in scripts.items():
                path = os.path.join(folder, "e.smtp")
                with open(path, "w") as file:
                    file.write("S: 220\nC: EHLO x\n" + text + "C: QUIT\n")
                with self.subTest(text[:40]):
                    done = program.run("replay", "--match", "text", "--against", "127.0.0.1:%d" % server.port, path, timeout=60)
                    self.assertEqual(done.returncode, status, done.stdout[:300])

    def test_a_script_that_is_logged_and_played_again_is_the_same(self):
        text = "S: 220\nC: EHLO x\nS: 250\nC: MAIL FROM:<a@b.example>\nC: RCPT TO:<c@d.example>\nS: 250\nS: 250\n"
        bodies = ["x\r\r\r\r", "a\0b", "a\x01\x7f\x1b", ".dot", "..", "C: x", "S: 250 y", "/quit", "\\{{x}}", "\\x41", "<a>", "", " ", "\xff"]
        text += "/body <<E\n" + "\n".join(bodies) + "\nE\nS: 250\nC: QUIT\n"
        with tempfile.TemporaryDirectory() as folder, program.Serve("--messages", os.path.join(folder, "m")) as server:
            paths = [os.path.join(folder, name) for name in "abcd"]
            with open(paths[0], "w", encoding="latin-1", newline="") as file:
                file.write(text)
            for now, then in zip(paths, paths[1:]):
                done = program.run("--log", then, "-f", now, server.where)
                self.assertEqual(done.returncode, 0, done.stdout)
            logs = []
            for path in paths[1:]:
                with open(path, encoding="latin-1", newline="") as file:
                    logs.append([line for line in file.read().split("\n") if line.startswith("C")])
            self.assertEqual(logs[0], logs[1])
            self.assertEqual(logs[1], logs[2])
            with open(os.path.join(folder, "m")) as file:
                messages = [json.loads(line) for line in file]
            texts = {message.get("text_base64") or message.get("raw") or message.get("text") for message in messages}
            self.assertEqual((len(messages), len(texts)), (3, 1), texts)


if __name__ == "__main__":
    tap.main()
