"""The recipes of scripts/probes, as far as they need nothing else (tests/servers/test_recipes.py has the rest): shards, options, metrics."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap

PLACE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "probes")


def read(name):
    with open(os.path.join(PLACE, name), encoding="utf-8") as file:
        return file.read()


class Recipes(unittest.TestCase):
    def test_shards_lose_nothing_and_double_nothing(self):
        with program.Serve() as server, tempfile.NamedTemporaryFile("w") as targets:
            targets.write("".join(f"{server.host}:{server.port} name=n{i}\n" for i in range(30)) + "127.0.0.1:1 name=gone\n")
            targets.flush()
            done = subprocess.run([os.path.join(PLACE, "shard"), "3", targets.name, "--tls=off"], capture_output=True, text=True,
                                  env=program.environment(SMTPSH=program.SMTPSH), timeout=60)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        names = sorted(o["name"] for o in objects if "name" in o)
        self.assertEqual(names, sorted([f"n{i}" for i in range(30)] + ["gone"]), done.stderr)
        self.assertEqual(sum("summary" in o for o in objects), 3)
        self.assertEqual(done.returncode, 2)

    def test_every_option_named_there_is_one(self):
        known = program.run("probe", "--help").stdout + program.run("exporter", "--help").stdout
        for name in os.listdir(PLACE):
            for option in set(re.findall(r"(?<=[ \"\[])--([a-z][a-z-]+)", read(name))):
                if option in ("pipe", "interval", "timeout", "retries"):      # of parallel and of HEALTHCHECK
                    continue
                self.assertIn(f"--{option}", known, name)

    def test_every_metric_is_listed(self):
        with program.Serve() as server:
            out = program.run("probe", f"{server.host}:{server.port}", "--format", "prom").stdout
        listed = read("metrics.md")
        for name in set(re.findall(r"^# TYPE (\S+)", out, re.M)):
            self.assertIn(f"`{name}", listed)
        for name in set(re.findall(r"\b(probe_[a-z_]+)\b", read("alerts.yml") + read("grafana.json"))):
            self.assertIn(f"`{name}", listed)

    def test_the_dashboard_names_only_what_the_exporter_gives(self):
        program.needs(self, "libmicrohttpd")
        panels = json.loads(read("grafana.json"))["panels"]
        named = [metric for panel in panels for target in panel["targets"]
                 for metric in re.findall(r"\b((?:probe|smtpsh|process)_[a-z_]+)(?:\{([^}]*)\})?", target["expr"])]
        self.assertGreater(len(panels), 5)
        given, labels = set(), {"instance"}             # Prometheus adds that
        with program.Serve() as server, program.Process("exporter", "--allow-port", f"{server.port},25", stdout=subprocess.PIPE, text=True) as exporter:
            url = "http://" + exporter.stdout.readline().split()[-1]
            for path in (f"/probe?target={server.where}&module=smtp_rcpt", "/probe?target=127.0.0.1:25&module=submission",
                         f"/probe?target={server.where}&module=smtp_starttls", f"/probe?target={server.where}&module=mx", "/metrics"):
                with urllib.request.urlopen(url + path, timeout=program.DEADLINE) as answer:
                    text = answer.read().decode()
                given |= set(re.findall(r"^# TYPE (\S+)", text, re.M))
                labels |= set(re.findall(r'[{,]([a-z_]+)="', text))
            exporter.terminate()
            exporter.wait(program.DEADLINE)
        self.assertEqual({name for name, _ in named} - given, set())
        used = {label for _, selector in named for label in re.findall(r"([a-z_]+)=~?\"", selector)}
        used |= set(re.findall(r"\{\{([a-z_]+)\}\}", read("grafana.json")))
        used |= {label.strip() for group in re.findall(r"by \(([a-z_, ]+)\)", read("grafana.json")) for label in group.split(",")}
        self.assertEqual(used - labels, set())

    def test_every_listed_metric_is_given(self):
        "by a probe that passes and one that does not, alone and of a list, with a message and TLS"
        out = ""
        with tempfile.NamedTemporaryFile() as ca, program.Serve("--ca-out", ca.name) as server, \
                tempfile.NamedTemporaryFile("w") as targets, tempfile.NamedTemporaryFile("w") as recorded:
            targets.write(server.where + "\n")
            targets.flush()
            recorded.write("SIZE 1\n")
            recorded.flush()
            for args in ((server.where, "--tls=starttls", "--ca", ca.name, "--to", "a@b.example", "--send", "auto", "--expect-ext-set", recorded.name),
                         ("127.0.0.1:1",), ("--targets", targets.name)):
                out += program.run("probe", "--format", "prom", *args).stdout
        given = set(re.findall(r"^# TYPE (\S+)", out, re.M))
        self.assertEqual(set(re.findall(r"`(probe_[a-z0-9_]+)", read("metrics.md"))) - given, set())


if __name__ == "__main__":
    tap.main()
