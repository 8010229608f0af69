"""What every executor provides, and how one is named on the command line."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager
from typing import Any

from phasesim import registry
from phasesim.errors import ConfigError, UsageError
from phasesim.parts import Part


class Farm(Part):
    """Where tasks are carried out; ``--executor NAME`` or ``NAME:ARGUMENT``."""

    kind = "executor"
    #: platforms whose devices the workers can share out among themselves; empty for all
    platforms: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, argument: str) -> Farm:
        """The executor of what stands behind ``NAME:``; empty where nothing does."""
        raise UsageError(
            f"--executor {cls.__name__}: found '{argument}', expected nothing after it"
        )

    @property
    def at_once(self) -> int:
        """About how many tasks are carried out at once; decides how finely work is cut."""
        return 1

    @property
    def threads(self) -> int | None:
        """Blocks that each worker trains at once; None is one for each core it may use."""
        return None

    def pool(self) -> AbstractContextManager[Executor]:
        """What tasks are submitted to; it gives up, where it can, what is left when it is left."""
        raise UsageError(f"executor '{type(self).__name__}' defines no pool")


def from_text(text: str) -> Farm:
    """The executor of an ``--executor`` option.

    Raises:
        UsageError: no executor of that name, or not an argument of it.

    >>> from_text("processes:3").workers
    3
    """
    name, _, argument = text.partition(":")
    try:
        return registry.get("executor", name).from_text(argument)
    except ConfigError as error:
        raise UsageError(f"--executor {text}: {error}") from None
    except UsageError as error:
        raise UsageError(
            str(error) if "--executor" in str(error) else f"--executor: {error}"
        ) from None


def whole(name: str, argument: str, what: str) -> int:
    """The number behind ``NAME:``."""
    if not (argument.isascii() and argument.isdigit()):
        raise UsageError(f"--executor {name}:{argument}: found '{argument}', expected {what}")
    return int(argument)


def needs(module: str) -> Any:
    """A package of the extra 'cluster', or the line that installs it."""
    import importlib

    from phasesim.errors import MissingExtra

    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtra("--executor on a cluster", "cluster") from None
