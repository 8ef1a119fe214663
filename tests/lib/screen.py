"""What a terminal shows: the few things of an xterm that a line editor uses, so that tests compare pictures, not octets."""
import re
import unicodedata

SEQUENCE = re.compile(r"\x1b(?:\[([?>]?)([0-9;]*)([@-~])|\][^\x07\x1b]*\x07|[()].|([=>78M]))")


def width(c):
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


class Hint(str):
    """A character that was written dim: what stands there is not typed."""


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.history = []                       # rows that scrolled away
        self.cell = [self._blank() for _ in range(rows)]
        self.wrapped = [False] * rows           # this row goes on in the next one
        self.x = self.y = 0
        self.pending = False                    # the next character wraps
        self.rest = ""
        self.dim = False

    def _blank(self):
        return [" "] * self.columns

    def _scroll(self):
        self.history.append("".join(self.cell.pop(0)).rstrip())
        self.wrapped.pop(0)
        self.cell.append(self._blank())
        self.wrapped.append(False)

    def _down(self):
        if self.y == self.rows - 1:
            self._scroll()
        else:
            self.y += 1

    def _put(self, c):
        w = width(c)
        if w == 0:
            return
        if self.pending or self.x + w > self.columns:
            self.wrapped[self.y] = True
            self.x = 0
            self._down()
        self.pending = False
        self.cell[self.y][self.x] = Hint(c) if self.dim else c
        if w == 2:
            self.cell[self.y][self.x + 1] = ""
        self.x += w
        if self.x >= self.columns:
            self.x, self.pending = self.columns - 1, True

    def _control(self, c):
        self.pending = False
        if c == "\r":
            self.x = 0
        elif c == "\n":
            self._down()
        elif c == "\b":
            self.x = max(0, self.x - 1)
        elif c == "\t":
            self.x = min(self.columns - 1, (self.x // 8 + 1) * 8)

    def _erase_line(self, how):
        first = 0 if how else self.x
        last = self.x + 1 if how == 1 else self.columns
        self.cell[self.y][first:last] = [" "] * (last - first)
        if last == self.columns:
            self.wrapped[self.y] = False        # it goes on no more

    def _erase(self, how):
        if how == 2:
            self.cell = [self._blank() for _ in range(self.rows)]
            return
        self._erase_line(how)
        for y in range(0, self.y) if how == 1 else range(self.y + 1, self.rows):
            self.cell[y] = self._blank()
            self.wrapped[y] = False

    def _move(self, final, n):
        if final == "A":
            self.y = max(0, self.y - n)
        elif final == "B":
            self.y = min(self.rows - 1, self.y + n)
        elif final == "C":
            self.x = min(self.columns - 1, self.x + n)
        elif final == "D":
            self.x = max(0, self.x - n)
        elif final == "G":
            self.x = min(self.columns - 1, n - 1)

    def _sequence(self, private, numbers, final):
        n = [int(v) if v else 0 for v in numbers.split(";")]
        if final == "m" and not private:
            self.dim = n[-1] == 2
        if private or final in "mhlnt":
            return
        self.pending = False
        row = self.cell[self.y]
        if final in "ABCDG":
            self._move(final, max(1, n[0]))
        elif final == "H":
            self.y = min(self.rows, max(1, n[0])) - 1
            self.x = min(self.columns, max(1, n[1] if len(n) > 1 else 1)) - 1
        elif final == "J":
            self._erase(n[0])
        elif final == "K":
            self._erase_line(n[0])
        elif final == "P":
            del row[self.x:self.x + max(1, n[0])]
            row.extend([" "] * (self.columns - len(row)))
        elif final == "@":
            row[self.x:self.x] = [" "] * max(1, n[0])
            del row[self.columns:]
        elif final == "X":
            row[self.x:self.x + max(1, n[0])] = [" "] * max(1, n[0])
        else:
            raise AssertionError(f"the screen does not know ESC [ {numbers} {final}")

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        at = 0
        while at < len(text):
            c = text[at]
            if c == "\x1b":
                found = SEQUENCE.match(text, at)
                if not found:
                    self.rest = text[at:]
                    return
                if found.group(3):
                    self._sequence(found.group(1), found.group(2), found.group(3))
                at = found.end()
                continue
            if c >= " " and c != "\x7f":
                self._put(c)
            else:
                self._control(c)
            at += 1

    def resize(self, columns, rows):
        """As xterm with reflow does it: what was wrapped is wrapped anew."""
        lines, cursor = [], (0, 0)
        for y in range(self.rows):
            text = self.cell[y] if self.wrapped[y] else list("".join(self.cell[y]).rstrip())
            if y and self.wrapped[y - 1]:
                start = len(lines[-1])
                lines[-1] += text
            else:
                start = 0
                lines.append(text)
            if y == self.y:
                cursor = (len(lines) - 1, start + self.x)
        while len(lines) > 1 and not lines[-1] and cursor[0] < len(lines) - 1:
            lines.pop()
        fresh = Screen(columns, rows)
        fresh.history = self.history
        place = (0, 0)
        for i, line in enumerate(lines):
            if i:
                fresh.x, fresh.pending = 0, False
                fresh._down()
            base = len(fresh.history) + fresh.y
            for c in line:
                if c:
                    fresh._put(c)
            if i == cursor[0]:
                place = (base + cursor[1] // columns, cursor[1] % columns)
        self.__dict__.update(fresh.__dict__)
        self.y, self.x = max(0, min(rows - 1, place[0] - len(self.history))), place[1]

    def lines(self):
        """All rows, those that scrolled away too, without the empty ones at the end."""
        rows = self.history + ["".join(r).rstrip() for r in self.cell]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def text(self):
        return "\n".join(self.lines())

    def cursor_rows(self):
        """As it stands, and without the hint behind the cursor."""
        row = self.cell[self.y]
        typed = (c for x, c in enumerate(row) if x < self.x or not isinstance(c, Hint))
        return "".join(row).rstrip(), "".join(typed).rstrip()
