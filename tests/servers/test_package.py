"""What scripts/package makes of this build: a Debian package that lintian has nothing to say about, installed and removed; one file
that needs no other, in roots that hold nothing else or the certificates as other systems have them."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
import packages
import program
import tap
from nameserver import NameServer

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.dirname(os.path.dirname(program.SMTPSH))
WHO = {"DEBFULLNAME": "The packer", "DEBEMAIL": "packer@example.net"}


def package(kind, **more):
    """The path of the package of that kind."""
    done = subprocess.run([os.path.join(ROOT, "scripts", "package"), kind, "--from", BUILD], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **WHO, **more})
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return os.path.join(ROOT, done.stdout.strip())


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Place(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name


# What is mounted over is this process's own; what was written is left in PLACE.
OVERLAY = """
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
for each in usr etc var; do
    mkdir $each work-$each
    mount -t overlay overlay -o lowerdir=/$each,upperdir=$1/$each,workdir=$1/work-$each /$each
done
dpkg --no-triggers -i "$2" >log 2>&1 || { cat log; exit 1; }
echo installed
cd /
unset SMTPSH_DATA
smtpsh -V
smtpsh probe demo:
/usr/lib/nagios/plugins/smtpsh-check_smtp -H 127.0.0.1 -p 1 || echo "state $?"
readlink -f /usr/lib/nagios/plugins/check_smtp
smtpsh serve --profile nowhere 2>&1 || true
smtpsh explain 550 >/dev/null && man -w smtpsh 2>/dev/null || true
dpkg --no-triggers -P smtpsh >"$1/log" 2>&1 || { cat "$1/log"; exit 1; }
echo removed
find "$1/usr" "$1/etc" "$1/var" -type f ! -path '*/var/lib/dpkg/*' ! -path '*/var/log/*' -o -type l
"""


class Deb(Place):
    def setUp(self):
        super().setUp()
        for each in ("dpkg-deb", "dpkg-shlibdeps", "strip"):
            if not shutil.which(each):
                self.skipTest(f"{each} is not here: it is made on Debian")
        if not program.is_built_with("libcurl"):
            self.skipTest("what is packed has every feature")
        if program.SANITIZED:
            self.skipTest("what is packed has no sanitizers")

    def test_lintian_is_silent(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not installed")
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", package("deb")], capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_the_same_octets_again(self):
        first = package("deb")
        octets, date = read(first), self.date(first)
        os.unlink(first)
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        again = package("deb", TZ="Pacific/Auckland", LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH=date)
        self.assertEqual(again, first)
        self.assertTrue(read(again) == octets)
        self.assertFalse(read(package("deb", SOURCE_DATE_EPOCH="1")) == octets)

    def date(self, path):
        listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], capture_output=True, check=True).stdout
        return str(int(listed[136:147].strip(b" \0") or b"0", 8))           # of the first entry, which is the root

    def test_what_is_in_it(self):
        path = package("deb")
        listed = subprocess.run(["dpkg-deb", "-c", path], capture_output=True, text=True, check=True).stdout
        for part in ("./usr/bin/smtpsh", "/smtpsh/smtpsh-sasl.so", "/man1/smtpsh-probe.1.gz", "/bash-completion/completions/", "/vendor-completions/_smtpsh",
                     "/vendor_completions.d/", "/profiles/subetha.smtp", "/examples/health-check.smtp", "/probes/smtpsh-watch.service", "/README.md.gz",
                     "/NEWS.gz", "/changelog.gz", "/copyright", "/usr/lib/nagios/plugins/smtpsh-check_smtp"):
            self.assertIn(part, listed)
        self.assertNotRegex(listed, r"(?m)^\S+ (?!root/root )")
        depends, recommends = (subprocess.run(["dpkg-deb", "-f", path, field], capture_output=True, text=True, check=True).stdout
                               for field in ("Depends", "Recommends"))
        for library in ("libssl3", "libc-?ares2", "libedit2", "libuv1"):
            self.assertRegex(depends, library)
        for library in ("libcurl4", "libgsasl", "libidn2-0", "libmicrohttpd", "ca-certificates"):
            self.assertIn(library, recommends)
            self.assertNotIn(library, depends)

    def test_it_is_installed_used_and_removed_without_a_trace(self):
        reason = packages._why_no_jail()
        if reason:
            self.skipTest(reason)
        done = subprocess.run(["unshare", "-m", "sh", "-c", OVERLAY, "sh", self.place, package("deb")], capture_output=True, text=True, timeout=120,
                              env=program.environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        used, removed = done.stdout.split("removed\n")
        self.assertIn("with libgsasl, ", used)
        self.assertRegex(used, r"(?m)^OK +demo\.smtpsh\.example ")
        self.assertIn("\nstate 2\n", used)
        self.assertIn('no profile "nowhere" in /usr/share/smtpsh/profiles\n', used)
        if not os.path.exists("/usr/lib/nagios/plugins/check_smtp"):
            self.assertIn("\n/usr/bin/smtpsh\n", used)
        self.assertEqual(removed, "")


class Static(Place):
    def setUp(self):
        super().setUp()
        if not os.path.exists(os.path.join(BUILD, "src", "smtpsh-static")):
            self.skipTest("this build has no smtpsh-static (-Dstatic_program=true)")
        if os.geteuid() != 0:
            self.skipTest("only root can change its root")
        shutil.copy(package("static"), os.path.join(self.place, "smtpsh"))

    def run_there(self, *args):
        return subprocess.run(["/usr/sbin/chroot", self.place, "/smtpsh", *args], capture_output=True, text=True, timeout=60,
                              env={"PATH": "/", "HOME": "/", "LC_ALL": "C.UTF-8"})

    def test_alone(self):
        "in a root that has nothing else"
        done = self.run_there("probe", "demo:")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertRegex(done.stdout, r"^OK +demo\.smtpsh\.example ")
        done = self.run_there("-V")
        for library, there in (("c-ares", True), ("libgsasl", True), ("libidn2", True), ("libedit", True), ("libcurl", False), ("libmicrohttpd", False)):
            self.assertRegex(done.stdout, rf"(?m)^with{'' if there else 'out'} {library}( [0-9.]+)?$")
        done = self.run_there("exporter")
        self.assertEqual((done.returncode, done.stdout), (11, ""))
        self.assertIn("libmicrohttpd", done.stderr)
        self.assertEqual(os.listdir(self.place), ["smtpsh"])

    def test_names_and_mechanisms(self):
        zone = {("xn--bcher-kva.example", "MX"): [(10, "mx.example")], ("mx.example", "A"): ["127.0.0.1"]}
        with NameServer(zone) as dns, program.Serve() as server:
            done = self.run_there("resolve", "b\u00fccher.example", "--dns", dns.address)
            self.assertIn("mx.example", done.stdout, done.stderr)
            done = self.run_there(server.where, "--tls", "--insecure", "-c", "/auth SCRAM-SHA-256 demo", "-c", "QUIT")
        self.assertNotIn("libgsasl", done.stdout + done.stderr)

    def test_certificates_where_other_systems_have_them(self):
        ca = os.path.join(self.place, "ca.pem")
        with program.Serve("--ca-out", ca) as server:
            probe = ("probe", server.where.replace("127.0.0.1", "localhost"), "--resolve", "localhost:127.0.0.1")
            self.assertNotEqual(self.run_there(*probe).returncode, 0)                   # nobody is trusted
            name = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", ca], capture_output=True, text=True, check=True).stdout.strip() + ".0"
            for system, path in (("Debian", "/etc/ssl/certs/ca-certificates.crt"), ("Debian, by hash", "/etc/ssl/certs/" + name),
                                 ("Fedora", "/etc/pki/tls/certs/ca-bundle.crt"), ("Fedora", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
                                 ("Alpine", "/etc/ssl/cert.pem"), ("SUSE", "/etc/ssl/ca-bundle.pem"),
                                 ("FreeBSD", "/usr/local/share/certs/ca-root-nss.crt"), ("FreeBSD", "/usr/local/etc/ssl/cert.pem")):
                with self.subTest(system=system, path=path):
                    os.makedirs(os.path.dirname(self.place + path))
                    shutil.copy(ca, self.place + path)
                    done = self.run_there(*probe)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    for part in ("etc", "usr"):
                        shutil.rmtree(os.path.join(self.place, part), ignore_errors=True)
            self.assertNotEqual(self.run_there(*probe).returncode, 0)


class Containers(Place):
    """No engine is here: the last stage of a Containerfile is made and entered by hand."""
    CONTAINERS = os.path.join(ROOT, "scripts", "containers")

    def stages(self, name):
        """[[(INSTRUCTION, rest)]] by FROM."""
        found = []
        with open(os.path.join(self.CONTAINERS, name), encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#") and line.strip():
                    instruction, rest = line.split(None, 1)
                    if instruction == "FROM":
                        found.append([])
                    self.assertIn(instruction, ("FROM", "RUN", "COPY", "USER", "ENTRYPOINT"))
                    found[-1].append((instruction, rest.strip()))
        return found

    def check_build(self, stage, kind):
        "what is copied from it is what the package was copied to"
        [made] = [rest for instruction, rest in stage if "scripts/package" in rest]
        command, to = re.search(r'cp "\$\((.*?)\)" (\S+)$', made).groups()
        self.assertEqual(command, f"scripts/package {kind}")
        return to

    def test_scratch(self):
        if not os.path.exists(os.path.join(BUILD, "src", "smtpsh-static")):
            self.skipTest("this build has no smtpsh-static (-Dstatic_program=true)")
        if os.geteuid() != 0:
            self.skipTest("only root can change its root")
        build, last = self.stages("Containerfile.scratch")
        self.assertEqual(last[0], ("FROM", "scratch"))
        made = self.check_build(build, "static")
        user = entry = None
        with tempfile.NamedTemporaryFile() as ca, program.Serve("--ca-out", ca.name) as server:
            have = {made: package("static"), "/etc/ssl/certs/ca-certificates.crt": ca.name}
            for instruction, rest in last[1:]:
                if instruction == "COPY":
                    source, to = re.fullmatch(r"--from=build (\S+) (\S+)", rest).groups()
                    os.makedirs(os.path.dirname(self.place + to), exist_ok=True)
                    shutil.copy(have[source], self.place + to)
                    os.chmod(self.place + to, 0o755)
                elif instruction == "USER":
                    user = rest
                elif instruction == "ENTRYPOINT":
                    [entry] = json.loads(rest)
            os.chmod(self.place, 0o755)
            for target in (["demo:"], ["localhost:" + str(server.port), "--resolve", "localhost:127.0.0.1"]):
                done = subprocess.run(["/usr/sbin/chroot", "--userspec=" + user, self.place, entry, "probe", *target], capture_output=True, text=True,
                                      timeout=60, env={})
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_debian(self):
        build, last = self.stages("Containerfile.debian")
        made = self.check_build(build, "deb")
        self.assertIn(("COPY", f"--from=build {made} /smtpsh.deb"), last)
        self.assertTrue(any(instruction == "RUN" and "apt-get install -y /smtpsh.deb" in rest for instruction, rest in last))
        self.assertEqual(last[-1], ("ENTRYPOINT", '["smtpsh"]'))                # which Deb installs and runs


if __name__ == "__main__":
    tap.main()
