"""The compiled program: what crosses to the device, what is reused, what every platform lowers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import execute, registry
from phasesim.engines._program import compiled, empty_state
from phasesim.plan import Block, Plan

#: sizes of each kernel: elementwise, elementwise one after the other, matrix products
KERNELS = [(2, 1), (12, 4), (80, 20)]


def inputs_of(experiment, platform="cpu"):
    plan = Plan(ps.Sweep(experiment), platform=platform)
    return execute.Executor(plan)._inputs(Block(0, 0, np.zeros(1, int)))


def test_nothing_crosses_to_or_from_the_device_inside_a_chunk(tiny_sweep, monkeypatch):
    calls = []

    def guarded(platform):
        program = compiled(platform)

        def call(inputs, state, begin, end):
            calls.append((begin, end))
            # the two step numbers go over, and before the first call an empty state, no more
            state, begin, end = jax.device_put((state, begin, end))
            with jax.transfer_guard("disallow"):
                return program(inputs, state, begin, end)

        return call

    with jax.transfer_guard("disallow"), pytest.raises(Exception, match="Disallowed"):
        jnp.sin(np.ones(3))  # the guard is in force on this platform
    sweep = tiny_sweep(n_steps=80, record=ps.Record(snapshots=3))
    usual = ps.run(sweep)
    monkeypatch.setattr(execute, "compiled", guarded)
    executor = execute.Executor(Plan(sweep))
    rows = executor.run(executor.plan.blocks[0])
    assert len(calls) > 2
    assert np.array_equal(rows["loss"], usual.loss[:, 0])


def test_state_is_donated_from_call_to_call(tiny):
    inputs = inputs_of(tiny())
    state = jax.device_put(empty_state(inputs))
    after, _ = compiled("cpu")(inputs, state, jnp.int32(0), jnp.int32(2))
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves(state))
    assert not any(leaf.is_deleted() for leaf in jax.tree.leaves(after))


@pytest.mark.parametrize(
    ("platform", "draws"), [("cuda", "shared"), ("cuda", "independent"), ("tpu", "shared")]
)
@pytest.mark.parametrize(("n", "m"), KERNELS)
def test_training_lowers_without_the_device(tiny, platform, draws, n, m):
    _lowered(tiny(n_features=n, n_hidden=m, draws=draws), platform)


@pytest.mark.parametrize("name", registry.names("engine"))
def test_every_engine_lowers_for_cuda(tiny, name):
    _lowered(tiny(engine=name), "cuda")


def _lowered(experiment, platform):
    inputs = inputs_of(experiment, {"cuda": "gpu"}.get(platform, platform))
    zero = jnp.int32(0)
    program = compiled("gpu" if platform == "cuda" else platform)
    traced = program.trace(inputs, empty_state(inputs), zero, zero)
    module = traced.lower(lowering_platforms=(platform,)).as_text()
    # the loop over steps is inside the program, and the state's memory is used again
    assert "stablehlo.while" in module
    assert "tf.aliasing_output" in module or "jax.buffer_donor" in module
