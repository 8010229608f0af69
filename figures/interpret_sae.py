"""Directions that a sparse autoencoder recovers, over density and importance, and its rivals.

Source: Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders.
"""

from matplotlib.figure import Figure

from phasesim import plot

FOUND = {"recovered": "autoencoder", "recovered_samples": "random samples",
         "recovered_neurons": "neurons"}  # fmt: skip
DETECTED = {"f1": "by a latent", "f1_neurons": "by a neuron", "f1_denser": "a latent, denser data"}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("sae")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.6))
        upper, lower = figure.subplots(2, 3, sharex=True, sharey=True)
        plot.output_maps(found, FOUND, axes=upper, low=0, high=1, reduction=reduction,
                         label="part of the directions recovered")  # fmt: skip
        plot.output_maps(found, DETECTED, axes=lower, low=0, high=1, reduction=reduction,
                         label="F1 of detection")  # fmt: skip
        figure.suptitle(f"Sparse autoencoders: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("sae")
    asserted = (
        ("part of the directions recovered", 0.8, "recovered", "recovered_neurons"),
        ("cosine of a direction with an atom of its own", 0.9, "matched", "matched_random"),
        ("F1 of a latent in sparser data", 0.6, "f1_sparser", "f1_neurons_sparser"),
    )
    return [plot.output_assertion(found, said, f"> {least}", lambda v, t=least: v > t, *names)
            for said, least, *names in asserted]  # fmt: skip
