"""Results made of random weights, pages made of them, and a browser where there is one."""

from __future__ import annotations

import html.parser
import importlib.util
import json
import shutil
import subprocess
import time

import numpy as np
import pytest

import phasesim as ps
from phasesim.explore import page as pages
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status

#: stands for plotly.js where no browser runs it; it adds a style sheet as the real one does
LIBRARY = f'var Plotly={{}};document.getElementById("{"0" * 64}");'
AXES = (("distribution.density", 0.05, 1.0, 3), ("importance.ratio", 0.2, 5.0, 4))


def make_result(
    axes=None, *, n=4, m=2, n_seeds=3, snapshots=0, broken=False, path=None, more=(), **fields
):
    """A `Result` in memory of random weights; `broken`: one cell failed, one not run, one moves.

    `more`: further arrays by name, or others in the place of these.
    """
    if axes is None:
        axes = [ps.geomspace(*axis) for axis in AXES]
    fields = {
        "n_features": n,
        "n_hidden": m,
        "importance": "last_relative",
        "n_steps": 50,
        **fields,
    }
    sweep = ps.Sweep(ps.Experiment(**fields), axes=axes, n_seeds=n_seeds)
    rng = np.random.default_rng(0)
    shape = (*sweep.shape, n_seeds)
    arrays = {
        "W": rng.normal(size=(*shape, m, n)).astype("f4"),
        "b": rng.normal(size=(*shape, n)).astype("f4"),
        "loss": rng.random(shape).astype("f4"),
        "status": np.full(shape, Status.ok, np.uint8),
        "loss_slope": np.zeros(shape, "f4"),
        "loss_slope_error": np.full(shape, 1e-3, "f4"),
        "loss_curve": np.where(np.arange(50) < 5, 1, 0.1) * np.ones((*shape, 1), "f4"),
    }
    coords = {"loss_step": np.arange(1, 51), "hidden": np.arange(m), "feature": np.arange(n)}
    own = {"W": ("hidden", "feature"), "b": ("feature",), "loss_curve": ("loss_step",)}
    if snapshots:
        coords["step"] = np.arange(snapshots) * 10
        for name in ("W", "b"):
            size = arrays[name].shape[len(shape) :]
            arrays[f"{name}_snapshot"] = rng.normal(size=(*shape, snapshots, *size)).astype("f4")
            own[f"{name}_snapshot"] = ("step", *own[name])
    if broken:
        arrays["status"][0, 0], arrays["status"][0, 1] = Status.diverged, Status.not_run
        arrays["W"][0, 0] = np.nan
        arrays["loss_slope"][1, 1] = 0.5
    arrays |= dict(more)
    lead = (*(a.path for a in sweep.axes), "seed")
    dims = {name: lead + own.get(name, ()) for name in arrays}
    return Result(sweep, Arrays(arrays, dims, coords), path)


class Parsed(html.parser.HTMLParser):
    """What a page consists of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.styles, self.policy, self.data = [], [], [], "", None
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self._open = (tag, attrs.get("type"))
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, text):
        if self._open == ("script", "application/json"):
            self.data = json.loads(text)
        elif self._open == ("script", None):
            self.scripts.append(text)
        elif self._open == ("style", None):
            self.styles.append(text)


@pytest.fixture
def make():
    return make_result


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes the page of a result with a stand-in for plotly.js; returns it and its parts."""
    monkeypatch.setattr(pages, "plotly_js", lambda: LIBRARY)

    def run(result, **options):
        made = ps.explore(result, tmp_path / "page.html", **options)
        return made, Parsed(made.path.read_text())

    return run


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """Runs the page's own functions: ``node(doc, "expression")``."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = tmp_path_factory.mktemp("node")
    names = [n for n in pages.SCRIPTS if n in ("data", "grid", "weights", "state", "code", "chart")]
    code = "\n".join((pages.ASSETS / f"{name}.js").read_text() for name in names)

    def run(doc, expression):
        (folder / "doc.json").write_text(json.dumps(doc))
        text = f'{code}\nconst doc = JSON.parse(require("fs").readFileSync("doc.json"));\n'
        text += f"console.log(JSON.stringify({expression}));"
        done = subprocess.run(["node", "-"], input=text, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, driven by playwright."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium is installed")
    for package in ("playwright", "plotly"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # swiftshader draws three dimensions without a graphics card
        words = ["--no-sandbox", "--enable-unsafe-swiftshader"]
        running = driver.chromium.launch(executable_path=program, args=words)
        yield running
        running.close()


#: what a page must never do; told by the page itself before any of its scripts run
_WATCH = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (e) =>
        window.refused.push(`${e.effectiveDirective} ${e.blockedURI} line ${e.lineNumber}`));
"""


def wait_until(tab, expression):
    """Wait for something to be true; playwright's own way needs eval, which the page forbids."""
    for _ in range(400):
        if tab.evaluate(expression):
            return
        time.sleep(0.05)
    raise AssertionError(f"never true: {expression}")


@pytest.fixture
def until():
    return wait_until


@pytest.fixture
def view(browser, tmp_path):
    """Opens the page of a result; at the end nothing may have gone wrong on any of them."""
    problems, contexts = [], []

    def run(result, address="", **settings):
        path = tmp_path / "page.html"
        if not path.exists():
            ps.explore(result, path, theory="none")
        contexts.append(
            browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **settings})
        )
        tab = contexts[-1].new_page()
        tab.add_init_script(_WATCH)
        tab.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda e: problems.append(str(e)))
        tab.on("dialog", lambda d: (problems.append(f"dialog {d.message}"), d.dismiss()))
        own = path.as_uri()
        tab.on("request", lambda r: problems.append(r.url) if r.url.split("#")[0] != own
               and not r.url.startswith("data:") else None)  # fmt: skip
        tab.goto(own + address)
        wait_until(tab, "document.getElementById('code').textContent !== ''")
        return tab

    yield run
    for context in contexts:
        for tab in context.pages:
            problems += tab.evaluate("window.refused")
        context.close()
    assert problems == []
