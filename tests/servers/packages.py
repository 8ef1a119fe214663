"""Debian's servers and mail tools, unpacked below the build folder and never installed.

    tree = packages.tree("postfix")          a folder with the packages of TREES["postfix"] unpacked in it; cached
    packages.run("swaks", "swaks", ...)      runs one of its programs to the end, with its libraries and modules
    packages.start("postfix", "smtp-sink", ...)      a program that runs until the `with` ends
    with packages.Jail("postfix", users=["postfix"]) as jail:
        jail.write("/etc/postfix/main.cf", "...")    the jail's own /etc, /run and /var; the host's are not touched
        jail.start("sh", "-c", "exec postfix start-fg")

What is not installed on this machine of what a package needs (its shared libraries) is unpacked into the same tree. A
Jail is a mount and a process namespace in which the tree lies over /usr, for programs whose paths are compiled in; it
sees the host's network, and all of it dies with the `with`. It needs root and overlayfs.

Whatever cannot be had raises unittest.SkipTest with the reason, so that a test is skipped by name.
"""
import contextlib
import ctypes
import fcntl
import functools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program

DEADLINE = 20
START_UP = 80         # of a server on a busy machine: Postfix alone looks over its files for 20 s there
TREES = {
    "postfix": ["postfix", "postfix-pcre", "sasl2-bin", "libsasl2-modules", "dovecot-core"],
    "exim": ["exim4-daemon-heavy"],
    "opensmtpd": ["opensmtpd"],
    "aiosmtpd": ["python3-aiosmtpd"],
    "dns": ["nsd", "unbound", "ldnsutils"],
    "swaks": ["swaks", "libnet-ssleay-perl", "libio-socket-ssl-perl"],
    "msmtp": ["msmtp"],
    "curl": ["curl"],
    "telnet": ["inetutils-telnet"],
    "nc": ["netcat-openbsd"],
    "fish": ["fish"],
    "zsh": ["zsh"],
    "prometheus": ["prometheus"],
    "monitoring": ["monitoring-plugins-basic"],
    "parallel": ["parallel"],
    "yaml": ["python3-yaml"],
    "systemd": ["systemd"],
    "nagios": ["nagios4-core"],
    "icinga": ["icinga2-bin", "icinga2-common"],
    "nginx": ["nginx"],
    "blackbox": ["prometheus-blackbox-exporter"],
}


def folder():
    """Where trees, the PKI and the state of running servers lie: PACKAGES, or `packages` beside the binary's folder."""
    place = os.environ.get("PACKAGES")
    if not place:
        binary = shutil.which(program.SMTPSH) or program.SMTPSH
        place = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(binary))), "packages")
    os.makedirs(place, exist_ok=True)
    return os.path.abspath(place)


@contextlib.contextmanager
def lock(name):
    with open(os.path.join(folder(), f".{name}.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---- fetching

def _apt(*args, cwd=None):
    return subprocess.run(["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", *args], cwd=cwd, capture_output=True, text=True,
                          timeout=300, env=dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive"))


def _missing(names):
    """These packages, and of what they depend on, recommended packages left out, all that is not installed here."""
    plan = _apt("-s", "--no-install-recommends", "install", *names)
    if plan.returncode != 0:
        return None
    return sorted(set(names) | set(re.findall(r"^Inst (\S+)", plan.stdout, re.M)))


def _fetch(names, where):
    wanted = _missing(names)
    if wanted is None:
        with lock("update"):
            _apt("update")
        wanted = _missing(names)
    if wanted is None:
        raise unittest.SkipTest(f"apt does not know {' '.join(names)}")
    got = _apt("download", *wanted, cwd=where)
    if got.returncode != 0:
        with lock("update"):
            _apt("update")
        got = _apt("download", *wanted, cwd=where)
    if got.returncode != 0:
        raise unittest.SkipTest(f"apt cannot fetch {' '.join(names)}: {got.stderr.strip().splitlines()[-1:]}")


def _unpack(root):
    for deb in sorted(each for each in os.listdir(root) if each.endswith(".deb")):
        subprocess.run(["dpkg", "-x", deb, "."], cwd=root, check=True, capture_output=True)
        os.unlink(os.path.join(root, deb))
    for merged in ("bin", "sbin", "lib"):        # on Debian these are links into /usr
        old = os.path.join(root, merged)
        if os.path.isdir(old) and not os.path.islink(old):
            subprocess.run(["cp", "-a", old + "/.", os.path.join(root, "usr", merged)], check=True)
            shutil.rmtree(old)


def tree(name):
    """The folder of the unpacked TREES[name]; fetched once."""
    place = os.path.join(folder(), name)
    mark = os.path.join(place, ".packages")
    wanted = " ".join(TREES[name])
    with lock(name):
        if os.path.exists(mark) and open(mark).read() == wanted:
            return place
        if not shutil.which("apt-get") or not shutil.which("dpkg"):
            raise unittest.SkipTest(f"{name} comes as a Debian package, and there is no apt-get here")
        shutil.rmtree(place, ignore_errors=True)
        new = place + ".new"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(os.path.join(new, "usr"))
        _fetch(TREES[name], new)
        _unpack(new)
        with open(os.path.join(new, ".packages"), "w") as file:
            file.write(wanted)
        os.rename(new, place)
    return place


# ---- running, without a jail

def path_of(name, command):
    """Where a program of the tree is; None when the tree has none of that name."""
    for part in ("usr/bin", "usr/sbin", "usr/lib/nagios/plugins", "usr/libexec"):
        there = os.path.join(tree(name), part, command)
        if os.path.exists(there):
            return there
    return None


@functools.cache
def machine():
    if not shutil.which("dpkg-architecture"):
        return os.uname().machine + "-linux-gnu"
    return subprocess.run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"], capture_output=True, text=True).stdout.strip()


def environment(name, **more):
    """The environment in which the programs of a tree find its libraries and its Perl and Python modules."""
    root = tree(name)
    perl = [os.path.join(root, "usr/share/perl5")]
    for lib in (f"usr/lib/{machine()}/perl5", f"usr/lib/{machine()}"):
        there = os.path.join(root, lib)
        if os.path.isdir(there):
            perl += [os.path.join(there, each) for each in sorted(os.listdir(there)) if each.startswith("5.")]
    libraries = [os.path.join(root, "usr/lib", machine()), os.path.join(root, "usr/lib"), os.path.join(root, "usr/lib/postfix")]
    paths = [os.path.join(root, each) for each in ("usr/bin", "usr/sbin")]
    return program.environment(LD_LIBRARY_PATH=":".join(libraries), PERL5LIB=":".join(perl),
                               PYTHONPATH=os.path.join(root, "usr/lib/python3/dist-packages"),
                               PATH=":".join(paths + [os.environ.get("PATH", "/usr/bin:/bin"), "/usr/sbin:/sbin"]), **more)


def run(name, command, *args, input=None, timeout=DEADLINE, cwd=None):
    """Runs a program of the tree to its end; .returncode, .stdout and .stderr (text)."""
    return subprocess.run([path_of(name, command) or command, *args], input=input, capture_output=True, text=True,
                          errors="surrogateescape", timeout=timeout, env=environment(name), cwd=cwd)


class start:
    """A program of the tree that runs until the `with` ends (or .stop()); its output is in the file .log."""

    def __init__(self, name, command, *args, log=None):
        self.log = log or os.path.join(state(), command + ".log")
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen([path_of(name, command) or command, *args], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, env=environment(name), start_new_session=True,
                                            preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *_):
        self.stop()


# ---- ports

_kept = []      # a name each, taken for as long as this process lives


def _is_ours(number):
    """Takes the number for this process: no other one that asks here, and no second call, is given it."""
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0smtpsh-tests-port-{number}")
    except OSError:
        name.close()
        return False
    _kept.append(name)
    return True


def port(host="127.0.0.1"):
    """A port that is free, given to nobody else, and below those the system gives to outgoing connections."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(200):
        number = random.randrange(20000, 32000)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, number))
            except OSError:
                continue
        if _is_ours(number):
            return number
    raise AssertionError("no free port")


def wait_for(ready, what, process=None, log=None, seconds=START_UP):
    """Waits until ready() is true; fails with the end of the log when it does not become so or the process ends."""
    end = time.monotonic() + seconds
    while not ready():
        over = process is not None and process.poll() is not None
        if over or time.monotonic() > end:
            said = open(log, errors="replace").read()[-3000:] if log and os.path.exists(log) else ""
            raise AssertionError(f"{what} did not come up{' (it ended)' if over else ''}: {said}")
        time.sleep(0.01)


def wait_port(number, host="127.0.0.1", process=None, log=None):
    """Waits until something listens there."""
    def listens():
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.settimeout(1)
            return probe.connect_ex((host, number)) == 0
    wait_for(listens, f"port {host}:{number}", process, log)


def die_with_parent():
    """In the child: SIGKILL when the test that started it ends, however it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


def _sweep():
    """State that a test which was killed left behind."""
    for each in os.listdir(folder()):
        if each.startswith("state.") and not os.path.exists("/proc/" + each[6:]):
            shutil.rmtree(os.path.join(folder(), each), ignore_errors=True)


_state = []


def state():
    """A folder of this process for the state of servers; gone when the process ends well."""
    if not _state:
        _sweep()
        place = os.path.join(folder(), f"state.{os.getpid()}")
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        _state.append(place)
        import atexit
        atexit.register(shutil.rmtree, place, True)
    return _state[0]


# ---- jails

_jail_reason = []


def _why_no_jail():
    if not _jail_reason:
        if os.geteuid() != 0:
            reason = "a jail needs root (it mounts)"
        elif not shutil.which("unshare"):
            reason = "a jail needs unshare(1)"
        else:
            try_it = subprocess.run(["unshare", "-m", "-p", "-f", "sh", "-c", "mount -t overlay o -o lowerdir=/usr:/etc /mnt"],
                                    capture_output=True, text=True)
            reason = None if try_it.returncode == 0 else f"a jail needs overlayfs: {try_it.stderr.strip()}"
        _jail_reason.append(reason)
    return _jail_reason[0]


_SETUP = """
set -e
exec 3<&0
mount --make-rprivate /
mount -t overlay usr -o lowerdir={root}/usr:/usr /usr
mount -t overlay etc -o lowerdir={base}/etc{tree_etc}:/etc /etc
mount --bind {base}/run /run
mount --bind {base}/var /var
mount --bind {base}/shm /dev/shm
"$@" <&3 3<&- &
wait $!
"""


class Jail:
    """A mount and process namespace over a tree. .base is its folder on the host; /etc, /run and /var are its own, /tmp
    and the rest are the host's. `users` are made in its own passwd and group, with ids from 64100 up."""

    def __init__(self, name, users=()):
        self.root = tree(name)
        reason = _why_no_jail()
        if reason:
            raise unittest.SkipTest(f"{name}: {reason}")
        self.base = os.path.join(state(), f"jail-{name}-{random.randrange(1 << 30):x}")
        self.ids = {}
        self.process = None
        for part in ("etc", "run", "var/tmp", "var/log", "var/spool", "var/lib", "shm"):
            os.makedirs(os.path.join(self.base, part))
        os.chmod(os.path.join(self.base, "var/tmp"), 0o1777)
        os.symlink("/run", os.path.join(self.base, "var/run"))
        self._users(users)
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.write("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")

    def _users(self, users):
        passwd, group = open("/etc/passwd").read(), open("/etc/group").read()
        for number, user in enumerate(users, 64100):
            self.ids[user] = number
            passwd = re.sub(rf"^{re.escape(user)}:.*\n", "", passwd, flags=re.M) + f"{user}:x:{number}:{number}::/:/bin/false\n"
            group = re.sub(rf"^{re.escape(user)}:.*\n", "", group, flags=re.M) + f"{user}:x:{number}:\n"
        self.write("/etc/passwd", passwd)
        self.write("/etc/group", group)

    def path(self, inside):
        """Where a file of the jail's /etc, /run or /var lies on the host."""
        return os.path.join(self.base, inside.lstrip("/"))

    def write(self, inside, text, mode=0o644, owner=None):
        there = self.path(inside)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        with open(there, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(there, mode)
        if owner:
            os.chown(there, self.ids[owner], self.ids[owner])
        return inside

    def mkdir(self, inside, mode=0o755, owner=None):
        os.makedirs(self.path(inside), exist_ok=True)
        os.chmod(self.path(inside), mode)
        if owner:
            os.chown(self.path(inside), self.ids[owner], self.ids[owner])
        return inside

    def _command(self, args):
        etc = os.path.join(self.root, "etc")
        script = _SETUP.format(root=self.root, base=self.base, tree_etc=":" + etc if os.path.isdir(etc) else "")
        return ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c", script, "sh", *args]

    def run(self, *args, input=None):
        """A command in the jail, to its end."""
        return subprocess.run(self._command(args), input=input, capture_output=True, text=True, timeout=DEADLINE,
                              env=program.environment())

    def start(self, *args):
        """The program that the jail is for; ended with everything it started when the `with` ends."""
        self.log = os.path.join(self.base, "log")
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self._command(args), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=program.environment(), start_new_session=True, preexec_fn=die_with_parent)
        return self

    def said(self):
        """What it logged, to say when a test fails."""
        return open(self.log, errors="replace").read() if self.process else ""

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
