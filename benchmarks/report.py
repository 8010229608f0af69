"""Write the tables of benchmarks/README.md from results/*.json: ``python -m benchmarks.report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.machine import load
from benchmarks.markdown import about, table, times
from benchmarks.report_exact import diagram, solution
from benchmarks.report_pages import explorer
from benchmarks.sizes import CONTENDERS, LABELS, SIZES

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- tables: python -m benchmarks.report -->", "<!-- end of tables -->"
#: what the first prototype reached, for comparison: ratios with independent and shared draws
PROTOTYPE = {
    "2x1": (8, 54),
    "5x2": (5, 26),
    "20x5": (3, 10),
    "80x20": (2, 4.5),
    "200x20": (1.4, 4.4),
}


def main() -> None:
    parts = [_platform(name) for name in ("cpu", "gpu")]
    parts += [_flat(), diagram(), solution(), _commit(), explorer(), _memory()]
    head, _, rest = README.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    tables = "\n\n".join(part for part in parts if part)
    README.write_text(f"{head}{BEGIN}\n\n{tables}\n\n{END}{tail}")


def _platform(platform: str) -> str:
    found = {str(s): r for s in SIZES if (r := load(f"{platform}-{s}"))}
    if not found:
        return "" if platform == "cpu" else f"No result on a {platform.upper()} is stored here."
    parts = [f"### Race on a {platform.upper()}", about(next(iter(found.values())))]
    parts.append(_targets(found))
    for which, r in found.items():
        short = "" if r["scale"] == 1 else f"; runs shortened to {r['scale']:g} of their length"
        title = f"**n, m = {which.replace('x', ', ')}; {r['models']:,} models{short}**"
        parts += [title, _speeds(r)]
    parts += ["### Roofline", _roofline(found)]
    return "\n\n".join(parts)


def _targets(found: dict[str, dict[str, Any]]) -> str:
    """The set ratios beside the measured ones."""
    lines = []
    for which, r in found.items():
        cells = [f"{which.replace('x', ', ')} ({r['models']:,})"]
        for position, draws in enumerate(("independent", "shared")):
            entry, target = r["contenders"][draws], r["targets"][draws]
            ratio = entry.get("wall_ratio")
            verdict = "—" if ratio is None else "pass" if ratio >= target else _shortfall(entry)
            cells += [f"≥ {target:g}×", times(ratio), verdict, f"{PROTOTYPE[which][position]:g}×"]
        lines.append(cells)
    heads = ["n, m (models)"]
    for draws in ("independent", "shared"):
        heads += [f"{draws}: target", "measured", "", "first prototype"]
    return table(heads, lines)


def _shortfall(entry: dict[str, Any]) -> str:
    roof = entry["roofline"]
    return f"falls short: {roof['fraction']:.0%} of the {roof['bound']} bound"


def _speeds(r: dict[str, Any]) -> str:
    lines = []
    for name in CONTENDERS:
        c = r["contenders"][name]
        if "unavailable" in c:
            lines.append([LABELS[name], f"not run: {c['unavailable']}", "", "", "", "", "", ""])
            continue
        ratios = c.get("wall_ratios")
        spread = f"{min(ratios):.3g}–{max(ratios):.3g}" if ratios else ""
        lines.append(
            [
                LABELS[name],
                f"{c['model_steps_per_second']:,.0f}",
                f"{c['model_steps_per_cpu_second']:,.0f}",
                times(c.get("wall_ratio")),
                spread,
                times(c.get("cpu_ratio")),
                f"{c['compile_seconds']:.1f}",
                f"{c['peak_rss_bytes'] / 1e6:,.0f}",
                f"{c['steps']:,}",
            ]
        )
    heads = ["", "model-steps/s", "per CPU-second", "ratio", "rounds", "ratio, CPU time"]
    heads += ["first run more, s", "peak memory, MB", "steps a run"]
    return table(heads, lines)


def _roofline(found: dict[str, dict[str, Any]]) -> str:
    lines = []
    for which, r in found.items():
        for draws in ("independent", "shared"):
            roof, given = r["contenders"][draws]["roofline"], r["rates"]
            lines.append(
                [
                    f"{which.replace('x', ', ')} {draws}",
                    f"{roof['flops']:,.0f}",
                    f"{roof['random_words']:,.0f}",
                    f"{roof['bytes']:,.0f}",
                    f"{given['matmul_flops_per_second'] / 1e9:,.0f}",
                    f"{given['copy_bytes_per_second'] / 1e9:,.1f}",
                    f"{given['random_words_per_second'] / 1e6:,.0f}",
                    f"{roof['fraction']:.0%}",
                    roof["bound"],
                ]
            )
    heads = ["n, m, draws", "flop a model-step", "random words", "bytes", "matmul GFLOP/s"]
    heads += ["copy GB/s", "M words/s", "of the bound reached", "bound by"]
    return table(heads, lines)


def _flat() -> str:
    r = load("flat")
    if r is None:
        return ""
    lines = [
        [
            f"{int(n):,}",
            f"{1e6 * s:.1f}",
            f"{r['relative_to_smallest'][n]:.2f}",
            str(len(r["seconds"][n])),
        ]
        for n, s in r["seconds_per_model"].items()
    ]
    heads = ["models", "µs a model", "relative to the smallest", "runs"]
    title = f"### Cost per model (n = 2, m = 1, {r['steps']} steps, in memory)"
    return f"{title}\n\n{about(r)}\n\n{table(heads, lines)}"


def _commit() -> str:
    r = load("commit")
    if r is None:
        return ""
    lines = [
        [
            f"{c['n']}, {c['m']}; {c['steps']:,}",
            f"{c['models']:,}",
            f"{c['bytes'] / 1e6:.1f}",
            f"{1e3 * c['commit_seconds']:.1f}",
            f"{c['commit_share']:.2%}",
            f"{1e3 * c['merge_seconds']:.0f}",
            f"{c['store_share']:.2%}",
        ]
        for c in r["cases"]
    ]
    heads = ["n, m; steps", "models a chunk", "MB", "ms a commit", "of the chunk's training"]
    heads += ["ms its merge", "both of the chunk's training"]
    many = r["resume"]
    title = "### What the store costs (fsync included)"
    resume = (
        f"Resuming {many['chunks']:,} chunks of {many['bytes'] / many['chunks'] / 1e3:.0f} kB, "
        f"each verified by its hash: {many['seconds']:.1f} s."
    )
    return f"{title}\n\n{about(r)}\n\n{table(heads, lines)}\n\n{resume}"


def _memory() -> str:
    r = load("memory")
    if r is None:
        return ""
    lines = [
        [
            f"{c['n']}, {c['m']}; {c['batch']:,}; {c['draws']}",
            str(c["in_flight"]),
            *(
                f"{c[k] / 1e6:,.0f}"
                for k in ("predicted_bytes", "compiler_bytes", "measured_bytes")
            ),
            f"{c['ratio']:.2f}",
        ]
        for c in r["cases"]
    ]
    heads = ["n, m; batch; draws", "blocks in flight", "predicted, MB", "compiler's account, MB"]
    heads += ["growth of resident memory, MB", "predicted / measured"]
    return f"### Memory\n\n{table(heads, lines)}"


if __name__ == "__main__":
    main()
