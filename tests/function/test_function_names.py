"""What a function returns has to be storable, which is said before anything is done."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

import phasesim as ps
from phasesim.errors import UsageError

AXES = [ps.values("x", [0.5, 1.0])]
FLOAT = jnp.float32


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda x: {"my-loss": x}, r"f: 'my-loss': found .*expected letters.*such as 'my_loss'"),
        (lambda x: {"a b": {"c": x}}, "such as 'a_b_c'"),
        (lambda x: {"": {"": x}}, r"f: '\.': found"),
        (lambda x: {"../x": x}, "f: "),
        (lambda x: {"x" * 501: x}, "f: 'xxx"),
        (lambda x: {"status": x}, "'status': an output cannot have this name.*'status_value'"),
        (lambda x: {"seed": x}, "'seed': an output cannot have this name"),
        (lambda x: {"cell_hash": x}, "'cell_hash'"),
        (lambda x: {"hash_byte": x}, "'hash_byte'"),
        (lambda x: {"config_toml": x}, "'config_toml'"),
        (lambda x: {"w": jnp.ones(3), "w_dim0": x}, "'w_dim0'"),
        (lambda x: {"a": {"b": x}, "a.b": x}, "two outputs of the function have one name"),
        (lambda x: {"ok": x > 0}, "f: ok: found bool, expected integers, float32 or float64"),
        (lambda x: {"z": x + 1j}, "f: z: found complex64"),
        (lambda x: {"h": x.astype(jnp.bfloat16)}, "f: h: found bfloat16"),
        (lambda x: {"none": jnp.zeros(0)}, "f: none_dim0: found length 0, expected at least 1"),
    ],
)  # fmt: skip
def test_an_output_that_cannot_be_stored_is_named_and_nothing_is_written(
    tmp_path, returned, words, stored
):
    path = tmp_path / "u.h5" if stored else None
    with pytest.raises(UsageError, match=words) as caught:
        ps.sweep_function(lambda key, x: returned(x), AXES, name="f", path=path)
    assert str(caught.value).isprintable() and not list(tmp_path.iterdir())


def test_the_corrected_function_starts_anew_in_the_same_place(tmp_path):
    def wrong(key, x):
        return {"my-loss": x}

    def right(key, x):
        return {"my_loss": x, "loss": 2 * x, "Dense_0.kernel": jnp.ones((2, 2))}

    with pytest.raises(UsageError, match="my-loss"):
        ps.sweep_function(wrong, AXES, name="f", path=tmp_path / "u.h5")
    with ps.sweep_function(right, AXES, name="f", path=tmp_path / "u.h5") as result:
        assert result.stored("my_loss").ravel().tolist() == [0.5, 1.0]
        assert result.stored("Dense_0.kernel").shape == (2, 1, 2, 2)


def test_an_argument_may_have_the_name_of_what_a_file_holds(tmp_path):
    axes = [ps.values("config_toml", [0.5, 1.0])]
    path = tmp_path / "u.h5"
    with ps.sweep_function(lambda key, config_toml: config_toml, axes, name="f", path=path) as made:
        assert made.stored("value").ravel().tolist() == [0.5, 1.0]


ANALYSIS = """
import jax.numpy as jnp
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part


@part("nowhere")
class badly_named(Analysis):
    outputs = {{"{output}": Output(({dims}), "a number")}}

    def coords(self, experiment):
        return {coords}

    def measure(self, params, experiment, key):
        return {{"{output}": jnp.zeros({shape})}}
"""


@pytest.mark.parametrize(
    ("output", "dims", "coords", "shape", "words"),
    [
        ("my-size", "", "{}", (), r"analysis 'badly_named': 'my-size': found .*'my_size'"),
        ("seed", "", "{}", (), "'seed': an output cannot have this name"),
        ("size", "'my dim',", "{'my dim': [1, 2]}", (2,), "'my dim': found .*'my_dim'"),
        ("size", "'size',", "{'size': [1, 2]}", (2,), "'size': an output cannot"),
        ("size", "'none',", "{'none': []}", (0,), "none: found length 0"),
    ],
)
def test_an_analysis_too(plugins, tiny_sweep, tmp_path, output, dims, coords, shape, words):
    text = ANALYSIS.format(output=output, dims=dims, coords=coords, shape=shape)
    plugins(interpret__badly_named=text)
    source = ps.run(tiny_sweep(n_steps=1))
    with pytest.raises(UsageError, match=words):
        ps.analyse(source, "badly_named", tmp_path / "u.h5")
    assert not list(tmp_path.glob("u.*"))
