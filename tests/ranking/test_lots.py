"""Lots: the published example, the same numbers by hashlib alone, their chances, seeds, roots and blindness.

Statistical tests have fixed seeds, so they never flicker. Each allows four standard errors: when the seeds were chosen,
a right lot would have failed one such comparison in about 16,000.
"""

import hashlib
import json
import math
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_command_line import tirage

from ranking import lots, seeds
from ranking.faults import RoundError
from ranking.pool_root import PoolRoot, includes, pseudonym
from ranking.prefixed import prefixed
from ranking.uniformity import _tail, uniformity
from rules.text import Text

EXAMPLE = ("beacon-123", "round-1", "1.2")
KEY = bytes(range(32))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
PEOPLE = st.lists(st.tuples(TEXTS, st.integers(1, 9)), min_size=1, max_size=30, unique_by=lambda one: one[0])


def by_hand(*fields):
    """The number by hashlib alone, from the words of the definition."""
    written = b""
    for field in fields:
        count = len(field.encode("utf-8"))
        written += bytes([count >> 24 & 255, count >> 16 & 255, count >> 8 & 255, count & 255]) + field.encode("utf-8")
    return hashlib.sha256(written).hexdigest()


def near(found, expected, trials):
    assert abs(found - expected) <= 4 * math.sqrt(expected * (1 - expected) / trials)


def texts(*values):
    return pl.Series(values, dtype=pl.String)


# Numbers.


def test_the_published_example():
    found = dict(zip("defg", lots.numbers(*EXAMPLE, texts(*"defg")), strict=True))
    shown = {"d": "8361b89da111", "e": "b53bfdd3cc85", "f": "27d23b0185d6", "g": "26b8f076fb04"}
    assert {who: value[:12] for who, value in found.items()} == shown
    assert sorted(found, key=found.get)[:2] == ["g", "f"]


@examples(100)
@given(TEXTS.filter(bool), TEXTS, TEXTS, st.lists(TEXTS, max_size=5))
def test_numbers_are_what_hashlib_gives(seed, round_id, selection, persons):
    found = lots.numbers(seed, round_id, selection, texts(*persons)).to_list()
    assert found == [by_hand("tirage-lot-v1", seed, round_id, selection, person) for person in persons]
    assert found == [lots.number(seed, round_id, selection, person) for person in persons]


def test_lengths_keep_fields_apart():
    assert lots.number("s", "ab", "c", "p") != lots.number("s", "a", "bc", "p")


@examples(300)
@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4))
def test_two_lists_of_fields_have_the_same_bytes_only_when_they_are_the_same(one, other):
    assert (prefixed(*one) == prefixed(*other)) == (one == other)


@pytest.mark.parametrize("persons", [["a", None], [1, 2]], ids=["null", "not text"])
def test_persons_that_are_no_text_are_refused(persons):
    with pytest.raises(RoundError, match=r"lots, person_id"):
        lots.numbers(*EXAMPLE, pl.Series(persons))


def test_an_empty_seed_and_a_field_that_no_utf8_writes_are_refused():
    with pytest.raises(RoundError, match="seed of the lots"):
        lots.numbers("", "r", "1", texts("a"))
    with pytest.raises(RoundError, match="UTF-8 cannot write"):
        lots.number("s", "r", "1", "\udcff")


def test_labels_have_the_numbers_of_their_text():
    labels = pl.Series(["a", "b", "a"], dtype=pl.Enum(["b", "a"]))
    assert lots.numbers(*EXAMPLE, labels).equals(lots.numbers(*EXAMPLE, labels.cast(pl.String)))


@pytest.mark.parametrize("page", ["lots.md", "protocole-du-tirage.md", "tirage-au-sort.md"])
def test_the_recipe_of_the_pages_hashes_what_the_program_hashes(page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    recipe = re.search(r"printf '(.+)' \| sha256sum\n +([0-9a-f]{64})", text)
    written = re.sub(rb"\\([0-7]{1,3})", lambda octal: bytes([int(octal[1], 8)]), recipe[1].encode())
    assert written == lots.lot_input(*EXAMPLE, "g")
    assert recipe[2] == lots.number(*EXAMPLE, "g")


# Tickets and proportional chances.


def test_tickets_are_what_hashlib_gives():
    found = lots.ticket_keys(*EXAMPLE, texts("d", "e"), pl.Series([1, 3])).to_list()
    ticket = ("tirage-lot-v1", *EXAMPLE)
    assert found == [by_hand(*ticket, "d", "1"), min(by_hand(*ticket, "e", rank) for rank in "123")]


@examples(50)
@given(TEXTS.filter(bool), TEXTS, st.integers(1, 20))
def test_a_greater_weight_of_ones_own_never_worsens_ones_ticket(seed, person, weight):
    low, high = lots.ticket_keys(seed, "r", "1", texts(person, person), pl.Series([weight, weight + 1]))
    assert high <= low


def test_the_first_of_twenty_thousand_seeds_by_tickets():
    people, weights, first = texts(*"abcd"), pl.Series([1, 2, 3, 4]), Counter()
    for trial in range(20_000):
        keys = lots.ticket_keys(f"seed-{trial}", "round-1", "1", people, weights).to_list()
        first[keys.index(min(keys))] += 1
    for position, weight in enumerate([1, 2, 3, 4]):
        near(first[position] / 20_000, weight / 10, 20_000)


def systematic_by_hand(seed, people, size):
    """Systematic sampling in fractions, one person after the other, from its definition."""
    left, certain, places = dict(people), [], size
    if size >= len(people):
        return set(left)
    while sure := [who for who, weight in left.items() if places * weight >= sum(left.values()) and places]:
        certain += sure
        places -= len(sure)
        left = {who: weight for who, weight in left.items() if who not in sure}
    start = Fraction(int(by_hand("tirage-systematic-v1", seed, "r", "1"), 16), 2**256)
    order, end, taken = sorted(left, key=lambda who: by_hand("tirage-lot-v1", seed, "r", "1", who)), Fraction(0), []
    for who in order:
        begin, end = end, end + Fraction(places * left[who], sum(left.values()))
        taken += [who] * any(begin <= start + mark < end for mark in range(places))
    return {*certain, *taken}


@examples(150)
@given(TEXTS.filter(bool), PEOPLE, st.integers(0, 32))
def test_proportional_is_its_definition_and_row_order_is_nothing(seed, people, size):
    for order in (people, people[::-1]):
        names, weights = texts(*(who for who, _ in order)), pl.Series([weight for _, weight in order])
        taken = lots.proportional(seed, "r", "1", names, weights, size)
        assert set(names.filter(taken)) == systematic_by_hand(seed, people, size)
        assert taken.sum() == min(size, len(people))
        found = lots.chances(weights, size)
        assert sum(found) == min(size, len(people))
        assert max(found) <= 1


def test_someone_too_heavy_is_taken_for_certain_and_the_rest_shared_again():
    weights = pl.Series([100, 20, 1, 1, 1, 1])
    assert lots.chances(weights, 3) == [1, 1, *[Fraction(1, 4)] * 4]
    for trial in range(20):
        assert lots.proportional(f"seed-{trial}", "r", "1", texts(*"abcdef"), weights, 3)[:2].to_list() == [True, True]


def test_proportional_chances_over_seeds():
    weights, taken = pl.Series([1, 2, 3, 4]), [0] * 4
    for trial in range(5000):
        chosen = lots.proportional(f"seed-{trial}", "r", "1", texts(*"abcd"), weights, 2)
        taken = [count + one for count, one in zip(taken, chosen, strict=True)]
    for count, chance in zip(taken, [0.2, 0.4, 0.6, 0.8], strict=True):
        near(count / 5000, chance, 5000)


def test_the_two_meanings_of_a_weight_differ_as_published_for_h1b():
    """15.29/30.58/45.87/61.16 % against 15.29/28.24/39.21/48.51: a thousand persons a level, sixty seeds."""
    weights = pl.Series([1, 2, 3, 4] * 1000)
    people = texts(*(f"p{row}" for row in range(4000)))
    assert lots.chances(weights, 1529)[:4] == [Fraction(1529 * weight, 10_000) for weight in (1, 2, 3, 4)]
    tickets, linear = Counter(), Counter()
    for trial in range(60):
        keys = lots.ticket_keys(f"seed-{trial}", "h-1b", "1", people, weights)
        tickets.update(weights.filter(keys.rank("ordinal") <= 1312).to_list())
        linear.update(weights.filter(lots.proportional(f"seed-{trial}", "h-1b", "1", people, weights, 1529)).to_list())
    for level, one_by_one in enumerate([0.1529, 0.2824, 0.3921, 0.4851], 1):
        near(linear[level] / 60_000, 0.1529 * level, 60_000)
        near(tickets[level] / 60_000, one_by_one, 60_000)


@pytest.mark.parametrize("weights", [[1, None], [0, 1], [1.0, 2.0], [1, 10_001]], ids=["null", "zero", "part", "huge"])
def test_weights_that_are_no_tickets_are_refused(weights):
    with pytest.raises(RoundError, match="weights of the lots"):
        lots.ticket_keys(*EXAMPLE, texts("a", "b"), pl.Series(weights))


def test_a_person_on_two_rows_has_no_proportional_chance():
    with pytest.raises(RoundError, match="one row a person"):
        lots.proportional(*EXAMPLE, texts("a", "a"), pl.Series([1, 1]), 1)


# Seeds.

SECRETS = ["ministry-" + "a" * 32, "auditor-é" + "b" * 32]


def test_a_seed_is_made_of_secrets_that_match_their_commitments():
    promised = [seeds.commit(secret) for secret in SECRETS]
    assert promised[0] == hashlib.sha256(SECRETS[0].encode()).hexdigest()
    assert seeds.reveal(promised, SECRETS) == by_hand(*SECRETS)
    made = seeds.commit_reveal(promised, SECRETS, Text("essai", "trial"))
    assert (made.protocol, made.commitments) == ("commit_reveal", tuple(promised))


@pytest.mark.parametrize(
    ("promise", "secrets", "said"),
    [
        (SECRETS, [SECRETS[0], SECRETS[1] + "\n"], "secret revealed, no. 2"),
        (SECRETS, SECRETS[::-1], "secret revealed, no. 1"),
        (SECRETS, SECRETS[:1], "1 secrets"),
        (SECRETS[:1], SECRETS[:1], "two parties or more"),
        (SECRETS[:1] * 2, SECRETS[:1] * 2, "the same commitment twice"),
    ],
    ids=["line end", "other order", "one refuses", "one party", "copied"],
)
def test_secrets_that_do_not_match_are_refused(promise, secrets, said):
    with pytest.raises(RoundError, match=said) as refused:
        seeds.reveal([seeds.commit(secret) for secret in promise], secrets)
    assert all(text.fr and text.en for one in refused.value.faults for text in (one.where, one.expected, one.write))


def test_a_secret_that_could_be_guessed_is_refused():
    with pytest.raises(RoundError, match="4 characters"):
        seeds.commit("1234")


def test_a_beacon_is_kept_with_its_provenance():
    made = seeds.beacon("8f3a", Text("balise drand", "drand beacon"), "5123456", date(2026, 4, 1))
    assert made.value == "8f3a"
    assert made.provenance == Text(
        "balise drand, no 5123456, annoncé le 1er avril 2026", "drand beacon, no. 5123456, announced on 1 April 2026"
    )
    with pytest.raises(RoundError, match="public value"):
        seeds.beacon("8f3a\n", Text("b", "b"), "1", date(2026, 4, 1))


# The root of a pool.


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 13])
def test_each_person_finds_the_root_and_nobody_else_does(size):
    people = [f"p{row}" for row in range(size)]
    made = PoolRoot.of([*people[::-1], "p0"], KEY)
    assert made == PoolRoot.of(people, KEY)
    assert made.size == size
    for person in people:
        shown = made.inclusion(person, KEY)
        assert includes(made.root, size, shown)
        assert not includes(made.root, size, shown._replace(pseudonym=pseudonym("x", KEY)))
        assert not includes(made.root, size, shown._replace(place=shown.place + 1))
    assert made.inclusion("x", KEY) is None


def test_a_root_changes_with_each_person_and_a_weak_key_is_refused():
    assert PoolRoot.of("abc", KEY).root != PoolRoot.of("abd", KEY).root
    assert PoolRoot.of("", KEY).root == hashlib.sha256().hexdigest()
    with pytest.raises(RoundError, match="4 bytes"):
        PoolRoot.of("abc", b"1234")


# Blindness.


def pool(size):
    names = [f"p{row:05d}" for row in range(size)]
    return pl.DataFrame({"id": names, "arrival": range(size), "region": [f"r{row % 7}" for row in range(size)]})


def checks(frame, taken):
    return uniformity(taken, frame["arrival"], frame["id"], frame["region"])


@pytest.mark.parametrize("places", [12, 2000], ids=["few places", "many places"])
def test_a_lot_is_blind_and_row_order_is_nothing(places):
    frame = pool(10_000)
    frame = frame.with_columns(lots.numbers(*EXAMPLE, frame["id"]).rank("ordinal").le(places).alias("taken"))
    found = checks(frame, frame["taken"])
    assert [one.name for one in found] == ["arrival", "id", "region"]
    assert [one.suspicious for one in found] == [False] * 3
    assert {one.method for one in found} == {"draws" if places == 12 else "chi_square"}
    mixed = frame.sample(fraction=1, shuffle=True, seed=1)
    assert checks(mixed, mixed["taken"]) == found


@pytest.mark.parametrize("places", [12, 1000], ids=["few places", "many places"])
def test_the_first_to_come_are_not_a_lot(places):
    frame = pool(10_000)
    arrival, by_id, region = checks(frame, frame["arrival"] < places)
    assert arrival.suspicious
    assert by_id.suspicious
    assert not region.suspicious
    assert arrival.cells[0].taken == places


def test_a_favoured_region_is_seen_and_small_regions_are_put_together():
    frame = pool(5000).with_columns(pl.when(pl.col("arrival") < 9).then(None).otherwise("region").alias("region"))
    taken = (frame["arrival"] % 3 == 0) | (frame["region"] == "r3").fill_null(value=False)
    found = checks(frame, taken)[2]
    assert found.suspicious
    assert sum(cell.eligible for cell in found.cells) == 5000
    assert found.cells[-1].label == "…"


def test_where_all_or_nobody_is_taken_there_is_nothing_to_compare():
    frame = pool(100)
    for taken in (frame["arrival"] < 0, frame["arrival"] >= 0):
        assert {(one.method, one.p) for one in checks(frame, taken)} == {("nothing_to_compare", Decimal(1))}
    assert {one.method for one in checks(pool(0), pl.Series([], dtype=pl.Boolean))} == {"nothing_to_compare"}


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    [("3.841459", 1, "0.05"), ("5.991465", 2, "0.05"), ("16.918978", 9, "0.05"), ("27.877165", 9, "0.001"),
     ("18.307038", 10, "0.05"), ("0", 5, "1"), ("900", 9, "0"), ("90000", 9, "0")],
)  # fmt: skip
def test_the_tail_of_chi_square_agrees_with_printed_tables(statistic, freedom, p):
    assert abs(_tail(Fraction(statistic), freedom) - Decimal(p)) < Decimal("1e-7")


def test_over_many_lots_small_chances_are_as_rare_as_they_should_be():
    frame = pool(400)
    low = sum(
        one.p <= Decimal("0.1")
        for trial in range(150)
        for one in checks(frame, lots.numbers(f"seed-{trial}", "r", "1", frame["id"]).rank("ordinal") <= 200)[1:]
    )
    assert low / 300 <= 0.1 + 4 * math.sqrt(0.09 / 300)


# The command.


@pytest.mark.parametrize("weight", [None, 3])
def test_the_command_gives_a_number_that_can_be_computed_again(weight):
    extra = [] if weight is None else ["--weight", weight]
    found = tirage("lot", *EXAMPLE, "g", *extra, "--json").json
    assert hashlib.sha256(bytes.fromhex(found["input_hex"])).hexdigest() == found["number"]
    assert "".join(field["hex"] for field in found["fields"]) == found["input_hex"]
    assert by_hand(*(field["value"] for field in found["fields"])) == found["number"]
    if weight is None:
        assert found["number"] == lots.number(*EXAMPLE, "g")
    else:
        assert found["number"] == lots.ticket_keys(*EXAMPLE, texts("g"), pl.Series([weight])).item()


@pytest.mark.parametrize(("lang", "said"), [("fr", "Numéro : "), ("en", "Number: ")])
def test_the_command_says_it_in_both_languages(lang, said):
    ran = tirage("lot", *EXAMPLE, "[red]é", "--lang", lang)
    assert said + lots.number(*EXAMPLE, "[red]é") in ran.out
    assert "[red]é" in ran.out
    assert json.dumps(ran.err) == '""'


def test_the_command_refuses_an_empty_seed():
    ran = tirage("lot", "", "r", "1", "g", "--lang", "fr")
    assert ran.status == 1
    assert "graine du tirage au sort" in ran.err
