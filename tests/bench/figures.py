"""Measuring for scripts/bench: commands run in turn, tables of medians, and claims: a figure, its target, met or not."""
import collections
import contextlib
import os
import statistics
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.join(ROOT, "build-bench")
SMTPSH = os.path.join(BUILD, "src", "smtpsh")
sys.path[:0] = [os.path.join(ROOT, "tests", folder) for folder in ("lib", "servers")]
os.environ.update(SMTPSH=SMTPSH, LC_ALL="C.UTF-8")
for each in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"):
    os.environ.pop(each, None)

Figure = collections.namedtuple("Figure", "wall cpu peak")      # seconds, seconds, MiB
Command = collections.namedtuple("Command", "argv env stdin", defaults=(None, os.devnull))
Claim = collections.namedtuple("Claim", "what value bound limit unit")
claims = []


def ours(name):
    """A program of this folder, built."""
    return os.path.join(BUILD, "tests", "bench", name)


def build():
    subprocess.run([os.path.join(ROOT, "scripts", "setup"), "bench"], check=True)
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", BUILD, ROOT, "-Dbuildtype=release", "-Dstatic_libraries=true"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "--quiet"], check=True, stdout=subprocess.DEVNULL)


def peer(tree, command, *args, stdin=os.devnull):
    """A peer's command, unpacked like the tests' servers."""
    import packages
    return Command([packages.path_of(tree, command), *map(str, args)], packages.environment(tree), stdin)


def once(command, good=(0, 3)):        # 3: check_smtp --version
    """One run, by the system's own accounting of the process and what it waited for."""
    if isinstance(command, list):
        command = Command(command)
    with open(command.stdin, "rb") as lines:
        done = subprocess.run([ours("measure"), *command.argv], stdin=lines, stdout=subprocess.PIPE, text=True, check=True,
                              env=command.env)
    wall, cpu, peak, status = done.stdout.split()
    if int(status) not in good:
        raise SystemExit(f"bench: ended with {status}: {' '.join(command.argv)}")
    return Figure(float(wall), float(cpu), int(peak) / 1024)


def compare(commands, rounds=30, of=statistics.median):
    """Runs the commands in turn, round by round after a warm-up: {name: Figure} of medians, or of the least."""
    runs = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            figure = once(command)
            if number:
                runs[name].append(figure)
    return {name: Figure(*(of(each) for each in zip(*figures))) for name, figures in runs.items()}


def table(title, medians, floor="floor"):
    print(f"\n{title}\n{'':24}{'wall ms':>10}{'cpu ms':>10}{'peak MiB':>10}{'x wall':>8}{'x cpu':>8}")
    base = medians[floor]
    for name, f in medians.items():
        print(f"{name:24}{f.wall * 1e3:10.2f}{f.cpu * 1e3:10.2f}{f.peak:10.1f}{f.wall / base.wall:8.2f}{f.cpu / base.cpu:8.2f}", flush=True)


def claim(what, value, limit, unit="", least=False):
    """A figure that must be at most (or at least) this."""
    one = Claim(what, value, "at least" if least else "at most", limit, unit)
    claims.append(one)
    print(told(one), flush=True)


def is_met(one):
    return one.value >= one.limit if one.bound == "at least" else one.value <= one.limit


def told(one):
    value, limit = (f"{number:.2f}".rstrip("0").rstrip(".") for number in (one.value, one.limit))
    return f"{'met   ' if is_met(one) else 'MISSED'}  {one.what}: {value}{one.unit} ({one.bound} {limit}{one.unit})"


def instructions(command):
    """Of user space, by callgrind, in millions."""
    if isinstance(command, list):
        command = Command(command)
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command.argv],
                          capture_output=True, text=True, env=command.env)
    return int([line.split()[-1] for line in done.stderr.splitlines() if "Collected" in line][0]) / 1e6


@contextlib.contextmanager
def sink(*args):
    """tests/bench/sink.c, which answers on all of 127.0.0.0/8; its port."""
    process = subprocess.Popen([ours("sink"), *map(str, args)], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
