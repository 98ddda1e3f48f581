"""Hypothesis strategies: random laws, as folders of files, and random pools that are valid under a law.

A law is drawn piece by piece, so that Hypothesis can shrink it. A pool is made from a seed, with values crowded around
the edges of the law's tables, because the score of a row depends on that row alone: a test that fails names the row.
"""

import json
import random
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import reference
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import rules
from ranking.columns import column_type

LUMEN = Path(__file__).parent / "law" / "lumen" / "guild"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def examples(count):
    """Settings of a property test: so many examples, no deadline (the machine may be busy), nothing left on disk."""
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=SLOW)


# Pools.


@dataclass(frozen=True)
class Pool:
    """Declarations valid under a law, as dicts; every dict has the same columns."""

    rows: list[dict]
    columns: list[str]
    regulation: rules.Regulation = field(repr=False)

    def frame(self, *, typed=False):
        """Give the pool as a frame: in plain types (text, Int64), or in the types of the law (Enum, Int16)."""
        schema = {name: self._type(name, typed) for name in self.columns}
        return pl.DataFrame({name: [row[name] for row in self.rows] for name in self.columns}, schema=schema)

    def _type(self, name, typed):
        kind = self.regulation.attributes[name].type
        plain = {"whole": pl.Int64(), "label": pl.String(), "code": pl.String()}
        return plain[kind] if kind in plain and not typed else column_type(name, self.regulation)


def pools(regulation, folder, *, most=30):
    """Draw a pool valid under a regulation, and the day of its facts."""
    seeds = st.integers(0, 2**32 - 1)
    return st.builds(
        lambda seed, size, day: (make_pool(regulation, folder, seed, size, day), day),
        seeds,
        st.sampled_from([most, most, 1, 0]),
        days_of_facts(regulation.day),
    )


def days_of_facts(near):
    """Draw a day on which ages are measured: any, and often one around the end of a February."""
    februaries = [date(year, month, day) for year in (2023, 2024, 2028) for month, day in ((2, 28), (3, 1))]
    return st.one_of(
        st.just(near),
        st.sampled_from([*februaries, date(2024, 2, 29), date(2028, 2, 29)]),
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    )


def make_pool(regulation, folder, seed, size, facts_on, *, complete=False):
    """Make up to ``size`` declarations, optional columns left out unless ``complete``; none contradicts itself."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    optional = [
        n for n in regulation.attributes if n not in regulation.needed and n not in ("declaration_id", "submitted_at")
    ]
    left_out = {name for name in optional if not complete and chance.random() < chance.choice([0, 0.3, 1])}
    for _, test, tenths in (source.of for source in regulation.levels.values()):
        left_out |= {tenths} if test in left_out else set()
        left_out -= set() if test in left_out else {tenths}
    columns = [name for name in regulation.attributes if name not in left_out]
    edges = edges_of(regulation)
    made = [make_row(regulation, chance, edges, facts_on, left_out) for _ in range(size)]
    rows = [row for row in made if is_valid(row, regulation, folder, facts_on)]
    ids = [f"D{number:04}" for number in range(len(rows))]
    chance.shuffle(ids)
    rows = [
        {name: row[name] for name in columns} | {"declaration_id": name_} for row, name_ in zip(rows, ids, strict=True)
    ]
    return Pool(rows, columns, regulation)


def make_row(regulation, chance, edges, facts_on, left_out=()):
    """Make one declaration: null where ``only_when`` is false, else a value, or a null where the law takes one."""
    row = {}
    waiting = dict(regulation.attributes)
    while waiting:
        name = next(n for n, a in waiting.items() if set(a.only_when or {}) <= set(row))
        attribute = waiting.pop(name)
        if attribute.only_when is not None:
            there = all(row[other] is wanted or row[other] == wanted for other, wanted in attribute.only_when.items())
            row[name] = make_value(name, regulation, chance, edges, facts_on) if there else None
        elif attribute.missing != "error" and chance.random() < 0.25:
            row[name] = None
        else:
            row[name] = make_value(name, regulation, chance, edges, facts_on)
    for declared, test, tenths in (source.of for source in regulation.levels.values()):
        tested = test not in left_out and row[test] not in (None, "none")
        row[tenths if not tested else declared] = None
        if tested and row[tenths] is None:
            row[tenths] = make_value(tenths, regulation, chance, edges, facts_on)
        if not tested and row[declared] is None and needs_value(declared, row, regulation):
            row[declared] = make_value(declared, regulation, chance, edges, facts_on)
    for _ in regulation.attributes:
        for name, attribute in regulation.attributes.items():
            limits = [row[other] for other in attribute.at_most if row[other] is not None]
            if row[name] is not None and limits:
                row[name] = min(row[name], *limits)
    return row


def needs_value(name, row, regulation):
    """Tell whether a null would be wrong: not where it is an answer, nor where nothing is to be declared."""
    attribute = regulation.attributes[name]
    there = all(row[other] == wanted for other, wanted in (attribute.only_when or {}).items())
    return attribute.missing == "error" and there


def make_value(name, regulation, chance, edges, facts_on):
    """Make a value of an attribute, often one at the edge of a row of some table."""
    attribute = regulation.attributes[name]
    if attribute.type == "whole":
        low, high = attribute.interval.low, attribute.interval.high
        near = [value for value in edges.get(name, ()) if low <= value < high]
        return chance.choice([*near, low, high - 1]) if chance.random() < 0.6 else chance.randrange(low, high)
    if attribute.type in ("label", "code"):
        return chance.choice(regulation.inputs[name].labels)
    if attribute.type == "boolean":
        return chance.random() < 0.5
    if attribute.type == "date":
        return make_birth_date(chance, [a for a in edges.get(name, ()) if 0 <= a < attribute.years_before], facts_on)
    if attribute.type == "instant":
        return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**8))
    return f"{name}-{chance.randrange(5)}"


def make_birth_date(chance, ages, facts_on):
    """Make a birth date: within a day of a birthday that a table asks for, on a 29 February, or any."""
    kind = chance.choice(["birthday", "leap", "any", "today"])
    if kind == "birthday" and ages:
        first = date(facts_on.year - chance.choice(ages), facts_on.month, min(facts_on.day, 28))
        return min(first + timedelta(days=chance.randrange(-2, 4)), facts_on)
    if kind == "leap":
        return date(4 * (facts_on.year // 4 - chance.randrange(1, 15)), 2, 29)
    if kind == "today":
        return facts_on
    return facts_on - timedelta(days=chance.randrange(59 * 365))


def edges_of(regulation):
    """Give, for each attribute, the numbers (or ages) at and beside the ends of the intervals that the law reads."""
    edges = {}
    axes = [(name, table.rows.keys) for c in regulation.criteria for table in c.tables for name in table.row_inputs]
    axes += [
        (table.column_input, table.columns.keys) for c in regulation.criteria for table in c.tables if table.columns
    ]
    axes += [
        (test.input, [test.interval])
        for stream in regulation.streams
        for requirement in stream.requirements
        for option in requirement.where.options
        for test in option
    ]
    for name, keys in axes:
        ends = [end for key in keys if hasattr(key, "low") for end in (key.low, key.high) if end is not None]
        for source in regulation.read_by(name):
            edges.setdefault(source, set()).update(value for end in ends for value in (end - 1, end, end + 1))
    return {name: sorted(values) for name, values in edges.items()}


def is_valid(row, regulation, folder, facts_on):
    """Tell whether a declaration keeps its domains after ``at_most``, and does not contradict itself."""
    for name, attribute in regulation.attributes.items():
        if attribute.type == "whole" and row[name] is not None and row[name] < attribute.interval.low:
            return False
    facts = reference.facts_of(regulation, folder, row, facts_on)
    return not any(reference.any_option(c.where.options, facts) for c in regulation.contradictions)


# Laws.

DAY = date(2030, 6, 15)
CITE = (
    'cite = { act = "Loi tirée au hasard", provision = "—", url = "https://lumen.invalid", read_on = 2029-12-01, '
    'certainty = "invented", provision_checked = false }'
)
TITLE = 'title = { fr = "—", en = "—" }'
CODES = ["A01", "A12", "B20", "B33", "C41"]
LIST = f"{TITLE}\n[[version]]\nin_force = 2030-01-01\n{CITE}\n"
PROGRAM = f"""id = "random/law"
{TITLE}
jurisdiction = {{ fr = "—", en = "—" }}
begins = 2030-01-01
time_zone = "UTC"
{CITE}
[[ranking]]
in_force = 2030-01-01
order = [{{ key = "score", direction = "descending" }}]
{CITE}
[[lifecycle]]
in_force = 2030-01-01
validity_months = 12
answer_days = 30
one_declaration_a_person = "best_ranked"
{CITE}
"""


def _short(text):
    return "\n".join(line for line in text.splitlines() if line and not line.startswith(("cite", "title")))


@dataclass(frozen=True)
class Law:
    """The files of a law, by path."""

    files: dict[str, str]

    def write(self, folder):
        """Write the files and give the folder."""
        for path, text in self.files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        return Path(folder)

    @contextmanager
    def written(self):
        """Keep the law in a temporary folder for as long as it is used."""
        with TemporaryDirectory() as folder:
            yield self.write(folder)

    def __repr__(self):
        return "\n".join(f"──── {path}\n{_short(text)}" for path, text in self.files.items() if path != "program.toml")

    def _repr_pretty_(self, printer, cycle):
        """Print as files, not as a dict, where Hypothesis shows a law that fails."""
        printer.text("(a law, below)\n" + repr(self) if not cycle else "…")


@dataclass(frozen=True)
class Input:
    """What a drawn law knows of an input: its name, its values, and what a null in it means.

    ``null``: a null can be read, and is an answer. ``unknown``: a null can be read, and is not.
    """

    name: str
    kind: str
    low: int = 0
    high: int = 0
    labels: tuple[str, ...] = ()
    missing: str = "error"
    only_when: tuple = ()
    null: bool = False
    unknown: bool = False

    @property
    def values(self):
        return list(self.labels) if self.kind in ("label", "code") else [False, True]

    @property
    def nulls_confuse(self):
        """Whether a null here cannot be written as a row: ``"none"`` already names a label."""
        return self.null and "none" in self.labels


def toml(value):
    """Write a value as TOML."""
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(
                f"{key if key.isidentifier() else json.dumps(key)} = {toml(item)}" for key, item in value.items()
            )
            + " }"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value)


@st.composite
def laws(draw):
    """Draw a law: attributes and inputs of every kind, criteria with tables and caps, a tree of groups, streams."""
    attributes, text = draw(attribute_files())
    derived, inputs_text = draw(derived_inputs(attributes))
    inputs = [i for i in attributes if i.kind != "date"] + derived
    certain = [i for i in inputs if not i.unknown]
    names = [f"c{number}" for number in range(draw(st.integers(1, 5)))]
    groups, parent = draw(group_tree(names, certain))
    files = {"program.toml": PROGRAM, "attributes.toml": text, "inputs.toml": inputs_text, "groups.toml": groups}
    files |= {f"criteria/{name}.toml": draw(criteria(certain, parent[name])) for name in names}
    files["streams.toml"] = draw(stream_files(inputs))
    needs = draw(st.lists(st.sampled_from(["low", "mid", "high"]), min_size=len(CODES), max_size=len(CODES)))
    rows = "\n".join(f"{code},{need}" for code, need in zip(CODES, needs, strict=True))
    files |= {"lists/codes.toml": LIST, "lists/codes.csv": f"code,need\n{rows}\n"}
    files |= {"lists/some.toml": LIST, "lists/some.csv": "code\n" + "\n".join(draw(some(CODES, 1, 3))) + "\n"}
    return Law(files)


def some(values, least, most):
    """Draw a few different values, in any order."""
    return st.lists(st.sampled_from(values), min_size=least, max_size=min(most, len(set(values))), unique=True)


@st.composite
def attribute_files(draw):
    """Draw the columns: families of one to three that share a domain, and what a null in them means."""
    inputs = [Input("b0", "boolean"), Input("b1", "boolean")]
    gates = [{"b0": True}, {"b0": False}, {"b0": True, "b1": False}]
    for family in range(draw(st.integers(2, 5))):
        kind = draw(st.sampled_from(["whole", "whole", "label", "label", "boolean", "code", "date"]))
        missing = draw(st.sampled_from(["error", "error", "none", "unknown"]))
        gate = draw(st.sampled_from(gates)) if missing == "error" and draw(st.booleans()) else {}
        shape = draw(shapes(kind))
        null = bool(gate) or (missing == "none" and "none" not in shape.get("labels", ()))
        first = Input(
            f"{kind[0]}{family}x",
            kind,
            missing=missing,
            only_when=tuple(gate.items()),
            null=null,
            unknown=missing == "unknown",
            **shape,
        )
        count = draw(st.integers(1, 3)) if kind in ("whole", "label") else 1
        inputs += [replace(first, name=f"{kind[0]}{family}{letter}") for letter in "xyz"[:count]]
    parts = [f'[declaration_id]\ntype = "text"\n{TITLE}\nunique = true', f'[submitted_at]\ntype = "instant"\n{TITLE}']
    parts += [attribute_text(i) for i in inputs]
    if draw(st.booleans()):
        where = draw(conditions([i for i in inputs if i.kind in ("boolean", "label")], whole_tables=False))
        parts.append(f'[[contradiction]]\nid = "clash"\n{TITLE}\nwhere = {toml(where)}')
    return inputs, "\n\n".join(parts) + "\n"


@st.composite
def shapes(draw, kind):
    """Draw the domain of an attribute."""
    if kind == "whole":
        low = draw(st.sampled_from([0, 0, 1, -3]))
        size = draw(st.sampled_from([1, 2, 5, 13, 61, 721, 40_000]))
        return {"low": -20_000 if size == 40_000 else low, "high": 20_000 if size == 40_000 else low + size}
    if kind == "label":
        return {"labels": tuple(draw(some(["none", "low", "mid", "high"], 1, 4)))}
    return {"labels": tuple(CODES)} if kind == "code" else {}


def attribute_text(source):
    """Write one attribute of ``attributes.toml``."""
    lines = [f"[{source.name}]", f'type = "{source.kind}"', TITLE, f'missing = "{source.missing}"']
    lines += [f'domain = "[{source.low}, {source.high})"'] if source.kind == "whole" else []
    lines += ['list = "codes"'] if source.kind == "code" else []
    lines += ["years_before = 60"] if source.kind == "date" else []
    lines += [f"only_when = {toml(dict(source.only_when))}"] if source.only_when else []
    lines += (
        [f"[{source.name}.labels]", *[f'{label} = {{ fr = "—", en = "—" }}' for label in source.labels]]
        if source.kind == "label"
        else []
    )
    return "\n".join(lines)


@st.composite
def derived_inputs(draw, attributes):
    """Derive an age from each date, a digit and a need from each code, the lowest of some numbers, and one chosen."""
    inputs, parts = [], []
    for source in attributes:
        shared = {"only_when": source.only_when, "null": source.null, "unknown": source.unknown}
        if source.kind == "date":
            inputs.append(Input(f"age_{source.name}", "whole", low=0, high=61, **shared))
            parts.append(derived_text(inputs[-1], "age", [source.name]))
        if source.kind == "code":
            inputs.append(Input(f"digit_{source.name}", "whole", low=0, high=5, **shared))
            parts.append(derived_text(inputs[-1], "digit", [source.name], 'position = 2\ndomain = "[0, 5)"'))
            order = tuple(draw(st.permutations(["low", "mid", "high"])))
            inputs.append(Input(f"need_{source.name}", "label", labels=order, **shared))
            parts.append(derived_text(inputs[-1], "listed", [source.name], 'list = "codes"\ncolumn = "need"'))
    numbers = [i for i in [*attributes, *inputs] if i.kind == "whole"]
    if numbers and draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3))
        if not mixed(chosen):
            inputs.append(combined("lowest_w", chosen))
            parts.append(derived_text(inputs[-1], "lowest", [i.name for i in chosen]))
            numbers.append(inputs[-1])
    choosers = [i for i in [*attributes, *inputs] if i.kind == "label" and not i.null]
    if numbers and choosers and draw(st.booleans()):
        chooser = draw(st.sampled_from(choosers))
        count = len(chooser.labels)
        chosen = draw(st.lists(st.sampled_from(numbers), min_size=count, max_size=count))
        if not mixed([chooser, *chosen]):
            inputs.append(combined("chosen_w", chosen, chooser))
            parts.append(derived_text(inputs[-1], "chosen", [chooser.name, *[i.name for i in chosen]]))
    return inputs, "\n\n".join(parts) + "\n"


def mixed(sources):
    """Tell whether a null could be an answer in one of several inputs and unknown in another, which a law refuses."""
    return any(i.null for i in sources) and any(i.unknown for i in sources)


def combined(name, numbers, chooser=None):
    """Describe an input derived from several numbers: it has all their values, and is null where one of them is."""
    sources = [*numbers, *([chooser] if chooser else [])]
    gates = {i.only_when for i in sources}
    return Input(
        name,
        "whole",
        min(i.low for i in numbers),
        max(i.high for i in numbers),
        only_when=gates.pop() if len(gates) == 1 else (),
        null=any(i.null for i in numbers),
        unknown=any(i.unknown for i in sources),
    )


def derived_text(source, function, of, more=""):
    """Write one input of ``inputs.toml``."""
    lines = [f"[{source.name}]", f'function = "{function}"', TITLE, f"of = {toml(of)}", *([more] if more else [])]
    if source.kind == "label":
        lines += [f"[{source.name}.labels]", *[f'{label} = {{ fr = "—", en = "—" }}' for label in source.labels]]
    return "\n".join(lines)


@st.composite
def group_tree(draw, names, certain):
    """Draw a tree of groups over the criteria, one or two levels under the root; sums and maxima, caps or none."""
    parent, groups = {}, {}
    roots = [f"g{number}" for number in range(draw(st.integers(0, 2)))]
    inner = [f"h{number}" for number in range(draw(st.integers(0, 2)))]
    for name in inner:
        parent[name] = draw(st.sampled_from([*roots, "score"]))
    for name in roots:
        parent[name] = "score"
    for name in names:
        parent[name] = draw(st.sampled_from([*roots, *inner, "score"]))
    for name in [*inner, *roots, "score"]:
        members = [member for member, above in parent.items() if above == name]
        if members:
            groups[name] = members
        else:
            parent.pop(name, None)
    parts = []
    for name, members in groups.items():
        cap = draw(caps(certain))
        parts.append(
            f'[[version.group]]\nid = "{name}"\n{TITLE}\nmembers = {toml(draw(st.permutations(members)))}\n'
            f'how = "{draw(st.sampled_from(["sum", "sum", "max"]))}"\n{cap}'
        )
    head = f'[[version]]\nin_force = 2030-01-01\nnote = "Rien n’est annoncé."\n{CITE}\n'
    return "\n\n".join([head, *parts]) + "\n", parent


@st.composite
def caps(draw, certain):
    """Draw a cap: none, one number, or one by the value of an input; low enough to bind, or too high to."""
    kind = draw(st.sampled_from(["none", "number", "number", "input"]))
    most = st.sampled_from([0, 1, 7, 20, 45, 90, 5000])
    choices = [i for i in certain if i.kind != "whole" and not i.nulls_confuse]
    if kind == "none":
        return ""
    if kind == "number" or not choices:
        return f"cap = {draw(most)}"
    source = draw(st.sampled_from(choices))
    columns = draw(st.permutations([*source.values, *(["none"] if source.null else [])]))
    return f"cap = {toml({'input': source.name, 'columns': columns, 'points': [draw(most) for _ in columns]})}"


@st.composite
def criteria(draw, certain, group):
    """Draw a criterion: one or two tables, a cap, whom it applies to; in force on the day, or no more, or not yet."""
    gates = [dict(i.only_when) for i in certain if i.only_when]
    when = draw(
        st.one_of(st.none(), st.sampled_from(gates) if gates else st.none(), conditions(certain, whole_tables=True))
    )
    tables = [draw(table_text(certain, when, number)) for number in range(draw(st.integers(1, 2)))]
    dates = draw(
        st.sampled_from(
            [*["in_force = 2030-01-01"] * 8, "in_force = 2031-01-01", "in_force = 2030-01-01\nuntil = 2030-03-01"]
        )
    )
    applies = f"applies_when = {toml(when)}" if when else ""
    version = "\n".join(line for line in (dates, applies, draw(caps(certain)), CITE) if line)
    return f'{TITLE}\ngroup = "{group}"\n\n[[version]]\n{version}\n\n' + "\n\n".join(tables) + "\n"


@st.composite
def table_text(draw, certain, when, number):
    """Draw a table by one input, or by several whose domains share its rows, with or without columns."""
    usable = [i for i in certain if not i.nulls_confuse or dict(i.only_when) == when]
    first = draw(st.sampled_from(usable))
    family = [
        i
        for i in usable
        if i.kind == first.kind
        and i.null == first.null
        and set(i.labels) == set(first.labels)
        and (i.only_when == first.only_when or not i.null)
    ]
    each = (
        draw(st.lists(st.sampled_from(family), max_size=2, unique_by=lambda i: i.name)) if draw(st.booleans()) else []
    )
    each = [first, *[i for i in each if i.name != first.name]]
    shared = replace(first, low=max(i.low for i in each), high=min(i.high for i in each))
    if shared.kind == "whole" and shared.low >= shared.high:
        each, shared = [first], first
    names = [i.name for i in each]
    lines = [
        "[[version.table]]",
        f'id = "t{number}"',
        f"each = {toml(names)}" if len(names) > 1 else f'row_input = "{first.name}"',
    ]
    columns = [None]
    if draw(st.booleans()):
        second = draw(st.sampled_from(usable))
        columns = draw(axes(second, when, whole=True))
        lines += [f'column_input = "{second.name}"', f"columns = {toml(columns)}"]
    points = st.integers(-20, 60)
    keys = draw(axes(shared, when, whole=False))
    rows = [[key, *[draw(points) for _ in columns]] for key in keys]
    lines += ["rows = [", *[f"  {toml(row)}," for row in rows], "]"]
    lines += [f"outside = {draw(points)}"] if first.kind == "whole" else []
    return "\n".join(lines)


@st.composite
def axes(draw, source, when, *, whole):
    """Draw the keys of an axis; ``whole`` asks that intervals cover every number."""
    null_row = source.null and not source.nulls_confuse
    covered = dict(source.only_when) == when and bool(source.only_when)
    none = ["none"] if null_row and (not covered or draw(st.booleans())) else []
    keys = draw(intervals(source, whole=whole)) if source.kind == "whole" else draw(st.permutations(source.values))
    at = draw(st.integers(0, len(keys)))
    return [*keys[:at], *none, *keys[at:]]


@st.composite
def intervals(draw, source, *, whole):
    """Draw intervals that follow each other, in every form of bracket, none of them out of reach."""
    inside = st.integers(source.low + 1, source.high - 1) if source.high - source.low > 1 else st.nothing()
    cuts = sorted(draw(st.sets(inside, max_size=3))) if not inside.is_empty else []
    least = source.low if whole else (cuts[0] if cuts else source.high) - 1
    start = draw(st.one_of(st.none(), st.integers(source.low - 2, least)))
    most = source.high if whole else (cuts[-1] if cuts else max(source.low, source.low if start is None else start)) + 1
    end = draw(st.one_of(st.none(), st.integers(most, source.high + 2)))
    ends = [start, *cuts, end]
    return [draw(written_interval(low, high)) for low, high in pairwise(ends)]


@st.composite
def written_interval(draw, low, high):
    """Write the interval from ``low`` to before ``high`` in one of its forms: ``[1, 5)``, ``(0, 4]``, ``[1, +)`` …"""
    first = draw(st.sampled_from(["(-", "[-"])) if low is None else draw(st.sampled_from([f"[{low}", f"({low - 1}"]))
    last = draw(st.sampled_from(["+)", "+]"])) if high is None else draw(st.sampled_from([f"{high})", f"{high - 1}]"]))
    return f"{first},{draw(st.sampled_from(['', ' ']))}{last}"


@st.composite
def conditions(draw, inputs, *, whole_tables):
    """Draw a condition: one table, or any of several. ``whole_tables``: one that a criterion may apply by."""
    options = draw(st.lists(options_of(inputs), min_size=1, max_size=1 if whole_tables else 3))
    return options[0] if len(options) == 1 else options


@st.composite
def options_of(draw, inputs):
    chosen = draw(st.lists(st.sampled_from(inputs), min_size=1, max_size=3, unique_by=lambda i: i.name))
    return {source.name: draw(tests(source)) for source in chosen}


@st.composite
def tests(draw, source):
    """Draw one test of an input, negated or not."""
    if source.kind == "whole":
        number = st.integers(source.low, source.high - 1)
        wanted = draw(st.one_of(number, st.lists(number, min_size=1, max_size=3), any_interval(source)))
    elif source.kind == "code" and draw(st.booleans()):
        wanted = {"in_list": "some"}
    elif draw(st.booleans()):
        wanted = draw(st.sampled_from(source.values))
    else:
        wanted = draw(some(source.values, 1, 3))
    return {"not": wanted} if draw(st.booleans()) else wanted


@st.composite
def any_interval(draw, source):
    """Draw an interval that may reach beyond the domain; a condition, unlike a table, does not mind."""
    low, high = sorted(draw(st.sets(st.integers(source.low - 2, source.high + 2), min_size=2, max_size=2)))
    open_end = draw(st.sampled_from(["none", "low", "high"]))
    return draw(written_interval(None if open_end == "low" else low, None if open_end == "high" else high))


@st.composite
def stream_files(draw, inputs):
    """Draw streams of one to three requirements over every input, unknown ones too."""
    parts = [f"[[version]]\nin_force = 2030-01-01\n{CITE}"]
    for stream in range(draw(st.integers(1, 2))):
        parts.append(f'[[version.stream]]\nid = "{stream}"\n{TITLE}')
        for requirement in range(draw(st.integers(1, 3))):
            where = draw(conditions(inputs, whole_tables=False))
            parts.append(
                f'[[version.stream.requirement]]\nid = "r{requirement}"\n{TITLE}\nwhere = {toml(where)}\n{CITE}'
            )
    return "\n\n".join(parts) + "\n"


# The invented law, amended by hand.


def amended(folder, *edits):
    """Copy the invented law to a folder, amend it, and give the folder.

    An edit is ``(file, find, replace)``, where ``find`` stands in the file; or ``(file, text)``, a file of its own.
    """
    folder = Path(folder)
    shutil.copytree(LUMEN, folder, dirs_exist_ok=True)
    for file, *edit in edits:
        path = folder / file
        if len(edit) == 1:
            path.write_text(edit[0], encoding="utf-8")
            continue
        find, replace = edit
        text = path.read_text(encoding="utf-8")
        assert find in text, f"{file} does not say: {find}"
        path.write_text(text.replace(find, replace, 1), encoding="utf-8")
    return folder
