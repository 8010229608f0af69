"""Damage to HDF5 files, with the checksums of their metadata made right again where asked.

The checksum of HDF5 metadata is Bob Jenkins' lookup3; with it right, a mutated header reaches
the parser that an attacker would aim at.
"""

from __future__ import annotations

import random
import struct

_MASK = 0xFFFFFFFF
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def flipped(data: bytes, at: int) -> bytes:
    """One bit of the byte at a position flipped."""
    return data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]


def mutated(data: bytes, rng: random.Random, summed: bool) -> bytes:
    """1 to 32 edits, most of them in metadata.

    Args:
        data: a good file.
        rng: decides the edits.
        summed: make the checksums of object headers and the superblock right again.
    """
    made = bytearray(data)
    spans = headers(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8, 16, 32))):
        if spans and (summed or rng.random() < 0.7):
            start, stop = rng.choice(spans)
            at = rng.randrange(start, stop)
        else:
            at = rng.randrange(len(made))
        _EDITS[rng.randrange(len(_EDITS))](made, at, rng)
    if summed:
        for start, stop in spans:
            made[stop : stop + 4] = struct.pack("<I", lookup3(bytes(made[start:stop])))
    elif rng.random() < 0.1:
        del made[rng.randrange(len(made)) :]
    return bytes(made)


def headers(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of the superblock and of each object header; the checksum follows the end."""
    found = []
    if data.startswith(_SIGNATURE) and data[8] in (2, 3):
        found.append((0, 12 + 4 * data[9]))
    at = data.find(b"OHDR")
    while at >= 0:
        flags = data[at + 5]
        size_at = at + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
        width = 1 << (flags & 3)
        size = int.from_bytes(data[size_at : size_at + width], "little")
        end = size_at + width + size
        # not a header but those letters by chance, unless its checksum says so
        if end + 4 <= len(data) and _sum_at(data, end) == lookup3(data[at:end]):
            found.append((at, end))
        at = data.find(b"OHDR", at + 4)
    return found


def _sum_at(data: bytes, at: int) -> int:
    return struct.unpack_from("<I", data, at)[0]


def _bit(made: bytearray, at: int, rng: random.Random) -> None:
    made[at] ^= 1 << rng.randrange(8)


def _byte(made: bytearray, at: int, rng: random.Random) -> None:
    made[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, rng.randrange(256)))


def _word(made: bytearray, at: int, rng: random.Random) -> None:
    size = rng.choice((2, 4, 8))
    value = rng.choice((0, 1, (1 << (8 * size - 1)) - 1, (1 << 8 * size) - 1, rng.getrandbits(31)))
    made[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")[
        : max(0, len(made) - at)
    ]


def _copy(made: bytearray, at: int, rng: random.Random) -> None:
    size = min(rng.randrange(1, 64), len(made) - at)
    other = rng.randrange(len(made) - size + 1)
    made[at : at + size] = made[other : other + size]


_EDITS = (_bit, _bit, _byte, _word, _copy)


def lookup3(data: bytes, seed: int = 0) -> int:
    """hashlittle of lookup3.c (Jenkins 2006, public domain), as HDF5 sums metadata."""
    a = b = c = (0xDEADBEEF + len(data) + seed) & _MASK
    at, left = 0, len(data)
    while left > 12:
        x, y, z = struct.unpack_from("<III", data, at)
        a, b, c = (a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK
        for shifts in ((4, 6, 8), (16, 19, 4)):
            a = (((a - c) & _MASK) ^ _rotate(c, shifts[0])) & _MASK
            c = (c + b) & _MASK
            b = (((b - a) & _MASK) ^ _rotate(a, shifts[1])) & _MASK
            a = (a + c) & _MASK
            c = (((c - b) & _MASK) ^ _rotate(b, shifts[2])) & _MASK
            b = (b + a) & _MASK
        at, left = at + 12, left - 12
    if not left:
        return c
    x, y, z = struct.unpack("<III", data[at:].ljust(12, b"\0"))
    a, b, c = (a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK
    for p, q, shift in (("c", "b", 14), ("a", "c", 11), ("b", "a", 25), ("c", "b", 16),
                        ("a", "c", 4), ("b", "a", 14), ("c", "b", 24)):  # fmt: skip
        values = {"a": a, "b": b, "c": c}
        values[p] = ((values[p] ^ values[q]) - _rotate(values[q], shift)) & _MASK
        a, b, c = values["a"], values["b"], values["c"]
    return c


def _rotate(x: int, k: int) -> int:
    return ((x << k) | (x >> (32 - k))) & _MASK
