"""A 250 after the final dot means stored: on a full disk, in a place that is gone, to a reader that left, and after a crash."""
import email
import json
import mailbox
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
import wire

LARGE = 60000
SCRIPT = "/on DOT\nS: 250 2.0.0 the script takes it\n/on BDAT\nS: 250 2.0.0 the script takes it\n"


class Limited(program.Serve):
    """Files may grow to `limit` octets; `more` lifts that, as when space comes back. Within a folder of its own."""

    def __init__(self, folder, limit, *args, command=("serve",)):
        self.process = program.Process(
            *command, *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
        line = self.process.stdout.readline()
        self.where = line.split()[-1]
        self.host, port = self.where.rsplit(":", 1)
        self.port = int(port)
        self.status = self.errors = None

    def more(self):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def __exit__(self, *_):
        if self.status is None:
            self.process.terminate()
            self.rest, self.errors = self.process.communicate(timeout=program.DEADLINE)
            self.status = self.process.returncode


def mail(server, octets, how="DATA", hello="EHLO", recipients=1):
    """Sends one message; the replies to it."""
    text = f"Subject: {octets}\r\n\r\n" + ("x" * 62 + "\r\n") * (octets // 64)
    with wire.Wire(server.host, server.port) as client:
        client.say(f"{hello} a.example")
        client.say("MAIL FROM:<a@b.example>")
        for n in range(recipients):
            client.say(f"RCPT TO:<c{n}@d.example>")
        if how == "DATA":
            client.say("DATA")
            client.send(text + ".\r\n")
        else:
            half = len(text) // 2
            client.send(f"BDAT {half}\r\n" + text[:half])
            client.reply()
            client.send(f"BDAT {len(text) - half} LAST\r\n" + text[half:])
        replies = [client.reply() for _ in range(recipients if hello == "LHLO" else 1)]
        client.say("QUIT")
    return [reply[:9] for reply in replies]


def read_all(fd, got):
    """Until the writer is gone."""
    os.set_blocking(fd, True)
    while piece := os.read(fd, 65536):
        got.append(piece)


def subject(event):
    return email.message_from_string(event["text"])["Subject"]


class Storage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def serve(self, limit, *args, **how):
        server = Limited(self.folder, limit, *args, **how)
        self.addCleanup(server.__exit__)
        return server

    def stored(self):
        """The subjects of what is whole in each store that there is; what is not whole fails."""
        found = {}
        if os.path.exists(self.path("mbox")):
            box = mailbox.mbox(self.path("mbox"))
            found["mbox"] = [m["Subject"] for m in box]
            box.close()
            text = self.read("mbox")
            self.assertTrue(text == "" or text.endswith("\n\n"))
        if os.path.exists(self.path("lines")):
            found["lines"] = [subject(json.loads(line)) for line in self.read("lines").splitlines()]
        if os.path.exists(self.path("maildir")):
            found["maildir"] = sorted(m["Subject"] for m in mailbox.Maildir(self.path("maildir"), create=False))
            self.assertEqual(os.listdir(self.path("maildir/tmp")), [])
        return found

    def test_a_full_disk(self):
        "452 4.3.1, nothing of the message stays, others are served, and space may come back"
        for store in ("mbox", "lines", "maildir"):
            for how in ("DATA", "BDAT"):
                for more in ([], ["--lmtp"], [self.path("script.smtp")]):
                    if os.path.exists(self.path(store)):
                        subprocess.run(["rm", "-r", self.path(store)], check=True)
                    with open(self.path("script.smtp"), "w", encoding="utf-8") as file:
                        file.write(SCRIPT)
                    option = "--messages" if store == "lines" else f"--{store}"
                    with self.subTest(store, how=how, more=more), Limited(self.folder, 20000, option, store, *more) as server:
                        hello = "LHLO" if more == ["--lmtp"] else "EHLO"
                        what = {"how": how, "hello": hello, "recipients": 2 if hello == "LHLO" else 1}
                        said = []
                        for octets in (100, LARGE, 200):
                            said += mail(server, octets, **what)
                        server.more()
                        said += mail(server, LARGE + 64, **what)
                        server.__exit__()
                        n = what["recipients"]
                        self.assertEqual(said, ["250 2.0.0"] * n + ["452 4.3.1"] * n + ["250 2.0.0"] * 2 * n)
                        self.assertEqual(sorted(self.stored()[store]), sorted(["100", "200", str(LARGE + 64)]))
                        self.assertEqual(server.status, 0)
                        self.assertEqual(len(server.errors.splitlines()), 1, server.errors)
                        self.assertIn(store, server.errors)

    def test_all_stores_or_none(self):
        with self.serve(30000, "--mbox", "mbox", "--messages", "lines", "--maildir", "maildir") as server:
            with open(self.path("lines"), "w", encoding="utf-8") as file:
                file.write(json.dumps({"text": "Subject: before\n\n" + "x" * 20000}) + "\n")
            self.assertEqual(mail(server, 20000), ["452 4.3.1"])        # the lines have no room, the others have
            self.assertEqual(mail(server, 1000), ["250 2.0.0"])
        self.assertEqual(self.stored(), {"mbox": ["1000"], "lines": ["before", "1000"], "maildir": ["1000"]})

    def test_a_real_full_disk(self):
        disk = self.path("disk")
        os.mkdir(disk)
        command = [*program.OWN_MOUNTS, "sh", "-c", 'mount -t tmpfs -o size=256k tmpfs "$0" && cd "$0" && exec "$@"', disk]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        for option, name in (("--mbox", "mbox"), ("--messages", "lines"), ("--maildir", "maildir")):
            with self.subTest(option):
                server = program.Serve.__new__(program.Serve)
                server.process = subprocess.Popen([*command, program.SMTPSH, "serve", option, name], stdout=subprocess.PIPE,
                                                  stderr=subprocess.DEVNULL, env=program.environment(), text=True)
                with server:
                    server.host, port = server.process.stdout.readline().split()[-1].rsplit(":", 1)
                    server.port = int(port)
                    said = sum((mail(server, 100000) for _ in range(4)), [])
                    self.assertEqual(said, ["250 2.0.0"] * 2 + ["452 4.3.1"] * 2)
                    self.folder = f"/proc/{server.process.pid}/root{disk}"
                    self.assertEqual(self.stored()[name], ["100000"] * 2)
                    subprocess.run(["sh", "-c", 'rm "$0"/maildir/new/* "$0"/mbox "$0"/lines 2>&-; true', self.folder], check=True)
                    self.assertEqual(mail(server, 1000), ["250 2.0.0"])
                    self.assertEqual(self.stored()[name], ["1000"])

    def test_a_device_that_is_full(self):
        for option in ("--mbox", "--messages"):
            with self.serve(1 << 30, option, "/dev/full") as server:
                self.assertEqual(mail(server, 100), ["452 4.3.1"])

    def test_any_other_local_error(self):
        "451 4.3.0, until it is mended"
        os.mkdir(self.path("there"))
        with self.serve(1 << 30, "--mbox", "there/mbox", "--maildir", "maildir") as server:
            self.assertEqual(mail(server, 100), ["250 2.0.0"])
            os.rename(self.path("there"), self.path("elsewhere"))
            self.assertEqual(mail(server, 200), ["451 4.3.0"])
            os.rename(self.path("elsewhere"), self.path("there"))
            os.rename(self.path("maildir/tmp"), self.path("maildir/gone"))
            self.assertEqual(mail(server, 300), ["451 4.3.0"])
            os.rename(self.path("maildir/gone"), self.path("maildir/tmp"))
            self.assertEqual(mail(server, 400), ["250 2.0.0"])
        os.rename(self.path("there/mbox"), self.path("mbox"))
        self.assertEqual(self.stored(), {"mbox": ["100", "400"], "maildir": ["100", "400"]})

    def test_a_reader_that_left(self):
        with self.serve(1 << 30, "--messages", "-") as server:
            self.assertEqual(mail(server, 100), ["250 2.0.0"])
            self.assertEqual(json.loads(server.process.stdout.readline())["event"], "message")
            server.process.stdout.close()
            self.assertEqual(mail(server, 200), ["451 4.3.0"])
            self.assertEqual(mail(server, 300), ["451 4.3.0"])
            self.assertIsNone(server.process.poll())
            server.process.terminate()
            server.process.stderr.read()
            server.process.stderr.close()
            server.status = server.process.wait(program.DEADLINE)

    def test_a_reader_that_stands_still(self):
        "451 4.3.0 in time, nothing stays elsewhere, others are served meanwhile, and what follows begins on a line of its own"
        for option, name in (("--messages", "pipe"), ("--mbox", "pipe-of-mbox"), ("--messages", "-")):
            with self.subTest(option, name=name):
                if name != "-":
                    os.mkfifo(self.path(name))
                    reader = os.open(self.path(name), os.O_RDONLY | os.O_NONBLOCK)
                    self.addCleanup(os.close, reader)
                said, got = {}, []
                with self.serve(1 << 30, option, name, "--maildir", "maildir") as server:
                    if name == "-":
                        reader = server.process.stdout.fileno()
                    self.assertEqual(mail(server, LARGE), ["250 2.0.0"])        # a pipe takes so much
                    waiting = [threading.Thread(target=lambda n=n: said.update({n: mail(server, LARGE + n)})) for n in (64, 128)]
                    for each in waiting:
                        each.start()
                    with wire.Wire(server.host, server.port) as other:
                        self.assertEqual([other.say(line)[:1] for line in ("EHLO a.example", "VRFY a@b.example", "NOOP")], ["2"] * 3)
                    self.assertTrue(any(each.is_alive() for each in waiting))
                    for each in waiting:
                        each.join(program.DEADLINE)
                    self.assertEqual(said, {64: ["451 4.3.0"], 128: ["451 4.3.0"]})
                    self.assertEqual(self.stored(), {"maildir": [str(LARGE)]})
                    drain = threading.Thread(target=read_all, args=(reader, got))
                    drain.start()
                    self.assertEqual(mail(server, LARGE + 192), ["250 2.0.0"])
                    server.process.terminate()
                    drain.join(program.DEADLINE)
                text = b"".join(got).decode()
                if option == "--mbox":
                    with open(self.path("mbox"), "w", encoding="utf-8") as file:
                        file.write(text)
                    found = self.stored_mbox()
                    os.remove(self.path("mbox"))
                else:
                    found = [subject(json.loads(line)) for line in (text.splitlines()[0], text.splitlines()[-1])]
                self.assertEqual((found[0], found[-1]), (str(LARGE), str(LARGE + 192)))
                self.assertEqual(self.stored(), {"maildir": sorted([str(LARGE), str(LARGE + 192)])})
                subprocess.run(["rm", "-r", self.path("maildir")], check=True)

    def test_a_server_that_ends_while_it_stores(self):
        "the client is told that it was not stored"
        name = self.path("pipe")
        os.mkfifo(name)
        reader = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        with self.serve(1 << 30, "--messages", name, "--mbox", "mbox") as server:
            self.assertEqual(mail(server, LARGE), ["250 2.0.0"])
            with wire.Wire(server.host, server.port) as client:
                for line in ("EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"):
                    client.say(line)
                client.send("x" * 60 + "\r\n" + ("x" * 62 + "\r\n") * (LARGE // 64) + ".\r\n")
                while self.read("mbox").count("\nx") < 2 * LARGE // 64:       # it is stored there, until the pipe has it too
                    time.sleep(0.01)
                server.process.terminate()
                self.assertEqual(client.reply()[:9], "451 4.3.0")
        self.assertEqual(server.status, 0)
        self.assertEqual(self.stored(), {"mbox": [str(LARGE)]})

    def test_the_events_tell_it(self):
        with self.serve(1000, "--mbox", "mbox", "--format", "json") as server:
            self.assertEqual(mail(server, LARGE), ["452 4.3.1"])
        kinds = {e["event"] for e in map(json.loads, server.rest.splitlines())}
        self.assertIn("problem", kinds)
        self.assertNotIn("message", kinds)

    def test_nothing_goes_on_in_half_a_line(self):
        "as a crash leaves it"
        with open(self.path("lines"), "w", encoding="utf-8") as file:
            file.write('{"event":"message","te')
        for end in ("", "\n", "\n\n"):
            with open(self.path("mbox"), "w", encoding="utf-8") as file:
                file.write("From a@b.example Thu Jan  1 00:00:00 1970\nSubject: half\n\nwords" + end)
            with self.serve(1 << 30, "--mbox", "mbox", "--messages", "lines") as server:
                self.assertEqual(mail(server, 100), ["250 2.0.0"])
                self.assertEqual(mail(server, 200), ["250 2.0.0"])
            self.assertEqual(self.stored_mbox(), ["half", "100", "200"])
        lines = self.read("lines").splitlines()
        self.assertEqual([json.loads(line)["event"] for line in lines[1:]], ["message"] * 6)

    def stored_mbox(self):
        box = mailbox.mbox(self.path("mbox"))
        subjects = [m["Subject"] for m in box]
        box.close()
        return subjects

    def test_a_log_begins_on_a_line_of_its_own(self):
        with open(self.path("log"), "w", encoding="utf-8") as file:
            file.write("# half a l")
        with program.Serve() as server:
            done = program.run("--log", self.path("log"), "-c", "EHLO a.example", "-c", "QUIT", server.where)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.read("log").splitlines()[0], "# half a l")
            self.assertEqual(program.run("replay", "--against", server.where, self.path("log")).returncode, 0)

    def test_a_log_on_a_full_disk(self):
        "what does not fit is cut off, and told with the exit status"
        with program.Serve() as server:
            lines = [word for n in range(200) for word in ("-c", f"NOOP {n}")]
            done = subprocess.run(
                [program.SMTPSH, "--log", self.path("log"), "-c", "EHLO a.example", *lines, server.where], capture_output=True, check=False,
                env=program.environment(), timeout=program.DEADLINE, stdin=subprocess.DEVNULL,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
            self.assertEqual(done.returncode, 11, done.stderr)
            self.assertIn(b"log", done.stderr)
            self.assertTrue(self.read("log").endswith("\n"))

    def test_record_on_a_full_disk(self):
        "the session goes on, its script is not written by half, and the next one's is when there is space"
        with program.Serve() as server:
            recorder = Limited(self.folder, 4000, "--to", server.where, "--log", "log", command=("record",))
            self.addCleanup(recorder.__exit__)
            self.assertEqual(mail(recorder, 100), ["250 2.0.0"])
            self.assertEqual(mail(recorder, LARGE), ["250 2.0.0"])
            self.assertTrue(any("cannot write log" in line for line in iter(recorder.process.stderr.readline, "")))
            recorder.more()
            self.assertEqual(mail(recorder, 200), ["250 2.0.0"])
            recorder.__exit__()
            self.assertEqual(recorder.status, 11, recorder.errors)
            self.assertEqual(re.findall(r"^C: Subject: (\d+)$", self.read("log"), re.M), ["100", "200"])
            self.assertEqual(program.run("replay", "--against", server.where, self.path("log")).returncode, 0)


if __name__ == "__main__":
    tap.main()
