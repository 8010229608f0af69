"""Carrying out the blocks of a function's sweep."""

from __future__ import annotations

import time
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from phasesim import rows
from phasesim.errors import UsageError
from phasesim.execute import GridExecutor
from phasesim.keys import cell_keys
from phasesim.output import check_outputs
from phasesim.plan import Block, CallPlan, FunctionPlan
from phasesim.status import Status

#: the plan whose blocks are carried out
P = TypeVar("P", bound=CallPlan, covariant=True)


@dataclass
class CallExecutor(GridExecutor[P]):
    """Calls something for a tile of cells at once, by jit and vmap."""

    def run(self, block: Block, device: Any = None) -> dict[str, np.ndarray]:
        """Call the function for the models of a block; see `Executor.run`."""
        self.check_stop()
        cohort = self.plan.cohorts[block.cohort]
        with jax.default_device(device or self.devices[0]):
            returned = _named(self._programs[block.cohort](*self._arguments(block)))
        count = len(block.rows)
        made = {name: np.asarray(values)[:count] for name, values in returned.items()}
        made |= self._about(block, made)
        self.on_steps(count)
        _, shapes = self.fields_and_shapes
        padded = {name: rows.pad(values, shapes[name]) for name, values in made.items()}
        return {
            "cell_hash": cohort.cell_digests[block.rows],
            "seed": np.full(count, block.replica, np.uint32),
            **padded,
        }

    def seconds_per_block(self, cohort: int) -> float:
        """Time of one block: the function is called twice, once to compile."""
        self.check_stop()
        arguments = self._arguments(Block(cohort, 0, np.zeros(1, int)))
        jax.block_until_ready(self._programs[cohort](*arguments))
        self.check_stop()
        began = time.perf_counter()
        jax.block_until_ready(self._programs[cohort](*arguments))
        return time.perf_counter() - began

    @property
    @abstractmethod
    def _programs(self) -> list[Any]:
        """What is called for a tile, of each cohort."""

    @abstractmethod
    def _arguments(self, block: Block) -> tuple[Any, ...]:
        """What it is called with."""

    @abstractmethod
    def _about(self, block: Block, made: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What is stored of the models beside what the call returned."""


@dataclass
class FunctionExecutor(CallExecutor[FunctionPlan]):
    """Calls the function of a `FunctionSweep`."""

    @cached_property
    def layout(self) -> tuple[dict[str, rows.FieldInfo], dict[str, np.ndarray]]:
        """Fields and coordinates from the shapes that the function returns."""
        fields: dict[str, rows.FieldInfo] = {}
        coords: dict[str, np.ndarray] = {}
        for number in range(len(self.plan.cohorts)):
            arguments = self._arguments(Block(number, 0, np.zeros(1, int)))
            for name, leaf in _named(jax.eval_shape(self._programs[number], *arguments)).items():
                dims = tuple(f"{name}_dim{i}" for i in range(leaf.ndim - 1))
                fields[name] = rows.FieldInfo(dims, leaf.dtype.name, "returned by the function")
                for dim, size in zip(dims, leaf.shape[1:], strict=True):
                    coords[dim] = np.arange(max(size, len(coords.get(dim, ()))))
        check_outputs(self.plan.sweep.name, fields, coords)
        return {"status": rows.field_of("status", (), {}), **fields}, coords

    def _about(self, block: Block, made: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What is stored of the models beside what the function returned."""
        return {"status": _status(made, len(block.rows))}

    @cached_property
    def _programs(self) -> list[Any]:
        sweep = self.plan.sweep
        function, fixed = sweep.function, dict(sweep.fixed)
        if function is None:
            raise UsageError(f"{sweep.name}: the function is not stored, call sweep_function again")

        def program(static: dict[str, Any]) -> Any:
            return jax.jit(jax.vmap(lambda key, swept: function(key, **swept, **static, **fixed)))

        return [program(c.static) for c in self.plan.cohorts]

    def _arguments(self, block: Block) -> tuple[jax.Array, dict[str, jax.Array]]:
        cohort, filled = self.plan.cohorts[block.cohort], self.plan.filled(block)
        keys = cell_keys(self.plan.sweep.seed, cohort.cell_digests[filled], block.replica)
        swept = {n: jnp.asarray(c[filled], jnp.float32) for n, c in cohort.columns.items()}
        return keys, swept


def _named(returned: Any) -> dict[str, Any]:
    """Leaves of what the function returned, by name; a single array is called value."""
    leaves = rows.parameters(returned)
    named = {(f"out{n}" if n[:1].isdigit() else n) or "value": leaf for n, leaf in leaves.items()}
    if len(named) < len(jax.tree.leaves(returned)):
        raise UsageError(f"two outputs of the function have one name: {', '.join(named)}")
    return named


def _status(made: dict[str, np.ndarray], count: int) -> np.ndarray:
    finite = np.ones(count, bool)
    for values in made.values():
        if values.dtype.kind == "f":
            finite &= np.isfinite(values.reshape(count, -1)).all(axis=1)
    return np.where(finite, Status.ok, Status.nonfinite_loss).astype(np.uint8)
