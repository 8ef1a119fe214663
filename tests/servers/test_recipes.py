"""The recipes of scripts/probes, each by the program it is for: what stands in them is read by systemd, Nagios, Icinga, a YAML
parser and GNU parallel, and what they would run is run, against servers of our own."""
import collections
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import packages
import program
import tap
from hostile import Server
from nameserver import NameServer

RECIPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "probes")
BUSY = lambda p: p.say("421 too busy\r\n").close()


def read(name):
    with open(os.path.join(RECIPES, name), encoding="utf-8") as file:
        return file.read()


def who(what):
    return subprocess.run(["id", what], capture_output=True, text=True).stdout.strip()


class Case(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name
        for name in ("smtpsh", "check_smtp"):
            os.symlink(os.path.abspath(program.SMTPSH), self.path(name))

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def environment(self, name=None, **more):
        env = packages.environment(name, **more) if name else program.environment(**more)
        return dict(env, PATH=self.place + ":" + env["PATH"], HOME=self.place)

    def sh(self, line, name=None, **more):
        return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, env=self.environment(name, **more), cwd=self.place)

    def three_servers(self, line, states):
        """`line` for a server that is well, one that is too busy, and one that is gone, in place of 127.0.0.1:25."""
        with program.Serve() as well, Server(BUSY) as busy:
            found = [self.sh(line.replace("127.0.0.1:25", where)) for where in (well.where, f"127.0.0.1:{busy.port}", "127.0.0.1:1")]
        self.assertEqual([done.returncode for done in found], states, [done.stdout + done.stderr for done in found])


class Shards(Case):
    def names(self, text):
        objects = [json.loads(line) for line in text.splitlines()]
        return collections.Counter(o["name"] for o in objects if "name" in o), sum("summary" in o for o in objects)

    def test_parallel(self):
        "the line of the recipe, over three blocks"
        line = re.search(r"(?m)parallel --pipe .*<FILE$", read("shard"))[0]
        with program.Serve() as server:
            self.write("FILE", "".join(f"{server.where} name=n{i}\n" for i in range(2500)) + "127.0.0.1:1 name=gone\n")
            packages.tree("parallel")
            done = self.sh(line.replace("--format json", "--format json --tls=off"), "parallel")
        names, shards = self.names(done.stdout)
        self.assertEqual(set(names), {f"n{i}" for i in range(2500)} | {"gone"}, done.stderr[-500:])
        self.assertEqual((max(names.values()), shards, done.returncode), (1, 3, 1))        # of three jobs one failed

    def test_xargs(self):
        with program.Serve() as server:
            targets = self.write("targets", "".join(f"{server.where} name=n{i}\n" for i in range(500)))
            done = self.sh(f"{RECIPES}/shard 4 {targets} --tls=off")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            names, shards = self.names(done.stdout)
        self.assertEqual((len(names), max(names.values()), shards), (500, 1, 4))

    def test_a_shard_that_is_busy_and_one_that_is_gone(self):
        with program.Serve() as well, Server(BUSY) as busy:
            warned, gone = f"127.0.0.1:{busy.port}", "127.0.0.1:1"
            for more, status in (((warned,), 1), ((gone,), 2), ((warned, gone), 2), ((gone, warned), 2)):
                targets = self.write("targets", "\n".join((well.where, well.where, *more)) + "\n")
                self.assertEqual(self.sh(f"{RECIPES}/shard 2 {targets} --tls=off").returncode, status, more)


class Units(Case):
    NAMES = ("smtpsh-probe.service", "smtpsh-probe.timer", "smtpsh-watch.service", "smtpsh-exporter.service")

    def verify(self, change=lambda text: text):
        root = packages.tree("systemd")
        units = [self.write("units/" + name, change(read(name)).replace("/usr/bin/smtpsh", self.path("smtpsh"))) for name in self.NAMES]
        env = packages.environment("systemd", SYSTEMD_UNIT_PATH=self.path("units") + ":" + root + "/usr/lib/systemd/system")
        env["LD_LIBRARY_PATH"] += "".join(f":{where}/systemd" for where in env["LD_LIBRARY_PATH"].split(":"))
        return subprocess.run([packages.path_of("systemd", "systemd-analyze"), "verify", "--man=no", *units], env=env,
                              capture_output=True, text=True, timeout=60)

    def test_systemd_finds_nothing_wrong(self):
        done = self.verify()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_it_would_find_it(self):
        done = self.verify(lambda text: text.replace("OnCalendar=", "OnCalendar=never ").replace("WatchdogSec", "WatchdogSecs"))
        self.assertIn("Failed to parse calendar", done.stderr)
        self.assertIn("WatchdogSecs", done.stderr)

    def command(self, name, **places):
        line = re.search(r"(?m)^ExecStart=(.*)$", read(name))[1]
        for there, here in places.items():
            line = line.replace(there, here)
        return shlex.split(line.replace("/usr/bin/smtpsh", self.path("smtpsh")))

    def test_the_probe_ends_in_a_state_the_unit_knows(self):
        zone = {("example.org", "MX"): [(10, "mx1.example.org")], ("mx1.example.org", "A"): ["127.0.0.1"]}
        with program.Serve() as server, NameServer(zone) as dns:
            command = self.command("smtpsh-probe.service", **{"/run/smtpsh": self.place})
            done = subprocess.run([*command, "--dns", dns.address, "-p", str(server.port)], capture_output=True, text=True, timeout=60,
                                  env=program.environment())
        self.assertEqual(str(done.returncode), re.search(r"(?m)^SuccessExitStatus=(.*)$", read("smtpsh-probe.service"))[1], done.stderr)
        self.assertIn("mx1.example.org", done.stdout)        # whose certificate nobody trusts
        with open(self.path("probe.nagios")) as file:
            self.assertTrue(file.read().startswith("SMTP WARNING - mx1.example.org"))

    def test_the_watch_is_a_service(self):
        "it tells that it is ready, writes its file, and ends on SIGTERM as the unit says"
        import socket
        with program.Serve() as server, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            self.write("targets", f"{server.where} tls=off\n")
            manager.bind(self.path("notify"))
            manager.settimeout(program.DEADLINE)
            command = self.command("smtpsh-watch.service", **{"/etc/smtpsh/targets": self.path("targets"), "/var/lib/smtpsh": self.place})
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=program.environment(
                NOTIFY_SOCKET=self.path("notify"), WATCHDOG_USEC="60000000"))
            told = ""
            try:
                while "READY=1" not in told or not re.search(r"STATUS=1 target.*: 1 ok", told):
                    told += manager.recv(1000).decode()
            finally:
                process.send_signal(signal.SIGTERM)
                status = process.wait(program.DEADLINE)
        self.assertEqual(str(status), re.search(r"(?m)^SuccessExitStatus=(.*)$", read("smtpsh-watch.service"))[1])
        with open(self.path("smtp.prom")) as file:
            self.assertRegex(file.read(), r"(?m)^probe_success\{.*\} 1$")


class Nginx(Case):
    """nginx runs the recipe before an exporter that listens where the unit says."""
    MAIN = """
error_log stderr;
pid PLACE/pid;
USER
events { }
http {
    access_log off;
    client_body_temp_path PLACE/body;
    proxy_temp_path PLACE/proxy;
    fastcgi_temp_path PLACE/fastcgi;
    uwsgi_temp_path PLACE/uwsgi;
    scgi_temp_path PLACE/scgi;
    include PLACE/recipe.conf;
}
"""

    def get(self, port, path, *, login="joe:secret", **headers):
        import base64
        import http.client
        import ssl
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=program.DEADLINE, context=ssl._create_unverified_context())
        headers = {"Host": f"probe.example.net:{port}", "Authorization": "Basic " + base64.b64encode(login.encode()).decode(), **headers}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def test_it_stands_before_the_exporter(self):
        program.needs(self, "libmicrohttpd")
        packages.tree("nginx")
        port = packages.port()
        exporter = shlex.split(re.search(r"(?m)^ExecStart=(.*)$", read("smtpsh-exporter.service"))[1].replace("/usr/bin/smtpsh", self.path("smtpsh"))
                               .replace("/run/smtpsh/", self.place + "/").replace("192.0.2.0/24", "127.0.0.0/8"))
        text = read("nginx-exporter.conf").replace("listen 443 ", f"listen 127.0.0.1:{port} ").replace("/run/smtpsh/", self.place + "/")
        for there, here in (("/etc/ssl/certs/probe.example.net.pem", "crt"), ("/etc/ssl/private/probe.example.net.key", "key"),
                            ("/etc/nginx/smtpsh.htpasswd", "htpasswd")):
            text = text.replace(there, self.path(here))
        self.write("recipe.conf", text)
        self.write("htpasswd", "joe:{PLAIN}secret\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=probe.example.net", "-days", "1",
                        "-keyout", self.path("key"), "-out", self.path("crt")], check=True, capture_output=True)
        user = f"user {who('-un')} {who('-gn')};" if os.geteuid() == 0 else ""
        main = self.write("nginx.conf", self.MAIN.replace("PLACE", self.place).replace("USER", user))
        with program.Serve() as server, subprocess.Popen([*exporter, "--allow-port", str(server.port)], stdout=subprocess.PIPE,
                                                         env=program.environment()) as process:
            try:
                self.assertIn(b"listening on unix:", process.stdout.readline())
                with packages.start("nginx", "nginx", "-p", self.place, "-c", main, "-g", "daemon off;") as nginx:
                    packages.wait_port(port, process=nginx.process, log=nginx.log)
                    status, text = self.get(port, f"/probe?target={server.where}&module=smtp")
                    self.assertEqual(status, 200, text)
                    self.assertIn("\nprobe_success 1\n", text)
                    status, text = self.get(port, f"/try?target={server.where}&module=smtp", Origin=f"https://probe.example.net:{port}",
                                            **{"Sec-Fetch-Site": "same-origin"})
                    self.assertEqual((status, server.where in text), (200, True))
                    self.assertEqual(self.get(port, "/metrics", login="joe:wrong")[0], 401)
                    self.assertEqual(self.get(port, "/", Origin="https://evil.example")[0], 403)
                    self.assertEqual(self.get(port, "/probe?target=192.0.2.1&module=smtp")[0], 403)
            finally:
                process.send_signal(signal.SIGTERM)
                status = process.wait(program.DEADLINE)
        self.assertEqual((status, os.path.exists(self.path("exporter.sock"))), (0, False))


class Containers(Case):
    def test_docker(self):
        text = read("docker-healthcheck.Dockerfile").replace("\\\n", " ")
        options, line = re.search(r"(?m)^HEALTHCHECK\s+((?:--\S+\s+)*)CMD\s+(.*)$", text).groups()
        self.assertNotIn("[", line[:1])             # a list has no shell
        self.three_servers(line, [0, 0, 1])
        limit = int(re.search(r"--timeout=(\d+)s", options)[1])
        self.assertLess(int(re.search(r"-t (\d+)s", line)[1]), limit)

    def documents(self):
        sys.path.append(os.path.join(packages.tree("yaml"), "usr/lib/python3/dist-packages"))
        import yaml
        return {document["kind"]: document for document in yaml.safe_load_all(read("kubernetes.yaml"))}

    def test_a_liveness_probe(self):
        probe = self.documents()["Pod"]["spec"]["containers"][0]["livenessProbe"]
        command = probe["exec"]["command"]
        self.three_servers(shlex.join(command), [0, 0, 2])
        self.assertLess(int(command[command.index("-t") + 1].rstrip("s")), probe["timeoutSeconds"])

    def test_a_job_in_shards(self):
        job = self.documents()["CronJob"]["spec"]["jobTemplate"]["spec"]
        self.assertEqual((job["completionMode"], job["completions"]), ("Indexed", 4))
        container = job["template"]["spec"]["containers"][0]
        self.assertEqual(container["command"], ["sh", "-c"])
        mount = container["volumeMounts"][0]["mountPath"]
        found = collections.Counter()
        with program.Serve() as server:
            self.write("targets/list", "".join(f"{server.where} name=n{i}\n" for i in range(101)) + "127.0.0.1:1 name=gone\n")
            for index in range(job["completions"]):
                line = container["args"][0].replace(mount, self.path("targets"))
                done = self.sh(line, JOB_COMPLETION_INDEX=str(index))
                self.assertEqual(done.returncode, 0, done.stderr)          # also with one that is gone
                found.update(o["name"] for o in map(json.loads, done.stdout.splitlines()) if "name" in o)
        self.assertEqual((len(found), max(found.values())), (102, 1))
        self.assertNotEqual(self.sh(container["args"][0].replace("probe --", "probe --no-such ").replace(mount, self.place),
                                    JOB_COMPLETION_INDEX="0").returncode, 0)


BASE = """
define timeperiod {
    timeperiod_name always
    alias always
    monday 00:00-24:00
}
define contact {
    contact_name nobody
    host_notification_commands none
    service_notification_commands none
    host_notification_period always
    service_notification_period always
}
define command {
    command_name none
    command_line /bin/true
}
define service {
    name generic-service
    max_check_attempts 3
    check_interval 5
    retry_interval 1
    check_period always
    notification_period always
    contacts nobody
    register 0
}
define host {
    host_name example.org
    address example.org
    max_check_attempts 3
    contacts nobody
    check_period always
}
"""


class Nagios(Case):
    def check(self, text):
        packages.tree("nagios")
        self.write("base.cfg", BASE)
        self.write("recipe.cfg", text)
        os.makedirs(self.path("spool"), exist_ok=True)
        main = self.write("nagios.cfg", "".join(f"{key}={self.path(name)}\n" for key, name in (
            ("cfg_file", "base.cfg"), ("cfg_file", "recipe.cfg"), ("log_file", "log"), ("object_cache_file", "cache"),
            ("check_result_path", "spool"), ("temp_path", "."))) + f"nagios_user={who('-un')}\nnagios_group={who('-gn')}\nillegal_macro_output_chars=`~$&|'\"<>\n")
        return packages.run("nagios", "nagios4", "-v", main)

    def test_it_reads_the_recipe(self):
        done = self.check(read("nagios.cfg"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"Total Warnings: 0\nTotal Errors:   0\n")
        self.assertNotEqual(self.check(read("nagios.cfg").replace("check_mx!", "check_none!")).returncode, 0)

    def definitions(self, kind):
        for block in re.findall(r"(?ms)^define " + kind + r" \{(.*?)^\}", read("nagios.cfg")):
            yield dict(line.split(None, 1) for line in block.strip().splitlines())

    def run_check(self, check, address, *more):
        name, *args = check.split("!")
        line = {each["command_name"]: each["command_line"] for each in self.definitions("command")}[name]
        for number, arg in enumerate(args, 1):
            line = line.replace(f"$ARG{number}$", arg + " " + " ".join(more))
        line = line.replace("$HOSTADDRESS$", address).replace("/usr/bin/smtpsh", self.path("smtpsh"))
        self.assertNotIn("$", line)
        return self.sh(line.replace("/usr/lib/nagios/plugins/check_smtp", self.path("check_smtp")))

    def test_its_commands(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example"), (20, "mx2.d.example")], ("mx1.d.example", "A"): ["127.0.0.1"],
                ("mx2.d.example", "A"): ["127.0.0.2"]}
        service = next(self.definitions("service"))
        with program.Serve() as server, NameServer(zone) as dns:
            more = f"--dns {dns.address} --verify off -w cert_days=0: -c cert_days=0: -p {server.port}"
            done = self.run_check(service["check_command"], "d.example", more)
            self.assertEqual(done.returncode, 2, done.stdout)        # nobody is at the second
            self.assertRegex(done.stdout, r"\ASMTP CRITICAL - mx2\.d\.example\[127.0.0.2\]:\d+ .*and 1 more \| time=.* targets_ok=1;;;0;2\n[^|\n]+\n\Z")
        done = self.run_check("check_smtp_starttls", "127.0.0.9")
        self.assertRegex(done.stdout, r"\ASMTP CRITICAL - connect: connection refused, 0\.\d{3} sec\. response time\|time=")


class Icinga(Case):
    """Icinga itself runs the recipe's command, and those of its own library by the link check_smtp."""

    CONFIG = """
include <itl>
include <plugins>
const PluginDir = "PLACE"
object CheckerComponent "checker" { }
object PerfdataWriter "perfdata" {
  host_perfdata_path = "PLACE/out/host"
  service_perfdata_path = "PLACE/out/service"
  host_temp_path = "PLACE/spool/host"
  service_temp_path = "PLACE/spool/service"
  rotation_interval = 1s
  service_format_template = "$service.name$\\t$service.state$\\t$service.output$\\t$service.perfdata$"
}
object Host "example.org" {
  check_command = "dummy"
  address = "127.0.0.1"
}
template Service "here" {
  host_name = "example.org"
  check_interval = 1s
  retry_interval = 1s
}
"""

    def daemon(self, *more):
        root = packages.tree("icinga")
        where = os.path.join(root, "usr/lib", packages.machine(), "icinga2", "sbin", "icinga2")
        defines = [f"-D{name}={self.path(there)}" for name, there in (
            ("DataDir", "lib"), ("LogDir", "log"), ("SpoolDir", "spool"), ("CacheDir", "cache"), ("InitRunDir", "run"), ("ConfigDir", "etc"))]
        for there in ("lib", "log", "spool", "cache", "run", "etc", "out"):
            os.makedirs(self.path(there), exist_ok=True)
        return [where, "daemon", "-c", self.path("icinga2.conf"), "-I", os.path.join(root, "usr/share/icinga2/include"), *defines,
                f"-DRunAsUser={who('-un')}", f"-DRunAsGroup={who('-gn')}", *more]

    def configure(self, services, recipe=None):
        recipe = recipe or read("icinga2.conf").replace("/usr/bin/smtpsh", self.path("smtpsh"))
        self.write("icinga2.conf", self.CONFIG.replace("PLACE", self.place) + services + recipe)

    def test_it_reads_the_recipe(self):
        for recipe, right in ((None, True), (read("icinga2.conf").replace("check_command = \"smtpsh\"", "check_command = \"none\"")
                                             .replace("host.vars.mail_domain", "host.name"), False)):
            self.configure("", recipe)
            done = subprocess.run(self.daemon("-C"), capture_output=True, text=True, timeout=60, env=packages.environment("icinga"))
            self.assertEqual(done.returncode == 0, right, done.stdout)

    def results(self, names):
        """{name: (state, output, performance data)} of the first results of these services."""
        found = {}

        def look():
            for file in os.listdir(self.path("out")):
                if file.startswith("service."):
                    with open(os.path.join(self.path("out"), file)) as text:
                        # an output may have further lines: a cause and a next step
                        for result in re.split(rf"(?m)^(?=(?:{'|'.join(names)})\t)", text.read()):
                            name, *rest = result.rstrip("\n").split("\t")
                            if len(rest) > 2 or name not in names:
                                found.setdefault(name, rest)
            return set(names) <= set(found)

        log = self.path("icinga.log")
        with open(log, "w") as out:
            process = subprocess.Popen(self.daemon(), stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=packages.environment("icinga"),
                                       start_new_session=True, preexec_fn=packages.die_with_parent)
        try:
            packages.wait_for(look, "a result of each service", process, log)
        finally:
            os.killpg(process.pid, signal.SIGKILL)          # with those that it forked
            process.wait()
        return found

    def test_it_runs_them(self):
        with program.Serve() as server:
            port = f"vars.smtp_port = {server.port}\n"
            services = {
                "plain": 'check_command = "smtp"\n' + port,
                "flags": 'check_command = "smtp"\n' + port + 'vars.smtp_starttls = true\nvars.smtp_certificate_age = "2,1"\n'
                         'vars.smtp_helo_fqdn = "me.example"\nvars.smtp_command = "NOOP"\nvars.smtp_response = "^250"\n'
                         'vars.smtp_expect = "ESMTP"\nvars.smtp_warning = 5.5\nvars.smtp_critical = 10\nvars.smtp_timeout = 20\n'
                         'vars.smtp_ignore_quit = true\nvars.smtp_ipv4 = true\nvars.smtp_mail_from = "a@b.example"\n',
                "expect": 'check_command = "smtp"\n' + port + 'vars.smtp_expect = "nothing"\n',
                "gone": 'check_command = "smtp"\nvars.smtp_port = 1\n',
                "ours": f'check_command = "smtpsh"\nvars.smtpsh_target = "{server.where}"\nvars.smtpsh_tls = "off"\nvars.smtpsh_warning = 5\n',
            }
            self.configure("".join(f'object Service "{name}" {{\nimport "here"\n{text}}}\n' for name, text in services.items()))
            found = self.results(services)
        states = {name: found[name][0] for name in services}
        self.assertEqual(states, {"plain": "OK", "flags": "OK", "expect": "WARNING", "gone": "CRITICAL", "ours": "OK"}, found)
        for name in services:
            self.assertRegex(found[name][1], rf"\ASMTP {states[name]} - ")
            self.assertRegex(found[name][2], r"\Atime=\d+\.\d+s;[\d.]*;[\d.]*;0")
        self.assertIn("cert_days=", found["flags"][2])


if __name__ == "__main__":
    tap.main()
