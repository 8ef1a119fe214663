"""A person at a terminal: the binary under a pseudo terminal, keys in, and what the screen shows.

What has come so far can be any part of what the program writes, so a test never gets to look at it: it says what it wants
to see, all of it, and waits for a picture that has that. Only what no later octet can change is handed out: the stream up
to an awaited text (until), a picture that was awaited as a whole (prompt, becomes), and everything, once the program has
ended (whole, text).
"""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time

from program import DEADLINE, SMTPSH, environment
from screen import Screen

SGR = re.compile(r"\x1b\[[0-9;]*m")
PIECE = re.compile(r"(?:\x1b(?:\[[0-9;]*)?)?\Z")
PROMPT = re.compile(r"[^<>]+>")     # whatever it says, with nothing typed behind it


class Terminal:
    """A context manager. `prepare` is called with the home folder before the program starts, which else may read what a test
    puts there, or not. What waits fails with the whole picture when the awaited does not come."""

    def __init__(self, *args, columns=100, rows=40, argv=None, prepare=None, **env):
        self._got = ""                  # without inks, which are a matter of their own: see raw()
        self._raw = ""
        self._taken = 0
        self._at = 0
        self._screen = Screen(columns, rows)
        self._status = None
        self._before = ""               # what the screen showed when something was typed last
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.home = tempfile.TemporaryDirectory()
        if prepare:
            prepare(self.home.name)
        env = {"TERM": "xterm", "XDG_STATE_HOME": self.home.name, "HOME": self.home.name, **env}
        argv = argv or [SMTPSH, *args]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(self.home.name)            # where Tab finds no files but a test's own
            os.execve(argv[0], argv, environment(**env))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        self.home.cleanup()

    def type(self, text):
        self._before = self._screen.text()
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + "\r")

    def taken(self, seconds=DEADLINE):
        """Waits until the program has read all that was typed: of what is not shown nothing else can be seen."""
        end = time.monotonic() + seconds
        there = os.open(f"/proc/{self.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        try:
            while select.select([there], [], [], 0)[0]:
                if time.monotonic() > end:
                    raise AssertionError("what was typed is not read")
                self._read(0.005)
        finally:
            os.close(there)

    def paste(self, text):
        "as a terminal does it that was asked for brackets around a paste"
        self.type("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    def resize(self, columns, rows=40):
        self._screen.resize(columns, rows)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def echoes(self):
        "does the terminal itself echo?"
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def _read(self, wait):
        """Takes what there is, at the latest after that time; select() moves what the program has written so far to us."""
        if not select.select([self.fd], [], [], wait)[0]:
            return False
        try:
            octets = os.read(self.fd, 65536)
        except OSError:
            return False
        text = self.decode(octets)
        self._screen.feed(text)
        self._raw += text
        whole = len(self._raw) - len(PIECE.search(self._raw).group())       # the beginning of a sequence is no text yet
        self._got += SGR.sub("", self._raw[self._taken:whole])
        self._taken = whole
        return bool(octets)

    def _wait(self, condition, what, seconds):
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{what} did not come; the screen shows\n{self._screen.text()}\nand got {self._got[self._at:]!r}")

    def until(self, text, seconds=DEADLINE):
        """Everything up to and with `text` of what came, from where the last `until` ended."""
        self._wait(lambda: text in self._got[self._at:], repr(text), seconds)
        start, self._at = self._at, self._got.index(text, self._at) + len(text)
        return self._got[start:self._at]

    def never(self, *texts):
        """None of these has come so far."""
        for text in texts:
            if text in self._got:
                raise AssertionError(f"{text!r} came: {self._got!r}")

    def becomes(self, wanted, what, seconds=DEADLINE):
        """Waits for a picture of which wanted(rows) holds, rows that scrolled away included; these rows."""
        self._wait(lambda: wanted(self._screen.lines()), what, seconds)
        return self._screen.lines()

    def stirs(self, what, seconds=DEADLINE):
        """Waits until anything comes that has not been taken yet."""
        seen = len(self._got)
        self._wait(lambda: len(self._got) > seen, what, seconds)

    def shows(self, *texts, seconds=DEADLINE):
        """Waits for a picture, scrolled rows included, that shows all these texts."""
        self._wait(lambda: all(text in self._screen.text() for text in texts), repr(texts), seconds)

    def hides(self, text, seconds=DEADLINE):
        self._wait(lambda: text not in self._screen.text(), f"the end of {text!r}", seconds)

    def prompt(self, row, *texts, seconds=DEADLINE):
        """Waits for a picture in which the cursor is in a row that is this (a pattern: that fits it), trailing blanks apart,
        and that shows all these texts; its rows. The program leaves that row before it prints and comes back when all is printed: with a text that
        is new, the picture is whole. Without one it may still be the one from before, and is not handed out."""
        row = row if isinstance(row, re.Pattern) else re.compile(re.escape(row.rstrip()))
        if texts and all(text in self._before for text in texts):
            raise AssertionError(f"{texts!r} was there before anything was typed: it does not tell a new picture from the old one")
        self._wait(lambda: any(row.fullmatch(each) for each in self._screen.cursor_rows()) and all(text in self._screen.text() for text in texts),
                   f"the row {row.pattern!r}" + (f" with {texts!r}" if texts else ""), seconds)
        return self._screen.lines() if texts else None

    def status(self, seconds=DEADLINE):
        """The exit status, once the program has ended and all that it wrote is here."""
        end = time.monotonic() + seconds
        while self._status is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running; the screen shows\n{self._screen.text()}")
            more = self._read(0.02)
            pid, status = (0, 0) if more else os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        while self._read(0):
            pass
        return self._status

    def whole(self):
        """All that the program has written in its life, without inks."""
        self.status()
        return self._got

    def raw(self):
        """The same with them."""
        self.status()
        return self._raw

    def text(self):
        """What the screen shows when the program has ended."""
        self.status()
        return self._screen.text()
