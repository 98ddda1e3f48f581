"""What pages of the desk say, and what its server lets in."""

import asyncio
from datetime import date

import pytest

import rules
from ranking.desk import (
    law_book,
    look,
    opened,
    person,
    place,
    reform,
    round_run,
    scenarios,
    server,
    shelf,
    shown,
    start,
)
from ranking.desk.draft import Draft
from ranking.faults import LedgerError, PoolError
from ranking.outcomes import Outcome
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.simulate.changes import Changes
from ranking.simulate.compare import compare
from rules.scenario import read_scenario

DOUBLED = data_folder() / "scenarios" / "pstq-outside-cmm-doubled.toml"


def test_a_reform_is_what_the_command_compares(case):
    draft = Draft(case.instruction.regulation)
    scenarios.load(draft, str(DOUBLED))
    made = reform.reform(case, draft)
    changes = Changes(case.instruction, None, (read_scenario(DOUBLED),))
    wanted = compare(run_round(case.instruction, case.pool), run_round(changes.after, case.pool))
    assert made.found.people.equals(wanted.people)
    assert made.results.figures["up"] > 0
    assert reform.reform(case, draft) is made


def test_variants_stand_side_by_side(case):
    draft = Draft(case.instruction.regulation)
    scenarios.load(draft, str(DOUBLED))
    kept = scenarios.put("A", draft)({})
    draft.clear()
    draft.move({"criteria.age.points['[31, 32)'][false]": 0})
    kept = scenarios.put("B", draft)(kept)
    page = reform.side_by_side(case, draft, kept, "en")
    assert "Variant A" in page
    assert "Variant B" in page
    assert reform.side_by_side(case, draft, {"A": {}}, "en") == ""


def test_a_round_goes_from_its_draft_to_its_release_by_two_people(case, desk):
    filed = round_run.run(case, "essai 1/2", again=False)
    assert filed.folder == desk / "essai-1-2"
    found, written = round_run.check(filed, "fr")
    assert found.agrees
    assert written[0].note.startswith("Tout concorde")
    with pytest.raises(LedgerError):
        round_run.release(filed)
    round_run.approve(filed, "A. Roy")
    with pytest.raises(LedgerError):
        round_run.approve(filed, "A. Roy")
    round_run.approve(filed, "B. Côté")
    round_run.release(filed)
    state, _ = round_run.state(filed, "en")
    assert state == "released"
    assert round_run.paper(filed, "fr", "pdf").startswith(b"%PDF-")
    assert "B. Côté" in round_run.paper(filed, "fr", "html").decode()
    assert round_run.invitations(filed, "fr").startswith(b"PK")
    assert round_run.publication(filed).startswith(b"PK")
    assert shelf.rounds() == {"essai-1-2": str(filed.folder)}
    first = case.base.invitations.row(0, named=True)
    grid = next(person.past(person.person(case, first["declaration_id"], None), "en"))
    count = case.base.invitations["selection"].to_list().count(first["selection"])
    assert grid.rows[0][2] == f"1 of {count}"


def test_a_pool_with_columns_of_its_own_is_opened_run_and_verified(case, tmp_path, monkeypatch):
    monkeypatch.setenv(place.FOLDER, str(tmp_path / "work"))
    raw = case.pool.frame.rename({"declaration_id": "dossier"})
    raw.write_parquet(tmp_path / "own.parquet")
    map_file = tmp_path / "columns.toml"
    assert b"dossier" in opened.suggested(str(tmp_path / "own.parquet"), shelf.first_instruction(), "fr")
    with pytest.raises(PoolError):
        opened.open_pool(str(tmp_path / "own.parquet"), shelf.first_instruction())
    map_file.write_text('[columns]\ndeclaration_id = { column = "dossier" }\n', encoding="utf-8")
    own = opened.open_pool(str(tmp_path / "own.parquet"), shelf.first_instruction(), str(map_file))
    assert own.pool.frame.height == case.pool.frame.height
    found, _ = round_run.check(round_run.run(own, "own", again=True), "fr")
    assert found.agrees


def test_what_surprises_is_looked_for_before_anything_is_kept(case):
    found = look.unusual(case, None)
    assert found.without_reason == 0
    assert list(look.unusual_blocks(found, "fr"))


def test_a_candidate_is_told_score_place_and_outcome(case):
    row = int((case.base.sheet.outcome == Outcome.invited).argmax())
    number = case.pool.frame["declaration_id"][row]
    who = person.person(case, f" {number} ", None)
    assert who.explained.score == case.base.scored["score"][row]
    assert person.outcome(who, "en")[0].startswith("Invited")
    assert person.letter(who, "fr").startswith(b"%PDF-")
    assert str(who.explained.score) in person.sections(who, "en")
    with pytest.raises(PoolError):
        person.person(case, "nobody", None)


def test_the_law_is_found_by_words_without_their_accents():
    law = rules.load("quebec/pstq").on(date(2026, 4, 30))
    found = list(law_book.search(law, "DIPLOME quebec", "fr"))
    assert any("Diplôme du Québec" in row[0] for row in found[0].rows)
    assert list(law_book.search(law, "  ", "fr")) == []
    assert next(iter(law_book.search(law, "zzz", "fr"))).text == law_book.NOTHING.fr


def test_the_days_on_which_a_law_changes_are_those_of_its_versions():
    days = law_book.changing(rules.load("canada/express_entry"))
    assert date(2025, 3, 25) in days
    before, after = (law_book.law("canada/express_entry", date(2025, 3, day)) for day in (24, 25))
    assert law_book.beside(before, before, "fr")[0].text == law_book.SAME.fr
    assert len(law_book.beside(before, after, "fr")) > 1


def test_what_goes_wrong_is_told_in_words_whatever_it_is(caplog):
    def unforeseen():
        raise ZeroDivisionError

    tried = shown.attempt(unforeseen, "fr")
    assert tried.value is None
    assert shown.UNEXPECTED.fr in tried.trouble
    assert "ZeroDivisionError" not in tried.trouble
    assert "ZeroDivisionError" in caplog.text


def test_what_a_file_is_called_is_never_read_as_html():
    assert "<script>" not in shown.notice("wrong", "<script>.csv")
    assert "<script>" not in shown.details("<script>", "")


def test_a_dropped_file_keeps_its_name_and_no_folder():
    path = shelf.dropped("../../pool.csv", b"declaration_id\n")
    assert path.name == "pool.csv"
    assert path.read_bytes() == b"declaration_id\n"


def test_french_unless_asked_otherwise(monkeypatch):
    assert start.lang_of(None) == "fr"
    assert start.lang_of("en") == "en"
    monkeypatch.setenv("TIRAGE_DESK_LANG", "en")
    assert start.lang_of(None) == "en"
    assert start.lang_of("fr") == "fr"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_start_page_fetches_nothing(lang):
    page = start.page(lang)
    assert "http" not in page
    assert page.count("<li>") == 3


def asked(headers):
    """Ask the guard for a page with these headers; give the status and the headers of the answer."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"access-control-allow-origin", b"*")]})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(k.encode(), v.encode()) for k, v in headers]}
    asyncio.run(server.Guard(app)(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"])


def test_only_pages_of_the_desk_are_let_in():
    status, headers = asked([("host", "127.0.0.1:8765")])
    assert status == 200
    assert b"access-control-allow-origin" not in headers
    assert headers[b"content-security-policy"].startswith(b"default-src 'self'")
    assert asked([("host", "127.0.0.1:8765"), ("origin", "http://127.0.0.1:8765")])[0] == 200
    assert asked([("host", "127.0.0.1:8765"), ("origin", "https://example.org")])[0] == 403
    assert asked([("host", "example.org:8765")])[0] == 403
