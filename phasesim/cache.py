"""The user's cache folder: compiled programs, kept for the next process, and notes on files."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str = "compiled") -> Path:
    """Where things of one kind are kept: below the user's cache folder, private to the user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "phasesim" / name


def private_folder(name: str) -> Path | None:
    """Make a folder of the cache; None where there can be none, or somebody else owns it."""
    folder = cache_folder(name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        return None
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return None
    return folder


def kept_programs() -> str | None:
    """The folder in which JAX keeps compiled programs, if it keeps any."""
    import jax

    # JAX makes the attributes of its options at run time, where no checker sees them
    return jax.config.jax_compilation_cache_dir  # pyright: ignore[reportAttributeAccessIssue]


def use_cache() -> None:
    """Let JAX keep compiled programs; nothing happens where no folder can be had.

    A compiled program is code that will be run, so the folder belongs to the user alone, never
    lies in a store, and is refused where somebody else owns it.
    """
    import jax

    if kept_programs():
        return  # the user has chosen a place
    folder = private_folder("compiled")
    if folder is None:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
