"""Claims about superposition, fixed beforehand, and what the models say of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import gallery
from phasesim.errors import ConfigError, UsageError, did_you_mean
from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis
from phasesim.numerics import known_mean
from phasesim.parts import Part, choice, construct, part
from phasesim.result import Result

#: resamples of the seeds, and the part of them inside the interval
RESAMPLES, COVERAGE = 9999, 0.95


@part()
class Claim(Part):
    """One claim: a statistic of an analysis exceeds its control, or falls short of it."""

    statement: str = static("", "the claim in a sentence")
    sweep: str = static("", "figures/NAME.toml that trains the models")
    analysis: Analysis = choice("analysis", "neurons", "what is measured of them")
    statistic: str = static("", "output of the analysis, each model's mean, averaged")
    control: str = static("", "output that shows the same without the effect")
    direction: str = static("above", "side of the threshold", choices=("above", "below"))
    threshold: float = swept(0.0, "of statistic minus control")
    at: str = static("", "cells of the statistic, as 'AXIS = VALUE'; all by default")
    control_at: str = static("", "cells of the control, where they are others")

    def check(self) -> None:
        for name in ("statement", "sweep", "statistic", "control"):
            if not getattr(self, name):
                raise ConfigError(name, "found nothing", expected="a text")
        for name in (self.statistic, self.control):
            if name not in self.analysis.outputs:
                hint = did_you_mean(name, list(self.analysis.outputs))
                raise ConfigError("statistic", f"no output '{name}'", hint=hint)
        for field in ("at", "control_at"):
            _cells(field, getattr(self, field))

    @property
    def asked(self) -> str:
        """What supports the claim, in symbols."""
        sign = ">" if self.direction == "above" else "<"
        sides = (self.statistic, self.at), (self.control, self.control_at or self.at)
        shown = (f"{name} at {cells}" if cells else name for name, cells in sides)
        return f"{type(self.analysis).__name__}: {' - '.join(shown)} {sign} {self.threshold:g}"


@dataclass(frozen=True)
class Verdict:
    """What the models say of a claim.

    Attributes:
        value: mean of the statistic over the models where it and the control are known.
        interval: its 95 % bootstrap interval over seeds.
        control: mean of the control.
        difference: interval of statistic minus control, which is held against the threshold.
        verdict: supported, contradicted, or mixed where the interval holds the threshold.
    """

    value: float
    interval: tuple[float, float]
    control: float
    difference: tuple[float, float]
    verdict: str


def claims_file() -> Path:
    """The file of all claims."""
    return gallery.folder() / "claims.toml"


def load_claims(path: Path | None = None) -> dict[str, Claim]:
    """All claims by name.

    Raises:
        ConfigError: a field is wrong; names claim and field.
    """
    path = path or claims_file()
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a file of claims: {error}") from None
    found = {}
    for name, table in tables.items():
        try:
            found[name] = construct(Claim, table)
        except ConfigError as error:
            raise error.within(name).within(f"{path}: ") from None
    return found


def judge(claim: Claim, found: Result) -> Verdict:
    """Hold a claim against the models.

    Args:
        claim: what is claimed.
        found: the analysis it names, of its sweep.

    Raises:
        UsageError: fewer than two seeds, or no finite value in any of them.
    """
    value = _per_model(found, claim.statistic, claim.at)
    control = _per_model(found, claim.control, claim.control_at or claim.at)
    if value.shape == control.shape:
        # of a model that has one of the two only, nothing can be compared
        both = np.isfinite(value) & np.isfinite(control)
        value, control = (np.where(both, v, np.nan) for v in (value, control))
    value, control = (known_mean(v.reshape(-1, found.sweep.n_seeds).T) for v in (value, control))
    known = np.isfinite(value) & np.isfinite(control)
    if known.sum() < 2:
        raise UsageError(
            f"{claim.statistic}: found values in {known.sum()} seeds, expected 2 for an interval"
        )
    low, high = interval((value - control)[known])
    verdict = "mixed"
    if low > claim.threshold or high < claim.threshold:
        beyond = low > claim.threshold
        verdict = "supported" if beyond == (claim.direction == "above") else "contradicted"
    return Verdict(
        value[known].mean(), interval(value[known]), control[known].mean(), (low, high), verdict
    )


def interval(values: np.ndarray) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of independent values.

    >>> interval(np.array([1.0, 1.0, 1.0]))
    (1.0, 1.0)
    """
    chosen = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    ends = np.quantile(values[chosen].mean(axis=1), [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(ends[0]), float(ends[1])


def _per_model(found: Result, name: str, at: str) -> np.ndarray:
    """Mean of an output over its own dimensions, (*cells chosen, seed); NaN if nothing is known."""
    values: Any = found.stored(name).astype(float)
    for axis, index in enumerate(found.select(method=None, **_cells("at", at))):
        values = values if isinstance(index, slice) else values.take([index], axis)
    return known_mean(values.reshape(*values.shape[: len(found.shape)], -1))


def _cells(field: str, text: str) -> dict[str, float]:
    """Axis and value of 'AXIS = VALUE'; nothing where the text is empty."""
    if not text:
        return {}
    axis, _, value = (part.strip() for part in text.partition("="))
    try:
        return {axis: float(value)}
    except ValueError:
        raise ConfigError(field, f"found '{text}'", expected="'AXIS = VALUE'") from None
