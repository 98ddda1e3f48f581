"""Tables: value → row → points. An axis is intervals, labels or booleans; each table checks itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.axes import Axis, Key
from rules.citation import Strict, Words
from rules.domains import Domain, Interval, Value, hull
from rules.faults import VALUES_STAND, Fault, LawError, meant, unreadable
from rules.text import Text, listed, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rules.faults import Bar

LARGEST_POINTS = 1_000_000
ASCENDING = Text("des lignes qui se suivent, en ordre croissant", "rows that follow each other, in ascending order")


class CapModel(Strict):
    """A cap by the value of an input, as written in a law file."""

    input: Words
    columns: tuple[bool | str, ...] = Field(strict=False)
    points: tuple[int, ...] = Field(strict=False)


class TableModel(Strict):
    """A table, as written in a law file."""

    id: Words
    row_input: Words | None = None
    each: tuple[Words, ...] = Field(default=(), strict=False)
    column_input: Words | None = None
    columns: tuple[bool | str, ...] = Field(default=(), strict=False)
    rows: list[list[Any]] = Field(min_length=1)
    outside: int | None = None


@dataclass(frozen=True)
class Table:
    """Points by the row that holds one input and, where there is a second, by its column.

    ``row_inputs`` has several names where the same table is read for each of them and adds up.
    ``points[r][c]``; a table without a second input has one column.
    """

    id: str
    row_inputs: tuple[str, ...]
    rows: Axis
    column_input: str | None
    columns: Axis | None
    points: tuple[tuple[int, ...], ...]
    outside: int

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every input that the table reads, rows first."""
        second = (self.column_input,) if self.column_input and self.column_input not in self.row_inputs else ()
        return (*self.row_inputs, *second)

    def cell(self, row_value: Value, column_value: Value = None) -> tuple[int | None, int, int]:
        """Give the row, the column and the points for the values of the two inputs; row None is ``outside``."""
        column = 0 if self.columns is None else (self.columns.find(column_value) or 0)
        row = self.rows.find(row_value)
        return row, column, self.outside if row is None else self.points[row][column]


@dataclass(frozen=True)
class Cap:
    """A maximum of points: one number, or one by the value of an input."""

    points: tuple[int, ...]
    input: str | None = None
    columns: tuple[Key, ...] = ()

    def at(self, values: Mapping[str, Value]) -> int:
        """Give the maximum for a declaration with these inputs."""
        if self.input is None:
            return self.points[0]
        return self.points[self.columns.index(values[self.input])]


@dataclass
class TableCheck:
    """Checks one table of one version and gathers every fault in it."""

    where: Text
    inputs: Mapping[str, Domain]
    barred: Mapping[str, Bar] = field(default_factory=dict)

    def fault(self, found: Text, expected: Text, write: Text) -> Fault:
        """Make a fault of this table."""
        return Fault(self.where, found, expected, write)

    def table(self, model: TableModel) -> Table:
        """Turn what the file says into a table, or raise every fault at once."""
        faults: list[Fault] = []
        row_inputs = self._row_inputs(model, faults)
        self._known([*row_inputs, *([model.column_input] if model.column_input else [])], faults)
        self._shape(model, faults)
        if model.outside is not None and abs(model.outside) >= LARGEST_POINTS:
            faults.append(self._too_large(model.outside, 1 - LARGEST_POINTS, "outside = 0"))
        if faults:
            raise LawError(faults)
        axes = [self.axis([row[0] for row in model.rows], self.inputs[name], name) for name in row_inputs]
        rows = Axis(hull([axis.domain for axis in axes]), axes[0].keys)
        columns = self._columns(model)
        self._outside(model, rows)
        points = tuple(tuple(row[1:]) for row in model.rows)
        return Table(model.id, row_inputs, rows, model.column_input, columns, points, model.outside or 0)

    def _row_inputs(self, model: TableModel, faults: list[Fault]) -> tuple[str, ...]:
        if bool(model.row_input) == bool(model.each):
            expected = Text("soit row_input, soit each", "either row_input or each")
            faults.append(self.fault(Text("les deux ou aucun", "both or neither"), expected, same('row_input = "age"')))
        return model.each or (model.row_input or "",)

    def _shape(self, model: TableModel, faults: list[Fault]) -> None:
        if model.columns and not model.column_input:
            found = Text("« columns » sans « column_input »", "“columns” without “column_input”")
            expected = Text("le nom de l’intrant des colonnes", "the name of the input of the columns")
            faults.append(self.fault(found, expected, same('column_input = "accompanying_spouse"')))
            return
        if model.column_input and not model.columns:
            found = Text("« columns » absent", "“columns” missing")
            expected = Text(
                f"une colonne par valeur de « {model.column_input} »", f"a column a label of “{model.column_input}”"
            )
            faults.append(self.fault(found, expected, _columns_of(self.inputs.get(model.column_input))))
            return
        width = len(model.columns) or 1
        for row in model.rows:
            numbers = all(type(cell) is int and abs(cell) < LARGEST_POINTS for cell in row[1:])
            if len(row) == width + 1 and numbers:
                continue
            fr, en = ("nombres entiers", "numbers") if width > 1 else ("nombre entier", "number")
            expected = Text(
                f"une étiquette, puis {width} {fr} de points, sous le million",
                f"one label, then {width} whole {en} of points, under a million",
            )
            write = same(written([row[0] if row else "…", *[120] * width]))
            faults.append(self.fault(Text(f"la ligne {written(row)}", f"the row {written(row)}"), expected, write))

    def _known(self, names: Sequence[str], faults: list[Fault]) -> None:
        faults += [unreadable(name, self.where, self.inputs, self.barred) for name in names if name not in self.inputs]

    def _columns(self, model: TableModel) -> Axis | None:
        if model.column_input is None:
            return None
        return self.axis(list(model.columns), self.inputs[model.column_input], model.column_input, columns=True)

    def _outside(self, model: TableModel, rows: Axis) -> None:
        intervals = any(isinstance(key, Interval) for key in rows.keys)
        if intervals == (model.outside is not None):
            return
        if intervals:
            found = Text("« outside » absent", "“outside” missing")
            expected = Text("les points hors des bornes", "the points outside the range")
            raise LawError([self.fault(found, expected, same("outside = 0"))])
        found = Text("« outside » sur un axe sans bouts", "“outside” on an axis without ends")
        expected = Text("une ligne par valeur, rien de plus", "a row for each label, and no more")
        raise LawError([self.fault(found, expected, Text("supprimez « outside »", "delete “outside”"))])

    def axis(self, names: list[Any], domain: Domain, name: str, *, columns: bool = False) -> Axis:
        """Turn the labels of rows into an axis over ``domain``, or of columns, which must cover the domain."""
        faults: list[Fault] = []
        keys = [self._key(label, domain, name, faults) for label in names]
        if not faults:
            self._twice(names, keys, faults)
        if not faults:
            if domain.kind == "whole":
                self._intervals(keys, domain, name, faults)
            else:
                self._every_label(keys, domain, name, faults, columns=columns)
        if not faults and columns and domain.kind == "whole":
            self._covers(keys, domain, name, faults)
        if faults:
            raise LawError(faults)
        return Axis(domain, tuple(keys))

    def _key(self, label: Any, domain: Domain, name: str, faults: list[Fault]) -> Key:  # noqa: ANN401 - a TOML cell
        if label == "none" and domain.none and "none" not in domain.labels:
            return None
        if domain.kind == "whole":
            key = Interval.parse(label) if isinstance(label, str) else None
            if key is None:
                expected = Text(
                    f"un intervalle d’entiers pour « {name} »", f"an interval of whole numbers for “{name}”"
                )
                faults.append(self.fault(same(written(label)), expected, same('"[18, 31)"')))
            return key
        if label not in domain.answers or isinstance(label, bool) != (domain.kind == "boolean"):
            expected = Text(f"une valeur de « {name} »", f"a label of “{name}”")
            faults.append(self.fault(same(written(label)), expected, meant(str(label), domain.names, VALUES_STAND)))
        return label if isinstance(label, (str, bool)) else None

    def _twice(self, names: list[Any], keys: list[Key], faults: list[Fault]) -> None:
        for position, key in enumerate(keys):
            if any(key is other or key == other for other in keys[:position]):
                said = str(names[position]).lower() if isinstance(names[position], bool) else names[position]
                found = Text(f"« {said} » deux fois", f"“{said}” twice")
                expected = Text("chaque étiquette une seule fois", "each label only once")
                faults.append(self.fault(found, expected, Text("supprimez l’une des deux", "delete one of the two")))

    def _every_label(self, keys: list[Key], domain: Domain, name: str, faults: list[Fault], *, columns: bool) -> None:
        absent = [said for said, answer in zip(domain.names, domain.answers, strict=True) if answer not in keys]
        if not absent:
            return
        fr, en = ("colonne", "column") if columns else ("ligne", "row")
        found = Text(f"aucune {fr} pour : {listed(absent)}", f"no {en} for: {listed(absent)}")
        expected = Text(f"une {fr} pour chaque valeur de « {name} »", f"a {en} for each label of “{name}”")
        write = _columns_of(domain) if columns else same(f'["{absent[0]}", 0]')
        faults.append(self.fault(found, expected, write))

    def _intervals(self, keys: list[Key], domain: Domain, name: str, faults: list[Fault]) -> None:
        intervals = [key for key in keys if isinstance(key, Interval)]
        if not intervals:
            expected = Text(f"au moins un intervalle pour « {name} »", f"at least one interval for “{name}”")
            faults.append(self.fault(Text("aucun intervalle", "no interval"), expected, same('["[18, 31)", 120]')))
        for key in intervals:
            if (domain.low if key.low is None else key.low) >= domain.high or (
                key.high is not None and key.high <= domain.low
            ):
                found = Text(f"la ligne {key}, inatteignable", f"the row {key}, which no value reaches")
                expected = Text(
                    f"« {name} » va de {domain.low} à {domain.high - 1}",
                    f"“{name}” goes from {domain.low} to {domain.high - 1}",
                )
                faults.append(
                    self.fault(found, expected, Text("corrigez ou supprimez la ligne", "mend or delete the row"))
                )
        down = [(first, second) for first, second in pairwise(intervals) if second.before(first)]
        for first, second in down:
            found = Text(f"{first} avant {second}", f"{first} before {second}")
            write = Text(f"la ligne {second} avant la ligne {first}", f"the row {second} before the row {first}")
            faults.append(self.fault(found, ASCENDING, write))
        for first, second in pairwise(intervals) if not down else ():
            self._meet(first, second, faults)

    def _meet(self, first: Interval, second: Interval, faults: list[Fault]) -> None:
        if first.high is not None and first.high == second.low:
            return
        gap = first.high is not None and second.low is not None and first.high < second.low
        found = (
            Text(f"un trou entre {first} et {second}", f"a gap between {first} and {second}")
            if gap
            else Text(f"{first} et {second} se chevauchent", f"{first} and {second} overlap")
        )
        write = Text(
            f"une ligne qui commence à {first.high if first.high is not None else '…'}",
            f"a row that begins at {first.high if first.high is not None else '…'}",
        )
        faults.append(self.fault(found, ASCENDING, write))

    def _covers(self, keys: list[Key], domain: Domain, name: str, faults: list[Fault]) -> None:
        intervals = [key for key in keys if isinstance(key, Interval)]
        if intervals and domain.low in intervals[0] and domain.high - 1 in intervals[-1]:
            return
        found = Text(
            f"colonnes {listed([str(i) for i in intervals])}", f"columns {listed([str(i) for i in intervals])}"
        )
        expected = Text(
            f"toutes les valeurs de « {name} », de {domain.low} à {domain.high - 1}",
            f"every value of “{name}”, from {domain.low} to {domain.high - 1}",
        )
        faults.append(self.fault(found, expected, same('columns = ["(-, 5)", "[5, +)"]')))

    def cap(self, raw: int | CapModel) -> Cap:
        """Turn a cap into its checked form: one number, or one for each value of an input."""
        faults: list[Fault] = []
        points = (raw,) if isinstance(raw, int) else raw.points
        faults += [self._too_large(one, 0, "cap = 50") for one in points if not 0 <= one < LARGEST_POINTS]
        if isinstance(raw, int):
            if faults:
                raise LawError(faults)
            return Cap((raw,))
        self._known([raw.input], faults)
        if not faults and len(raw.columns) != len(raw.points):
            found = Text(
                f"{len(raw.columns)} colonnes pour {listed([str(one) for one in points])}",
                f"{len(raw.columns)} columns for {listed([str(one) for one in points])}",
            )
            expected = Text("autant de plafonds que de colonnes", "as many caps as columns")
            faults.append(self.fault(found, expected, same("columns = [false, true], points = [24, 22]")))
        if not faults and self.inputs[raw.input].kind == "whole":
            found = Text("un plafond par intervalle", "a cap by interval")
            expected = Text("un plafond par valeur ou par oui/non", "a cap by label or by true/false")
            faults.append(self.fault(found, expected, same("columns = [false, true]")))
        if faults:
            raise LawError(faults)
        axis = self.axis(list(raw.columns), self.inputs[raw.input], raw.input, columns=True)
        if self.inputs[raw.input].none and None not in axis.keys:
            found = Text(f"« {raw.input} » peut être nul", f"“{raw.input}” can be null")
            expected = Text(
                "une colonne « none », ou un intrant jamais nul", "a column “none”, or an input that is never null"
            )
            raise LawError([self.fault(found, expected, _columns_of(self.inputs[raw.input]))])
        return Cap(raw.points, raw.input, axis.keys)

    def _too_large(self, points: int, least: int, write: str) -> Fault:
        most = LARGEST_POINTS - 1
        expected = Text(f"de {least} à {most} points", f"from {least} to {most} points")
        return self.fault(same(f"{write.partition(' = ')[0]} = {points}"), expected, same(write))


def _columns_of(domain: Domain | None) -> Text:
    """Write the columns that a table by an input must have."""
    if domain is None or domain.kind == "whole":
        return same('columns = ["(-, 5)", "[5, +)"]')
    every: Iterable[bool | str | int] = [*domain.answers, *(["none"] if domain.none else [])]
    return same(f"columns = {written(list(every))}")
