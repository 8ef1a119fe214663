"""The real binary: run it to its end, or start it as a server on a free port. SMTPSH names the binary."""
import os
import signal
import subprocess

SMTPSH = os.environ.get("SMTPSH", "smtpsh")
SMTPSH = os.path.abspath(SMTPSH) if "/" in SMTPSH else SMTPSH       # a test may go to another folder
DEADLINE = 20
OWN_MOUNTS = ("unshare", "-m" if os.geteuid() == 0 else "-rm")     # root needs no user namespace, which a chroot may not have
SANITIZED = os.environ.get("SANITIZED") == "1"      # memory is then the sanitizer's, and no measure


def environment(**more):
    """What a test runs under: nothing of the person's own settings, and no pager; a variable that is None is unset."""
    env = {k: v for k, v in os.environ.items() if k not in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "NO_COLOR", "SMTPSH_OPTIONS")}
    env.update({"LC_ALL": "C.UTF-8", "PAGER": "", "XDG_CONFIG_HOME": "/nonexistent", **more})
    return {k: v for k, v in env.items() if v is not None}


def run(*args, input="", env=None, timeout=DEADLINE):
    """Runs to the end; .returncode, .stdout and .stderr as text (octets that are not UTF-8 as surrogates)."""
    if isinstance(input, str):
        input = input.encode("utf-8", "surrogateescape")
    done = subprocess.run([SMTPSH, *args], input=input, capture_output=True, timeout=timeout, env=env or environment())
    done.stdout = done.stdout.decode("utf-8", "surrogateescape")
    done.stderr = done.stderr.decode("utf-8", "surrogateescape")
    return done


def is_built_with(library):
    return f"without {library}\n" not in run("-V").stdout


def needs(test, library):
    """Skips a test in a build that is without the library."""
    if not is_built_with(library):
        test.skipTest(f"this smtpsh was built without {library}")


class Process(subprocess.Popen):
    """The binary, told to end at most once: a second SIGTERM finds the default action when the first is nearly obeyed."""
    told_to_end = False

    def __init__(self, *args, **options):
        super().__init__([SMTPSH, *args], **{"env": environment(), **options})

    def send_signal(self, signo):
        if signo != signal.SIGTERM or not self.told_to_end:
            super().send_signal(signo)
        self.told_to_end = self.told_to_end or signo == signal.SIGTERM

    def __exit__(self, *raised):
        if self.poll() is None and raised[0]:       # a test that failed leaves nothing that would be waited for
            self.kill()
        super().__exit__(*raised)


class Serve:
    """`smtpsh serve` on a port that the system chose; .host and .port. A context manager."""

    def __init__(self, *args):
        self.process = Process("serve", *args, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise AssertionError(f"serve said {line!r}")
        self.where = line.split()[-1]
        self.host, port = self.where.rsplit(":", 1)
        self.port = int(port) if port.isdigit() else 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stdout.close()
