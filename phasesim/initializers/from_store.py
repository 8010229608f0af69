"""Training goes on from the weights of another store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from phasesim.errors import ConfigError
from phasesim.fields import static
from phasesim.initializers._base import Initializer
from phasesim.parts import part


@part("phasesim")
class from_store(Initializer):
    """Each model starts at the stored model of the same axis values and seed.

    Axes that the store lacks are ignored; of seeds it lacks, seed k starts at its seed k modulo
    the number it has. The optimiser starts afresh. The run resolves the path and hands the
    weights to the engine, because reading files is not part of a compiled program.
    """

    path: str = static("", "a finished store, relative to the working directory", identity=False)

    def check(self) -> None:
        if not self.path:
            raise ConfigError("path", "found nothing", expected="the path of a finished store")

    def contents(self) -> dict[str, str]:
        try:
            return {"path.sha256": hashlib.sha256(Path(self.path).read_bytes()).hexdigest()}
        except OSError:
            return {"path.sha256": "not there"}

    def params(self, model: Any, key: Any, n_features: int, n_hidden: int) -> Any:
        # shapes only: the run overwrites these with the stored weights
        return model.init(key, n_features, n_hidden)
