"""A program and its law on a day: which version is in force, what the hash tells apart, what is read when."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, amended, examples, laws, make_pool, pools

import ranking
import rules
from rules import bounds
from rules.conditions import Condition

PROGRAM = rules.load(LUMEN)
FIRST = date(2030, 1, 1)


def criterion(name, day):
    return next(one for one in PROGRAM.on(day).criteria if one.id == name)


# Versions.


def test_the_day_before_a_change_has_the_old_version_and_the_day_of_it_the_new_one():
    before, after = date(2032, 5, 31), date(2032, 6, 1)
    assert criterion("age", before).source.in_force == date(2030, 1, 1)
    assert criterion("age", after).source.in_force == after
    assert [criterion("age", day).tables[0].cell(30)[2] for day in (before, after)] == [20, 15]
    assert [criterion("age", day).tables[0].outside for day in (before, after)] == [-10, 0]


def test_a_criterion_that_begins_later_has_no_table_until_its_day():
    before, after = criterion("vigil", date(2031, 12, 31)), criterion("vigil", date(2032, 1, 1))
    assert (before.tables, before.source, before.begins, before.ended) == ((), None, date(2032, 1, 1), None)
    assert (len(after.tables), after.begins, after.ended) == (1, None, None)


def test_a_repealed_criterion_has_its_table_until_the_day_before():
    before, after = criterion("tithe", date(2031, 6, 30)), criterion("tithe", date(2031, 7, 1))
    assert (len(before.tables), before.begins, before.ended) == (1, None, None)
    assert (after.tables, after.source, after.begins, after.ended) == ((), None, None, date(2031, 7, 1))


def test_a_list_changes_on_its_day():
    versions = [PROGRAM.on(day).lists["crafts"].version.in_force for day in (date(2031, 12, 31), date(2032, 1, 1))]
    assert versions == [date(2030, 1, 1), date(2032, 1, 1)]


def test_a_program_without_an_end_has_no_last_day(tmp_path):
    endless = rules.load(amended(tmp_path, ("program.toml", "ends = 2035-01-01\n", "")))
    assert endless.on(date(9999, 12, 31)).criteria


def test_a_law_without_streams_on_a_day_has_none(tmp_path):
    later = rules.load(amended(tmp_path, ("streams.toml", "in_force = 2030-01-01", "in_force = 2030-02-01")))
    assert later.on(date(2030, 1, 31)).streams == ()
    assert [stream.id for stream in later.on(date(2030, 2, 1)).streams] == ["lighter", "keeper"]


# What a regulation says of itself.


def test_members_come_before_the_group_that_holds_them_and_the_root_comes_last():
    regulation = PROGRAM.on(FIRST)
    order = list(regulation.parts)
    for group in regulation.groups:
        assert all(order.index(member) < order.index(group.id) for member in group.members)
    assert order[-1] == "score"


def test_criteria_come_in_the_order_of_the_groups():
    assert [one.id for one in PROGRAM.on(FIRST).criteria] == [
        "letters",
        "age",
        "lamp",
        "sight",
        "practice",
        "trade",
        "vigil",
        "mentor_age",
        "mentor_lamp",
        "mentor_practice",
        "patron",
        "debt",
        "tithe",
    ]


def test_what_is_needed_is_what_the_tables_read_and_no_more():
    regulation = PROGRAM.on(FIRST)
    pool = make_pool(regulation, LUMEN, seed=1, size=5, facts_on=FIRST, complete=True)
    wanted = ranking.score(pool.frame(), regulation, breakdown=False)
    only = pool.frame().select("declaration_id", *regulation.needed, *regulation.test_columns)
    assert ranking.score(only, regulation, breakdown=False).equals(wanted)
    for name in regulation.needed:
        with pytest.raises(ranking.PoolError, match=name):
            ranking.score(only.drop(name), regulation, breakdown=False)


def test_applies_when_is_read_into_a_condition():
    assert isinstance(criterion("mentor_age", FIRST).applies_when, Condition)
    assert criterion("mentor_age", FIRST).applies_when.holds({"mentor": False}) is False
    assert criterion("age", FIRST).applies_when.holds({}) is True


# The hash.


def test_two_days_without_a_change_between_them_have_one_hash():
    one, other = PROGRAM.on(date(2030, 1, 1)), PROGRAM.on(date(2031, 6, 30))
    assert one.day != other.day
    assert one.hash == other.hash
    assert one == other
    assert len({one, other}) == 1


@pytest.mark.parametrize("change", [date(2031, 7, 1), date(2032, 1, 1), date(2032, 6, 1)], ids=str)
def test_the_day_of_a_change_has_another_hash(change):
    before, after = PROGRAM.on(date.fromordinal(change.toordinal() - 1)), PROGRAM.on(change)
    assert before.hash != after.hash
    assert before != after


def test_the_same_files_in_another_folder_have_the_same_hash(tmp_path):
    copy = rules.load(amended(tmp_path)).on(FIRST)
    assert copy is not PROGRAM.on(FIRST)
    assert copy.hash == PROGRAM.on(FIRST).hash
    assert len(copy.hash) == 64


def test_a_comment_or_a_blank_line_does_not_change_the_hash(tmp_path):
    folder = amended(
        tmp_path, ("criteria/age.toml", "rows = [\n", "# ages\nrows = [\n\n"), ("groups.toml", "cap = 24", "cap  =  24")
    )
    assert rules.load(folder).on(FIRST).hash == PROGRAM.on(FIRST).hash


CHANGES = {
    "a cell": ("criteria/debt.toml", '["late", -8]', '["late", -7]'),
    "the ends of two rows": ("criteria/age.toml", '  ["[16, 30)", 30],\n  ["[30', '  ["[16, 31)", 30],\n  ["[31'),
    "outside": ("criteria/age.toml", "outside = -10", "outside = -9"),
    "the input of a table": ("criteria/tithe.toml", 'row_input = "months_lit"', 'row_input = "months_lit_here"'),
    "a cap": ("criteria/practice.toml", "cap = 50", "cap = 51"),
    "a cap by an input": ("criteria/mentor_practice.toml", "points = [20, 15, 6]", "points = [20, 15, 7]"),
    "whom a criterion applies to": (
        "criteria/patron.toml",
        "announced_maximum = 12",
        "announced_maximum = 12\napplies_when = { mentor = true }",
    ),
    "the day on which a criterion ends": ("criteria/tithe.toml", "until = 2031-07-01", "until = 2031-07-02"),
    "how a group combines": ("groups.toml", 'how = "max"', 'how = "sum"'),
    "the cap of a group": ("groups.toml", "cap = 24", "cap = 25"),
    "the cap of a group by an input": ("groups.toml", "points = [110, 85]", "points = [110, 84]"),
    "a requirement": ("streams.toml", 'where = { age = "[18, +)" }', 'where = { age = "[19, +)" }'),
    "a requirement turned round": ("streams.toml", 'lamp = { not = "none" }', 'lamp = "none"'),
    "a value of a list": ("lists/crafts.csv", "L010,Lampiste,plenty", "L010,Lampiste,scarce"),
    "a code of a list": ("lists/crafts.csv", "L408,Aide,plenty\n", "L408,Aide,plenty\nL409,Aide,plenty\n"),
    "a list that a requirement reads": ("lists/night_crafts.csv", "L400", "L408"),
    "what a null means": (
        "attributes.toml",
        'domain = "[0, 501)"\nmissing = "unknown"',
        'domain = "[0, 501)"\nmissing = "none"',
    ),
    "a domain": ("attributes.toml", 'domain = "[0, 501)"', 'domain = "[0, 502)"'),
    "when a column is there": (
        "attributes.toml",
        'domain = "[0, 501)"\nmissing = "unknown"',
        'domain = "[0, 501)"\nonly_when = { mentor = true }',
    ),
    "a number that another may not exceed": ("attributes.toml", 'at_most = ["months_lit"]\n', ""),
    "a contradiction": (
        "attributes.toml",
        'where = { patron = "mentor", mentor = false }',
        'where = { patron = "guild", mentor = false }',
    ),
    "the position of a digit": ("inputs.toml", "position = 2", "position = 3"),
    "how long a declaration is valid": ("program.toml", "validity_months = 6", "validity_months = 7"),
    "the order of ranking": (
        "program.toml",
        'key = "submitted_at", direction = "ascending"',
        'key = "submitted_at", direction = "descending"',
    ),
    "a citation": ("criteria/age.toml", 'provision = "art. 4"', 'provision = "art. 4.1"'),
    "the order of the labels of an attribute": (
        "attributes.toml",
        'north = { fr = "Nord", en = "North" }\nsouth = { fr = "Sud", en = "South" }',
        'south = { fr = "Sud", en = "South" }\nnorth = { fr = "Nord", en = "North" }',
    ),
    "the order of the labels of an input": (
        "inputs.toml",
        'plenty = { fr = "Abondance", en = "Plenty" }\nscarce = { fr = "Rareté", en = "Scarcity" }',
        'scarce = { fr = "Rareté", en = "Scarcity" }\nplenty = { fr = "Abondance", en = "Plenty" }',
    ),
    "the domain of a digit": ("inputs.toml", 'domain = "[0, 5)"', 'domain = "[0, 9)"'),
    "a citation of a requirement": ("streams.toml", 'provision = "art. 31"', 'provision = "art. 31.1"'),
    "a citation of the groups": ("groups.toml", 'provision = "art. 20"', 'provision = "art. 20.1"'),
    "the title of a stream": ("streams.toml", 'fr = "Gardiens"', 'fr = "Gardes"'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_law_that_says_something_else_has_another_hash(change, tmp_path):
    changed = rules.load(amended(tmp_path, CHANGES[change])).on(FIRST)
    assert changed.hash != PROGRAM.on(FIRST).hash
    assert changed != PROGRAM.on(FIRST)


# Versions with a gap between them, and a criterion that applies where two columns say so.


def test_between_two_versions_a_criterion_is_repealed(tmp_path):
    folder = amended(tmp_path, ("criteria/age.toml", "until = 2032-06-01", "until = 2031-06-01"))
    [age] = [one for one in rules.load(folder).on(date(2031, 6, 1)).criteria if one.id == "age"]
    assert (age.tables, age.begins, age.ended) == ((), None, date(2031, 6, 1))
    [age] = [one for one in rules.load(folder).on(date(2032, 6, 1)).criteria if one.id == "age"]
    assert (len(age.tables), age.ended) == (1, None)


APPLIES = "applies_when = { night_work = false, mentor = true }"
ONLY = "[mentor_lamp.labels]"


def test_applies_when_may_name_the_tests_of_only_when_in_another_order(tmp_path):
    there = "only_when = { mentor = true, night_work = false }"
    folder = amended(
        tmp_path,
        ("attributes.toml", f"only_when = {{ mentor = true }}\n{ONLY}", f"{there}\n{ONLY}"),
        ("criteria/mentor_lamp.toml", "applies_when = { mentor = true }", APPLIES),
    )
    regulation = rules.load(folder).on(FIRST)
    assert next(one for one in regulation.criteria if one.id == "mentor_lamp").applies_when.inputs == (
        "night_work",
        "mentor",
    )


# What is read when, and kept.


def test_a_file_is_read_when_it_is_first_needed(tmp_path):
    folder = amended(tmp_path, ("criteria/age.toml", "this is no TOML"), ("attributes.toml", "nor this"))
    program = rules.load(folder)
    assert program.id == "lumen/guild"
    assert program.source.begins == FIRST
    with pytest.raises(rules.LawError, match="toml"):
        program.on(FIRST)


def test_a_day_outside_the_program_is_refused_before_its_law_is_read(tmp_path):
    program = rules.load(amended(tmp_path, ("criteria/age.toml", "this is no TOML")))
    with pytest.raises(rules.LawError, match="2029-12-31"):
        program.on(date(2029, 12, 31))


def test_the_law_of_a_day_is_assembled_once():
    assert PROGRAM.on(FIRST) is PROGRAM.on(FIRST)
    assert PROGRAM.on(FIRST) is not PROGRAM.on(date(2030, 1, 2))


def test_a_program_of_the_package_is_loaded_once_and_a_folder_anew(tmp_path):
    assert rules.load("quebec/pstq") is rules.load("quebec/pstq")
    folder = amended(tmp_path)
    assert rules.load(folder) is not rules.load(folder)


def test_a_folder_may_be_given_as_a_path_or_as_text(tmp_path):
    folder = amended(tmp_path)
    hashes = {rules.load(given).on(FIRST).hash for given in (folder, str(folder), f"{folder}/")}
    assert hashes == {PROGRAM.on(FIRST).hash}


def test_an_amended_file_is_seen_by_the_next_load(tmp_path):
    old = rules.load(amended(tmp_path))
    before = old.on(FIRST).hash
    amended(tmp_path, CHANGES["a cell"])
    assert old.on(FIRST).hash == before
    assert rules.load(tmp_path).on(FIRST).hash != before


@pytest.mark.parametrize("program", rules.library())
def test_every_law_of_the_package_loads_on_its_first_and_its_last_day(program):
    law = rules.load(program)
    last = law.source.ends or date(2100, 1, 1)
    for day in (law.source.begins, date.fromordinal(last.toordinal() - 1)):
        assert law.on(day).program == program
        assert law.on(day).groups[-1].id == "score"


# Bounds: the points that a part of the law can give.


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        ("age", -10, 30),
        ("letters", 0, 60),
        ("sight", -4, 10),
        ("practice", 0, 50),
        ("debt", -40, 0),
        ("mentor_age", 0, 12),
        ("mentor_lamp", -3, 14),
        ("vigil", 0, 0),
    ],
)
def test_a_criterion_is_bounded_by_its_cells_its_cap_and_whom_it_applies_to(part, low, high):
    regulation = PROGRAM.on(FIRST)
    assert bounds.of_part(regulation.parts[part], regulation.parts, {}) == (low, high)


def test_bounds_are_narrower_where_an_input_is_known():
    regulation = PROGRAM.on(FIRST)
    letters, mentor_age = regulation.parts["letters"], regulation.parts["mentor_age"]
    assert [bounds.of_criterion(letters, {"mentor": known}) for known in (False, True)] == [(0, 60), (0, 45)]
    assert [bounds.of_criterion(mentor_age, {"mentor": known}) for known in (False, True)] == [(0, 0), (2, 12)]
    assert bounds.of_criterion(letters, {"reading": 0, "writing": 5, "reckoning": 10, "mentor": True}) == (21, 21)


def check_bounds(pool, regulation, facts_on):
    scored = ranking.score(pool.frame(), regulation, facts_on=facts_on)
    for name, part in regulation.parts.items():
        low, high = bounds.of_part(part, regulation.parts, {})
        points = scored[name if name == "score" else f"{name}_points"]
        assert points.is_between(low, high).all(), (name, low, high, points.min(), points.max())


@examples(10)
@given(data=st.data(), day=st.sampled_from([FIRST, date(2032, 6, 1)]))
def test_no_declaration_has_points_beyond_the_bounds(data, day):
    regulation = PROGRAM.on(day)
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    check_bounds(pool, regulation, facts_on)


@examples(20)
@given(data=st.data())
def test_no_declaration_has_points_beyond_the_bounds_of_a_random_law(data):
    law = data.draw(laws())
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder))
        check_bounds(pool, regulation, facts_on)


# What the law announces.

WITHIN = ("criteria/practice.toml", "cap = 50", "cap = 50\nannounced_maximum = 50")


def test_a_criterion_that_is_capped_attains_its_cap(tmp_path):
    regulation = rules.load(amended(tmp_path, WITHIN)).on(FIRST)
    assert next(one for one in regulation.criteria if one.id == "practice").announced.points == (50,)


def test_a_maximum_that_no_declaration_attains_in_two_tables_at_once_is_not_attained(tmp_path):
    rows = """title = { fr = "Âge", en = "Age" }
group = "skill"

[[version]]
in_force = 2030-01-01
announced_maximum = 30
[version.cite]
act = "—"
provision = "—"
url = "https://lumen.invalid"
read_on = 2029-12-01
certainty = "—"
provision_checked = false

[[version.table]]
id = "young"
row_input = "age"
rows = [["[16, 30)", 30], ["[30, 60)", 0]]
outside = 0
[[version.table]]
id = "old"
row_input = "age"
rows = [["[16, 30)", 0], ["[30, 60)", 30]]
outside = 0

"""
    regulation = rules.load(amended(tmp_path, ("criteria/age.toml", rows))).on(FIRST)
    assert bounds.of_criterion(next(one for one in regulation.criteria if one.id == "age"), {})[1] == 30


def announcing(most, folder):
    edit = ("criteria/practice.toml", "cap = 50", f"cap = 50\nannounced_maximum = {most}")
    return rules.load(amended(folder, edit)).on(FIRST)


def test_a_law_may_announce_what_its_rows_give_before_the_cap(tmp_path):
    assert announcing(65, tmp_path).criteria


@pytest.mark.parametrize(("most", "attained"), [(49, 50), (66, 65)])
def test_a_law_announces_no_less_than_is_left_and_no_more_than_its_rows_give(most, attained, tmp_path):
    with pytest.raises(rules.LawError, match=f"maximum of {attained}"):
        announcing(most, tmp_path)
