"""What is installed runs from where it is installed; what is packed builds from the package alone."""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

BUILD = os.path.dirname(os.path.dirname(os.path.abspath(program.SMTPSH)))


def command(*argv, **more):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=500, **more)
    if done.returncode:
        raise AssertionError(f"{' '.join(argv)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class Install(unittest.TestCase):
    def test_install(self):
        with tempfile.TemporaryDirectory() as root:
            first = os.path.join(root, "first")
            command("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", first)
            root = os.path.join(root, "moved")
            os.rename(first, root)
            files = [os.path.join(folder, name)[len(root):] for folder, _, names in os.walk(root) for name in names]
            for tail in ("/bin/smtpsh", "/man1/smtpsh.1", "/man1/smtpsh-prompt.1", "/man5/smtpsh-config.5", "/man5/smtpsh-script.5"):
                self.assertEqual(len([f for f in files if f.endswith(tail)]), 1, f"{tail} in {files}")
            binary = root + [f for f in files if f.endswith("/bin/smtpsh")][0]
            done = subprocess.run([binary, "demo:", "-c", "NOOP"], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("<-  250", done.stdout)
            self.check_profiles(root, binary, files)
            self.check_modules(root, binary, files)

    def check_profiles(self, root, binary, files):
        "what comes with the program is found beside it, though all was moved as a whole"
        [profile] = [root + f for f in files if f.endswith("/profiles/subetha.smtp")]
        with open(os.path.join(os.path.dirname(profile), "moved.smtp"), "w") as file:
            file.write("S: 220 moved.example ESMTP\n")
        done = subprocess.run([binary, "serve", "--profile", "nowhere"], capture_output=True, text=True, timeout=20, env=program.environment())
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(os.path.realpath(done.stderr.split()[-1]), os.path.dirname(os.path.realpath(profile)))
        with subprocess.Popen([binary, "serve", "--profile", "moved"], stdout=subprocess.PIPE, text=True, env=program.environment()) as server:
            where = server.stdout.readline().split()[-1]
            done = subprocess.run([binary, where, "-c", "QUIT"], capture_output=True, text=True, timeout=20, env=program.environment())
            server.terminate()
        self.assertIn("220 moved.example ", done.stdout)

    def check_modules(self, root, binary, files):
        "what is opened when it is needed is found though all was moved as a whole"
        if not [f for f in files if f.endswith("/smtpsh/smtpsh-idn.so")]:
            return
        done = subprocess.run([binary, "b\u00fccher.example:1", "--resolve", "xn--bcher-kva.example:127.0.0.1", "-c", "NOOP"],
                              capture_output=True, text=True, timeout=20, env=program.environment())
        self.assertIn("b\u00fccher.example is xn--bcher-kva.example in the DNS", done.stdout, done.stderr)
        os.unlink(root + [f for f in files if f.endswith("/smtpsh-dns_cares.so")][0])
        done = subprocess.run([binary, "probe", "127.0.0.1:1", "--dns", "127.0.0.1:1"], capture_output=True, text=True, timeout=20)
        self.assertIn("connection refused", done.stdout)
        done = subprocess.run([binary, "resolve", "a.example", "--dns", "127.0.0.1:1"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("smtpsh-dns_cares.so", done.stdout)

    def test_dist(self):
        if not os.path.exists(os.path.join(ROOT, ".git")):
            self.skipTest("not a git checkout: there is nothing to pack from")
        command("meson", "dist", "-C", BUILD, "--allow-dirty", "--no-tests", "--formats", "xztar")
        dist = os.path.join(BUILD, "meson-dist")
        [name] = [f for f in os.listdir(dist) if f.endswith(".tar.xz")]
        with tempfile.TemporaryDirectory() as root:
            with tarfile.open(os.path.join(dist, name)) as packed:
                packed.extractall(root)
            source = os.path.join(root, name[:-len(".tar.xz")])
            cached = {"CC": "ccache cc"} if shutil.which("ccache") else {}       # the folder's name is not in what is compiled
            command("meson", "setup", os.path.join(root, "build"), source, "-Dtests=false", "-Dwerror=true", "-Doptimization=0", "-Ddebug=false",
                    env=dict(os.environ, **cached))
            command("ninja", "-C", os.path.join(root, "build"))
            self.assertIn("smtpsh", command(os.path.join(root, "build", "src", "smtpsh"), "--version"))


if __name__ == "__main__":
    tap.main()
