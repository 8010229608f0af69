"""Dotted paths: the one vocabulary of TOML keys, ``--set``, axes and stored coordinates."""

from __future__ import annotations

from typing import Any

from phasesim import registry
from phasesim.errors import ConfigError, did_you_mean
from phasesim.fields import FieldSpec
from phasesim.parts import Part, build, specs, unknown_field


def replace_at(part: Part, path: str, value: Any) -> Part:
    """A copy of ``part`` with the field at a dotted path set, everything checked anew.

    A choice set to a name keeps nothing of the part it replaces; ``optimizer.name`` is another
    way to write ``optimizer``.

    Args:
        part: usually an Experiment.
        path: e.g. ``"distribution.density"``.
        value: what a configuration file may hold there.

    Raises:
        ConfigError: no such field, or the value does not fit; names the full path.
    """
    head, _, rest = path.partition(".")
    name, spec = field_at(part, head)
    try:
        if spec.role == "table":
            if not rest:
                return part.replace(**{name: value})
            return part.replace(**{name: _replace_in_table(part, name, spec, rest, value)})
        if not rest or (spec.role == "choice" and rest == "name"):
            return part.replace(**{name: value})
        inner = getattr(part, name)
        if not isinstance(inner, Part):
            raise ConfigError(rest, "unknown field", hint=f"'{head}' has no fields of its own")
        try:
            return part.replace(**{name: replace_at(inner, rest, value)})
        except ConfigError as error:
            raise error.within(head) from None
    except ConfigError as error:
        # a value refused by a parent already carries the whole path
        raise error from None


def _replace_in_table(part: Part, name: str, spec: FieldSpec, rest: str, value: Any) -> tuple:
    key, _, inner_path = rest.partition(".")
    present = {type(q).__name__: q for q in getattr(part, name)}
    if key not in registry.names(spec.kind):
        hint = did_you_mean(key, registry.names(spec.kind))
        raise ConfigError(f"{name}.{key}", f"no {spec.kind} of that name", hint=hint)
    if not inner_path:
        present[key] = build(spec.kind, {"name": key, **dict(value)}, f"{name}.{key}")
    else:
        inner = present.get(key) or registry.get(spec.kind, key)()
        try:
            present[key] = replace_at(inner, inner_path, value)
        except ConfigError as error:
            raise error.within(f"{name}.{key}") from None
    return tuple(present[k] for k in sorted(present))


def value_at(part: Part, path: str) -> Any:
    """The value at a dotted path; a part where the path ends on one.

    Raises:
        ConfigError: no such field.
    """
    head, _, rest = path.partition(".")
    name, spec = field_at(part, head)
    value = getattr(part, name)
    if spec.role == "table":
        key, _, rest = rest.partition(".")
        found = {type(q).__name__: q for q in value}
        value = found.get(key) or registry.get(spec.kind, key)()
    if not rest or (spec.role == "choice" and rest == "name"):
        return value
    if not isinstance(value, Part):
        raise ConfigError(path, "unknown field", hint=f"'{head}' has no fields of its own")
    try:
        return value_at(value, rest)
    except ConfigError as error:
        raise error.within(head) from None


def spec_at(part: Part, path: str) -> FieldSpec:
    """The declaration of the field at a dotted path."""
    parent, _, last = path.rpartition(".")
    if last == "name" and parent:
        return spec_at(part, parent)
    owner = value_at(part, parent) if parent else part
    if not isinstance(owner, Part):
        raise ConfigError(path, "unknown field", hint=f"'{parent}' has no fields of its own")
    try:
        return field_at(owner, last)[1]
    except ConfigError as error:
        raise (error.within(parent) if parent else error) from None


def field_at(part: Part, name: str) -> tuple[str, FieldSpec]:
    """Name and declaration of a part's own field, or an error that names the nearest one."""
    known = specs(part)
    if name not in known:
        raise unknown_field(part, name)
    return name, known[name]
