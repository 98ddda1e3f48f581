"""Dates: what every version of a part of the law says of its days, and which version is in force on a day."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rules.citation import Cite, Remark, Strict
from rules.faults import Fault, LawError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Sequence


class Dated(Strict):
    """What every version of a part of the law says: its days, its provision, what is left open."""

    in_force: date
    until: date | None = None
    cite: Cite
    note: Remark | None = None

    def at(self, file: str) -> Text:
        """Name the version, for an error."""
        return same(file).inside(f"version du {self.in_force}", f"version of {self.in_force}")


def in_force(versions: Sequence[Any], day: date) -> Any | None:  # noqa: ANN401 - any dated version
    """Give the version in force on ``day``, or None."""
    current = [v for v in versions if v.in_force <= day and (v.until is None or day < v.until)]
    return max(current, key=lambda v: v.in_force) if current else None


def check_dates(versions: Sequence[Dated], file: str) -> None:
    """Fail because versions are out of order, overlap, or end before they begin."""
    faults = [
        ends_first(version.at(file), "until", version.in_force, version.until)
        for version in versions
        if version.until is not None and version.until <= version.in_force
    ]
    faults += [fault for earlier, later in pairwise(versions) for fault in _overlap(earlier, later, file)]
    if faults:
        raise LawError(faults)


def ends_first(where: Text, key: str, begins: date, end: date) -> Fault:
    """Make the fault of what ends on the day on which it begins, or before."""
    day = 28 if (begins.month, begins.day) == (2, 29) else begins.day
    expected = Text(f"une fin après le début, {begins}", f"an end after the beginning, {begins}")
    return Fault(where, same(f"{key} = {end}"), expected, same(f"{key} = {begins.replace(begins.year + 1, day=day)}"))


def _overlap(earlier: Dated, later: Dated, file: str) -> list[Fault]:
    """Give the fault of a version that begins before the one above it begins, or ends."""
    first, second = earlier.in_force, later.in_force
    if first < second and (earlier.until is None or earlier.until <= second):
        return []
    found = Text(f"une version du {first} avant elle", f"a version of {first} before it in the file")
    if first > second:
        write = Text(f"déplacez-la avant celle du {first}", f"move it before that of {first}")
    elif first == second:
        write = Text("supprimez l’une des deux, ou changez son jour", "delete one of the two, or change its day")
    else:
        found = found.inside(f"en vigueur jusqu’au {earlier.until}", f"running until {earlier.until}")
        write = Text(f"until = {second}, dans celle du {first}", f"until = {second}, in that of {first}")
    expected = Text("des versions en ordre de date, sans chevauchement", "versions in order of date, without overlap")
    return [Fault(later.at(file), found, expected, write)]
