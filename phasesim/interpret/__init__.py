"""Analyses: what superposition does to the tools that people trust, over a whole stored sweep.

`analyse` measures every model of a store and writes ``<stem>.NAME.h5`` beside it, with the
store's axes and seeds. Like training it resumes, and a block of models is one compiled call.

**Adding an analysis** takes one file in this folder (or in ``interpret/`` of a plugin folder)
with a part of the file's name. It says what it returns, and measures one model; axes, seeds,
cohorts, blocks, keys, the store, ``--set``, ``phasesim list`` and ``analyse --list`` follow::

    # interpret/dead_units.py
    from typing import ClassVar

    from phasesim.fields import static
    from phasesim.interpret._base import Analysis, Output
    from phasesim.parts import part


    @part("my experiment")
    class dead_units(Analysis):
        \"\"\"How often each unit is silent; 1 - p for one that a single feature drives.\"\"\"

        n_samples: int = static(4096, "samples drawn", low=1)
        outputs: ClassVar = {
            "silent": Output(("hidden",), "P(unit is 0)"),
            "silent_untrained": Output(("hidden",), "baseline: a unit with shuffled weights"),
        }

        def measure(self, params, experiment, key):
            import jax

            from phasesim.interpret._data import draw

            x = draw(experiment, key, "test", self.n_samples)  # (n, samples), of the same law
            m = experiment.n_hidden
            mixed = {**params, "W": jax.random.permutation(key, params["W"], axis=1)}
            share = lambda p: (experiment.model.hidden(p, x, m) == 0).mean(axis=1)
            return {"silent": share(params), "silent_untrained": share(mixed)}

Rules: the numbers on a few constructed models stand in the docstring and in a test; a naive
baseline is an output of its own, named ``<output>_<baseline>``, so that a claim can name it as
its control; what is fitted is scored on another stream (``draw(..., "fit", …)`` and
``draw(..., "test", …)``); jax is imported inside functions; further dimensions are named in
`Output.dims` and numbered in `coords`. Use ``model.hidden`` and ``model.decode``, not ``W``, so
that any module with hidden units can be analysed. Raise ``algorithm`` when the numbers change.
"""

from phasesim.registry import namespace

namespace(__name__, "analysis")
