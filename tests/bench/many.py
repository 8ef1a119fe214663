"""Many at once: scripts replayed side by side, the mock under load, a key among a thousand sessions."""
import os
import resource
import socket
import subprocess
import tempfile

from figures import SMTPSH, claim, compare, ours, peer, table


def replay():
    """A script of 20 lines, 4,000 times, 200 side by side; against a bare program with 8 threads, on smtp-sink."""
    import mtas
    rounds, lines = 4000, ["EHLO bench.test"] + ["NOOP"] * 18 + ["QUIT"]
    with mtas.Sink() as sink, tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w") as bare:
        bare.write("".join(line + "\n" for line in lines))
        bare.flush()
        with open(os.path.join(folder, "dialogue.smtp"), "w", encoding="ascii") as script:
            for number in range(rounds):
                script.write(f'/case "{number}"\n' + "".join(
                    f"C: {line}\nS: {'221' if line == 'QUIT' else '250'}\n" for line in lines))
        host, port = sink.host, str(sink.port)
        medians = compare({
            "floor": [ours("floor"), "replay", host, port, bare.name, str(rounds)],
            "smtpsh": [SMTPSH, "replay", "-q", "--jobs", "200", "--against", f"{host}:{port}", folder],
        }, rounds=5)
        table("a dialogue of 20 lines, 4,000 times", medians)
        claim("replay with --jobs 200, rate over the bare program's", medians["floor"].wall / medians["smtpsh"].wall, 0.75, least=True)


def mock():
    """Messages of 1 KiB taken from smtp-source by `smtpsh serve`, against smtp-sink; and what 5,000 clients cost."""
    import mtas
    import program
    source = ["-s", "50", "-m", "5000", "-l", "1024", "-f", "a@bench.test", "-t", "b@bench.test"]
    with mtas.Sink() as sink, program.Serve() as server:
        medians = compare({
            "smtp-sink": peer("postfix", "smtp-source", *source, f"{sink.host}:{sink.port}"),
            "smtpsh serve": peer("postfix", "smtp-source", *source, f"{server.host}:{server.port}"),
        }, rounds=5)
        table("smtp-source: 5,000 messages of 1 KiB in 50 sessions", medians, floor="smtp-sink")
        claim("the mock, rate over smtp-sink's", medians["smtp-sink"].wall / medians["smtpsh serve"].wall, 0.8, least=True)
        claim("the mock with 5,000 clients, peak memory", held(server, 5000), 64, " MiB")


def held(server, n):
    """Peak memory of the server with so many clients that have said EHLO, in MiB."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20000), most))
    clients = [socket.create_connection((server.host, server.port)) for _ in range(n)]
    for client in clients:
        client.recv(200)
        client.sendall(b"EHLO bench.test\r\n")
    for client in clients:
        client.recv(2000)
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        peak = [int(line.split()[1]) for line in status if line.startswith("VmHWM")][0] / 1024
    for client in clients:
        client.close()
    return peak


def keystroke():
    """How long a key waits while 1,000 sessions on the same loop do 2,000 exchanges a second."""
    import program
    with program.Serve() as server:
        done = subprocess.run([ours("keystroke"), server.host, str(server.port)], stdout=subprocess.PIPE, text=True, check=True)
    median, most, longest, rate = map(float, done.stdout.split())
    print(f"\na key among {rate:.0f} exchanges a second on 1,000 sessions: median {median:.2f} ms, longest {longest:.2f} ms")
    claim("a key among 1,000 sessions, 99th percentile", most, 10, " ms")
    claim("a key among 1,000 sessions, exchanges a second meanwhile", rate, 1900, least=True)
