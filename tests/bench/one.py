"""What one run costs: start-up, a check on Postfix and Exim, a probe as a process, a large message, a long session."""
import os
import tempfile

from figures import SMTPSH, Command, claim, compare, instructions, once, ours, peer, table

FLOOR = ours("floor")


def within(title, medians, bounds, who="smtpsh", most_cpu=None):
    """Claims of CPU and wall time against others of the table: {other: most}; of CPU another limit where one is given."""
    for other, most in bounds.items():
        claim(f"{title}, cpu over {other}", medians[who].cpu / medians[other].cpu, most_cpu or most)
        claim(f"{title}, wall over {other}", medians[who].wall / medians[other].wall, most)


def below(title, medians, but):
    """Claims that every other peer takes longer."""
    least = min((f.cpu, name) for name, f in medians.items() if name not in but)
    claim(f"{title}, cpu over the best of the other peers ({least[1]})", medians["smtpsh"].cpu / least[0], 1)
    least = min((f.wall, name) for name, f in medians.items() if name not in but)
    claim(f"{title}, wall over the best of the other peers ({least[1]})", medians["smtpsh"].wall / least[0], 1)


def startup():
    """--version, in time and in instructions."""
    commands = {
        "floor": [FLOOR, "version"], "smtpsh": [SMTPSH, "--version"],
        "check_smtp": peer("monitoring", "check_smtp", "--version"), "curl": peer("curl", "curl", "--version"),
        "msmtp": peer("msmtp", "msmtp", "--version"), "swaks": peer("swaks", "swaks", "--version"),
    }
    medians = compare(commands)
    table("start-up (--version)", medians)
    counts = {name: instructions(commands[name]) for name in ("floor", "smtpsh", "check_smtp", "curl", "msmtp")}
    print("instructions: " + ", ".join(f"{name} {count:.2f} M" for name, count in counts.items()))
    claim("start-up, instructions over the bare program's", counts["smtpsh"] / counts["floor"], 1.15)
    claim("start-up, cpu over the bare program's", medians["smtpsh"].cpu / medians["floor"].cpu, 1.10)
    below("start-up", medians, ("smtpsh", "floor", "check_smtp"))


def said(*lines):
    return [word for line in lines for word in ("-c", line)]


def check():
    """One check (connect, EHLO, STARTTLS, EHLO, QUIT) on Postfix and on Exim, and one in the clear."""
    import mtas
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "lines")
        with open(lines, "w", encoding="ascii") as file:
            file.write("EHLO bench.test\r\nQUIT\r\n")
        for kind in (mtas.Postfix, mtas.Exim):
            with kind() as server:
                starttls(f"a STARTTLS check on {kind.__name__}", server.host, str(server.port["starttls"]), lines)
                clear(f"a check in the clear on {kind.__name__}", server.host, str(server.port["starttls"]))


def starttls(title, host, port, lines):
    ours = [SMTPSH, "-q", host, port, *said("EHLO bench.test", "STARTTLS", "EHLO bench.test", "QUIT")]
    medians = compare({
        "floor": [FLOOR, "starttls", host, port], "smtpsh": ours,
        "check_smtp": peer("monitoring", "check_smtp", "-H", host, "-p", port, "-S"),
        "curl": peer("curl", "curl", "-sk", "--ssl-reqd", "-X", "NOOP", f"smtp://{host}:{port}"),
        "msmtp": peer("msmtp", "msmtp", "--serverinfo", f"--host={host}", f"--port={port}", "--tls", "--tls-certcheck=off"),
        "swaks": peer("swaks", "swaks", "-tls", "-q", "EHLO", "-s", host, "-p", port),
        "posttls-finger": posttls_finger(host, port, os.path.dirname(lines)),
        "openssl s_client": Command(["openssl", "s_client", "-quiet", "-starttls", "smtp", "-connect", f"{host}:{port}"], stdin=lines),
    })
    table(title, medians)
    within(title, medians, {"floor": 1.15, "check_smtp": 1.10})
    below(title, medians, ("smtpsh", "floor", "check_smtp"))
    claim(f"{title}, peak memory", medians["smtpsh"].peak, 8.5, " MiB")
    counts = {name: instructions(command) for name, command in (("floor", [FLOOR, "starttls", host, port]), ("smtpsh", ours))}
    print(f"instructions: floor {counts['floor']:.2f} M, smtpsh {counts['smtpsh']:.2f} M")
    claim(f"{title}, instructions over the bare program's", counts["smtpsh"] / counts["floor"], 1.15)


def posttls_finger(host, port, folder):
    """It reads a main.cf first, and ends when users named there do not exist."""
    with open(os.path.join(folder, "main.cf"), "w", encoding="ascii") as file:
        file.write("compatibility_level = 3.6\nmail_owner = nobody\nsetgid_group = mail\ndefault_privs = daemon\n")
    command = peer("postfix", "posttls-finger", "-c", "-lmay", f"[{host}]:{port}")
    return command._replace(env=dict(command.env, MAIL_CONFIG=folder))


def clear(title, host, port):
    medians = compare({
        "floor": [FLOOR, "probe", host, port],
        "smtpsh": [SMTPSH, "-q", host, port, *said("EHLO bench.test", "QUIT")],
        "check_smtp": peer("monitoring", "check_smtp", "-H", host, "-p", port),
    })
    table(title, medians)


def process():
    """One probe as a process, as Nagios starts them, against check_smtp."""
    import mtas
    with mtas.Postfix() as server:
        host, port = server.host, str(server.port["starttls"])
        for title, most, probe, options in (("a probe in the clear, as a process", 0.9, ["--tls=off"], []),
                                            ("a STARTTLS probe, as a process", 0.95, ["--tls=starttls", "--verify=off"], ["-S"])):
            medians = compare({
                "check_smtp": peer("monitoring", "check_smtp", "-H", host, "-p", port, *options),
                "smtpsh": [SMTPSH, "probe", "--format", "nagios", *probe, f"{host}:{port}"],
                "smtpsh check_smtp": [SMTPSH, "check_smtp", "-H", host, "-p", port, *options],
            })
            table(title, medians, floor="check_smtp")
            within(title, medians, {"check_smtp": 1.10}, most_cpu=most)
            within(f"{title}, by the name check_smtp", medians, {"check_smtp": 1.10}, "smtpsh check_smtp", most_cpu=most)


def message():
    """A message of 25 MiB from a file to smtp-sink: throughput as curl's or better, memory as for a small one."""
    import mtas
    with mtas.Sink() as sink, tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as small:
        file.write(b"Subject: large\r\n\r\n" + (b"x" * 74 + b"\r\n") * (26214400 // 76))
        small.write(b"Subject: small\r\n\r\nx\r\n")
        file.flush()
        small.flush()
        host, port = sink.host, str(sink.port)
        ours = [SMTPSH, "send", "-q", "--from", "a@bench.test", "--to", "b@bench.test", host, port, "--data"]
        envelope = ["-f", "a@bench.test", "-t", "b@bench.test"]
        medians = compare({
            "floor": [FLOOR, "send", host, port, file.name],
            "smtpsh": [*ours, file.name], "smtpsh, 1 KiB": [*ours, small.name],
            "curl": peer("curl", "curl", "-s", "--mail-from", "a@bench.test", "--mail-rcpt", "b@bench.test", "-T", file.name,
                         f"smtp://{host}:{port}"),
            "smtp-source": peer("postfix", "smtp-source", *envelope, "-F", file.name, f"{host}:{port}"),
        }, rounds=15)
        table("a message of 25 MiB to smtp-sink", medians)
        claim("25 MiB, throughput over curl's", medians["curl"].wall / medians["smtpsh"].wall, 1, least=True)
        claim("25 MiB, cpu over curl's", medians["smtpsh"].cpu / medians["curl"].cpu, 1)
        claim("25 MiB, memory beyond that of 1 KiB", medians["smtpsh"].peak - medians["smtpsh, 1 KiB"].peak, 0.5, " MiB")


def noops():
    """100,000 NOOPs in one session: memory must not grow."""
    import program
    with program.Serve() as server, tempfile.NamedTemporaryFile("w") as few, tempfile.NamedTemporaryFile("w") as many:
        for file, n in ((few, 1000), (many, 100000)):
            file.write("EHLO bench.test\n" + "NOOP\n" * n + "QUIT\n")
            file.flush()
        argv = [SMTPSH, "-q", server.host, str(server.port)]
        small, large = (once(Command(argv, stdin=file.name)) for file in (few, many))
        bare = once([FLOOR, "noop", server.host, str(server.port), "100000"])
        print(f"\n100,000 NOOPs in one session: {large.wall:.2f} s, {large.cpu:.2f} s cpu, {large.peak:.1f} MiB "
              f"(1,000: {small.peak:.1f} MiB; bare: {bare.wall:.2f} s, {bare.cpu:.2f} s cpu)")
        claim("100,000 NOOPs, memory beyond that of 1,000", large.peak - small.peak, 1, " MiB")
