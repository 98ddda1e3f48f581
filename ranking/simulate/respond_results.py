"""The result of a trial of responses: its figures, tables and charts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.fingerprint import of_values
from ranking.receipt import of_instruction
from ranking.simulate import respond_charts
from ranking.simulate.respond import Effect, Trial, effect
from ranking.simulate.results import Chart, Provenance, Results, Table
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ranking.simulate.behaviour import Responded
    from rules.scenario import Scenario

    Flags = NDArray[np.bool_]

SHARES = tuple(range(0, 101, 10))
COUNTED = ("changed", "undone", "displaced", "responded", "invited_before", "invited_after")
LANGS: tuple[Lang, Lang] = ("fr", "en")


def respond(made: Trial, scenarios: Sequence[Scenario], arguments: Mapping[str, Any], fingerprint: str) -> Results:
    """Run everything: before, after, with the responses of the file, and with every share from 0 to 100 %."""
    before, _ = made.inside(made.before)
    after, _ = made.inside(made.after)
    own = made.behaviour.respond(made.frame)
    found = effect(made, before, after, own)
    curve = [(share, effect(made, before, after, made.behaviour.respond(made.frame, share))) for share in SHARES]
    tables = {"responses": _responses(made, own), "curve": _curve(curve)}
    charts = {}
    if found.changed:
        title = Text("Part de l’effet que les réactions défont", "Part of the effect that responses undo")
        charts["undone"] = Chart(title, respond_charts.undone, ("curve",))
    if found.target is not None:
        tables["target"] = _target_table(found)
        charts["target"] = Chart(_target_title(made), respond_charts.target, ("target",))
    figures = _figures(found, before, after) | {"responses": own.did}
    return Results(
        made.behaviour.source.title.text,
        _provenance(made, scenarios, arguments, fingerprint),
        figures,
        tables,
        charts,
        lambda known: list(_sentences(known, _target_title(made))),
        counted=COUNTED,
    )


def _target_title(made: Trial) -> Text:
    said = made.behaviour.source.target
    return Text("Cible", "Target") if said is None else said.title.text


def _figures(found: Effect, before: Flags, after: Flags) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "invited_before": int(before.sum()),
        "invited_after": int(after.sum()),
        "changed": found.changed,
        "undone": found.undone,
        "share_undone": found.share_undone,
        "displaced": found.displaced,
        "responded": found.responded,
    }
    if found.target is not None:
        names = ("target_before", "target_after", "target_with_responses", "target_declared")
        figures |= dict(zip(names, found.target, strict=True)) | {"target_undone": found.target_undone}
    return figures


def _responses(made: Trial, own: Responded) -> Table:
    said = made.behaviour.source.response
    frame = pl.DataFrame(
        {
            "response_fr": [one.title.fr for one in said],
            "response_en": [one.title.en for one in said],
            "could": [own.could[one.id] for one in said],
            "wanted": [own.gained[one.id] for one in said],
            "share": [float(one.share.value) for one in said],
            "responded": [own.did[one.id] for one in said],
            "source_fr": [one.share.source.fr for one in said],
            "source_en": [one.share.source.en for one in said],
        }
    )
    columns = {
        "response": Text("Réaction", "Response"),
        "could": Text("Pourraient", "Could"),
        "wanted": Text("Y gagneraient", "Would gain"),
        "share": Text("Part qui réagit, %", "Share who respond, %"),
        "responded": Text("Réagissent", "Respond"),
        "source": Text("Source de la part", "Source of the share"),
    }
    return Table(frame, Text("Qui réagit", "Who responds"), columns, counts=("could", "wanted", "responded"))


def _curve(curve: Sequence[tuple[int, Effect]]) -> Table:
    frame = pl.DataFrame(
        {
            "share": [share for share, _ in curve],
            "responded": [one.responded for _, one in curve],
            "undone": [one.undone for _, one in curve],
            "share_undone": pl.Series([one.share_undone for _, one in curve], dtype=pl.Float64),
            "displaced": [one.displaced for _, one in curve],
            "target_true": pl.Series([one.target and one.target[2] for _, one in curve], dtype=pl.Float64),
            "target_declared": pl.Series([one.target and one.target[3] for _, one in curve], dtype=pl.Float64),
            "target_undone": pl.Series([one.target_undone for _, one in curve], dtype=pl.Float64),
        }
    )
    columns = {
        "share": Text("Part qui réagit, %", "Share who respond, %"),
        "responded": Text("Réagissent", "Respond"),
        "undone": Text("Changements défaits", "Changes undone"),
        "share_undone": Text("Part défaite, %", "Part undone, %"),
        "displaced": Text("Évincées", "Displaced"),
        "target_true": Text("Cible réelle, %", "Target, true, %"),
        "target_declared": Text("Cible déclarée, %", "Target, declared, %"),
        "target_undone": Text("Cible défaite, %", "Target undone, %"),
    }
    title = Text("Si une part de 0 à 100 % réagissait", "If a share from 0 to 100% responded")
    kept = [name for name in frame.columns if frame[name].null_count() < frame.height]
    return Table(frame.select(kept), title, columns, counts=("responded", "undone", "displaced"), within=("share",))


def _target_table(found: Effect) -> Table:
    moments = (
        Text("Avant la réforme", "Before the reform"),
        Text("Réforme, sans réaction", "Reform, no response"),
        Text("Réforme, avec réactions : réel", "Reform, with responses: true"),
        Text("Réforme, avec réactions : déclaré", "Reform, with responses: declared"),
    )
    frame = pl.DataFrame(
        {
            "moment_fr": [one.fr for one in moments],
            "moment_en": [one.en for one in moments],
            "share": list(found.target or ()),
        }
    )
    columns = {"moment": Text("Moment", "Moment"), "share": Text("Part des invitées, %", "Share of those invited, %")}
    return Table(frame, Text("La cible", "The target"), columns)


def _sentences(figures: Mapping[str, Any], target: Text) -> Iterator[Text]:
    """Say what was found."""
    fr, en = ({name: _count(figures[name], lang) for name in COUNTED} for lang in LANGS)
    yield Text(
        f"Personnes qui réagissent : {fr['responded']} ; invitations que d’autres y perdent : {fr['displaced']}.",
        f"People who respond: {en['responded']}; invitations that others lose by it: {en['displaced']}.",
    )
    if figures["share_undone"] is None:
        yield Text("La réforme ne change l’invitation de personne.", "The reform changes nobody’s invitation.")
    else:
        parts = Text(*(_percent(figures["share_undone"], lang) for lang in LANGS))
        yield Text(
            f"La réforme change l’issue de {fr['changed']} personnes ; les réactions en défont {parts.fr}.",
            f"The reform changes the outcome of {en['changed']} people; responses undo {parts.en} of that.",
        )
    if "target_before" in figures:
        yield _of_target(figures, target)


def _of_target(figures: Mapping[str, Any], target: Text) -> Text:
    names = ("target_before", "target_after", "target_with_responses", "target_declared")
    fr, en = ([_percent(figures[name], lang) for name in names] for lang in LANGS)
    said = Text(
        f"{target.fr}, part des personnes invitées : {fr[0]} avant, {fr[1]} après, {fr[2]} avec les réactions "
        f"({fr[3]} à en croire les déclarations).",
        f"{target.en}, share of those invited: {en[0]} before, {en[1]} after, {en[2]} with responses "
        f"({en[3]} by what they declare).",
    )
    if figures["target_undone"] is None:
        return said
    if figures["target_undone"] > 100:
        worse = Text("La cible finit plus bas qu’avant la réforme.", "The target ends lower than before the reform.")
        return Text(f"{said.fr} {worse.fr}", f"{said.en} {worse.en}")
    undone = Text(*(_percent(figures["target_undone"], lang) for lang in LANGS))
    return Text(
        f"{said.fr} Les réactions défont {undone.fr} du gain.", f"{said.en} Responses undo {undone.en} of the gain."
    )


def _count(value: int | None, lang: Lang) -> str:
    return "–" if value is None else number(value, lang)


def _percent(value: float, lang: Lang) -> str:
    said = f"{value:.1f}".replace("-", "−")
    return f"{said.replace('.', ',')} %" if lang == "fr" else f"{said}%"


def _provenance(
    made: Trial, scenarios: Sequence[Scenario], arguments: Mapping[str, Any], fingerprint: str
) -> Provenance:
    behaviour, source = made.behaviour, made.before.source
    laws = {"before": behaviour.before.hash, "after": behaviour.after.hash}
    hashes = {one.title.en: one.hash for one in scenarios}
    hashes["responses"] = of_values(behaviour.source.model_dump(mode="json"))
    return Provenance(
        "simulate respond",
        arguments,
        behaviour.before.program,
        {"law": str(behaviour.before.day)},
        laws,
        {source.id: of_instruction(made.before)},
        hashes,
        fingerprint,
        behaviour.seed,
    )
