"""The application: commands by name, imported when called, and errors as one line."""

from __future__ import annotations

import importlib.metadata
import os
import sys
import warnings
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from phasesim.errors import EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_USAGE, PhasesimError, one_line

#: command -> where it is defined, and its line in --help: nothing is imported for that
COMMANDS = {
    "run": ("phasesim.cli.run:run", "Train a sweep; resumes and extends a store."),
    "status": ("phasesim.cli.status:status", "Progress and counts of a store."),
    "info": ("phasesim.cli.info:info", "Config, axes and provenance of a store."),
    "merge": ("phasesim.cli.merge:merge", "Final file from a running directory."),
    "figure": ("phasesim.cli.figure:figure", "Draw or check a published figure."),
    "analyse": ("phasesim.cli.analyse:analyse", "Measure every model of a store."),
    "claims": ("phasesim.cli.claims:claims", "A verdict on each claim about superposition."),
    "theory": ("phasesim.cli.theory:app", "Candidates, true optimum, boundaries."),
    "list": ("phasesim.cli.list:list_", "Everything a configuration can name."),
    "config": ("phasesim.cli.config:app", "Write, show and check configurations."),
    "diff": ("phasesim.cli.diff:diff", "How two stores differ; exits with 0, 1 or 2 as diff does."),
    "export": ("phasesim.cli.export:export", "Hand a store on as nc, csv or npz."),
    "explore": ("phasesim.cli.explore:explore", "A page to look at a store in a browser."),
    "animate": ("phasesim.cli.animate:animate", "A film of a model while it trains."),
    "doctor": ("phasesim.cli.doctor:doctor", "What this machine offers."),
    "completion": ("phasesim.cli.completion:completion", "Completion of commands in the shell."),
}
#: variable by which the store is told not to compare hashes
NO_VERIFY = "PHASESIM_NO_VERIFY"
SUMMARY = """Phase diagrams of superposition from toy models trained side by side.

Start with `phasesim config init`, or reproduce a published figure with
`phasesim figure phase-2x1`. The variable PHASESIM_PLUGINS names folders with parts of your own.
Every command takes `--plugins DIR`, and `--no-verify` to open a huge store without comparing its
bytes with their SHA-256.
"""


def make_app() -> App:
    """The cyclopts application."""
    app = App(
        name="phasesim",
        help=SUMMARY,
        version=importlib.metadata.version("phasesim"),
        help_format="markdown",
    )
    for name, (target, summary) in COMMANDS.items():
        app.command(target, name=name, help=summary)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: words of the command line, by default those of the process.

    Returns:
        The exit code; every error is one line on stderr.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    before = dict(os.environ)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            return _main(words)
        finally:
            if NO_VERIFY not in before:
                os.environ.pop(NO_VERIFY, None)


def _main(words: list[str]) -> int:
    try:
        words = _unverified(_plugins(words))
        returned = make_app()(
            words, exit_on_error=False, print_error=False, result_action="return_value"
        )
        return returned if isinstance(returned, int) else 0
    except CycloptsError as error:
        return _fail(_plain(error), EXIT_USAGE)
    except PhasesimError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output has gone, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("PHASESIM_DEBUG"):
            raise
        text = f"internal: {type(error).__name__}: {error}; PHASESIM_DEBUG=1 shows where"
        return _fail(text, EXIT_INTERNAL)


def _plugins(words: list[str]) -> list[str]:
    """Take ``--plugins DIR`` out of the words, wherever it stands: all commands know it."""
    left = list(words)
    while "--plugins" in left:
        at = left.index("--plugins")
        if at + 1 == len(left):
            raise PhasesimError("--plugins: expected a folder")
        from phasesim import registry

        registry.add_plugins(left[at + 1])
        del left[at : at + 2]
    return left


def _unverified(words: list[str]) -> list[str]:
    """Take ``--no-verify`` out of the words, likewise."""
    if "--no-verify" in words:
        os.environ[NO_VERIFY] = "1"
    return [word for word in words if word != "--no-verify"]


def _plain(error: CycloptsError) -> str:
    """The parser's message without its markup and line breaks."""
    return " ".join(str(error).split())


def _show_warning(message: Warning | str, *_: object) -> None:
    print(f"warning: {one_line(str(message))}", file=sys.stderr)


def _fail(text: str, code: int) -> int:
    print(f"error: {one_line(text)}", file=sys.stderr)
    return code
