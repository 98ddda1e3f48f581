"""The worked examples of mechanisms that share places out, and of lots."""

import polars as pl
import pytest
from crowds import pick, run
from reference_places import Person

from ranking import lots
from ranking.apportionment import apportioned
from ranking.lot_order import lots_of
from ranking.selection import Selection

TITLE = {"fr": "x", "en": "x"}
MEMBER = {"title": TITLE, "where": {"ward": "north"}}


def merit(names, **parts):
    """Give people in order of merit, with the parts that they are of: ``young="bdf"``."""
    return [
        Person(name, len(names) - place, 0, parts=frozenset(part for part, of in parts.items() if name in of))
        for place, name in enumerate(names)
    ]


def reserve(size, kind="hard", part="member"):
    return {"id": part, "size": size, "kind": kind} | MEMBER


def reserves(order, *kept, size=6):
    return {"mechanism": "reserves", "size": size, "ties": "key", "reserve_order": order, "reserves": list(kept)}


# Reserves.

TEN = merit("ABCDEFGHIJ", member="BFHIJ")


@pytest.mark.parametrize(("order", "expected"), [("open_first", "ABCDFH"), ("reserved_first", "ABCDEF")])
def test_four_open_places_and_two_reserved(order, expected):
    listed, outcomes = pick(TEN, reserves(order, reserve(2)))
    assert "".join(listed) == expected
    assert {outcomes[name] for name in "GI"} == {"below_cut_off"} if order == "reserved_first" else {"reserve_other"}


def test_one_passed_over_for_a_member_knows_why():
    _, outcomes = pick(TEN, reserves("open_first", reserve(2)))
    assert outcomes["E"] == outcomes["G"] == "reserve_other"
    assert outcomes["I"] == outcomes["J"] == "below_cut_off"


@pytest.mark.parametrize("order", ["open_first", "reserved_first"])
@pytest.mark.parametrize(("kind", "expected"), [("hard", "ABCDJ"), ("soft", "ABCDEJ")])
def test_a_hard_reserve_stays_empty_and_a_soft_one_goes_to_everyone(order, kind, expected):
    people = merit("ABCDEFGHIJ", member="J")
    listed, outcomes = pick(people, reserves(order, reserve(2, kind)))
    assert "".join(listed) == expected
    assert outcomes["F"] == "reserve_other"


def test_someone_of_two_reserves_takes_a_place_of_the_first():
    people = merit("ABCDEF", member="EF", second="EF")
    asked = reserves("reserved_first", reserve(1), reserve(1, part="second"), size=3)
    taken = run(people, asked)
    assert [(stage.id, stage.taken) for stage in taken.stages] == [("member", 1), ("second", 1), ("open", 1)]


# Floors.


def test_a_floor_says_who_entered_only_because_of_it():
    people = merit("ABCDEFGH", member="BGH")
    asked = {"mechanism": "floors", "size": 4, "ties": "key", "floors": [{"id": "member", "size": 2} | MEMBER]}
    taken = run(people, asked)
    assert "".join(people[position].name for position in taken.positions) == "ABCG"
    assert [people[position].name for position in taken.only_by_floor["member"]] == ["G"]


def test_someone_counts_for_every_floor_that_they_are_of():
    people = merit("ABCDE", member="DE", second="D")
    both = [{"id": part, "size": size} | MEMBER for part, size in (("second", 1), ("member", 1))]
    assert pick(people, {"mechanism": "floors", "size": 2, "ties": "key", "floors": both})[0] == ["A", "D"]


# Shares of every prefix.


def share(percent, part="member"):
    return {"id": part, "percent": percent} | MEMBER


def test_every_prefix_keeps_the_share_while_members_are_left():
    people = merit("ABCDEFGHIJ", member="HIJ")
    asked = {"mechanism": "shares", "size": 8, "ties": "key", "shares": [share(25)]}
    listed, _ = pick(people, asked)
    assert "".join(listed) == "HABCIDEF"
    for end in range(1, 9):
        assert sum(name in "HIJ" for name in listed[:end]) * 100 >= 25 * end


def test_where_two_shares_bind_the_best_of_both_comes_and_else_the_first_named():
    asked = {"mechanism": "shares", "size": 2, "ties": "key", "shares": [share(50), share(50, "second")]}
    assert pick(merit("ABCDE", member="CE", second="DE"), asked)[0] == ["E", "A"]
    assert pick(merit("ABCDE", member="CB", second="DE"), asked)[0] == ["B", "D"]


# Tiers.


def test_new_zealand_took_all_at_140_and_up_to_what_was_left_at_100_with_a_job():
    """14 May 2014: 463 + 136 = 599."""
    people = [Person(f"t{n:03}", 140 + n % 20, n) for n in range(463)]
    people += [Person(f"j{n:03}", 100 + n % 40, n, parts=frozenset(["job"])) for n in range(300)]
    people += [Person(f"n{n:03}", 100 + n % 40, n) for n in range(300)]
    tiers = [
        {"id": "t1", "title": TITLE, "min_score": 140, "everyone": True},
        {"id": "job", "min_score": 100} | MEMBER,
    ]
    taken = run(people, {"mechanism": "tiers", "size": 599, "tiers": tiers, "ties": "key"})
    assert [stage.taken for stage in taken.stages] == [463, 136]
    assert all(people[position].name[0] in "tj" for position in taken.positions)


def test_a_tier_of_everyone_may_pass_the_size_and_leaves_nothing_to_the_next():
    tiers = [
        {"id": "t1", "title": TITLE, "min_score": 4, "everyone": True},
        {"id": "t2", "title": TITLE, "min_score": 1},
    ]
    listed, outcomes = pick(merit("ABCDEF"), {"mechanism": "tiers", "size": 2, "tiers": tiers})
    assert listed == list("ABC")
    assert outcomes["D"] == "below_cut_off"


# Apportionment.


def test_the_two_methods_share_ten_places_each_in_its_way():
    weights = {"a": 53, "b": 24, "c": 23}
    assert apportioned(7, weights, "largest_remainder") == {"a": 4, "b": 2, "c": 1}
    assert apportioned(10, {"a": 1, "b": 1, "c": 1}, "sainte_lague") == {"a": 4, "b": 3, "c": 3}
    assert apportioned(3, {"a": 0}, "sainte_lague") == {"a": 0}


@pytest.mark.parametrize(("leftover", "expected"), [("redistributed", "abcx"), ("unfilled", "abx")])
def test_places_that_a_group_cannot_fill(leftover, expected):
    people = [Person(name, 9 - place, 0, groups=("y" if name == "x" else "z",)) for place, name in enumerate("abcdx")]
    shared = {"by": "ward", "weights": {"z": 1, "y": 1}, "method": "sainte_lague", "leftover": leftover}
    asked = {"mechanism": "apportion", "size": 4, "ties": "key", "apportion": shared}
    assert "".join(pick(people, asked)[0]) == expected


# Lots.


def test_two_places_for_four_equals_go_by_the_numbers_that_were_published():
    drawn = lots.numbers("beacon-123", "round-1", "1.2", pl.Series(list("defg")))
    assert [lot[:8] for lot in drawn] == ["8361b89d", "b53bfdd3", "27d23b01", "26b8f076"]
    people = [Person(name, 495, 8, lot) for name, lot in zip("defg", drawn, strict=True)]
    listed, outcomes = pick(people, {"mechanism": "count", "size": 2, "ties": "lot"})
    assert listed == ["g", "f"]
    assert outcomes["d"] == outcomes["e"] == "tie_lost"


def test_a_pure_lot_does_not_read_scores():
    people = [Person("a", 900, 0, "3"), Person("b", 1, 5, "1"), Person("c", 400, 2, "2")]
    listed, outcomes = pick(people, {"mechanism": "count", "size": 2, "ties": "lot", "order": "lot"})
    assert listed == ["b", "c"]
    assert outcomes["a"] == "tie_lost"


def weighted(meaning, seed, persons, weights, size):
    said = {"by": "level", "of": {"1": 1}}
    asked = Selection(
        id="s",
        title=TITLE,
        certainty="published",
        mechanism="count",
        size=size,
        ties="lot",
        order="lot",
        weights=said,
        meaning=meaning,
    )
    return lots_of(asked, seed, "r", persons, pl.Series(weights), size)


def test_tickets_give_the_first_place_in_proportion_to_weights():
    """20,000 seeds in the definition gave 0.101 0.201 0.298 0.400; 4,000 here, within four standard errors."""
    persons, first = pl.Series(list("abcd")), [0, 0, 0, 0]
    for seed in range(4000):
        keys = weighted("tickets", f"seed {seed}", persons, [1, 2, 3, 4], 1).to_list()
        first[keys.index(min(keys))] += 1
    for weight, found in zip([1, 2, 3, 4], first, strict=True):
        p = weight / 10
        assert abs(found / 4000 - p) < 4 * (p * (1 - p) / 4000) ** 0.5


def test_proportional_chances_are_exactly_linear_where_tickets_are_not():
    """Ten people a level, ten places: weights 1 to 4 give 0.10 0.20 0.30 0.40; tickets give the heavy less."""
    persons = pl.Series([f"p{n:02}" for n in range(40)])
    weights = [1 + n // 10 for n in range(40)]
    found = {"tickets": [0] * 4, "proportional": [0] * 4}
    for seed in range(400):
        for meaning, counts in found.items():
            keys = weighted(meaning, f"seed {seed}", persons, weights, 10).to_list()
            for key in sorted(keys)[:10]:
                counts[keys.index(key) // 10] += 1
    shares = {meaning: [count / 4000 for count in counts] for meaning, counts in found.items()}
    for level, expected in enumerate([0.10, 0.20, 0.30, 0.40]):
        assert abs(shares["proportional"][level] - expected) < 0.02
    assert shares["tickets"][3] < shares["proportional"][3]


@pytest.mark.parametrize("size", [0, 1, 3, 4, 9])
def test_a_systematic_sample_has_its_size_whatever_the_seed(size):
    persons, weights = pl.Series(list("abcd")), pl.Series([1, 1, 2, 50])
    for seed in "xyzuvw":
        inside = lots.proportional(seed, "r", "s", persons, weights, size)
        assert inside.sum() == min(size, 4)
        assert inside[3] == (size > 0) or size == 1


# First come.


def test_first_come_takes_the_first_whatever_their_scores():
    people = [Person("a", 900, 3), Person("b", 1, 1), Person("c", 500, 2)]
    listed, outcomes = pick(people, {"mechanism": "first_come", "size": 2, "comparison_only": True})
    assert listed == ["b", "c"]
    assert outcomes["a"] == "below_cut_off"


# Ceilings.


def test_a_ceiling_is_never_passed_and_the_next_group_comes():
    people = [Person(name, 9 - n, 0, groups=("x" if name in "abc" else "y",)) for n, name in enumerate("abcde")]
    listed, outcomes = pick(people, {"mechanism": "count", "size": 3, "ties": "key"}, [{"x": 1}])
    assert listed == ["a", "d", "e"]
    assert outcomes["b"] == outcomes["c"] == "ceiling_reached"


def test_crossed_ceilings_bind_together():
    groups = {"a": ("x", "u"), "b": ("x", "v"), "c": ("y", "u"), "d": ("y", "v")}
    people = [Person(name, 9 - n, 0, groups=groups[name]) for n, name in enumerate("abcd")]
    listed, outcomes = pick(
        people, {"mechanism": "count", "size": 4, "ties": "key"}, [{"x": 1, "y": 9}, {"u": 1, "v": 9}]
    )
    assert listed == ["a", "d"]
    assert outcomes["b"] == outcomes["c"] == "ceiling_reached"


def test_all_in_takes_no_equal_beyond_a_ceiling_and_all_out_gives_places_back():
    people = [Person("a", 9, 0, groups=("x",)), *(Person(n, 5, 0, groups=("x" if n in "bc" else "y",)) for n in "bcde")]
    count = {"mechanism": "count", "size": 3}
    assert pick(people, count | {"ties": "all_in"}, [{"x": 2}])[0] == ["a", "b", "d", "e"]
    listed, outcomes = pick(people, count | {"ties": "all_out"}, [{"x": 2}])
    assert listed == ["a"]
    assert (outcomes["c"], outcomes["e"]) == ("ceiling_reached", "tie_lost")
