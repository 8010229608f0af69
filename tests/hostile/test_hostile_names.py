"""Names, labels and values from a file are shown as they are, and do nothing."""

from __future__ import annotations

import csv
import html.parser
import inspect
import json
import re

import numpy as np
import pytest

import phasesim as ps
from phasesim import output, plot, store
from phasesim.cli.app import main
from phasesim.function import FunctionSweep
from phasesim.grid import Grid
from phasesim.plan import make_plan
from phasesim.rows import FieldInfo

SHOWN = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "' autofocus onfocus='alert(1)",
    "<a href=javascript:alert(1)>x</a>", "<!--", "]]>", "&lt;b&gt;", "&#60;script&#62;",
    "<svg/onload=alert(1)>", "{{7*7}}", "${7*7}", r"$\href{javascript:alert(1)}{x}$", r"$\frac{1}$",
    "$", "$$", "$x", r"\input{/etc/passwd}", "%n%s", "=cmd|' /C calc'!A0", "+1+1", "-1+1",
    "@SUM(A1)", '=HYPERLINK("http://x")', "../../etc/passwd", "/etc/passwd", "CON", "NUL",
    "a;rm -rf ~", "`id`", "$(id)", "x" * 5000, "é", "日本語", " ",
    "'", '"', "\\", "#", "%", "~", "|",
    ",", ";", "0", "1e3", "nan", "None", "true",
]  # fmt: skip
REFUSED = ["\x1b[2J", "\x00", "a\nb", "a\rb", "\u202egnp.exe", "\x7f", "\u2028", "a\tb", "\x9b31m"]
#: both alone and inside other text
VALUES = list(dict.fromkeys([*SHOWN, *(f"a {v} b" for v in SHOWN), *(f"{v}{v}" for v in SHOWN),
                             *(f"[{v}" for v in SHOWN)]))  # fmt: skip


def make(values):
    """A store over text values, as another phasesim might have written it."""
    axes = (ps.values("kind", values), ps.values("scale", [0.25, 1.0]))
    return FunctionSweep(axes=axes, n_seeds=2, name="x", source_sha256="0" * 64)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "x.h5"
    sweep = make(VALUES)
    plan = make_plan(sweep)
    fields = {name: FieldInfo((), "float32", name) for name in ("loss", "value")}
    fields["status"] = FieldInfo((), "uint8", "status")
    layout = output.layout_of(sweep, fields, {}, plan.cell_hash)
    rows = {
        "cell_hash": np.repeat(plan.cell_hash, 2, axis=0),
        "seed": np.tile(np.arange(2, dtype=np.uint32), len(plan.cell_hash)),
        "status": np.ones(2 * len(plan.cell_hash), np.uint8),
    }
    rows |= {n: np.linspace(0, 1, len(rows["seed"]), dtype=np.float32) for n in ("loss", "value")}
    attrs, texts = output.stored_attributes(sweep, "cpu")
    store.write_final(path, layout, [store.ArrayPart("all", rows)], attrs=attrs, texts=texts)
    return path


class Elements(html.parser.HTMLParser):
    """Counts elements and collects attributes that act."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.acting = {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name.startswith("on") or str(value).lower().startswith("javascript:"):
                self.acting.append((tag, name, value))


def test_there_are_enough_of_them():
    assert len(VALUES) + len(REFUSED) >= 200


def test_they_come_back_as_they_were(stored):
    with ps.open_result(stored) as result:
        assert result.coords["kind"].tolist() == VALUES
        assert repr(result).isprintable()


@pytest.mark.parametrize("value", REFUSED)
def test_what_steers_a_terminal_is_no_value(value):
    with pytest.raises(ps.ConfigError, match="printable text") as caught:
        make([value])
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", [*REFUSED, "../x", ".x", "-x", "a/b", "", "x" * 81, "<b>", "é"])
def test_what_is_no_file_name_is_no_name_of_a_sweep(name):
    with pytest.raises(ps.ConfigError, match=r"^name: found"):
        Grid(name=name)


@pytest.mark.parametrize("name", ["", "a b", "<b>", "a.b", "../x", "x\n", "=x", "1x"])
def test_what_is_no_argument_is_no_axis_of_a_function(name):
    with pytest.raises(ps.ConfigError, match="the name of an argument"):
        FunctionSweep(axes=(ps.values(name, [1.0]),), source_sha256="0" * 64)
    with pytest.raises(ps.ConfigError, match="the name of an argument"):
        FunctionSweep(fixed=((name, 1),), source_sha256="0" * 64)


def test_in_a_notebook_they_are_text(stored):
    with ps.open_result(stored) as result:
        found = Elements(result._repr_html_())
    assert set(found.tags) <= {"p", "table", "tr", "th", "td", "img"} and not found.acting


def test_on_the_page_for_a_browser_they_are_data(stored):
    from phasesim.explore.document import document
    from phasesim.explore.encode import script_json
    from phasesim.explore.page import render

    with ps.open_result(stored) as result:
        shown, _ = document(result, (), "none", 10**8)
        hostile, plain = (render(result, "", script_json(d)) for d in (shown, {}))
    inside = re.search(r"<script[^>]*application/json[^>]*>(.*?)</script>", hostile, re.DOTALL)[1]
    assert "<" not in inside and json.loads(inside)["axes"][0]["labels"] == VALUES
    assert Elements(hostile).tags == Elements(plain).tags and not Elements(hostile).acting


def test_in_a_spreadsheet_none_is_a_formula(stored, tmp_path):
    assert main(["export", str(stored), "-o", str(tmp_path / "x.csv")]) == 0
    with (tmp_path / "x.csv").open(newline="") as file:
        lines = list(csv.reader(file))
    assert len(lines) == 1 + 4 * len(VALUES)
    shown = {line[0] for line in lines[1:]}
    assert not [text for text in shown if text[:1] in ("=", "+", "-", "@")]
    assert shown == {f"'{v}" if v[0] in "=+-@" else v for v in VALUES}


def test_on_a_terminal_every_line_is_printable(stored, capsys):
    for command in ("info", "status"):
        assert main([command, str(stored)]) == 0
        out, err = capsys.readouterr()
        assert out and err == ""
        assert [line for line in out.split("\n") if not line.isprintable()] == []


#: arguments of plots, where they take them
GIVEN = {"metric": "value", "cell": (0, 0), "select": {"kind": VALUES[0]}, "ratio": 1.0,
         "low": 0.0, "high": 1.0}  # fmt: skip


def test_in_figures_they_are_drawn_as_they_are_or_refused(stored, tmp_path):
    """A figure of such a store is text without links, or one line that says why there is none."""
    from matplotlib.figure import Figure

    refused = 0
    with ps.open_result(stored) as result:
        drawing = [n for n in dir(result.plot) if "ax" in
                   inspect.signature(getattr(plot, n)).parameters]  # fmt: skip
        for name in drawing:
            figure = Figure()
            known = inspect.signature(getattr(plot, name)).parameters
            given = {k: v for k, v in GIVEN.items() if k in known}
            needed = {k for k, p in known.items() if p.default is p.empty and k != "result"}
            if needed - given.keys():
                continue  # takes another store, of which none of these values could be
            try:
                getattr(plot, name)(result, **given, ax=figure.subplots())
            except ps.PhasesimError as error:
                assert str(error).isprintable()
                refused += 1
                continue
            figure.savefig(tmp_path / "x.svg")
            found = Elements((tmp_path / "x.svg").read_text())
            assert not {"script", "a"} & found.tags.keys() and not found.acting
    assert len(drawing) > 10 and refused
