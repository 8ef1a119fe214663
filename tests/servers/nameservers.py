"""NSD with the zones of a test, some of them signed, and Unbound before it, which validates."""
import os
import re

import packages

HEAD = "$TTL 60\n@ IN SOA ns1.bed.test. hostmaster.bed.test. 1 3600 600 86400 60\n@ IN NS ns1.bed.test.\n"


class Servers:
    """NSD on .nsd and Unbound on .unbound, both ADDRESS:PORT. `plain` and `signed` are zones, NAME: TEXT; without a text one
    cannot be loaded. Unbound trusts the keys of `signed`, of `bogus` by a wrong digest, and does not validate `insecure`."""

    def __init__(self, plain, signed, insecure, bogus=None):
        self.signed, self.insecure, self.bogus = list(signed), insecure, bogus
        self.base = os.path.join(packages.state(), "dns")
        os.makedirs(os.path.join(self.base, "unbound"))
        ports = packages.port(), packages.port()
        self.nsd, self.unbound = (f"127.0.0.1:{port}" for port in ports)
        self.zones = dict(plain, **{name: self.sign(name, text) for name, text in signed.items()})
        for name, text in self.zones.items():
            if text:
                self.write(name, text)
        self.write("nsd.conf", self.nsd_conf(ports[0]))
        self.write("unbound.conf", self.unbound_conf(*ports))
        self.running = []
        for command, conf, port in (("nsd", "nsd.conf", ports[0]), ("unbound", "unbound.conf", ports[1])):
            server = packages.start("dns", command, "-d", "-c", os.path.join(self.base, conf))
            self.running.append(server)
            packages.wait_port(port, process=server.process, log=server.log)

    def write(self, name, text):
        with open(os.path.join(self.base, name), "w") as file:
            file.write(text)

    def sign(self, zone, text):
        """The signed text; NAME.ds beside it, of the bogus zone a wrong one."""
        self.write(zone, f"$ORIGIN {zone}.\n{text}")
        key = packages.run("dns", "ldns-keygen", "-k", "-a", "ECDSAP256SHA256", zone, cwd=self.base).stdout.strip()
        done = packages.run("dns", "ldns-signzone", "-e", "20400101000000", "-i", "20200101000000", "-f", zone + ".signed", zone,
                            key, cwd=self.base)
        if not key or done.returncode != 0:
            raise AssertionError(f"{zone} cannot be signed: {done.stderr}")
        with open(os.path.join(self.base, key + ".ds")) as file:
            ds = file.read()
        self.write(zone + ".ds", re.sub(r"[0-9a-fA-F]{8}$", "deadbeef", ds.strip()) + "\n" if zone == self.bogus else ds)
        with open(os.path.join(self.base, zone + ".signed")) as file:
            return file.read()

    def nsd_conf(self, port):
        zones = "".join(f"zone:\n  name: {name}\n  zonefile: {name if text else 'missing-on-purpose'}\n"
                        for name, text in self.zones.items())
        return f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{self.base}"
  database: ""
  pidfile: "{self.base}/nsd.pid"
  zonelistfile: "{self.base}/zone.list"
  xfrdfile: "{self.base}/xfrd.state"
  xfrdir: "{self.base}"
  server-count: 1
remote-control:
  control-enable: no
{zones}"""

    def unbound_conf(self, authority, port):
        stubs = "".join(f"stub-zone:\n  name: {name}\n  stub-addr: 127.0.0.1@{authority}\n" for name in self.zones)
        anchors = "".join(f'  trust-anchor-file: "{self.base}/{name}.ds"\n' for name in self.signed)
        insecure = "".join(f'  domain-insecure: "{name}"\n' for name in self.insecure)
        return f"""server:
  interface: 127.0.0.1@{port}
  port: {port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{self.base}/unbound"
  pidfile: "{self.base}/unbound.pid"
  use-syslog: no
  do-not-query-localhost: no
  ede: yes
{insecure}  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  module-config: "validator iterator"
{anchors}remote-control:
  control-enable: no
{stubs}forward-zone:
  name: "."
  forward-addr: 127.0.0.1@9
"""

    def stop(self):
        for server in self.running:
            server.stop()
