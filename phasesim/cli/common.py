"""What several commands share: JSON on stdout, sizes in bytes, platforms, signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

from phasesim.errors import EXIT_INTERRUPTED, UsageError, one_line

_UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4,
          "KI": 1024, "MI": 1024**2, "GI": 1024**3, "TI": 1024**4}  # fmt: skip
#: command-line word -> JAX's name of the platform
PLATFORMS = {"cpu": "cpu", "gpu": "cuda", "tpu": "tpu"}


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json_text(document))


def json_text(document: Any) -> str:
    """One JSON document; what is not a number is null, as JSON wants it."""
    return json.dumps(_json(document), indent=1, allow_nan=False) + "\n"


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _json(v) for k, v in value.items()}
    if hasattr(value, "tolist"):
        return _json(value.tolist())
    if isinstance(value, list | tuple):
        return [_json(v) for v in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    return value


def print_table(rows: list[tuple[str, Any]]) -> None:
    """Two aligned columns on stdout; what comes from a file cannot steer the terminal."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(one_line(f"{name:<{width}}  {value}"))


def parse_bytes(text: str, option: str) -> int:
    """``4GiB``, ``500 MB`` or a plain number, in bytes."""
    match = re.fullmatch(r"\s*([0-9.]+)\s*([KMGT]I?)?B?\s*", text.upper())
    try:
        number = float(match[1]) if match else 0.0
    except ValueError:
        number = 0.0
    if match is None or not number > 0:
        raise UsageError(f"{option}: found {text!r}, expected a size such as 4GiB")
    return int(number * _UNITS[match[2] or ""])


def format_bytes(count: float) -> str:
    """Bytes in the unit a person would use."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024 or unit == "TiB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("unreachable")


def choose_platform(platform: str | None) -> None:
    """Make JAX use a platform; has to come before JAX is imported."""
    if platform is None:
        return
    if platform not in PLATFORMS:
        raise UsageError(f"--platform: found {platform!r}, expected one of {', '.join(PLATFORMS)}")
    os.environ["JAX_PLATFORMS"] = PLATFORMS[platform]


def check_platform(platform: str | None) -> None:
    """Refuse a platform that JAX does not find here, naming the extra that brings it."""
    if platform is None:
        return
    import jax

    try:
        jax.devices()
    except (RuntimeError, AssertionError):
        extra = {"gpu": "cuda12", "tpu": "tpu"}.get(platform, platform)
        raise UsageError(
            f"--platform: no {platform} was found, its JAX comes with: "
            f"pip install 'phasesim[{extra}]'"
        ) from None


@contextlib.contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGUSR1 ask for a stop at the next pause; a second SIGINT leaves."""
    interrupted = False

    def handle(number: int, frame: Any) -> None:
        nonlocal interrupted
        if number == signal.SIGINT and interrupted:
            os._exit(EXIT_INTERRUPTED)
        interrupted |= number == signal.SIGINT
        stop.set()

    names = ("SIGINT", "SIGTERM", "SIGUSR1")  # Windows lacks the last
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
