"""Two large sets of correlated features: each is an orthogonal basis, superposed with the other.

Source: Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    e, (sizes, densities) = result.sweep.experiment, result.coords.values()
    sets = e.distribution.replace(set_size=int(max(sizes))).groups(e.n_features)
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.0))
        rows = figure.subplots(len(sizes), len(densities), squeeze=False, sharex=True, sharey=True)
        for size, axes in zip(sizes, rows, strict=True):
            for p, ax in zip(densities, axes, strict=True):
                W = plot.model_at(result, reduction=reduction, set_size=size, density=p).W
                plot.set_gram(W, sets=sets, ax=ax, colorbar=False)
                ax.set_title(f"p = {p:.2g}\n{ax.get_title()}", fontsize=6)
                ax.label_outer()
            axes[0].set_ylabel("independent" if size == 1 else f"sets of {size}")
        figure.colorbar(rows[0, 0].images[0], ax=rows, ticks=[-1, 0, 1], shrink=0.5, aspect=30,
                        label="$W_i \\cdot W_j$")  # fmt: skip
        figure.suptitle(f"WᵀW of correlated sets: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.local_basis(result)
