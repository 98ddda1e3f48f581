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


def check_dates(versions: Sequence[Dated], where: str) -> None:
    """Fail because versions are out of order, overlap, or end before they begin."""
    faults = [
        Fault(
            Text(f"{where}, version du {version.in_force}", f"{where}, version of {version.in_force}"),
            same(f"until = {version.until}"),
            Text("une fin après le début", "an end after the beginning"),
            same(f"until = {version.in_force.year + 1}-{version.in_force:%m-%d}"),
        )
        for version in versions
        if version.until is not None and version.until <= version.in_force
    ]
    for earlier, later in pairwise(versions):
        if earlier.in_force >= later.in_force or (earlier.until or later.in_force) > later.in_force:
            faults.append(
                Fault(
                    Text(f"{where}, version du {later.in_force}", f"{where}, version of {later.in_force}"),
                    Text(
                        f"une version du {earlier.in_force} avant elle, en vigueur jusqu’au {earlier.until or '…'}",
                        f"a version of {earlier.in_force} before it in the file, running until {earlier.until or '…'}",
                    ),
                    Text(
                        "des versions en ordre de date, sans chevauchement",
                        "versions in order of date, without overlap",
                    ),
                    same(f"until = {later.in_force}"),
                )
            )
    if faults:
        raise LawError(faults)
