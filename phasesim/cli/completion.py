"""``phasesim completion``: what the shell needs to complete commands and options."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from phasesim.errors import StoreIOError


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
        Write it to the user's folder of completions, and a line to the shell's start-up file.
    """
    from phasesim.cli.app import make_app

    if not install:
        print(make_app().generate_completion(shell=shell))
        return 0
    try:
        path = make_app().install_completion(shell=shell)
    except OSError as error:
        raise StoreIOError(f"{error.filename or shell}: {error.strerror or error}") from None
    print(f"{path}: written; open a new {shell} to use it", file=sys.stderr)
    return 0
