"""The scale of the paper's notebook, which depends on how many instances it stacks."""

from __future__ import annotations

from typing import Any

from phasesim.fields import static
from phasesim.initializers._base import Initializer
from phasesim.initializers._normal import normal
from phasesim.parts import part


@part("Elhage et al. 2022, released notebook (xavier_normal_ on the stacked tensor)")
class notebook(Initializer):
    """W ~ N(0, 2/(n·m + instances·m)): PyTorch's fan of a tensor (instances, n, m)."""

    instances: int = static(10, "how many instances the notebook stacks", low=1, high=1_000_000_000)

    def matrix(self, key: Any, shape: tuple[int, ...]) -> Any:
        m, n = shape[-2:]
        return normal(key, shape, (2 / (n * m + self.instances * m)) ** 0.5)
