"""The reference scorer: slow, plain Python, one declaration at a time, to be read next to the law.

It shares the tables of a regulation (criteria, groups, streams, as data) and nothing that computes: intervals, ages,
derived inputs, conditions, caps and nulls are done anew here, so that an error in ``rules`` cannot hide in both.
What an input is derived from is read from the folder of the law itself.
"""

import csv
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

ABSENT = "no column says"
UNKNOWN = "the cell is empty, and that is no answer"


def score(regulation, folder, declaration, facts_on):
    """Give every ``<criterion>_points``, ``<group>_points``, ``score`` and ``eligible_<stream>`` of one declaration.

    ``declaration`` has the attributes by name, as declared; one that is left out is a column that the pool lacks.
    """
    facts = facts_of(regulation, folder, declaration, facts_on)
    points = {criterion.id: points_of(criterion, facts) for criterion in regulation.criteria}
    for group in regulation.groups:
        members = [points[member] for member in group.members]
        points[group.id] = under(sum(members) if group.how == "sum" else max(members), group.cap, facts)
    result = {f"{name}_points": value for name, value in points.items() if name != "score"}
    result["score"] = points["score"]
    for stream in regulation.streams:
        answers = [any_option(requirement.where.options, facts) for requirement in stream.requirements]
        result[f"eligible_{stream.id}"] = every(answers)
    return result


# Facts: what is known of a declaration. None is a null that is an answer; UNKNOWN and ABSENT say that nothing is known.


def facts_of(regulation, folder, declaration, facts_on):
    """Read the attributes, then derive the inputs in the order of ``inputs.toml``."""
    facts = {name: read(attribute, declaration.get(name, ABSENT)) for name, attribute in regulation.attributes.items()}
    for name, source in inputs_file(str(folder)).items():
        values = [facts[of] for of in source["of"]]
        if source["function"] == "level" and values[1] is ABSENT:
            continue
        facts[name] = ABSENT if ABSENT in values else derive(source, values, folder, regulation, facts_on)
    return facts


def read(attribute, value):
    """Read a cell. A null is an answer where the law says so, and where there is nothing to declare (``only_when``)."""
    if value is not None:
        return value
    if attribute.only_when is not None:
        return None
    if attribute.missing == "none":
        return "none" if "none" in attribute.labels else None
    return UNKNOWN


def derive(source, values, folder, regulation, facts_on):
    """Derive one input as ``inputs.toml`` says: none if a value is none, else unknown if one is unknown."""
    if source["function"] == "chosen":
        return choose(source, values, regulation)
    if source["function"] == "level":
        return level(source, values, list_file(str(folder), source["list"], regulation.day))
    for null in (None, UNKNOWN):
        if null in values:
            return null
    return min(values) if source["function"] == "lowest" else of_one(source, *values, folder, regulation, facts_on)


def of_one(source, value, folder, regulation, facts_on):
    """Derive from one value: a date or a code."""
    if source["function"] == "age":
        return age(value, facts_on)
    if source["function"] == "digit":
        return "0123456789".index(value[source["position"] - 1])
    return list_file(str(folder), source["list"], regulation.day)[value][source["column"]]


def choose(source, values, regulation):
    """Take the value that stands where the label that chooses stands among its labels."""
    label, *choices = values
    if label is UNKNOWN:
        return UNKNOWN
    return choices[list(regulation.inputs[source["of"][0]].labels).index(label)]


def level(source, values, rows):
    """Give the highest level whose least score is reached, on the scale of the test; else the level declared."""
    declared, test, tenths = values
    if test in (None, "none"):
        return declared
    least = {int(row["level"]): 10 * Decimal(row[source["column"]]) for row in rows.values() if row["test"] == test}
    return max([n for n, score in least.items() if tenths is not None and tenths >= score], default=source["below"])


def age(born, on):
    """Count the birthdays lived through; someone born on 29 February has theirs on 1 March in common years."""
    birthdays = 0
    for year in range(born.year + 1, on.year + 1):
        birthday = (born.month, born.day)
        if birthday == (2, 29) and not is_leap(year):
            birthday = (3, 1)
        if date(year, *birthday) <= on:
            birthdays += 1
    return birthdays


def is_leap(year):
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


@cache
def inputs_file(folder):
    """Read ``inputs.toml``, of this program or of the one that it takes its criteria from."""
    own = Path(folder) / "inputs.toml"
    if not own.is_file():
        program = tomllib.loads((Path(folder) / "program.toml").read_text(encoding="utf-8"))
        own = Path(folder) / program["criteria_from"] / "inputs.toml"
    return tomllib.loads(own.read_text(encoding="utf-8"))


@cache
def list_file(folder, name, day):
    """Read the rows of a list, by code, as they stand on a day."""
    described = tomllib.loads((Path(folder) / "lists" / f"{name}.toml").read_text(encoding="utf-8"))
    [version] = [v for v in described["version"] if v["in_force"] <= day and (v.get("until") or date.max) > day]
    with (Path(folder) / "lists" / version.get("file", f"{name}.csv")).open(encoding="utf-8", newline="") as file:
        return {row[described.get("key", "code")]: row for row in csv.DictReader(file)}


# Points.


def points_of(criterion, facts):
    """Add the cells of every table under the cap; 0 where the law has no such criterion, or it does not apply."""
    if not criterion.tables:
        return 0
    if criterion.applies_when.options and any_option(criterion.applies_when.options, facts) is not True:
        return 0
    total = 0
    for table in criterion.tables:
        for name in table.row_inputs:
            total += cell(table, facts[name], facts.get(table.column_input))
    return under(total, criterion.cap, facts)


def cell(table, row_value, column_value):
    """Find the one row, and the one column, that hold two values."""
    rows = [position for position, key in enumerate(table.rows.keys) if lies_in(key, row_value)]
    if not rows:
        return table.outside
    [row] = rows
    if table.column_input is None:
        [points] = table.points[row]
        return points
    [column] = [position for position, key in enumerate(table.columns.keys) if lies_in(key, column_value)]
    return table.points[row][column]


def lies_in(key, value):
    """Tell whether a value lies in a row or a column: null only where the law wrote none."""
    if key is None or value is None:
        return key is None and value is None
    if hasattr(key, "low"):
        return (key.low is None or key.low <= value) and (key.high is None or value <= key.high - 1)
    return type(key) is type(value) and key == value


def under(points, cap, facts):
    """Hold points under a cap: one number, or one by the value of an input."""
    if cap is None:
        return points
    if cap.input is None:
        [most] = cap.points
    else:
        [most] = [limit for key, limit in zip(cap.columns, cap.points, strict=True) if lies_in(key, facts[cap.input])]
    return min(points, most)


# Conditions, by Kleene's logic: True, False, or None for unknown.


def any_option(options, facts):
    """True if one option holds; else unknown if one is unknown; else false."""
    answers = [every([answer(test, facts[test.input]) for test in option]) for option in options]
    if any(found is True for found in answers):
        return True
    return None if any(found is None for found in answers) else False


def every(answers):
    """False if one is false; else unknown if one is unknown; else true."""
    if any(found is False for found in answers):
        return False
    return None if any(found is None for found in answers) else True


def answer(test, value):
    """Answer one test. What is not known stays unknown; a null that is an answer is no value, so only *not* holds."""
    if value is ABSENT or value is UNKNOWN:
        return None
    keys = test.values if test.interval is None else [test.interval]
    found = value is not None and any(lies_in(key, value) for key in keys)
    return not found if test.negated else found
