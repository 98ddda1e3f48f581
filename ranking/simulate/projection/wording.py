"""How the tables of a projection are worded: titles of columns, names of laws and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.simulate.projection.counts import SCORE
from ranking.simulate.results import Table
from rules.text import Lang, Text, same
from rules.titles import input_title, shown

if TYPE_CHECKING:
    from ranking.simulate.projection.setting import Setting


LAW = Text("Règle", "Law")
INTERVAL = Text(
    "Médiane, et intervalle de 5 % à 95 % des répétitions : ce que fait le hasard sous les hypothèses, "
    "non l’erreur des hypothèses.",
    "Median, and interval from 5% to 95% of the replications: what chance does under the assumptions, "
    "not how wrong they are.",
)
TITLES = {
    "law": LAW,
    "day": Text("Jour", "Day"),
    "waiting": Text("En attente", "Waiting"),
    "open": Text("Invitées sans réponse encore", "Invited, no answer yet"),
    "arrived": Text("Arrivées", "Arrived"),
    "score": Text("Pointage", "Score"),
    "ended": Text("Échues ou retirées", "Expired or withdrawn"),
    "expired": Text("Échues", "Expired"),
    "withdrawn": Text("Retirées", "Withdrawn"),
    "test_expired": Text("Test échu", "Test expired"),
    "accepted": Text("Acceptations", "Accepted"),
    "declined": Text("Sorties après un refus", "Left after a decline"),
    "silent": Text("Sorties sans réponse", "Left without an answer"),
    "other_declaration": Text("Autre déclaration acceptée", "Other declaration accepted"),
    "invited": Text("Invitées", "Invited"),
    "all_invited": Text("Rondes où toutes le sont, %", "Rounds in which all are, %"),
    "selection": Text("Exercice", "Selection"),
    "title": Text("Titre", "Title"),
    "cut_off": Text("Seuil", "Cut-off"),
    "cut_off_first": Text("Seuil, première ronde", "Cut-off, first round"),
    "seen": Text("Présentes à une ronde", "Seen by a round"),
    "by": Text("Selon", "By"),
    "value": Text("Valeur", "Value"),
    "step": Text("Rondes", "Rounds"),
    "chance": Text("Chance, %", "Chance, %"),
    "rounds": Text("Rondes pour la moitié des invitées", "Rounds for half of those invited"),
    "law_invited": Text("Invitées, règle", "Invited, law"),
    "change": Text("Écart", "Change"),
    "place": Text("Hypothèse", "Assumption"),
    "source": Text("Source", "Source"),
}
GROUP = ("by_fr", "by_en", "value_fr", "value_en")
LANGS: tuple[Lang, Lang] = ("fr", "en")
LAWS = ("law", "legend_fr", "legend_en", "law_fr", "law_en")
ENDS = {"_low": Text("5 %", "5%"), "_high": Text("95 %", "95%")}


def law_name(made: Setting, law: int) -> Text:
    """Name a law: the law itself, or the title of its scenario."""
    return Text("Règle en vigueur", "Law in force") if law == 0 else made.scenarios[law - 1].title.text


def short(made: Setting, law: int) -> Text:
    """Name a law in a word or two, for the rows of a table."""
    if law == 0:
        return LAW
    only = len(made.scenarios) == 1
    return Text("Scénario", "Scenario") if only else Text(f"Scénario {law}", f"Scenario {law}")


def both(first: Text, second: Text) -> Text:
    """Write a short name and a long one together."""
    return Text(f"{first.fr}, « {second.fr} »", f"{first.en}, “{second.en}”")


def named(frame: pl.DataFrame, made: Setting) -> pl.DataFrame:
    """Put the names of each law beside its number: a short one for tables, its title for charts."""
    numbers = range(len(made.instructions))
    words, legends = [short(made, n) for n in numbers], [law_name(made, n) for n in numbers]
    names = {"law_fr": [one.fr for one in words], "law_en": [one.en for one in words]}
    names |= {"legend_fr": [one.fr for one in legends], "legend_en": [one.en for one in legends]}
    laws = pl.DataFrame({"law": pl.Series(numbers, dtype=pl.Int32)} | names)
    named = frame.join(laws, on="law", how="left", maintain_order="left")
    return named.select(*LAWS, pl.exclude(LAWS))


def titles(frame: pl.DataFrame) -> dict[str, Text]:
    """Give the title of each column: its own, that of its pair, or with the end of its interval."""
    found = {}
    for name in frame.columns:
        base = name.removesuffix("_fr").removesuffix("_en")
        bare = base.removesuffix("_low").removesuffix("_high")
        known = TITLES.get(bare) or _chance_title(bare)
        end = ENDS.get(base.removeprefix(bare))
        if known is not None:
            found[base] = known if end is None else Text(f"{known.fr}, {end.fr}", f"{known.en}, {end.en}")
    return found


def _chance_title(name: str) -> Text | None:
    step = name.removeprefix("chance_")
    if name == step or not step.isdigit():
        return None
    fr = "ronde" if step == "1" else "rondes"
    en = "round" if step == "1" else "rounds"
    return Text(f"Chance en {step} {fr}, %", f"Chance in {step} {en}, %")


def table(frame: pl.DataFrame, title: Text, **said: Any) -> Table:  # noqa: ANN401 - the fields of a table
    """Make a table of medians and intervals, law by law."""
    alone = ("law_fr", "law_en") if frame["law"].n_unique() < 2 else ()
    codes = ("law", "legend_fr", "legend_en", *alone, *said.pop("codes", ()))
    columns = titles(frame.drop(alone)) | said.pop("columns", {})
    within = ("law", *said.pop("within", ()))
    return Table(frame, title, columns, codes=codes, within=within, note=INTERVAL, **said)


def ends(*names: str) -> tuple[str, ...]:
    """Name columns with those of their intervals."""
    return tuple(f"{name}{end}" for name in names for end in ("_low", "", "_high"))


def grouped(frame: pl.DataFrame, made: Setting) -> pl.DataFrame:
    """Write the column and the value of each group for a reader."""
    words = [_group(by, value, made) for by, value in frame.select("by", "value").iter_rows()]
    columns = {"by_fr": 0, "by_en": 1, "value_fr": 2, "value_en": 3}
    return frame.with_columns(
        pl.Series(name, [row[at] for row in words], dtype=pl.String) for name, at in columns.items()
    )


def _group(by: str, value: str, made: Setting) -> tuple[str, str, str, str]:
    if by == SCORE:
        words = same(f"{value}–{int(value) + made.wanted.band - 1}")
        return ("Pointage", "Score", words.fr, words.en)
    title = input_title(by, made.law) if by in made.law.derived or by in made.law.attributes else same(by)
    plain = {"true": True, "false": False, "none": None}.get(value, value)
    known = by in made.law.attributes or by in made.law.derived
    words = shown(plain, by, made.law) if known else same(value)
    return (title.fr, title.en, words.fr, words.en)
