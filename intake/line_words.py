"""What is said to people who wait: where they stand, how long, and that the line gives no points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.dates import in_force
from rules.text import Text, number

if TYPE_CHECKING:
    from intake.openings import Opening
    from intake.place import Place
    from intake.tickets import Refusal
    from rules.regulation import Regulation


class Trial(NamedTuple):
    """What shuffling a line did to ranked rounds: a test makes these figures, and holds them."""

    people: int
    lines: int
    rounds: int
    changed: int
    most: int


# tests/intake/test_line_and_rank.py
TRIAL = Trial(people=1_500, lines=8, rounds=210, changed=28, most=1)

REFUSED: dict[Refusal, Text] = {
    "malformed": Text(
        "Ce billet ne peut pas être lu : il est incomplet, ou il a été modifié. Demandez de nouveau votre place : "
        "vous recevrez le même billet.",
        "This ticket cannot be read: it is incomplete, or was changed. Ask for your place again: you will be given "
        "the same ticket.",
    ),
    "forged": Text(
        "Ce billet n’a pas été délivré par ce service, ou il a été modifié. Demandez de nouveau votre place : "
        "vous recevrez le même billet.",
        "This ticket was not issued by this service, or was changed. Ask for your place again: you will be given the "
        "same ticket.",
    ),
    "not_canonical": Text(
        "Ce billet n’est pas écrit comme ce service l’écrit. Demandez de nouveau votre place : vous recevrez le même "
        "billet.",
        "This ticket is not written as this service writes it. Ask for your place again: you will be given the same "
        "ticket.",
    ),
    "other_opening": Text(
        "Ce billet est celui d’une autre ouverture. Demandez votre place pour celle-ci.",
        "This ticket is one of another opening. Ask for your place in this one.",
    ),
}
KEPT = Text(
    "Votre place est gardée : vous pouvez fermer cette page, changer de navigateur ou d’appareil, et revenir.",
    "Your place is kept: you may close this page, change browser or device, and come back.",
)
NOT_KNOWN = Text(
    "Durée de l’attente : pas encore connue. Elle sera affichée dès que la file avancera à un rythme régulier.",
    "How long you will wait: not known yet. It will be shown once the line moves at a steady pace.",
)


def said(place: Place) -> list[Text]:
    """Say where somebody stands, in a few sentences."""
    if place.admitted:
        return [Text("C’est votre tour : vous pouvez entrer.", "It is your turn: you may come in."), KEPT]
    if place.position is None or place.ahead is None:
        drawn = Text(
            "Les places de celles et ceux qui viennent avant l’ouverture sont tirées au sort à l’ouverture : venir "
            "plus tôt n’y change rien.",
            "The places of those who come before the opening are drawn by lot when it opens: coming earlier changes "
            "nothing.",
        )
        return [drawn, KEPT, again(place)]
    return [_where(place.position, place.ahead), _how_long(place.estimate_seconds), KEPT, again(place)]


def of_the_draw(opening: Opening) -> list[Text]:
    """Say how the draw of an opening is made, and what anyone needs to do it again; nothing where there is no draw."""
    if opening.policy != "random":
        return []
    digest = Text(
        f"Les places sont tirées au sort parmi celles et ceux qui viennent avant l’ouverture. L’empreinte SHA-256 de "
        f"la graine du tirage est publiée d’avance : {opening.seed_digest}.",
        f"Places are drawn by lot among those who come before the opening. The SHA-256 of the seed of the draw is "
        f"published beforehand: {opening.seed_digest}.",
    )
    if not opening.drawn:
        return [digest]
    seed = Text(
        f"Le tirage est fait. Graine : {opening.seed.hex()}. Votre numéro est le SHA-256 des octets de la graine, "
        "suivis de votre identifiant ; le plus petit passe en premier.",
        f"The draw is done. Seed: {opening.seed.hex()}. Your number is the SHA-256 of the bytes of the seed followed "
        "by your identifier; the smallest comes first.",
    )
    return [digest, seed]


def again(place: Place) -> Text:
    """Say when the page asks again by itself."""
    return Text(
        f"Cette page se met à jour d’elle-même dans {place.retry_after} secondes. La recharger plus souvent ne fait "
        "pas avancer.",
        f"This page updates itself in {place.retry_after} seconds. Reloading it more often does not move you forward.",
    )


def lasting(seconds: int) -> Text:
    """Write a wait: 45 seconds, 1 min 30 s, 12 minutes."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return Text(f"{rest} secondes", f"{rest} seconds")
    if rest:
        return Text(f"{minutes} min {rest} s", f"{minutes} min {rest} s")
    return Text(f"{minutes} minute{'s' * (minutes > 1)}", f"{minutes} minute{'s' * (minutes > 1)}")


def no_points(regulation: Regulation) -> Text:
    """Say that the line gives no points, and what the law does with equals, with its provision."""
    line = Text(
        "La place dans la file ne donne aucun point et ne décide d’aucune invitation : elle décide seulement du moment "
        "où vous entrez.",
        "Your place in the line gives no points and decides no invitation: it only decides when you come in.",
    )
    return _joined(line, _between_equals(regulation), _tried(regulation))


def tie_key(regulation: Regulation) -> str | None:
    """Name the instant by which the law orders people of one score; None where it orders by none."""
    return next((item.key for item in regulation.order if item.key != "score"), None)


def _where(position: int, ahead: int) -> Text:
    if not ahead:
        return Text(
            f"Vous êtes à la place {number(position, 'fr')} : personne ne passe avant vous.",
            f"You are at place {number(position, 'en')}: nobody comes in before you.",
        )
    return Text(
        f"Vous êtes à la place {number(position, 'fr')} : au plus {number(ahead, 'fr')} "
        f"{'personnes passent' if ahead > 1 else 'personne passe'} avant vous.",
        f"You are at place {number(position, 'en')}: at most {number(ahead, 'en')} "
        f"{'people come' if ahead > 1 else 'person comes'} in before you.",
    )


def _how_long(seconds: int | None) -> Text:
    if seconds is None:
        return NOT_KNOWN
    wait = lasting(seconds)
    return Text(
        f"Durée de l’attente : environ {wait.fr}, au rythme mesuré en ce moment et en arrondissant vers le haut. Ce "
        "n’est pas une promesse.",
        f"How long you will wait: about {wait.en}, at the pace measured now and rounded up. This is not a promise.",
    )


def _between_equals(regulation: Regulation) -> Text:
    key, cite = tie_key(regulation), _cited(regulation)
    if key == "submitted_at":
        return Text(
            f"Entre personnes de même pointage, et seulement entre elles, l’instant du dépôt départage ({cite}).",
            f"Between people of the same score, and only between them, the instant of deposit decides ({cite}).",
        )
    if key == "score_reached_at":
        return Text(
            f"Entre personnes de même pointage, et seulement entre elles, l’instant où ce pointage fut atteint "
            f"départage ({cite}).",
            f"Between people of the same score, and only between them, the instant at which that score was reached "
            f"decides ({cite}).",
        )
    return Text(
        f"Entre personnes de même pointage, la loi ne tient compte d’aucun instant ({cite}).",
        f"Between people of the same score, the law looks at no instant ({cite}).",
    )


def _cited(regulation: Regulation) -> str:
    version = in_force(regulation.source.ranking, regulation.day)
    cite = regulation.source.cite if version is None else version.cite
    return f"{cite.act}, {cite.provision}"


def _tried(regulation: Regulation) -> Text:
    """Say what a trial gave. It was made with the order of the PSTQ: other orders are said nothing of."""
    if [item.key for item in regulation.order] != ["score", "submitted_at"]:
        return Text("", "")
    same = TRIAL.rounds - TRIAL.changed
    return Text(
        f"À l’essai, {number(TRIAL.people, 'fr')} personnes fictives ont déposé dans {TRIAL.lines} ordres tirés au "
        f"sort : sur {TRIAL.rounds} rondes comparées, {same} ont invité exactement les mêmes personnes, et "
        f"{TRIAL.changed} ont changé une seule personne, toujours parmi celles dont le pointage est celui du seuil.",
        f"In a trial, {number(TRIAL.people, 'en')} people who do not exist deposited in {TRIAL.lines} orders drawn by "
        f"lot: of {TRIAL.rounds} rounds compared, {same} invited exactly the same people, and {TRIAL.changed} changed "
        f"one person, always among those whose score is the cut-off.",
    )


def _joined(*texts: Text) -> Text:
    return Text(" ".join(text.fr for text in texts if text.fr), " ".join(text.en for text in texts if text.en))
