"""Optimisers against loops written out in NumPy."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.parts import build

STEPS = 40
A = np.diag([1.0, 4.0, 0.25])
START = np.array([1.0, -2.0, 3.0])


def follow(optimizer, steps=STEPS):
    """Parameters after each step on the quadratic ½ θᵀ A θ."""
    transformation = optimizer.transformation(steps)

    def step(carry, _):
        theta, state = carry
        updates, state = transformation.update(theta * np.float32(A.diagonal()), state, theta)
        theta = optax.apply_updates(theta, updates)
        return (theta, state), theta

    theta = jax.numpy.asarray(START, "float32")
    return np.asarray(jax.lax.scan(step, (theta, transformation.init(theta)), None, steps)[1][1:])


def adam_loop(rate, b1, b2, eps, decay):
    """Kingma & Ba's algorithm 1, with the decay of Loshchilov & Hutter; float64."""
    theta, first, second, course = START.copy(), np.zeros(3), np.zeros(3), []
    for t in range(STEPS):
        g = A @ theta
        first = b1 * first + (1 - b1) * g
        second = b2 * second + (1 - b2) * g * g
        update = first / (1 - b1 ** (t + 1)) / (np.sqrt(second / (1 - b2 ** (t + 1))) + eps)
        theta = theta - rate(t) * (update + decay * theta)
        course.append(theta)
    return np.array(course)[1:]


def sgd_loop(rate, momentum, decay):
    theta, buffer, course = START.copy(), np.zeros(3), []
    for t in range(STEPS):
        buffer = momentum * buffer + A @ theta
        theta = theta - rate(t) * (buffer + decay * theta)
        course.append(theta)
    return np.array(course)[1:]


def cosine(peak):
    return lambda t: peak * (1 + np.cos(np.pi * t / STEPS)) / 2


CASES = [
    (ps.optimizers.adam(learning_rate=0.1), adam_loop(lambda t: 0.1, 0.9, 0.999, 1e-8, 0)),
    (
        ps.optimizers.adam(learning_rate=0.1, b1=0.5, b2=0.9, eps=0.1, schedule="cosine"),
        adam_loop(cosine(0.1), 0.5, 0.9, 0.1, 0),
    ),
    # the notebook's decay is the default, not optax's 1e-4
    (ps.optimizers.adamw(learning_rate=0.1), adam_loop(lambda t: 0.1, 0.9, 0.999, 1e-8, 0.01)),
    (
        ps.optimizers.adamw(learning_rate=0.1, weight_decay=-0.5, schedule="cosine"),
        adam_loop(cosine(0.1), 0.9, 0.999, 1e-8, -0.5),
    ),
    (ps.optimizers.sgd(learning_rate=0.1), sgd_loop(lambda t: 0.1, 0, 0)),
    (
        ps.optimizers.sgd(learning_rate=0.1, momentum=0.5, weight_decay=0.2, schedule="cosine"),
        sgd_loop(cosine(0.1), 0.5, 0.2),
    ),
]


@pytest.mark.parametrize(("optimizer", "expected"), CASES, ids=lambda v: getattr(v, "kind", ""))
def test_against_a_numpy_loop(optimizer, expected):
    # 1 - 0.999 is off by 1.3e-5 of itself in float32, hence each step of 0.1 by up to 7e-7
    np.testing.assert_allclose(follow(optimizer), expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("name", registry.names("optimizer"))
def test_it_goes_downhill(name):
    optimizer = build("optimizer", {"name": name, "learning_rate": 0.05}, "optimizer")
    course = follow(optimizer)
    values = np.einsum("ti,ij,tj->t", course, A, course) / 2
    assert values[0] < START @ A @ START / 2
    assert values[-1] < values[0]


@pytest.mark.parametrize("name", registry.names("optimizer"))
def test_a_rate_of_zero_changes_nothing(name):
    optimizer = build("optimizer", {"name": name, "learning_rate": 0}, "optimizer")
    assert (follow(optimizer, 3) == np.float32(START)).all()
