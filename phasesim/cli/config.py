"""``phasesim config``: write, show and check configuration files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from phasesim.cli.common import print_json
from phasesim.config import load_sweep
from phasesim.errors import StoreIOError, UsageError

app = App(name="config", help="Write, show and check configuration files.")
Json = Annotated[bool, Parameter(negative="")]
Set = Annotated[list[str] | None, Parameter(name="--set", negative="")]

#: what `config init` writes: the phase diagram of the paper, small enough for a laptop
TEMPLATE = """\
# n = 2 features in m = 1 dimension: which of them is ignored, dedicated, superposed?
# run with: phasesim run {name}.toml
name = "{name}"
n_features = 2
n_hidden = 1
batch_size = 1024
n_steps = 2_000
draws = "shared"
distribution = {{ name = "sparse_uniform", density = 0.1 }}
importance = {{ name = "last_relative", ratio = 1.0 }}
model = "relu_output"
optimizer = {{ name = "adamw", learning_rate = 1e-2, weight_decay = 1e-2, schedule = "cosine" }}
init = "xavier"

[sweep]
seed = 0
n_seeds = 4
axes = [
  {{ path = "distribution.density", geomspace = [1.0, 0.01, 20] }},
  {{ path = "importance.ratio", geomspace = [0.1, 10.0, 20] }},
]
"""


@app.command
def init(name: str = "my-sweep", *, stdout: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Write NAME.toml, a small phase diagram to change; an existing file is left alone.

    Parameters
    ----------
    name
        Name of the sweep and stem of the file.
    stdout
        Print it instead.
    """
    from phasesim.grid import NAME

    if not NAME.fullmatch(name):
        raise UsageError(f"name: found {name!r}, expected letters, digits, '.', '_' or '-'")
    text = TEMPLATE.format(name=name)
    if stdout:
        print(text, end="")
        return 0
    path = Path(f"{name}.toml")
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: exists already, choose another name") from None
    except OSError as error:
        raise StoreIOError(f"{path}: {error.strerror}") from None
    print(f"{path}: written; train it with: phasesim run {path}", file=sys.stderr)
    return 0


@app.command
def show(sweep: Path, *, set_: Set = None, scale: str = "", json: Json = False) -> int:
    """Print a configuration with every field written out.

    Parameters
    ----------
    sweep
        The TOML file.
    set_
        dotted.path=value; may be given several times.
    scale
        Use the [scale.NAME] table of the file.
    json
        JSON instead of TOML.
    """
    loaded = load_sweep(sweep, set_ or (), scale=scale)
    if json:
        print_json(loaded.to_config())
    else:
        print(loaded.to_toml(), end="")
    return 0


@app.command
def check(sweep: Path, *, set_: Set = None, scale: str = "", json: Json = False) -> int:
    """Check a configuration; exit code 2 and one line where something is wrong.

    Parameters
    ----------
    sweep
        The TOML file.
    set_
        dotted.path=value; may be given several times.
    scale
        Use the [scale.NAME] table of the file.
    json
        One JSON document on stdout.
    """
    loaded = load_sweep(sweep, set_ or (), scale=scale)
    if json:
        print_json({"ok": True, "name": loaded.name, "models": loaded.n_models})
    else:
        shape = " × ".join(map(str, (*loaded.shape, loaded.n_seeds)))
        print(f"{sweep}: ok, {shape} = {loaded.n_models:,} models")
    return 0
