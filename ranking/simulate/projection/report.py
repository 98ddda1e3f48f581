"""The result of a projection: its figures, tables and charts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from ranking.receipt import of_instruction
from ranking.simulate.projection import charts, intervals
from ranking.simulate.projection.counts import SCORE
from ranking.simulate.projection.world import Why
from ranking.simulate.results import Chart, Provenance, Results, Table
from rules.text import Lang, Text, number, same
from rules.titles import input_title, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
PLACES = {
    "law": Text("Règle du", "Law of"),
    "validity_months": Text("Validité, mois", "Validity, months"),
    "answer_days": Text("Délai de réponse, jours", "Time to answer, days"),
    "days": Text("Délai de réponse, jours", "Time to answer, days"),
    "after_decline": Text("Après un refus", "After a decline"),
    "after_silence": Text("Sans réponse", "Without an answer"),
    "arrivals": Text("Arrivées par mois", "Arrivals a month"),
    "donors": Text("Arrivées semblables à", "Arrivals are like"),
    "arrivals.window_days": Text("Jours observés pour le rythme", "Days looked at for the pace"),
    "arrivals.by_month": Text("Facteur de chaque mois", "Factor of each month"),
    "accepted": Text("Acceptent, %", "Accept, %"),
    "declined": Text("Refusent, %", "Decline, %"),
    "withdrawals.a_month": Text("Se retirent chaque mois, %", "Withdraw each month, %"),
    "tests.validity_months": Text("Validité d’un test, mois", "Validity of a test, months"),
    "tests.renewed": Text("Refont le test à temps, %", "Take the test again in time, %"),
}
Row = tuple[Text, str, Text]
GROUP = ("by_fr", "by_en", "value_fr", "value_en")
LANGS: tuple[Lang, Lang] = ("fr", "en")
LAWS = ("law", "legend_fr", "legend_en", "law_fr", "law_en")
ENDS = {"_low": Text("5 %", "5%"), "_high": Text("95 %", "95%")}


def report(made: Setting, kept: Mapping[str, pl.DataFrame], count: int, arguments: Mapping[str, Any]) -> Results:
    """Put the replications of a projection together."""
    rounds = len(made.when.rounds)
    tables = {
        "backlog": _backlog(made, kept),
        "accounts": _accounts(made, kept),
        "selections": _selections(made, kept["selections"]),
        "cut_offs": _cut_offs(made, kept["selections"]),
        "chances": _chances(made, kept, by_score=True),
        "groups": _chances(made, kept, by_score=False),
        "waits": _waits(made, kept["waits"], rounds),
    }
    if len(made.instructions) > 1:
        tables["differences"] = _differences(made, kept["invited"])
    tables["assumptions"] = _assumptions(made)
    pictures = {
        "backlog": Chart(Text("En attente à chaque ronde", "Waiting at each round"), charts.backlog, ("backlog",)),
        "cut_offs": Chart(
            Text("Seuil de chaque exercice", "Cut-off of each selection"), charts.cut_offs, ("cut_offs",)
        ),
        "chances": Chart(
            Text("Chance d’être invitée, selon le pointage", "Chance of an invitation, by score"),
            charts.chances,
            ("waits",),
        ),
        "waits": Chart(
            Text("Temps jusqu’à l’invitation, selon le pointage", "Time to invitation, by score"),
            charts.waits,
            ("waits",),
        ),
    }
    title = Text(
        f"Projection de {rounds} rondes : {made.law.title.fr}", f"Projection of {rounds} rounds: {made.law.title.en}"
    )
    figures = _figures(made, kept, count)
    others = range(1, len(made.instructions))
    laws = [_law_name(made, 0), *(_both(_short(made, n), _law_name(made, n)) for n in others)]
    return Results(
        title,
        _provenance(made, count, arguments),
        figures,
        tables,
        pictures,
        lambda known: list(_sentences(known, laws)),
        counted=tuple(_totals(made, kept)),
    )


def _both(short: Text, long: Text) -> Text:
    return Text(f"{short.fr}, « {long.fr} »", f"{short.en}, “{long.en}”")


def _provenance(made: Setting, count: int, arguments: Mapping[str, Any]) -> Provenance:
    names = [_law_name(made, n).en for n in range(len(made.instructions))]
    return Provenance(
        "simulate project",
        {**arguments, "replications": count},
        made.law.program,
        {"law": str(made.law.day)},
        {name: one.regulation.hash for name, one in zip(names, made.instructions, strict=True)},
        {made.base.source.id: of_instruction(made.base)},
        {one.title.en: one.hash for one in made.scenarios},
        made.fingerprint,
        made.wanted.seed,
    )


def _law_name(made: Setting, law: int) -> Text:
    return Text("Règle en vigueur", "Law in force") if law == 0 else made.scenarios[law - 1].title.text


def _short(made: Setting, law: int) -> Text:
    """Name a law in a word or two, for the rows of a table."""
    if law == 0:
        return LAW
    only = len(made.scenarios) == 1
    return Text("Scénario", "Scenario") if only else Text(f"Scénario {law}", f"Scenario {law}")


def _named(frame: pl.DataFrame, made: Setting) -> pl.DataFrame:
    """Put the names of each law beside its number: a short one for tables, its title for charts."""
    numbers = range(len(made.instructions))
    short, long = [_short(made, n) for n in numbers], [_law_name(made, n) for n in numbers]
    names = {"law_fr": [one.fr for one in short], "law_en": [one.en for one in short]}
    names |= {"legend_fr": [one.fr for one in long], "legend_en": [one.en for one in long]}
    laws = pl.DataFrame({"law": pl.Series(numbers, dtype=pl.Int32)} | names)
    named = frame.join(laws, on="law", how="left", maintain_order="left")
    return named.select(*LAWS, pl.exclude(LAWS))


def _titles(frame: pl.DataFrame) -> dict[str, Text]:
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


def _table(frame: pl.DataFrame, title: Text, **said: Any) -> Table:  # noqa: ANN401 - the fields of a table
    alone = ("law_fr", "law_en") if frame["law"].n_unique() < 2 else ()
    codes = ("law", "legend_fr", "legend_en", *alone, *said.pop("codes", ()))
    titles = _titles(frame.drop(alone)) | said.pop("columns", {})
    within = ("law", *said.pop("within", ()))
    return Table(frame, title, titles, codes=codes, within=within, note=INTERVAL, **said)


def _days(made: Setting) -> pl.DataFrame:
    """Give the local day of each instant, the end last."""
    last = made.when.end.date()
    days = [*made.when.days, last]
    return pl.DataFrame({"instant": pl.Series(range(len(days)), dtype=pl.Int32), "day": days})


def _backlog(made: Setting, kept: Mapping[str, pl.DataFrame]) -> Table:
    """Count those waiting at each round, and what happened since the round before."""
    frame = _paths(made, kept).select(
        *LAWS, "day", *_ends("waiting"), "arrived", "ended", "invited", "accepted", "open"
    )
    return _table(frame, Text("La banque à chaque ronde", "The pool at each round"), counts=_counts(frame), rows=60)


def _accounts(made: Setting, kept: Mapping[str, pl.DataFrame]) -> Table:
    """Give every reason to leave, with its interval."""
    frame = _paths(made, kept).select(*LAWS, "day", *_ends("waiting", "open", *intervals.FLOWS, "invited"))
    title = Text("Arrivées et départs, en détail", "Arrivals and departures, in detail")
    return _table(frame, title, counts=_counts(frame), rows=0)


def _paths(made: Setting, kept: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    invited = kept["selections"].group_by("replication", "law", instant="round").agg(pl.col("invited").sum())
    each = intervals.flows(kept["accounts"]).join(invited, on=["replication", "law", "instant"], how="left")
    ended = pl.sum_horizontal("expired", "withdrawn", "test_expired", "other_declaration")
    each = each.with_columns(pl.col("invited").fill_null(0), ended=ended)
    found = intervals.spread(each, ("law", "instant"), ("waiting", "open", *intervals.FLOWS, "ended", "invited"))
    return _named(found.join(_days(made), on="instant", how="left", maintain_order="left"), made)


def _counts(frame: pl.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in frame.columns if frame[name].dtype == pl.Int64)


def _cut_offs(made: Setting, selections: pl.DataFrame) -> Table:
    found = intervals.spread(selections, ("law", "round", "selection"), ("invited", "cut_off"))
    frame = found.join(_days(made).rename({"instant": "round"}), on="round", how="left", maintain_order="left")
    frame = _named(frame, made).join(_selection_titles(made), on="selection", how="left", maintain_order="left")
    frame = frame.select(*LAWS, "day", "selection", "title_fr", "title_en", *_ends("invited", "cut_off"))
    title = Text("Seuils de chaque ronde", "Cut-offs of each round")
    return _table(frame, title, counts=_ends("invited"), rows=0)


def _ends(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for name in names for end in ("_low", "", "_high"))


def _selections(made: Setting, selections: pl.DataFrame) -> Table:
    """Say of each selection how many it invites in all, and where its cut-off begins and ends."""
    keys = ("law", "selection")
    total = selections.group_by("replication", *keys).agg(pl.col("invited").sum())
    last = selections.filter(pl.col("round") == pl.col("round").max())
    first = selections.filter(pl.col("round") == 0).rename({"cut_off": "cut_off_first"})
    alone = selections.group_by(keys).agg(all_invited=100 * (pl.col("invited") >= pl.col("candidates")).mean())
    frame = intervals.spread(total, keys, ["invited"]).join(alone, on=keys, how="left")
    frame = frame.join(
        intervals.spread(first, keys, ["cut_off_first"]).select(*keys, "cut_off_first"), on=keys, how="left"
    )
    frame = frame.join(intervals.spread(last, keys, ["cut_off"]), on=keys, how="left").sort(keys)
    frame = _named(frame, made).join(_selection_titles(made), on="selection", how="left", maintain_order="left")
    columns = (*LAWS, "selection", "title_fr", "title_en", "invited", "all_invited", "cut_off_first")
    title = Text("Exercices, toutes les rondes", "Selections, all rounds")
    return _table(frame.select(*columns, *_ends("cut_off")), title, counts=("invited",), rows=60)


def _selection_titles(made: Setting) -> pl.DataFrame:
    found = made.base.selections
    return pl.DataFrame(
        {
            "selection": [one.id for one in found],
            "title_fr": [one.title.fr for one in found],
            "title_en": [one.title.en for one in found],
        },
        schema={"selection": pl.String, "title_fr": pl.String, "title_en": pl.String},
    )


def _chances(made: Setting, kept: Mapping[str, pl.DataFrame], *, by_score: bool) -> Table:
    """Give the chances of score bands, or of the groups of other columns."""
    rounds = len(made.when.rounds)
    waits, invited = (kept[name].filter((pl.col("by") == SCORE) == by_score) for name in ("waits", "invited"))
    found = intervals.chances(waits, invited, rounds)
    middle = [f"chance_{step}" for step in intervals.steps_of(rounds)[:-1]]
    group = ("value_fr", "value_en") if by_score else GROUP
    frame = _grouped(_named(found, made), made)
    frame = frame.select(*LAWS, *group, "seen", "invited", *middle, *_ends(f"chance_{rounds}"), "rounds")
    if by_score:
        title = Text(
            "Chance et temps jusqu’à l’invitation, par pointage", "Chance of an invitation and time to it, by score"
        )
        return _table(frame, title, counts=("seen", "invited"), rows=120, columns={"value": TITLES["score"]})
    title = Text("Chance et temps jusqu’à l’invitation, par groupe", "Chance of an invitation and time to it, by group")
    return _table(frame, title, counts=("seen", "invited"), within=("by_fr",), rows=120)


def _waits(made: Setting, waits: pl.DataFrame, rounds: int) -> Table:
    """Give the whole curve of each score band, for the charts."""
    curve = intervals.curves(waits.filter(pl.col("by") == SCORE), rounds)
    found = intervals.spread(curve, ("law", "value", "step"), ("chance", "at_risk"))
    frame = found.with_columns(band=pl.col("value").cast(pl.Int32), step=pl.col("step") + 1).sort("law", "band", "step")
    frame = _named(frame.drop("value", "at_risk_low", "at_risk_high"), made).with_columns(
        pl.lit(made.wanted.band).alias("width")
    )
    title = Text("Chance d’être invitée après tant de rondes", "Chance of an invitation after so many rounds")
    return _table(frame, title, counts=("at_risk",), codes=("width",), within=("band", "step", "width"), rows=0)


def _differences(made: Setting, invited: pl.DataFrame) -> Table:
    found = intervals.differences(invited)
    frame = _grouped(_named(found, made), made)
    columns = (
        "law",
        "law_fr",
        "law_en",
        "by_fr",
        "by_en",
        "value_fr",
        "value_en",
        "law_invited",
        "invited",
        *_ends("change"),
    )
    title = Text(
        "Qui est invité de plus, qui l’est de moins : mêmes personnes, même hasard",
        "Who is invited more, who less: same people, same chance",
    )
    return _table(frame.select(columns), title, counts=("law_invited", "invited"), signed=_ends("change"), rows=80)


def _grouped(frame: pl.DataFrame, made: Setting) -> pl.DataFrame:
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


def _assumptions(made: Setting) -> Table:
    """List every assumption with its source, those that the law or the pool gives too."""
    rows = [*_of_law(made), *_of_arrivals(made)]
    rows.append((Text("Nombres à inviter", "Numbers to invite"), f"× {made.wanted.scale:g}", same("instruction")))
    for path, value, source in made.assumed.stated():
        if not _said_by_law(path, made):
            rows.append((_place(path, made), value, source))
    rows += [(Text("Hors du modèle", "Not modelled"), "–", one.text) for one in made.assumed.not_modelled]
    frame = pl.DataFrame(
        {
            "place_fr": [row[0].fr for row in rows],
            "place_en": [row[0].en for row in rows],
            "value": [row[1] for row in rows],
            "source_fr": [row[2].fr for row in rows],
            "source_en": [row[2].en for row in rows],
        }
    )
    return Table(frame, Text("Hypothèses", "Assumptions"), _titles(frame), rows=80)


def _of_law(made: Setting) -> Iterator[Row]:
    law, source = made.law.lifecycle, Text("règle", "law")
    yield PLACES["law"], str(made.law.day), Text("la même tout l’horizon", "the same over the whole horizon")
    said = {name: getattr(law, name) for name in ("validity_months", "answer_days", "after_decline", "after_silence")}
    for name, value in said.items():
        if value is not None:
            yield PLACES[name], str(value), source


def _of_arrivals(made: Setting) -> Iterator[Row]:
    found, (first, last) = made.source, made.source.window
    source = Text(f"dépôts de la banque, du {first} au {last}", f"submissions of the pool, {first} to {last}")
    if made.wanted.arrivals is not None:
        source = same("--arrivals")
    yield PLACES["arrivals"], f"{found.a_month:.0f}", source
    alike = Text(
        "lignes de la banque tirées avec remise, à l’âge du dépôt",
        "rows of the pool, drawn with replacement, at their age when submitting",
    )
    yield PLACES["donors"], str(len(found.donors)), alike


def _place(path: str, made: Setting) -> Text:
    """Name a parameter of the file of assumptions."""
    if path.startswith("gain."):
        title = made.assumed.gain[int(path.split(".")[1]) - 1].title
        return Text(f"Gagnent un mois par mois, % : {title.fr}", f"Gain by the month, %: {title.en}")
    return PLACES.get(path.removeprefix("answers."), same(path))


def _said_by_law(path: str, made: Setting) -> bool:
    """Tell whether the law settles what an assumption would."""
    key = {"answers.days": "answer_days"}.get(path, path.removeprefix("answers."))
    return path.startswith("answers.") and getattr(made.law.lifecycle, key, None) is not None


def _figures(made: Setting, kept: Mapping[str, pl.DataFrame], count: int) -> dict[str, Any]:
    """Give the totals of the whole horizon, those of the first scenario with ``_1``, and the check of the accounts."""
    accounts = kept["accounts"]
    found: dict[str, Any] = {
        "replications": count,
        "rounds": len(made.when.rounds),
        "laws": len(made.instructions),
        "first_round": str(made.when.days[0]),
        "end": str(made.when.end.date()),
        "arrivals_a_month": round(made.source.a_month, 1),
        "unbalanced": intervals.unbalanced(accounts),
        "interval": [intervals.LOW, intervals.HIGH],
        "hash": made.hash,
    }
    return found | _totals(made, kept)


def _totals(made: Setting, kept: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Count people: at the start, arrived, and for each law waiting at the end, invited, and gone by each reason."""
    accounts = kept["accounts"]
    last = accounts.filter(pl.col("instant") == pl.col("instant").max())
    arrived = last.filter(pl.col("law") == 0).with_columns(arrived=pl.col("entered") - made.begun.frame.height)
    totals = {"pool": made.begun.frame.height} | intervals.ends(arrived, ["arrived"])
    invited = kept["selections"].group_by("replication", "law").agg(pl.col("invited").sum())
    names = ["waiting", "open", *(one.name for one in Why)]
    for law in range(len(made.instructions)):
        own = intervals.ends(last.filter(pl.col("law") == law), names)
        own |= intervals.ends(invited.filter(pl.col("law") == law), ["invited"])
        totals |= {_of(name, law): value for name, value in own.items()}
    return totals


def _of(name: str, law: int) -> str:
    return name if law == 0 else f"{name}_{law}"


def _sentences(figures: Mapping[str, Any], laws: list[Text]) -> Iterator[Text]:
    """Say the main figures in words."""
    runs, rounds, begins, end = (figures[name] for name in ("replications", "rounds", "first_round", "end"))
    fr, en = (_Written(figures, lang) for lang in LANGS)
    yield Text(
        f"{runs} répétitions de {rounds} rondes, du {begins} au {end} ; {fr.of('pool')} déclarations au départ, "
        f"{fr.of('arrived')} arrivées (médiane).",
        f"{runs} replications of {rounds} rounds, {begins} to {end}; {en.of('pool')} declarations at the start, "
        f"{en.of('arrived')} arrivals (median).",
    )
    for law, name in enumerate(laws):
        yield Text(
            f"{name.fr} : {fr.of('invited', law)} invitations ({fr.between('invited', law)}), "
            f"{fr.of('accepted', law)} acceptations, {fr.of('expired', law)} échéances ; à la fin, "
            f"{fr.of('waiting', law)} en attente ({fr.between('waiting', law)}).",
            f"{name.en}: {en.of('invited', law)} invitations ({en.between('invited', law)}), "
            f"{en.of('accepted', law)} acceptances, {en.of('expired', law)} expiries; at the end, "
            f"{en.of('waiting', law)} waiting ({en.between('waiting', law)}).",
        )
    yield INTERVAL


class _Written(NamedTuple):
    """The figures as readers of a language write them; a hidden one is a dash."""

    figures: Mapping[str, Any]
    lang: Lang

    def of(self, name: str, law: int = 0) -> str:
        value = self.figures[_of(name, law)]
        return "–" if value is None else number(value, self.lang)

    def between(self, name: str, law: int) -> str:
        ends = Text("à", "to").to(self.lang)
        return f"{self.of(f'{name}_low', law)} {ends} {self.of(f'{name}_high', law)}"
