"""``phasesim doctor``: what this machine offers."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table


def doctor(*, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Versions, devices, cache and optional packages.

    Parameters
    ----------
    json
        One JSON document on stdout.
    """
    found = _examine()
    if json:
        print_json(found)
    else:
        print_table([(k, ", ".join(v) if isinstance(v, list) else v) for k, v in found.items()])
    return 0


def _examine() -> dict[str, Any]:
    import importlib.util
    import os
    import platform

    import h5py
    import jax

    from phasesim import registry
    from phasesim.cache import cache_folder
    from phasesim.output import versions

    extras = {"xarray": "xarray", "explore": "plotly", "cluster": "distributed",
              "interpret": "sklearn"}  # fmt: skip
    return {
        "python": platform.python_version(),
        **versions(),
        "h5py": h5py.__version__,
        "hdf5": h5py.version.hdf5_version,
        "platform": jax.default_backend(),
        "devices": [d.device_kind for d in jax.local_devices()],
        "cores": os.cpu_count(),
        "compilation_cache": str(cache_folder()),
        "plugins": list(registry.plugin_hashes()),
        **{
            f"extra {name}": "present" if importlib.util.find_spec(module) else
            f"absent: pip install 'phasesim[{name}]'"
            for name, module in extras.items()
        },
    }  # fmt: skip
