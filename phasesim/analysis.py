"""The grid of an analysis: every model of a trained sweep, measured instead of trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from phasesim.errors import ConfigError
from phasesim.interpret._base import Analysis
from phasesim.parts import build, to_config
from phasesim.sweep import Sweep


@dataclass(frozen=True, kw_only=True, init=False)
class AnalysisSweep(Sweep):
    """A trained sweep seen through an analysis: same axes, seeds and cells.

    Attributes:
        analysis: what is measured, with its options.
        source_sha256: hash of the store that was trained; results of another are refused.
        source: the `Result` that holds the weights; absent where an analysis is only read.
    """

    ended: ClassVar[str] = "analysed"

    analysis: Analysis
    source_sha256: str
    source: Any = field(default=None, compare=False)

    def __init__(
        self, sweep: Sweep, analysis: Analysis, source_sha256: str, source: Any = None
    ) -> None:
        super().__init__(sweep.experiment, sweep.axes, sweep.n_seeds, sweep.seed, sweep.name)
        object.__setattr__(self, "analysis", analysis)
        object.__setattr__(self, "source_sha256", source_sha256)
        object.__setattr__(self, "source", source)

    def to_config(self) -> dict[str, Any]:
        own = {
            "source_sha256": self.source_sha256,
            "algorithm": self.analysis.algorithm,
            "options": to_config(self.analysis),
        }
        return {**super().to_config(), "analysis": own}

    def provenance(self) -> dict[str, str]:
        return {
            "analysis": type(self.analysis).__name__, "source_sha256": self.source_sha256
        }  # fmt: skip

    @classmethod
    def from_config(cls, table: dict[str, Any], sweep: Sweep) -> AnalysisSweep:
        """The sweep of a stored configuration, without its weights.

        Args:
            table: the stored ``analysis`` table.
            sweep: what the rest of the configuration describes.
        """
        analysis = build("analysis", table["options"], "analysis.options")
        if analysis.algorithm != table["algorithm"]:
            raise ConfigError(
                "analysis.algorithm",
                f"found {table['algorithm']}",
                expected=f"{analysis.algorithm}, which this version measures by",
                hint="analyse the store again with --fresh",
            )
        return cls(sweep, analysis, table["source_sha256"])
