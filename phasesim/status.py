"""What became of a model: the codes stored beside its weights."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Every model of a sweep has one of these; none is ever dropped."""

    not_run = 0
    ok = 1
    nonfinite_loss = 2
    nonfinite_weights = 3
    diverged = 4
    infrastructure = 5
    not_converged = 6
    loss_uncertain = 7


#: a sentence for each code
MEANING = {
    Status.not_run: "not trained yet",
    Status.ok: "trained to its last step",
    Status.nonfinite_loss: "the loss became infinite or not a number during training",
    Status.nonfinite_weights: "the last update made weights infinite or not a number",
    Status.diverged: "the final loss is over 100 times that of an output of zero",
    Status.infrastructure: "lost to a failure of the machine; running again trains it",
    Status.not_converged: "the gradient was still above the engine's tolerance at the last step",
    Status.loss_uncertain: "the exact loss could not be computed to its stated tolerance",
}
