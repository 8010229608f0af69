"""Parts: the plain frozen dataclasses that an experiment is made of.

A part knows its fields (`phasesim.fields`); from them follow its checks, its configuration
table, the dotted paths by which it is swept, its hash and its form as a JAX pytree.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from phasesim import registry
from phasesim.errors import ConfigError, PhasesimError, UnknownField, did_you_mean, with_article
from phasesim.fields import _CHECKS, FieldSpec
from phasesim.fields import default as default
from phasesim.fields import specs as specs
from phasesim.meant import unknown_field, unnamed


class Part:
    """Base of all parts. Subclasses set ``kind`` and are made by the `part` decorator."""

    kind = ""
    reference = ""
    #: whether the part changes nothing at its present values, so that it may be left out
    off = False
    #: subclasses are dataclasses
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __new__(cls, *args: Any, **fields: Any) -> Any:
        # before Python looks at the arguments, which would not say what was probably meant
        if args:
            found = f"found {args[0]!r} without the name of a field"
            known = did_you_mean("", list(specs(cls)))
            raise UnknownField(cls.__name__, found, expected="NAME=VALUE", hint=known)
        for key in fields:
            if key not in cls.__dataclass_fields__:
                raise unknown_field(cls, key)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name, spec in specs(self).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))
        self.check()

    def check(self) -> None:
        """Conditions between fields; overridden where there are any."""

    def check_for(self, experiment: Any) -> None:
        """Conditions on the experiment around the part, such as its sizes."""

    def replace(self, **changes: Any) -> Any:
        """A copy with some fields changed, checked anew."""
        return dataclasses.replace(self, **changes)


def part(reference: str = "") -> Callable[[type], type]:
    """Make a class a part: a frozen keyword-only dataclass registered under its own name.

    Args:
        reference: paper and section of the definition, shown by ``phasesim list``.

    >>> from phasesim.parts import Part, part
    >>> from phasesim.fields import swept
    >>> @part("this example")
    ... class scaled(Part):
    ...     factor: float = swept(1.0, "multiplies the input", low=0)
    >>> scaled(factor=2)
    scaled(factor=2.0)
    """

    def decorate(cls: type) -> type:
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        made.reference = reference
        for field in dataclasses.fields(made):
            if "spec" not in field.metadata:
                raise TypeError(
                    f"{made.__name__}.{field.name}: declare it with swept(), static() or choice()"
                )
        if made.kind in registry.FOLDERS:
            registry.register(made.kind, made.__name__, made)
        return made

    return decorate


def choice(kind: str, default: str, doc: str) -> Any:
    """A field holding a part of some kind; given as a name, a table with ``name``, or a part.

    Args:
        kind: a key of `phasesim.registry.FOLDERS`.
        default: name of the variant when not given.
        doc: one line of meaning.
    """
    spec = FieldSpec("choice", doc, str, kind=kind)
    return dataclasses.field(default=default, metadata={"spec": spec})


def nested(cls: type, doc: str, *, identity: bool = True) -> Any:
    """A field holding one fixed part class, given as a table of its fields."""
    spec = FieldSpec("nested", doc, cls, identity=identity)
    return dataclasses.field(default_factory=cls, metadata={"spec": spec})


def table(kind: str, doc: str) -> Any:
    """A field holding any number of parts of one kind, given as a table of tables by name."""
    spec = FieldSpec("table", doc, dict, kind=kind)
    return dataclasses.field(default=(), metadata={"spec": spec})


def construct(cls: type, values: dict[str, Any]) -> Any:
    """Build a part from a configuration table, refusing unknown fields by name."""
    return cls(**{str(key): value for key, value in values.items()})


def build(kind: str, value: Any, where: str) -> Any:
    """Build the part of a choice field from a name, a table with ``name``, or a part.

    Raises:
        ConfigError: its field is the dotted path from ``where`` down.
    """
    if isinstance(value, Part):
        if value.kind != kind:
            found = f"found {with_article(value.kind)}"
            raise ConfigError(where, found, expected=with_article(kind))
        return value
    values = {"name": value} if isinstance(value, str) else value
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        raise unnamed(kind, value, where)
    rest = {k: v for k, v in values.items() if k != "name"}
    try:
        cls = registry.get(kind, values["name"])
    except PhasesimError as error:
        raise ConfigError(where, str(error)) from None
    try:
        return construct(cls, rest)
    except ConfigError as error:
        raise error.within(where) from None


def _check_choice(spec: FieldSpec, name: str, value: Any) -> Any:
    return build(spec.kind, value, name)


def _check_nested(spec: FieldSpec, name: str, value: Any) -> Any:
    if isinstance(value, spec.type):
        return value
    if not isinstance(value, dict):
        raise ConfigError(name, f"found {value!r}", expected="a table")
    try:
        return construct(spec.type, value)
    except ConfigError as error:
        raise error.within(name) from None


def _check_table(spec: FieldSpec, name: str, value: Any) -> tuple[Part, ...]:
    if isinstance(value, list | tuple) and all(isinstance(p, Part) for p in value):
        value = {type(p).__name__: p for p in value}
    if not isinstance(value, dict):
        raise ConfigError(name, f"found {value!r}", expected=f"a table of {spec.kind}s by name")
    made = []
    for key in sorted(value):
        given = value[key]
        if not isinstance(given, dict | Part):
            raise ConfigError(f"{name}.{key}", f"found {given!r}", expected="a table")
        named = given if isinstance(given, Part) else {**given, "name": key}
        made.append(build(spec.kind, named, f"{name}.{key}"))
    return tuple(made)


_CHECKS.update(choice=_check_choice, nested=_check_nested, table=_check_table)


def to_config(p: Part) -> dict[str, Any]:
    """The part as a plain table: JSON and TOML types, every field written out."""
    out: dict[str, Any] = {}
    if p.kind in registry.FOLDERS:
        out["name"] = type(p).__name__
    for name, spec in specs(p).items():
        value = getattr(p, name)
        if spec.role == "table":
            value = {type(q).__name__: {k: v for k, v in to_config(q).items() if k != "name"}
                     for q in value}  # fmt: skip
        elif isinstance(value, Part):
            value = to_config(value)
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None:
            out[name] = value
    return out


def children(p: Part) -> Iterator[tuple[str, Any, FieldSpec]]:
    """(field, value, spec) of everything that is in force: parts that are off are left out."""
    for name, spec in specs(p).items():
        value = getattr(p, name)
        if spec.role == "table":
            value = tuple(q for q in value if not q.off)
        yield name, value, spec


def canonical(p: Part, course: bool = False) -> dict[str, Any]:
    """The part for hashing: floats as float32 in hex, fields outside its identity left out.

    Args:
        p: the part.
        course: take in the fields that decide how a run goes on but not how it starts.
    """
    out: dict[str, Any] = {"": type(p).__name__}
    for name, value, spec in children(p):
        if not (spec.identity or (course and spec.course)) or value is None:
            continue
        if spec.role == "swept":
            values = value if isinstance(value, tuple) else (value,)
            out[name] = [float(np.float32(v)).hex() for v in values]
        elif spec.role == "table":
            out[name] = [canonical(q, course) for q in value]
        else:
            out[name] = canonical(value, course) if isinstance(value, Part) else value
    return out


def digest(p: Part, course: bool = False) -> bytes:
    """SHA-256 of the canonical JSON of a part."""
    text = json.dumps(canonical(p, course), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
