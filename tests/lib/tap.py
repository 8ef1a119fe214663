"""Runs the unittest cases of a module and tells of each in TAP, so that meson counts them. Called last in a test file."""
import os
import signal
import sys
import traceback
import unittest


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.bad = False

    def _say(self, ok, test, rest=""):
        self.number += 1
        name = str(test.id()).split(".", 1)[-1].rstrip(")")     # of a class that was skipped whole: "setUpClass (__main__.Class)"
        doc = test.shortDescription()
        print(f"{'ok' if ok else 'not ok'} {self.number} - {name}{': ' + doc if doc else ''}{rest}", flush=True)

    def _fail(self, test, err):
        self.bad = True
        self._say(False, test)
        for line in "".join(traceback.format_exception(*err)).splitlines():
            print("# " + line, flush=True)

    def addSuccess(self, test):
        self._say(True, test)

    def addSkip(self, test, reason):
        self._say(True, test, f" # SKIP {reason}")

    addFailure = addError = _fail

    def addSubTest(self, test, subtest, err):
        if err:
            self._fail(subtest, err)


def main():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)    # below nohup it is ignored, and so it would be by all that is started
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if len(sys.argv) > 1:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules["__main__"])
    result = _Result()
    suite.run(result)
    print(f"1..{result.number}", flush=True)    # last: a class that was skipped whole is one, and a subtest that failed is one more
    os._exit(1 if result.bad else 0)
