"""What the completion of plots offers: of a result its plots, of the package what draws."""

from __future__ import annotations

import inspect

from phasesim import plot
from phasesim.notebook import Plots

HELPERS = {"agreement", "agreement_assertions", "model_at", "point_assertions", "read_cell",
           "weights_at", "samples_and_features"}  # fmt: skip
CONTROLS = {"pooled_dimensionalities", "seed_of", "shuffled", "squashed", "untrained"}


def test_a_result_offers_every_plot_that_takes_it_and_nothing_else():
    offered = dir(Plots(None))
    for name, function in inspect.getmembers(plot, inspect.isfunction):
        first, *others = inspect.signature(function).parameters or [""]
        draws = bool({"ax", "panels"} & set(others)) or name == "animation"
        mine = first == "result" and (draws or name.startswith("prepare_"))
        assert (name in offered) == mine, name
    assert {"phase_diagram", "phase_table", "animation", "prepare_curve"} <= set(offered)
    assert not (HELPERS | CONTROLS) & set(offered)


def test_the_package_lists_no_files_and_no_helpers():
    listed = dir(plot)
    assert {"phase_diagram", "gram", "prepare_gram", "Film", "style", "save"} <= set(listed)
    assert not [name for name in listed if name.startswith("_")]
    assert not plot._HELPERS & set(listed) and not CONTROLS & set(listed)
    # reached by name all the same, by the code of figures
    assert all(inspect.isfunction(getattr(plot, name)) for name in plot._HELPERS)
