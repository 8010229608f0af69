"""Share of seeds that end in another phase than the best one, with and without sampling noise.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", where
the worst of ten seeds is left out; boundary and spinodal of the exact loss are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

TITLES = {"sampled": "training on samples", "population": "training on the exact loss"}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.0))
        axes = figure.subplots(1, 2, sharex=True, sharey=True)
        for ax, (engine, title) in zip(axes, TITLES.items(), strict=True):
            plot.disagreement(result, select={"engine": engine}, ax=ax, theory=True,
                              also=tuple(axes[:1]), bar=ax is axes[1])  # fmt: skip
            ax.set_title(title)
            ax.label_outer()
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        figure.suptitle(f"Seeds, of {result.sweep.n_seeds}, in another phase than the best one")
    return figure


def check(result):  # noqa: D103
    return plot.checks.disagreement(result)
