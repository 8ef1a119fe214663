"""smtpsh probe on thousands of targets: rate, CPU, memory in flight, TLS, and a tenth that does not answer."""
import collections
import contextlib
import json
import os
import resource
import subprocess
import tempfile
import time

from figures import SMTPSH, claim, compare, once, ours, peer, sink, table

MANY = 10000


def hosts(n):
    """So many addresses of 127.0.0.0/8."""
    return [f"127.{1 + i // 250}.1.{1 + i % 250}" for i in range(n)]


@contextlib.contextmanager
def targets(lines):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        yield file.name


def probe(file, *options):
    return [SMTPSH, "probe", "-q", "--targets", file, *options]


def bulk():
    """10,000 plain probes against the bare program of 8 threads; by 1,000 of them check_smtp and blackbox_exporter."""
    with sink() as port, targets(f"{host}:{port}" for host in hosts(MANY)) as file:
        medians = compare({
            "floor": [ours("fleet_floor"), port, str(MANY)], "smtpsh": probe(file, "--tls=off"),
        }, rounds=9)
        table("10,000 probes in the clear", medians)
        claim("10,000 probes, client cpu over the bare program's", medians["smtpsh"].cpu / medians["floor"].cpu, 1.25)
        claim("10,000 probes, wall over the bare program's", medians["smtpsh"].wall / medians["floor"].wall, 1.6)
        one = peer("monitoring", "check_smtp", "-H", "127.0.0.1", "-p", port)
        each = once(one._replace(argv=["sh", "-c", 'seq 1000 | xargs -P 8 -I N "$@" >/dev/null', "sh", *one.argv]))
        print(f"check_smtp, xargs -P 8: {1000 / each.wall:.0f} a second, smtpsh {MANY / medians['smtpsh'].wall:.0f}")
        blackbox(port, MANY / medians["smtpsh"].wall)


MODULE = """
modules:
  smtp:
    prober: tcp
    timeout: 5s
    tcp:
      query_response: [{expect: "^220 "}, {send: "EHLO a.example\\r"}, {expect: "^250 "}, {send: "QUIT\\r"}, {expect: "^221 "}]
"""


def blackbox(port, rate):
    """The same dialogue by blackbox_exporter, asked by 64 at a time."""
    import packages
    listens = packages.port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        config.write(MODULE)
        config.flush()
        with packages.start("blackbox", "prometheus-blackbox-exporter", f"--config.file={config.name}", "--log.level=error",
                            f"--web.listen-address=127.0.0.1:{listens}") as exporter:
            packages.wait_port(listens, process=exporter.process, log=exporter.log)
            ask = [ours("scrape"), str(listens), "1000", f"/probe?module=smtp&target=127.0.0.1:{port}"]
            theirs = 1000 / compare({"": ask}, rounds=3)[""].wall
    print(f"blackbox_exporter: {theirs:.0f} a second")
    claim("10,000 probes, rate over blackbox_exporter's", rate / theirs, 4, least=True)


def memory():
    """Peak memory with 1,000 and 10,000 probes in flight, in the clear and under TLS."""
    import pki
    place = pki.make()
    print("\nmemory with N probes in flight")
    for n, limit in ((1000, 20), (MANY, 64)):
        patience = ["--jobs", str(n), "--timeout", "120s", "-t", "300s"]
        with sink(n) as port, targets(f"{host}:{port}" for host in hosts(n)) as file:
            peak = once(probe(file, "--tls=off", *patience), good=(0,)).peak
        claim(f"{n:,} in flight, in the clear", peak, limit, " MiB")
        with sink(n, f"{place}/good.chain.pem", f"{place}/good.key") as port, targets(f"{host}:{port}" for host in hosts(n)) as file:
            peak = once(probe(file, "--tls=starttls", "--verify=chain", "--ca", f"{place}/ca.pem", *patience), good=(0,)).peak
        claim(f"{n:,} in flight, under TLS", peak, limit + n * 50 / 1024, " MiB")


def tls():
    """1,000 STARTTLS probes whose certificate is verified, against the bare program's handshakes."""
    import pki
    place = pki.make()
    with sink(1, f"{place}/good.chain.pem", f"{place}/good.key") as port, targets([f"127.0.0.1:{port}"] * 1000) as file:
        medians = compare({
            "floor": [ours("fleet_floor"), port, "1000", f"{place}/ca.pem"],
            "smtpsh": probe(file, "--tls=starttls", "--verify=name", "--ca", f"{place}/ca.pem", "--per-host", "64", "--jobs", "64"),
        }, rounds=9)
    table("1,000 STARTTLS probes, verified", medians)
    claim("1,000 STARTTLS probes, cpu over the bare program's", medians["smtpsh"].cpu / medians["floor"].cpu, 1.15)


def silent():
    """10,000 targets, a tenth of which answer no SYN, with --jobs 2000: none lost, none twice, and 2 s from the ideal,
    which is the timeout, or what those that answer take alone where that is longer."""
    from silent import Silent
    timeout, every = 3, 10
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    mute = [Silent(host) for host in hosts(MANY)[::every]]
    with sink() as port:
        with targets(f"{host}:{port}" for i, host in enumerate(hosts(MANY)) if i % every) as file:
            alone = once(probe(file, "--tls=off", "--jobs", "2000")).wall
        names = [mute[i // every].name if i % every == 0 else f"{host}:{port}" for i, host in enumerate(hosts(MANY))]
        with targets(names) as file:
            began = time.monotonic()
            done = subprocess.run([SMTPSH, "probe", "--targets", file, "--jobs", "2000", "--tls=off", "--timeout", f"{timeout}s",
                                   "--format", "json"], stdout=subprocess.PIPE, text=True)
            took = time.monotonic() - began
    for each in mute:
        each.close()
    lines = [one for one in map(json.loads, done.stdout.splitlines()) if "target" in one]
    ends = collections.Counter((one["state"], one.get("reason")) for one in lines)
    right = ends == {("OK", None): MANY - len(mute), ("CRITICAL", "connect_timeout"): len(mute)}
    print(f"\n10,000 targets, a tenth silent: {took:.2f} s; the others alone {alone:.2f} s; {', '.join(f'{n} {s} {r or str()}'.strip() for (s, r), n in ends.items())}")
    claim("10,000 targets, a tenth silent: beyond the ideal", took - max(timeout, alone), 2, " s")
    claim("10,000 targets, a tenth silent: each told once, with its state", collections.Counter(o["target"] for o in lines) ==
          collections.Counter(names) and right, 1, least=True)
