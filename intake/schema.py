"""The tables of a bank, in words that SQLite and PostgreSQL both understand once types are named."""

from __future__ import annotations

# What the chain vouches for. Nothing in it is personal: persons and declarations have random numbers.
EVENT = """CREATE TABLE IF NOT EXISTS event (
    sequence {whole} PRIMARY KEY,
    at {whole} NOT NULL,
    kind TEXT NOT NULL,
    program TEXT NOT NULL,
    person TEXT NOT NULL,
    declaration TEXT NOT NULL,
    version {whole} NOT NULL,
    key TEXT NOT NULL,
    commitment {bytes} NOT NULL,
    link {bytes} NOT NULL
)"""

# One row: where the log stands. ``floor``: an instant before which nothing may be written any more (extractions).
HEAD = """CREATE TABLE IF NOT EXISTS head (
    one {whole} PRIMARY KEY CHECK (one = 1),
    sequence {whole} NOT NULL,
    at {whole} NOT NULL,
    floor {whole} NOT NULL,
    link {bytes} NOT NULL
)"""

# What a person declared at an event. Deleted when the person is erased.
BODY = """CREATE TABLE IF NOT EXISTS body (
    sequence {whole} PRIMARY KEY,
    salt {bytes} NOT NULL,
    body {bytes} NOT NULL
)"""

# The state that the log gives, kept so that it need not be read whole: one live declaration a person and program.
LIVE = """CREATE TABLE IF NOT EXISTS live (
    program TEXT NOT NULL,
    person TEXT NOT NULL,
    declaration TEXT NOT NULL,
    version {whole} NOT NULL,
    first_at {whole} NOT NULL,
    sequence {whole} NOT NULL,
    PRIMARY KEY (program, person)
)"""

# The first answer to each key of a person, given again to whoever asks again.
ANSWER = """CREATE TABLE IF NOT EXISTS answer (
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    request {bytes} NOT NULL,
    status {whole} NOT NULL,
    code TEXT NOT NULL,
    sequence {whole},
    version {whole},
    PRIMARY KEY (person, key)
)"""

# Who people are: never in the chain, deleted when the person is erased.
PERSON = """CREATE TABLE IF NOT EXISTS person (
    person TEXT PRIMARY KEY,
    family_name TEXT NOT NULL,
    given_names TEXT NOT NULL,
    document_country TEXT NOT NULL,
    document_number TEXT NOT NULL,
    made_at {whole} NOT NULL,
    UNIQUE (document_country, document_number)
)"""

ACCOUNT = """CREATE TABLE IF NOT EXISTS account (
    account TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    person TEXT UNIQUE,
    lang TEXT NOT NULL,
    epoch {whole} NOT NULL,
    made_at {whole} NOT NULL
)"""

# One-time links: only the digest of a token is kept.
SIGN_IN = """CREATE TABLE IF NOT EXISTS sign_in (
    token {bytes} PRIMARY KEY,
    email TEXT NOT NULL,
    lang TEXT NOT NULL,
    until {whole} NOT NULL
)"""

DRAFT = """CREATE TABLE IF NOT EXISTS draft (
    person TEXT NOT NULL,
    program TEXT NOT NULL,
    page TEXT NOT NULL,
    typed {bytes} NOT NULL,
    at {whole} NOT NULL,
    PRIMARY KEY (person, program, page)
)"""

# The line of an opening. ``reserved``: positions up to there may have been handed to a host; never handed again.
OPENING = """CREATE TABLE IF NOT EXISTS opening (
    opening TEXT PRIMARY KEY,
    program TEXT NOT NULL,
    opens_at {whole} NOT NULL,
    policy TEXT NOT NULL,
    seed {bytes} NOT NULL,
    drawn {whole} NOT NULL,
    reserved {whole} NOT NULL,
    admitted_through {whole} NOT NULL
)"""

TICKET = """CREATE TABLE IF NOT EXISTS ticket (
    opening TEXT NOT NULL,
    person TEXT NOT NULL,
    position {whole},
    issued_at {whole} NOT NULL,
    PRIMARY KEY (opening, person),
    UNIQUE (opening, position)
)"""

# Roots that were published: the first ``size`` events, and the root over them.
ROOT = """CREATE TABLE IF NOT EXISTS root (
    size {whole} PRIMARY KEY,
    root {bytes} NOT NULL,
    at {whole} NOT NULL
)"""

INDEXES = (
    "CREATE INDEX IF NOT EXISTS event_at ON event (at)",
    "CREATE INDEX IF NOT EXISTS event_person ON event (person)",
    "CREATE INDEX IF NOT EXISTS live_first ON live (program, first_at)",
    "CREATE INDEX IF NOT EXISTS sign_in_until ON sign_in (until)",
    "CREATE INDEX IF NOT EXISTS draft_at ON draft (at)",
)

TABLES = (EVENT, HEAD, BODY, LIVE, ANSWER, PERSON, ACCOUNT, SIGN_IN, DRAFT, OPENING, TICKET, ROOT)
FIRST = "INSERT INTO head (one, sequence, at, floor, link) VALUES (1, 0, 0, 0, ?) ON CONFLICT DO NOTHING"


def statements(*, whole: str, octets: str) -> list[str]:
    """Give the statements that make a bank, with the two types as a database names them."""
    return [table.format(whole=whole, bytes=octets) for table in TABLES] + list(INDEXES)
