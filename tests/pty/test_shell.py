"""/!COMMAND, and "| COMMAND" behind what only shows: typed at the prompt, and nowhere else."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from peer import Peer
from terminal import Terminal

DEMO = "demo.smtpsh.example>"


class Shell(unittest.TestCase):
    def setUp(self):
        self.t = Terminal("demo:", NO_COLOR="1", columns=120)
        self.addCleanup(self.t.__exit__)
        self.t.prompt(DEMO, "220 ")

    def made(self, name):
        return os.path.exists(os.path.join(self.t.home.name, name))

    def test_a_command(self):
        self.t.line("/!echo $((6 * 7)) and \"$0\"; exit 3")
        self.t.until("42 and sh")
        self.t.until("exit status 3")
        self.t.prompt(DEMO)
        self.t.line("/!")
        self.t.until("/!: expected a command")
        self.t.line("/!" + "true; " * 300 + "echo who''le")    # nothing is cut off
        self.t.until("whole\r\n")

    def test_it_has_the_terminal(self):
        self.t.line("/!stty -a | tr ' ' '\\n' | grep -x -e icanon -e echo -e -icanon -e -echo; read line; echo got $line")
        for mode in ("icanon", "echo"):
            self.t.until(mode + "\r\n")
        self.t.line("yes")
        self.t.until("got yes")
        self.t.prompt(DEMO)
        self.t.line("NOOP")
        self.t.until("250 ")

    def test_what_is_shown_goes_to_a_command(self):
        self.t.line("EHLO me.example")
        self.t.until("ENHANCEDSTATUSCODES")
        self.t.prompt(DEMO)
        self.t.line("/ext | grep -c .")
        self.t.until("grep -c .\r\n")
        self.assertGreater(int(self.t.until("\r\n").rsplit("l", 1)[-1]), 10)
        self.t.prompt(DEMO)
        self.t.line("/help ports | sed 's/^/>>/'")
        self.t.until(">>")
        self.t.prompt(DEMO)
        self.t.line("/ex | cat")                               # no command: nothing waits for its end
        self.t.until("is ambiguous")
        self.t.line("/ext nonsense | cat")
        self.t.until("***")
        self.t.prompt(DEMO)
        self.t.type("/info | cat >info\rNOOP\r")              # only its own goes there
        self.t.until("250 ")
        self.t.prompt(DEMO)
        with open(os.path.join(self.t.home.name, "info"), encoding="utf-8") as info:
            text = info.read()
        self.assertIn("demo.smtpsh.example", text)
        self.assertNotIn("NOOP", text)
        self.assertNotIn("\x1b", text)

    def test_behind_the_escape(self):
        self.t.type("\x1d!echo from $((1 + 1))\r")
        self.t.until("from 2")
        self.t.prompt(DEMO)
        self.t.type("\x1dinfo | tr a-z A-Z\r")
        self.t.until("DEMO.SMTPSH.EXAMPLE")
        self.t.prompt(DEMO)

    def test_a_bar_elsewhere_is_a_bar(self):
        self.t.line("NOOP | touch made")
        self.t.until("250 ")
        self.t.line("/send from=a@b.example to=c@d.example subject=x | touch made")
        self.t.until("***")
        self.t.prompt(DEMO)
        self.assertFalse(self.made("made"))

    def test_no_file_and_no_paste_runs_anything(self):
        with open(os.path.join(self.t.home.name, "lines"), "w", encoding="ascii") as lines:
            lines.write("/help | touch made\n/!touch made\n")
        self.t.line("/include lines")
        self.t.until("*** lines:2:1: ")
        self.t.prompt(DEMO)
        self.t.paste("/!touch made\n/help | touch made\n")
        self.t.until("2 pasted lines")
        self.t.line("")
        self.t.until("not run")
        self.t.until("not run")
        self.t.prompt(DEMO)
        self.assertFalse(self.made("made"))

    def test_in_a_message_it_is_text(self):
        with Peer() as peer, Terminal(peer.host, str(peer.port), NO_COLOR="1") as t:
            peer.accept()
            t.prompt(f"127.0.0.1:{peer.port}>")
            t.line("DATA")
            peer.dialogue(("DATA", "354 go on"))
            t.prompt("message, lone . ends>")
            t.line("/!touch made")
            peer.hear("/!touch made")
            self.assertFalse(os.path.exists(os.path.join(t.home.name, "made")))

    def test_no_pipe_runs_anything(self):
        program.run("demo:", input=f"/!touch {self.t.home.name}/made\n/ext | touch {self.t.home.name}/made\n")
        program.run("-c", f"/!touch {self.t.home.name}/made", "demo:")
        self.assertFalse(self.made("made"))


if __name__ == "__main__":
    tap.main()
