"""``tirage round preview``: what there is to look at before a round is released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import polars as pl

from ranking.cli import page, reading, terminal, words
from ranking.faults import Fault, RoundError
from ranking.kept import read_kept
from ranking.outcomes import TITLES, Outcome
from ranking.overlooked import NO_REASON
from ranking.preview import preview as look
from rules.text import Text, listed, number, same, signed
from rules.titles import input_title, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ranking.preview import Preview
    from rules.text import Lang

EXAMPLES = 8
FLAGS = {
    "vanished": Text("invité la dernière fois, plus personne", "invited last time, nobody now"),
    "absent": Text("admissible, personne d’invité", "eligible, nobody invited"),
}
WORDS = {
    NO_REASON: Text("AUCUN MOTIF", "NO REASON"),
    "not_eligible": Text("admissible à aucun volet de l’exercice", "eligible for no stream of the selection"),
}


@words.command(
    Text(
        "Avant la publication : la liste face aux admissibles et à la ronde d’avant, et ce qui paraît faux. Finit avec "
        "1 si quelqu’un dépasse un seuil sans motif.",
        "Before release: the list against the eligible set and the round before, and what looks wrong. Ends with 1 if "
        "someone is above a cut-off without a reason.",
    ),
    "tirage round preview out/r1 --pool out/p.parquet",
)
@click.argument("folder", type=click.Path())
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque de la ronde.", "Pool of the round.")
)
@words.option("--against", type=click.Path(), words=Text("Dossier de la ronde d’avant.", "Folder of the round before."))
@words.option(
    "--against-pool",
    type=click.Path(),
    words=Text("Banque de la ronde d’avant, pour les parts.", "Pool of the round before, for shares."),
)
@words.as_json
@click.pass_context
@words.reads_pools
def preview(
    context: click.Context,
    folder: str,
    pool_file: str,
    against: str | None,
    against_pool: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Look at a round before its release."""
    if against_pool and not against:
        expected = Text("le dossier de cette ronde aussi", "the folder of that round too")
        write = Text("--against DOSSIER", "--against FOLDER")
        raise RoundError([Fault(same("--against-pool"), Text("sans --against", "without --against"), expected, write)])
    kept, last = read_kept(folder), read_kept(against) if against else None
    pool = reading.read_for(kept.instruction, pool_file, lang)
    last_pool = reading.read_for(last.instruction, against_pool, lang) if last and against_pool else None
    with terminal.step(Text("Ronde regardée", "Round looked at"), lang):
        found = look(kept, pool, last, last_pool, shown=(pool_file, against_pool or ""))
    if as_json:
        terminal.print_json(found.as_dict())
    else:
        page.show(blocks(found, lang))
    context.exit(1 if found.without_reason else 0)


def blocks(found: Preview, lang: Lang) -> Iterator[page.Block]:
    """Write a preview: what looks wrong first, then lists, law, selections, the eligible, groups."""
    yield page.Heading(found.kept.instruction.source.title.text.to(lang), 1)
    yield from _wrong(found, lang)
    yield from _changes(found, lang)
    yield _selections(found, lang)
    yield _eligible(found, lang)
    yield from _groups(found, lang)


def _wrong(found: Preview, lang: Lang) -> Iterator[page.Block]:
    count = found.without_reason
    if count:
        ids = listed(found.as_dict()["without_reason_ids"], EXAMPLES)
        said = Text(
            f"Au-dessus d’un seuil, visées, et non invitées sans motif : {number(count, 'fr')} ({ids}). "
            "Ne publiez pas cette ronde.",
            f"Above a cut-off, covered, and not invited without a reason: {number(count, 'en')} ({ids}). "
            "Do not release this round.",
        )
    else:
        said = Text(
            "Personne n’est au-dessus d’un seuil, visé et non invité sans motif.",
            "Nobody is above a cut-off, covered and not invited without a reason.",
        )
    yield page.Line(said.to(lang))
    if found.empty:
        ids = ", ".join(found.empty)
        yield page.Line(Text(f"Exercices sans personne : {ids}", f"Selections with nobody: {ids}").to(lang))
    if found.overlooked.height:
        yield _reasons(found, lang)


def _reasons(found: Preview, lang: Lang) -> page.Grid:
    """Count those above a cut-off who are not invited, by reason; the requirement where a single one is not met."""
    keys = ["reason", "requirement"]
    ids = pl.col("declaration_id").n_unique().alias("n")
    where = pl.col("selection").unique(maintain_order=True).alias("selections")
    counted = found.overlooked.group_by(keys, maintain_order=True).agg(ids, where)
    counted = counted.sort([pl.col("reason") != NO_REASON, "n", *keys], descending=[False, True, False, False])
    rows = tuple(
        (
            _reason(row["reason"], lang),
            _requirement(found, row["requirement"], lang),
            ", ".join(row["selections"]),
            number(row["n"], lang),
        )
        for row in counted.to_dicts()
    )
    columns = Text(
        "Motif|Seule condition non remplie|Exercices|Déclarations",
        "Reason|Single requirement not met|Selections|Declarations",
    )
    title = Text(
        "Au-dessus d’un seuil, sous son filtre ou peut-être, et non invitées",
        "Above a cut-off, under its filter or maybe, and not invited",
    )
    return page.Grid(title.to(lang), tuple(columns.to(lang).split("|")), rows, right=(3,))


def _reason(code: str, lang: Lang) -> str:
    return (WORDS[code] if code in WORDS else TITLES[Outcome[code]]).to(lang)


def _requirement(found: Preview, name: str | None, lang: Lang) -> str:
    if name is None:
        return ""
    titles = {
        f"{stream.id}.{requirement.id}": requirement.title
        for stream in found.kept.instruction.regulation.streams
        for requirement in stream.requirements
    }
    return titles[name].to(lang)


def _changes(found: Preview, lang: Lang) -> Iterator[page.Block]:
    if found.last is None:
        return
    columns = Text("Liste|Ajoutés|Retirés|Déclarations touchées", "List|Added|Removed|Declarations affected")
    rows = tuple(
        (one.where, listed(one.added, EXAMPLES), listed(one.removed, EXAMPLES), number(one.holders, lang))
        for one in found.lists
    )
    if rows:
        title = Text("Listes de codes qui ont changé", "Code lists that changed").to(lang)
        yield page.Grid(title, tuple(columns.to(lang).split("|")), rows, right=(3,))
    else:
        same_lists = Text(
            "Les listes de codes sont celles de la ronde d’avant.", "Code lists are those of the round before."
        )
        yield page.Line(same_lists.to(lang))
    if found.law:
        places = ", ".join(dict.fromkeys(one.title.to(lang) for one in found.law))
        said = Text(
            f"La règle a changé depuis, à {len(found.law)} endroits : {places}",
            f"The law has changed since, in {len(found.law)} places: {places}",
        )
        yield page.Line(said.to(lang))


def _selections(found: Preview, lang: Lang) -> page.Grid:
    columns = ["Exercice|Candidates|Inconnu|Invitées|Seuil", "Selection|Candidates|Unknown|Invited|Cut-off"]
    names = ("candidates", "unknown", "invited", "cut_off")
    before = {} if found.last is None else {one["id"]: one for one in found.last.receipt["selections"]}
    rows = []
    for one in found.kept.receipt["selections"]:
        was = before.get(one["id"])
        rows.append((one["id"], *(_with_change(one[name], was and was[name], lang) for name in names)))
    title = Text("Exercices", "Selections") if not before else Text("Exercices (écart)", "Selections (change)")
    heads = Text(*columns).to(lang).split("|")
    return page.Grid(title.to(lang), tuple(heads), tuple(rows), right=(1, 2, 3, 4))


def _with_change(now: int | None, was: int | None, lang: Lang) -> str:
    if now is None:
        return "–"
    return number(now, lang) if was is None else f"{number(now, lang)} ({signed(now - was)})"


def _eligible(found: Preview, lang: Lang) -> page.Grid:
    titles = {stream.id: stream.title for stream in found.kept.instruction.regulation.streams}
    rows = tuple((titles[one].to(lang), _with_change(*pair, lang)) for one, pair in found.streams.items())
    columns = Text("Volet|Admissibles", "Stream|Eligible").to(lang).split("|")
    return page.Grid(Text("Admissibles", "Eligible").to(lang), tuple(columns), rows, right=(1,))


def _groups(found: Preview, lang: Lang) -> Iterator[page.Block]:
    """Write the groups that are flagged, then the few whose share among the invited is farthest from the eligible."""
    totals = found.groups.group_by("attribute").agg(pl.col("eligible", "invited", "last").sum())
    sums = {row["attribute"]: row for row in totals.to_dicts()}
    rows = found.groups.to_dicts()
    flagged = [row for row in rows if row["flag"]]
    apart = sorted(
        (row for row in rows if not row["flag"]),
        key=lambda row: (
            -abs(_share(row, sums, "invited") - _share(row, sums, "eligible")),
            row["attribute"],
            row["value"],
        ),
    )
    shown_ = [*flagged, *apart[: max(0, 12 - len(flagged))]]
    columns = Text(
        "Attribut|Valeur|Admissibles|Invitées|Ronde d’avant|À voir",
        "Attribute|Value|Eligible|Invited|Round before|To look at",
    )
    cells = tuple(_group(found, row, sums, lang) for row in shown_)
    title = Text(
        "Groupes : part des admissibles, des invitées, et des invitées de la ronde d’avant",
        "Groups: share of those eligible, of those invited, and of those invited in the round before",
    )
    if cells:
        yield page.Grid(title.to(lang), tuple(columns.to(lang).split("|")), cells, right=(2, 3, 4))
    if found.last is not None and not any(row["last"] is not None for row in rows):
        said = Text(
            "--against-pool FICHIER donnerait les parts de la ronde d’avant.",
            "--against-pool FILE would give the shares of the round before.",
        )
        yield page.Line(said.to(lang), "dim")


def _group(found: Preview, row: dict[str, Any], sums: dict[str, dict[str, Any]], lang: Lang) -> tuple[str, ...]:
    law, name, value = found.kept.instruction.regulation, row["attribute"], row["value"]
    plain = {"true": True, "false": False}.get(value, value)
    shares = [_percent(_share(row, sums, key), lang) for key in ("eligible", "invited")]
    last = "–" if row["last"] is None else _percent(_share(row, sums, "last"), lang)
    flag = FLAGS[row["flag"]].to(lang) if row["flag"] else ""
    return (input_title(name, law).to(lang), shown(plain, name, law).to(lang), *shares, last, flag)


def _share(row: dict[str, Any], sums: dict[str, dict[str, Any]], name: str) -> float:
    total = sums[row["attribute"]][name] or 0
    return (row[name] or 0) / total if total else 0.0


def _percent(share: float, lang: Lang) -> str:
    said = f"{share * 100:.1f}"
    return f"{said.replace('.', ',')} %" if lang == "fr" else f"{said}%"
