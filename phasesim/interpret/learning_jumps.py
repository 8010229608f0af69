"""How features take their places while a model trains: levels, jumps of the loss, swaps."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_STEP = ("step",)
_BOTH = ("step", "feature")
_EACH = ("feature",)


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition and Learning Dynamics'")
class learning_jumps(Analysis):
    """D_i and the loss at the recorded steps, where the loss drops, and whose role changes then.

    The slope is -Δ log L / Δ log(1 + t) since the step before; a jump is where it exceeds
    ``drop`` and is not below that of its neighbours. A level is the d/k of `theory.polytopes`
    (0: not represented) nearest to D_i. A jump is explained where a level changes within
    ``window`` recorded steps; by chance it would be as often as there is such a change around
    any step. A feature's role is whom it shares with: the one of the largest |cosine| with it, or
    none. For role_changed that is asked when the feature is first represented and at the end, for
    the control at the last two recorded steps. Weights that stand still: no jump, nothing moves,
    no role changes.
    """

    n_samples: int = static(4096, "samples on which the loss is measured", low=1)
    drop: float = swept(0.5, "slope of a jump", low=0)
    window: int = static(1, "recorded steps around a jump", low=0)
    snapshots = True

    outputs: ClassVar = {
        "step_loss": Output(_STEP, "loss on a fixed sample, summed over features"),
        "slope": Output(_STEP, "-Δ log L / Δ log(1 + t) since the step before"),
        "jump": Output(_STEP, "1 where the loss drops"),
        "moved": Output(_STEP, "features on another level than at the step before"),
        "dimensionality": Output(_BOTH, "D_i, 0 where not represented"),
        "level": Output(_BOTH, "the fraction d/k nearest to D_i"),
        "n_jumps": Output((), "how often the loss drops"),
        "explained": Output((), "part of the jumps near which a level changes"),
        "explained_chance": Output((), "part of all steps near which one does"),
        "role_changed": Output(_EACH, "1 where its first partner is not its last"),
        "role_changed_settled": Output(_EACH, "the same between the last two steps"),
    }

    def coords(self, experiment: Any) -> dict[str, Any]:
        return {"step": recorded(experiment)}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _columns
        from phasesim.interpret._data import draw, ratio
        from phasesim.interpret._losses import sampled_losses

        steps = jnp.asarray(recorded(experiment), jnp.float32)
        # a run shorter than the sweep's longest has nothing at the last steps
        params = jax.tree.map(lambda leaf: leaf[: len(steps)], params)
        x = draw(experiment, key, "test", self.n_samples)
        loss = jax.lax.map(lambda p: sampled_losses(experiment, x, p).sum(), params)
        Ws = jax.vmap(lambda p: _columns.columns(experiment, p))(params)
        D = jax.vmap(_columns.dimensionality)(Ws)
        fractions = jnp.asarray(levels())
        level = fractions[jnp.argmin(jnp.abs(D[..., None] - fractions), axis=-1)]
        moved = _first(0, (level[1:] != level[:-1]).sum(axis=1))

        logs = jnp.log(jnp.maximum(loss, jnp.finfo(loss.dtype).tiny))
        slope = _first(0.0, -jnp.diff(logs) / jnp.diff(jnp.log1p(steps)))
        jump = (slope > self.drop) & (slope >= _around(slope, 1))
        near = _around(jnp.sign(moved), self.window) > 0
        partner, here = (jax.vmap(f)(Ws) for f in (_columns.partners, _columns.represented))
        first, settled = _changes(partner, here)
        return {
            "step_loss": loss,
            "slope": slope,
            "jump": jump,
            "moved": moved,
            "dimensionality": D,
            "level": level,
            "n_jumps": jump.sum(),
            "explained": ratio((jump & near).sum(), jump.sum()),
            "explained_chance": ratio(near[1:].sum(), jnp.asarray(len(near) - 1)),
            "role_changed": first,
            "role_changed_settled": settled,
        }


def recorded(experiment: Any) -> list[int]:
    """The steps at which the experiment's weights were kept."""
    from phasesim.rows import snapshot_steps

    return snapshot_steps(experiment)


def levels() -> list[float]:
    """The dimensionality d/k of every polytope, and 0, from the smallest on."""
    from phasesim.theory.polytopes import POLYTOPES

    shapes = [vertices().shape for vertices in POLYTOPES.values()]
    return sorted({0.0, *(d / k for d, k in shapes)})


def _first(value: Any, rest: Any) -> Any:
    """A vector with a value before it."""
    import jax.numpy as jnp

    return jnp.concatenate([jnp.full(1, value, rest.dtype), rest])


def _around(values: Any, window: int) -> Any:
    """The largest of each value and those up to ``window`` places from it."""
    import jax.numpy as jnp

    at = jnp.arange(len(values))
    close = jnp.abs(at[:, None] - at) <= window
    return jnp.where(close, values[None], values.min()).max(axis=1)


def _changes(partner: Any, here: Any) -> tuple[Any, Any]:
    """Whether partners (step, n) at the last step are others than when a feature was first
    represented, and than at the step before; NaN where it is not represented at both."""
    import jax.numpy as jnp

    first = jnp.argmax(here, axis=0)[None]
    before = jnp.full_like(first, max(len(here) - 2, 0))

    def other(than: Any) -> Any:
        then = [jnp.take_along_axis(values, than, axis=0)[0] for values in (partner, here)]
        return jnp.where(then[1] & here[-1], then[0] != partner[-1], jnp.nan)

    return other(first), other(before)
