"""Compiled ahead of time for a TPU that is not there: XLA's own account of it fits the plan."""

import importlib.util

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import SingleDeviceSharding

import phasesim as ps
from phasesim.engines._program import compiled, empty_state
from phasesim.execute import Executor
from phasesim.plan import Block, Plan

#: (n, m), and what is not the default: each kernel of each engine
CASES = [
    ((2, 1), {"draws": "independent"}),
    ((80, 20), {"draws": "shared"}),
    ((2, 1), {"engine": "population"}),
    ((20, 5), {"engine": "population"}),
]


@pytest.fixture(scope="module")
def tpu():
    """One device of a TPU v5e."""
    if importlib.util.find_spec("libtpu") is None:
        pytest.skip("libtpu is not installed: pip install 'jax[tpu]'")
    patch = pytest.MonkeyPatch()
    # without these libtpu asks a cloud's metadata server what it runs on
    patch.setenv("TPU_SKIP_MDS_QUERY", "1")
    patch.setenv("TPU_ACCELERATOR_TYPE", "v5litepod-4")
    patch.setenv("TPU_WORKER_HOSTNAMES", "localhost")
    from jax.experimental import topologies

    try:
        yield topologies.get_topology_desc("v5e:2x2", platform="tpu").devices[0]
    finally:
        patch.undo()


@pytest.mark.parametrize(("size", "how"), CASES)
def test_training_compiles_for_a_tpu_within_the_planned_memory(tpu, size, how):
    n, m = size
    plan = Plan(ps.Sweep(ps.Experiment(n_features=n, n_hidden=m, **how)), platform="tpu")
    executor = Executor(plan)
    make = lambda: executor._inputs(Block(0, 0, np.zeros(1, int)))  # noqa: E731
    there = SingleDeviceSharding(tpu)
    inputs, state, step = jax.tree.map(
        lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype, sharding=there),
        (
            jax.eval_shape(make),
            jax.eval_shape(lambda: empty_state(make())),
            jax.ShapeDtypeStruct((), jnp.int32),
        ),
    )
    traced = compiled("tpu").trace(inputs, state, step, step)
    said = traced.lower(lowering_platforms=("tpu",)).compile().memory_analysis()
    assert said.output_size_in_bytes > 0
    assert said.temp_size_in_bytes <= plan.memory_of_block(0)
