"""Every reply in every place: alone, early, twice, in pieces and cut. What belongs there is written here from the RFCs, not read
from the program, and nothing that does not belong is ever a success, or lets go of a message or of a login."""
import concurrent.futures
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import Server

CODES = 220, 221, 235, 250, 251, 252, 334, 353, 354, 421, 450, 550, 200, 299
ANOTHERS = 220, 221, 235, 334, 353, 354         # each answers one command, or a stage of one, and nothing else
MANNERS = "alone", "split", "early", "doubled", "cut"

OFFER = "250-h.example\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
SECRET = "AGEAYmNkZWZn"                         # PLAIN, user "a", password "bcdefg"
TEXT = "RSET marked body"
HELLO, MAIL, RCPT = "EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"


class Place:
    """`verb` asks; `own` answers it (RFC 5321 4.3.2, or the extension's document); `hands_over`: what follows a success is no
    command, so that 250 would end what only begins. `before` and `lines` are what a pipe says up to it, and from it on."""

    def __init__(self, verb, own, lines, before=(HELLO,), hands_over=False, answers=None):
        self.verb, self.own, self.lines, self.before, self.hands_over = verb, own, list(lines), list(before), hands_over
        self.answers = answers or verb

    def standing(self, code):
        if code >= 400 or code in self.own:
            return "fits"
        return "out_of_step" if code in ANOTHERS or (code == 250 and self.hands_over) else "unlisted"

    def is_good(self, code):
        """Listed, or a 2yz of no meaning of its own where 2yz is success: the first digit counts (RFC 5321 4.3.2)."""
        standing = self.standing(code)
        return code < 400 and (standing == "fits" or (standing == "unlisted" and not self.hands_over and code // 100 == 2))


MESSAGE = ["DATA", "Subject: x", "", TEXT, "."]
PLACES = {
    "greeting": Place("greeting", [220], [], before=[], answers="banner"),
    "EHLO": Place("EHLO", [250], [HELLO], before=[]),
    "HELO": Place("HELO", [250], ["HELO a.example"], before=[]),
    "LHLO": Place("LHLO", [250], ["LHLO a.example"], before=[]),                            # RFC 2033 4.1
    "MAIL": Place("MAIL", [250], [MAIL]),
    "RCPT": Place("RCPT", [250, 251], [RCPT], [HELLO, MAIL]),
    "DATA": Place("DATA", [354], MESSAGE, [HELLO, MAIL, RCPT], hands_over=True),
    "end of data": Place(".", [250], ["."], [HELLO, MAIL, RCPT, *MESSAGE[:-1]], answers="message"),
    "BDAT": Place("BDAT", [250], [f"BDAT {len(TEXT) + 2} LAST", TEXT], [HELLO, MAIL, RCPT], answers="message"),
    "RSET": Place("RSET", [250], ["RSET"]),
    "NOOP": Place("NOOP", [250], ["NOOP"]),
    "VRFY": Place("VRFY", [250, 251, 252], ["VRFY a"]),
    "HELP": Place("HELP", [211, 214], ["HELP"]),
    "STARTTLS": Place("STARTTLS", [220], ["STARTTLS"], hands_over=True),                    # RFC 3207 4
    "AUTH": Place("AUTH", [334], ["AUTH PLAIN", SECRET], hands_over=True),                  # RFC 4954 4
    "AUTH with a response": Place("AUTH", [235, 334], ["AUTH PLAIN " + SECRET], hands_over=True),
    "response": Place("response", [235, 334], [SECRET], [HELLO, "AUTH PLAIN"], hands_over=True, answers="AUTH"),
    "XCLIENT": Place("XCLIENT", [220], ["XCLIENT NAME=a"]),                                 # Postfix XCLIENT_README
    "QUIT": Place("QUIT", [221], ["QUIT"]),
}


def cases(places):
    for name in places:
        for manner in MANNERS:
            if (name, manner) != ("greeting", "early"):
                yield from ((name, manner, code) for code in CODES)


class Scripted:
    """A correct server, but for one place. `said`: it came to that; `said_334`, `said_354`: it asked for a response, for the text."""

    def __init__(self, place, manner, code):
        self.place, self.manner, self.code = place, manner, code
        self.done = self.said = self.said_334 = self.said_354 = False
        self.asked = ""                         # the code of the last reply
        self.commands = []

    def answer(self, p, verb, right):
        """False when it closed."""
        reply = f"{self.code} marked\r\n"
        if self.done or verb != self.place.verb:
            before = self.is_before(verb) and self.manner == "early" and not self.done
            self.said |= before
            self.note(right)
            p.say(right + reply if before else right)
            return True
        self.done = self.said = True
        if self.manner == "early":
            p.say("550 5.5.0 the answer\r\n")
        elif self.manner == "cut":
            p.say(reply[:6]).close()
            return False
        else:
            self.note(reply)
            for piece in list(reply) if self.manner == "split" else [reply * (1 + (self.manner == "doubled"))]:
                p.say(piece)
        if self.code == 421 and verb != "QUIT":
            p.close()
            return False
        if verb == "STARTTLS" and self.code == 220:
            p.octets()
            p.close()
            return False
        return True

    def is_before(self, verb):
        """Is this the reply that the place's own command follows?"""
        last = {"EHLO": "greeting", "HELO": "greeting", "LHLO": "greeting", "RCPT": "MAIL", "DATA": "RCPT", "BDAT": "RCPT", ".": "DATA",
                "response": "AUTH"}.get(self.place.verb, "EHLO")
        return verb == last or (verb, last) == ("LHLO", "EHLO")

    def note(self, reply):
        self.asked = reply[:3]
        self.said_334 |= self.asked == "334"
        self.said_354 |= self.asked == "354"

    def __call__(self, p):
        if not self.answer(p, "greeting", "220 h.example\r\n"):
            return
        due = None
        for _ in p.verbs():
            line = p.heard[-1]
            verb = due or line.split(" ")[0].upper()
            self.commands.append(line)
            due = None
            if verb == "BDAT":
                p.take(int(line.split()[1]))
            right = {"QUIT": "221 bye\r\n", "EHLO": OFFER, "LHLO": OFFER, "DATA": "354 go\r\n", "STARTTLS": "454 no\r\n", "response": "235 in\r\n",
                     "XCLIENT": "220 h\r\n", "AUTH": "334 \r\n" if line.count(" ") == 1 else "235 in\r\n"}.get(verb, "250 ok\r\n")
            self.asked = ""
            if not self.answer(p, verb, right):
                return
            if verb in ("AUTH", "response") and self.asked == "334":
                due = "response"
            if verb == "DATA" and self.asked == "354":
                while p.heard[-1] != ".":
                    before = len(p.heard)
                    p.hear()
                    if len(p.heard) == before:
                        return
                if not self.answer(p, ".", "250 taken\r\n"):
                    return
            if verb == "QUIT":
                p.close()
                return


def play(case, args, lines=None):
    name, manner, code = case
    script = Scripted(PLACES[name], manner, code)
    with Server(script) as server:
        done = program.run(*args, f"127.0.0.1:{server.port}", env=program.environment(PASSWORD="bcdefg"),
                           input="".join(line + "\n" for line in lines or []))
    done.events = [json.loads(line) for line in done.stdout.splitlines()]
    return script, done


class Matrix(unittest.TestCase):
    def each(self, places, check):
        """Every case, several at once, and those that are wrong together."""
        def one(case):
            try:
                return check(*case)
            except Exception as e:      # told with its case, as what a check finds wrong
                return repr(e)
        todo = list(cases(places))
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            wrong = [f"{' '.join(map(str, case))}: {found}" for case, found in zip(todo, pool.map(one, todo)) if found]
        if wrong:
            self.fail(f"{len(wrong)} of {len(todo)} are wrong:\n" + "\n".join(wrong))

    @staticmethod
    def leaked(script):
        if not script.said_354 and any(TEXT in line or "Subject" in line for line in script.commands):
            return "the message went out as commands"
        if any(line == TEXT or line.startswith("Subject") for line in script.commands):
            return "a line of the message was a command"
        if not script.said_334 and SECRET in script.commands:
            return "a response went out without a 334"
        return None

    def test_in_a_pipe(self):
        def check(name, manner, code):
            place = PLACES[name]
            script, done = play((name, manner, code), ("--format", "json"), place.before + place.lines)
            replies = [e for e in done.events if e["event"] == "reply"]
            marked = [(e["answers"], e["standing"]) for e in replies if e["code"] == code and e["lines"] == ["marked"]]
            alone, unasked = (place.answers, place.standing(code)), (None, "fits" if code == 421 else "out_of_step")
            want = {"alone": [alone], "split": [alone], "early": [unasked], "cut": [],
                    "doubled": [alone, (None, "unlisted") if code == 221 else unasked]}[manner]
            if name == "STARTTLS" and code == 220 and manner == "doubled":
                want = want[:1]         # the second is no reply but an injection (RFC 3207 6)
            if marked != want:
                return f"{marked}, not {want}"
            may_succeed = manner in ("alone", "split") and place.is_good(code)
            if not may_succeed and done.returncode == 0 and name != "QUIT":
                return "exit status 0"
            if may_succeed and done.returncode != 0 and name not in ("STARTTLS", "greeting"):
                return f"exit status {done.returncode}"
            return self.leaked(script)
        self.each(PLACES, check)

    ENVELOPE = ("--from", "a@b.example", "--to", "c@d.example")
    LOGIN = ("--auth-insecure", "--user", "a", "--password-env", "PASSWORD")
    # What makes both go there. LOGIN has no initial response.
    OPTIONS = {"STARTTLS": ("--tls=starttls",), "AUTH": ("--auth=LOGIN", *LOGIN), "AUTH with a response": ("--auth=PLAIN", *LOGIN),
               "response": ("--auth=LOGIN", *LOGIN)}

    def verdicts(self, command, places, more, is_success):
        """What is no good reply, or comes with one that nobody asked for, or is half of one, is never a success; what is, is."""
        def check(name, manner, code):
            place = PLACES[name]
            options = self.OPTIONS.get(name, ())
            if name != "STARTTLS":
                options = (*options, "--tls=off")
            if name == "BDAT":
                options = (*options, "--bdat")
            script, done = play((name, manner, code), (command, "--format", "json", "--timeout", "10s", *options, *more))
            good, whole = place.is_good(code), manner in ("alone", "split")
            # EHLO refused: HELO, which is accepted. A second reply to the end of the message comes after the verdict.
            may = good or (name == "EHLO" and code in (450, 550)) if whole else manner == "doubled" and place.answers == "message" and good
            must = whole and good and place.standing(code) == "fits" and (name, code) not in self.NO_FURTHER
            if must != is_success(done) and (must or not may):
                return f"{'no' if must else 'a'} success: {script.commands} {done.stdout[-600:]}"
            if not script.said:
                return f"never went there: {script.commands}, {done.stdout[-300:]}"
            shifted = "--pipeline" in more and (name, manner, code) == ("DATA", "early", 354)     # it did ask for the text then
            return None if shifted else self.leaked(script)
        self.each(places, check)

    SENDS = "greeting", "EHLO", "MAIL", "RCPT", "DATA", "end of data", "BDAT", "STARTTLS", "AUTH", "AUTH with a response", "response"
    NO_FURTHER = ("STARTTLS", 220), ("AUTH with a response", 334)       # no handshake is made; PLAIN has nothing more to say

    def sends(self, places, *more):
        def is_success(done):
            return done.returncode == 0 or any(r["fate"] == "accepted" for e in done.events if e["event"] == "delivery" for r in e["recipients"])
        self.verdicts("send", places, (*self.ENVELOPE, "--body", TEXT, *more), is_success)

    def test_send(self):
        self.sends(self.SENDS)

    def test_send_in_groups(self):
        self.sends(("MAIL", "RCPT", "DATA", "end of data"), "--pipeline")

    def test_send_by_lmtp(self):
        self.sends(("greeting", "LHLO", "MAIL", "RCPT", "DATA", "end of data"), "--lmtp")

    def test_probe(self):
        def is_success(done):
            return done.returncode == 0 or any(e.get("state") == "OK" for e in done.events)
        self.verdicts("probe", [p for p in self.SENDS if p != "BDAT"], (*self.ENVELOPE, "--send", "auto"), is_success)


if __name__ == "__main__":
    tap.main()
