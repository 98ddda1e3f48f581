"""Kinds of Express Entry rounds: whom each may invite, as an instruction says it, and who is one of them in a pool.

Where the law knows a category, the round asks for it by name. The occupations of the other categories were not
collected: there one occupation stands for all of them, on the members that an assumption counts, and the instruction
asks for that occupation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rules
from ranking.simulate.backtest.made_up import read_text
from ranking.simulate.backtest.profiles import PROGRAM
from rules.text import Text

if TYPE_CHECKING:
    from ranking.instruction import Instruction


@dataclass(frozen=True)
class Kind:
    """A kind of round: the class or the mark that its candidates have, or the occupation that stands for theirs."""

    title: Text
    mark: str | None = None
    occupation: str | None = None
    stream: str | None = None


KINDS = {
    "general": Kind(Text("générale", "general")),
    "pnp": Kind(Text("candidats des provinces", "provincial nominees")),
    "cec": Kind(Text("expérience canadienne", "Canadian experience"), mark="cec", stream="cec"),
    "fsw": Kind(Text("travailleurs qualifiés", "skilled workers"), mark="fsw", stream="fsw"),
    "french": Kind(Text("français", "French"), mark="french"),
    "healthcare_social_services": Kind(
        Text("santé et services sociaux", "health and social services"), occupation="31301"
    ),
    "stem": Kind(Text("STIM", "STEM"), occupation="21311"),
    "trade": Kind(Text("métiers", "trades"), occupation="72310"),
    "transport": Kind(Text("transports", "transport"), occupation="72600"),
    "agriculture_agri_food": Kind(Text("agriculture", "agriculture"), occupation="63201"),
    "education": Kind(Text("éducation", "education"), occupation="41220"),
    "physicians_canadian_experience": Kind(Text("médecins au Canada", "physicians in Canada"), occupation="31100"),
    "senior_managers_canadian_experience": Kind(
        Text("cadres supérieurs au Canada", "senior managers in Canada"), occupation="00012"
    ),
    "skilled_military_recruits": Kind(Text("recrues militaires", "military recruits"), occupation="40042"),
}
ALL_STREAMS = '["fsw", "cec", "fst"]'
TEMPLATE = """program = "{program}"
id = "{round}"
title = {{ fr = "Ronde {round}", en = "Round {round}" }}
law_on = {day}
extracted_at = {instant}
[cite]
act = "Rondes d’invitations d’Entrée express, publiées par IRCC"
provision = "ronde {round}"
provision_checked = false
url = "https://www.canada.ca/en/immigration-refugees-citizenship/services/immigrate-canada/express-entry/rounds-invitations.html"
read_on = 2026-11-24
certainty = {{ fr = "tableau publié des rondes", en = "published table of rounds" }}
[[selection]]
id = "{round}"
title = {{ fr = "Ronde {round}", en = "Round {round}" }}
{who}
mechanism = "count"
size = {size}
ties = "key"
certainty = "published"
[selection.published]
invitations = {size}
min_score = {min_score}
"""


def instruction_of(row: dict[str, Any]) -> Instruction:
    """Read the instruction that a published round stands for, as if it were a file."""
    text = TEMPLATE.format(
        program=PROGRAM,
        round=row["round"],
        day=row["round_date"],
        instant=f"{row['round_date']}T23:59:59Z",
        who=_who(row),
        size=row["invitations"],
        min_score=row["min_score"],
    )
    return read_text(text, f"round-{row['round']}")


def _who(row: dict[str, Any]) -> str:
    name = row["category"]
    kind = KINDS[name]
    if name == "pnp":
        return f"stream = {ALL_STREAMS}\nwhere = {{ nomination = true }}"
    if kind.stream:
        return f'stream = "{kind.stream}"'
    known = {one.id for one in rules.load(PROGRAM).on(row["round_date"]).categories}
    if name in known:
        return f'stream = {ALL_STREAMS}\ncategory = "{name}"'
    if kind.occupation:
        return f'stream = {ALL_STREAMS}\nwhere = {{ occupation = "{kind.occupation}" }}'
    return f"stream = {ALL_STREAMS}"
