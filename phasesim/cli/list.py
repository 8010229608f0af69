"""``phasesim list``: everything a configuration can name."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table


def list_(kind: str | None = None, *, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Registered parts by kind, with their fields and sources.

    Parameters
    ----------
    kind
        One kind only, e.g. distribution.
    json
        One JSON document on stdout.
    """
    from phasesim import registry

    kinds = [kind] if kind else list(registry.FOLDERS)
    entries = [describe(k, name) for k in kinds for name in registry.names(k)]
    if json:
        print_json(entries)
        return 0
    for current in kinds:
        rows = [e for e in entries if e["kind"] == current]
        if rows:
            print(f"{current}:")
            print_table([(f"  {e['name']}", _line(e)) for e in rows])
    return 0


def describe(kind: str, name: str) -> dict[str, Any]:
    """Kind, name, summary, fields and reference of a registered variant."""
    from phasesim import parts, registry

    variant = registry.get(kind, name)
    fields = []
    if hasattr(variant, "__dataclass_fields__"):
        for field, spec in parts.specs(variant).items():
            default = parts.default(variant, field)
            fields.append({
                "name": field,
                "meaning": spec.doc,
                "expected": f"name or table ({spec.kind})" if spec.kind else spec.expected,
                "default": list(default) if isinstance(default, tuple) else default,
                "swept": spec.role == "swept",
            })  # fmt: skip
    reference = getattr(variant, "reference", "") or getattr(variant.spec, "reference", "")
    summary = (variant.__doc__ or "").strip().splitlines()[0]
    return {"kind": kind, "name": name, "summary": summary, "fields": fields,
            "reference": reference}  # fmt: skip


def _line(entry: dict[str, Any]) -> str:
    fields = ", ".join(f"{f['name']}={f['default']}" for f in entry["fields"])
    return f"{entry['summary']}" + (f"  [{fields}]" if fields else "")
