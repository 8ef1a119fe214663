"""A person at a terminal: the binary under a pseudo terminal, keys in, and what the screen shows."""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import tempfile
import termios
import time

from program import DEADLINE, SMTPSH, environment
from screen import Screen


class Terminal:
    """A context manager. What waits fails with the whole picture when the awaited does not come."""

    def __init__(self, *args, columns=100, rows=40, argv=None, **env):
        self.got = ""
        self.at = 0
        self.screen = Screen(columns, rows)
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.home = tempfile.TemporaryDirectory()
        env = {"TERM": "xterm", "XDG_STATE_HOME": self.home.name, "HOME": self.home.name, **env}
        argv = argv or [SMTPSH, *args]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], argv, environment(**env))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.fd)
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass
        self.home.cleanup()

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + "\r")

    def paste(self, text):
        "as a terminal does it that was asked for brackets around a paste"
        self.type("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    def resize(self, columns, rows=40):
        self.screen.resize(columns, rows)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def echoes(self):
        "does the terminal itself echo?"
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def _read(self, wait):
        if not select.select([self.fd], [], [], wait)[0]:
            return False
        try:
            octets = os.read(self.fd, 65536)
        except OSError:
            return False
        text = self.decode(octets)
        self.got += text
        self.screen.feed(text)
        return bool(octets)

    def _wait(self, condition, what, seconds):
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{what} did not come; the screen shows\n{self.screen.text()}\nand got {self.got[self.at:]!r}")

    def until(self, text, seconds=DEADLINE):
        """Everything up to and with `text` of what came, from where the last `until` ended."""
        self._wait(lambda: text in self.got[self.at:], repr(text), seconds)
        start, self.at = self.at, self.got.index(text, self.at) + len(text)
        return self.got[start:self.at]

    def shows(self, text, seconds=DEADLINE):
        """Waits until the screen, scrolled rows included, shows the text; the rows."""
        self._wait(lambda: text in self.screen.text(), repr(text), seconds)
        return self.screen.lines()

    def hides(self, text, seconds=DEADLINE):
        self._wait(lambda: text not in self.screen.text(), f"the end of {text!r}", seconds)

    def prompt(self, text, seconds=DEADLINE):
        """Waits until the row with the cursor is this, trailing blanks apart; rows above are returned."""
        self._wait(lambda: self.screen.cursor_row() == text.rstrip(), f"the row {text!r}", seconds)
        return self.screen.lines()[:-1]

    def status(self, seconds=DEADLINE):
        """The exit status, once the program has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still running; the screen shows\n{self.screen.text()}")
