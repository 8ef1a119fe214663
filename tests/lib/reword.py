"""reword.py OUT.a LIBRARY...: an archive of the libraries' objects (ELF) in which every sentence has other words.

A string literal with a space and words of small letters is prose: the letters of each such word are shifted along the alphabet, by
how much is another matter in each object and literal, so that not even the same two sentences stay the same. What stands in it for
something else stays, a printf directive and a {field}; so does a literal of one word, which JSON and scripts have. A program linked
of it behaves as the other one does, unless some of its logic reads its own sentences.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

ALPHABET = b"abcdefghijklmnopqrstuvwxyz"
KEPT = rb"%[-+ #0-9.*]*(?:hh|h|ll|l|j|z|t|L)?[a-zA-Z%]|\{[^}]*\}|[^ a-z]*[A-Z0-9_=/@:.<>-][^ ]*"
PIECE = re.compile(rb"(" + KEPT + rb")|([a-z]{3,})")
PROSE = re.compile(rb"(?:^|[ (])[a-z]{2,}[,;:)]? (?:.* )?[(]?[a-z]{2,}")


def reword(text, salt):
    """Prose, and no piece of JSON."""
    if not PROSE.search(text) or b'":' in text:
        return text
    by = 1 + zlib.crc32(salt + text) % 25
    shifted = ALPHABET[by:] + ALPHABET[:by]
    return PIECE.sub(lambda m: m[1] if m[1] else m[2].translate(bytes.maketrans(ALPHABET, shifted)), text)


def reword_object(octets, salt):
    """Of its sections of mergeable strings, which is where a compiler puts literals."""
    sixty_four, order = octets[4] == 2, "<" if octets[5] == 1 else ">"
    at, = struct.unpack_from(order + ("Q" if sixty_four else "I"), octets, 40 if sixty_four else 32)
    size, n, names = struct.unpack_from(order + "HHH", octets, 58 if sixty_four else 46)
    section = struct.Struct(order + ("IIQQQQIIQQ" if sixty_four else "IIIIIIIIII"))
    out = bytearray(octets)
    heads = [section.unpack_from(octets, at + i * size) for i in range(n)]
    for name, _, flags, _, offset, length, *_ in heads:
        name = octets[heads[names][4] + name:].split(b"\0", 1)[0]
        if flags & 0x30 == 0x30 and name.startswith(b".rodata"):
            out[offset:offset + length] = b"\0".join(reword(text, salt) for text in octets[offset:offset + length].split(b"\0"))
    return out


def main():
    out, *libraries = map(os.path.abspath, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        objects = []
        for library in libraries:
            listed = subprocess.run(["ar", "tP" if library.endswith(".a") else "t", library], check=True, capture_output=True, text=True).stdout
            for path in listed.split():
                with open(path, "rb") as f:
                    octets = f.read()
                objects.append(os.path.join(folder, f"{len(objects)}-{os.path.basename(path)}"))
                with open(objects[-1], "wb") as f:
                    f.write(reword_object(octets, os.path.basename(path).encode()))
        if os.path.exists(out):
            os.unlink(out)
        subprocess.run(["ar", "rcsD", out, *objects], check=True)


if __name__ == "__main__":
    main()
