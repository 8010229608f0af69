"""Reading, checking and listing configurations needs none of the heavy packages."""

from __future__ import annotations

from pathlib import Path

import pytest

import phasesim
from phasesim import registry

HEAVY = ("jax", "jaxlib", "flax", "optax", "matplotlib", "h5py", "scipy")
PACKAGE = Path(phasesim.__file__).parent


def test_a_sweep_is_read_checked_and_written_without_them(python, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('[sweep]\naxes = [{path = "distribution.density", values = [1, 0.5]}]')
    out = python(
        f"""
        import phasesim as ps
        sweep = ps.load_sweep({str(path)!r}, ["importance={{name='geometric', base=0.5}}"])
        print(sweep.shape, sweep.experiment.null_loss() > 0, len(sweep.to_toml()) > 100)
        try:
            ps.load_sweep({str(path)!r}, ["n_stpes=3"])
        except ps.PhasesimError as error:
            print(error)
        """,
        blocked=HEAVY,
    )
    assert out.splitlines()[0] == "(2,) True True"
    assert "did you mean 'n_steps'?" in out


def test_cohorts_and_fingerprints_are_made_without_them(python):
    out = python(
        """
        import phasesim as ps
        from phasesim.fingerprint import cell_fingerprint
        from phasesim.plan import Plan
        sweep = ps.Sweep(ps.Experiment(), axes=[ps.values("n_hidden", [1, 2, 3])], n_seeds=4)
        print(len(Plan(sweep).cohorts), len(Plan(sweep).blocks), len(cell_fingerprint(sweep)))
        """,
        blocked=HEAVY,
    )
    assert out.split() == ["3", "12", "64"]


def test_every_file_of_every_registry_folder_is_imported_without_them(python):
    names = [(k, n) for k in registry.FOLDERS for n in registry.names(k)]
    for kind, folder in registry.FOLDERS.items():
        # names come from file names alone: all public files are listed, and no other
        files = {p.stem for p in (PACKAGE / folder).glob("*.py") if not p.stem.startswith("_")}
        assert files <= set(registry.names(kind))
    out = python(
        f"""
        from phasesim import registry
        for kind, name in {names!r}:
            variant = registry.get(kind, name)
            assert variant.__name__ == name, (kind, name)
        print("all", "jax" in sys.modules)
        """,
        blocked=HEAVY,
    )
    assert out.split() == ["all", "False"]


@pytest.mark.parametrize(
    "module", ["result", "metrics", "store", "status", "reductions", "fingerprint", "plot"]
)
def test_reading_results_needs_no_jax(python, module):
    if not any((PACKAGE / name).exists() for name in (module, f"{module}.py")):
        pytest.skip(f"phasesim.{module} is not there yet")
    out = python(
        f"""
        import importlib
        from phasesim import registry
        importlib.import_module("phasesim.{module}")
        for name in registry.names("metric"):
            registry.get("metric", name)
        print("read")
        """,
        blocked=("jax", "jaxlib", "flax", "optax"),
    )
    assert out.strip() == "read"


def test_theory_needs_no_jax(python):
    out = python(
        """
        import phasesim as ps
        found = ps.theory.phase_candidates(2, 1, density=0.1, ratio=1.0)
        print(len(found) >= 3)
        """,
        blocked=("jax", "jaxlib", "flax", "optax", "matplotlib", "h5py"),
    )
    assert out.strip() == "True"
