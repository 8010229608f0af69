"""Words on figures, all derived from the configuration."""

from __future__ import annotations

from phasesim.errors import UsageError, did_you_mean
from phasesim.sweep import Sweep

#: dotted path -> axis label; a path that is not here is its own label
_LABELS = {
    "batch_size": "batch size",
    "distribution.correlation": "correlation c of a pair",
    "distribution.density": "density p = 1 − S",
    "distribution.exponent": "exponent of the densities α",
    "distribution.factor": "relative density ρ of one feature",
    "distribution.n_samples": "training samples T",
    "importance.base": "importance decay",
    "importance.ratio": "relative importance r",
    "init.std": "standard deviation of the start",
    "n_features": "features n",
    "n_hidden": "hidden dimensions m",
    "n_steps": "training steps",
    "optimizer.learning_rate": "learning rate",
    "optimizer.weight_decay": "weight decay",
    "regularizers.adversarial.radius": "attack in training ε",
    "regularizers.dropout.rate": "dropout rate",
    "regularizers.hidden_l1.coefficient": "L1 coefficient λ",
    "regularizers.unit_norm.coefficient": "pull to length 1",
}
#: dotted path -> letter
_SYMBOLS = {
    "distribution.correlation": "c",
    "distribution.density": "p",
    "distribution.exponent": "α",
    "distribution.factor": "ρ",
    "distribution.n_samples": "T",
    "importance.ratio": "r",
    "model.activation": "hidden",
    "n_features": "n",
    "n_hidden": "m",
    "optimizer.weight_decay": "decay",
    "regularizers.adversarial.radius": "ε",
    "regularizers.dropout.rate": "dropout",
    "regularizers.hidden_l1.coefficient": "L1",
}
_REDUCTIONS = {
    "best": "best of {n} seeds",
    "worst": "worst of {n} seeds",
    "mean": "mean of {n} seeds",
    "mean_minus_worst": "mean of {n} seeds but the worst",
}


def axis_label(path: str) -> str:
    """What stands along the axis of a swept field.

    Args:
        path: dotted path of the field.

    Returns:
        Words and symbol; of a field that has none its path.

    >>> axis_label("distribution.density"), axis_label("model.activation")
    ('density p = 1 − S', 'model.activation')
    """
    return _LABELS.get(path, path)


def axis_symbol(path: str) -> str:
    """The letter of a swept field, or the last word of its path.

    Args:
        path: dotted path of the field.

    >>> axis_symbol("n_hidden"), axis_symbol("optimizer.learning_rate")
    ('m', 'learning_rate')
    """
    return _SYMBOLS.get(path, path.removesuffix(".name").rpartition(".")[2])


def describe_reduction(reduction: str, n_seeds: int) -> str:
    """How seeds became one value a cell, in words.

    Args:
        reduction: best, worst, mean or mean_minus_worst.
        n_seeds: of the sweep.

    Returns:
        Such as ``best of 8 seeds``; ``one seed`` of a single one.

    Raises:
        UsageError: another reduction.

    >>> describe_reduction("best", 8)
    'best of 8 seeds'
    """
    if reduction not in _REDUCTIONS:
        hint = did_you_mean(reduction, list(_REDUCTIONS))
        raise UsageError(f"no reduction '{reduction}', {hint}")
    return "one seed" if n_seeds == 1 else _REDUCTIONS[reduction].format(n=n_seeds)


def describe(sweep: Sweep) -> str:
    """What all cells of a sweep have in common, in one line; swept fields are left out.

    Args:
        sweep: of experiments.

    >>> import phasesim as ps
    >>> describe(ps.Sweep(ps.Experiment(), axes=[ps.values("n_hidden", [1, 2])]))
    'n = 5 · relu_output · adamw, 10,000 steps of 1,024 samples'
    """
    e, swept = sweep.experiment, {axis.path.removesuffix(".name") for axis in sweep.axes}

    def fixed(joint: str, **words: str) -> str:
        return joint.join(text for path, text in words.items() if path not in swept)

    batch = "batch_size" if e.distribution.fixed is None else "distribution.n_samples"
    samples = {batch: f"{e.samples_a_step:,} samples"}
    length = fixed(" of ", n_steps=f"{e.n_steps:,} steps", **samples)
    if not e.engine.samples:
        length = " ".join([fixed("", n_steps=f"{e.n_steps:,} steps"), "on the exact loss"]).strip()
    optimizer = fixed("", optimizer=type(e.optimizer).__name__)
    parts = (
        fixed(", ", n_features=f"n = {e.n_features}", n_hidden=f"m = {e.n_hidden}"),
        fixed("", model=type(e.model).__name__),
        ", ".join(filter(None, (optimizer, length))),
    )
    return " · ".join(filter(None, parts))
