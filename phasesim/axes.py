"""Axes of a sweep: a dotted path and the values it takes."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from phasesim.errors import ConfigError, UsageError, did_you_mean

#: the largest number of values on one axis
MOST_VALUES = 1_000_000


@dataclass(frozen=True)
class Axis:
    """One axis of a sweep, as `values`, `linspace` and `geomspace` make it.

    Attributes:
        path: dotted path of the field that is varied.
        values: what it takes, in order: numbers, or names of a choice.
        source: how they were written: the maker's name and its arguments.
        inserted: numbers added to them one by one.
    """

    path: str
    values: tuple
    source: tuple[str, tuple]
    inserted: tuple = ()

    def to_config(self) -> dict[str, Any]:
        """The axis as a table of a TOML file."""
        kind, arguments = self.source
        more = {"insert": list(self.inserted)} if self.inserted else {}
        return {"path": self.path, kind: list(arguments), **more}

    @property
    def log(self) -> bool:
        """Whether the axis was written as ``geomspace`` of numbers above 0."""
        return self.source[0] == "geomspace" and min(self.values) > 0

    def insert(self, entries: Iterable[float]) -> Axis:
        """The axis with further numbers at their places in its order.

        Args:
            entries: numbers, rounded to float32.

        Raises:
            ConfigError: the axis is of names, or an entry is not a number.
        """
        more = tuple(_plain(e) for e in entries)
        if not all(map(_is_number, (*self.values, *more))):
            raise ConfigError(f"{self.path}.insert", f"found {list(more)}", expected="numbers")
        more = _rounded([float(e) for e in more])
        falling = self.values[0] > self.values[-1]
        both = tuple(sorted((*self.values, *more), reverse=falling))
        return Axis(self.path, both, self.source, (*self.inserted, *more))

    def position(self, wanted: Any, method: str | None = None) -> int:
        """Index of a value.

        Args:
            wanted: a number, equal once rounded to float32, or a name.
            method: "nearest" takes the closest number; None wants an equal one.

        Raises:
            UsageError: the value is not on the axis.
        """
        if method not in (None, "nearest"):
            raise UsageError(
                f"method: found {method!r}, expected 'nearest', which takes the closest value on "
                "the axis, or None, which wants an equal one"
            )
        values = self.array()
        named = values.dtype.kind == "U"
        if not named and not _is_number(wanted):
            raise UsageError(f"{self.path}: found {wanted!r}, expected a number")
        if method == "nearest" and not named:
            return int(np.argmin(np.abs(values - float(wanted))))
        equal = np.flatnonzero(values == (wanted if named else np.float32(wanted)))
        if not equal.size:
            if named:
                hint = did_you_mean(str(wanted), values.tolist())
            else:
                first, last = shortest(self.values[0]), shortest(self.values[-1])
                hint = (
                    f"expected a value from {first} to {last}, method='nearest' takes the closest"
                )
            raise UsageError(f"{self.path}: {wanted!r} is not on the axis, {hint}")
        return int(equal[0])

    def in_integers(self) -> Axis:
        """The axis with its numbers rounded to the nearest integer."""
        if not all(isinstance(v, float) for v in self.values) or self.source[0] == "values":
            return self
        whole = tuple(round(v) for v in self.values)
        return Axis(self.path, whole, self.source, self.inserted)

    def array(self) -> np.ndarray:
        """Values as float64, int64 or fixed-length text."""
        if isinstance(self.values[0], str):
            return np.array(self.values)
        whole = all(isinstance(v, int) for v in self.values)
        return np.array(self.values, dtype=np.int64 if whole else np.float64)


def values(path: str, entries: Iterable[Any]) -> Axis:
    """An axis of listed values.

    Args:
        path: dotted path of a field, e.g. ``"n_hidden"``.
        entries: numbers, rounded to float32, or names of a choice.

    Returns:
        The axis, in the order given.

    Raises:
        ConfigError: no values, or neither all numbers nor all names.

    >>> values("optimizer", ["adam", "sgd"]).values
    ('adam', 'sgd')
    """
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise ConfigError(path, f"found {entries!r}", expected="a list of values")
    entries = tuple(_plain(e) for e in entries)
    if not entries:
        raise ConfigError(path, "found no values", expected="at least one")
    if not (all(isinstance(e, str) for e in entries) or all(map(_is_number, entries))):
        raise ConfigError(path, f"found {list(entries)!r}", expected="numbers, or names")
    return _axis(path, entries, ("values", entries))


def linspace(path: str, start: float, stop: float, size: int) -> Axis:
    """An axis of equally spaced numbers.

    x_i = start + i (stop - start)/(size - 1).

    Args:
        path: dotted path of a numeric field; one of integers gets the nearest integers.
        start: first value.
        stop: last value.
        size: how many.

    Returns:
        The axis, its values rounded to float32.

    Raises:
        ConfigError: a bound is not a finite number, or the size not a positive integer.

    >>> linspace("distribution.density", 0.25, 1, 4).values
    (0.25, 0.5, 0.75, 1.0)
    """
    _check_span(path, "linspace", start, stop, size)
    source = tuple(_plain(v) for v in (start, stop, size))
    return _axis(path, np.linspace(*source), ("linspace", source))


def geomspace(path: str, start: float, stop: float, size: int) -> Axis:
    """An axis of numbers with a constant ratio.

    x_i = start (stop/start)^(i/(size - 1)).

    Args:
        path: dotted path of a numeric field; one of integers gets the nearest integers.
        start: first value.
        stop: last value, of the same sign.
        size: how many.

    Returns:
        The axis, its values rounded to float32.

    Raises:
        ConfigError: as `linspace`, or bounds of different sign or zero.

    >>> geomspace("importance.ratio", 0.25, 4, 3).values
    (0.25, 1.0, 4.0)
    """
    _check_span(path, "geomspace", start, stop, size)
    if not start * stop > 0:
        raise ConfigError(
            path, f"geomspace from {start} to {stop}", expected="two numbers of one sign, not 0"
        )
    source = tuple(_plain(v) for v in (start, stop, size))
    return _axis(path, np.geomspace(*source), ("geomspace", source))


def shortest(value: Any) -> Any:
    """A value of an axis as it is shown: the shortest number that is the same in float32.

    >>> shortest(values("distribution.density", [0.1]).values[0])
    0.1
    """
    return float(str(np.float32(value))) if isinstance(value, float) else value


#: TOML key of an axis -> its maker
MAKERS = {"values": values, "linspace": linspace, "geomspace": geomspace}


def from_config(entry: Any, where: str) -> Axis:
    """The axis of a TOML table ``{ path = …, values | linspace | geomspace = […], insert = […] }``.

    ``insert`` may be left out.
    """
    if isinstance(entry, Axis):
        return entry
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        raise ConfigError(where, f"found {entry!r}", expected="a table with 'path'")
    rest = {k: v for k, v in entry.items() if k not in ("path", "insert")}
    if len(rest) != 1 or not set(rest) <= set(MAKERS):
        raise ConfigError(
            where, f"found {sorted(rest)}", expected="exactly one of " + ", ".join(MAKERS)
        )
    ((kind, arguments),) = rest.items()
    inserted = entry.get("insert", ())
    for key, given in ((kind, arguments), ("insert", inserted)):
        if not isinstance(given, list | tuple):
            raise ConfigError(f"{where}.{key}", f"found {given!r}", expected="a list")
    try:
        if kind != "values" and len(arguments) != 3:
            raise ConfigError(
                entry["path"], f"{kind} with {len(arguments)} entries", expected="start, stop, size"
            )
        made = MAKERS[kind](entry["path"], *((arguments,) if kind == "values" else arguments))
        return made.insert(inserted) if inserted else made
    except ConfigError as error:
        raise error.within(f"{where}: ") from None


def _axis(path: str, entries: Any, source: tuple[str, tuple]) -> Axis:
    return Axis(path, _rounded(entries), source)


def _rounded(entries: Any) -> tuple:
    """Floats as the nearest float32, so that a value means the same in hash, key and program."""
    if all(isinstance(e, str) for e in entries[:1]) or all(isinstance(e, int) for e in entries):
        return tuple(entries)
    with np.errstate(over="ignore"):  # an infinity is refused with the field's range
        return tuple(np.asarray(entries, float).astype(np.float32).astype(float).tolist())


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, which TOML and JSON can write."""
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: Any) -> bool:
    if not isinstance(value, numbers.Real) or isinstance(value, bool | np.bool_):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _check_span(path: str, kind: str, start: Any, stop: Any, size: Any) -> None:
    if not all(_is_number(v) and np.isfinite(float(v)) for v in (start, stop)):
        raise ConfigError(path, f"{kind} from {start!r} to {stop!r}", expected="two finite numbers")
    whole = isinstance(size, numbers.Integral) and not isinstance(size, bool)
    if not whole or not 1 <= int(size) <= MOST_VALUES:
        raise ConfigError(
            path, f"{kind} with size {size!r}", expected=f"an integer in [1, {MOST_VALUES}]"
        )
