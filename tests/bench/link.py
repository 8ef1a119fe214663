"""The same checks behind 50 ms of delay: wall time over the round trip says how many were paid."""
import contextlib
import ctypes
import os
import subprocess

from figures import SMTPSH, claim, compare, ours, table

HERE, THERE, ROUND_TRIP = "10.77.0.1", "10.77.0.2", 0.0502


class LongLink:
    """Two network namespaces of our own, joined by a bridge that holds every frame 25 ms each way. .near is what a
    command is prefixed with to run on this side; what is started within .far() runs on the other. Needs root."""

    NAMES = [f"smtpsh-{os.getpid()}-{which}" for which in "amb"]

    def __enter__(self):
        a, m, b = self.NAMES
        for name in self.NAMES:
            self._run("ip", "netns", "add", name)
            self._run("ip", "-n", name, "link", "set", "lo", "up")
        self._run("ip", "-n", a, "link", "add", "vA", "type", "veth", "peer", "name", "vAm", "netns", m)
        self._run("ip", "-n", b, "link", "add", "vB", "type", "veth", "peer", "name", "vBm", "netns", m)
        self._run("ip", "-n", a, "addr", "add", f"{HERE}/24", "dev", "vA")
        self._run("ip", "-n", b, "addr", "add", f"{THERE}/24", "dev", "vB")
        for name, link in ((a, "vA"), (m, "vAm"), (m, "vBm"), (b, "vB")):
            subprocess.run(["ip", "netns", "exec", name, "ethtool", "-K", link, "tx", "off", "tso", "off", "gso", "off", "gro", "off"],
                           capture_output=True)
            self._run("ip", "-n", name, "link", "set", link, "up")
        self.bridge = subprocess.Popen(["ip", "netns", "exec", m, ours("delay_bridge"), "vAm", "vBm", "25"],
                                       stdout=subprocess.PIPE, text=True)
        self.bridge.stdout.readline()
        self.near = ["ip", "netns", "exec", a]
        return self

    def __exit__(self, *_):
        self.bridge.kill()
        self.bridge.wait()
        for name in self.NAMES:
            subprocess.run(["ip", "netns", "del", name])

    @contextlib.contextmanager
    def far(self):
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net") as home, open(f"/run/netns/{self.NAMES[2]}") as far:
            libc.setns(far.fileno(), 0)
            try:
                yield
            finally:
                libc.setns(home.fileno(), 0)

    @staticmethod
    def _run(*argv):
        subprocess.run(argv, check=True)


def servers():
    """(name, server) on the far side, each while it runs: the own one, Postfix and Exim."""
    import mtas
    import program
    yield "smtpsh serve", lambda: program.Serve("--listen", f"{THERE}:0")
    yield "Postfix", lambda: mtas.Postfix(host=THERE)
    yield "Exim", lambda: mtas.Exim(host=THERE)


def latency():
    """A check in the clear and one with STARTTLS behind 50 ms: no round trip more than the bare program's."""
    if os.geteuid() != 0:
        print("\nlatency: skipped, needs root for network namespaces")
        return
    with LongLink() as link:
        for name, start in servers():
            with contextlib.ExitStack() as until:
                with link.far():
                    server = until.enter_context(start())
                port = str(server.port if isinstance(server.port, int) else server.port["starttls"])
                for title, floor, lines in (("in the clear", "probe", ["EHLO b", "QUIT"]),
                                            ("STARTTLS", "starttls", ["EHLO b", "STARTTLS", "EHLO b", "QUIT"])):
                    behind(f"behind 50 ms, {title}, {name}", {
                        "floor": [*link.near, ours("floor"), floor, THERE, port],
                        "smtpsh": [*link.near, SMTPSH, "-q", THERE, port, *[w for line in lines for w in ("-c", line)]],
                    })


def behind(title, commands):
    medians = compare(commands, rounds=9, of=min)       # whatever disturbs it only adds
    table(title, medians)
    trips = {name: (f.wall - f.cpu) / ROUND_TRIP for name, f in medians.items()}
    print("round trips: " + ", ".join(f"{name} {n:.1f}" for name, n in trips.items()))
    claim(f"{title}, round trips beyond the bare program's", trips["smtpsh"] - trips["floor"], 0.3)
