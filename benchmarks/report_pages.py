"""The table of the explorer page."""

from __future__ import annotations

from benchmarks.machine import load
from benchmarks.markdown import about, table


def explorer() -> str:
    """Bytes of the page and milliseconds of a click."""
    r = load("explorer")
    if r is None:
        return ""
    clicks = sorted(r["click_milliseconds"])
    line = [
        f"{r['models']:,}",
        f"{r['page_bytes'] / 1e6:.1f}",
        f"≤ {r['page_mb_wanted']}",
        f"{r['write_seconds']:.1f}",
        f"{r['click_median']:.0f} ({clicks[0]:.0f} … {clicks[-1]:.0f})",
        f"≤ {r['click_ms_wanted']}",
    ]
    heads = ["models", "MB of page", "wanted", "s to write"]
    heads += [f"ms from click to painted frame, median of {len(clicks)}", "wanted"]
    title = "### The explorer page (50 × 50 cells, 10 seeds, n = 5, m = 2)"
    return f"{title}\n\n{about(r)}\n\n{table(heads, [line])}"
