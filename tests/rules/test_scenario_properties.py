"""What every scenario keeps, on random laws: undone it is the base, put together it does what each part does."""

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, examples, laws, make_pool

import ranking
import rules
from rules.describe import describe
from rules.domains import Interval
from rules.faults import LawError
from rules.scenario import Change, Scenario, Title, addressed, apply, compose, documents_of, invert

CITE = {"act": "—", "provision": "—", "provision_checked": False, "certainty": "—", "url": "—", "read_on": DAY}
GUILD = rules.load(LUMEN).on(date(2032, 6, 1))
PSTQ = rules.load("quebec/pstq").on(date(2026, 4, 30))


@dataclass(frozen=True)
class Drawn:
    """A law, and perhaps a scenario on it, that Hypothesis shows briefly where a test fails."""

    law: rules.Regulation = field(repr=False)
    scenario: Scenario = field(default=None, repr=False)

    @property
    def changes(self):
        return [change.model_dump(exclude_none=True) for change in self.scenario.change] if self.scenario else []

    def __repr__(self):
        return f"{self.law.program}: {self.changes}"[:2000]

    def _repr_pretty_(self, printer, cycle):
        """Print briefly, not as a dataclass, where Hypothesis shows a case that fails."""
        printer.text(repr(self) if not cycle else "…")


def scenario(law, changes):
    title = Title(fr="essai", en="trial")
    return Scenario(title=title, program=law.program, base=law.day, change=tuple(changes))


def key(label):
    return f"[{str(label).lower()}]" if isinstance(label, bool) else f"['{label}']"


# Every change that a law takes, by the place that it reaches.


def cells(documents, draw):
    """Set one cell of a row, or all its points."""
    places = [
        (name, table, row)
        for name, one in documents["criteria"].items()
        for table in one["table"]
        for row in table["rows"]
    ]
    name, table, row = draw(st.sampled_from(places))
    at = f"criteria.{name}.{table['id']}{key(row[0])}"
    points = st.integers(-20, 60)
    if len(row) > 2 and draw(st.booleans()):
        column = draw(st.integers(1, len(row) - 1))
        return Change(at=at + key(table["columns"][column - 1]), was=row[column], to=draw(points))
    was = row[1] if len(row) == 2 else row[1:]
    return Change(at=at, was=was, to=draw(points) if len(row) == 2 else [draw(points) for _ in was])


def splits(documents, draw):
    """Split an interval in two."""
    rows = [
        (name, table, row, interval)
        for name, one in documents["criteria"].items()
        for table in one["table"]
        for row in table["rows"]
        if isinstance(row[0], str)
        and (interval := Interval.parse(row[0]))
        and None not in (interval.low, interval.high)
        and interval.high - interval.low > 1
    ]
    assume(rows)
    name, table, row, interval = draw(st.sampled_from(rows))
    cut = draw(st.integers(interval.low + 1, interval.high - 1))
    halves = [[str(Interval(interval.low, cut)), *row[1:]], [str(Interval(cut, interval.high)), *[0 for _ in row[1:]]]]
    return Change(at=f"criteria.{name}.{table['id']}{key(row[0])}", split=halves)


def rewrites(documents, draw):
    """Set all rows of a table."""
    name = draw(st.sampled_from(sorted(documents["criteria"])))
    table = draw(st.sampled_from(documents["criteria"][name]["table"]))
    rows = [[row[0], *[draw(st.integers(0, 9)) for _ in row[1:]]] for row in table["rows"]]
    return Change(at=f"criteria.{name}.{table['id']}.rows", was=table["rows"], to=rows)


def outsides(documents, draw):
    """Set the points outside the range of a table."""
    tables = [(name, t) for name, one in documents["criteria"].items() for t in one["table"] if "outside" in t]
    assume(tables)
    name, table = draw(st.sampled_from(tables))
    return Change(at=f"criteria.{name}.{table['id']}.outside", was=table["outside"], to=draw(st.integers(-9, 9)))


def caps(documents, draw):
    """Set, add or take away a cap, of a criterion or of a group."""
    parts = [(f"criteria.{name}", one) for name, one in documents["criteria"].items()]
    parts += [(f"groups.{one['id']}", one) for one in documents["groups"]["group"]]
    at, one = draw(st.sampled_from(parts))
    if "cap" not in one:
        return Change(at=f"{at}.cap", add=draw(st.integers(0, 99)))
    if isinstance(one["cap"], dict) and draw(st.booleans()):
        column = draw(st.integers(0, len(one["cap"]["columns"]) - 1))
        return Change(
            at=f"{at}.cap{key(one['cap']['columns'][column])}",
            was=one["cap"]["points"][column],
            to=draw(st.integers(0, 99)),
        )
    how = draw(st.sampled_from(["drop", "to"]))
    return Change(
        at=f"{at}.cap", was=one["cap"], **({"drop": True} if how == "drop" else {"to": draw(st.integers(0, 99))})
    )


def repeals(documents, draw):
    """Repeal a criterion."""
    return Change(at=f"criteria.{draw(st.sampled_from(sorted(documents['criteria'])))}", drop=True)


def additions(documents, draw):
    """Add a criterion, like one that there is."""
    like = documents["criteria"][draw(st.sampled_from(sorted(documents["criteria"])))]
    new = {
        name: said for name, said in deepcopy(like).items() if name not in ("until", "in_force", "announced_maximum")
    }
    new["group"] = draw(st.sampled_from([group["id"] for group in documents["groups"]["group"]]))
    return Change(at=f"criteria.new{draw(st.integers(0, 9))}", add=new)


def combinations(documents, draw):
    """Sum or keep the highest."""
    group = draw(st.sampled_from(documents["groups"]["group"]))
    return Change(at=f"groups.{group['id']}.how", was=group["how"], to=draw(st.sampled_from(["sum", "max"])))


def orders(documents, draw):
    """Put the members of a group in another order."""
    group = draw(st.sampled_from(documents["groups"]["group"]))
    return Change(at=f"groups.{group['id']}.members", was=group["members"], to=draw(st.permutations(group["members"])))


def requirements(documents, draw):
    """Set, add or take away a requirement; a stream keeps one at the least."""
    stream = draw(st.sampled_from(documents["streams"]["stream"]))
    one = draw(st.sampled_from(stream["requirement"]))
    other = draw(st.sampled_from([asked for s in documents["streams"]["stream"] for asked in s["requirement"]]))
    at = f"streams.{stream['id']}.requirements"
    how = draw(st.sampled_from(["to", "add", *(["drop"] if len(stream["requirement"]) > 1 else [])]))
    if how == "drop":
        return Change(at=f"{at}.{one['id']}", drop=True)
    if how == "to":
        return Change(at=f"{at}.{one['id']}.where", was=one["where"], to=other["where"])
    new = {"id": f"new{draw(st.integers(0, 9))}", "title": one["title"], "where": other["where"], "cite": CITE}
    return Change(at=at, add=new)


KINDS = [cells, splits, rewrites, outsides, caps, repeals, additions, combinations, orders, requirements]


@st.composite
def scenarios(draw, of, least=1, most=4):
    """Draw a scenario of a few changes that a law takes, at places of which no two meet."""
    law = of.law
    documents = documents_of(law)
    kinds = [kind for kind in KINDS if documents["criteria"] or kind in (caps, combinations, orders)]
    kinds = [kind for kind in kinds if documents["streams"]["stream"] or kind is not requirements]
    chosen = scenario(law, [])
    for _ in range(draw(st.integers(least, most))):
        more = chosen.model_copy(update={"change": (*chosen.change, draw(st.sampled_from(kinds))(documents, draw))})
        if applies(more, law):
            chosen = more
    assume(len(chosen.change) >= least)
    return Drawn(law, chosen)


def applies(one, law):
    try:
        apply(one, law)
    except LawError:
        return False
    return True


@st.composite
def cases(draw):
    """Draw a law, invented at random or one that is there; its lists are kept, because its folder is not."""
    real = draw(st.sampled_from([None, None, GUILD, PSTQ]))
    if real is not None:
        return Drawn(real)
    with draw(laws()).written() as folder:
        law = rules.load(folder).on(DAY)
    lists = dict(law.lists)
    return Drawn(replace(law, sources=replace(law.sources, lists=lambda _: lists)))


@st.composite
def changed(draw):
    return draw(scenarios(draw(cases())))


@examples(30)
@given(changed())
def test_a_scenario_undone_is_the_base_which_stays_as_it_was(case):
    law, one = case.law, case.scenario
    hash_before, content, documents = law.hash, json.dumps(law.content(), default=str), deepcopy(documents_of(law))
    after = apply(one, law)
    back = apply(invert(one, law), after)
    assert back.hash == hash_before
    assert list(back.parts) == list(law.parts)
    assert (json.dumps(law.content(), default=str), documents_of(law)) == (content, documents)
    assert apply(invert(invert(one, law), after), back).hash == after.hash


@examples(20)
@given(changed())
def test_a_scenario_is_told_in_one_sentence_a_change_in_both_languages(case):
    law, one = case.law, case.scenario
    told = describe(one, law)
    assert len(told) == len(one.change)
    for sentence in (*told, *describe(invert(one, law), apply(one, law))):
        for words in sentence:
            assert words.endswith(".")
            assert "  " not in words


@examples(25)
@given(st.data())
def test_scenarios_that_do_not_meet_do_together_what_they_do_one_after_the_other(data):
    whole = data.draw(scenarios(data.draw(cases()), least=2))
    law, whole = whole.law, whole.scenario
    at = data.draw(st.integers(1, len(whole.change) - 1))
    one, other = (whole.model_copy(update={"change": part}) for part in (whole.change[:at], whole.change[at:]))
    assume(not {place(change, law) for change in one.change} & {place(change, law) for change in other.change})
    assume(applies(one, law))
    assume(applies(other, law))
    together = {apply(compose(*both), law).hash for both in ((one, other), (other, one))}
    in_turn = {apply(second, apply(first, law)).hash for first, second in ((one, other), (other, one))}
    assert len(together | in_turn) == 1
    assert compose(one, other).hash == compose(other, one).hash == whole.hash


def place(change, law):
    """Name the list that a change reaches, because two changes inside one list need not commute."""
    [(_, steps)] = addressed(scenario(law, [change]))
    if change.operation == "add" and steps[0] == "criteria" and len(steps) == 2:
        return ("members", change.add["group"])
    if steps[0] == "groups" and steps[2] == "members":
        return ("members", steps[1])
    return steps[:3]


@examples(15)
@given(st.data())
def test_two_changes_to_one_cell_and_a_stale_one_are_refused(data):
    law = data.draw(cases()).law
    assume(documents_of(law)["criteria"])
    cell = cells(documents_of(law), data.draw)
    again = data.draw(rewritten(cell))
    for refused in (scenario(law, [cell, again]), None):
        with pytest.raises(LawError, match="two changes to"):
            apply(refused, law) if refused else compose(scenario(law, [cell]), scenario(law, [again]))
    was = [points + 1 for points in cell.was] if isinstance(cell.was, list) else cell.was + 1
    with pytest.raises(LawError, match="stale"):
        apply(scenario(law, [cell.model_copy(update={"was": was})]), law)


@examples(10)
@given(st.data())
def test_the_empty_scenario_changes_nobody(data):
    law = data.draw(cases()).law
    same = apply(scenario(law, []), law)
    assert (same, same.hash) == (law, law.hash)
    assert describe(scenario(law, []), law) == [("Ne change rien.", "Changes nothing.")]


@examples(8)
@given(st.integers(0, 2**32 - 1), st.data())
def test_a_scenario_undone_scores_everybody_as_before(seed, data):
    one = data.draw(scenarios(Drawn(GUILD))).scenario
    after = apply(one, GUILD)
    back = apply(invert(one, GUILD), after)
    pool = make_pool(GUILD, LUMEN, seed, 40, DAY).frame()
    assert ranking.score(pool, back, facts_on=DAY).equals(ranking.score(pool, GUILD, facts_on=DAY))


# Hashes.


@st.composite
def rewritten(draw, value):
    """Write a value otherwise: keys in another order, intervals with other brackets and spaces, other quotes."""
    if isinstance(value, Change):
        at = value.at
        if draw(st.booleans()):
            at = at.replace("['", '["').replace("']", '"]')
        if draw(st.booleans()):
            at = at.replace("[true]", "['true']").replace("[false]", "['false']")
        if draw(st.booleans()):
            at = at.replace(", ", ",")
        said = {name: draw(rewritten(one)) for name, one in value.model_dump().items() if one is not None}
        return Change(**{**said, "at": at})
    if isinstance(value, dict):
        return {name: draw(rewritten(value[name])) for name in draw(st.permutations(list(value)))}
    if isinstance(value, (list, tuple)):
        return [draw(rewritten(one)) for one in value]
    interval = Interval.parse(value) if isinstance(value, str) else None
    if interval is None:
        return value
    low = "(-" if interval.low is None else draw(st.sampled_from([f"[ {interval.low}", f"({interval.low - 1}"]))
    high = "+)" if interval.high is None else draw(st.sampled_from([f"{interval.high} )", f"{interval.high - 1}]"]))
    return f"{low},{draw(st.sampled_from(['', ' ', '  ']))}{high}"


@examples(30)
@given(st.data())
def test_the_hash_does_not_turn_on_how_a_scenario_is_written(data):
    case = data.draw(changed())
    law, one = case.law, case.scenario
    changes = [data.draw(rewritten(change)) for change in data.draw(st.permutations(one.change))]
    other = scenario(law, changes).model_copy(update={"title": Title(fr="Autre", en="Other")})
    assert other.hash == one.hash
    assert apply(scenario(law, changes), law).hash == apply(one, law).hash


@examples(10)
@given(changed())
def test_the_hash_tells_apart_scenarios_of_which_one_lacks_a_change(case):
    one = case.scenario
    fewer = one.model_copy(update={"change": one.change[1:]})
    assert fewer.hash != one.hash
