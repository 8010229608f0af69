"""The persistent compilation cache: programs are compiled once a machine, not once a process."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where compiled programs are kept: below the user's cache folder, private to the user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "phasesim" / "compiled"


def use_cache() -> None:
    """Let JAX keep compiled programs; nothing happens where no folder can be had.

    A compiled program is code that will be run, so the folder belongs to the user alone, never
    lies in a store, and is refused where somebody else owns it.
    """
    import jax

    if jax.config.jax_compilation_cache_dir:
        return  # the user has chosen a place
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        return
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
