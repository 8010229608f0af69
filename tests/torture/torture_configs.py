"""Mistaken configuration files: mutated by the grammar of TOML, and by bytes."""

from __future__ import annotations

import random
import re

SEEDS = (
    """\
# a comment, é
name = "phase-2x1"
n_features = 2
n_hidden = 1
batch_size = 64
n_steps = 2_000
engine = "sampled"
draws = "shared"
distribution = { name = "sparse_uniform", density = 0.1, amplitude = "signed_uniform" }
importance = { name = "last_relative", ratio = 1.0 }
model = { name = "relu_hidden", activation = "gelu" }
optimizer = { name = "adamw", learning_rate = 1e-2, weight_decay = 1e-2, schedule = "cosine" }
init = { name = "normal", std = 0.5 }
record = { n_losses = 5, snapshots = 3 }
[regularizers.hidden_l1]
coefficient = 0.5
[sweep]
seed = 0
n_seeds = 3
axes = [ { path = "distribution.density", geomspace = [1.0, 0.01, 4] },
         { path = "importance.ratio", values = [0.1, 1, 10.0] } ]
[scale.small]
n_steps = 10
""",
    """\
n_features = 5
n_hidden = 2
importance = { name = "geometric", base = 0.9 }
optimizer.name = "sgd"
optimizer.learning_rate = 0.1
[distribution]
name = "sparse_uniform"
density = [0.1, 0.2, 0.3, 0.4, 0.5]
[sweep]
axes = [ { path = "n_hidden", values = [1, 2, 3] }, { path = "optimizer", values = ["sgd", "adam"] } ]
""",  # noqa: E501
)
VALUES = [
    *("0", "-1", "1", "true", "false", "nan", "-nan", "inf", "-inf", "1e308", "1e999", "-0.0"),
    *("9223372036854775807", "9223372036854775808", "1_000_000_000_000", "0x7f", "0o17", "0b1"),
    *("010", "1e-3", ".5", "1.", "''", '""', "'adam'", '"sparse_uniform"', '"\\u0000"', "[]", "{}"),
    *("[1, 2, 3]", "[[1], [2]]", '["a", 1]', '{ name = "adam" }', '{ name = 3 }', "{ a = {} }"),
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", '"""multi\nline"""', "'''raw\n'''"),
    *('"' + "x" * 5000 + '"', "9" * 5000, "[" * 60 + "]" * 60, '"\\u202e"', '"../../etc/passwd"'),
    *('"<script>"', '"=cmd()"', '"$(id)"', '"%s%n"', '"\\u001b[31m"', "no", "~"),
    *("1:2", "&a [*a]", "null", "{ a = { b = 1 } }"),
]  # fmt: skip
KEYS = ["n_feature", "seed", "sweep", "axes", "__class__", "name", "density", "'a b'", '""',
        "distribution.density.x", "optimizer", "scale", "record.x", "path", "\u202e",
        "0"]  # fmt: skip
PATHS = ["", ".", "..", "n_hidden", "record.n_losses", "model.name", "a.b.c", "distribution",
         "optimizer.schedule.final", "../x", "name", "sweep.seed", "init.std"]  # fmt: skip


def mutated(kind: str, number: int) -> bytes:
    """A mutated file; the same for the same arguments.

    Args:
        kind: "grammar" or "bytes".
        number: which.
    """
    rng = random.Random(f"{kind} {number}")
    text = rng.choice(SEEDS)
    if kind == "bytes":
        return _bytes(text.encode(), rng)
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = rng.choice(_GRAMMAR)(text, rng)
    return text.encode(errors="surrogatepass")


def _bytes(data: bytes, rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.randrange(len(made) + 1)
        edit = rng.randrange(5)
        if edit == 0:
            made[at:at] = bytes([rng.randrange(256)])
        elif edit == 1:
            del made[at : at + rng.randrange(1, 9)]
        elif edit == 2 and at < len(made):
            made[at] ^= 1 << rng.randrange(8)
        elif edit == 3:
            made[at:at] = rng.choice((b"\0", b"\xff", b"[", b"{", b'"', b"'", b"\n", b"=", b"."))
        else:
            made[at:at] = made[at : at + rng.randrange(1, 40)] * rng.randint(1, 3)
        if not made:
            break
    return bytes(made)


def _value(text: str, rng: random.Random) -> str:
    """Another value, at the top level or inside a table or list."""
    spots = list(re.finditer(r"(?<=[=,\[] )[^,\]\[}{\n=]+|(?<=\[)[\d.]+", text))
    if not spots:
        return text
    spot = rng.choice(spots)
    return text[: spot.start()] + rng.choice(VALUES) + text[spot.end() :]


def _key(text: str, rng: random.Random) -> str:
    spot = rng.choice(list(re.finditer(r"\b[a-z_]+(?= =)", text)) or [None])
    if spot is None:
        return text
    return text[: spot.start()] + rng.choice(KEYS) + text[spot.end() :]


def _path(text: str, rng: random.Random) -> str:
    spots = list(re.finditer(r'(?<=path = ")[^"]*', text))
    if not spots:
        return text
    spot = rng.choice(spots)
    return text[: spot.start()] + rng.choice(PATHS) + text[spot.end() :]


def _drop(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[rng.randrange(len(lines)) : rng.randrange(len(lines)) + 1]
    return "".join(lines) or "\n"


def _double(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    lines.insert(rng.randrange(len(lines)), lines[at])
    return "".join(lines)


def _insert(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines) + 1), f"{rng.choice(KEYS)} = {rng.choice(VALUES)}\n")
    return "".join(lines)


_GRAMMAR = (_value, _value, _value, _key, _path, _drop, _double, _insert)

#: files that ask for more than any machine has: refused by arithmetic, before JAX is imported
BOMBS = {
    "10^12 cells": "[sweep]\naxes = [{path='distribution.density', linspace=[0.1, 1, 1_000_000]},"
    " {path='importance.ratio', linspace=[0.1, 1, 1_000_000]}]\nimportance = 'last_relative'",
    "10^12 seeds": "[sweep]\nn_seeds = 1_000_000_000_000",
    "10^9 features": "n_features = 1_000_000_000",
    "2^63 features": "n_features = 9223372036854775808",
    "2^63 steps": "n_steps = 9223372036854775808",
    "10^308": "n_steps = 1e308",
    "10^999": "distribution = { name = 'sparse_uniform', density = 1e999 }",
    "10^12 values": "[sweep]\naxes = [{path='distribution.density',"
    " linspace=[0.1, 1, 1_000_000_000_000]}]",
    "5,000 digits": "n_steps = " + "9" * 5000,
    "3,000 brackets": "x = " + "[" * 3000,
    "3,000 tables": "x = " + "{a=" * 3000,
    "3,000 dotted words": "x." * 3000 + "y = 1",
    "aliases of YAML": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]",
    "a million keys": "\n".join(f"k{i} = 1" for i in range(60_000)),
    "a long line": "name = '" + "x" * 1_000_000 + "'",
    "100 MB": None,
    "a gigabyte of snapshots": "record = { snapshots = 10_000_000_000_000 }",
    "a list of a million": "distribution = { name = 'sparse_uniform', density = ["
    + "0.5," * 200_000 + "] }",
}  # fmt: skip
