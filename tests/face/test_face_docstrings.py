"""Docstrings of the public names: each says what it is, and what every argument is."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import inspect
import itertools
import re
import textwrap

import pytest

import phasesim as ps

NAMESPACES = ("plot", "theory", "geometry", "metrics", "interpret")
#: classes whose methods are called by name
CLASSES = (
    "Experiment", "Record", "Sweep", "Axis", "Result", "Options", "Outcome", "Comparison",
    "PhaseBoundary",
)  # fmt: skip


def public(space: object) -> list[str]:
    """Functions and classes, but for what is not called: exceptions, codes, the base of parts."""
    names = {*dir(space), *getattr(space, "_HELPERS", ())}
    values = {n: getattr(space, n) for n in sorted(names) if not n.startswith("_")}
    return [n for n, v in values.items() if callable(v)
            and not (isinstance(v, type) and issubclass(v, Exception | enum.Enum))
            and v is not ps.Part]  # fmt: skip


def methods(cls: type) -> list[str]:
    """Public functions of a class and of its bases here; those of all parts are no one class's."""
    return [n for n, f in inspect.getmembers(cls, inspect.isfunction)
            if not n.startswith("_") and f.__module__.startswith("phasesim")
            and not f.__qualname__.startswith("Part.")]  # fmt: skip


REACHABLE = [
    *public(ps),
    *(f"{s}.{n}" for s in NAMESPACES for n in public(getattr(ps, s))),
    *(f"{c}.{n}" for c in CLASSES for n in methods(getattr(ps, c))),
]


def parameters(value: object) -> list[str]:
    """Of a call, without the object of a method."""
    found = inspect.signature(value).parameters
    return [n for n in found if n not in ("self", "cls")]


@functools.cache
def described_fields(cls: type) -> frozenset[str]:
    """Fields with a string below them, or with a description in their declaration."""
    found = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("phasesim"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0].body
        for line, below in itertools.pairwise(body):
            if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr):
                found.add(line.target.id)
        if dataclasses.is_dataclass(base):
            specs = {f.name: f.metadata.get("spec") for f in dataclasses.fields(base)}
            found |= {name for name, spec in specs.items() if spec is not None and spec.doc}
    return frozenset(found)


def undescribed(value: object) -> list[str]:
    """Parameters that the docstring neither has a line of nor names as ``code``."""
    doc = inspect.getdoc(value) or ""
    lines = re.findall(r"^ +([\w*, ]+):(?: |$)", doc, re.M)
    named = {n.strip(" *") for line in lines for n in line.split(",")}
    named |= set(re.findall(r"``\*{0,2}(\w+)``", doc))
    if isinstance(value, type):
        named |= described_fields(value)
    return [n for n in parameters(value) if n not in named]


@pytest.mark.parametrize("name", REACHABLE)
def test_a_docstring_names_every_argument(name):
    value = functools.reduce(getattr, name.split("."), ps)
    assert (inspect.getdoc(value) or "").strip(), f"{name} has no docstring"
    assert undescribed(value) == [], f"{name}: arguments without a line in the docstring"


def test_the_walk_reaches_what_is_public_and_sees_what_is_missing():
    assert {"run", "plot.gram", "plot.describe", "theory.optimum", "geometry.align",
            "interpret.sae", "metrics.phase", "Result.metric", "Result.explore",
            "Sweep.at"} <= set(REACHABLE)  # fmt: skip

    def half(one, two, **rest):
        """What it does.

        Args:
            one: said.
        """

    assert undescribed(half) == ["two", "rest"]
    half.__doc__ = "Of ``one`` and ``two`` with ``**rest``."
    assert undescribed(half) == []
