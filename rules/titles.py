"""Words for what the law reads: the titles of inputs, the labels of rows, conditions as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.domains import Interval
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.assembly import OrderKey
    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.domains import Value
    from rules.regulation import Regulation
    from rules.tables import Cap

ORDER = {
    "score": Text("pointage", "score"),
    "submitted_at": Text("date et heure du dépôt", "submission instant"),
    "score_reached_at": Text("instant où le pointage fut atteint", "instant at which the score was reached"),
}
WAYS = {"descending": Text("décroissant", "descending"), "ascending": Text("croissant", "ascending")}
LANGS: tuple[Lang, Lang] = ("fr", "en")
HOW = {
    "sum": Text("les points s’additionnent", "the points add up"),
    "max": Text("seul le plus élevé compte", "only the highest counts"),
}

AFTER = {
    "after_decline": Text("après un refus", "after a decline"),
    "after_silence": Text("sans réponse", "without an answer"),
}
RETURNS = {
    "returns": Text("la déclaration revient à sa place", "the declaration returns to its place"),
    "leaves": Text("la déclaration sort de la banque", "the declaration leaves the pool"),
    None: Text("aucune source ne le dit", "no source says"),
}


def input_title(name: str, regulation: Regulation) -> Text:
    """Give the title of an attribute or derived input."""
    derived = regulation.derived.get(name)
    return derived.title if derived else regulation.attributes[name].title.text


def shown(key: Key | Value, name: str, regulation: Regulation) -> Text:
    """Write the label of a row or a value for a reader: an interval in words, a label by its title."""
    if isinstance(key, Interval):
        return interval(key)
    if key is None:
        return Text("aucun", "none")
    if isinstance(key, bool):
        return Text("oui", "yes") if key else Text("non", "no")
    derived = regulation.derived.get(name)
    titles = dict(derived.labels) if derived else {k: t.text for k, t in regulation.attributes[name].labels.items()}
    return titles.get(str(key), Text(str(key), str(key)))


def interval(key: Interval) -> Text:
    """Write an interval of whole numbers in words."""
    if key.high is None:
        return Text(f"{key.low} ou plus", f"{key.low} or more") if key.low is not None else Text("tout", "any")
    if key.low is None:
        return Text(f"moins de {key.high}", f"under {key.high}")
    last = key.high - 1
    return Text(str(last), str(last)) if last == key.low else Text(f"{key.low} à {last}", f"{key.low} to {last}")


def named(name: str, value: str, regulation: Regulation, lang: Lang) -> str:
    """Write an input and its value: « Âge : 31 », “Age: 31”."""
    return f"{input_title(name, regulation).to(lang)}{colon(lang)}{value}"


def colon(lang: Lang) -> str:
    """Give a colon with the spaces of a language."""
    return " : " if lang == "fr" else ": "


def either(words: list[str], lang: Lang) -> str:
    """Join choices: « 3, 4 ou 5 », “3, 4 or 5”."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {Text('ou', 'or').to(lang)} {words[-1]}"


def condition(source: Condition, regulation: Regulation, lang: Lang) -> str:
    """Write a condition in words."""
    else_, both = Text(" ; ou bien ", "; or else ").to(lang), Text(" et ", " and ").to(lang)
    return else_.join(both.join(test(one, regulation, lang) for one in option) for option in source.options)


def test(source: Test, regulation: Regulation, lang: Lang) -> str:
    """Write one test in words."""
    if source.interval is not None:
        value = interval(source.interval).to(lang)
    elif source.list_name:
        count = len(source.values)
        value = Text(f"liste « {source.list_name} » ({count})", f"list “{source.list_name}” ({count})").to(lang)
    else:
        value = either([shown(one, source.input, regulation).to(lang) for one in source.values], lang)
    sign = Text("tout sauf ", "anything but ").to(lang) if source.negated else ""
    return named(source.input, f"{sign}{value}", regulation, lang)


def order_words(order: Sequence[OrderKey]) -> Text:
    """Write the order of ranking in words: « pointage (décroissant), date et heure du dépôt (croissant) »."""
    keys = {lang: [f"{ORDER[k.key].to(lang)} ({WAYS[k.direction].to(lang)})" for k in order] for lang in LANGS}
    return Text(", ".join(keys["fr"]), ", ".join(keys["en"]))


def how_words(how: str) -> Text:
    """Say how the points of a group combine."""
    return HOW[how]


def cap_words(cap: Cap, regulation: Regulation, lang: Lang) -> str:
    """Write a cap: one number, or one for each value of an input."""
    if cap.input is None:
        return number(cap.points[0], lang)
    title = input_title(cap.input, regulation).to(lang)
    return ", ".join(
        f"{number(points, lang)} ({title}{colon(lang)}{shown(key, cap.input, regulation).to(lang)})"
        for key, points in zip(cap.columns, cap.points, strict=True)
    )


def points(count: int, lang: Lang) -> str:
    """Write a number of points: « 1 point », « 1 200 points », “0 points”."""
    one = abs(count) < 2 if lang == "fr" else count == 1
    return f"{number(count, lang)} {'point' if one else 'points'}"
