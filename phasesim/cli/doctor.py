"""``phasesim doctor``: what this machine offers."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table

_FOR_DEVELOPERS = ("bench", "dev", "docs")


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
    import os
    import platform

    import h5py
    import jax

    from phasesim import registry
    from phasesim.cache import cache_folder
    from phasesim.output import versions

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
            f"extra {name}": f"absent: pip install 'phasesim[{name}]'" if missing else "present"
            for name, missing in _extras().items()
        },
    }  # fmt: skip


def _extras() -> dict[str, list[str]]:
    """Extra -> its packages that are missing, as the installed phasesim declares them.

    Those for its developers are left out, and those of an accelerator, which `devices` shows.
    """
    import re
    from importlib.metadata import PackageNotFoundError, metadata, requires, version

    def absent(package: str) -> bool:
        try:
            return not version(package)
        except PackageNotFoundError:
            return True

    found = {}
    for extra in metadata("phasesim").get_all("Provides-Extra") or ():
        lines = [line for line in requires("phasesim") or () if f"extra == '{extra}'" in line]
        packages = [re.split(r"[^\w.-]", line)[0] for line in lines]
        if extra not in _FOR_DEVELOPERS and "jax" not in packages:
            found[extra] = [package for package in packages if absent(package)]
    return found
