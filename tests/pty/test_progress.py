"""What takes long shows itself: on a line of its own, with its limit, and gone before anything else is printed."""
import os
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from listener import listening
from terminal import Terminal


class Progress(unittest.TestCase):
    def setUp(self):
        self.mute = listening()
        self.addCleanup(self.mute.close)
        self.place = "127.0.0.1:%d" % self.mute.getsockname()[1]

    def shown(self, *args, waits, status=None, **more):
        """The screen when it is over; `waits` came on a line that was erased."""
        with Terminal(*args, NO_COLOR="1", **more) as t:
            for text in waits:
                t.until("\r\x1b[K" + text if text is waits[0] else text)
            t.type("\x03")
            self.assertEqual(t.status(), status) if status else self.assertTrue(t.status())
            self.assertNotIn(waits[0], t.text())
            return t.text()

    def test_resolve_and_check(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            dns = "127.0.0.1:%d" % deaf.getsockname()[1]
            text = self.shown("resolve", "--timeout", "resolve=60s", "--dns", dns, "example.org", waits=["waiting for DNS, ", " of 60 s"],
                              status=130)
            self.assertIn("interrupted", text)          # and not when the time of all questions was over
            self.shown("check", "--dns", dns, "example.org", waits=["looking up MX"])

    def test_replay(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as script:
            script.write("C: NOOP\nS: 250\n")
            script.flush()
            self.shown("replay", "--against", self.place, script.name, script.name, waits=["0 of 2 done, "])

    def test_what_is_quick_or_not_watched_shows_nothing(self):
        with program.Serve() as server:
            with Terminal("probe", "--tls=off", server.where, NO_COLOR="1") as t:
                self.assertNotIn("\x1b[K", t.whole())
        for how, env in (["-q"], {}), ([], {"TERM": "dumb"}):
            with Terminal("probe", *how, "-t1200ms", self.place, NO_COLOR="1", **env) as t:
                self.assertNotIn("\x1b[K", t.whole())


if __name__ == "__main__":
    tap.main()
