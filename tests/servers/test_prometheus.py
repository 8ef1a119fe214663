"""Prometheus itself: promtool over every kind of output and the recipes, and a server that scrapes the exporter."""
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import packages
import program
import tap
from listener import listening

RECIPES = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "probes")


def get(url):
    with urllib.request.urlopen(url, timeout=program.DEADLINE) as answer:
        return answer.read().decode()


class Exporter:
    """`smtpsh exporter` on a port that the system chose; .where."""

    def __init__(self, *args):
        self.process = program.Process("exporter", *args, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        line = self.process.stdout.readline()
        self.where = line.split()[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(program.DEADLINE)
        self.process.stdout.close()


class Prometheus(unittest.TestCase):
    def check(self, text, what):
        done = packages.run("prometheus", "promtool", "check", "metrics", input=text)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), f"{what}: {text}")

    def test_every_output_is_clean(self):
        same, listener = os.path.join(packages.state(), "same"), listening()
        self.addCleanup(listener.close)
        silent = "127.0.0.1:%d" % listener.getsockname()[1]
        with program.Serve("--ca-out", os.path.join(packages.state(), "ca.pem")) as server:
            with open(same, "w") as file:
                file.write(f"{server.where}\n{server.where}\n")
            for name, args, success in (
                    ("in the clear", ("--tls=off", server.where), 1),
                    ("TLS", ("--tls=starttls", "--ca", os.path.join(packages.state(), "ca.pem"), server.where), 1),
                    ("not trusted", ("--tls=starttls", server.where), 0),
                    ("refused", (f"127.0.0.1:{packages.port()}",), 0),
                    ("several", ("--tls=off", server.where, f"127.0.0.1:{packages.port()}"), 0),
                    ("one twice, in a list", ("--tls=off", "--targets", same), 1),
                    ("STARTTLS wanted of none", ("--tls=starttls", "--timeout", "greeting=100ms", silent), 0),
                    ("nothing in the list", ("--targets", "/dev/null"), None)):
                text = program.run("probe", "--format", "prom", *args).stdout
                if success is not None:
                    self.assertRegex(text, rf"(?m)^probe_success(\{{.*\}})? {success}$", name)
                self.check(text, name)
            program.needs(self, "libmicrohttpd")
            with Exporter("--allow-port", str(server.port)) as exporter:
                self.check(get(f"http://{exporter.where}/probe?target={server.where}&module=smtp"), "/probe")
                self.check(get(f"http://{exporter.where}/metrics"), "/metrics")

    def test_the_check_sees_what_is_not_clean(self):
        done = packages.run("prometheus", "promtool", "check", "metrics", input="# TYPE a counter\na 1\n")
        self.assertNotEqual(done.returncode, 0)

    def test_the_recipes(self):
        for kind, name in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
            done = packages.run("prometheus", "promtool", "check", kind, os.path.join(RECIPES, name))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    # a series that stays so; at this minute; the alert, its labels and what it says
    FIRING = (
        ('probe_success{target="a",address="192.0.2.1"}', "0", 6, "SmtpDown", {"severity": "critical", "target": "a", "address": "192.0.2.1"},
         "SMTP probe of a 192.0.2.1 fails"),
        ('probe_ssl_earliest_cert_expiry{target="a"}', "864000", 61, "SmtpCertificateExpires", {"severity": "warning", "target": "a"},
         "A certificate of a expires in 9d 22h 59m 0s"),
        ('probe_smtp_tls_verified{target="a"}', "0", 16, "SmtpTlsNotVerified", {"severity": "warning", "target": "a"},
         "The certificate of a does not verify"),
        ('probe_smtp_failure_info{target="a",phase="starttls",reason="tls_not_offered"}', "1", 6, "SmtpStarttlsGone",
         {"severity": "critical", "target": "a", "phase": "starttls", "reason": "tls_not_offered"}, "a no longer offers STARTTLS"),
        ('probe_smtp_duration_seconds{target="a",phase="banner"}', "3", 16, "SmtpSlow",
         {"severity": "warning", "target": "a", "phase": "banner"}, "banner of a takes 3 s"),
        ("probe_smtp_last_run_timestamp_seconds", "0", 16, "SmtpProbeStale", {"severity": "warning"},
         "The mail servers were last probed 16m 0s ago"),
    )

    def test_the_rules_fire(self):
        tests = [{"interval": "1m", "input_series": [{"series": series, "values": f"{value}x{minute}"}],
                  "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": name, "exp_alerts": [
                      {"exp_labels": labels, "exp_annotations": {"summary": said}}]},
                      {"eval_time": "0m", "alertname": name, "exp_alerts": []}]}
                 for series, value, minute, name, labels, said in self.FIRING]
        file = os.path.join(packages.state(), "rules.test.yml")
        with open(file, "w") as out:
            json.dump({"rule_files": [os.path.abspath(os.path.join(RECIPES, "alerts.yml"))], "tests": tests}, out)
        done = packages.run("prometheus", "promtool", "test", "rules", file)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(RECIPES, "alerts.yml")) as rules:
            self.assertEqual(sorted(re.findall(r"- alert: (\S+)", rules.read())), sorted(each[3] for each in self.FIRING))

    def scrape(self, exporter, target, *more):
        """The recipe, with these places in it; the server's own address is told to `more`."""
        recipe = open(os.path.join(RECIPES, "prometheus.yml")).read()
        recipe = recipe.replace("127.0.0.1:9999", exporter.where).replace("smtp_starttls", "smtp")
        recipe = re.sub(r'mx1\.example\.org, "mx2.example.org:587"', f'"{target}"', recipe)
        recipe = recipe.replace("alerts.yml", os.path.abspath(os.path.join(RECIPES, "alerts.yml")))
        recipe = "global: {scrape_interval: 1s}\n" + recipe.replace("interval: 1m", "interval: 1s").replace("out: 15s", "out: 1s")
        file = os.path.join(packages.state(), "prometheus.yml")
        with open(file, "w") as out:
            out.write(recipe)
        port = packages.port()
        server = packages.start("prometheus", "prometheus", "--config.file", file, "--web.listen-address", f"127.0.0.1:{port}",
                                "--storage.tsdb.path", os.path.join(packages.state(), "tsdb"))
        self.addCleanup(server.stop)
        packages.wait_port(port, process=server.process, log=server.log)
        return server, f"http://127.0.0.1:{port}"

    def test_it_is_scraped(self):
        program.needs(self, "libmicrohttpd")
        with program.Serve() as mail, Exporter("--allow-port", str(mail.port)) as exporter:
            server, url = self.scrape(exporter, mail.where)
            found = []

            def sample(query):
                try:
                    answer = json.loads(get(f"{url}/api/v1/query?query={urllib.parse.quote(query)}"))
                except OSError:                  # it listens, and is not ready yet
                    return False
                found[:] = answer["data"]["result"]
                return bool(found)

            def wait(query):
                packages.wait_for(lambda: sample(query), query, server.process, server.log)
                return found[0]["metric"], found[0]["value"][1]

            labels, value = wait("probe_success")
            self.assertEqual((labels["instance"], labels["job"], value), (mail.where, "smtp", "1"))
            self.assertEqual(wait('probe_smtp_reply_code{phase="banner"}')[1], "220")
            self.assertEqual(wait("probe_timeout_seconds")[1], "0.5")
            self.assertGreater(float(wait('smtpsh_probes_total{module="smtp",result="success"} > 0')[1]), 0)
            self.assertEqual(wait('smtpsh_probes_total{module="smtp",result="failure"}')[1], "0")
            self.assertGreater(float(wait('process_resident_memory_bytes{job="smtpsh"}')[1]), 1e6)


if __name__ == "__main__":
    tap.main()
