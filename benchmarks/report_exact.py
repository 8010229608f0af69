"""Tables of what the exact loss is measured by: the true diagram, and time to solution."""

from __future__ import annotations

from benchmarks.machine import load
from benchmarks.markdown import about, table, times


def diagram() -> str:
    """Phase diagrams trained on the exact loss."""
    r = load("diagram")
    if r is None:
        return ""
    lines = [
        [
            " × ".join(map(str, c["grid"])),
            f"{c['models']:,}",
            f"{c['train_seconds']:.1f}",
            f"{c['draw_seconds']:.1f}",
            f"≤ {c['wanted_seconds']}",
            f"{c['agreement']:.2%} of {c['cells']:,}" if "agreement" in c else "",
        ]
        for c in r["cases"]
    ]
    heads = [
        "densities × ratios × seeds",
        "models",
        "trained and stored, s",
        "drawn, s",
        "wanted, s",
    ]
    heads += ["cells in the true phase (≥ 99.5 %)"]
    title = f"### The true phase diagram (n = 2, m = 1, {r['steps']} steps on the exact loss)"
    return f"{title}\n\n{about(r)} Compilation excluded.\n\n{table(heads, lines)}"


def solution() -> str:
    """Time to solution against the notebook's algorithm."""
    r = load("solution")
    if r is None:
        return ""
    parts = ["### Time to solution", about(r)]
    summary = [
        [
            f"{c['n']}, {c['m']} ({c['models']:,})",
            f"{1e3 * c['seconds_a_model']['phasesim']['cpu']:.3g}",
            f"{1e3 * c['seconds_a_model']['notebook']['cpu']:,.0f}",
            times(c["cpu_ratio"]),
            f"≥ {c['cpu_ratio_wanted']:,}×",
            f"{c['no_larger']} of {len(c['densities'])}",
            c["commit"],
        ]
        for c in r["cases"].values()
    ]
    heads = ["n, m (models)", "ms CPU a model", "notebook's algorithm", "ratio", "wanted"]
    heads += ["densities where the median excess is no larger", "commit"]
    parts.append(table(heads, summary))
    for c in r["cases"].values():
        ours, theirs = (c["median_excess"][side] for side in ("phasesim", "notebook"))
        basins = (c["best_basin"][side] for side in ("phasesim", "notebook"))
        rows = zip(c["densities"], ours, theirs, *basins, strict=True)
        lines = [
            [f"{p:.3g}", f"{a:.1e}", f"{b:.1e}", f"{x:.0%}", f"{y:.0%}"] for p, a, b, x, y in rows
        ]
        heads = ["density", "median excess in null losses", "notebook's", "seeds in the best basin"]
        parts += [f"**n, m = {c['n']}, {c['m']}**", table([*heads, "notebook's"], lines)]
    return "\n\n".join(parts)
