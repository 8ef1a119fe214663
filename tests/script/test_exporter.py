"""smtpsh exporter: /probe, /metrics and /-/healthy over HTTP, its page for a person, and what is refused."""
import base64
import html.parser
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import Server, certificate
from listener import listening
from nameserver import NameServer


class Exporting(unittest.TestCase):
    def setUp(self):
        program.needs(self, "libmicrohttpd")

    def start(self, *args, env=None):
        process = program.Process("exporter", *args, stdout=subprocess.PIPE, text=True, env=program.environment(**(env or {})))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, program.DEADLINE)
        self.addCleanup(process.terminate)
        line = process.stdout.readline()
        self.assertRegex(line, r"^listening on 127\.0\.0\.1:\d+$")
        self.url = "http://" + line.split()[-1]

    def get(self, path, method="GET", **headers):
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=program.DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ask(self, octets):
        """All that is answered to these octets."""
        with socket.create_connection(("127.0.0.1", int(self.url.rsplit(":", 1)[1])), program.DEADLINE) as sock:
            sock.settimeout(program.DEADLINE)
            sock.sendall(octets)
            heard = b""
            while octets := sock.recv(65536):
                heard += octets
        return heard.decode()

    def write(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".ini")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name


class Unix(Exporting):
    def test_a_socket_for_a_proxy(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        name = os.path.join(place.name, "s")
        with socket.socket(socket.AF_UNIX) as gone:         # of one that was killed
            gone.bind(name)
        with program.Serve() as server, program.Process("exporter", "--listen", "unix:" + name, "--allow-port", str(server.port), "--allow-host",
                                                        "probe.example.net", stdout=subprocess.PIPE, text=True) as process:
            self.assertEqual(process.stdout.readline(), f"listening on unix:{name}\n")
            self.assertEqual(os.stat(name).st_mode, stat.S_IFSOCK | 0o660)
            self.assertIn("\nprobe_success 1\n", self.ask_unix(name, f"/probe?target={server.where}&module=smtp", "prometheus"))
            for host, more, status in (("probe.example.net", "", 200), ("probe.example.net", "Origin: https://probe.example.net\r\n", 200),
                                       ("probe.example.net", "Origin: https://evil.example\r\n", 403), ("evil.example", "", 403), ("localhost", "", 403)):
                self.assertTrue(self.ask_unix(name, "/", host, more).startswith(f"HTTP/1.1 {status} "), (host, more))
            self.assertIn(f"listen = unix:{name}\n", self.ask_unix(name, "/config", "probe.example.net"))
            process.terminate()
            process.wait(program.DEADLINE)
        self.assertEqual(os.listdir(place.name), [])

    def ask_unix(self, name, path, host, more=""):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(program.DEADLINE)
            sock.connect(name)
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode())
            heard = b""
            while octets := sock.recv(65536):
                heard += octets
        return heard.decode()


class Exporter(Exporting):
    def test_probe_and_metrics(self):
        with program.Serve() as server:
            self.start("--allow-port", f"25,{server.port}")
            status, text = self.get(f"/probe?target={server.host}:{server.port}&module=smtp")
            self.assertEqual(status, 200)
            self.assertIn("probe_success 1\n", text)
            self.assertIn('probe_smtp_reply_code{phase="banner"} 220\n', text)
            status, text = self.get(f"/probe?target={server.host}:{server.port}&module=smtp_starttls")
            self.assertIn("probe_success 0\n", text)            # nobody here trusts its CA
            self.assertIn("probe_ssl_earliest_cert_expiry ", text)
        status, text = self.get("/metrics")
        self.assertIn('smtpsh_probes_total{module="smtp",result="success"} 1\n', text)
        self.assertIn('smtpsh_probes_total{module="smtp_starttls",result="failure"} 1\n', text)
        self.assertIn("smtpsh_probes_in_flight 0\n", text)

    def test_modules_of_a_file(self):
        with program.Serve() as server:
            name = self.write("# ours\n[module mine]\noptions = --tls=off --require-ext X-NONE\n\n[module smtp]\n"
                              'options = --tls=off --expect-banner "^220 .* ESMTP"\n')
            self.start("--allow-port", str(server.port), "--modules", name)
            self.assertIn('reason="assertion"', self.get(f"/probe?target={server.where}&module=mine")[1])
            self.assertIn("probe_smtp_status 0\n", self.get(f"/probe?target={server.where}&module=smtp")[1])
            self.assertIn("probe_smtp_reply_code{phase=\"rcpt\"}", self.get(f"/probe?target={server.where}&module=smtp_rcpt")[1])
        text = self.get("/metrics")[1]
        self.assertIn('smtpsh_probes_total{module="mine",result="failure"} 1\n', text)
        for metric in ("start_time_seconds", "resident_memory_bytes", "open_fds", "cpu_seconds_total"):
            self.assertRegex(text, rf"(?m)^process_{metric} [0-9.e+]+$")

    def test_what_is_wrong_with_modules_is_said_at_the_start(self):
        for text, said in (("options = --tls=off\n", ":1: options before"), ("[module a b]\n", ":1: expected [module"),
                           ("[module a]\noptions = --nonsense\n", ":2: "), ("[module a]\n[module a]\n", ":2: module a is defined"),
                           ("[module a]\noptions = --output f\n", ":2: a module takes"), ("[module a]\ntimeout = 3\n", ":2: expected"),
                           ("[module a]\noptions = mx1.example.org\n", ":2: a module takes"),
                           ("[module a]\noptions = --script /nowhere\n", "module a: cannot read /nowhere"),
                           ("[module a]\noptions = --tls=off\noptions = --dane\n", ":3: second options line in module a"),
                           ("[module a]\noptions = --user joe\n", "module a logs in")):
            done = program.run("exporter", "--modules", self.write(text))
            self.assertIn(said, done.stderr)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)

    def test_a_proxy_is_no_way_around_the_list(self):
        done = program.run("exporter", "--allow-target", "192.0.2.0/24", "--modules",
                           self.write("[module a]\noptions = --proxy socks5://127.0.0.1:1080\n"))
        self.assertIn("module a uses a proxy", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_domain_has_one_success_and_a_sample_of_each_address(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example")], ("mx1.d.example", "A"): ["127.0.0.1", "127.0.0.2"]}
        with program.Serve() as server, NameServer(zone) as dns:
            name = self.write(f"[module all]\noptions = --mx --addresses all --tls=off --dns {dns.address} --port {server.port}\n")
            self.start("--allow-port", str(server.port), "--modules", name)
            text = self.get("/probe?target=d.example&module=all")[1]
        self.assertIn("probe_success 0\n", text)           # nobody is at 127.0.0.2
        self.assertIn("probe_smtp_status 2\n", text)
        ups = re.findall(r'(?m)^probe_smtp_target_up\{mx="mx1.d.example",preference="10",family="4",.*address="(.*)"\} (\d)$', text)
        self.assertEqual(sorted(ups), [("127.0.0.1", "1"), ("127.0.0.2", "0")])

    def test_a_policy_too_is_fetched_only_from_what_is_allowed(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example")], ("mx1.d.example", "A"): ["127.0.0.1"],
                ("_mta-sts.d.example", "TXT"): ["v=STSv1; id=1"]}
        with program.Serve() as server, NameServer(zone) as dns, listening("127.0.0.2") as web:
            web.settimeout(0)
            name = self.write(f"[module sts]\noptions = --mx --sts --tls=off --dns {dns.address} --port {server.port} --timeout connect=1s "
                              f"--resolve mta-sts.d.example:127.0.0.2:{web.getsockname()[1]}\n")
            for allowed, reached in (("127.0.0.1/32", False), ("127.0.0.0/8", True)):
                self.start("--allow-port", str(server.port), "--allow-target", allowed, "--modules", name)
                text = self.get("/probe?target=d.example&module=sts")[1]
                self.assertIn("probe_smtp_status 1\n", text)
                self.assertRegex(text, 'probe_smtp_failure_info{.*reason="sts"')
                try:
                    web.accept()[0].close()
                    self.assertTrue(reached)
                except BlockingIOError:
                    self.assertFalse(reached)

    def test_a_module_is_a_script_and_has_a_time_of_its_own(self):
        with program.Serve() as server, tempfile.NamedTemporaryFile("w", suffix=".smtp") as script:
            script.write("C: EHLO me.example\nS: 250\nC: VRFY root\nS: 550\n")
            script.flush()
            name = self.write(f"[module own]\noptions = --script {script.name} -t 2s\n")
            self.start("--allow-port", str(server.port), "--modules", name)
            text = self.get(f"/probe?target={server.where}&module=own", **{"X-Prometheus-Scrape-Timeout-Seconds": "9"})[1]
        self.assertIn('reason="assertion"', text)
        self.assertIn("probe_timeout_seconds 2\n", text)

    def test_a_script_opens_no_other_than_the_allowed(self):
        reached = []
        with program.Serve() as server, Server(lambda p: reached.append(p), host="127.9.9.9") as other, \
                tempfile.NamedTemporaryFile("w", suffix=".smtp") as script:
            script.write(f"C: EHLO me.example\nS: 250\n/open 127.9.9.9:{other.port}\nC: EHLO me.example\nS: 250\n")
            script.flush()
            name = self.write(f"[module own]\noptions = --script {script.name} -t 5s\n")
            self.start("--allow-port", str(server.port), "--modules", name, "--allow-target", "127.0.0.1/32")
            text = self.get(f"/probe?target={server.where}&module=own&debug=true")[1]
        self.assertEqual(reached, [])
        self.assertIn("127.9.9.9 is not permitted", text)
        self.assertIn("probe_success 0\n", text)

    def test_debug_shows_the_dialogue_and_the_metrics(self):
        with program.Serve() as server:
            self.start("--allow-port", str(server.port))
            text = self.get(f"/probe?target={server.where}&module=smtp&debug=true")[1]
        dialogue, metrics = text.split("\nWhat a scrape would return:\n")
        self.assertIn("EHLO ", dialogue)
        self.assertIn("QUIT", dialogue)
        self.assertRegex(dialogue, r"\nOK 127\.0\.0\.1:\d+\n\Z")
        self.assertIn("probe_success 1\n", metrics)

    def test_what_is_refused(self):
        self.start()
        modules = "smtp, smtp_starttls, smtps, submission, smtp_rcpt, mx, mx_sts"
        for path, status, said in (
                ("/-/healthy", 200, "healthy"), ("/nothing", 404, "not found; try /, /config, /probe, /metrics or /-/healthy"),
                ("/probe", 400, "expected ?target=HOST and, optionally, &module=NAME"), ("/probe?target=", 400, "expected ?target=HOST and, optionally, &module=NAME"),
                ("/probe?target=127.0.0.1&module=none", 400, f"unknown module; known modules: {modules}"),
                ("/probe?target=127.0.0.1:22&module=smtp", 403, "port 22 is not allowed (see --allow-port)"),
                ("/probe?target=[::1]:22&module=smtp", 403, "port 22 is not allowed (see --allow-port)"),
                ("/probe?target=mx1.example:x&module=smtp", 400, '"x" is neither a port'),
                ("/probe?target=[::1&module=smtp", 400, '"[::1" lacks a "]"'),
                ("/probe?target=" + "x" * 400, 400, "target: longer than 300 characters"),
                ("/probe?target=127.0.0.1&hostname=a%20b", 400, "hostname: expected a host name"),
                ("/probe?target=127.0.0.1&hostname=" + "x" * 300, 400, "hostname: expected a host name"),
                *((f"/probe?target={target}&module=smtp", 403, "only hosts and domains can be probed here")
                  for target in ("unix:/etc/passwd", "demo:", "pipe:id"))):
            got, text = self.get(path)
            self.assertEqual(got, status, path)
            self.assertRegex(text, r"\A[^\n]*" + re.escape(said) + r"[^\n]*\n\Z")

    def test_get_and_head_alone(self):
        self.start()
        for method in ("POST", "PUT", "OPTIONS", "FOO"):
            heard = self.ask(f"{method} /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            self.assertRegex(heard, r"\AHTTP/1.1 405 ")
            self.assertIn("\r\nAllow: GET, HEAD\r\n", heard)
            self.assertTrue(heard.endswith("\r\n\r\nmethod not allowed; use GET or HEAD\n"), heard)
        with program.Serve() as server:
            self.start("--allow-port", str(server.port))
            for path in ("/metrics", f"/probe?target={server.where}&module=smtp"):
                head = self.ask(f"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                self.assertRegex(head, r"\AHTTP/1.1 200 (?s:.*)\r\nContent-Length: [1-9]\d+\r\n\r\n\Z")

    def test_headers_of_8_kb(self):
        self.start()

        def headers(total):
            first, last = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ", b"\r\n\r\n"
            return first + b"a" * (total - len(first) - len(last)) + last

        self.assertRegex(self.ask(headers(8192)), r"\AHTTP/1.1 200 ")
        heard = self.ask(headers(8193))
        self.assertRegex(heard, r"\AHTTP/1.1 431 ")
        self.assertTrue(heard.endswith("\r\n\r\nrequest headers are limited to 8192 bytes\n"), heard)

    def test_an_address_that_is_not_allowed_is_refused(self):
        self.start("--allow-target", "192.0.2.0/24", "--allow-target", "::2")
        for target in ("127.0.0.1", "[::1]", "::1", "[::ffff:127.0.0.1]:25"):
            self.assertEqual(self.get(f"/probe?target={target}&module=smtp"),
                             (403, "this address is not allowed (see --allow-target)\n"), target)

    def test_what_is_no_host_name_is_refused(self):
        "it would become part of a URL, a question to the DNS, or SNI"
        self.start("--allow-target", "192.0.2.0/24")
        for name in ("x.localhost%3F.a.test", "x.localhost%23.a.test", "x.localhost%2F.a.test", "a%3Ab.a.test", "a%20b.a.test",
                     "a%0Ab.a.test", "a%25b.a.test", "a%5Cb.a.test", "a..b.test", "%00.a.test", "a%2Cb.test"):
            for module in ("mx_sts", "smtp"):
                self.assertEqual(self.get(f"/probe?target={name}&module={module}")[0], 400, name)
            self.assertEqual(self.get(f"/probe?target=192.0.2.1&module=smtp&hostname={name}")[0], 400, name)

    def test_what_is_connected_to_is_judged_whatever_form_it_has(self):
        "numbers are no addresses, and an address within another kind of address is what it is"
        with Server(lambda p: p.hello("250 x\r\n").obey()) as server:
            self.start("--allow-port", str(server.port), "--allow-target", "127.0.0.99/32", "--modules",
                       self.write("[module m]\noptions = --tls=off -t 3 --dns 127.0.0.1:9\n"))
            for form in ("0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "0.0.0.0", "[::]",
                         "localhost", "127.0.0.1", "LOCALHOST."):
                status, text = self.get(f"/probe?module=m&target={form}:{server.port}")
                self.assertTrue(status in (400, 403) or "probe_success 0\n" in text, (form, text))
            self.assertEqual(server.peers, [])

    def test_a_policy_is_fetched_from_what_is_allowed_alone(self):
        program.needs(self, "libcurl")
        with Server(lambda p: p.until_gone()) as web:
            zone = {("a.test", "MX"): [(10, "mx.a.test")], ("mx.a.test", "A"): ["127.0.0.99"], ("_mta-sts.a.test", "TXT"): ["v=STSv1; id=1;"],
                    ("mta-sts.a.test", "A"): ["127.0.0.1"], ("mta-sts.a.test", "AAAA"): ["::ffff:127.0.0.1", "::1"]}
            with NameServer(zone) as dns:
                self.start("--allow-target", "127.0.0.99/32", "--modules", self.write(
                    f"[module m]\noptions = --mx --sts --tls=off -t 3 --dns {dns.address} --resolve mta-sts.b.test:127.0.0.1:{web.port}\n"))
                for domain in ("a.test", "b.test"):
                    status, text = self.get(f"/probe?module=m&target={domain}")
                    self.assertIn("probe_success 0\n", text)
            self.assertEqual(web.peers, [])

    def test_an_ipv6_target(self):
        with Server(lambda p: p.obey(), "::1") as server:
            self.start("--allow-port", str(server.port), "--allow-target", "::1")
            server.behaviour = lambda p: p.say("220 six\r\n").obey()
            text = self.get(f"/probe?target=[::1]:{server.port}&module=smtp")[1]
        self.assertIn("probe_success 1\n", text)
        self.assertIn("probe_ip_protocol 6\n", text)

    def test_the_hostname_is_asked_for_in_tls(self):
        asked = []

        def serve(p):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate())
            context.sni_callback = lambda sock, name, _: asked.append(name)
            p.starttls()
            p.sock = context.wrap_socket(p.sock, server_side=True)
            p.obey({"EHLO": "250 x\r\n"})

        with Server(serve) as server:
            self.start("--allow-port", str(server.port))
            text = self.get(f"/probe?target=127.0.0.1:{server.port}&hostname=mail.example.org")[1]
        self.assertEqual(asked, ["mail.example.org"])
        self.assertIn('error="', text)

    def test_a_module_s_secrets_are_not_shown(self):
        secret = "s3cret-w0rd"
        forms = (secret, base64.b64encode(secret.encode()).decode(), base64.b64encode(f"\0bob\0{secret}".encode()).decode())
        login = lambda p: p.hello("250-x\r\n250 AUTH PLAIN\r\n").hear().say(f"535 no {p.heard[-1]} {secret}\r\n").obey()
        name = self.write("[module mine]\noptions = --tls=off --auth PLAIN --user bob --password-env HUSH --auth-insecure\n")
        with Server(login) as server:
            self.start("--allow-port", str(server.port), "--allow-target", "127.0.0.1", "--modules", name, env={"HUSH": secret})
            texts = [self.get(f"/probe?target=127.0.0.1:{server.port}&module=mine{more}")[1] for more in ("", "&debug=true")]
            texts.append(self.get("/metrics")[1])
            self.assertTrue(any(forms[2] in line for line in server.peers[0].heard))         # it was said
        self.assertIn('code="535"', texts[0])
        self.assertIn("535 no", texts[1])
        self.assertRegex(texts[1], r"\nCRITICAL 127\.0\.0\.1:\d+ auth: AUTH rejected: 535 no AUTH PLAIN \*+ \*+\n\nWhat a scrape")
        for text in texts:
            self.assertFalse([form for form in forms if form in text], text)

    def test_an_octet_now_and_then_keeps_no_connection(self):
        "half a minute for a request, in all; it takes as long"
        self.start()
        with socket.create_connection(("127.0.0.1", int(self.url.rsplit(":", 1)[1])), program.DEADLINE) as sock:
            sock.sendall(b"GET /-/healthy HTTP/1.1\r\nX: ")
            sock.settimeout(1)
            begun = time.monotonic()
            while time.monotonic() < begun + 60:
                try:
                    ended = sock.recv(100) == b""
                    break
                except socket.timeout:
                    sock.sendall(b"a")
                except ConnectionError:
                    ended = True
                    break
            self.assertTrue(ended)
        self.assertTrue(29 < time.monotonic() - begun < 45)

    def test_what_is_not_allowed_is_not_connected_to(self):
        with Server(lambda p: self.fail("it connected")) as server:
            self.start("--allow-port", str(server.port), "--allow-target", "192.0.2.0/24", "--allow-target", "::1")
            for target in (f"127.0.0.1:{server.port}", f"[::ffff:127.0.0.1]:{server.port}"):
                self.assertEqual(self.get(f"/probe?target={target}&module=smtp")[0], 403)
            status, text = self.get(f"/probe?target=localhost:{server.port}&module=smtp")
            self.assertEqual(status, 200)                # a name's addresses are known only when it is found
            self.assertIn("probe_success 0\n", text)

    def test_it_is_open_to_others_only_with_a_list(self):
        for wrong in ((), ("--allow-target", "everything"), ("--allow-target", "10.0.0.0/40")):
            done = subprocess.run([program.SMTPSH, "exporter", "--listen", "0.0.0.0:0", *wrong], capture_output=True, text=True,
                                  timeout=program.DEADLINE, env=program.environment())
            self.assertEqual((done.stdout, done.returncode != 0), ("", True))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn("--allow-target", done.stderr) if not wrong else self.assertIn("network", done.stderr)

    def test_clients_that_misbehave_keep_nobody_else_waiting(self):
        "half a request, too many headers, one whose end is closed: each is bounded, and who comes after them is answered"
        self.start()
        at = ("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
        slow = [socket.create_connection(at, program.DEADLINE) for _ in range(40)]
        for sock in slow:
            self.addCleanup(sock.close)
            sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: ")
        self.assertEqual(self.get("/-/healthy"), (200, "healthy\n"))
        with socket.create_connection(at, program.DEADLINE) as sock:
            try:
                sock.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 9000 + b"\r\n")
                self.assertIn(b" 431 ", sock.recv(64))
            except ConnectionError:
                pass                    # refused amid it
        with socket.create_connection(at, program.DEADLINE) as sock:
            sock.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
            sock.shutdown(socket.SHUT_WR)
            self.assertIn(b" 200 ", sock.recv(64))
        self.assertEqual(self.get("/-/healthy"), (200, "healthy\n"))

    def healthy_at_once(self):
        with socket.create_connection(self.at, 1) as sock:
            sock.settimeout(1)
            sock.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
            self.assertIn(b" 200 ", sock.recv(64))

    def test_what_is_too_long_or_no_http_is_answered_at_once(self):
        self.start()
        self.at = ("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
        noise = bytes(i * i % 251 for i in range(60000))
        for said, answers in ((b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n", (b" 414 ",)),
                              (b"GET / HTTP/1.1\r\nHost: " + b"a" * 60000 + b"\r\n\r\n", (b" 431 ",)),
                              (b"GET / HTTP/1.1\r\nHost: " + b"a" * 16300 + b"\r\n\r\n", (b" 431 ",)),
                              (b"GET /" + b"a" * 12000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (b" 431 ",)),
                              (b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (b" 404 ",)),
                              (noise, (b" 400 ", b" 414 ")), (b"\xff" * 60000, (b" 414 ",))):
            with self.subTest(said[:30]), socket.create_connection(self.at, program.DEADLINE) as sock:
                sock.settimeout(2)
                try:
                    sock.sendall(said)
                    heard = sock.recv(64)
                    self.assertTrue(not heard or any(a in heard for a in answers), heard)
                except ConnectionError:
                    pass                # closed amid it
                self.healthy_at_once()
        with socket.create_connection(self.at, program.DEADLINE) as sock:
            for octet in b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 1\r\n\r\n":
                sock.sendall(bytes((octet,)))
            sock.settimeout(2)
            self.assertIn(b" 200 ", sock.recv(64))

    def test_more_connections_than_it_has_room_for(self):
        "the oldest that say nothing make room, at once"
        self.start()
        self.at = ("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
        silent = []
        for i in range(700):
            sock = socket.create_connection(self.at, program.DEADLINE)
            self.addCleanup(sock.close)
            sock.settimeout(program.DEADLINE)
            silent.append(sock)
            if i % 100 == 99:
                self.healthy_at_once()
        self.assertEqual(silent[0].recv(1), b"")
        silent[-1].sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
        self.assertIn(b" 200 ", silent[-1].recv(64))

    def test_more_probes_than_may_run_at_once(self):
        with Server(lambda p: p.until_gone()) as server:
            self.start("--allow-port", str(server.port))
            self.at = ("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
            asking, heard = [], []
            for _ in range(80):
                sock = socket.create_connection(self.at, program.DEADLINE)
                self.addCleanup(sock.close)
                sock.settimeout(program.DEADLINE)
                sock.sendall(f"GET /probe?target=127.0.0.1:{server.port}&module=smtp HTTP/1.0\r\n"
                             "X-Prometheus-Scrape-Timeout-Seconds: 4\r\n\r\n".encode())
                asking.append(sock)
            self.healthy_at_once()
            silent = [socket.create_connection(self.at, program.DEADLINE) for _ in range(400)]
            for sock in silent:
                self.addCleanup(sock.close)
            self.healthy_at_once()
            for sock in asking:         # who waits for an answer is not closed for another
                heard.append(sock.recv(12))
            self.assertEqual((heard.count(b"HTTP/1.1 200"), heard.count(b"HTTP/1.1 503")), (64, 16), heard)
        self.assertIn("smtpsh_probes_in_flight 0\n", self.get("/metrics")[1])

    def test_the_scrape_timeout_is_honoured(self):
        with Server(lambda p: p.until_gone()) as server:
            self.start("--allow-port", str(server.port))
            status, text = self.get(f"/probe?target=127.0.0.1:{server.port}&module=smtp",
                                    **{"X-Prometheus-Scrape-Timeout-Seconds": "1"})
        self.assertIn("probe_timeout_seconds 0.5\n", text)
        self.assertIn('reason="timeout"', text)


class Document(html.parser.HTMLParser):
    """What a page is made of: its tags with their attributes, what they point at, and its text by the tag it is in."""

    EMPTY = {"meta", "link", "input", "rect", "br"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open, self.rows, self.wrong = [], [], [], [], []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.links += [value for name, value in attributes if name in ("src", "href", "action", "srcset", "data", "poster", "formaction")]
        self.wrong += [name for name in found if name.startswith("on") or name == "style"]
        if tag == "details":
            self.rows.append({"open": "open" in found, "summary": "", "text": ""})
        if tag not in self.EMPTY or (tag == "rect" and not self.get_starttag_text().endswith("/>")):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("/" + tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data
        if self.rows and "details" in self.open:
            self.rows[-1]["summary" if "summary" in self.open else "text"] += data


class Page(Exporting):
    def page(self, path="/", **headers):
        status, text = self.get(path, **headers)
        self.assertEqual(status, 200, text)
        found = Document(text)
        self.assertEqual((found.wrong, found.open), ([], []), text)
        self.assertEqual({tag for tag, _ in found.tags} & {"script", "style", "img", "iframe", "object", "embed", "base", "foreignobject"}, set())
        self.assertLessEqual(set(found.links), {"/", "/try", "/style.css", "/metrics", "/config", "data:,"})
        return found

    def test_a_form_probes_and_the_last_ones_are_kept(self):
        with program.Serve("--tls=off") as server:
            self.start("--history", "2", "--allow-port", str(server.port))
            first = self.page()
            self.assertEqual(first.rows, [])
            fields = {f["name"]: tag for tag, f in first.tags if "name" in f and tag in ("input", "select")}
            self.assertEqual(fields, {"target": "input", "module": "select"})
            self.assertIn(("form", {"action": "/try", "method": "get"}), first.tags)
            for module in ("smtp", "mx_sts"):
                self.assertIn(module, first.text)
            for module in ("smtp", "smtp_rcpt", "smtp_starttls"):
                self.get(f"/probe?target={server.where}&module={module}")
            rows = self.page().rows
            self.assertEqual([re.search(r"(OK|WARNING|CRITICAL) (\S+) (\S+)", r["summary"]).groups() for r in rows],
                             [("CRITICAL", server.where, "smtp_starttls"), ("WARNING", server.where, "smtp_rcpt")])
            self.assertRegex(rows[0]["summary"], r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC ")
            self.assertIn("Next: ", rows[0]["text"])
            self.assertRegex(rows[1]["text"], r"(?s)rcpt.*250 2\.1\.5.*-> RCPT TO:<postmaster>")
            tried = self.page(f"/try?target={server.where}&module=smtp")
            self.assertEqual([r["open"] for r in tried.rows], [True, False, False])       # its own, then those kept before
            self.assertIn(("svg"), [tag for tag, _ in tried.tags])
            self.assertEqual(len(self.page().rows), 2)
        self.assertIn('smtpsh_probes_total{module="smtp",result="success"} 2\n', self.get("/metrics")[1])

    def test_nothing_is_kept_unless_asked_for(self):
        with program.Serve() as server:
            self.start("--allow-port", str(server.port))
            self.get(f"/probe?target={server.where}&module=smtp")
            self.assertEqual(len(self.page(f"/try?target={server.where}&module=smtp").rows), 1)
            found = self.page()
        self.assertEqual(found.rows, [])
        self.assertIn("--history", found.text)
        for wrong in ("501", "-1", "x"):
            self.assertIn("--history", program.run("exporter", "--history", wrong).stderr)

    def test_what_a_peer_sends_stays_text(self):
        evil = '</pre></details><script>alert(1)</script><img src=http://x.test/ onerror="a()">&lt;b&gt;\x1b]0;t\x07 \'"'
        replies = {"EHLO": f"250-{evil}\r\n250-X<b>\r\n250 SIZE 1\r\n", "MAIL": f"550 {evil}\r\n"}
        with Server(lambda p: p.say(f"220-{evil}\r\n220 {evil}\r\n").obey(replies)) as server:
            self.start("--history", "3", "--allow-port", str(server.port))
            for path in (f"/try?target=127.0.0.1:{server.port}&module=smtp_rcpt", "/"):
                found = self.page(path)
                self.assertEqual(len(found.rows), 1)
                self.assertIn("<script>alert(1)</script>", found.rows[0]["text"])
                self.assertIn("&lt;b&gt;", found.rows[0]["text"])
                self.assertNotRegex(found.text, "[\x00-\x08\x0b-\x1f\x7f]")
            for bad in ("<script>alert(1)</script>", "127.0.0.1:1%22%3E%3Cscript%3E"):
                status, text = self.get(f"/try?target={urllib.request.quote(bad, safe='%')}&module=smtp")
                self.assertIn(status, (400, 403), text)
        self.assertEqual(len(self.page().rows), 1)

    def test_a_long_dialogue_is_cut(self):
        with Server(lambda p: p.hello("".join(f"250-X{i} {'<' * 400}\r\n" for i in range(120)) + "250 SIZE\r\n").obey()) as server:
            self.start("--history", "1", "--allow-port", str(server.port))
            self.get(f"/probe?target=127.0.0.1:{server.port}&module=smtp")
            row = self.page().rows[0]
        self.assertIn("(the rest is not kept)", row["text"])
        self.assertLess(len(row["text"]), 40000)

    def test_the_lines_of_several_addresses_have_their_number(self):
        zone = {("d.example", "MX"): [(10, "mx1.d.example")], ("mx1.d.example", "A"): ["127.0.0.1", "127.0.0.2"]}
        with Server(lambda p: p.hello("250 x\r\n").obey()) as one, NameServer(zone) as dns:
            self.start("--history", "1", "--allow-port", str(one.port), "--modules",
                       self.write(f"[module all]\noptions = --mx --addresses all --tls=off --dns {dns.address} --port {one.port}\n"))
            self.get("/probe?target=d.example&module=all")
            row = self.page().rows[0]
        self.assertIn("CRITICAL d.example all ", row["summary"])
        self.assertRegex(row["text"], rf"(?s)OK mx1\.d\.example\[127\.0\.0\.1\]:{one.port}")
        self.assertRegex(row["text"], rf"(?s)CRITICAL mx1\.d\.example\[127\.0\.0\.2\]:{one.port}")
        self.assertIn("#2 ", row["text"])

    def test_no_secret_no_command_and_no_file_is_shown(self):
        secret, path = "s3cret-w0rd", self.write("x")
        forms = (secret, base64.b64encode(secret.encode()).decode(), base64.b64encode(f"\0bob\0{secret}".encode()).decode())
        login = lambda p: p.hello("250-x\r\n250 AUTH PLAIN\r\n").hear().say(f"535 no {p.heard[-1]} {secret}\r\n").obey()
        name = self.write("[module mine]\noptions = --tls=off --auth PLAIN --user bob --password-env HUSH --auth-insecure -t 9\n"
                          f'[module command]\noptions = --user -carol "--password-command=echo {secret}" --require-ext SIZE=9:\n'
                          f"[module files]\noptions = --password-file {path} --user dave --expect-ext-set={path} --proxy-protocol v1\n")
        with Server(login) as server:
            self.start("--history", "9", "--allow-port", str(server.port), "--allow-target", "127.0.0.1", "--modules", name,
                       env={"HUSH": secret})
            texts = [self.get(f"/try?target=127.0.0.1:{server.port}&module=mine")[1], self.get("/")[1], self.get("/config")[1]]
            self.assertTrue(any(forms[2] in line for line in server.peers[0].heard))         # it was said
        self.assertIn("535 no", texts[1])
        for text in texts:
            self.assertFalse([form for form in (*forms, path, name, "HUSH", "echo") if form in text], text)
        self.assertFalse([user for user in ("bob", "carol", "dave") if user in texts[2]], texts[2])
        for line in ("options = --tls=off --auth PLAIN --user ... --password-env ... --auth-insecure -t 9",
                     "options = --user ... --password-command=... --require-ext SIZE=9:",
                     "options = --password-file ... --user ... --expect-ext-set=... --proxy-protocol v1",
                     "allow-target = 127.0.0.1/32", "history = 9"):
            self.assertIn(line + "\n", texts[2])

    def test_other_sites_and_other_names_are_refused(self):
        self.start("--history", "1", "--allow-host", "mail.example", "--allow-host", "proxy.example:8443")
        port = self.url.rsplit(":", 1)[1]
        for host, want in ((f"127.0.0.1:{port}", 200), (f"localhost:{port}", 200), (f"LOCALHOST:{port}", 200), ("mail.example", 200),
                           (f"mail.example:{port}", 200), ("proxy.example:8443", 200), ("proxy.example", 403), (f"evil.test:{port}", 403),
                           (f"127.0.0.1.evil.test:{port}", 403), ("127.0.0.1:1", 403), ("", 403)):
            for path in ("/", "/config", "/style.css", "/try?target=127.0.0.1:1&module=smtp"):
                status, text = self.get(path, Host=host)
                self.assertEqual(status, 403 if path.startswith("/try") else want, (host, path, text))
                self.assertTrue(not path.startswith("/try") or want == 200 or "--allow-host" in text, text)
            self.assertEqual(self.get("/-/healthy", Host=host)[0], 200)
        self.assertRegex(self.ask(b"GET / HTTP/1.0\r\nConnection: close\r\n\r\n"), "^HTTP/1.. 403 ")
        for headers, want in (({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403), ({"Sec-Fetch-Site": "same-origin"}, 200),
                              ({"Sec-Fetch-Site": "none"}, 200), ({"Origin": "http://evil.test"}, 403), ({"Origin": "null"}, 403),
                              ({"Origin": self.url}, 200)):
            for path in ("/", "/metrics"):
                self.assertEqual(self.get(path, **headers)[0], want, headers)
            self.assertEqual(self.get("/probe?target=x", **headers)[0], 403 if want == 403 else self.get("/probe?target=x")[0])

    def test_on_every_address_only_addresses_are_its_names(self):
        process = program.Process("exporter", "--listen", "0.0.0.0:0", "--allow-target", "127.0.0.0/8", stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, program.DEADLINE)
        self.addCleanup(process.terminate)
        self.url = "http://127.0.0.1:" + process.stdout.readline().rsplit(":", 1)[1].strip()
        for host, want in (("192.0.2.1:9", 200), ("[2001:db8::1]:9", 200), ("[2001:db8::1]", 200), ("localhost:9", 403), ("a.test", 403)):
            self.assertEqual(self.get("/", Host=host)[0], want, host)

    def test_a_browser_is_told_to_run_and_load_nothing(self):
        self.start()
        for path in ("/", "/metrics", "/nowhere"):
            heard = self.ask(f"GET {path} HTTP/1.1\r\nHost: {self.url[7:]}\r\nConnection: close\r\n\r\n".encode())
            policy = re.search(r"\r\nContent-Security-Policy: ([^\r]*)\r\n", heard)[1]
            self.assertIn("default-src 'none'", policy)
            self.assertNotRegex(policy, "unsafe|script-src|https?:|\\*")
            self.assertIn("\r\nX-Content-Type-Options: nosniff\r\n", heard)
        style = self.get("/style.css")[1]
        self.assertIn("prefers-color-scheme:dark", style)
        self.assertNotRegex(style, r"url\(|@import")


if __name__ == "__main__":
    tap.main()
