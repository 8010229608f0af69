"""The public face: what `phasesim` offers, and that importing it is cheap."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

import phasesim as ps

PACKAGE = Path(ps.__file__).parent


@pytest.mark.parametrize("name", ps.__all__)
def test_a_public_name_resolves_and_says_what_it_is(name):
    value = getattr(ps, name)
    assert (inspect.getdoc(value) or "").strip(), name
    assert name in dir(ps)
    if inspect.isfunction(value):
        assert inspect.signature(value).return_annotation is not inspect.Signature.empty


def test_functions_named_as_their_module_stay_functions():
    for name in ("run", "train"):
        importlib.import_module(f"phasesim.{name}")
        assert callable(getattr(ps, name)) and not inspect.ismodule(getattr(ps, name))


def test_unknown_names():
    with pytest.raises(AttributeError, match="no attribute 'nonesuch'"):
        _ = ps.nonesuch


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert ps.__version__ == version("phasesim")


def test_importing_the_package_imports_next_to_nothing(python):
    out = python(
        """
        before = set(sys.modules)
        import phasesim
        print(sorted(m for m in set(sys.modules) - before if m.startswith("phasesim")))
        """
    )
    assert out.strip() == "['phasesim']"


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()


def test_the_designed_names_are_there():
    promised = """Experiment Sweep load_sweep values linspace geomspace run open_result train
        sweep_function population_loss feature_norm superposition dimensionality
        theory plot distributions""".split()
    missing = [name for name in promised if name not in ps.__all__]
    assert missing == []


def test_exit_codes_of_errors():
    from phasesim import errors

    classes = [c for c in vars(errors).values()
               if isinstance(c, type) and issubclass(c, errors.PhasesimError)]  # fmt: skip
    assert len(classes) >= 8
    for cls in classes:
        assert cls.__doc__
        assert cls.exit_code in (2, 3, 65, 74, 75)
    assert str(errors.UsageError("a\nb\x1b[31m\u202e")) == "a\\nb\\x1b[31m\\u202e"
