"""/check at the prompt: the report comes beside the session, which goes on."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer
from terminal import Terminal

DOMAIN, MX = "check.test", "mx1.check.test"


class Check(unittest.TestCase):
    def open(self, dns, port):
        t = Terminal("--dns", dns.address, "-p", str(port), "@" + DOMAIN, NO_COLOR="1")
        self.addCleanup(t.__exit__)
        t.prompt(f"{MX}:{port}>")
        return t

    def test_the_session_s_server_is_checked_while_it_goes_on(self):
        zone = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"]}
        with program.Serve("--tls=off") as server, NameServer(zone) as dns:
            t = self.open(dns, server.port)
            t.line("/check")
            t.shows(f"postmaster@{DOMAIN}", "ordinary senders", "1 connection to " + MX)
            t.line("NOOP")
            t.shows("<-  250 2.0.0")

    def test_a_check_can_be_stopped_and_what_is_no_target_is_told(self):
        zone = {(DOMAIN, "MX"): [(10, MX)], (MX, "A"): ["127.0.0.1"], ("slow.test", "MX"): "silent"}
        with program.Serve("--tls=off") as server, NameServer(zone) as dns:
            t = self.open(dns, server.port)
            t.line("/check bob@slow.test")
            t.shows("/check stop")
            t.line("/check stop")
            t.shows("bob@slow.test: unknown")
            t.line("/check unix:/x")
            t.shows("is not an address, domain or host")


if __name__ == "__main__":
    tap.main()
