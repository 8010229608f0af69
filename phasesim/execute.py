"""Carrying out the blocks of a plan on the devices of this process."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import jax
import numpy as np

from phasesim import pytree, rows
from phasesim.engines._program import advance, compiled, empty_state
from phasesim.engines._state import Inputs, State
from phasesim.errors import Stopped, UsageError
from phasesim.keys import model_keys
from phasesim.plan import Block, GridPlan, Plan

#: a call of the compiled program is left after about this long, to see whether to stop
CALL_SECONDS = 1.0
FIRST_STEPS = 32
#: an estimate rests on steps that take at least this long
MEASURED_SECONDS = 0.05
#: the plan whose blocks are carried out
P = TypeVar("P", bound=GridPlan, covariant=True)


@dataclass
class GridExecutor(ABC, Generic[P]):
    """Carries out blocks, of whatever kind; safe to call from several threads.

    Attributes:
        plan: what to train.
        starts: for ``init = from_store``: (cells, replica) -> start parameters, else None.
        stop: set to leave at the next pause.
        on_steps: called with the model-steps just done.
    """

    plan: P
    starts: Callable[[np.ndarray, int], Any] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    on_steps: Callable[[int], None] = lambda steps: None
    #: set when another block failed, so that this one need not go on
    abandoned: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def devices(self) -> list[Any]:
        return jax.local_devices()

    def check_stop(self) -> None:
        """Leave where that was asked for.

        Raises:
            Stopped: ``stop`` was set, or another block failed.
        """
        if self.stop.is_set() or self.abandoned.is_set():
            raise Stopped("stopped; run the same command to go on")

    @abstractmethod
    def run(self, block: Block, device: Any = None) -> dict[str, np.ndarray]:
        """Stored arrays of a block by name; see `Executor.run`."""

    @abstractmethod
    def seconds_per_block(self, cohort: int) -> float:
        """Predicted time of one block of a cohort."""

    @property
    @abstractmethod
    def layout(self) -> tuple[dict[str, rows.FieldInfo], dict[str, np.ndarray]]:
        """Fields and coordinates of the store."""

    @cached_property
    def fields_and_shapes(self) -> tuple[dict[str, rows.FieldInfo], dict[str, tuple[int, ...]]]:
        """All stored fields, and the padded shape of one row of each."""
        fields, coords = self.layout
        return fields, {n: tuple(len(coords[d]) for d in f.dims) for n, f in fields.items()}


@dataclass
class Executor(GridExecutor[Plan]):
    """Trains blocks."""

    #: measured steps a second of each cohort; decides only how often a block pauses
    _speed: dict[int, float] = field(default_factory=dict)
    _blank: dict[int, State] = field(default_factory=dict)

    def run(self, block: Block, device: Any = None) -> dict[str, np.ndarray]:
        """Train a block.

        Args:
            block: which models.
            device: where; the first device if not given.

        Returns:
            Stored arrays by name for the block's models, padded to the sweep's largest sizes,
            with ``cell_hash`` and ``seed``.

        Raises:
            Stopped: ``stop`` was set; the block leaves no trace.
        """
        cohort = self.plan.cohorts[block.cohort]
        with jax.default_device(device or self.devices[0]):
            inputs = self._inputs(block)
            outcome, snapshots = self._train(inputs, block.cohort, len(block.rows))
        count = len(block.rows)
        everything = {**rows.named(outcome), **snapshots}
        made = {name: np.asarray(values)[:count] for name, values in everything.items()}
        fields, shapes = self.fields_and_shapes
        padded = {name: rows.pad(values, shapes[name]) for name, values in made.items()}
        for name in fields.keys() - padded.keys():
            # a parameter that only another cohort's model has
            padded[name] = np.full((count, *shapes[name]), np.nan, np.float32)
        return {
            "cell_hash": cohort.cell_digests[block.rows],
            "seed": np.full(count, block.replica, np.uint32),
            **padded,
        }

    def seconds_per_block(self, cohort: int) -> float:
        """Predicted time of one block of a cohort, from timing some of its steps.

        Raises:
            Stopped: ``stop`` was set.
        """
        with self._on_first_device():
            inputs = self._inputs(Block(cohort, 0, np.zeros(1, int)))
            program, n_steps = compiled(self.plan.platform), inputs.experiment.n_steps
            state = empty_state(inputs)

            def seconds(begin: int, end: int) -> float:
                nonlocal state
                timed = []
                for _ in range(2):  # the shorter of two: others use the machine too
                    self.check_stop()
                    began = time.perf_counter()
                    state, outcome = program(inputs, state, np.int32(begin), np.int32(end))
                    jax.block_until_ready((state, outcome))
                    timed.append(time.perf_counter() - began)
                return min(timed)

            seconds(0, 0)  # compiles
            idle, steps, spent = seconds(0, 0), 0, 0.0
            while steps < n_steps and spent < MEASURED_SECONDS:
                steps = min(n_steps, max(FIRST_STEPS, 4 * steps))
                spent = seconds(0, steps) - idle
            evaluation = seconds(n_steps, n_steps)
        return max(spent, 0.0) / max(steps, 1) * n_steps + evaluation

    def program_memory(self, cohort: int) -> int:
        """Bytes that one block of a cohort takes, by the compiler's own account."""
        zero = np.int32(0)
        with self._on_first_device():
            inputs = self._inputs(Block(cohort, 0, np.zeros(1, int)))
            program = compiled(self.plan.platform).lower(inputs, empty_state(inputs), zero, zero)
        said = program.compile().memory_analysis()
        taken = said.argument_size_in_bytes + said.output_size_in_bytes + said.temp_size_in_bytes
        return taken - said.alias_size_in_bytes

    def _on_first_device(self) -> Any:
        # training names its device, and JAX compiles anew for code that names none
        return jax.default_device(self.devices[0])

    @cached_property
    def layout(self) -> tuple[dict[str, rows.FieldInfo], dict[str, np.ndarray]]:
        """Fields and coordinates of the store, from abstract evaluation: nothing is computed."""
        shapes = []
        for number, cohort in enumerate(self.plan.cohorts):
            with self._on_first_device():
                inputs = self._inputs(Block(number, 0, np.zeros(1, int)))
            state = jax.eval_shape(empty_state, inputs)
            outcome = jax.eval_shape(advance, inputs, state, 0, 0)[1]
            row = {name: leaf.shape[1:] for name, leaf in rows.named(outcome).items()}
            steps = rows.snapshot_steps(cohort.template)
            if steps:
                row |= {
                    name: (len(steps), *leaf.shape[1:])
                    for name, leaf in rows.parameters(state.params, "_snapshot").items()
                }
            shapes.append(row)
        return rows.describe([c.template for c in self.plan.cohorts], shapes)

    def _inputs(self, block: Block) -> Inputs:
        cohort, filled = self.plan.cohorts[block.cohort], self.plan.filled(block)
        experiment = cohort.stacked(filled)
        pytree.register(experiment)
        template = cohort.template
        digests = cohort.key_digests[filled]
        keys = model_keys(self.plan.sweep.seed, digests, block.replica, template.draws)
        start = None
        if self.starts is not None:
            start = self.starts(cohort.cells[filled], block.replica)
        made = Inputs(experiment, keys.init, keys.data, keys.evaluation, start)
        # once, not at every call of the program
        return jax.device_put(made)

    def _train(self, inputs: Inputs, cohort: int, models: int) -> tuple[Any, dict[str, Any]]:
        """The outcome of a tile, and its weights at the recorded steps, (L, step, …) by name."""
        n_steps = inputs.experiment.n_steps
        program = compiled(self.plan.platform)
        # handed over explicitly: a hidden transfer inside a chunk would stall a device
        state = jax.device_put(self._blank_state(cohort, inputs))
        pauses = rows.snapshot_steps(inputs.experiment)
        kept = []
        step = 0
        if pauses:
            # step 0 is the first pause; starting from it again repeats the same initialisation
            state, _ = program(inputs, state, *jax.device_put((np.int32(0), np.int32(0))))
            kept.append(_copied(state.params))
        while True:
            self.check_stop()
            stride = max(int(self._speed.get(cohort, 0) * CALL_SECONDS), FIRST_STEPS)
            end = min([step + stride, n_steps, *(p for p in pauses if p > step)])
            began = time.perf_counter()
            between = jax.device_put((np.int32(step), np.int32(end)))
            try:
                state, outcome = program(inputs, state, *between)
                jax.block_until_ready(state)
            except Exception:
                # the block is trained again from its start, or not at all
                self.on_steps(-step * models)
                raise
            self._measure(cohort, step, end, time.perf_counter() - began)
            self.on_steps((end - step) * models)
            step = end
            if step in pauses and step > 0:
                kept.append(_copied(state.params))
            if step == n_steps:
                break
        return outcome, {n: np.stack([k[n] for k in kept], 1) for n in (kept[0] if kept else ())}

    def _blank_state(self, cohort: int, inputs: Inputs) -> State:
        """Zeros that the program's first call overwrites, made once for all blocks of a cohort."""
        if cohort not in self._blank:
            self._blank[cohort] = empty_state(inputs)
        return self._blank[cohort]

    def _measure(self, cohort: int, begin: int, end: int, seconds: float) -> None:
        # the first call compiles, so only later ones say how fast a step is
        if begin > 0 and end > begin:
            self._speed[cohort] = (end - begin) / max(seconds, 1e-6)


def platform() -> str:
    """The kind of device that this process trains on: cpu, gpu or tpu."""
    return jax.default_backend()


def out_of_memory(error: Exception) -> bool:
    """Whether a device had no room for a block."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


def blocks_in_flight(plan: GridPlan, memory: int | None, threads: int | None = None) -> int:
    """How many blocks train at once: one a core on CPU, fewer where memory is short."""
    devices = jax.local_devices()
    wanted = threads or (cores() if devices[0].platform == "cpu" else len(devices))
    each = plan.peak_memory(1)
    if memory is None or each == 0:
        return wanted  # no bound, or a function whose needs are not known
    if memory < each:
        raise UsageError(
            f"--memory: found {memory:,} bytes, expected at least {each:,}, which one block takes"
        )
    return min(wanted, memory // each)


def cores() -> int:
    """Cores that this process may use: a scheduler often gives a job a few of a machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _copied(params: Any) -> dict[str, np.ndarray]:
    """Parameters on the host: the arrays themselves are written over by the next call."""
    return {n: np.array(leaf) for n, leaf in rows.parameters(params, "_snapshot").items()}
