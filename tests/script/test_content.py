"""Message text goes only after a 354, an AUTH response only after a 334; after any other reply neither is ever sent, nor shown."""
import base64
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import program
import tap
from hostile import Server

NO_354 = ["200 ok", "220 go", "221 go", "235 go", "250 ok", "299 ok", "334 go", "353 go", "355 go", "399 go", "421 4.3.2 busy", "451 4.3.0 later",
          "500 what", "554 5.5.1 no", "650 no", "hello", "250-354 go\r\n550 no", "354-go\r\n550 no"]
NO_334 = ["200 ok", "220 go", "235 2.7.0 in", "250 ok", "299 ok", "335 go", "354 go", "421 4.3.2 busy", "454 4.7.0 later", "500 what",
          "504 5.5.4 mechanism", "535 5.7.8 no", "650 no"]
TEXT = ["Subject: x", "", "RSET", "/ext", "QUIT", "S: 250", "# no comment", "NOOP"]
BEFORE = ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]


def b64(text):
    return base64.b64encode(text.encode()).decode()


def answering(replies, ehlo="250-h\r\n250 AUTH LOGIN PLAIN CRAM-MD5\r\n"):
    def behaviour(p):
        p.hello(ehlo)
        known = {"QUIT": "221 bye", **replies}
        for verb in p.verbs():
            reply = known.get(verb, known.get(p.heard[-1], "250 ok"))
            p.say(reply + "\r\n")
            if verb == "QUIT":
                return p.close()
        return p
    return behaviour


class Content(unittest.TestCase):
    def play(self, lines, replies, *options, how="pipe"):
        with Server(answering(replies)) as server:
            target = f"127.0.0.1:{server.port}"
            if how == "-c":
                done = program.run(target, *[w for line in lines for w in ("-c", line)], *options)
            elif how == "-f":
                with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
                    f.write("\n".join(lines) + "\n")
                    f.flush()
                    done = program.run(target, "-f", f.name, *options)
            else:
                done = program.run(target, *options, input="\n".join(lines) + "\n")
            return done, server.peers[0].heard

    def test_message_lines(self):
        for how in "pipe", "-f", "-c":
            for reply in NO_354 if how == "pipe" else NO_354[4:8]:
                with self.subTest(how, reply=reply):
                    done, heard = self.play([*BEFORE, "DATA", *TEXT, ".", "NOOP behind"], {"DATA": reply}, how=how)
                    self.assertEqual([h for h in heard if h != "QUIT"], [*BEFORE, "DATA", "NOOP behind"], done.stdout)
                    self.assertEqual(done.returncode, {"4": 6, "5": 7}.get(reply[0], 10), done.stdout)
                    self.assertIn(f"message not sent ({len(TEXT) + 1} lines)", done.stdout)

    def test_the_code_may_be_asked_for_and_still_nothing_goes(self):
        done, heard = self.play([*BEFORE, "DATA", "S: 250", *TEXT, ".", "NOOP"], {"DATA": "250 ok"})
        self.assertEqual((done.returncode, heard[-2:]), (0, ["NOOP", "QUIT"]), done.stdout)
        for pattern in "2xx", "*", "251", "354":
            done, heard = self.play([*BEFORE, "DATA", f"S: {pattern}", *TEXT, ".", "NOOP"], {"DATA": "250 ok"})
            self.assertEqual((done.returncode, heard[-3:]), (1, ["DATA", "NOOP", "QUIT"]), done.stdout)

    def test_no_s_line_judges_what_was_not_sent(self):
        done, heard = self.play([*BEFORE, "DATA", "Subject: x", ".", "S: 250", "NOOP"], {"DATA": "250 ok"})
        self.assertEqual((done.returncode, heard[-3:]), (10, ["DATA", "NOOP", "QUIT"]), done.stdout)

    def test_responses(self):
        user, password = b64("alice@example.org"), b64("correct horse")
        for reply in NO_334:
            for start, replies in ((["AUTH LOGIN"], {"AUTH": reply}), (["AUTH LOGIN", user], {"AUTH": "334 VXNlcm5hbWU6", user: reply})):
                if reply.startswith("235") and len(start) == 2:
                    continue
                for options in (), ("--format", "json"):
                    with self.subTest(reply, start=start, options=options), tempfile.TemporaryDirectory() as folder:
                        log = os.path.join(folder, "log")
                        done, heard = self.play(["EHLO a.example", *start, *([user] if len(start) == 1 else []), password, "not base64!", "/ext", "NOOP"],
                                                replies, "--log", log, *options)
                        self.assertEqual([h for h in heard if h not in ("QUIT",)], ["EHLO a.example", *start, "NOOP"], done.stdout)
                        self.assertNotEqual(done.returncode, 0)
                        for where in done.stdout, done.stderr, open(log).read():
                            for secret in password, "correct horse", "not base64!":
                                self.assertNotIn(secret, where)

    def test_a_command_of_ours_is_no_response(self):
        done, heard = self.play(["EHLO a.example", "AUTH LOGIN", "/ext", "NOOP"], {"AUTH": "504 5.5.4 no"}, "--format", "json")
        self.assertIn("offers", [json.loads(line)["event"] for line in done.stdout.splitlines()])
        self.assertEqual(heard, ["EHLO a.example", "AUTH LOGIN", "NOOP", "QUIT"])

    def test_behind_a_group(self):
        for step in '/pipeline "RCPT TO:<e@f.example>" "DATA"', r'/raw "DATA\r\n"':
            done, heard = self.play([*BEFORE, step, *TEXT, ".", "NOOP behind"], {"DATA": "250 ok"})
            self.assertEqual(heard[-3:], ["DATA", "NOOP behind", "QUIT"], done.stdout)

    def test_scripts_that_take_any_reply(self):
        text = "\n".join("C: " + line for line in ["Subject: x", "", "RSET", "QUIT", "."])
        for pattern, replies in (("*", NO_354), ("2xx", ["250 ok", "299 ok"]), ("3xx", ["334 go", "355 go"]), ("550|354", ["550 no"])):
            for reply in replies:
                with self.subTest(pattern, reply=reply), tempfile.NamedTemporaryFile("w", suffix=".smtp") as f:
                    f.write("\n".join("C: " + line for line in BEFORE) + f"\nC: DATA\nS: {pattern}\n{text}\nC: NOOP\nS: *\n")
                    f.flush()
                    with Server(answering({"DATA": reply})) as server:
                        done = program.run("replay", "--against", f"127.0.0.1:{server.port}", f.name)
                    self.assertEqual([h for h in server.peers[0].heard if h != "QUIT"], [*BEFORE, "DATA"], done.stdout)
                    self.assertEqual(server.peers[0].heard.count("QUIT") <= 1 and done.returncode != 0, True, done.stdout)

    def test_a_script_that_takes_any_reply_and_gets_354(self):
        with tempfile.NamedTemporaryFile("w", suffix=".smtp") as f:
            f.write("\n".join("C: " + line for line in BEFORE) + "\nC: DATA\nS: *\nC: Subject: x\nC:\nC: RSET\nC: .\nS: 250\nC: NOOP\nS: 250\n")
            f.flush()
            with Server(lambda p: p.hello("250 h\r\n").obey()) as server:
                done = program.run("replay", "--against", f"127.0.0.1:{server.port}", f.name)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(server.peers[0].heard[3:-1], ["DATA", "Subject: x", "", "RSET", ".", "NOOP"])

    def test_a_response_in_a_script_that_takes_any_reply(self):
        secret = b64("correct horse")
        for reply in "250 ok", "235 in", "504 no":
            with tempfile.NamedTemporaryFile("w", suffix=".smtp") as f:
                f.write(f"C: EHLO a.example\nS: *\nC: AUTH LOGIN\nS: *\nC: {secret}\nS: *\nC: NOOP\nS: *\n")
                f.flush()
                with Server(answering({"AUTH": reply})) as server:
                    program.run("replay", "--against", f"127.0.0.1:{server.port}", f.name)
                self.assertNotIn(secret, server.peers[0].heard)


if __name__ == "__main__":
    tap.main()
