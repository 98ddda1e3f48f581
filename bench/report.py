"""The figures as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.aims import MILLION, aims, median
from bench.laws import LAWS
from bench.peers import PEERS
from bench.scoring import STREAMS, TIRAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.laws import Law

THREADS = {TIRAGE: "all"} | {named.title: named.threads for named in PEERS}
MOST = {named.title: named.most for named in PEERS if named.most}
NOTHING = "–"
TRIED = """\
What a total costs beyond the C kernel is memory and passes: one pass of numpy over a million bytes in the cache is
0.03 ms, a gather 0.6 with its index, a column read for the first time 0.2. Blocks laid down once as steps take 24.3
ms where blocks that asked anew what to do took 28.4, the kernel 11.5 (minima of 25 interleaved runs in one process,
2026-11-26, the machine loaded by others but this process first in line); checking the values comes on top, 3.6 ms, 5
where they are cold. What did not help: two threads over blocks of 2^15 to 2^17 (27 to 29 ms, as much of the
processors as of the clock: a thread that waits for the interpreter wakes later than the other comes back); checking
the values in a thread meanwhile (3 ms less at best, more in the middle); columns in one matrix, so that a call of
numpy serves four to fourteen of them (20.6 against 20.4, for a law laid out by hand); codes mixed in bytes by pairs;
tables of up to 2^19 entries (the same seven gathers); from Parquet, blocks within a streaming query (as much
processor time as its expressions take). A frame in chunks, as Parquet is read, is no longer copied first: to read and
then score takes 107 ms of processor time, 125 before, 66 of them to read.
"""


def page(found: dict[str, Any]) -> str:
    """Write the page."""
    sections = [
        _head(found), _aims(found), *[_law(found, law) for law in LAWS], _sizes(found), _roofline(found),
        _draw(found), _sweep(found), _parquet(found), _commands(found), _others(found), _absent(found), _peers(),
        _tried(),
    ]  # fmt: skip
    return "\n\n".join(section for section in sections if section) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table: words to the left in the first column, figures to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(value: float | None) -> str:
    """Write a number with about three digits; a dash where nothing was measured."""
    if value is None:
        return NOTHING
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def times(value: float | None, base: float | None) -> str:
    """Write how many times one is the other."""
    return NOTHING if value is None or not base else f"{figure(value / base)} ×"


def _head(found: dict[str, Any]) -> str:
    known = found["machine"]
    took = f"; the whole took {found['minutes']:.0f} minutes" if "minutes" in found else ""
    laws = ", ".join(f"`{law.program}` on {law.day}, {len(law.regulation.criteria)} criteria" for law in LAWS)
    versions = ", ".join(f"{name} {one}" for name, one in known["versions"].items())
    how = "make bench-full" if found["full"] else "make bench"
    return f"""# Results

Medians of interleaved runs ({found["rounds"]} rounds; 3 at ten million), written by `{how} ARGS=--write`.
The machine is shared and noisy: read the ratios rather than the milliseconds. Each way to score was first checked to
give exactly the same points on the pool.

- {known["date"]}; {known["cpu"]}, {known["cores"]} cores, {known["memory_gib"]} GiB; {known["system"]};
  load at the start {known["load"]}{took}
- Python {known["python"]}, {versions}
- Laws: {laws}. Synthetic pools, seed 7, in memory, typed as the law says."""


def _aims(found: dict[str, Any]) -> str:
    answers = {True: "met", False: "**not met**", None: "not measured"}
    rows = []
    for aim in aims(found):
        sign = "≥" if aim.more_is_better else "≤"
        measured = NOTHING if aim.measured is None else f"{figure(aim.measured)} {aim.unit}"
        rows.append((aim.words, f"{sign} {aim.limit:,g} {aim.unit}", measured, answers[aim.met]))
    return "## Aims, at 1,000,000 profiles of Express Entry\n\n" + table(("", "aim", "measured", ""), rows)


def _law(found: dict[str, Any], law: Law) -> str:
    order = dict.fromkeys([TIRAGE, *[named.title for named in PEERS]])
    totals = {name: _of(found, name, "score", law) for name in order}
    if totals[TIRAGE] is None:
        return ""
    ranked = sorted((name for name in order if totals[name] is not None), key=lambda name: totals[name] or 0)
    rows = []
    for name in ranked:
        parts = _of(found, name, "breakdown", law)
        marked = f"**{name}**" if name == TIRAGE else f"{name} †" if name in MOST else name
        base = (totals[TIRAGE], _of(found, TIRAGE, "breakdown", law))
        total = totals[name]
        rows.append((marked, THREADS[name], figure(total), times(total, base[0]), figure(parts), times(parts, base[1])))
    head = ("", "threads", "total", "to tirage", "breakdown", "to tirage")
    mark = (
        "\n\n† Row by row: measured at 20,000 declarations, here 50 times that."
        if any(n in MOST for n in ranked)
        else ""
    )
    return (
        f"## Scoring 1,000,000 declarations, `{law.program}`, ms\n\n{table(head, rows)}{mark}\n\n"
        "The breakdown is the points of every criterion and group, and the total. tirage checks every value against\n"
        f"its domain each time; the kernels check none.{_streams(found, law)}"
    )


def _of(found: dict[str, Any], name: str, kind: str, law: Law) -> float | None:
    """Give a median at a million; of those that go row by row, in proportion."""
    few = MOST.get(name)
    value = median(found, name, kind, few or MILLION, law.program)
    return value if value is None or few is None else value * MILLION / few


def _streams(found: dict[str, Any], law: Law) -> str:
    known = {
        name: median(found, name, STREAMS, law=law.program) for name in (TIRAGE, *[named.title for named in PEERS])
    }
    said = ", ".join(f"{name} {figure(value)} ms" for name, value in known.items() if value is not None)
    return f" With the answer for each stream too: {said}." if said else ""


def _sizes(found: dict[str, Any]) -> str:
    sizes = sorted({row["size"] for row in found["scoring"]})
    picture = "\n\n![How time grows with declarations and with variants](growth.svg)" if found["full"] else ""
    parts = []
    for law in LAWS:
        for kind in ("score", "breakdown"):
            rows = []
            for name in (TIRAGE, *[named.title for named in PEERS]):
                values = [median(found, name, kind, size, law.program) for size in sizes]
                if any(value is not None for value in values):
                    rows.append((name, *map(figure, values)))
            title = "total" if kind == "score" else kind
            parts.append(f"`{law.program}`, {title}, ms\n\n{table(('', *[f'{size:,}' for size in sizes]), rows)}")
    return f"## Growth with the number of declarations{picture}\n\n" + "\n\n".join(parts)


def _roofline(found: dict[str, Any]) -> str:
    known = found.get("bandwidth")
    if not known:
        return ""
    rates = known["gb_per_s"]
    rows = [
        (name, figure(rates[f"{key}, 1"]), figure(rates[f"{key}, all"]))
        for key, name in (
            ("read", "reading, beyond the cache"),
            ("copy", "copying, beyond the cache"),
            ("pool", "reading 48 MB again and again"),
        )
    ]
    made = [
        (
            f"`{one['law']}`",
            str(one["bytes_read"]),
            *[figure(one["ms_a_million"][f"{kind}, {n}"]) for kind in one["bytes"] for n in ("1", "all")],
        )
        for one in found["roofline"]
    ]
    head = ("", "bytes read a declaration", "total, 1 thread", "total, all", "breakdown, 1 thread", "breakdown, all")
    cache = f" (the last level is {known['cache_mib']} MiB, shared)" if known["cache_mib"] else ""
    return (
        f"## The roofline of memory\n\nArrays of {known['array_mib']:,} MiB{cache}; GB/s, median.\n\n"
        f"{table(('', 'one thread', 'all threads'), rows)}\n\n"
        "A perfect single pass over 1,000,000 declarations at the rate of reading beyond the cache, ms: the columns\n"
        "read once (`tirage law compile` tells their bytes), the points written once, four bytes each.\n\n"
        f"{table(head, made)}"
    )


def _draw(found: dict[str, Any]) -> str:
    rows = found.get("draw", [])
    if not rows:
        return ""
    sizes = sorted({(row["size"], row["places"]) for row in rows})
    known = {(row["contender"], row["size"]): row["ms"] for row in rows}
    names = list(dict.fromkeys(row["contender"] for row in rows))
    base = next(name for name in names if "list" in name)
    lines = [
        (name, *[text for size, _ in sizes for text in _pair(known[name, size], known[base, size])]) for name in names
    ]
    head = ("", *[text for size, places in sizes for text in (f"{places:,} among {size:,}", "to a selection")])
    return (
        f"## A draw, ms\n\n{table(head, lines)}\n\n"
        "Scores are known. A selection gives the list of those invited, in order, and the outcome of everyone; the\n"
        "peers give the list alone (`top_k` in no order)."
    )


def _pair(value: float, base: float) -> tuple[str, str]:
    return figure(value), times(value, base)


def _sweep(found: dict[str, Any]) -> str:
    if "sweep" not in found:
        return ""
    known = found["sweep"]
    rate, others = known["per_s"], known["others"]
    rows = [("tirage, a sweep", figure(rate), "")]
    rows += [(name, figure(value), times(rate, value)) for name, value in others.items()]
    growth = [
        (f"{row['variants']:,}", figure(row["ms"] / 1000), figure(row["ready_ms"] / 1000)) for row in known["growth"]
    ]
    return (
        f"## A sweep, {known['size']:,} declarations, every cell of {len(known['criteria'])} criteria varies "
        f"({known['cells']} cells)\n\n"
        f"{table(('', 'variants/s', 'the sweep is faster'), rows)}\n\n"
        "The cut-off of each variant; what is made ready once is not counted above, but here, in seconds:\n\n"
        f"{table(('variants', 'whole', 'to make ready, the first included'), growth)}"
    )


def _parquet(found: dict[str, Any]) -> str:
    rows = []
    for one in found.get("parquet", []):
        base = one["ms"]["reading the columns"]
        title = f"`{one['law']}`, {one['size']:,}: "
        rows += [(title + name, figure(ms), times(ms, base)) for name, ms in one["ms"].items()]
        rows += [(title + name, "did not run", why) for name, why in one["failed"].items()]
    said = "Score only, in one process: no command line, no list of columns but those that the law reads."
    return f"## From Parquet\n\n{said}\n\n{table(('', 'ms', 'to reading'), rows)}" if rows else ""


def _commands(found: dict[str, Any]) -> str:
    rows = [
        (f"`{row['command']}`", _pool(row), figure(row["ms"]), figure(row["mib"]))
        for row in (*found.get("start_up", []), *found.get("commands", []))
    ]
    if not rows:
        return ""
    lines = table(("", "pool, in Parquet", "wall, ms", "peak, MiB"), rows)
    return f"## The command line\n\nEvery row is checked.\n\n{lines}"


def _pool(row: dict[str, Any]) -> str:
    return f"`{row['law']}`, {row['size']:,}" if "law" in row else NOTHING


def _others(found: dict[str, Any]) -> str:
    crossed, known = found.get("ceilings"), found.get("library")
    if not crossed or not known:
        return ""
    return (
        "## And\n\n"
        f"- Ceilings that cross, {crossed['size']:,} declarations, 500 × 200 groups, {crossed['places']:,} places: "
        f"{crossed['ms'] / 1000:.2f} s, order and scan included.\n"
        f"- The whole library of law, {known['programs']} programs, read and checked in a fresh process: "
        f"{known['ms']:.0f} ms."
    )


def _absent(found: dict[str, Any]) -> str:
    lines = [
        f"- {one['contender']}, `{one['law']}`{_size(one['size'])}: {one['why']}" for one in found.get("absent", [])
    ]
    return "## Left out\n\n" + "\n".join(lines) if lines else ""


def _peers() -> str:
    lines = [f"- **{named.title}**: {named.how}." for named in PEERS]
    return (
        "## The peers\n\nAll are made from the tables of the law; no point is typed by hand (`bench/peers/`). The\n"
        "data lies in each one’s own memory and types before the clock starts; queries and kernels are compiled.\n\n"
        + "\n".join(lines)
    )


def _tried() -> str:
    return f"## Tried, and left\n\n{TRIED.rstrip()}"


def _size(size: int | None) -> str:
    return f", {size:,} declarations" if size else ""
