"""Folders are rooms: what a file includes, and what its object calls, is of its own room or of one that it may enter."""
import concurrent.futures
import functools
import glob
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SRC = os.path.join(ROOT, "src")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import program
import tap

BUILD = os.path.join(os.path.dirname(program.SMTPSH), "..")     # where config.h is

# A room and the rooms it may enter besides its own.
BELOW_RUN = ["base", "smtp", "net"]
MAY = {
    "base": [],
    "smtp": ["base"],
    "net": ["base"],
    "run/route": BELOW_RUN,
    "run/message": BELOW_RUN,
}
MAY["run/diagnosis"] = [*BELOW_RUN, "run/route", "run/message"]
MAY["run/sender"] = [*BELOW_RUN, "run/route", "run/diagnosis"]
MAY["run/session"] = [*MAY["run/diagnosis"], "run/diagnosis"]
MAY["run/session/steps"] = [*MAY["run/session"], "run/session"]
MAY["run/script"] = [*MAY["run/session/steps"], "run/session/steps"]
MAY["run/play"] = MAY["run/serve"] = [*MAY["run/script"], "run/script"]
MAY["run/probe"] = [*MAY["run/play"], "run/play", "run/sender"]
MAY["run/check"] = [*MAY["run/probe"], "run/probe"]
MAY["ui/show"] = [room for room in MAY if not room.startswith("ui/")]
MAY["ui/edit"] = MAY["ui/options"] = [*MAY["ui/show"], "ui/show"]
MAY["ui/report"] = [*MAY["ui/options"], "ui/options"]
MAY["ui/prompt"] = [*MAY["ui/options"], "ui/options", "ui/edit"]
MAY["ui/prompt/commands"] = [*MAY["ui/prompt"], "ui/prompt", "ui/report"]
MAY["ui/cmd"] = [room for room in MAY if room != "ui/cmd"]

# State machines in several files: play_impl.h and edit_impl.h say how these belong together. The table of the subcommands
# has those that run another one.
MACHINES = [frozenset(f"{machine}_{name}.c.o" for name in names) for machine, names in (
    ("run_play", ("play", "play_exchange", "play_item", "play_words")), ("ui_edit", ("draw", "edit", "keys", "terminal")),
    ("ui_cmd", ("commands", "cmd_help", "cmd_talk")))]


def files(end):
    """Each file and its room."""
    for folder, _, names in os.walk(SRC):
        for name in sorted(names):
            room = os.path.relpath(folder, SRC)
            if name.endswith(end) and room != ".":
                yield room, os.path.join(room, name)


def includes(path):
    with open(os.path.join(SRC, path), encoding="utf-8") as f:
        return re.findall(r'^#include "([\w/]+\.h)"', f.read(), re.M)


@functools.cache
def objects():
    """Each object of the program: its room, its file, what it defines and what it wants."""
    found = []
    for room in MAY:
        folder = room.replace("/", "-")
        for path in glob.glob(os.path.join(BUILD, "src", f"lib{folder}.a.p", "*.o")):
            listed = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
            words = [line.split() for line in listed.splitlines()]
            found.append((room, os.path.basename(path), {w[2] for w in words if len(w) == 3 and w[1].isupper()},
                          {w[1] for w in words if len(w) == 2 and w[0] == "U"}))
    return found


class Rooms(unittest.TestCase):
    def test_every_folder_is_a_room(self):
        self.assertEqual(sorted({room for room, _ in files((".c", ".h"))}), sorted(MAY))

    def test_includes_stay_in_the_rooms_that_may_be_entered(self):
        wrong = [f"src/{path} includes {other}" for room, path in files((".c", ".h")) for other in includes(path)
                 if "/" in other and os.path.dirname(other) not in [room, *MAY[room]]]
        self.assertEqual(wrong, [])

    def test_symbols_stay_in_the_rooms_that_may_be_entered(self):
        found = objects()
        self.assertGreater(len(found), 200)
        home = {symbol: room for room, _, defined, _ in found for symbol in defined}
        wrong = [f"{room}: {name} uses {symbol} of {home[symbol]}" for room, name, _, wanted in found for symbol in sorted(wanted)
                 if symbol in home and home[symbol] not in [room, *MAY[room]]]
        self.assertEqual(wrong, [])

    def test_a_circle_of_files_is_one_state_machine(self):
        """Files that need each other are one thing in several files: no more than two, but for those that a comment names."""
        found = objects()
        home = {symbol: name for _, name, defined, _ in found for symbol in defined}
        uses = {name: {home[symbol] for symbol in wanted if symbol in home} - {name} for _, name, _, wanted in found}
        reached = {name: set(others) for name, others in uses.items()}
        work = list(reached)
        while work:                                 # what is reached from a file, by way of others
            name = work.pop()
            more = set().union(*(reached[other] for other in reached[name])) - reached[name]
            if more:
                reached[name] |= more
                work += [other for other in uses if name in reached[other]] + [name]
        circles = {frozenset(other for other in reached[name] if name in reached[other]) for name in reached if name in reached[name]}
        self.assertEqual([sorted(circle) for circle in circles if len(circle) > 2
                          and not any(circle <= machine for machine in MACHINES)], [])

    def test_a_private_header_stays_in_its_room(self):
        wrong = [f"src/{path} includes {other}" for room, path in files((".c", ".h")) for other in includes(path)
                 if re.search(r"_(?:priv|impl)\.h$", other) and os.path.dirname(other) != room]
        self.assertEqual(wrong, [])

    def test_each_header_stands_alone(self):
        compiler = [*os.environ.get("CC", "cc").split(), "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-I", SRC, "-I", BUILD, "-x", "c", "-"]

        def compiled(path):
            done = subprocess.run(compiler, input=f'#include "{path}"\n', text=True, capture_output=True, check=False)
            return path + "\n" + done.stderr if done.returncode else ""

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            self.assertEqual([text for text in pool.map(compiled, [path for _, path in files(".h")]) if text], [])


if __name__ == "__main__":
    tap.main()
