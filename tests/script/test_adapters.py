"""The helpers of scripts/examples/adapters, each by its own language where that is at hand: a server is started, a message sent
to it, found, and cleared. Where the language is not at hand, that the helper asks for what `serve --api` has."""
import glob
import importlib.util
import json
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

ADAPTERS = os.path.join(ROOT, "scripts", "examples", "adapters")
ENV = program.environment(SMTPSH=program.SMTPSH)

# Each sends a message, and prints what came and what is left after clearing.
NODE = """
const net = require('node:net');
const { Smtpsh } = require(process.argv[2]);
(async () => {
	const server = await Smtpsh.start('--refuse', 'rcpt:gone@d.example=550 5.1.1 No such user');
	const client = net.connect(server.port, server.host);
	client.write('EHLO x\\r\\nMAIL FROM:<a@b.example>\\r\\nRCPT TO:<gone@d.example>\\r\\nRCPT TO:<c@d.example>\\r\\nDATA\\r\\n');
	let said = '';
	client.on('data', (data) => {
		if (!said.includes('354 ') && (said += data).includes('354 '))
			client.write('Subject: hello\\r\\n\\r\\nbody\\r\\n.\\r\\nQUIT\\r\\n');
	});
	const messages = await server.messages({ wait: 1 });
	await server.clear();
	console.log(JSON.stringify([messages, await server.messages()]));
	await server.stop();
})();
"""

JAVA = """
import java.net.Socket;

public class Main {
	public static void main(String[] args) throws Exception {
		SmtpshExtension server = new SmtpshExtension("--refuse", "rcpt:gone@d.example=550 5.1.1 No such user");
		server.beforeEach(null);
		try (Socket client = new Socket(server.host(), server.port())) {
			client.getOutputStream().write(("EHLO x\\r\\nMAIL FROM:<a@b.example>\\r\\nRCPT TO:<gone@d.example>\\r\\n"
				+ "RCPT TO:<c@d.example>\\r\\nDATA\\r\\n").getBytes());
			StringBuilder said = new StringBuilder();
			while (said.indexOf("354 ") < 0)
				said.append((char)client.getInputStream().read());
			client.getOutputStream().write("Subject: hello\\r\\n\\r\\nbody\\r\\n.\\r\\n".getBytes());
			String messages = server.messages(1);
			server.clear();
			System.out.println("[" + messages + "," + server.messages(0) + "]");
		}
		server.afterEach(null);
	}
}
"""

GO = """
package smtpsh

import ("net/smtp"; "testing")

func TestIt(t *testing.T) {
	server := Start(t, "--tls=off")
	if err := smtp.SendMail(server.Addr, nil, "a@b.example", []string{"c@d.example"}, []byte("Subject: hello\\r\\n\\r\\nbody\\r\\n")); err != nil {
		t.Fatal(err)
	}
	mail := server.Messages(t, 1)[0]
	if mail.From != "a@b.example" || mail.Recipients[0].Address != "c@d.example" || mail.Headers[0].Value != "hello" || mail.Body != "body\\r\\n" {
		t.Fatal(mail)
	}
}
"""


class Adapters(unittest.TestCase):
    def setUp(self):
        program.needs(self, "libmicrohttpd")

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def run_in(self, folder, *argv):
        done = subprocess.run(argv, cwd=folder, env=ENV, capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def check(self, messages, left):
        self.assertEqual([m["from"] for m in messages], ["a@b.example"])
        self.assertEqual([r["address"] for r in messages[0]["recipients"]], ["c@d.example"])
        self.assertEqual((messages[0]["headers"], messages[0]["body"]), ([{"name": "Subject", "value": "hello"}], "body\r\n"))
        self.assertEqual(left, [])

    def asks(self, file, *words):
        """What can be said of a helper without its language: it knows the words of the program."""
        with open(os.path.join(ADAPTERS, file), encoding="utf-8") as source:
            text = source.read()
        for word in ("serve", "--api", "127.0.0.1:0", "wait", "timeout=", *words):
            self.assertIn(word, text)
        self.assertEqual([text.count(c) for c in "({["], [text.count(c) for c in ")}]"])

    def test_each_has_fewer_than_80_lines(self):
        files = glob.glob(os.path.join(ADAPTERS, "*"))
        self.assertEqual(len(files), 4)
        for name in files:
            with open(name, encoding="utf-8") as file:
                self.assertLess(len(file.readlines()), 80, name)

    def test_pytest(self):
        # The fixture is a generator, whoever calls it; pytest itself is not asked for.
        sys.modules.setdefault("pytest", types.SimpleNamespace(fixture=lambda f: f))
        self.addCleanup(sys.modules.pop, "pytest", None)
        spec = importlib.util.spec_from_file_location("smtpsh_fixture", os.path.join(ADAPTERS, "smtpsh_fixture.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        os.environ["SMTPSH"] = program.SMTPSH
        made = module.smtpsh()
        server = next(made)
        with smtplib.SMTP(server.host, server.port) as client:
            client.sendmail("a@b.example", ["c@d.example"], "Subject: hello\r\n\r\nbody\r\n")
        messages = server.messages(wait=1)
        server.clear()
        self.check(messages, server.messages())
        with self.assertRaises(TimeoutError):
            server.messages(wait=1, timeout="10ms")
        self.assertEqual(list(made), [])
        self.assertIsNotNone(server.process.returncode)

    def test_node(self):
        if not shutil.which("node"):
            self.asks("smtpsh.js", "DELETE", "module.exports")
            return
        folder = self.folder()
        with open(os.path.join(folder, "main.js"), "w", encoding="utf-8") as file:
            file.write(NODE)
        out = self.run_in(folder, "node", "main.js", os.path.join(os.path.abspath(ADAPTERS), "smtpsh.js"))
        self.check(*json.loads(out))

    def test_junit(self):
        if not shutil.which("javac"):
            self.asks("SmtpshExtension.java", "DELETE", "BeforeEachCallback", "AfterEachCallback")
            return
        folder = self.folder()
        stubs = os.path.join(folder, "org", "junit", "jupiter", "api", "extension")
        os.makedirs(stubs)
        for name, body in (("ExtensionContext", ""), ("BeforeEachCallback", "void beforeEach(ExtensionContext c) throws Exception;"),
                           ("AfterEachCallback", "void afterEach(ExtensionContext c) throws Exception;")):
            with open(os.path.join(stubs, name + ".java"), "w", encoding="utf-8") as file:
                file.write(f"package org.junit.jupiter.api.extension;\npublic interface {name} {{ {body} }}\n")
        shutil.copy(os.path.join(ADAPTERS, "SmtpshExtension.java"), folder)
        with open(os.path.join(folder, "Main.java"), "w", encoding="utf-8") as file:
            file.write(JAVA)
        self.run_in(folder, "javac", "-sourcepath", ".", "Main.java")
        first, then = json.loads(self.run_in(folder, "java", "-cp", ".", "Main"))
        self.check(first["messages"], then["messages"])

    def test_go(self):
        if not shutil.which("go"):
            self.asks("smtpsh.go", "package smtpsh", "func Start(", "func (s *Server) Messages(")
            return
        folder = self.folder()
        shutil.copy(os.path.join(ADAPTERS, "smtpsh.go"), folder)
        for name, text in (("go.mod", "module smtpsh\n\ngo 1.15\n"), ("it_test.go", GO)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.run_in(folder, "go", "test", "./...")


if __name__ == "__main__":
    tap.main()
