"""What an entry says, as rows of the tables that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.ledger.chain import Entry

Row = tuple[Any, ...]


def rows(entry: Entry) -> dict[str, list[Row]]:
    """Give the rows of an entry by table, in the order of the columns of ``schema.TABLES``."""
    common = (entry.number, entry.said["at"])
    found = {"overrides": list(_override(entry, common))}
    match entry.kind:
        case "draft":
            found |= _draft(entry, common)
        case "approved":
            found["approvals"] = [(*common, *_of(entry, "draft", "receipt", "by"))]
        case "released":
            found["releases"] = [(*common, *_of(entry, "draft", "receipt"))]
        case "answers":
            found["answers"] = [(*common, *row) for row in answers(entry.body["answers"])]
        case "plan":
            found["plan"] = [(*common, *_of(entry, "program", "year", "invitations", "by"))]
        case "correction":
            found |= _correction(entry, common)
    return {table: made for table, made in found.items() if made}


def listed(columns: dict[str, list[Any]]) -> list[Row]:
    """Give the people that an entry lists: selection, rank, declaration_id, person_id."""
    wanted = ("selection", "rank", "declaration_id", "person_id")
    return list(zip(*(columns[name] for name in wanted), strict=True))


def answers(columns: dict[str, list[Any]]) -> list[Row]:
    """Give the answers of an entry: draft, declaration_id, person_id, answer, answered_at."""
    wanted = ("draft", "declaration_id", "person_id", "answer", "answered_at")
    return list(zip(*(columns[name] for name in wanted), strict=True))


def _of(entry: Entry, *keys: str) -> Row:
    return tuple(entry.body.get(key) for key in keys)


def _override(entry: Entry, common: Row) -> Iterator[Row]:
    override = entry.body.get("override")
    if override is not None:
        draft = entry.number if entry.kind == "draft" else entry.body.get("draft")
        yield (*common, entry.kind, draft, override["by"], override["reason"])


def _draft(entry: Entry, common: Row) -> dict[str, list[Row]]:
    body = entry.body
    receipt, returns = body["receipt"], body["returns"]
    said = [returns[key][part] for key in ("after_decline", "after_silence") for part in ("rule", "said_by")]
    people = listed(body["invitations"])
    given = (body["program"], body["round"], receipt["law_on"], receipt["extracted_at"], body["fingerprint"])
    keys = ("id", "mechanism", "candidates", "invited", "cut_off")
    return {
        "drafts": [(*common, *given, len(people), *said)],
        "selections": [
            (entry.number, position, *(one.get(key) for key in keys))
            for position, one in enumerate(receipt["selections"], 1)
        ],
        "listed": [(entry.number, *row) for row in people],
        "ceilings": [
            (entry.number, ceiling, group, places, said["most"].get(group), said["carried"])
            for ceiling, said in body["ceilings"].items()
            for group, places in said["places"].items()
        ],
    }


def _correction(entry: Entry, common: Row) -> dict[str, list[Row]]:
    draft, remedy, reason, report = _of(entry, "draft", "remedy", "reason", "report")
    people = listed(entry.body["invitations"])
    authors = ", ".join(entry.body["by"])
    return {
        "corrections": [(*common, draft, remedy, reason, authors, report, len(people))],
        "added": [(entry.number, draft, *row) for row in people],
    }
