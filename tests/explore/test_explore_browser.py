"""The page in a browser: clicks, keys, its address, hostile names; skipped without Chromium."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.function import FunctionSweep
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status

EVIL = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'


def title(tab):
    return tab.text_content("#model-title")


def click_cell(tab, row, column, rows=3, columns=4):
    box = tab.locator("#map .nsewdrag").bounding_box()
    x = box["x"] + (column + 0.5) / columns * box["width"]
    y = box["y"] + (1 - (row + 0.5) / rows) * box["height"]
    # away first: a click means the cell of the hover text, which may still be another's
    tab.mouse.move(1, 1)
    tab.wait_for_selector("#map .hoverlayer .hovertext", state="detached")
    tab.mouse.move(x - 3, y)
    tab.mouse.move(x, y)
    tab.wait_for_selector("#map .hoverlayer .hovertext")
    tab.mouse.click(x, y)


def test_clicks_and_keys_choose_the_model(view, until, make):
    result = make(broken=True)
    tab = view(result)
    assert title(tab).startswith("density = 0.2236, ratio = 0.5848: seed ")
    click_cell(tab, 2, 3)
    until(tab, "document.getElementById('model-title').textContent.startsWith('density = 1,')")
    seed = int(np.argmin(result.ranking[1][2, 3]))
    assert title(tab) == f"density = 1, ratio = 5: seed {seed}, the best by exact loss"
    tab.focus("#map")
    for key, wanted in (("ArrowLeft", "density = 1, ratio = 1.71"),
                        ("ArrowDown", "density = 0.2236, ratio = 1.71"),
                        ("ArrowRight", "density = 0.2236, ratio = 5"),
                        ("ArrowRight", "density = 0.2236, ratio = 5"),
                        ("Home", "density = 0.2236, ratio = 0.2"),
                        ("PageDown", "density = 0.05, ratio = 0.2"),
                        ("End", "density = 0.05, ratio = 5"),
                        ("PageUp", "density = 1, ratio = 5")):  # fmt: skip
        tab.keyboard.press(key)
        assert title(tab).startswith(wanted)
    before = int(title(tab).split("seed ")[1].split(",")[0])
    tab.keyboard.press("]")
    assert title(tab).endswith(f"seed {(before + 1) % 3}")
    click_cell(tab, 0, 0)
    until(tab, "document.getElementById('model-status').textContent.includes('100 times')")
    assert title(tab) == f"density = 0.05, ratio = 0.2: seed {(before + 1) % 3}"
    assert "It has no finite weights." in tab.text_content("#model-status")
    assert tab.locator("#gram").is_hidden() and tab.locator("#curve").is_visible()
    assert "not trained to the end: 3 of 3 seeds" in tab.text_content("#strip")
    assert "✕ failed: 1 cell" in tab.text_content("#legend")
    assert "╱ undertrained: 1 cell" in tab.text_content("#legend")


def test_choices_show_what_they_say(view, make):
    result = make(m=5, n=7, snapshots=4)
    tab = view(result, "#cell=1.2&seed=1")
    W = result.stored("W")[1, 2, 1]
    assert "PCA" in tab.text_content("#vectors-title")
    assert "3 of 5 principal components" in tab.text_content("#vectors-title")
    tab.select_option("#model-controls select", "2")
    assert "2 of 5 principal components" in tab.text_content("#vectors-title")
    # all weights of a unit are printed, none names it
    blend = tab.locator("#neurons tbody tr").first.text_content()
    largest = int(np.argmax(np.abs(W[0])))
    assert blend.startswith("hidden 0") and f"{abs(W[0, largest]):.3f}"[:4] in blend
    assert blend.count("feature") == 6 and "and 1 more with" in blend
    tab.locator("#model-values summary").click()
    cells = tab.locator("#model-values table").first.locator("td").all_text_contents()
    np.testing.assert_allclose([float(c) for c in cells], W.ravel(), rtol=1e-3)
    tab.locator("#step").fill("1")
    assert "after step 10" in tab.text_content("#model-controls")
    cells = tab.locator("#model-values table").first.locator("td").all_text_contents()
    start = result.stored("W_snapshot")[1, 2, 1, 1]
    np.testing.assert_allclose([float(c) for c in cells], start.ravel(), rtol=1e-3)
    tab.locator("#map-values summary").click()
    for key, reduction in (("feature_norm", "best"), ("superposition", "mean")):
        tab.select_option("select[name='map']", key)
        tab.select_option("select[name='seeds']", reduction)
        tab.select_option("select[name='feature']", "3")
        cells = tab.locator("#map-values td").all_text_contents()
        wanted = result.metric(key, reduction)[::-1, :, 3]
        np.testing.assert_allclose([float(c) for c in cells], wanted.ravel(), rtol=1e-3)
    drawn = tab.evaluate("document.getElementById('map').data[0].z")
    np.testing.assert_allclose(drawn, result.metric("superposition", "mean")[..., 3], rtol=1e-6)


def test_a_page_made_smaller_says_so_where_it_is(view, until, make, tmp_path):
    result = make(n=6, m=6)
    least = 5.2
    whole = ps.explore(result, tmp_path / "page.html", theory="none")
    for least in np.arange(whole.n_bytes / 1e6, 0, -0.002):
        page = ps.explore(result, tmp_path / "page.html", theory="none", max_mb=round(least, 4))
        if any("every 2nd" in text for text in page.smaller):
            break
    tab = view(result)
    shown = tab.text_content("#notes")
    assert f"Made smaller to fit {round(least, 4):g} MB" in shown and "not on" not in shown.lower()
    assert all(text in shown for text in page.smaller)
    # it opens on a cell with weights; the map marks those; another says in a line that it has none
    assert tab.locator("#of-weights").is_visible() and tab.locator("#gram").is_visible()
    assert "with weights on this page: 4 cells" in tab.text_content("#legend")
    tab.focus("#map")
    tab.keyboard.press("ArrowRight")
    assert "No weights of this cell" in tab.text_content("#model-status")
    assert tab.locator("#of-weights").is_hidden() and tab.locator("#gram").is_hidden()


def test_the_charts_can_be_read(view, make):
    W = make(n=20, m=2).stored("W") * np.where(np.arange(20) < 5, 1, 1e-3)
    tab = view(make(n=20, m=2, more={"W": W}), viewport={"width": 900, "height": 800})
    gram = "document.getElementById('gram')"
    assert tab.evaluate(f"{gram}.data[0].colorbar.title.text") == "W_i·W_j, b_i"
    labels, title = (tab.locator(f"#gram {c}") for c in ("g.xtick", ".xtitle"))
    lowest = max(box["y"] + box["height"] for box in (
        labels.nth(i).bounding_box() for i in range(labels.count())))  # fmt: skip
    assert labels.count() == 10 and lowest <= title.bounding_box()["y"] + 1
    # of the ignored ones superposition means nothing
    blank = tab.evaluate("document.getElementById('features').data[1].y")
    assert all(v is None for v in blank[5:])
    assert "ignored ones, of norm under 0.5" in tab.text_content("#features-title")
    assert tab.locator("#curve .ytick").count() >= 2
    vectors = tab.evaluate("document.getElementById('vectors').data.map((t) => [t.x, t.y])")
    tips, texts = np.array(vectors[1], float), np.array(vectors[2], float)
    gap = texts - tips
    assert (np.sum(gap * tips, axis=0)[:5] > 0).all()
    # parallel to the vector
    assert np.abs(gap[0] * tips[1] - gap[1] * tips[0]).max() < 1e-6
    tab.select_option("select[name='map']", "superposition")
    assert "superposition" in tab.text_content("#map .colorbar")


def test_tables_scroll_and_do_not_wrap(view, make):
    axes = [ps.geomspace("distribution.density", 0.05, 1, 3),
            ps.geomspace("importance.ratio", 0.2, 5, 40)]  # fmt: skip
    tab = view(make(axes), viewport={"width": 360, "height": 800})
    tab.locator("#map-values summary").click()
    tab.wait_for_selector("#map-values td", state="attached")
    rows = "[...document.querySelectorAll('#map-values td')].map((td) => td.offsetHeight)"
    assert max(tab.evaluate(rows)) < 30
    box = "document.querySelector('#map-values .scroll')"
    assert tab.evaluate(f"{box}.scrollWidth > 3 * {box}.clientWidth")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_many_basins_leave_room_for_the_charts(view, until, make):
    tab = view(make(n_seeds=30))
    assert tab.locator("#strip .basin").count() == 5
    assert "26 further basins" in tab.text_content("#strip")
    assert tab.locator("#strip button").count() == 30
    assert tab.locator("#strip").bounding_box()["height"] < 260
    tab.locator("#strip button").nth(29).click()
    assert "basin 29" in tab.locator("#strip button[aria-pressed='true']").get_attribute("title")


def test_whole_numbers_have_colours_of_their_own(view, make):
    tab = view(make(broken=True))
    tab.select_option("select[name='map']", "basin")
    tab.select_option("select[name='seeds']", "seed 0")
    bar = tab.evaluate("document.getElementById('map').data[0].colorbar")
    assert bar["tickvals"] == [0, 1, 2] and bar["title"]["text"] == "basin"


def test_the_address_is_the_view(view, until, make):
    axes = [*make().sweep.axes, ps.values("optimizer", ["sgd", "adam", "adamw"])]
    result = make(axes)
    tab = view(result)
    tab.select_option("select[name='optimizer']", "2")
    tab.select_option("select[name='map']", "phase")
    tab.select_option("select[name='to the right']", "2")
    tab.focus("#map")
    tab.keyboard.press("ArrowLeft")
    tab.locator("#strip button").nth(1).click()
    told, where = title(tab), tab.evaluate("location.hash")
    assert "optimizer = adam: seed" in told and "cell=1.1.1" in where and "map=phase" in where
    again = view(result, where)
    assert title(again) == told
    assert again.evaluate("document.getElementById('map').data[0].z") == tab.evaluate(
        "document.getElementById('map').data[0].z")  # fmt: skip
    again.evaluate("location.hash = 'cell=0.0.0&map=%3Cb%3E'")
    until(again, "document.getElementById('model-title').textContent.includes('sgd')")
    assert again.input_value("#controls select") == "phases"


def test_the_code_is_copied(view, until, make):
    tab = view(make(), permissions=["clipboard-read", "clipboard-write"])
    tab.click("#copy-code")
    until(tab, "document.getElementById('copied').textContent !== ''")
    assert tab.text_content("#copied") == "Copied."
    text = tab.evaluate("navigator.clipboard.readText()")
    assert text == tab.text_content("#code") and "result.select(density=0.2236" in text


@pytest.mark.parametrize("axes", [0, 1, 2])
def test_hostile_names_are_only_text(view, axes):
    swept = [ps.values(f"axis{i}", [f"a{EVIL}", f"b{EVIL}"]) for i in range(axes)]
    sweep = FunctionSweep(axes=tuple(swept), n_seeds=2, source_sha256="0" * 64)
    object.__setattr__(sweep, "name", EVIL)
    shape = (*sweep.shape, 2)
    arrays = {
        f"value{EVIL}": np.arange(2.0 ** (axes + 1)).reshape(shape),
        "status": np.full(shape, Status.ok),
    }
    dims = {name: (*(a.path for a in swept), "seed") for name in arrays}
    tab = view(Result(sweep, Arrays(arrays, dims, {})))
    assert tab.text_content("#name") == EVIL
    for i in range(axes):
        assert f"a{EVIL}" in title(tab)
        assert (
            tab.locator(f"#map .{'yx'[i] if axes > 1 else 'x'}title").text_content() == f"axis{i}"
        )
    tab.locator("#map-values summary").click()
    assert "img" in tab.text_content("#controls") + tab.text_content("#map-values")
    assert tab.locator("img").count() == 0 and tab.locator("script").count() == 4
    assert tab.evaluate("window.pwned") is None
    assert "function: it has no weights" in tab.text_content("#model-status")


@pytest.mark.parametrize("width", [360, 900, 1500])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_widths_and_colours(view, until, make, width, scheme):
    tab = view(make(), viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert light == (scheme == "light")
    assert tab.locator("#map").bounding_box()["width"] > 0.3 * width
    tops = [tab.locator(f"#{name}").bounding_box()["y"] for name in ("sweep", "model")]
    assert (tops[0] == tops[1]) == (width >= 1050)
    other = "dark" if light else "light"
    ink = tab.evaluate("document.getElementById('gram').layout.font.color")
    tab.emulate_media(color_scheme=other)
    until(tab, f"document.getElementById('gram').layout.font.color !== '{ink}'")
