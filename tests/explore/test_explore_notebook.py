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
    shown = Tags(line._repr_html_())
    (image,) = [a for tag, a in shown.tags if tag == "img"]
    # the words are there to be read, not only where no image can be seen
    assert image["alt"] == shown.texts[-1] == "norms of all features, a line for each of 4"
    held = [*make().sweep.axes, ps.values("batch_size", [8, 16, 32])]
    assert 'alt="phase diagram of the last feature, batch_size = 16"' in make(held)._repr_html_()
    assert "<img" not in make([])._repr_html_()
    assert "<img" not in make([ps.values("optimizer", ["sgd", "adam"])])._repr_html_()


def test_few_lines_are_named(make, monkeypatch):
    from phasesim import notebook

    drawn = []
    monkeypatch.setattr(
        notebook, "_draw", lambda result, ax, draw=notebook._draw: (drawn.append(ax),
                                                                     draw(result, ax))[1]
    )  # fmt: skip
    axis = ps.geomspace("distribution.density", 0.05, 1, 4)
    make([axis])._repr_html_()
    (legend,) = drawn[-1].figure.legends
    assert [t.get_text() for t in legend.get_texts()] == [f"feature {i}" for i in range(4)]
    make([axis], n=9)._repr_html_()
    assert not drawn[-1].figure.legends and len(drawn[-1].lines) == 9


def test_values_are_shown_as_they_were_written(make):
    density = ps.values("distribution.density", [0.1, 0.3, 0.01])
    rate = ps.values("optimizer.learning_rate", [0.007])
    ratio = ps.values("importance.ratio", [0.7])
    shown = make([density, ratio, rate])._repr_html_()
    assert "3 values, 0.1 … 0.01<" in shown and "optimizer.learning_rate = 0.007" in shown
    assert not any(noise in shown for noise in ("00000", "99999"))


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
