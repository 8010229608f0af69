"""Errors a user can act on: one line saying what, where, what was expected, and a hint.

Every error raised on purpose derives from `PhasesimError`; the command line prints its text
after ``error:`` and exits with its ``exit_code``. Anything else is a bug and exits 70.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_DIFFERENT = 1
EXIT_USAGE = 2
EXIT_CELLS_LOST = 3
EXIT_DAMAGED = 65
EXIT_INTERNAL = 70
EXIT_IO = 74
EXIT_STOPPED = 75
EXIT_INTERRUPTED = 130

#: characters of a field or value that an error shows
LONGEST = 300


class PhasesimError(Exception):
    """Base of all errors meant for the user; its text is one printable line."""

    exit_code = EXIT_USAGE

    def __str__(self) -> str:
        return one_line(super().__str__())


class ConfigError(PhasesimError):
    """A field of an experiment or sweep is missing, unknown, mistyped or out of range."""

    def __init__(self, field: str, found: str, *, expected: str = "", hint: str = "") -> None:
        field, found = _clipped(field), _clipped(found)
        self.field, self.found, self.expected, self.hint = field, found, expected, hint
        named = field.removesuffix(": ")
        parts = [f"{named}: {found}" if named else found]
        if expected:
            parts.append(f"expected {expected}")
        if hint:
            parts.append(hint)
        super().__init__(", ".join(parts))

    def within(self, prefix: str) -> ConfigError:
        """The same error seen from one level further out (a file, a table)."""
        joiner = "." if self.field and not prefix.endswith(": ") else ""
        return type(self)(
            f"{prefix}{joiner}{self.field}", self.found, expected=self.expected, hint=self.hint
        )


class UnknownField(ConfigError, TypeError):
    """No field of that name; a `TypeError` too, as Python raises for an unknown argument."""


class UsageError(PhasesimError):
    """A command or call that cannot be carried out as asked."""


class MissingExtra(UsageError):
    """A command needs an optional dependency; the text holds the pip line that brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'phasesim[{extra}]'")


class StoreLocked(UsageError):
    """Another process is writing to this store."""


class StoreMismatch(UsageError):
    """The store was made by another configuration."""


class StoreNewer(UsageError):
    """The file was written by a newer phasesim."""


class CellsLost(PhasesimError):
    """Cells were lost to infrastructure, or a figure's assertion failed."""

    exit_code = EXIT_CELLS_LOST


class StoreDamaged(PhasesimError):
    """Bytes on disk are not what was written."""

    exit_code = EXIT_DAMAGED


class StoreIOError(PhasesimError):
    """The operating system refused to read or write; nothing half-written is left behind."""

    exit_code = EXIT_IO


class Stopped(PhasesimError):
    """Stopped on request; run the same command to go on."""

    exit_code = EXIT_STOPPED


def one_line(text: str) -> str:
    """Make any text printable on one line: control characters become their escapes."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return "".join(shown)


def _clipped(text: str) -> str:
    """The beginning and end of a text that would not fit on a screen."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"


def with_article(noun: str) -> str:
    """A noun behind "a" or "an".

    >>> with_article("model"), with_article("importance")
    ('a model', 'an importance')
    """
    return f"{'an' if noun[:1] in tuple('aeiou') else 'a'} {noun}"


def did_you_mean(name: str, known: list[str] | tuple[str, ...]) -> str:
    """A hint naming the nearest known name, or listing what is known.

    >>> did_you_mean("adamW", ["adam", "adamw"])
    "did you mean 'adamw'?"
    """
    import difflib

    # case is the least of the differences, so it does not count
    folded = {k.casefold(): k for k in reversed(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{folded[close[0]]}'?"
    return "known: " + ", ".join(sorted(known)) if known else ""
