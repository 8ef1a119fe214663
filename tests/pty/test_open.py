"""/open beside an open connection: the old one is kept until the new one stands, and nothing is lost when it does not."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import bound
from peer import Peer
from terminal import Terminal


class Opening(unittest.TestCase):
    def setUp(self):
        self.old, self.new = Peer(), Peer()
        self.addCleanup(self.old.__exit__)
        self.addCleanup(self.new.__exit__)
        self.where, self.there = (f"127.0.0.1:{peer.port}>" for peer in (self.old, self.new))
        self.t = Terminal(self.old.host, str(self.old.port), NO_COLOR="1")
        self.addCleanup(self.t.__exit__)
        self.old.accept()
        self.t.prompt(self.where)
        self.say("EHLO me.example", "250 old.example")

    def say(self, line, reply, peer=None, where=None):
        self.t.line(line)
        (peer or self.old).dialogue((line, reply))
        self.t.until(reply)
        self.t.prompt(where or self.where)

    def saved(self):
        self.t.line("/save saved.smtp")
        self.t.until("saved; ")
        with open(os.path.join(self.t.home.name, "saved.smtp"), encoding="utf-8") as script:
            return script.read()

    def goes_on(self):
        "the old connection is used as if nothing had been"
        self.assertTrue(self.old.hears_nothing())
        self.say("MAIL FROM:<>", "250 sender ok", where=self.where[:-1] + " mail>")
        self.t.line("/last")
        self.t.until("sender ok")
        self.t.line("/as swaks")
        self.t.until(f"--port {self.old.port} ")
        script = self.saved()
        self.assertEqual([line for line in script.splitlines() if line.startswith("C:")], ["C: EHLO me.example", "C: MAIL FROM:<>"])
        self.assertEqual(script.count("/case"), 1)

    def test_refused(self):
        with bound() as closed:
            host, port = closed.getsockname()
            self.t.line(f"/open {host} {port}")
            self.t.until("connection refused")
            self.t.until("still connected to 127.0.0.1")
            self.t.prompt(self.where)
            self.goes_on()

    def test_not_found(self):
        self.t.line("/open 127.0.0.1:notaport")
        self.t.until("***")
        self.t.prompt(self.where)
        self.goes_on()

    def test_rejected_in_the_greeting(self):
        self.t.line(f"/open {self.new.host} {self.new.port}")
        self.new.accept("554 go away")
        self.t.until("554 go away")
        self.t.until("still connected to")
        self.t.prompt(self.where)
        self.goes_on()

    def test_cancelled(self):
        self.t.line(f"/open {self.new.host} {self.new.port}")
        self.new.accept(None)
        self.t.until("connected to 127.0.0.1")
        self.t.type("\x03")
        self.t.until("still connected to")
        self.t.prompt(self.where)
        self.goes_on()

    def test_what_was_typed_behind_it_does_not_go_to_the_old_one(self):
        with bound() as closed:
            host, port = closed.getsockname()
            self.t.type(f"/open {host} {port}\rRSET\r")
            self.t.until("still connected to")
            self.t.prompt(self.where + " RSET")
            self.t.type("\x15")
            self.goes_on()

    def test_it_stands(self):
        self.t.line(f"/open {self.new.host} {self.new.port}")
        self.new.accept("220 new.example")
        self.t.until("220 new.example")
        self.old.dialogue(("QUIT", "221 old bye"))
        self.t.until("221 old bye")
        self.t.prompt(self.there)
        self.say("NOOP", "250 new ok", self.new, self.there)
        self.t.line("/last")
        self.t.until("new ok")
        script = self.saved()
        self.assertEqual([line for line in script.splitlines() if line.startswith("C:")], ["C: EHLO me.example", "C: QUIT", "C: NOOP"])
        self.assertEqual(script.count("/case"), 2)
        self.assertLess(script.index("C: QUIT"), script.index("new.example"))

    def test_the_old_one_closes_meanwhile(self):
        self.t.line(f"/open {self.new.host} {self.new.port}")
        self.new.accept(None)
        self.t.until("connected to 127.0.0.1")
        self.old.say("421 too long")
        self.old.close()
        self.t.until("421 too long")
        self.new.say("220 new.example")
        self.t.until("220 new.example")
        self.t.prompt(self.there)
        self.say("NOOP", "250 new ok", self.new, self.there)

    def test_leaving_meanwhile(self):
        self.t.line(f"/open {self.new.host} {self.new.port}")
        self.new.accept(None)
        self.t.until("connected to 127.0.0.1")
        self.t.type("\x04")
        self.new.say("220 new.example")
        self.old.dialogue(("QUIT", "221 old bye"))
        self.new.dialogue(("QUIT", "221 new bye"))
        self.assertEqual(self.t.status(), 0)

    def test_a_pipe_leaves_the_old_one_at_once(self):
        done = program.run("demo:", input="/open 127.0.0.1:1\nNOOP\n")
        self.assertNotIn("still connected", done.stdout)
        self.assertEqual(done.returncode, 4)


if __name__ == "__main__":
    tap.main()
