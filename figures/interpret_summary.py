"""Superposition and five tools on one grid: probe, saliency, ablation, autoencoder, transfer.

Source: Elhage et al. 2022, Toy Models of Superposition, for superposition; the tools are those of
the other figures here.
"""

from matplotlib.figure import Figure

from phasesim import plot

#: analysis, output, title, upper end of the colours
PANELS = (("linear_probe", "drop_broken", "probe: R² lost", 1),
          ("saliency", "rank_input_gradient", "saliency: rank correlation", 1),
          ("directions", "ablate_collateral", "ablation: change of others", 1),
          ("sae", "recovered", "autoencoder: recovered", 1),
          ("transfer", "drop_removed_neurons", "transfer: R² lost", 1))  # fmt: skip


def draw(result, *, reduction="mean"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.6))
        first, *others = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
        plot.metric_map(result, "features_per_dimension", low=0, high=4, ax=first,
                        reduction=reduction).label_outer()  # fmt: skip
        for ax, (name, output, title, high) in zip(others, PANELS, strict=True):
            plot.output_map(result.analysis(name), output, low=0, high=high, title=title, ax=ax,
                            label=" ", reduction=reduction)  # fmt: skip
            ax.label_outer()
        figure.suptitle(f"Superposition and tools: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    rows = (("linear_probe", "drop_broken", "drop_resampled", 0.1),
            ("directions", "ablate_on_target", "ablate_on_target_random", 0.3),
            ("sae", "recovered", "recovered_neurons", 0.8),
            ("transfer", "drop_removed_neurons", "drop_removed", 0.15))  # fmt: skip
    return [plot.output_assertion(result.analysis(name), f"{name}: {output}", f"> {least}",
                                  lambda v, t=least: v > t, output, control)
            for name, output, control, least in rows]  # fmt: skip
