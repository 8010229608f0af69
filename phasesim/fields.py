"""Field declarations of parts: what a field means, what it may hold, and whether it is swept.

A *swept* field is a number that enters the compiled program as data, so any number of values
train side by side. A *static* field shapes the program; each of its values compiles apart.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Iterable
from typing import Any

from phasesim.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class FieldSpec:
    """How one field of a part is checked, swept and described."""

    role: str
    doc: str
    type: type = float
    kind: str = ""
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    per_feature: bool = False
    listed: str = ""
    optional: bool = False
    choices: tuple[str, ...] = ()
    identity: bool = True
    course: bool = False

    def check(self, name: str, value: Any) -> Any:
        """The value in its canonical form.

        Raises:
            ConfigError: wrong type or out of range, with the range expected.
        """
        return _CHECKS[self.role](self, name, value)

    @property
    def expected(self) -> str:
        """The range in words, for error messages and listings."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        word = {float: "a number", int: "an integer", str: "a text", bool: "true or false"}
        text = word[self.type]
        if self.low > -math.inf and self.high < math.inf:
            text += f" in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}]"
        elif self.low > -math.inf:
            text += f" {'>' if self.open_low else '>='} {self.low:g}"
        if self.one_per:
            text += f" or a list with one per {self.one_per}"
        return text

    @property
    def one_per(self) -> str:
        """What a list has one number for; empty where none is allowed."""
        return "feature" if self.per_feature else self.listed


def swept(
    default: float | None,
    doc: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    open_low: bool = False,
    per_feature: bool = False,
    listed: str = "",
    optional: bool = False,
    course: bool = False,
) -> Any:
    """A number that may differ between models of one compiled program.

    Args:
        default: value when not given; None with ``optional`` means absent.
        doc: one line of meaning and unit.
        low: smallest value allowed; excluded with ``open_low``.
        high: largest value allowed.
        open_low: whether ``low`` itself is refused.
        per_feature: whether a list with one number a feature is allowed.
        listed: what else a list may have one number for; the part checks its length.
        optional: whether the field may be absent.
        course: whether it decides how a run goes on but not how it starts: a model's hash depends
            on it, its random keys do not.
    """
    spec = FieldSpec(
        "swept", doc, float, low=low, high=high, open_low=open_low, per_feature=per_feature,
        listed=listed, optional=optional, identity=not course, course=course,
    )  # fmt: skip
    return dataclasses.field(default=default, metadata={"spec": spec})


def static(
    default: Any,
    doc: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    identity: bool = True,
    course: bool = False,
) -> Any:
    """A size, switch or word that shapes the compiled program.

    Args:
        default: value when not given; its type is the field's type.
        doc: one line of meaning and unit.
        low: smallest integer allowed.
        high: largest integer allowed.
        choices: the words allowed.
        identity: whether a model's random keys and its hash depend on it.
        course: whether it decides how a run goes on but not how it starts: a model's hash depends
            on it, its random keys do not.
    """
    spec = FieldSpec(
        "static", doc, type(default), low=low, high=high, choices=choices,
        identity=identity and not course, course=course,
    )  # fmt: skip
    return dataclasses.field(default=default, metadata={"spec": spec})


def specs(part_or_class: Any) -> dict[str, FieldSpec]:
    """Field name -> `FieldSpec`, in order of declaration."""
    return {f.name: f.metadata["spec"] for f in dataclasses.fields(part_or_class)}


def default(cls: type, name: str) -> Any:
    """The default of a field, as declared."""
    field = {f.name: f for f in dataclasses.fields(cls)}[name]
    factory = field.default_factory
    return field.default if factory is dataclasses.MISSING else factory()


def check_number(spec: FieldSpec, name: str, value: Any) -> float:
    """A finite float inside the field's range."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise _refused(spec, name, value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    below = number <= spec.low if spec.open_low else number < spec.low
    if not math.isfinite(number) or below or number > spec.high:
        raise ConfigError(name, f"found {value!r}", expected=spec.expected)
    return number


def _refused(spec: FieldSpec, name: str, value: Any) -> ConfigError:
    """The error for something of another type, with what was probably meant."""
    hint = ""
    if isinstance(value, list | tuple):
        hint = "values to sweep are an axis of [sweep]"
    elif isinstance(value, float) and value.is_integer():
        hint = f"write {value:.0f}"
    elif isinstance(value, str) and value.replace(".", "", 1).isdecimal():
        hint = "without the quotes"
    elif isinstance(value, str) and value.endswith("%"):
        hint = "10 % is 0.1"
    return ConfigError(name, f"found {value!r}", expected=spec.expected, hint=hint)


def _check_swept(spec: FieldSpec, name: str, value: Any) -> Any:
    if value is None and spec.optional:
        return None
    if spec.one_per and isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(check_number(spec, f"{name}[{i}]", v) for i, v in enumerate(value))
    return check_number(spec, name, value)


def _check_static(spec: FieldSpec, name: str, value: Any) -> Any:
    if spec.type is int:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise _refused(spec, name, value)
        if not spec.low <= int(value) <= spec.high:
            raise ConfigError(name, f"found {value!r}", expected=spec.expected)
        return int(value)
    if not isinstance(value, spec.type) or (spec.choices and value not in spec.choices):
        raise ConfigError(name, f"found {value!r}", expected=spec.expected)
    return value


def _unchecked(spec: FieldSpec, name: str, value: Any) -> Any:
    return value


#: role -> check; parts adds the roles that hold other parts
_CHECKS = {"swept": _check_swept, "static": _check_static}
