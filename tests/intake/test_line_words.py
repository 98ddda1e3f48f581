"""What people who wait are told: true, in both languages, with the law's own provision."""

import hashlib
import re
from dataclasses import replace
from datetime import date

import pytest

import rules
from intake.line_words import KEPT, NOT_KNOWN, REFUSED, TRIAL, lasting, no_points, of_the_draw, said, tie_key
from intake.openings import Opening, Policy, lot_of
from intake.place import Place, admitted, not_placed

WAITING = Place("t.s", 1_204, 803, admitted=False, estimate_seconds=330, retry_after=7)


def words(place, lang):
    return " ".join(text.to(lang) for text in said(place))


@pytest.fixture(scope="module")
def pstq():
    return rules.load("quebec/pstq").on(date(2026, 4, 30))


def test_who_waits_is_told_place_wait_and_when_the_page_asks_again():
    french, english = words(WAITING, "fr"), words(WAITING, "en")
    assert "place 1\u202f204 : au plus 803 personnes passent avant vous" in french
    assert "environ 5 min 30 s" in french
    assert "dans 7 secondes" in french
    assert "at place 1,204: at most 803 people come in before you" in english
    assert "about 5 min 30 s" in english
    assert KEPT.en in english


def test_a_wait_that_is_not_known_is_said_in_words():
    unknown = replace(WAITING, estimate_seconds=None)
    assert NOT_KNOWN.fr in words(unknown, "fr")
    assert not re.search(r"environ|about", words(unknown, "fr") + words(unknown, "en"))


def test_who_is_first_who_may_come_in_and_who_waits_for_the_draw():
    assert "personne ne passe avant vous" in words(replace(WAITING, position=1, ahead=0), "fr")
    assert "1 person comes in" in words(replace(WAITING, position=2, ahead=1), "en")
    assert "C’est votre tour" in words(admitted("t.s", 3), "fr")
    assert "drawn by lot" in words(not_placed("t.s", "P-1"), "en")


def test_waits_are_written_as_people_say_them():
    written = [lasting(seconds) for seconds in (45, 60, 90, 720)]
    assert [text.fr for text in written] == ["45 secondes", "1 minute", "1 min 30 s", "12 minutes"]
    assert [text.en for text in written] == ["45 seconds", "1 minute", "1 min 30 s", "12 minutes"]


def test_the_line_gives_no_points_and_the_law_is_cited_for_equals(pstq):
    text = no_points(pstq)
    assert tie_key(pstq) == "submitted_at"
    assert "ne donne aucun point" in text.fr
    assert "date et heure du dépôt" in text.fr
    assert "Arrêté ministériel 2025-004" in text.en
    assert f"of {TRIAL.rounds} rounds compared, {TRIAL.rounds - TRIAL.changed} invited exactly the same" in text.en
    assert TRIAL.most == 1  # as the sentence says


def test_a_law_without_a_tie_key_says_so():
    before = rules.load("canada/express_entry").on(date(2016, 6, 1))
    assert tie_key(before) is None
    assert "ne tient compte d’aucun instant" in no_points(before).fr
    assert "trial" not in no_points(before).en


def test_every_refusal_says_what_to_do_in_both_languages():
    assert set(REFUSED) == {"malformed", "forged", "not_canonical", "other_opening"}
    assert all("Demandez" in text.fr and "Ask for your place" in text.en for text in REFUSED.values())


def test_the_seed_is_shown_after_the_draw_and_its_digest_before():
    seed = bytes(range(32))
    before = Opening("o", "quebec/pstq", 0, Policy.RANDOM, seed)
    digest = hashlib.sha256(seed).hexdigest()
    for opening, shown in ((before, False), (replace(before, drawn=True), True)):
        for lang in ("fr", "en"):
            text = " ".join(sentence.to(lang) for sentence in of_the_draw(opening))
            assert digest in text
            assert (seed.hex() in text) == shown
    assert of_the_draw(replace(before, policy=Policy.ARRIVAL)) == []
    assert lot_of(seed, "P-1") == hashlib.sha256(seed + b"P-1").digest()
