"""``tirage instruction``: read an instruction before its round, alone or with a pool."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking import instruction_check as checking
from ranking.ahead import against
from ranking.cli import page, reading, terminal, words
from ranking.faults import Fault, InstructionError
from ranking.files import ending
from ranking.instruction import read_instruction
from ranking.instruction_words import sentences
from ranking.ledger.file import empty, opened
from ranking.outcomes import TITLES, Outcome
from ranking.sizing import FACTORS
from rules.text import Text, number, same, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.instruction import Instruction
    from ranking.instruction_check import Finding, Forecast
    from ranking.ledger.file import Ledger
    from ranking.round import Round
    from ranking.sizing import Point
    from rules.text import Lang

ENDINGS = (".html", ".csv", ".parquet")
KINDS = {"contradiction": Text("contradiction", "contradiction"), "remark": Text("remarque", "remark")}

instruction = words.Group(
    "instruction",
    Text("Instructions des rondes, avant de les exécuter.", "Instructions of rounds, before they are run."),
    "tirage instruction check data/instructions/quebec/pstq/2026-04-30.toml",
)


@words.command(
    Text(
        "Dit une instruction en mots, ce qu’elle a de contraire à la règle, et, avec une banque, combien chaque "
        "exercice prendrait selon le nombre demandé. N’invite personne.",
        "Says an instruction in words, what in it the law makes impossible and, with a pool, how many each selection "
        "would take at each size. Invites nobody.",
    ),
    "tirage instruction check data/instructions/quebec/pstq/2026-04-30.toml --pool out/p.parquet --lang fr",
)
@click.argument("file", type=click.Path())
@words.option(
    "--pool", "pool_file", type=click.Path(), words=Text("Banque sur laquelle l’essayer.", "Pool to try it on.")
)
@words.option(
    "--program",
    metavar="FOLDER",
    words=Text(
        "Dossier de la règle, si elle n’est pas dans la bibliothèque.",
        "Folder of the law, if it is not in the library.",
    ),
)
@words.option(
    "--out",
    type=click.Path(dir_okay=False),
    words=Text(
        "Page .html, ou courbes entières en .csv ou .parquet.", "A page, .html, or the whole curves, .csv or .parquet."
    ),
)
@words.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    words=Text(
        "Registre des rondes : ce que l’instruction contredit, et qui est déjà invité.",
        "Ledger of rounds: what the instruction contradicts, and who is invited already.",
    ),
)
@words.quarantine
@words.as_json
@click.pass_context
@words.reads_pools
def check(
    context: click.Context,
    file: str,
    pool_file: str | None,
    program: str | None,
    out: str | None,
    ledger: str | None,
    quarantine: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Check an instruction."""
    target = _target(out, pool_file, file)
    kept_apart = terminal.check_target(quarantine, *filter(None, [pool_file])) if quarantine else None
    read = read_instruction(Path(file), program)
    found, owed = checking.findings(read), None
    if ledger:
        with _ledger(Path(ledger), lang) as book:
            more, owed = against(book, read)
        found += more
    done, expected = None, []
    if pool_file:
        pool = reading.read_for(read, pool_file, lang, quarantine=kept_apart)
        with terminal.step(Text("Instruction essayée", "Instruction tried"), lang):
            done = checking.try_on(read, pool, owed)
            expected = checking.forecasts(done)
        terminal.report_pool(pool, lang, quarantine)
    if as_json:
        terminal.print_json(values(read, found, done, expected))
    else:
        page.show(blocks(read, found, done, expected, lang))
    if target:
        _save(target, read, found, done, expected, lang)
    context.exit(1 if any(one.kind == "contradiction" for one in found) else 0)


@contextmanager
def _ledger(path: Path, lang: Lang) -> Iterator[Ledger]:
    """Open a ledger, or stand in for the one that does not exist yet, and say so."""
    made = path.exists()
    with opened(path) if made else empty(path) as book:
        if not made:
            click.echo(_no_file_yet(path).to(lang), err=True)
        yield book


def _no_file_yet(path: Path) -> Text:
    return Text(
        f"Registre {path.name} : aucun fichier encore ; l’instruction est comparée à un registre vide, comme celui que "
        "créerait tirage round run --ledger.",
        f"Ledger {path.name}: no file yet; the instruction is compared with an empty ledger, like the one that tirage "
        "round run --ledger would make.",
    )


def _target(out: str | None, pool_file: str | None, file: str) -> Path | None:
    """Refuse a file that cannot be written, or curves without a pool to draw them from."""
    if out is None:
        return None
    path = Path(out)
    if path.suffix.lower() not in ENDINGS:
        expected = same(", ".join(ENDINGS))
        raise InstructionError([Fault(same(out), ending(path), expected, same(str(path.with_suffix(".html"))))])
    if path.suffix.lower() == ".html":
        return path
    if pool_file is None:
        found = Text("aucune banque", "no pool")
        expected = Text("une banque, dont viennent les courbes", "a pool, which the curves come from")
        raise InstructionError([Fault(same(out), found, expected, same("--pool out/p.parquet"))])
    return terminal.check_target(out, pool_file, file)


def _save(
    target: Path,
    read: Instruction,
    found: list[Finding],
    done: Round | None,
    expected: list[Forecast],
    lang: Lang,
) -> None:
    if target.suffix.lower() == ".html":
        whole = [*blocks(read, found, done, expected, lang), *_whole_curves(expected, lang)]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page.html(whole, read.source.title.text.to(lang), lang), encoding="utf-8")
    else:
        terminal.save(checking.curves(expected), target)
    click.echo(Text(f"Écrit : {target}", f"Written: {target}").to(lang), err=True)


def values(read: Instruction, found: list[Finding], done: Round | None, expected: list[Forecast]) -> dict[str, Any]:
    """Give a check as plain values; the curves at the sizes shown, the whole ones with ``--out``."""
    langs: tuple[Lang, Lang] = ("fr", "en")
    said = [
        {"selection": one.id, **{lang: sentences(read, n, lang) for lang in langs}}
        for n, one in enumerate(read.selections)
    ]
    result: dict[str, Any] = {
        "program": read.source.program,
        "round": read.source.id,
        "attainable": checking.attainable(read.regulation),
        "selections": said,
        "findings": [{"kind": f.kind, "selection": f.selection, **f.said._asdict()} for f in found],
    }
    if done is not None:
        result["pool"] = done.pool.fingerprint
        result["outcomes"] = done.sheet.counts
        result["forecasts"] = [
            {
                **{k: v for k, v in vars(one).items() if k != "curve"},
                "points": [vars(p) for p in one.points if p is not None],
            }
            for one in expected
        ]
        result["never_taken"] = checking.never_taken(done)
    return result


def blocks(
    read: Instruction, found: list[Finding], done: Round | None, expected: list[Forecast], lang: Lang
) -> Iterator[page.Block]:
    """Write a check: the instruction in words, what is wrong or to be known, then what it would do on the pool."""
    source = read.source
    yield page.Heading(source.title.text.to(lang), 1)
    law_on, facts = written(source.law_on, lang), written(read.facts_on, lang)
    most = checking.attainable(read.regulation)
    head = Text(
        f"Règle du {law_on} ({read.regulation.title.fr}) ; faits, âges et validité au {facts} ; maximum atteignable : "
        f"{number(most, 'fr')} points.",
        f"Law of {law_on} ({read.regulation.title.en}); facts, ages and validity on {facts}; attainable maximum: "
        f"{number(most, 'en')} points.",
    )
    yield page.Line(head.to(lang))
    for position, selection in enumerate(read.selections):
        yield page.Heading(f"{selection.id}  {selection.title.text.to(lang)}", 3)
        for line, sentence in enumerate(sentences(read, position, lang)):
            yield page.Line(sentence, "plain" if line == 0 else "dim")
    yield from _findings(found, lang)
    if done is not None:
        yield from _on_pool(done, expected, lang)


def _findings(found: list[Finding], lang: Lang) -> Iterator[page.Block]:
    if not found:
        said = Text(
            "Rien dans l’instruction n’est contraire à la règle.", "Nothing in the instruction contradicts the law."
        )
        yield page.Heading(said.to(lang), 3)
        return
    columns = Text("Exercice|Nature|Ce qu’il ne peut pas prendre", "Selection|Kind|What it cannot take")
    rows = tuple((one.selection, KINDS[one.kind].to(lang), one.said.to(lang)) for one in found)
    yield page.Grid(Text("Constats", "Findings").to(lang), tuple(columns.to(lang).split("|")), rows)


def _on_pool(done: Round, expected: list[Forecast], lang: Lang) -> Iterator[page.Block]:
    alone = done.instruction.source.combine == "as_if_alone"
    heading = Text("Sur cette banque, dans l’ordre des exercices", "On this pool, in the order of the selections")
    if alone:
        heading = Text("Sur cette banque, chaque exercice comme s’il était seul", "On this pool, each as if alone")
    yield page.Heading(heading.to(lang))
    yield _table(done, expected, lang)
    yield from _curves(expected, lang, alone=alone)
    yield _never(done, lang)


def _table(done: Round, expected: list[Forecast], lang: Lang) -> page.Grid:
    columns = Text(
        "Exercice|Titre|Candidates|Inconnu|Demandées|Prises|Seuil|À ce seuil|dont prises",
        "Selection|Title|Candidates|Unknown|Asked|Taken|Cut-off|At the cut-off|of them taken",
    )
    rows = []
    for result, one in zip(done.results, expected, strict=True):
        size = result.selection.size
        rows.append(
            (
                one.selection,
                result.selection.title.text.to(lang),
                number(one.candidates, lang),
                number(one.unknown, lang),
                "–" if size is None else number(size, lang),
                number(one.taken, lang),
                "–" if one.cut_off is None else str(one.cut_off),
                number(one.tied, lang),
                number(one.tied_taken, lang),
            )
        )
    people = number(done.sheet.counts.get(Outcome.invited.name, 0), lang)
    rows.append(("", Text("Personnes invitées", "People invited").to(lang), "", "", "", people, "", "", ""))
    return page.Grid("", tuple(columns.to(lang).split("|")), tuple(rows), (2, 3, 4, 5, 6, 7, 8), (len(rows) - 1,))


def _curves(expected: list[Forecast], lang: Lang, *, alone: bool) -> Iterator[page.Block]:
    """Write the curves around what is asked: for each size, how many are taken and, under it, the cut-off."""
    sizes = [_factor(factor, lang) for factor in FACTORS]
    columns = (Text("Exercice", "Selection").to(lang), *sizes, Text("toutes", "all").to(lang))
    rows = tuple((one.selection, *map(partial(_cell, lang=lang), one.points)) for one in expected if one.points)
    if not rows:
        return
    title = Text(
        "Nombre de prises, et dessous le seuil, selon le nombre demandé", "Taken, and under it the cut-off, by size"
    )
    note = Text(
        "Chaque exercice à lui seul, après ceux qui le précèdent tels qu’ils sont demandés.",
        "Each selection by itself, after those before it as they are asked.",
    )
    if alone:
        note = Text("Chaque exercice à lui seul, sur toute la banque.", "Each selection by itself, on the whole pool.")
    yield page.Grid(title.to(lang), columns, rows, tuple(range(1, len(columns))), note=note.to(lang))


def _factor(factor: float, lang: Lang) -> str:
    if factor == 1:
        return Text("demandé", "asked").to(lang)
    return "× " + (f"{factor:g}".replace(".", ",") if lang == "fr" else f"{factor:g}")


def _cell(point: Point | None, lang: Lang) -> str:
    return "–" if point is None else f"{number(point.taken, lang)}\n{'–' if point.cut_off is None else point.cut_off}"


def _never(done: Round, lang: Lang) -> page.Grid:
    titles = {stream.id: stream.title for stream in done.instruction.regulation.streams}
    rows = [(titles[one].to(lang), number(count, lang)) for one, count in checking.never_taken(done).items()]
    for code in (Outcome.unknown, Outcome.expired, Outcome.already_invited, Outcome.withdrawn, Outcome.excluded):
        count = done.sheet.counts.get(code.name, 0)
        if count:
            rows.append((TITLES[code].to(lang).capitalize(), number(count, lang)))
    columns = Text("Qui|Déclarations", "Who|Declarations").to(lang).split("|")
    title = Text(
        "Que nul exercice ne peut prendre : admissibles que rien ne vise, par volet, et hors de la ronde",
        "Whom no selection can take: eligible but covered by none, by stream, and those out of the round",
    )
    return page.Grid(title.to(lang), tuple(columns), tuple(rows), right=(1,))


def _whole_curves(expected: list[Forecast], lang: Lang) -> Iterator[page.Block]:
    """Write the whole curves, for the page: each score with how many have it, or it and more."""
    columns = Text("Score minimal|À ce score|À ce score ou plus", "Minimum score|At it|At it or above").to(lang)
    for one in expected:
        rows = tuple(tuple(map(str, row)) for row in one.curve.rows())
        title = Text(f"Exercice {one.selection}, courbe entière", f"Selection {one.selection}, whole curve").to(lang)
        yield page.Grid(title, tuple(columns.split("|")), rows, right=(0, 1, 2))


instruction.add_command(check)
