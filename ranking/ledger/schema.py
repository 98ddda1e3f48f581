"""The tables and views of a ledger file, which people read with SQL. Version 1 had neither plan nor corrections.

The chain in ``entries`` is the truth; the other tables say the same in rows, are written in the same transaction, and
are compared with it by ``tirage ledger verify``. Nothing is ever updated or deleted. Views say what became of it.
"""

from __future__ import annotations

VERSION = 2

COMMON = {"entry": "BIGINT", "recorded_at": "TIMESTAMPTZ"}
LISTED = {"selection": "VARCHAR", "rank": "INTEGER", "declaration_id": "VARCHAR", "person_id": "VARCHAR"}
TABLES: dict[str, dict[str, str]] = {
    "drafts": COMMON
    | {
        "program": "VARCHAR",
        "round": "VARCHAR",
        "law_on": "DATE",
        "extracted_at": "TIMESTAMPTZ",
        "receipt": "VARCHAR",
        "invited": "INTEGER",
        "after_decline": "VARCHAR",
        "after_decline_said_by": "VARCHAR",
        "after_silence": "VARCHAR",
        "after_silence_said_by": "VARCHAR",
    },
    "selections": {
        "draft": "BIGINT",
        "position": "INTEGER",
        "selection": "VARCHAR",
        "mechanism": "VARCHAR",
        "candidates": "INTEGER",
        "invited": "INTEGER",
        "cut_off": "INTEGER",
    },
    "listed": {"draft": "BIGINT"} | LISTED,
    "ceilings": {
        "draft": "BIGINT",
        "ceiling": "VARCHAR",
        "of_group": "VARCHAR",
        "places": "INTEGER",
        "most": "INTEGER",
        "carried": "BOOLEAN",
    },
    "approvals": COMMON | {"draft": "BIGINT", "receipt": "VARCHAR", "author": "VARCHAR"},
    "releases": COMMON | {"draft": "BIGINT", "receipt": "VARCHAR"},
    "answers": COMMON
    | {
        "draft": "BIGINT",
        "declaration_id": "VARCHAR",
        "person_id": "VARCHAR",
        "answer": "VARCHAR",
        "answered_at": "TIMESTAMPTZ",
    },
    "overrides": COMMON | {"kind": "VARCHAR", "draft": "BIGINT", "author": "VARCHAR", "reason": "VARCHAR"},
    "plan": COMMON | {"program": "VARCHAR", "year": "INTEGER", "invitations": "INTEGER", "author": "VARCHAR"},
    "corrections": COMMON
    | {
        "draft": "BIGINT",
        "remedy": "VARCHAR",
        "reason": "VARCHAR",
        "authors": "VARCHAR",
        "report": "VARCHAR",
        "added": "INTEGER",
    },
    "added": {"entry": "BIGINT", "draft": "BIGINT"} | LISTED,
}
SINCE = {"plan": 2, "corrections": 2, "added": 2}

VIEWS = {
    # `head` is the hash of the entry that recorded the draft. States: draft, approved_once, approved, released,
    # replaced (by a later draft of the same round), void (by a correction).
    "rounds": """
SELECT d.entry AS draft, d.program, d.round, d.law_on, d.extracted_at, d.recorded_at AS drafted_at,
       r.recorded_at AS released_at, d.invited, coalesce(a.names, 0) AS approvals, d.receipt, e.hash AS head,
       CASE WHEN v.draft IS NOT NULL THEN 'void'
            WHEN r.draft IS NOT NULL THEN 'released'
            WHEN d.entry < max(d.entry) OVER (PARTITION BY d.program, d.round) THEN 'replaced'
            WHEN a.names >= 2 THEN 'approved'
            WHEN a.names = 1 THEN 'approved_once'
            ELSE 'draft' END AS state
FROM drafts AS d
JOIN entries AS e ON e.number = d.entry
LEFT JOIN releases AS r ON r.draft = d.entry
LEFT JOIN (SELECT draft, count(*) AS names FROM approvals GROUP BY draft) AS a ON a.draft = d.entry
LEFT JOIN (SELECT DISTINCT draft FROM corrections WHERE remedy = 'void') AS v ON v.draft = d.entry
""",
    # Whom released rounds invited, and the last answer of each: null while the invitation is open.
    "invitations": """
WITH all_listed AS (
  SELECT l.*, r.recorded_at AS invited_at FROM listed AS l JOIN releases AS r ON r.draft = l.draft
  UNION ALL
  SELECT a.draft, a.selection, a.rank, a.declaration_id, a.person_id, c.recorded_at
  FROM added AS a JOIN corrections AS c ON c.entry = a.entry
), last AS (
  SELECT DISTINCT ON (draft, declaration_id) draft, declaration_id, answer, answered_at
  FROM answers ORDER BY draft, declaration_id, answered_at DESC
)
SELECT l.draft, o.program, o.round, l.selection, l.rank, l.declaration_id, l.person_id, l.invited_at,
       CASE WHEN o.state = 'void' THEN 'cancelled' ELSE last.answer END AS answer, last.answered_at
FROM all_listed AS l
JOIN rounds AS o ON o.draft = l.draft
LEFT JOIN last ON last.draft = l.draft AND last.declaration_id = l.declaration_id
""",
    # Places used by released rounds, by ceiling and group; `most` is the limit as the latest of them had it.
    "ceilings_used": """
SELECT o.program, c.ceiling, c.of_group, sum(c.places)::INTEGER AS used, arg_max(c.most, c.draft) AS most
FROM ceilings AS c JOIN rounds AS o ON o.draft = c.draft
WHERE o.state = 'released' AND c.carried
GROUP BY ALL
""",
    # The plan of each year as last written, and what released rounds leave of it.
    "plan_left": """
WITH last AS (
  SELECT program, year, arg_max(invitations, entry) AS planned FROM plan GROUP BY program, year
), done AS (
  SELECT o.program, year(o.law_on) AS year, count(*) AS invited
  FROM invitations AS i JOIN rounds AS o ON o.draft = i.draft WHERE o.state = 'released' GROUP BY ALL
)
SELECT last.program, last.year, planned, coalesce(invited, 0)::INTEGER AS invited,
       (planned - coalesce(invited, 0))::INTEGER AS remaining
FROM last LEFT JOIN done ON done.program = last.program AND done.year = last.year
""",
}

ENTRIES = (
    "CREATE TABLE entries (number BIGINT PRIMARY KEY, previous VARCHAR NOT NULL, content VARCHAR NOT NULL, "
    "hash VARCHAR NOT NULL)"
)


def tables_of(version: int) -> list[str]:
    """Name the tables of a version."""
    return [name for name in TABLES if SINCE.get(name, 1) <= version]


def table(name: str) -> str:
    """Write the statement that makes one table."""
    return f"CREATE {columns(name)}"


def columns(name: str, *, called: str | None = None) -> str:
    """Write a table with its columns, under its name or another."""
    of = ", ".join(f'"{column}" {kind}' for column, kind in TABLES[name].items())
    return f"TABLE {called or name} ({of})"


def view(name: str) -> str:
    """Write the statement that makes one view, or makes it again."""
    return f"CREATE OR REPLACE VIEW {name} AS {VIEWS[name].strip()}"


def creation() -> list[str]:
    """Write the statements that make a new file."""
    marks = ["CREATE TABLE ledger (schema_version INTEGER)", f"INSERT INTO ledger VALUES ({VERSION})"]
    return [*marks, ENTRIES, *map(table, TABLES), *map(view, VIEWS)]


def migration(version: int) -> list[str]:
    """Write the statements that make of an older file one of this version; what it holds stays as it is."""
    new = [table(name) for name, since in SINCE.items() if since > version]
    return [*new, *map(view, VIEWS), f"UPDATE ledger SET schema_version = {VERSION}"]


def insertion(name: str, *, called: str | None = None) -> str:
    """Write the statement that inserts rows, given as one list a column."""
    given = ", ".join(f"unnest(?::VARCHAR[])::{kind}" for kind in TABLES[name].values())
    return f"INSERT INTO {called or name} SELECT {given}"
