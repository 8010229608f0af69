"""A stop that comes before training: measuring how long it will take ends too."""

from __future__ import annotations

import jax
import pytest

import phasesim as ps
from phasesim import execute
from phasesim.errors import Stopped
from phasesim.farm._run import run_shard


@pytest.mark.parametrize("how", ["run", "shard"])
@pytest.mark.parametrize("last", [1, 3, 6])
def test_a_stop_while_measuring_ends_it_after_the_call_under_way(
    tiny_sweep, tmp_path, monkeypatch, last, how
):
    options, calls, true_compiled = ps.Options(), [], execute.compiled

    def compiled(platform):
        def program(*arguments):
            calls.append(1)
            if len(calls) == last:
                options.stop.set()
            return true_compiled(platform)(*arguments)

        return program

    monkeypatch.setattr(execute, "compiled", compiled)
    with pytest.raises(Stopped):
        if how == "run":
            ps.run(tiny_sweep(), tmp_path / "x.h5", options)
        else:
            run_shard(tiny_sweep(), tmp_path / "x.h5", "0/2", options)
    # two calls compile, two more time nothing, and so on
    assert len(calls) == last and not list(tmp_path.iterdir())


def test_of_a_function_too(tmp_path):
    options, calls = ps.Options(), []

    def asked(x):
        calls.append(1)
        options.stop.set()
        return x

    def f(key, x):
        return jax.pure_callback(asked, x, x, vmap_method="sequential")

    with pytest.raises(Stopped):
        ps.sweep_function(f, [ps.values("x", [1.0])], path=tmp_path / "u.h5", options=options)
    assert calls and not list(tmp_path.iterdir())
