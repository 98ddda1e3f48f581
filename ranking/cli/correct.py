"""``tirage round correct``: who should have been in a round and was not, and what each remedy moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking import correct as correcting
from ranking import fingerprint
from ranking.cli import page, reading, recorded, terminal, words
from ranking.correct import REMEDIES, SETS
from ranking.faults import Fault, RoundError
from ranking.kept import read_kept
from ranking.ledger import rounds
from ranking.ledger.file import check_path, opened
from ranking.outcomes import TITLES, Outcome
from rules.text import Text, number, same, signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ranking.correct import Correction, Remedy
    from ranking.ledger.chain import Entry
    from rules.text import Lang

EXAMPLES = 8
SIGNED = Text(
    "Qui signe la correction ; deux personnes pour le registre.", "Who signs the correction; two people for the ledger."
)


@words.command(
    Text(
        "Refait une ronde sur une banque corrigée, avec l’instruction et la règle que garde son dossier : qui aurait "
        "dû être invité, qui ne l’aurait pas dû, et ce que chaque remède change. N’écrit jamais par-dessus la ronde.",
        "Runs a round again on a corrected pool, with the instruction and the law that its folder keeps: who should "
        "have been in, who should not, and what each remedy moves. Never writes over the round.",
    ),
    "tirage round correct out/r1 --pool out/p2.parquet --before out/p.parquet",
)
@click.argument("folder", type=click.Path())
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque corrigée.", "The corrected pool.")
)
@reading.before
@words.option(
    "--remedy",
    type=click.Choice(list(REMEDIES)),
    default="add",
    show_default=True,
    words=Text("Remède retenu : ajouter, ou annuler et refaire.", "The remedy: add, or void and run again."),
)
@words.option("--by", metavar="NAME", multiple=True, words=SIGNED)
@words.option("--reason", metavar="TEXT", words=Text("Motif de la correction.", "Reason of the correction."))
@words.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    words=Text("Registre où inscrire la correction signée.", "Ledger that takes the signed correction."),
)
@recorded.at
@words.option(
    "--out",
    type=click.Path(dir_okay=False),
    words=Text("Table de tout le monde, .parquet ou .csv.", "Table of everyone, .parquet or .csv."),
)
@words.quarantine
@words.reads_pools
@words.as_json
def correct(
    folder: str,
    pool_file: str,
    before_file: str | None,
    remedy: Remedy,
    by: tuple[str, ...],
    reason: str | None,
    ledger: str | None,
    at: datetime | None,
    out: str | None,
    quarantine: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Correct a round."""
    _check_signature(by, reason, for_ledger=ledger is not None)
    target = terminal.check_target(out, pool_file) if out else None
    kept_apart = terminal.check_target(quarantine, pool_file) if quarantine else None
    kept = read_kept(folder)
    corrected = reading.read_for(kept.instruction, pool_file, lang, quarantine=kept_apart)
    before = reading.read_for(kept.instruction, before_file, lang, quarantine=None) if before_file else None
    with terminal.step(Text("Ronde refaite", "Round run again"), lang):
        found = correcting.correct(kept, corrected, before, shown=before_file or "")
    if target:
        terminal.save(found.rows, target)
    entry = _recorded(found, remedy, by, reason or "", Path(ledger), at or recorded.now()) if ledger else None
    written = correcting.sign(found, remedy=remedy, by=", ".join(by), reason=reason) if by and reason else None
    terminal.report_pool(corrected, lang, quarantine)
    if as_json:
        terminal.print_json(values(found, remedy))
    else:
        page.show(blocks(found, remedy, lang))
    _say_written(written, target, lang)
    if entry is not None:
        click.echo(Text(f"Tête du registre : {entry.hash}", f"Head of the ledger: {entry.hash}").to(lang), err=True)


def _recorded(found: Correction, remedy: Remedy, by: tuple[str, ...], reason: str, ledger: Path, at: datetime) -> Entry:
    """Note a correction in the ledger, beside the released round that it mends."""
    check_path(ledger)
    missed = found.of("should_have_been_in").select("declaration_id")
    added = found.again.invitations.join(missed, on="declaration_id", how="semi", maintain_order="left")
    report = fingerprint.of_values(correcting.record(found, remedy))
    with opened(ledger, write=True) as book:
        draft = rounds.draft_of(book, found.kept.folder)
        names = (by[0], by[1])
        return rounds.correct(book, draft, remedy, reason, names, report, at, added if remedy == "add" else None)


def _check_signature(by: tuple[str, ...], reason: str | None, *, for_ledger: bool) -> None:
    """Refuse a name without a reason, a reason without a name, and a ledger without two names."""
    if for_ledger and (len(by) != 2 or reason is None):
        found = Text(f"{len(by)} nom, motif : {reason or 'aucun'}", f"{len(by)} name, reason: {reason or 'none'}")
        expected = Text("deux personnes et un motif, pour le registre", "two people and a reason, for the ledger")
        raise RoundError([Fault(same("--ledger"), found, expected, same('--by "A" --by "B" --reason "…"'))])
    if bool(by) == bool(reason):
        return
    missing = "--by" if reason else "--reason"
    expected = Text("un nom et un motif, ensemble", "a name and a reason, together")
    raise RoundError([Fault(same(missing), Text("rien", "nothing"), expected, same(f'{missing} "…"'))])


def _say_written(written: Path | None, target: Path | None, lang: Lang) -> None:
    if written is not None:
        click.echo(Text(f"Correction signée : {written}", f"Correction signed: {written}").to(lang), err=True)
    if target is not None:
        click.echo(Text(f"Table écrite : {target}", f"Table written: {target}").to(lang), err=True)


def values(found: Correction, remedy: Remedy) -> dict[str, Any]:
    """Give a correction as plain values, with what each remedy moves."""
    remedies: tuple[Remedy, ...] = ("add", "void")
    effects = {one: {**vars(found.effect(one)), "people": found.effect(one).people} for one in remedies}
    return {**correcting.record(found, remedy), "remedies": effects}


def blocks(found: Correction, remedy: Remedy, lang: Lang) -> Iterator[page.Block]:
    """Write a correction: the four sets, the remedies, then who changes and why."""
    title = found.kept.instruction.source.title.text
    yield page.Heading(Text(f"Correction : {title.fr}", f"Correction: {title.en}").to(lang), 1)
    yield _sets(found, lang)
    yield _remedies(found, remedy, lang)
    for name in ("should_have_been_in", "should_not_have_been_in"):
        if found.sets[name]:
            yield _examples(found, name, lang)
    if found.moved:
        yield page.Line(_moved(found.moved).to(lang))
    if not found.sets["should_have_been_in"] and not found.sets["should_not_have_been_in"]:
        same_list = Text(
            "La correction ne change la liste pour personne.", "The correction changes the list for nobody."
        )
        yield page.Line(same_list.to(lang))


def _moved(count: int) -> Text:
    fr = "personne resterait invitée, mais à un autre exercice" if count == 1 else None
    fr = fr or "personnes resteraient invitées, mais à un autre exercice"
    en = "person stays invited, but" if count == 1 else "people stay invited, but"
    return Text(f"{count} {fr}.", f"{count} {en} in another selection.")


def _sets(found: Correction, lang: Lang) -> page.Grid:
    columns = Text("Ensemble|Déclarations", "Set|Declarations").to(lang).split("|")
    rows = [(SETS[name].to(lang), number(count, lang)) for name, count in found.sets.items()]
    rows.append((Text("Total", "Total").to(lang), number(found.rows.height, lang)))
    heading = Text("Les quatre ensembles", "The four sets").to(lang)
    return page.Grid(heading, tuple(columns), tuple(rows), right=(1,), totals=(len(rows) - 1,))


def _remedies(found: Correction, chosen: Remedy, lang: Lang) -> page.Grid:
    columns = Text(
        "Remède|Invitées avant|Ajoutées|Retirées|Autre exercice|Invitées après|Personnes touchées",
        "Remedy|Invited before|Added|Withdrawn|Other selection|Invited after|People affected",
    )
    rows = []
    remedies: tuple[Remedy, ...] = ("add", "void")
    for one in remedies:
        effect = found.effect(one)
        mark = "→ " if one == chosen else "   "
        counts = (effect.before, effect.added, effect.withdrawn, effect.moved, effect.after, effect.people)
        rows.append((mark + REMEDIES[one].to(lang), *(number(count, lang) for count in counts)))
    heading = Text("Les remèdes", "The remedies").to(lang)
    return page.Grid(heading, tuple(columns.to(lang).split("|")), tuple(rows), right=(1, 2, 3, 4, 5, 6))


def _examples(found: Correction, name: str, lang: Lang) -> page.Grid:
    columns = Text(
        "Déclaration|Issue de la ronde|Pointage|Issue corrigée|Pointage corrigé|Seuil corrigé|Pourquoi",
        "Declaration|Outcome of the round|Score|Corrected outcome|Corrected score|Corrected cut-off|Why",
    )
    rows = found.of(name)
    shown = [_example(found, row, lang) for row in rows.head(EXAMPLES).to_dicts()]
    more = rows.height - len(shown)
    note = Text(f"… et {number(more, 'fr')} de plus", f"… and {number(more, 'en')} more").to(lang) if more else ""
    heading = f"{SETS[name].to(lang).capitalize()} ({number(rows.height, lang)})"
    return page.Grid(heading, tuple(columns.to(lang).split("|")), tuple(shown), right=(2, 4, 5), note=note)


def _example(found: Correction, row: dict[str, Any], lang: Lang) -> tuple[str, ...]:
    results = {one.selection.id: one.last_in for one in found.again.results}
    selection = row["selection_after"] or row["selection_before"]
    last = results.get(selection)
    cut_off = None if last is None else int(found.again.standing.scores[last])
    return (
        row["declaration_id"],
        _outcome(row["outcome_before"], row["selection_before"], lang),
        _or_dash(row["score_before"]),
        _outcome(row["outcome_after"], row["selection_after"], lang),
        _or_dash(row["score_after"]),
        _or_dash(cut_off),
        why(row).to(lang),
    )


def why(row: dict[str, Any]) -> Text:
    """Say what moved a declaration: its own facts, or only those of others."""
    if row["outcome_before"] is None:
        return Text("n’était pas dans la banque de la ronde", "was not in the pool of the round")
    if row["outcome_after"] is None:
        return Text("n’est plus dans la banque", "is no longer in the pool")
    before, after = row["score_before"], row["score_after"]
    if before is not None and before != after:
        gap = signed(after - before)
        return Text(f"pointage corrigé de {gap}", f"score corrected by {gap}")
    if row["corrected"]:
        return Text("faits corrigés, même pointage", "facts corrected, same score")
    if row["corrected"] is None and before is None:
        return Text("--before FICHIER le dirait", "--before FILE would tell")
    return Text("déplacée par les autres", "moved by others")


def _outcome(code: str | None, selection: str | None, lang: Lang) -> str:
    if code is None:
        return "–"
    title = TITLES[Outcome[code]].to(lang)
    return title if selection is None else f"{title} ({selection})"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)
