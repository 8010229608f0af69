"""What training takes of a device's memory, from sizes alone: nothing is compiled.

The analytic counterpart of `Executor.program_memory`, which asks the compiler.
"""

from __future__ import annotations

from phasesim.experiment import Experiment

#: n·m up to which a model counts as small
MOST_SMALL = 32
#: samples of the evaluation whose arrays are in memory at once, for ranking and for the loss;
#: `engines._evaluate` has the same numbers, held to these by a test: importing it imports JAX
RANKED, EVALUATION_BATCH, THRESHOLDS = 4096, 1024, 16
#: waves of the exact loss at the end of a run, at least and per feature, and numbers in one of
#: its arrays, on a CPU and elsewhere; as above, of `engines._population` and `engines._in_turn`
FEWEST_WAVES, WAVES_PER_FEATURE, FINER = 64, 4, 4
CACHED, ON_DEVICE = 1 << 14, 1 << 26
#: arrays of that size which the compiler keeps at once: 10 on a CPU, 11 to 14 for a TPU
WAVE_ARRAYS, WAVE_ARRAYS_DEVICE = 10, 15
#: what a thread of the runtime keeps beside its block: measured, 7 to 32 MB on a CPU
THREAD_BYTES = 20 << 20


def block_bytes(e: Experiment, lanes: int, platform: str) -> int:
    """Bytes that one block needs while it trains and is evaluated.

    Within a quarter of the compiler's account on a CPU where arrays over the batch, or over the
    waves of an exact loss, outweigh the rest; an upper bound elsewhere.

    Args:
        e: template of the cohort.
        lanes: models in the block.
        platform: "cpu", "gpu" or "tpu".
    """
    n, m = e.n_features, e.n_hidden
    # parameters, their gradient and the optimiser's moments, before and after; loss records
    kept = lanes * (8 * (n * m + n) + 2 * e.record.n_losses)
    if not e.engine.samples:
        return 4 * (kept + _exact_loss(n, lanes, platform))
    # one piece of memory serves training first and evaluation after
    return 4 * (kept + max(_training(e, lanes, platform), _evaluating(e, lanes, platform)))


def _training(e: Experiment, lanes: int, platform: str) -> int:
    """Numbers in the arrays over the batch that do not fuse away."""
    n, m, batch = e.n_features, e.n_hidden, e.samples_a_step
    shared = e.distribution.n_uniforms(n) * batch if e.draws == "shared" else 0
    if platform != "cpu":
        return shared + lanes * batch * (3 * n + 2 * m)
    if n * m <= MOST_SMALL:
        return shared
    if e.model.unrolls(n, m):
        return shared + lanes * n * batch
    # one model after the other; draws of this step and the next
    return 2 * shared + (3 * n + m) * batch


def _evaluating(e: Experiment, lanes: int, platform: str) -> int:
    """Numbers in the evaluation's arrays: inputs, scores and hidden units of all lanes.

    A single hidden unit fuses away; 9/4 is what the compiler adds for the batches of the loss.
    """
    n, m = e.n_features, e.n_hidden
    if platform != "cpu":
        # a TPU lays features out in rows of eight
        n, m = -(-n // 8) * 8, -(-m // 8) * 8
    hidden = m if e.n_hidden > 1 else 0
    if platform == "cpu" and not e.model.unrolls(n, m):
        # one after the other; which scores pass which threshold is kept, a byte each
        return RANKED * (2 * n + hidden + n * THRESHOLDS // 4) + EVALUATION_BATCH * n * 9 // 4
    return lanes * (RANKED * (2 * n + hidden) + EVALUATION_BATCH * n * 9 // 4)


def _exact_loss(n: int, lanes: int, platform: str) -> int:
    """Numbers in the arrays over pairs of features and waves, at the end of a run."""
    if n <= 2:
        return 0  # a few numbers a model, which fuse away
    waves = FEWEST_WAVES
    while waves < WAVES_PER_FEATURE * n:
        waves *= 2
    one = n * n * FINER * waves
    cached, arrays = (CACHED, WAVE_ARRAYS) if platform == "cpu" else (ON_DEVICE, WAVE_ARRAYS_DEVICE)
    return arrays * one * min(lanes, max(1, cached // one))
