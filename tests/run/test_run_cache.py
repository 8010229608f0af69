"""Compiled programs are kept between processes, in a folder of the user's own."""

import os
import stat
import subprocess
import sys

PROGRAM = """
import jax
import phasesim as ps
ps.use_cache()
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
hits = []
jax.monitoring.register_event_listener(lambda name, **_: hits.append(name))
ps.run(ps.Sweep(ps.Experiment(n_features=2, n_hidden=1, batch_size=16, n_steps=2)))
print(sum(name == "/jax/compilation_cache/cache_hits" for name in hits))
"""


def hits(home):
    # the suite's own settings name another folder
    env = {n: v for n, v in os.environ.items() if not n.startswith("JAX_")}
    env |= {"XDG_CACHE_HOME": str(home), "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_second_process_finds_what_the_first_compiled(tmp_path):
    folder = tmp_path / "phasesim" / "compiled"
    assert hits(tmp_path) == 0
    kept = sorted(folder.iterdir())
    assert kept
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert hits(tmp_path) > 0
