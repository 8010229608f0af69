"""A variant is one file: dropped into a folder, it can be configured, swept and stored."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.config import sweep_from_text
from phasesim.errors import UsageError

#: a law without a map from uniform numbers: it samples by itself
PAIR = '''
    """Neighbours are active together."""

    import numpy as np

    from phasesim.distributions._base import Distribution
    from phasesim.fields import swept
    from phasesim.parts import part


    @part("this test")
    class pair(Distribution):
        """All features are active together with probability p, each uniform on [0, 1)."""

        density: float = swept(0.5, "P(a given feature is active)", low=0, high=1, open_low=True)

        def sample(self, key, batch, n):
            import jax

            on, value = jax.random.split(key)
            active = jax.random.uniform(on, (1, batch)) < self.density
            return jax.numpy.where(active, jax.random.uniform(value, (n, batch)), 0)

        def density_per_feature(self, n):
            return np.full(n, self.density)

        def mean(self, n):
            return np.full(n, self.density / 2)

        def variance(self, n):
            return np.full(n, self.density / 3 - self.density**2 / 4)
'''

LINEN = '''
    """An autoencoder with two matrices."""

    from phasesim.fields import static
    from phasesim.models._base import Model
    from phasesim.parts import part


    @part("this test")
    class apart(Model):
        """Dense, tanh, Dense."""

        width: int = static(3, "hidden width", low=1)

        def module(self, n_features, n_hidden):
            from flax import linen

            width = self.width

            class Untied(linen.Module):
                @linen.compact
                def __call__(self, x):
                    hidden = linen.tanh(linen.Dense(width)(x))
                    return linen.Dense(n_features)(hidden)

            return Untied()
'''

NNX = '''
    """The same with nnx."""

    from phasesim.models._base import Model
    from phasesim.parts import part


    @part("this test")
    class apart_nnx(Model):
        """Linear, ReLU, Linear."""

        def module(self, n_features, n_hidden):
            from flax import nnx

            class Untied(nnx.Module):
                def __init__(self, rngs):
                    self.encode = nnx.Linear(n_features, n_hidden, rngs=rngs)
                    self.decode = nnx.Linear(n_hidden, n_features, rngs=rngs)

                def __call__(self, x):
                    return self.decode(nnx.relu(self.encode(x)))

            return Untied
'''

SWEEP = """
    n_features = 3
    n_hidden = 2
    n_steps = 60
    batch_size = 64
    distribution = "pair"
    optimizer = { name = "adam", learning_rate = 0.03 }
    [sweep]
    n_seeds = 2
    axes = [ { path = "distribution.density", values = [0.9, 0.5] },
             { path = "model", values = ["relu_output", "apart", "apart_nnx"] } ]
"""


def test_a_law_and_two_modules_of_a_plugin_folder_are_swept(plugins, tmp_path):
    plugins(distributions__pair=PAIR, models__apart=LINEN, models__apart_nnx=NNX)
    sweep = sweep_from_text(SWEEP, "x")
    result = ps.run(sweep, tmp_path / "x.h5")
    assert result.shape == (2, 3, 2)
    assert (result.status == 1).all()
    assert np.isfinite(result.loss).all()
    # 60 steps do not reach the optimum, but leave the null loss behind nearly everywhere
    assert np.median(result.metric("normalized_loss")) < 0.9
    params = result.params()
    assert params["W"].shape == (2, 3, 2, 2, 3)
    # parameters of another model are absent, not zero
    assert np.isnan(params["W"][:, 1:]).all() and np.isfinite(params["W"][:, 0]).all()
    assert params["Dense_0.kernel"].shape == (2, 3, 2, 3, 3)
    assert np.isfinite(params["Dense_0.kernel"][:, 1]).all()
    assert np.isfinite(params["encode.kernel"][:, 2]).all()
    assert np.isfinite(result.stored("readout_auc")[:, 0]).all()
    assert np.isnan(result.stored("readout_auc")[:, 1:]).all()
    assert result.experiment((1, 1)).model.width == 3
    # another file of the same name is another experiment
    assert ps.open_result(tmp_path / "x.h5").sweep == sweep


def test_plugins_named_by_the_environment(python, tmp_path):
    folder = tmp_path / "mine" / "amplitudes"
    folder.mkdir(parents=True)
    (folder / "half.py").write_text(
        "from phasesim.amplitudes._base import Amplitude\n"
        "from phasesim.parts import part\n"
        "@part('this test')\n"
        "class half(Amplitude):\n"
        "    mean, second_moment = 0.5, 0.25\n"
        "    def quantile(self, v):\n"
        "        return 0 * v + 0.5\n"
    )
    out = python(
        """
        import phasesim as ps
        law = ps.distributions.sparse_uniform(density=0.2, amplitude="half")
        print(law.mean(2).round(3).tolist(), ps.amplitudes.half is type(law.amplitude))
        """,
        env={"PHASESIM_PLUGINS": str(tmp_path / "mine")},
    )
    assert out.strip() == "[0.1, 0.1] True"


def test_a_store_refuses_other_plugins(plugins, tmp_path):
    constant = """
        from phasesim.importances._base import Importance
        from phasesim.parts import part
        import numpy as np

        @part("this test")
        class twos(Importance):
            def weights(self, n):
                return np.full(n, 2.0)
    """
    root = plugins(importances__twos=constant)
    path = root / "importances" / "twos.py"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert registry.plugin_hashes() == {"importances/twos.py": digest}
    sweep = ps.Sweep(ps.Experiment(n_steps=0, importance="twos"))
    ps.run(sweep, tmp_path / "x.h5")
    path.write_text(path.read_text() + "# changed\n")
    with pytest.raises(ps.PhasesimError, match="plugins"):
        ps.run(sweep.__class__(sweep.experiment, n_seeds=2), tmp_path / "x.h5")


def test_names_that_exist_are_refused(plugins):
    with pytest.raises(UsageError, match="distribution 'sparse_uniform' exists already"):
        plugins(distributions__sparse_uniform=PAIR)
    plugins(distributions__pair=PAIR)
    with pytest.raises(UsageError, match="distribution 'pair' exists already"):
        plugins(distributions__pair=PAIR)


def test_a_plugin_folder_is_a_folder(tmp_path):
    with pytest.raises(UsageError, match="expected a folder"):
        registry.add_plugins(tmp_path / "missing")


def test_adding_a_folder_twice_changes_nothing(plugins):
    root = plugins(distributions__pair=PAIR)
    registry.add_plugins(root)
    assert registry._plugin_folders.count(root.resolve()) == 1
    assert registry.names("distribution").count("pair") == 1


def test_a_file_without_the_variant_of_its_name(plugins):
    plugins(models__empty="x = 1")
    with pytest.raises(UsageError, match=r"empty\.py in models/: expected it to define 'empty'"):
        registry.get("model", "empty")


@pytest.mark.parametrize("text", ["def broken(:", "import no_such_package_at_all", "1 / 0"])
def test_a_file_that_does_not_load_is_named(plugins, text):
    plugins(models__broken=text)
    with pytest.raises(ps.PhasesimError, match=r"broken\.py"):
        registry.get("model", "broken")


def test_files_with_a_leading_underscore_are_helpers(plugins):
    plugins(models___helper="x = 1", models__empty="x = 1")
    assert "_helper" not in registry.names("model")


def test_registering_at_run_time(plugins):
    marker = type("marker", (ps.importances.uniform,), {})
    assert registry.register("importance", "marker", marker) is marker
    assert ps.importances.marker is marker
    assert "marker" in registry.names("importance")
    again = type("marker", (ps.importances.uniform,), {})
    registry.register("importance", "marker", again)  # a notebook cell run twice
    assert registry.get("importance", "marker") is again
    with pytest.raises(UsageError, match=r"importance 'uniform' is already defined in phasesim\."):
        registry.register("importance", "uniform", marker)


def test_unknown_kinds_and_names():
    for call in (lambda: registry.names("modle"), lambda: registry.register("modle", "x", int)):
        with pytest.raises(UsageError, match="no kind 'modle', did you mean 'model'"):
            call()
    with pytest.raises(UsageError, match="no model 'relu_ouput', did you mean 'relu_output'"):
        registry.get("model", "relu_ouput")
    with pytest.raises(UsageError, match="expected a Python identifier"):
        registry.register("model", "two words", int)
    with pytest.raises(AttributeError, match="no attribute 'nonesuch'"):
        _ = ps.models.nonesuch


def test_namespaces_give_the_variant_whatever_was_imported_first():
    import phasesim.importances.uniform as module

    assert ps.importances.uniform is registry.get("importance", "uniform")
    assert isinstance(ps.importances.uniform, type)
    assert "uniform" in dir(ps.importances)
    assert module is not None
