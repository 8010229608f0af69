"""``phasesim info``: what a store holds and how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table
from phasesim.errors import one_line


def info(path: Path, *, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Config, axes and provenance of a store.

    Parameters
    ----------
    path
        NAME.h5 or NAME.run.
    json
        One JSON document on stdout.
    """
    found = describe(path)
    if json:
        print_json(found)
        return 0
    axes = [
        (f"axis {a['name']}", f"{a['path']}, {a['size']} values, {a['first']} … {a['last']}")
        for a in found["axes"]
    ]
    versions = ", ".join(f"{k} {v}" for k, v in found["versions"].items())
    print_table([
        ("name", found["name"]), ("schema", found["schema"]), *axes,
        ("n_seeds", found["n_seeds"]), ("fingerprint", found["fingerprint"]),
        ("versions", versions), ("device", found["device"]),
    ])  # fmt: skip
    print()
    for line in found["config_toml"].splitlines():
        print(one_line(line))
    return 0


def describe(path: Path) -> dict[str, Any]:
    """name, schema, axes, n_seeds, config, fingerprint, versions, device."""
    from phasesim import store
    from phasesim.axes import shortest
    from phasesim.stored import attribute_of, sweep_in, sweep_under_way

    if path.is_file():
        with store.open_final(path) as file:
            attrs, config, sweep = file.attrs, file.config_toml, sweep_in(file)
            schema, fingerprint = attrs["schema"], attribute_of(file, "cell_fingerprint")
        prefix = "version_"
        versions = {k.removeprefix(prefix): v for k, v in attrs.items() if k.startswith(prefix)}
        log = store.log_path(path)
    else:
        run = store.find_run(path)
        directory = store.RunDirectory.open(run)
        sweep, log = sweep_under_way(directory), directory.log_file
        config, schema = directory.manifest["config_toml"], directory.manifest["schema"]
        fingerprint = directory.manifest.get("cell_fingerprint")
        versions = directory.manifest.get("versions", {})
    names = store.axis_names([a.path for a in sweep.axes])
    return {
        "name": sweep.name,
        "schema": schema,
        "axes": [
            {"path": a.path, "name": name, "size": len(a.values), "first": shortest(a.values[0]),
             "last": shortest(a.values[-1])}
            for name, a in zip(names, sweep.axes, strict=True)
        ],
        "n_seeds": sweep.n_seeds,
        "config": sweep.to_config(),
        "fingerprint": fingerprint,
        "versions": versions,
        "device": _device(log),
        "config_toml": config,
    }  # fmt: skip


def _device(log: Path) -> str:
    """The device that a log names; the store itself holds nothing that differs by machine."""
    from phasesim.store.journal import read

    devices = [e["device"] for e in read(log) if "device" in e] if log.exists() else []
    return devices[-1] if devices else "not recorded"
