"""``phasesim completion``: what the shell needs to complete commands and options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from phasesim.errors import StoreIOError

_COMPINIT = "autoload -Uz compinit && compinit"


def completion(
    shell: Literal["bash", "zsh", "fish"],
    *,
    install: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Print the completion script of a shell, or put it where that shell looks for it.

    Parameters
    ----------
    shell
        bash, zsh or fish.
    install
        Write it to the user's folder of completions, and the lines that load it to the shell's
        start-up file.
    """
    from phasesim.cli.app import make_app

    if not install:
        print(make_app().generate_completion(shell=shell))
        return 0
    try:
        path = make_app().install_completion(shell=shell)
        if shell == "zsh":
            _start_completion(Path.home() / ".zshrc")
    except OSError as error:
        raise StoreIOError(f"{error.filename or shell}: {error.strerror or error}") from None
    print(f"{path}: written; open a new {shell} to use it", file=sys.stderr)
    return 0


def _start_completion(startup: Path) -> None:
    """Let zsh complete at all, which it does not before ``compinit``.

    Nothing is added where the file calls it, or oh-my-zsh, which does.
    """
    text = startup.read_text() if startup.is_file() else ""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    if not any(word in line for line in lines for word in ("compinit", "oh-my-zsh")):
        gap = "" if text.endswith("\n") or not text else "\n"
        startup.write_text(f"{text}{gap}# phasesim completions\n{_COMPINIT}\n")
