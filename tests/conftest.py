"""What all tests share: settings of JAX, Matplotlib and Hypothesis, and tiny sweeps."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
os.environ["JAX_PLATFORMS"] = "cpu"
# what a developer has set must not reach the tests
os.environ.pop("PHASESIM_PLUGINS", None)

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")

#: small enough that a compiled program is what a test pays for
TINY = {"n_features": 3, "n_hidden": 2, "batch_size": 32, "n_steps": 20}


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr == "slow":
        sys.path.insert(0, str(Path(__file__).parent / "torture"))
        from torture_plugin import Torture

        config.pluginmanager.register(Torture(config))


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Any]:
    """Makes an `Experiment` of TINY sizes; keywords replace fields."""
    import phasesim as ps

    return lambda **fields: ps.Experiment(**{**TINY, **fields})


@pytest.fixture(scope="session")
def tiny_sweep(tiny: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a `Sweep` over two densities and two seeds; keywords replace fields or its own."""
    import phasesim as ps

    def make(axes: Any = None, n_seeds: int = 2, seed: int = 0, **fields: Any) -> Any:
        if axes is None:
            axes = [ps.values("distribution.density", [1.0, 0.25])]
        return ps.Sweep(tiny(**fields), axes=axes, n_seeds=n_seeds, seed=seed)

    return make


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Runs Python code in a fresh interpreter; ``blocked`` packages cannot be imported there."""
    folder = tmp_path_factory.mktemp("child")

    def run(code: str, *, blocked: tuple[str, ...] = (), env: dict[str, str] | None = None) -> str:
        guard = f"""
            import sys

            class Blocked:
                def find_spec(self, name, path=None, target=None):
                    if name.partition(".")[0] in {blocked!r}:
                        raise ImportError("blocked in this test: " + name)

            sys.meta_path.insert(0, Blocked())
            sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
        """
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(guard) + textwrap.dedent(code)],
            cwd=folder,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Writes files of a plugin folder and adds it; the registry is as before afterwards."""
    from phasesim import registry

    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.setattr(registry, "_plugin_folders", list(registry._plugin_folders))
    before = set(sys.modules)

    def add(**files: str) -> Path:
        """``distributions__name="text"`` is the file ``distributions/name.py``."""
        root = tmp_path / f"plugins{len(list(tmp_path.glob('plugins*')))}"
        for key, text in files.items():
            folder, _, name = key.partition("__")
            path = root / folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        registry.add_plugins(root)
        return root

    yield add
    for name in set(sys.modules) - before:
        if name.startswith("phasesim_plugins"):
            del sys.modules[name]
    registry._files.cache_clear()
