"""scripts/run and scripts/setup on machines that lack this or that: each tool they call is one of the test's own."""
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

SYSTEM = ("sh", "cat", "dirname", "env", "grep", "mkdir", "readlink", "tail", "touch", "true")
# each has the tools' folder as $TOOLS; what is in the file "lacking" there is not found by pkg-config
TOOLS = {
    "cc": "exit 0",
    "pkg-config": 'while read -r each; do [ "$each" != "$2" ] || exit 1; done <"$TOOLS/lacking"',
    "meson": 'echo "meson $*" >>"$TOOLS/calls"; mkdir -p build; touch build/build.ninja; for i in 1 2 3 4 5; do echo a line of meson; done',
    "ninja": """case "$*" in *-n*) [ ! -e build/src/smtpsh ] || echo "ninja: no work to do."; exit ;; esac
echo "ninja $*" >>"$TOOLS/calls"
[ ! -e "$TOOLS/broken" ] || { echo "the compiler said no"; exit 1; }
mkdir -p build/src
{ echo '#!/bin/sh'; echo 'echo "in $PWD with $*"; cat'; } >build/src/smtpsh
chmod +x build/src/smtpsh""",
    "apt-get": 'echo "apt-get $*" >>"$TOOLS/calls"; case $* in *install*) : >"$TOOLS/lacking" ;; esac; echo a line of apt',
    "sudo": 'echo "sudo $*" >>"$TOOLS/calls"; "$@"',
    "id": "echo ${USER_ID:-0}",
}


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.clone, self.tools, self.away = (os.path.join(os.path.realpath(folder.name), each) for each in ("a clone", "tools", "away"))
        for each in (self.tools, self.away):
            os.mkdir(each)
        shutil.copytree(os.path.join(ROOT, "scripts"), os.path.join(self.clone, "scripts"))
        for name in SYSTEM + ("chmod",):
            os.symlink(shutil.which(name), os.path.join(self.tools, name))
        for name, text in TOOLS.items():
            self.write(name, "#!/bin/sh\n" + text + "\n")
        self.lacks()

    def write(self, name, text=""):
        path = os.path.join(self.tools, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def without(self, *names):
        for name in names:
            os.unlink(os.path.join(self.tools, name))

    def lacks(self, *modules):
        self.write("lacking", "".join(each + "\n" for each in modules))

    def run_it(self, *args, through=None, **env):
        env = {"PATH": self.tools, "TOOLS": self.tools, **env}
        return subprocess.run([through or os.path.join(self.clone, "scripts", "run"), *args], cwd=self.away, env=env, input="typed\n",
                              capture_output=True, text=True, timeout=program.DEADLINE)

    def calls(self):
        try:
            with open(os.path.join(self.tools, "calls"), encoding="ascii") as file:
                return [" ".join(line.split()[:2]) for line in file]
        except FileNotFoundError:
            return []

    def opens(self, done, args="demo:"):
        self.assertEqual((done.returncode, done.stdout), (0, f"in {self.away} with {args}\ntyped\n"), done.stderr)

    def test_all_is_here(self):
        "a line a stage, none when nothing is left to do; apt is not asked"
        done = self.run_it()
        self.opens(done)
        self.assertEqual(re.sub(r" \(log: build/\w+\.log\)", "", done.stderr), "configuring\nbuilding\n")
        self.assertEqual(self.calls(), ["meson setup", "ninja -C"])
        done = self.run_it("mx.example", "-c", "NOOP")
        self.opens(done, "mx.example -c NOOP")
        self.assertEqual(done.stderr, "")

    def test_through_a_link_from_elsewhere(self):
        "what is typed and a file's name keep their meaning"
        link = os.path.join(self.away, "smtpsh-run")
        os.symlink(os.path.join("..", "a clone", "scripts", "run"), link)
        self.opens(self.run_it("replay", "x.smtp", through=link), "replay x.smtp")

    def test_what_is_missing_is_installed(self):
        self.lacks("libcares", "libidn2")
        done = self.run_it()
        self.opens(done)
        self.assertEqual(done.stderr.splitlines()[0], "installing: libc-ares-dev libidn2-dev (log: build/setup.log)")
        self.assertEqual(self.calls()[:2], ["apt-get update", "apt-get install"])
        self.lacks("libcares")
        self.opens(self.run_it(USER_ID="1000"))
        self.assertIn("sudo apt-get", self.calls())

    def test_without_apt(self):
        self.without("apt-get")
        self.lacks("libidn2", "libcurl")
        done = self.run_it()
        self.opens(done)
        self.assertEqual(done.stderr.splitlines()[0], "setup: building without libidn2-dev libcurl4-openssl-dev (optional; Debian package names); "
                                                      "apt-get is not available")
        self.lacks("openssl", "jansson", "libcurl")
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "",
                         "setup: cannot build without libssl-dev libjansson-dev (Debian package names); apt-get is not available\n"))

    def test_other_systems(self):
        "what lacks has their names there, and how it is installed; nothing is run"
        self.without("apt-get")
        self.lacks("openssl", "libidn2")
        for manager, wanted in (("dnf", "openssl-devel; to install: dnf install openssl-devel libidn2-devel"),
                                ("pacman", "openssl; to install: pacman -S openssl libidn2"),
                                ("apk", "openssl-dev; to install: apk add openssl-dev libidn2-dev"),
                                ("zypper", "libopenssl-devel; to install: zypper install libopenssl-devel libidn2-devel"),
                                ("pkg", "openssl; to install: pkg install openssl libidn2"),
                                ("brew", "openssl@3; to install: brew install openssl@3 libidn2")):
            with self.subTest(manager):
                self.write(manager, '#!/bin/sh\necho "$0" >>"$TOOLS/calls"\n')
                done = self.run_it()
                self.assertEqual((done.returncode, done.stderr), (1, f"setup: cannot build without {wanted}\n"))
                self.without(manager)
        self.assertEqual(self.calls(), [])
        self.lacks("libidn2")
        self.write("apk", "#!/bin/sh\n")
        done = self.run_it()
        self.opens(done)
        self.assertEqual(done.stderr.splitlines()[0], "setup: building without libidn2-dev (optional); to install: apk add libidn2-dev")

    def test_every_package_has_a_name_on_each_system(self):
        with open(os.path.join(ROOT, "scripts", "setup"), encoding="ascii") as file:
            text = file.read()
        wanted = re.findall(r"([\w.-]+)=\S", re.search(r'^build="(.*?)"$', text, re.M | re.S)[1])
        rows = [line.split() for line in re.search(r"<<-END\n(.*?)\n\tEND", text, re.S)[1].splitlines()]
        self.assertEqual([row[0] for row in rows], wanted)
        self.assertEqual({len(row) for row in rows}, {7})

    def test_without_pkg_config_the_libraries_are_unknown(self):
        self.without("apt-get", "pkg-config", "ninja")
        self.assertEqual(self.run_it().stderr, "setup: cannot build without pkg-config ninja-build (Debian package names); apt-get is not available\n")

    def test_apt_without_root_or_without_luck(self):
        self.lacks("openssl")
        self.write("apt-get", "#!/bin/sh\necho no network\nexit 100\n")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("\nno network\n", done.stderr)
        self.assertTrue(done.stderr.endswith("setup: cannot build without libssl-dev (Debian package names); apt-get could not install them\n"))
        self.without("sudo")
        self.assertEqual(self.run_it(USER_ID="1000").stderr, "setup: cannot build without libssl-dev (Debian package names); "
                                                             "installing them takes root or sudo\n")

    def test_a_stage_that_fails_shows_the_end_of_its_log(self):
        self.write("broken")
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("the compiler said no\nfailed: ninja -C build; all of its output is in ", done.stderr)
        self.assertNotIn("a line of meson", done.stderr)


if __name__ == "__main__":
    tap.main()
