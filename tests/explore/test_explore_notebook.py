"""A result in a notebook: what it shows of itself, and what showing leaves behind."""

import html.parser
import inspect

import matplotlib
import matplotlib.pyplot as plt
import pytest

import phasesim as ps
from phasesim import plot
from phasesim.explore.page import Page


class Tags(html.parser.HTMLParser):
    """Tags and texts of a fragment."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_a_result_shows_a_table_and_its_diagram(make):
    result = make(broken=True)
    before = dict(matplotlib.rcParams)
    shown = Tags(result._repr_html_())
    assert shown.texts[0] == repr(result) and len(repr(result)) < 200
    assert "distribution.density" in shown.texts and "3 values, 0.05" in " ".join(shown.texts)
    (image,) = [a for tag, a in shown.tags if tag == "img"]
    assert image["src"].startswith("data:image/png;base64,iVBOR")
    assert image["alt"] == "phase diagram of the last feature"
    assert len(result._repr_html_()) < 100_000
    # nothing of it stays: no figure that pyplot would show, no style
    assert plt.get_fignums() == [] and dict(matplotlib.rcParams) == before


def test_other_grids_show_what_they_have(make):
    line = make([ps.geomspace("distribution.density", 0.05, 1, 4)])
    assert 'alt="norms of all features"' in line._repr_html_()
    held = [*make().sweep.axes, ps.values("batch_size", [8, 16, 32])]
    assert 'alt="phase diagram of the last feature, batch_size = 16"' in make(held)._repr_html_()
    assert "<img" not in make([])._repr_html_()
    assert "<img" not in make([ps.values("optimizer", ["sgd", "adam"])])._repr_html_()


def test_texts_are_escaped(make):
    result = make()
    object.__setattr__(result.sweep, "name", "<script>alert(1)</script>")
    shown = Tags(result._repr_html_())
    assert "script" not in [tag for tag, _ in shown.tags]
    assert any("<script>alert(1)</script>" in text for text in shown.texts)


def test_plots_are_methods(make):
    result = make()
    assert {"phase_diagram", "loss_curve", "prepare_phase_diagram"} <= set(dir(result.plot))
    assert {"gram", "features", "style", "save"}.isdisjoint(dir(result.plot))
    for name in dir(result.plot):
        parameters = list(inspect.signature(getattr(plot, name)).parameters)
        assert list(inspect.signature(getattr(result.plot, name)).parameters) == parameters[1:]
    ax = result.plot.phase_diagram(theory=False, feature=0)
    assert ax.get_title().startswith("trained: best of 3 seeds")
    plt.close("all")
    with pytest.raises(AttributeError, match=r"no plot 'phase_diagramm' .* mean 'phase_diagram'"):
        _ = result.plot.phase_diagramm


def test_explore_returns_the_page_it_wrote(make, write, tmp_path):
    page, _ = write(make())
    assert isinstance(page, Page) and page.n_bytes == page.path.stat().st_size
    (frame,) = [a for tag, a in Tags(page._repr_html_()).tags if tag == "iframe"]
    assert frame["srcdoc"] == page.path.read_text() and frame["sandbox"] == "allow-scripts"
    large = Page(page.path, 9_000_000, ())
    assert [tag for tag, _ in Tags(large._repr_html_()).tags] == ["p", "a"]
    assert make().explore(tmp_path / "again.html").path == tmp_path / "again.html"


def test_showing_imports_nothing_before_it_is_asked(python):
    out = python(
        """
        import phasesim as ps, phasesim.result
        print([m for m in ("matplotlib", "plotly", "IPython", "phasesim.explore")
               if m in sys.modules])
        """
    )
    assert out.strip() == "[]"
