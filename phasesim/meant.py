"""What was probably meant by a name or value that does not fit a part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from phasesim import registry
from phasesim.errors import ConfigError, UnknownField, did_you_mean, with_article
from phasesim.fields import default, specs


def unknown_field(owner: Any, key: str, also: tuple[str, ...] = ()) -> UnknownField:
    """The error for a name that is no field here: says where it is one, or the nearest name.

    Args:
        owner: the part, or its class.
        key: what was found.
        also: names that are known beside the fields.
    """
    known = [*specs(owner), *also]
    kind = getattr(owner, "kind", "")
    inside = list(_inside(owner, key))
    others = [n for n in registry.names(kind) if _has(kind, n, key)] if kind in _KINDS else []
    if key == "sparsity" and "density" in known:
        hint = "write density, which is 1 - sparsity"
    elif inside:
        hint = inside[0]
    elif others:
        hint = f"{kind} '{others[0]}' has that"
    elif not known:
        hint = f"'{getattr(owner, '__name__', type(owner).__name__)}' has no fields"
    else:
        hint = did_you_mean(_LONG.get(key, key), known)
    return UnknownField(key, "unknown field", hint=hint)


#: kinds whose variants are parts
_KINDS = frozenset(registry.FOLDERS) - {"metric"}
#: what people write for a field
_LONG = {"lr": "learning_rate", "wd": "weight_decay", "steps": "n_steps", "epochs": "n_steps"}


def _inside(owner: Any, key: str) -> Iterator[str]:
    """Hints to a field of that name one level down: of the part that is chosen, then of others."""
    elsewhere = []
    for name, spec in specs(owner).items():
        if spec.role == "nested" and key in specs(spec.type):
            yield f"did you mean '{name}.{key}'?"
        if spec.role == "table" and key in registry.names(spec.kind):
            yield f"did you mean '{name}.{key}', a table?"
        if spec.role != "choice":
            continue
        chosen = default(owner, name) if isinstance(owner, type) else getattr(owner, name)
        chosen = chosen if isinstance(chosen, str) else type(chosen).__name__
        if _has(spec.kind, chosen, key):
            yield f"did you mean '{name}.{key}'?"
        variants = registry.names(spec.kind)
        elsewhere += [(name, v) for v in variants if _has(spec.kind, v, key)]
    for name, variant in elsewhere:
        yield f"did you mean '{name}.{key}', with {name} = '{variant}'?"


def _has(kind: str, name: str, key: str) -> bool:
    return key in specs(registry.get(kind, name))


def unnamed(kind: str, value: Any, where: str) -> ConfigError:
    """The error for what does not say which variant is meant."""
    expected = f"the name of {with_article(kind)}"
    known = "known: " + ", ".join(registry.names(kind))
    if isinstance(value, dict):
        if "name" in value:
            found = f"found {value['name']!r}"
            return ConfigError(f"{where}.name", found, expected=expected, hint=known)
        found = "found a table without 'name'"
        return ConfigError(where, found, expected=f"{expected} in it", hint=known)
    hint = _as_table(kind, value) if isinstance(value, list | tuple) else known
    return ConfigError(where, f"found {value!r}", expected=f"{expected} or a table", hint=hint)


def _as_table(kind: str, value: Any) -> str:
    """How to write a list where a choice was expected, if one variant alone takes it."""
    takers = [(v, f) for v in registry.names(kind) for f, s in specs(registry.get(kind, v)).items()
              if s.one_per]  # fmt: skip
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    if len(takers) != 1 or not numbers:
        return "values to sweep are an axis of [sweep]"
    ((variant, field),) = takers
    return f'write {{ name = "{variant}", {field} = {json.dumps(list(value))} }}'
