"""Results of a simulation: figures, tables and charts, written as one folder, the same in each format.

Every file says that it is a simulation, and from which law, pool, seed and versions it comes. No clock and no absolute
path: the same inputs give the same bytes of JSON and CSV.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.chart import WATERMARK, apart, png, svg
from ranking.disclosure import LEAST, NEAREST, Sums, rounded, suppressed
from ranking.escaping import escaped
from ranking.page import Block, Grid, Heading, Line, Picture, html, markdown
from ranking.simulate.cells import figure, grid
from rules.faults import Fault, TirageError
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    import altair as alt

FORMATS = ("parquet", "csv", "xlsx", "json")
SUMMARY = "summary.json"
PARTS = "replications"
"""The folder, inside that of a result, where a long simulation keeps what it has done so far."""
Build = Callable[..., "alt.TopLevelMixin"]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Provenance:
    """What a result comes from. ``laws``, ``scenarios`` and so on are hashes by a name that says which is which.

    ``arguments`` are those of the command, less where it writes; a path from the root is kept by its last name.
    """

    command: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    program: str | None = None
    law_days: Mapping[str, str] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)
    instructions: Mapping[str, str] = field(default_factory=dict)
    scenarios: Mapping[str, str] = field(default_factory=dict)
    pool: str | None = None
    seed: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, with the versions of what computed."""
        versions = {name: version(name) for name in ("tirage", "polars", "numpy")}
        said = {
            name: _path(value)
            for name, value in self.arguments.items()
            if value is not False and value not in (None, (), [])
        }
        return {**asdict(self), "arguments": said, "versions": versions}


def _path(value: Any) -> Any:  # noqa: ANN401 - an argument of a command
    if isinstance(value, (tuple, list)):
        return [_path(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return Path(value).name if isinstance(value, (str, Path)) and Path(value).is_absolute() else str(value)


@dataclass(frozen=True)
class Table:
    """A table of a result. ``columns`` has the title of each; a pair ``x_fr``, ``x_en`` has one, under ``x``.

    ``counts`` are the columns that count people, ``sums`` those of them that are sums of others, ``within`` those that
    tell one table from another (see ``disclosure.suppressed``). ``shares`` are made of counts: part and whole, a column
    or ``figures.NAME``; ``percents`` are other shares. ``signed`` are shown with their sign. ``codes`` are for
    machines: in Parquet and CSV only. ``safe`` ones tell of no person, and stay where a count of their row is hidden.
    ``rows`` of a table are shown on the page (0: none). A table of ``persons``, a row each, is never published; one
    that ``needs`` figures is not when one of them is hidden.
    """

    frame: pl.DataFrame
    title: Text
    columns: Mapping[str, Text]
    counts: tuple[str, ...] = ()
    sums: Sums = ()
    within: tuple[str, ...] = ()
    shares: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    percents: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    rows: int = 40
    persons: bool = False
    needs: tuple[str, ...] = ()
    note: Text | None = None


@dataclass(frozen=True)
class Chart:
    """A chart of a result: ``build(lang, *frames)``, of the frames of the tables ``of``, as they are published.

    A chart of no table takes only the language, and is not published: nobody could say that its counts are safe.
    """

    title: Text
    build: Build
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """What a command found. ``sentences`` says it in words, given the figures as published (a hidden one is None).

    ``totals`` names the figures that are the sum of a column: figure → (table, column). ``counted`` names the figures
    that count people otherwise: hidden when small, published as they are when not.
    """

    title: Text
    provenance: Provenance
    figures: Figures
    tables: Mapping[str, Table] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    sentences: Callable[[Figures], Sequence[Text]] = lambda _: ()
    totals: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    counted: tuple[str, ...] = ()

    def published(self, least: int = LEAST, *, rounding: bool = False) -> Results:
        """Give what can be published: small counts hidden, and what would give them back; rounded to 5 if asked."""
        tables: dict[str, Table] = {}
        lost: dict[str, frozenset[str]] = {}
        for name, table in self.tables.items():
            if not table.persons:
                tables[name], lost[name] = _published(table, least, rounding=rounding)
        figures = dict(self.figures)
        for name in (*self.totals, *self.counted):
            of, column = self.totals.get(name, ("", ""))
            small = 0 < figures[name] < least
            figures[name] = None if small or column in lost.get(of, ()) else _rounded(figures[name], rounding)
        kept = {
            name: _with_shares(table, figures)
            for name, table in tables.items()
            if all(figures[one] is not None for one in table.needs)
        }
        charts = {name: chart for name, chart in self.charts.items() if chart.of and set(chart.of) <= set(kept)}
        return replace(self, figures=figures, tables=kept, charts=charts)

    def write(
        self,
        folder: Path,
        lang: Lang,
        formats: Sequence[str] = FORMATS,
        *,
        publish: bool = False,
        rounding: bool = False,
        least: int = LEAST,
    ) -> list[str]:
        """Write the folder of a result and name its files; a folder that holds anything else is a TirageError.

        ``summary.json`` and ``page.html`` are always written.
        """
        made = self.published(least, rounding=rounding) if publish else self
        before = _files_before(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in before:
            (folder / name).unlink(missing_ok=True)
        pictures = {
            name: apart(svg(made.drawn(name, lang), chart.title.to(lang), lang), name)
            for name, chart in made.charts.items()
        }
        for name, table in made.tables.items():
            _write_table(table, folder / name, formats)
        if "xlsx" in formats:
            from ranking.simulate.workbook import write_workbook  # noqa: PLC0415 - heavy

            write_workbook(made, folder / "tables.xlsx", lang)
        for name, drawn in pictures.items():
            (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")
            (folder / f"{name}.png").write_bytes(png(drawn))
        blocks = made.blocks(lang, pictures)
        (folder / "page.html").write_text(html(blocks, made.title.to(lang), lang), encoding="utf-8")
        (folder / "page.md").write_text(markdown(blocks), encoding="utf-8")
        files = sorted({SUMMARY, *made.files(formats)})
        rule = {"least_count": least, "rounded_to": NEAREST if rounding else None} if publish else None
        said = made.summary() | {"published": rule, "files": files}
        (folder / SUMMARY).write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return files

    def files(self, formats: Sequence[str]) -> list[str]:
        """Name the files but the summary."""
        made = [f"{name}.{ending}" for name in self.tables for ending in ("parquet", "csv") if ending in formats]
        made += [f"{name}.{ending}" for name in self.charts for ending in ("svg", "png")]
        return [*made, *(["tables.xlsx"] if "xlsx" in formats else []), "page.html", "page.md"]

    def drawn(self, name: str, lang: Lang) -> alt.TopLevelMixin:
        """Build a chart in a language."""
        chart = self.charts[name]
        return chart.build(lang, *(self.tables[one].frame for one in chart.of))

    def summary(self) -> dict[str, Any]:
        """Give what a machine reads: figures, and where they come from."""
        return {
            "simulation": True,
            "watermark": WATERMARK._asdict(),
            "title": self.title._asdict(),
            "figures": self.figures,
            "provenance": self.provenance.as_dict(),
            "tables": {
                name: {
                    "title": table.title._asdict(),
                    "rows": table.frame.height,
                    "columns": {key: title._asdict() for key, title in table.columns.items()},
                }
                for name, table in self.tables.items()
            },
        }

    def blocks(self, lang: Lang, pictures: Mapping[str, str] | None = None) -> list[Block]:
        """Write the page: the watermark, what was found in words, charts, tables, where it comes from."""
        found: list[Block] = [Heading(self.title.to(lang), 1), Line(WATERMARK.to(lang), "warning")]
        found += [Line(sentence.to(lang)) for sentence in self.sentences(self.figures)]
        for name, drawn in (pictures or {}).items():
            found.append(Picture(drawn, self.charts[name].title.to(lang), f"{name}.svg"))
        found += [grid(table, lang) for table in self.tables.values() if table.rows and table.frame.height]
        if pictures is not None:
            found += _origin(self.provenance, lang)
        return found


def _origin(provenance: Provenance, lang: Lang) -> list[Block]:
    """Write where a result comes from, for who would make it again."""
    rows: list[tuple[str, str]] = []
    for name, value in provenance.as_dict().items():
        if isinstance(value, Mapping):
            rows += [(f"{name}, {key}", figure(one, lang)) for key, one in value.items()]
        elif value is not None:
            rows.append((name, str(value)))
    columns = Text("Quoi|Valeur", "What|Value").to(lang).split("|")
    return [Heading(Text("Provenance", "Provenance").to(lang)), Grid("", tuple(columns), tuple(rows))]


def _published(table: Table, least: int, *, rounding: bool) -> tuple[Table, frozenset[str]]:
    """Hide what is small in a table; what else it says of a row with a hidden count is hidden too."""
    if not table.counts:
        return table, frozenset()
    frame, lost = suppressed(table.frame, table.counts, sums=table.sums, within=table.within, k=least)
    frame = rounded(frame, table.counts) if rounding else frame
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in table.counts)
    rest = [
        name
        for name, kind in frame.schema.items()
        if kind.is_numeric() and name not in (*table.counts, *table.shares, *table.within, *table.safe)
    ]
    frame = frame.with_columns(pl.when(whole).then(pl.col(name)).alias(name) for name in rest)
    return replace(table, frame=frame), lost


def _with_shares(table: Table, figures: Figures) -> Table:
    """Make the shares of a table anew from counts as they are published; null where one is hidden."""
    remade = []
    for name, (part, of) in table.shares.items():
        figure_ = of.removeprefix("figures.")
        whole = pl.col(of) if figure_ == of else pl.lit(figures[figure_], pl.Int64)
        remade.append(pl.when(whole > 0).then(pl.col(part) / whole).alias(name))
    return replace(table, frame=table.frame.with_columns(remade))


def _rounded(value: int, rounding: bool) -> int:  # noqa: FBT001 - a switch passed on
    return (value + NEAREST // 2) // NEAREST * NEAREST if rounding else value


def _write_table(table: Table, path: Path, formats: Sequence[str]) -> None:
    if "parquet" in formats:
        table.frame.write_parquet(path.with_name(f"{path.name}.parquet"), metadata={"simulation": WATERMARK.en})
    if "csv" in formats:
        escaped(table.frame).write_csv(path.with_name(f"{path.name}.csv"))


def check_folder(folder: Path) -> None:
    """Refuse, before any work, a folder that holds anything else than a result and the parts of a long simulation."""
    _files_before(folder)


def _files_before(folder: Path) -> list[str]:
    """Name the files of the result that a folder holds; a folder of anything else is a TirageError."""
    if not folder.exists() or (folder.is_dir() and all(one.name == PARTS for one in folder.iterdir())):
        return []
    try:
        before = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if before["simulation"]:
            return [name for name in before["files"] if "/" not in name]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = Text("un dossier qui contient autre chose", "a folder that holds something else")
    expected = Text("un dossier vide, nouveau, ou une simulation", "an empty folder, a new one, or a simulation")
    raise TirageError([Fault(same(folder.name), found, expected, same(f"{folder.name}-2"))])


__all__ = ["FORMATS", "Chart", "Provenance", "Results", "Table", "check_folder"]
