"""The page of a publication, in one language: every figure of it is in the form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ranking.page import Grid, Heading, Line
from ranking.report.minutes import instant
from rules.text import Lang, Text, number, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.page import Block, Picture
    from ranking.report.publication import form

HIDDEN, NONE = "x", "–"


def page(made: form.PublishedRound, drawn: form.LotFile | None, picture: Picture | None, lang: Lang) -> list[Block]:
    """Write the page: what was decided, by which law, the tables, the lots, and how people are protected."""
    sections = (_selections(made, lang), _outcomes(made, lang), _bands(made, picture, lang), _lots(drawn, lang))
    blocks: list[Block] = [Heading(made.title.text.to(lang), 1), Line(made.program_title.text.to(lang))]
    if made.synthetic:
        blocks.append(Line(SYNTHETIC.to(lang), "warning"))
    blocks += _summary(made, lang)
    for section in sections:
        blocks += section
    return [*blocks, *_protection(made, lang), *_origin(made, lang)]


SYNTHETIC = Text(
    "Banque synthétique : aucune personne réelle n’est en cause, et personne n’est invité.",
    "Synthetic pool: no real person is concerned, and nobody is invited.",
)


def count(value: int | None, lang: Lang) -> str:
    """Write a count; a hidden one is an x."""
    return HIDDEN if value is None else number(value, lang)


def _summary(made: form.PublishedRound, lang: Lang) -> Iterator[Block]:
    said = Text(f"Personnes invitées : {count(made.invited, 'fr')}.", f"People invited: {count(made.invited, 'en')}.")
    yield Line(said.to(lang))
    at, law = datetime.fromisoformat(made.extracted_at), date.fromisoformat(made.law_on)
    based = Text(
        f"Règle en vigueur le {written(law, 'fr')} ; banque extraite le {_clock(at, 'fr')}. "
        f"Instruction : {made.act}, {made.provision}.",
        f"Law in force on {written(law, 'en')}; pool extracted {_clock(at, 'en')}. "
        f"Instruction: {made.act}, {made.provision}.",
    )
    yield Line(based.to(lang))


def _clock(at: datetime, lang: Lang, *, seconds: bool = False) -> str:
    """Write an instant with the offset that it is published with."""
    return instant(at, at.tzinfo or UTC, lang, seconds=seconds)


def _selections(made: form.PublishedRound, lang: Lang) -> Iterator[Block]:
    yield Heading(Text("Invitations par exercice", "Invitations by selection").to(lang))
    rows = [
        (
            one.id,
            one.title.text.to(lang),
            count(one.invited, lang),
            (HIDDEN if one.invited is None else NONE) if one.cut_off is None else number(one.cut_off, lang),
            NONE
            if one.last_submitted_at is None
            else _clock(datetime.fromisoformat(one.last_submitted_at), lang, seconds=True),
        )
        for one in made.selections
    ]
    rows.append(("", Text("Total", "Total").to(lang), count(made.invited, lang), "", ""))
    columns = Text(
        "Exercice|Titre|Invitées|Pointage de la dernière personne invitée|Départage : dernière déclaration déposée le",
        "Selection|Title|Invited|Score of the last person invited|Tie-break: last declaration submitted",
    )
    note = Text(
        "À égalité, qui a déposé sa déclaration au plus tard à cet instant est invité.",
        "Among equals, those who submitted no later than this instant are invited.",
    )
    tied = any(one.last_submitted_at for one in made.selections)
    heads = tuple(columns.to(lang).split("|"))
    yield Grid("", heads, tuple(rows), (2, 3), (len(rows) - 1,), note.to(lang) if tied else "")


def _outcomes(made: form.PublishedRound, lang: Lang) -> Iterator[Block]:
    yield Heading(Text("Issue des déclarations", "Outcomes of declarations").to(lang))
    rows = [(one.title.text.to(lang), count(one.declarations, lang)) for one in made.outcomes]
    rows.append((Text("Total", "Total").to(lang), count(made.declarations, lang)))
    heads = Text("Issue|Déclarations", "Outcome|Declarations").to(lang).split("|")
    yield Grid("", tuple(heads), tuple(rows), (1,), (len(rows) - 1,))
    if made.exclusions:
        reasons = tuple((one.title.text.to(lang), count(one.declarations, lang)) for one in made.exclusions)
        heads = Text("Motif d’exclusion|Déclarations", "Reason of exclusion|Declarations").to(lang).split("|")
        yield Grid("", tuple(heads), reasons, (1,))


def _bands(made: form.PublishedRound, picture: Picture | None, lang: Lang) -> Iterator[Block]:
    if not made.bands:
        return
    yield Heading(Text("Pointages de la banque", "Scores of the pool").to(lang))
    if picture is not None:
        yield picture
    rows = [
        (f"{one.low}–{one.high}", *(count(value, lang) for value in (one.declarations, one.eligible, one.invited)))
        for one in reversed(made.bands)
    ]
    totals = (made.declarations, made.eligible, made.invited)
    rows.append((Text("Total", "Total").to(lang), *(count(value, lang) for value in totals)))
    heads = Text("Pointage|Déclarations|Admissibles|Invitées", "Score|Declarations|Eligible|Invited").to(lang)
    yield Grid("", tuple(heads.split("|")), tuple(rows), (1, 2, 3), (len(rows) - 1,))


def _lots(drawn: form.LotFile | None, lang: Lang) -> Iterator[Block]:
    if drawn is None:
        return
    yield Heading(Text("Vérifier son numéro au tirage au sort", "Check your own lot").to(lang))
    yield Line(drawn.recipe.text.to(lang))
    seed = Text(
        f"Graine : {drawn.seed}. Provenance : {drawn.provenance.fr}",
        f"Seed: {drawn.seed}. Provenance: {drawn.provenance.en}",
    )
    yield Line(seed.to(lang))
    rows = tuple(
        (one.id, one.title.text.to(lang), AMONG[one.among].to(lang), one.below or NONE, one.command)
        for one in drawn.selections
    )
    columns = Text(
        "Exercice|Titre|Entre qui|Invitée, si le numéro est avant|Commande",
        "Selection|Title|Among whom|Invited, if the number is below|Command",
    )
    note = Text(
        "Les numéros se comparent caractère par caractère, comme les mots d’un dictionnaire (0 à 9, puis a à f). "
        "Dans la commande, YOUR-NUMBER est votre numéro. Tout est aussi dans lots.json.",
        "Numbers are compared letter by letter, like words of a dictionary (0 to 9, then a to f). In the command, "
        "YOUR-NUMBER is your own number. All of it is in lots.json too.",
    )
    yield Grid("", tuple(columns.to(lang).split("|")), rows, note=note.to(lang))


AMONG = {
    "candidates": Text("toutes les candidates", "all candidates"),
    "equals": Text("celles qui ont le pointage du seuil", "those with the score of the cut-off"),
}


def _protection(made: form.PublishedRound, lang: Lang) -> Iterator[Block]:
    yield Heading(Text("Protection des renseignements personnels", "Protection of personal information").to(lang))
    least, nearest = made.rule.least, made.rule.rounded_to
    if least > 1:
        said = Text(
            f"x : nombre masqué. Un nombre de 1 à {least - 1} n’est pas publié, ni ce qui permettrait de le retrouver "
            "par le calcul, tous tableaux confondus ; un exercice au nombre masqué n’a pas de seuil.",
            f"x: a count that is hidden. A count from 1 to {least - 1} is not published, nor what would give it back "
            "by arithmetic over all the tables; a selection whose count is hidden has no cut-off.",
        )
        yield Line(said.to(lang))
    if nearest:
        rounded = Text(
            f"Les nombres sont arrondis au multiple de {nearest} le plus proche : les totaux peuvent ne pas concorder.",
            f"Counts are rounded to the nearest multiple of {nearest}: they may not add up to the totals.",
        )
        yield Line(rounded.to(lang))
    nobody = Text(
        "Aucun numéro de déclaration ni de personne n’est publié.", "No number of a declaration or person is published."
    )
    yield Line(nobody.to(lang))


def _origin(made: form.PublishedRound, lang: Lang) -> Iterator[Block]:
    yield Heading(Text("Empreintes", "Fingerprints").to(lang))
    marks = made.fingerprints
    rows = (
        (Text("la règle", "the law").to(lang), marks.law),
        (Text("l’instruction", "the instruction").to(lang), marks.instruction),
        (Text("le reçu de la ronde", "the receipt of the round").to(lang), marks.receipt),
    )
    heads = Text("SHA-256 de|Valeur", "SHA-256 of|Value").to(lang).split("|")
    yield Grid("", tuple(heads), rows)
