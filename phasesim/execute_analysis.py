"""Carrying out the blocks of an analysis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from phasesim import pytree, rows
from phasesim.engines._program import CPU_OPTIONS
from phasesim.errors import UsageError
from phasesim.execute_function import CallExecutor
from phasesim.keys import cell_keys, model_keys, stream
from phasesim.output import check_outputs
from phasesim.plan import AnalysisPlan, Block


@dataclass
class AnalysisExecutor(CallExecutor[AnalysisPlan]):
    """Measures the models of a block at once, by jit and vmap."""

    @cached_property
    def layout(self) -> tuple[dict[str, rows.FieldInfo], dict[str, np.ndarray]]:
        """Fields and coordinates as the analysis declares them, held to what it returns."""
        analysis = self.plan.sweep.analysis
        loss = rows.FieldInfo((), "float32", "loss by which the trained sweep ranks its seeds")
        fields = {"status": rows.field_of("status", (), {}), "loss": loss}
        taken = sorted(fields.keys() & analysis.outputs.keys())
        if taken:
            raise UsageError(
                f"analysis '{type(analysis).__name__}': {taken[0]}: an output cannot have this "
                "name, which is that of the trained sweep's"
            )
        fields |= {
            n: rows.FieldInfo(o.dims, "float32", o.meaning) for n, o in analysis.outputs.items()
        }
        coords: dict[str, np.ndarray] = {}
        for number, cohort in enumerate(self.plan.cohorts):
            own = _coords(analysis, cohort.template)
            self._check_returned(number, own)
            for output in analysis.outputs.values():
                for dim in output.dims:
                    if dim not in coords or len(own[dim]) > len(coords[dim]):
                        coords[dim] = own[dim]
        outputs = {n: info for n, info in fields.items() if n in analysis.outputs}
        check_outputs(f"analysis '{type(analysis).__name__}'", outputs, coords)
        return fields, coords

    def _check_returned(self, number: int, coords: dict[str, np.ndarray]) -> None:
        analysis = self.plan.sweep.analysis
        arguments = self._arguments(Block(number, 0, np.zeros(1, int)))
        returned = jax.eval_shape(self._programs[number], *arguments)
        found = {name: leaf.shape[1:] for name, leaf in returned.items()}
        declared = {
            n: tuple(len(coords[d]) for d in o.dims) for n, o in analysis.outputs.items()
        }  # fmt: skip
        wrong = sorted(n for n in found | declared if found.get(n) != declared.get(n))
        if wrong:
            raise UsageError(
                f"analysis '{type(analysis).__name__}': {wrong[0]}: returned "
                f"{found.get(wrong[0], 'nothing')}, expected {declared.get(wrong[0], 'nothing')}"
            )

    @cached_property
    def _programs(self) -> list[Any]:
        analysis = self.plan.sweep.analysis
        options = CPU_OPTIONS if self.plan.platform == "cpu" else None

        def measure(experiment: Any, params: Any, key: Any) -> Any:
            # accelerators multiply with fewer digits unless told; of each analysis, own ones too
            with jax.default_matmul_precision("highest"):
                returned = analysis.measure(params, experiment, key)
            # counts and comparisons too, since a model that was not run has NaN
            return {name: jnp.asarray(v, jnp.float32) for name, v in returned.items()}

        # the same function for all cohorts: what differs is in the arguments' structure
        return [jax.jit(jax.vmap(measure), compiler_options=options)] * len(self.plan.cohorts)

    def _arguments(self, block: Block) -> tuple[Any, ...]:
        sweep, cohort = self.plan.sweep, self.plan.cohorts[block.cohort]
        filled = self.plan.filled(block)
        experiment = cohort.stacked(filled)
        pytree.register(experiment)
        digests = cohort.key_digests[filled]
        if sweep.analysis.of_training:
            words = model_keys(sweep.seed, digests, block.replica, cohort.template.draws).data
            keys = jax.random.wrap_key_data(jnp.broadcast_to(words, (len(filled), 2)))
        else:
            keys = cell_keys(sweep.seed, digests, block.replica)
            name = type(sweep.analysis).__name__
            keys = jax.vmap(lambda key: stream(key, f"analysis {name}"))(keys)
        return experiment, self._params(block.cohort, cohort.cells[filled], block.replica), keys

    def _params(self, number: int, cells: np.ndarray, replica: int) -> Any:
        """Stored parameters of some models as the tree that the model takes, (L, …)."""
        paths, tree = self._trees[number]
        suffix = "_snapshot" if self.plan.sweep.analysis.snapshots else ""
        leaves = []
        for name, shape in paths.items():
            values = self._flat(name + suffix)[cells, replica]
            # a model smaller than the sweep's largest fills the leading corner
            lead = values.ndim - len(shape)
            leaves.append(values[(slice(None),) * lead + tuple(slice(s) for s in shape)])
        return jax.tree.unflatten(tree, leaves)

    @cached_property
    def _trees(self) -> list[tuple[dict[str, tuple[int, ...]], Any]]:
        """Of each cohort the names and shapes of the parameters, and the tree they form."""
        found = []
        for e in (c.template for c in self.plan.cohorts):
            made = jax.eval_shape(
                lambda key, e=e: e.model.init(key, e.n_features, e.n_hidden), jax.random.key(0)
            )
            named = {name: leaf.shape for name, leaf in rows.parameters(made).items()}
            found.append((named, jax.tree.structure(made)))
        return found

    def _flat(self, name: str) -> np.ndarray:
        """A stored array with its axes as one: (cells, seed, …)."""
        source = self.plan.sweep.source
        if source is None:
            raise UsageError("the weights are not in this file, analyse the trained store again")
        if name.endswith("_snapshot") and name not in source.names():
            raise UsageError("the store has no snapshots, train it with --set record.snapshots=20")
        stored = source.ranking[1] if name == "loss" else source.stored(name)
        return stored.reshape(-1, *stored.shape[len(source.shape) - 1 :])

    def _about(self, block: Block, made: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Status and rank of the models, as they were trained."""
        cells = self.plan.cohorts[block.cohort].cells[block.rows]
        return {
            "status": self._flat("status")[cells, block.replica],
            "loss": self._flat("loss")[cells, block.replica].astype(np.float32),
        }


def _coords(analysis: Any, template: Any) -> dict[str, np.ndarray]:
    """Values along every dimension that an output may have."""
    sizes = {"feature": template.n_features, "hidden": template.n_hidden}
    steps = {"step": np.array(rows.snapshot_steps(template))} if analysis.snapshots else {}
    own = {name: np.asarray(values) for name, values in analysis.coords(template).items()}
    return {name: np.arange(size) for name, size in sizes.items()} | steps | own
