"""The cases that a lawyer can read, in tests/cases: the law must agree with each of them, and no row may lack one."""

import csv
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import polars as pl
import pytest

import ranking
import rules
from rules.dates import in_force
from rules.domains import Interval
from rules.functions import derive

CASES = Path(__file__).parents[1] / "cases"
FILES = sorted(path for path in CASES.glob("*/*/*.csv") if path.stem != "defaults")
PROGRAMS = sorted({path.parent.relative_to(CASES).as_posix() for path in FILES})
HEAD = ("case", "provision", "on", "facts_on", "note")
ABSENT, NULL = "absent", "null"
ANSWERS = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, eq=False)
class Case:
    """A line of a file of cases: what it gives of a declaration, and the answers that the law must give."""

    path: Path
    line: int
    sentence: str
    provision: str
    on: date
    facts_on: date
    given: dict
    expected: dict

    @property
    def program(self):
        return self.path.parent.relative_to(CASES).as_posix()

    @property
    def regulation(self):
        return rules.load(self.program).on(self.on)

    @cached_property
    def row(self):
        """The declaration as text: what the case gives, and the defaults for the rest."""
        row = {"declaration_id": f"{self.path.stem} {self.line}", **defaults(self.program), **self.given}
        row = {name: None if text == NULL else text for name, text in row.items() if text != ABSENT}
        for name, attribute in self.regulation.attributes.items():
            needed = attribute.only_when or {}
            if name in row and name not in self.given and any(row[other] != word(needed[other]) for other in needed):
                row[name] = None
        return row

    @cached_property
    def values(self):
        """The value of every attribute and derived input that the declaration gives."""
        attributes = self.regulation.attributes
        values = {name: typed(text, attributes[name]) for name, text in self.row.items()}
        for name, source in self.regulation.derived.items():
            if all(of in values for of in source.of):
                values[name] = derive(source, [values[of] for of in source.of], self.facts_on)
        return values


def word(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(text, attribute):
    if text is None:
        has_none = attribute.missing == "none" and "none" in attribute.labels and attribute.only_when is None
        return "none" if has_none else None
    kinds = {"whole": int, "date": date.fromisoformat, "boolean": {"true": True, "false": False}.__getitem__}
    return kinds.get(attribute.type, str)(text)


@cache
def defaults(program):
    with (CASES / program / "defaults.csv").open(encoding="utf-8", newline="") as file:
        return {row["attribute"]: row["value"] for row in csv.DictReader(file, strict=True)}


@cache
def read_cases(path):
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, strict=True))
    return tuple(read_case(path, number, line) for number, line in enumerate(lines, start=2))


def read_case(path, number, line):
    where = f"{path.name}, line {number}"
    assert None not in line, f"{where}: more cells than the heading"
    assert None not in line.values(), f"{where}: fewer cells than the heading"
    on, facts_on = date.fromisoformat(line["on"]), date.fromisoformat(line["facts_on"])
    regulation = rules.load(path.parent.relative_to(CASES).as_posix()).on(on)
    answers = answer_columns(path.stem, regulation)
    unknown = set(line) - set(HEAD) - set(answers) - set(regulation.attributes)
    assert not unknown, f"{where}: columns that are neither an attribute nor an answer: {sorted(unknown)}"
    attributes = set(regulation.attributes) - set(answers)
    given = {name: text for name, text in line.items() if name in attributes and text}
    expected = {output: line[column] for column, output in answers.items() if line.get(column)}
    return Case(path, number, line["case"], line["provision"], on, facts_on, given, expected)


def answer_columns(stem, regulation):
    """The columns of a file that hold expected answers, with the column of ``ranking.score`` that each stands for."""
    groups = {group.id: "score" if group.id == "score" else f"{group.id}_points" for group in regulation.groups}
    streams = {f"eligible_{stream.id}": f"eligible_{stream.id}" for stream in regulation.streams}
    points = {"points": f"{stem}_points"} if stem in {criterion.id for criterion in regulation.criteria} else {}
    return groups | streams | points


def frames(cases):
    """One frame for each law day, day of the facts and set of columns, with the cases in the order of its rows."""
    together = {}
    for case in cases:
        together.setdefault((case.on, case.facts_on, tuple(case.row)), []).append(case)
    for (_, facts_on, columns), members in together.items():
        frame = pl.DataFrame([case.row for case in members], schema=dict.fromkeys(columns, pl.String))
        yield frame, members[0].regulation, facts_on, members


def disagreements(cases):
    for frame, regulation, facts_on, members in frames(cases):
        scored = ranking.score(frame, regulation, facts_on=facts_on).to_dicts()
        for case, found in zip(members, scored, strict=True):
            for output, expected in case.expected.items():
                answer = found[output]
                text = ANSWERS[answer] if output.startswith("eligible_") else str(answer)
                if text != expected:
                    place = f"{case.path.name}, line {case.line}, {case.provision}"
                    yield f"{case.sentence}\n    {output}: expected {expected}, found {text} ({place})"


def shown(path):
    return path.relative_to(CASES).with_suffix("").as_posix()


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_the_law_agrees_with_every_case(path):
    wrong = list(disagreements(read_cases(path)))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_every_case_is_a_declaration_that_can_be_read(path, tmp_path):
    for frame, regulation, facts_on, _ in frames(read_cases(path)):
        frame.write_csv(tmp_path / "cases.csv")
        pool = ranking.read_pool(tmp_path / "cases.csv", regulation, facts_on=facts_on)
        read, given = (ranking.score(f, regulation, facts_on=facts_on) for f in (pool.frame, frame))
        assert read.equals(given)


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_every_case_says_what_it_tests(path):
    cases = read_cases(path)
    sentences = [case.sentence for case in cases]
    assert all(case.sentence and case.provision and case.expected for case in cases)
    assert sorted(set(sentences)) == sorted(sentences)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_defaults_give_no_point(program):
    first = next(case for path in FILES for case in read_cases(path) if case.program == program)
    nothing = replace(first, given={}, expected={})
    frame, regulation, facts_on, _ = next(frames([nothing]))
    scored = ranking.score(frame, regulation, facts_on=facts_on)
    assert scored.select(pl.col("^.*_points$"), "score").row(0) == (0,) * len(regulation.parts)


# Nothing of the law without a case.


def gaps(criterion, cases):
    """What a criterion has no case for: rows by column, sides of the edges of intervals, where it does not apply."""
    values = [case.values for case in cases]
    applies = [v for v in values if criterion.applies_when.holds(v)]
    if criterion.applies_when.options and len(applies) == len(values):
        yield f"{criterion.id}: no case where the criterion does not apply"
    for table in criterion.tables:
        for name in table.row_inputs:
            for column in range(len(table.columns.keys) if table.columns else 1):
                yield from column_gaps(criterion, table, name, column, applies)


def column_gaps(criterion, table, name, column, values):
    reached = {v[name] for v in values if table.cell(v[name], v.get(table.column_input))[1] == column}
    rows = {table.rows.find(value) for value in reached}
    title = table.columns.name(column) if table.columns else "points"
    where = f"{criterion.id}, table {table.id}, {name}, column {title}"
    for row in range(len(table.rows.keys)):
        if row not in rows:
            yield f"{where}: no case in row {table.rows.name(row)}"
    for value in beside_edges(table.rows):
        if value not in reached:
            yield f"{where}: no case at {value}, beside an edge"


def beside_edges(axis):
    """The values on both sides of each end of an interval, inside the domain."""
    intervals = [key for key in axis.keys if isinstance(key, Interval)]
    ends = {end for interval in intervals for end in (interval.low, interval.high) if end is not None}
    inside = [end for end in ends if axis.domain.low < end < axis.domain.high]
    return sorted({side for end in inside for side in (end - 1, end)})


def stream_gaps(stream, optional, cases):
    """What a stream has no case for: each requirement met, failed or unknown while the others are met."""
    answers = [(case.values, [r.where.holds(case.values) for r in stream.requirements]) for case in cases]
    met = [values for values, holds in answers if all(holds)]
    for position, requirement in enumerate(stream.requirements):
        others = [(values, h[position]) for values, h in answers if all(h[:position] + h[position + 1 :])]
        failed = [values for values, answer in others if answer is False]
        where = f"stream {stream.id}, {requirement.id}"
        for test in (test for option in requirement.where.options for test in option):
            inside, outside = (failed, met) if test.negated else (met, failed)
            wanted = [(value, inside) for value in test.values] if test.list_name is None else []
            if test.interval and test.interval.low is not None:
                wanted += [(test.interval.low - 1, outside), (test.interval.low, inside)]
            if test.interval and test.interval.high is not None:
                wanted += [(test.interval.high - 1, inside), (test.interval.high, outside)]
            for value, among in wanted:
                if not any(values.get(test.input) == value for values in among):
                    yield f"{where}: no case that turns on {test.input} = {word(value)}"
        if not met:
            yield f"{where}: no case where it is met with all the others"
        if not failed:
            yield f"{where}: no case where it alone fails"
        if optional & set(requirement.where.inputs) and not any(answer is None for _, answer in others):
            yield f"{where}: no case where it alone is unknown"


def criteria_with_cases(program):
    """Each version of each criterion in force on the day of some case of the program, with the cases of its days."""
    found = {}
    for day, regulation in regulations(program):
        for criterion in (criterion for criterion in regulation.criteria if criterion.source is not None):
            version = criterion.id, criterion.source.in_force
            found.setdefault(version, (criterion, []))[1].extend(cases_on(day, program, criterion.id))
    return list(found.values())


def streams_with_cases(program):
    """Each version of each stream in force on the day of some case, with its optional inputs and its cases."""
    found = {}
    for day, regulation in regulations(program):
        version = in_force(rules.load(program).sources.streams.version, day)
        needed = {*regulation.needed, *regulation.test_columns}
        optional = {name for name in regulation.inputs if not needed.issuperset(regulation.read_by(name))}
        for stream in regulation.streams:
            own = found.setdefault((stream.id, version.in_force), (stream, optional, []))[2]
            own.extend(cases_on(day, program, "streams"))
    return list(found.values())


def regulations(program):
    days = {case.on for path in FILES for case in read_cases(path) if case.program == program}
    return [(day, rules.load(program).on(day)) for day in sorted(days)]


def cases_on(day, program, stem):
    path = CASES / program / f"{stem}.csv"
    return [case for case in read_cases(path) if case.on == day] if path.is_file() else []


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_row_column_and_edge_has_a_case(program):
    missing = [gap for criterion, cases in criteria_with_cases(program) for gap in gaps(criterion, cases)]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_requirement_has_a_case_on_both_sides(program):
    found = streams_with_cases(program)
    missing = [gap for stream, optional, cases in found for gap in stream_gaps(stream, optional, cases)]
    assert not missing, "\n".join(missing)


# The checks above notice what they are for.


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_row_without_a_case_is_noticed(program):
    for criterion, cases in criteria_with_cases(program):
        for table in criterion.tables:
            for name in table.row_inputs:
                for row in range(len(table.rows.keys)):
                    kept = [case for case in cases if table.rows.find(case.values[name]) != row]
                    wanted = f", {name}, ", f"no case in row {table.rows.name(row)}"
                    assert any(all(text in gap for text in wanted) for gap in gaps(criterion, kept)), wanted


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_edge_without_a_case_is_noticed(program):
    for criterion, cases in criteria_with_cases(program):
        for table in criterion.tables:
            for name in table.row_inputs:
                for value in beside_edges(table.rows):
                    kept = [case for case in cases if case.values[name] != value]
                    wanted = f", {name}, ", f"no case at {value}, beside an edge"
                    assert any(all(text in gap for text in wanted) for gap in gaps(criterion, kept)), wanted


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_column_without_a_case_is_noticed(program):
    for criterion, cases in criteria_with_cases(program):
        for table in (table for table in criterion.tables if table.columns):
            for column in range(len(table.columns.keys)):
                kept = [case for case in cases if table.columns.find(case.values[table.column_input]) != column]
                wanted = f", column {table.columns.name(column)}: no case in row"
                assert any(wanted in gap for gap in gaps(criterion, kept)), wanted


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_criterion_without_any_case_is_noticed(program):
    for criterion, _ in criteria_with_cases(program):
        assert any(gaps(criterion, [])), criterion.id


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_requirement_without_a_case_is_noticed(program):
    for stream, optional, cases in streams_with_cases(program):
        for requirement in stream.requirements:
            kept = [case for case in cases if requirement.where.holds(case.values) is not False]
            wanted = f"stream {stream.id}, {requirement.id}: no case where it alone fails"
            assert wanted in list(stream_gaps(stream, optional, kept))


def test_a_wrong_case_is_told_with_its_sentence_and_both_answers():
    case = next(case for path in FILES for case in read_cases(path) if "score" not in case.expected and case.expected)
    output, expected = next(iter(case.expected.items()))
    told = list(disagreements([replace(case, expected={output: "-1"})]))
    assert len(told) == 1
    assert case.sentence in told[0]
    assert f"expected -1, found {expected}" in told[0]
