"""What the name servers say at the prompt: a late note above a half-typed line, the list of MX, another of them."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from nameserver import NameServer
from terminal import PROMPT, Terminal

ZONE = {
    ("bare.test", "A"): ["127.0.0.1"], ("bare.test", "MX"): [(10, "mx1.bare.test")],
    ("two.test", "MX"): [(10, "mx1.bare.test"), (20, "bare.test")], ("mx1.bare.test", "A"): ["127.0.0.1"],
}


class Names(unittest.TestCase):
    def test_where_the_mail_goes_delays_nothing(self):
        "the MX is asked for beside the address; its note comes when it comes, above what is being typed"
        with NameServer(ZONE) as dns, program.Serve("--listen", "127.0.0.1:0") as server:
            dns.hold.add(("bare.test", "MX"))
            with Terminal("--dns", dns.address, "bare.test", str(server.port)) as t:
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.type("NO")
                t.until("NO")
                t.never("mail for")
                dns.release()
                t.until("@bare.test")
                t.until("NO")
                t.line("OP")
                t.until("Ok")

    def test_mx_and_use(self):
        with NameServer(ZONE) as dns, program.Serve("--listen", "127.0.0.1:0") as server:
            with Terminal("--dns", dns.address, "-p", str(server.port), "@two.test") as t:
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.line("/use 2")
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.line("/mx")
                t.shows("20 bare.test      127.0.0.1 (this connection)")

    def test_use_by_name_with_tab(self):
        with NameServer(ZONE) as dns, program.Serve("--listen", "127.0.0.1:0") as server:
            with Terminal("--dns", dns.address, "-p", str(server.port), "@two.test") as t:
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.type("/use b\t")
                t.shows("> /use bare.test")
                t.type("\r")
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.type("/use 12\t")
                t.shows("> /use 127.0.0.1")
                t.type("\r")
                t.until("ESMTP")
                t.prompt(PROMPT)
                t.line("/mx")
                t.shows("10 mx1.bare.test  127.0.0.1 (this connection)")
                t.line("/use nowhere.test")
                t.until('"nowhere.test" is not listed by /mx')

    def test_a_silent_name_server_can_be_given_up(self):
        with NameServer({("silent.test", "MX"): "silent"}) as dns, Terminal("--dns", dns.address) as t:
            t.prompt(PROMPT)
            t.line("/open @silent.test")
            t.prompt("silent.test connecting>")         # ^C takes with it what is typed and not read yet
            t.type("\x03")
            t.prompt("smtpsh>", "cancelled: ")
            t.line("/open @nowhere.test")
            t.until("does not exist")


if __name__ == "__main__":
    tap.main()
