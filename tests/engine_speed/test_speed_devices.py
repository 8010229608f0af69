"""Several devices: the same bits as one, and how often the program is compiled."""

import json

import pytest

CODE = """
    import hashlib, json
    import jax, numpy as np
    from jax import monitoring
    import phasesim as ps

    compiled = []
    def heard(event, seconds, **about):
        if event.endswith("backend_compile_duration"):
            compiled.append(about.get("fun_name"))
    monitoring.register_event_duration_secs_listener(heard)
    experiment = ps.Experiment(
        n_features=3, n_hidden=1, n_steps=5, batch_size=32, draws="independent"
    )
    axes = [ps.geomspace("distribution.density", 1, 0.1, 150)]
    result = ps.run(ps.Sweep(experiment, axes=axes, n_seeds=3))
    digest = hashlib.sha256()
    for name in sorted(result.names()):
        digest.update(np.ascontiguousarray(result.stored(name)).tobytes())
    print(json.dumps({
        "devices": jax.local_device_count(),
        "compiled": compiled.count("jit(advance)"),
        "digest": digest.hexdigest(),
    }))
"""


@pytest.fixture(scope="module")
def ran(python):
    """What a fresh process says that has so many simulated devices."""

    def run(devices):
        # the bits of both runs are compared, not their speed: compile quickly
        flags = f"--xla_force_host_platform_device_count={devices} "
        flags += "--xla_backend_optimization_level=0"
        environment = {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
        return json.loads(python(CODE, env=environment))

    return {devices: run(devices) for devices in (1, 4)}


def test_four_devices_give_the_bits_of_one(ran):
    assert ran[4]["devices"] == 4
    assert ran[4]["digest"] == ran[1]["digest"]


def test_a_cohort_compiles_once_for_each_device(ran):
    # JAX keeps a program for each device even where they are of one kind; a later process finds
    # all of them in the persistent cache
    assert (ran[1]["compiled"], ran[4]["compiled"]) == (1, 4)
