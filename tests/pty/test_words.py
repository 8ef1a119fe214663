"""What a word means at the prompt: bare words, beginnings of commands, an empty Enter, and what leaves without a stumble."""
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from peer import Peer
from terminal import Terminal

ALONE = "smtpsh>"
DEMO = "demo.smtpsh.example>"


class Unconnected(unittest.TestCase):
    def open(self):
        t = Terminal(NO_COLOR="1")
        self.addCleanup(t.__exit__)
        t.prompt(ALONE, "/open TARGET")
        return t

    def test_words_that_are_ours(self):
        t = self.open()
        for word, shown in (("help", "/starttls"), ("?", "/starttls"), ("HELP greylisting", "minutes later"), ("version", "OpenSSL")):
            t.line(word)
            t.until(word)
            t.until(shown)
            t.prompt(ALONE)

    def test_each_that_leaves(self):
        for word in ("quit", "exit", "QUIT", "/quit", "/exit", "/q", ":q", "bye"):
            with self.subTest(word):
                t = self.open()
                t.line(word)
                self.assertEqual(t.status(), 0)

    def test_a_command_without_its_slash(self):
        t = self.open()
        for line, command in (("open demo:", ": /open"), ("starttls", ": /starttls"), ("set color never", ": /set")):
            t.line(line)
            t.until("not connected")
            t.until(command + "\r\n")
            t.prompt(ALONE)
        t.line("EHLO me.example")
        t.until("/open TARGET")

    def test_in_a_pipe_too(self):
        done = program.run(input="open demo:\n")
        self.assertIn(": /open\n", done.stdout)
        self.assertEqual(done.returncode, 4)


class Connected(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.where = f"127.0.0.1:{self.peer.port}>"
        self.t = Terminal(self.peer.host, str(self.peer.port), NO_COLOR="1")
        self.addCleanup(self.t.__exit__)
        self.peer.accept()
        self.t.prompt(self.where)

    def test_every_word_goes_to_the_server(self):
        for word, note in (("help", None), ("?", None), ("open demo:", None), ("exit", "/quit"), (":q", "/quit"), ("version", "/version")):
            self.t.line(word)
            self.peer.dialogue((word, "500 not here " + word))
            if note:
                self.t.until(f'"{word}" was sent to the server')
                self.t.until(note)
            self.t.until("not here " + word)
            self.t.prompt(self.where)

    def test_an_empty_enter_sends_nothing(self):
        self.t.line("")
        self.t.line("")
        self.t.line("NOOP")
        self.peer.dialogue(("NOOP", "250 ok"))
        self.t.prompt(self.where, "250 ok")

    def test_an_empty_line_of_a_message_is_one(self):
        for line, reply in (("DATA", "354 go on"),):
            self.t.line(line)
            self.peer.dialogue((line, reply))
        self.t.prompt("message, lone . ends>")
        for line in ("", "/st", "quit"):
            self.t.line(line)
            self.peer.hear(line)

    def test_what_a_file_has_is_sent_as_it_stands(self):
        with open(os.path.join(self.t.home.name, "lines"), "w", encoding="ascii") as lines:
            lines.write("\nNOOP\n/st\n")
        self.t.line("/include lines")
        self.peer.dialogue(("", "500 no"))
        self.t.until("500 no")
        self.t.until("not sent")                    # what stood behind it
        with open(os.path.join(self.t.home.name, "lines"), "w", encoding="ascii") as lines:
            lines.write("/st\n")
        self.t.line("\x15/include lines")
        self.t.until('unknown command "/st"')            # beginnings work only where they are typed

    def test_a_pipe_sends_blank_lines(self):
        with Peer() as peer:
            heard = []

            def serve():
                peer.accept()
                heard.append(peer.hear())
                peer.say("500 no")

            server = threading.Thread(target=serve)
            server.start()
            program.run(peer.host, str(peer.port), input="\n")
            server.join()
            self.assertEqual(heard, [""])


class Short(unittest.TestCase):
    def setUp(self):
        self.t = Terminal("demo:", NO_COLOR="1")
        self.addCleanup(self.t.__exit__)
        self.t.prompt(DEMO)

    def test_the_beginning_of_a_command(self):
        self.t.line("/inf")
        self.t.until("demo.smtpsh.example")
        self.t.prompt(DEMO)
        self.t.line("/s")
        self.t.until("is ambiguous: ")
        self.t.until("/starttls")
        self.t.prompt(DEMO)
        self.t.line("/nosuch")
        self.t.until("unknown command")
        self.t.line("/st")
        self.t.until("220 ")
        self.t.prompt("demo.smtpsh.example TLSv1.3>")
        self.t.line("/? starttls")
        self.t.until("TLS is active")
        self.t.until("/starttls")

    def test_a_short_login_is_typed_unseen_as_well(self):
        self.t.line("/st")
        self.t.until("220 ")
        self.t.prompt("demo.smtpsh.example TLSv1.3>")
        self.t.type("/au\rdemo\rdemo-secret\r")
        self.t.until("535 ")
        self.t.never("demo-secret")

    def test_behind_the_escape(self):
        self.t.line("EHLO me.example")
        self.t.until("ENHANCEDSTATUSCODES")
        self.t.prompt(DEMO)
        self.t.type("\x1d")
        self.t.line("?")
        self.t.until("Valid now")

    def test_help_has_all_of_a_name(self):
        self.t.line("/help auth")
        for text in ("mechanism [initial-response]", "/auth [MECH]", "EHLO lists the mechanisms"):
            self.t.until(text)



if __name__ == "__main__":
    tap.main()
