"""Every engine gives the same points, the same score and the same eligibility, exactly, on every row.

The engines: ``ranking.score`` with and without its breakdown (fused lookups), ``rules.plain`` (when/then),
``ranking.second`` (SQL in DuckDB), and ``reference`` (plain Python, one declaration at a time). A score alone is
read in blocks too, whatever the law: ``rules.blocks`` itself takes only laws that it is faster for.
"""

from datetime import date
from unittest.mock import patch

import polars as pl
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, amended, examples, laws, make_pool, pools

import ranking
import rules
from ranking import second
from ranking.columns import score_columns
from ranking.conform import absent_inputs, conform
from rules import blocks, plain
from rules.program import LAW

LUMEN_DAYS = [date(2030, 1, 1), date(2031, 7, 1), date(2032, 6, 1)]


def by_when_then(frame, regulation, facts_on):
    """Score by the expressions that say what the law says, one set of columns after another."""
    typed = conform(frame, regulation, facts_on)
    absent = absent_inputs(typed.columns, regulation)
    here = typed
    for stage in [*plain.stages(regulation, facts_on, typed.columns), plain.streams(regulation, absent)]:
        here = here.with_columns([column for column in stage if column.meta.output_name() not in absent])
    return here.select(score_columns(regulation))


def by_lookup(frame, regulation, facts_on):
    return ranking.score(frame, regulation, facts_on=facts_on)


def by_sql(frame, regulation, facts_on):
    return second.score(frame, regulation, facts_on=facts_on)


def by_reference(pool, regulation, folder, facts_on):
    return [
        {"declaration_id": row["declaration_id"]} | reference.score(regulation, folder, row, facts_on)
        for row in pool.rows
    ]


ENGINES = {"lookup": by_lookup, "when/then": by_when_then, "SQL": by_sql}


def check_agreement(pool, regulation, folder, facts_on):
    """Compare every engine with the reference, row by row, column by column and type by type."""
    frame = pool.frame()
    expected = by_reference(pool, regulation, folder, facts_on)
    for engine, score in ENGINES.items():
        scored = score(frame, regulation, facts_on)
        assert scored.columns == score_columns(regulation), engine
        assert scored.height == len(expected), engine
        for row, found, wanted in zip(pool.rows, scored.to_dicts(), expected, strict=True):
            differences = {
                name: (found[name], wanted[name])
                for name in wanted
                if found[name] is not wanted[name]
                and (found[name] != wanted[name] or type(found[name]) is not type(wanted[name]))
            }
            assert not differences, (engine, "found, wanted:", differences, row, facts_on)
    alone = ranking.score(frame, regulation, facts_on=facts_on, breakdown=False)
    assert alone.to_dicts() == [{name: row[name] for name in ("declaration_id", "score")} for row in expected]
    with patch.object(blocks, "chooses", lambda _: True):
        assert ranking.score(frame, regulation, facts_on=facts_on, breakdown=False).equals(alone)


# The law that the engines agree on: the invented one, those of the package, random ones.


@examples(6)
@given(data=st.data(), day=st.sampled_from(LUMEN_DAYS))
def test_engines_agree_on_the_invented_law(data, day):
    regulation = LUMEN_LAW.on(day)
    pool, facts_on = data.draw(pools(regulation, LUMEN, most=60))
    check_agreement(pool, regulation, LUMEN, facts_on)


@pytest.mark.parametrize("program", rules.library())
@examples(2)
@given(data=st.data())
def test_engines_agree_on_every_law_of_the_package(program, data):
    regulation = rules.load(program).on(data.draw(st.sampled_from(days_of(program))))
    pool, facts_on = data.draw(pools(regulation, LAW / program, most=40))
    check_agreement(pool, regulation, LAW / program, facts_on)


@examples(25)
@given(data=st.data())
def test_engines_agree_on_random_laws(data):
    law = data.draw(laws())
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder, most=25))
        check_agreement(pool, regulation, folder, facts_on)


def days_of(program):
    """Give the days on which the law of a program begins or changes."""
    law = rules.load(program)
    files = [*law.sources.criteria.values(), law.sources.groups, law.sources.streams]
    days = {version.in_force for file in files for version in file.version}
    last = law.source.ends or date.max
    return [law.source.begins, *sorted(day for day in days if law.source.begins < day < last)]


LUMEN_LAW = rules.load(LUMEN)


# What a frame looks like does not change its scores.


@examples(6)
@given(data=st.data(), engine=st.sampled_from(sorted(ENGINES)))
def test_a_shuffled_pool_gives_the_same_scores_in_the_shuffled_order(data, engine):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    frame = pool.frame()
    order = data.draw(st.permutations(range(frame.height)))
    score = ENGINES[engine]
    straight, shuffled = score(frame, regulation, facts_on), score(frame[list(order)], regulation, facts_on)
    assert straight["declaration_id"].to_list() == frame["declaration_id"].to_list()
    assert shuffled.equals(straight[list(order)])


@examples(6)
@given(data=st.data(), engine=st.sampled_from(sorted(ENGINES)))
def test_plain_text_and_int64_score_as_enum_and_int16_do(data, engine):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    plain_types, law_types = pool.frame(), pool.frame(typed=True)
    assert plain_types.schema != law_types.schema
    score = ENGINES[engine]
    assert score(plain_types, regulation, facts_on).equals(score(law_types, regulation, facts_on))


@examples(6)
@given(data=st.data(), engine=st.sampled_from(sorted(ENGINES)))
def test_a_column_of_unknowns_says_no_more_than_an_absent_one(data, engine):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    unknown = [name for name, a in regulation.attributes.items() if a.missing == "unknown" and name in pool.columns]
    frame = pool.frame()
    score = ENGINES[engine]
    empty = frame.with_columns(pl.lit(None, frame[name].dtype).alias(name) for name in unknown)
    assert score(frame.drop(unknown), regulation, facts_on).equals(score(empty, regulation, facts_on))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pool_of_nobody_scores_with_the_same_columns_and_types(engine):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool = make_pool(regulation, LUMEN, seed=1, size=3, facts_on=regulation.day)
    scored = ENGINES[engine](pool.frame(), regulation, regulation.day)
    nobody = ENGINES[engine](pool.frame().clear(), regulation, regulation.day)
    assert nobody.schema == scored.schema
    assert nobody.height == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_points_and_scores_are_int32_and_eligibility_boolean(engine):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    frame = make_pool(regulation, LUMEN, seed=1, size=3, facts_on=regulation.day).frame()
    schema = dict(ENGINES[engine](frame, regulation, regulation.day).schema)
    assert schema.pop("declaration_id") == pl.String
    assert {name: kind for name, kind in schema.items() if name.startswith("eligible_")} == {
        "eligible_lighter": pl.Boolean,
        "eligible_keeper": pl.Boolean,
    }
    assert {kind for name, kind in schema.items() if not name.startswith("eligible_")} == {pl.Int32}


def test_a_criterion_that_began_later_or_was_repealed_still_has_its_column_and_gives_0():
    columns = {day: score_columns(LUMEN_LAW.on(day)) for day in LUMEN_DAYS}
    assert len({frozenset(names) for names in columns.values()}) == 1
    regulation = LUMEN_LAW.on(date(2031, 7, 1))
    pool = make_pool(regulation, LUMEN, seed=1, size=50, facts_on=regulation.day)
    scored = ranking.score(pool.frame(), regulation)
    assert set(scored["vigil_points"]) == {0}
    assert set(scored["tithe_points"]) == {0}


def test_facts_are_measured_on_the_day_of_the_regulation_unless_another_is_given():
    regulation = LUMEN_LAW.on(date(2030, 1, 1))
    frame = make_pool(regulation, LUMEN, seed=1, size=1, facts_on=regulation.day).frame()
    frame = frame.with_columns(birth_date=pl.lit(date(2000, 1, 2)))
    assert ranking.score(frame, regulation)["age_points"].to_list() == [30]
    assert ranking.score(frame, regulation, facts_on=date(2030, 1, 2))["age_points"].to_list() == [20]


# A pool may carry columns that no attribute knows, whatever their names.

OCCUPIED = {"age": 30, "need": "plenty", "age_points": 7, "work_points": 7, "score": 7, "eligible_keeper": True}


def occupied_frame():
    """A pool that already has columns named like those that scoring makes."""
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    frame = make_pool(regulation, LUMEN, seed=1, size=20, facts_on=regulation.day).frame()
    return regulation, frame, frame.with_columns(pl.lit(value).alias(name) for name, value in OCCUPIED.items())


def test_columns_named_like_scores_do_not_change_scores_by_lookup():
    regulation, frame, occupied = occupied_frame()
    assert by_lookup(occupied, regulation, regulation.day).equals(by_lookup(frame, regulation, regulation.day))
    assert (
        ranking.score(occupied, regulation, breakdown=False)["score"].to_list()
        == by_lookup(frame, regulation, regulation.day)["score"].to_list()
    )


def test_columns_named_like_scores_do_not_change_scores_by_sql():
    regulation, frame, occupied = occupied_frame()
    assert by_sql(occupied, regulation, regulation.day).equals(by_sql(frame, regulation, regulation.day))


# Laws that an engine once got wrong.

ADULT = ("streams.toml", 'where = { age = "[18, +)" }')
TOTAL = ("groups.toml", 'members = ["skill", "work", "ties"]\nhow = "sum"\ncap = 400')
NUMBERS = ["reading", "writing", "reckoning", "sight_test", "months_lit_here", "age", "mentor_age", "mentor_months"]
TITLE = 'title = { fr = "—", en = "—" }'
SIGHT_ROWS = '  ["none", 3],\n  ["[20, 60)", 0],\n  ["[60, 90)", 10],\n'
NEEDS = 'columns = ["plenty", "scarce"]\nrows = [\n'
RANKS = '["[0, 1)", 30, 50],\n  ["[1, 3)", 20, 40],\n  ["[3, 5)", 0, 15],'
EMPTY_MAX = (
    f'[[version.group]]\nid = "later"\n{TITLE}\nmembers = ["vigil"]\nhow = "max"\n\n[[version.group]]\nid = "score"'
)


def another_input(name, function, *of):
    """Write one more derived input, before the others or after them."""
    text = f'[{name}]\nfunction = "{function}"\n{TITLE}\nof = [{", ".join(repr(one) for one in of)}]\n'
    return ("inputs.toml", "[age]\n", f"{text}\n[age]\n")


AMENDMENTS = {
    "a max of criteria that are not in force, inside another max": [
        ("groups.toml", '"practice", "trade", "vigil"', '"practice", "trade"'),
        ("criteria/vigil.toml", 'group = "work"', 'group = "later"'),
        ("groups.toml", '[[version.group]]\nid = "score"', EMPTY_MAX),
        (*TOTAL, 'members = ["skill", "work", "ties", "later"]\nhow = "max"'),
    ],
    "a row that holds every number, on an input that can be none": [
        ("criteria/sight.toml", SIGHT_ROWS, '  ["(-, +)", 1],\n  ["none", 3],\n'),
    ],
    "a test that every number passes, on an input that can be unknown": [
        (*ADULT, 'where = { lanterns = "(-, +)" }'),
    ],
    "a test that every number passes, turned round, on an input that can be none": [
        (*ADULT, 'where = { sight_test = { not = "(-, +)" } }'),
    ],
    "a domain wider than Int16, from below zero, with columns": [
        ("attributes.toml", 'domain = "[0, 101)"', 'domain = "[-20000, 20000)"'),
        (
            "criteria/sight.toml",
            'row_input = "sight_test"',
            'row_input = "sight_test"\ncolumn_input = "night_work"\ncolumns = [false, true]',
        ),
        (
            "criteria/sight.toml",
            SIGHT_ROWS,
            '  ["none", 0, 1],\n  ["(-, -19999)", 2, 3],\n  ["[-19999, 19999)", 4, 5],\n  ["[19999, +)", 6, 7],\n',
        ),
    ],
    "a group capped by a derived input that no criterion reads": [
        (
            "inputs.toml",
            "[age]\n",
            f"""[want]
function = "listed"
{TITLE}
of = ["craft"]
list = "crafts"
column = "need"
labels = {{ scarce = {{ fr = "—", en = "—" }}, plenty = {{ fr = "—", en = "—" }} }}

[age]
""",
        ),
        (
            *TOTAL,
            TOTAL[1].replace(
                "cap = 400", 'cap = { input = "want", columns = ["scarce", "plenty"], points = [40, 30] }'
            ),
        ),
    ],
    "a criterion that reads more combinations of values than an array can hold": [
        (
            "criteria/tithe.toml",
            "until = 2031-07-01",
            f"until = 2031-07-01\napplies_when = {{ craft = 'L000', {', '.join(f'{name} = 1' for name in NUMBERS)} }}",
        ),
    ],
    "an input chosen by a label that has one value": [
        (
            "attributes.toml",
            "[sworn]\n",
            f'[oath]\ntype = "label"\n{TITLE}\nlabels = {{ old = {{ fr = "—", en = "—" }} }}\n\n[sworn]\n',
        ),
        another_input("level", "chosen", "oath", "reading"),
    ],
    "the same table read for several inputs, of different domains": [
        ("attributes.toml", 'en = "Reckoning" }\ndomain = "[0, 11)"', 'en = "Reckoning" }\ndomain = "[0, 31)"'),
        ("criteria/letters.toml", '["(8, +)", 20, 15]', '["(8, 20)", 20, 15]'),
        ("criteria/letters.toml", "outside = 0", "outside = 7"),
    ],
    "an input derived from a code that can be none": [
        ("attributes.toml", 'list = "crafts"', 'list = "crafts"\nmissing = "none"'),
        (
            "criteria/trade.toml",
            f"{NEEDS}  {RANKS}",
            'columns = ["plenty", "scarce", "none"]\nrows = [\n  ["none", 1, 2, 3],\n  ["[0, 5)", 4, 5, 6],',
        ),
        (
            "criteria/trade.toml",
            'columns = ["plenty", "scarce"]\nrows = [\n  [false, 0, 0],\n  [true, -5, 5],',
            'columns = ["plenty", "scarce", "none"]\nrows = [\n  [false, 0, 0, 0],\n  [true, -5, 5, 7],',
        ),
    ],
    "an input chosen by a label that can be unknown": [
        another_input("chosen", "chosen", "ward", "months_lit", "reading", "writing"),
        (*ADULT, 'where = { chosen = "[5, +)" }'),
    ],
}


@pytest.mark.parametrize("amendment", AMENDMENTS)
def test_engines_agree_on_an_amended_law(amendment, tmp_path):
    folder = amended(tmp_path, *AMENDMENTS[amendment])
    regulation = rules.load(folder).on(LUMEN_DAYS[0])
    pool = make_pool(regulation, folder, seed=1, size=200, facts_on=regulation.day, complete=True)
    check_agreement(pool, regulation, folder, regulation.day)


LABELS = [
    ("attributes.toml", 'clear = { fr = "Aucune", en = "Clear" }', 'default = { fr = "En défaut", en = "In default" }'),
    ("inputs.toml", 'plenty = { fr = "Abondance", en = "Plenty" }', 'scarce = { fr = "Rareté", en = "Scarcity" }'),
]


@pytest.mark.parametrize(("file", "one", "other"), LABELS, ids=["of an attribute", "of an input"])
def test_the_order_of_labels_changes_no_score(file, one, other, tmp_path):
    swaps = [(file, one, "first label"), (file, other, one), (file, "first label", other)]
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    reordered = rules.load(amended(tmp_path, *swaps)).on(LUMEN_DAYS[0])
    frame = make_pool(regulation, LUMEN, seed=1, size=50, facts_on=regulation.day, complete=True).frame()
    scored = ranking.score(frame, regulation)
    assert ranking.score(frame, reordered).equals(scored)
    assert ranking.score(frame, reordered, breakdown=False)["score"].to_list() == scored["score"].to_list()
