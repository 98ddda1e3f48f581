"""Fingerprints of what the folder holds and of the pool, against those of the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking import fingerprint
from ranking.verify.findings import Finding, alike

if TYPE_CHECKING:
    import polars as pl

    from ranking.verify.archive import Archive
    from ranking.verify.given import Given


def fingerprints(archive: Archive, given: Given, pool: pl.DataFrame) -> list[Finding]:
    """Compute anew the fingerprints of law, pool and tables. That of the instruction is compared by the replay."""
    found = {
        "law": given.regulation.hash,
        "pool": fingerprint.of_frame(pool, ["declaration_id"]),
        "invitations": fingerprint.of_frame(archive.invitations, ["selection", "rank"]),
        "outcomes": fingerprint.of_frame(archive.outcomes, ["declaration_id"]),
        "exclusions": fingerprint.of_frame(archive.exclusions, ["declaration_id", "person_id", "exclusion"]),
    }
    if archive.distribution is not None:
        found["distribution"] = fingerprint.of_frame(archive.distribution, ["score"])
    if archive.lots is not None:
        found["lots"] = fingerprint.of_frame(archive.lots, ["selection", "declaration_id"])
    if archive.history is not None:
        found["history"] = fingerprint.of_frame(archive.history, ["declaration_id", "at"])
    said = archive.receipt["fingerprints"]
    return [alike(f"fingerprint_{name}", value, said.get(name)) for name, value in found.items()]
