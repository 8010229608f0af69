"""Several devices: the same bits as one, and how often the program is compiled."""

import json

CODE = """
    import hashlib, json
    import jax, numpy as np
    from jax import monitoring
    import phasesim as ps
    from phasesim.execute import Executor

    compiled = []
    def heard(event, seconds, **about):
        if event.endswith("backend_compile_duration"):
            compiled.append(about.get("fun_name"))
    monitoring.register_event_duration_secs_listener(heard)
    experiment = ps.Experiment(
        n_features=2, n_hidden=1, n_steps=5, batch_size=32, draws="independent"
    )
    axes = [ps.geomspace("distribution.density", 1, 0.1, 150)]
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=3)

    def ran(devices):
        Executor.devices = devices
        result = ps.run(sweep)
        digest = hashlib.sha256()
        for name in sorted(result.names()):
            digest.update(np.ascontiguousarray(result.stored(name)).tobytes())
        return {"digest": digest.hexdigest(), "compiled": compiled.count("jit(advance)")}

    devices = jax.local_devices()
    print(json.dumps([len(devices), ran(devices[:1]), ran(devices)]))
"""


def test_four_devices_give_the_bits_of_one_and_compile_once_each(python):
    # bits are compared here, not speed, so that quickly compiled code will do
    flags = "--xla_force_host_platform_device_count=4 --xla_backend_optimization_level=0"
    environment = {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    count, one, four = json.loads(python(CODE, env=environment))
    assert count == 4
    assert four["digest"] == one["digest"]
    # JAX keeps a program for each device even where all are of one kind; a later process finds
    # them in the persistent cache
    assert (one["compiled"], four["compiled"]) == (1, 4)
