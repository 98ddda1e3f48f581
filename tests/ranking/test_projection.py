"""Projections: conservation, the same people and chance under each law, cases by hand, a queue, stops and resumptions.

They run under the invented law of ``test_round``: 12 months of validity, 30 days to answer, and whoever declines or
keeps silent returns to the pool.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from rounds import make_here, tirage
from strategies import toml
from test_round import TITLE, count, declaration, frame_of, write_instruction

from ranking.reference import data_folder
from ranking.simulate.projection import intervals, replications
from ranking.simulate.projection.assumptions import read_assumptions
from ranking.simulate.projection.chance import Chance
from ranking.simulate.projection.course import Course
from ranking.simulate.projection.horizon import micros, months_after
from ranking.simulate.projection.setting import Wanted, setting
from ranking.simulate.projection.world import NEVER, Why
from rules.faults import LawError
from rules.program import load

START = date(2030, 9, 16)
SOURCE = "assumed"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("projection"))


@pytest.fixture(scope="module", autouse=True)
def _law_read_once():
    """Read the law once for all the projections of this file."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ranking.instruction.load", cache(load))
        yield


def assumptions(accepted=100, declined=0, a_month=0, tests=None, gains=()):
    """Write a file of assumptions as a person would."""
    said = {
        "title": TITLE,
        "arrivals": {"window_days": {"value": 90, "source": SOURCE}, "by_month": {"value": {}, "source": SOURCE}},
        "answers": {
            "accepted": {"value": accepted, "source": SOURCE},
            "declined": {"value": declined, "source": SOURCE},
            "days": {"value": 30, "source": SOURCE},
            "after_decline": {"value": "returns", "source": SOURCE},
            "after_silence": {"value": "leaves", "source": SOURCE},
        },
        "withdrawals": {"a_month": {"value": a_month, "source": SOURCE}},
    }
    if tests:
        said["tests"] = {
            "validity_months": {"value": tests, "source": SOURCE},
            "renewed": {"value": 50, "source": SOURCE},
        }
    if gains:
        said["gain"] = [{"title": TITLE, "share": {"value": 100, "source": SOURCE}} | one for one in gains]
    return "\n".join(f"{key} = {toml(value)}" for key, value in said.items())


def project(here, rows, selections, said="", scenarios=(), more="", **wanted):
    """Prepare a projection of a pool of a few people."""
    instruction = write_instruction(here, selections)
    with (here.folder / "instruction.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    (here.folder / "assumed.toml").write_text(said or assumptions(), encoding="utf-8")
    given = {"start": START, "months": 6, "arrivals": 0.0} | wanted
    asked = Wanted(
        str(here.folder / "instruction.toml"),
        scenarios=tuple(map(str, scenarios)),
        program=str(here.law),
        assumptions=str(here.folder / "assumed.toml"),
        **given,
    )
    return setting(asked, frame_of(rows, instruction.regulation), "pool")


def scenario(here, name, *changes):
    """Write a scenario on the invented law."""
    head = f'title = {toml(TITLE)}\nprogram = "lumen/guild"\nbase = 2030-09-17\n'
    parts = [f"[[change]]\nat = {toml(at)}\nwas = {toml(was)}\nto = {toml(to)}\n" for at, was, to in changes]
    path = here.folder / f"{name}.toml"
    path.write_text(head + "\n".join(parts), encoding="utf-8")
    return path


def crowd(size=60):
    """People of several scores, days and crafts; a few have two declarations, some no number of person."""
    letters = (0, 8, 16, 24, 30, 36, 42, 48, 54, 60)
    rows = []
    for number in range(size):
        person = f"P{number - 1 if number % 9 == 8 else number}" if number % 7 else None
        at = datetime(2030, 9, 14, 12, tzinfo=UTC) - timedelta(days=5 * number % 400, minutes=number)
        born = date(1980 + number % 30, 1 + number % 12, 1 + number % 28)
        rows.append(
            declaration(f"D{number:03}", letters[number % 10], person_id=person, submitted_at=at, birth_date=born)
            | {"lanterns": 5 * number, "months_lit": number % 40, "months_lit_here": number % 20}
        )
    return rows


GAIN = {"columns": ["months_lit", "months_lit_here"], "who": {"sworn": True}}
BUSY = assumptions(accepted=45, declined=30, a_month=8, tests=6, gains=[GAIN])
SELECTIONS = [count(4, where={"lanterns": "[100, +)"}), count(5, ties="all_in"), count(3)]


# Conservation.


def invitations_of(course):
    """List the invitations of each declaration: when it begins and ends, the answer, whether it brings back."""
    found = {}
    for at, answered in zip(course.when.rounds, course.answered, strict=True):
        for row, end, why, returns in zip(*answered, strict=True):
            found.setdefault(int(row), []).append((micros(at), int(end), Why(int(why)), bool(returns)))
    return found


def taken_along(course, invitations):
    """Find when the acceptance of another declaration of the person ends a declaration."""
    person = course.world.person
    return {
        int(other): made[-1][1]
        for row, made in invitations.items()
        if made[-1][2] == Why.accepted and person[row] >= 0
        for other in np.flatnonzero(person == person[row])
        if other != row
    }


def state_of(course, row, at, invitations, along):
    """Say where a declaration is at an instant, from the events alone."""
    state = "waiting"
    for begun, end, answer, returns in invitations.get(row, []):
        if begun < at < end:
            return "open"
        if end <= at:
            state = "waiting" if returns else answer.name
    leaves, why = int(course.world.leaves[row]), Why(int(course.world.why[row]))
    if along.get(row, leaves) < leaves:
        leaves, why = along[row], Why.other_declaration
    return why.name if state == "waiting" and leaves <= at else state


def replayed(course, at):
    """Count everyone at an instant from what happened to each, one by one: a plain reading of the same events."""
    invitations = invitations_of(course)
    along = taken_along(course, invitations)
    rows = [row for row in range(len(course.world)) if course.world.entered[row] < at]
    counted = Counter(state_of(course, row, at, invitations, along) for row in rows)
    return counted | Counter(entered=len(rows))


def test_everyone_who_entered_waits_is_invited_or_left_for_one_reason(here):
    made = project(here, crowd(), SELECTIONS, BUSY, months=8, arrivals=20.0)
    for number in (1, 2, 3):
        (course,) = made.courses(number)
        instants = [micros(at) for at in (*made.when.rounds, made.when.end)]
        for at, balance in zip(instants, course.balances, strict=True):
            expected = replayed(course, at)
            assert balance.entered == expected["entered"]
            assert balance.entered == balance.waiting + balance.open + sum(balance.left)
            assert balance.left == tuple(expected[one.name] for one in Why)
            assert (balance.waiting, balance.open) == (expected["waiting"], expected["open"])
        assert course.balances[-1].entered == len(course.world)
        gone = dict(zip(Why, course.balances[-1].left, strict=True))
        assert min(gone[one] for one in (Why.expired, Why.withdrawn, Why.test_expired, Why.accepted)) > 0


def test_accounts_of_every_month_and_replication_add_up(here):
    made = project(here, crowd(), SELECTIONS, BUSY, arrivals=20.0)
    accounts = pl.concat(
        made.replicate(number)["accounts"].select(pl.lit(number).alias("replication"), pl.all()) for number in (1, 2)
    )
    assert intervals.unbalanced(accounts) == 0
    assert intervals.unbalanced(accounts.with_columns(pl.col("waiting") + 1)) == accounts.height
    flows = intervals.flows(accounts).sort("replication", "instant")
    for one in flows.partition_by("replication"):
        left = one.select(pl.sum_horizontal(why.name for why in Why).cum_sum()).to_series()
        assert (60 + one["arrived"].cum_sum() == one["waiting"] + one["open"] + left).all()


# The same people and the same chance under each law.


def test_a_scenario_that_changes_nothing_changes_nobody(here):
    same = scenario(here, "same")
    elsewhere = scenario(here, "elsewhere", ("criteria.debt.points['default']", -40, -5))
    made = project(here, crowd(), SELECTIONS, BUSY, [same, elsewhere], arrivals=20.0, by=("ward", "craft"))
    tables = made.replicate(1)
    for frame in tables.values():
        law, *others = (frame.filter(pl.col("law") == law).drop("law") for law in (0, 1, 2))
        for other in others:
            assert_frame_equal(law, other)
    change = intervals.differences(tables["invited"].with_columns(replication=1))["change"]
    assert change.len() > 0
    assert (change == 0).all()


def test_another_law_meets_the_same_arrivals_ends_and_answers(here):
    young = scenario(
        here, "young", ("criteria.age.points['[16, 30)']", 30, 0), ("criteria.age.points['[30, 45)']", 20, 30)
    )
    made = project(here, crowd(), [count(2)], BUSY, [young], arrivals=20.0)
    law, other = made.courses(1)
    assert law.world is other.world
    assert [one.entered for one in law.balances] == [one.entered for one in other.balances]
    once = (law.times_invited == 1) & (other.times_invited == 1)
    moved = law.first_invited != other.first_invited
    assert moved.any()
    answers = [_answers_of(one) for one in (law, other)]
    assert once.any()
    assert all(answers[0][row] == answers[1][row] for row in np.flatnonzero(once))


def _answers_of(course):
    return {int(row): int(why) for one in course.answered for row, why in zip(one.rows, one.why, strict=True)}


def test_a_person_keeps_their_number_whoever_comes_after():
    few, many = (Chance(7, 3).of("withdrawal", size) for size in (5, 5000))
    assert (few == many[:5]).all()
    assert not (few == Chance(7, 3).of("renewal of the test", 5)).any()
    assert not (few == Chance(7, 4).of("withdrawal", 5)).any()
    assert abs(many.mean() - 0.5) < 0.02


def test_the_order_of_the_file_counts_for_nothing(here):
    rows = crowd()
    one, other = (project(here, some, SELECTIONS, BUSY, arrivals=20.0).replicate(1) for some in (rows, rows[::-1]))
    for name, frame in one.items():
        assert_frame_equal(frame, other[name])


def test_a_longer_horizon_begins_like_a_shorter_one(here):
    short, long = (project(here, crowd(), SELECTIONS, BUSY, months=m, arrivals=20.0).replicate(1) for m in (3, 6))
    assert_frame_equal(short["selections"], long["selections"].filter(pl.col("round") < 3))
    assert_frame_equal(short["accounts"].head(3), long["accounts"].head(3))


# People by hand.


def walk(here, rows, said, months=4, selections=None, **wanted):
    made = project(here, rows, selections or [count(1)], said, months=months, **wanted)
    return made.courses(1)[0]


def test_one_person_who_accepts(here):
    course = walk(here, [declaration("A")], assumptions(accepted=100))
    assert [[one.invited for one in picked] for picked in course.picked] == [[1], [0], [0], [0]]
    first, *rest = course.balances
    assert (first.entered, first.waiting, first.open, sum(first.left)) == (1, 1, 0, 0)
    assert all(one.left[Why.accepted] == 1 and one.waiting == one.open == 0 for one in rest)


def test_one_person_who_always_declines_is_invited_again_each_month(here):
    course = walk(here, [declaration("A")], assumptions(accepted=0, declined=100))
    assert course.times_invited.tolist() == [4]
    assert [one.waiting for one in course.balances] == [1] * 5


def test_silence_takes_its_thirty_days(here):
    """Rounds on 16 September, October, November, December: 30, 31, 30 days apart.

    The invitation of a round ends just after thirty days, at the hour of the round plus a moment: the next round 30
    days later still finds it open, the one after it does not.
    """
    course = walk(here, [declaration("A")], assumptions(accepted=0, declined=0))
    assert [one.open for one in course.balances] == [0, 1, 0, 1, 0]
    assert [picked[0].invited for picked in course.picked] == [1, 0, 1, 0]


def test_a_birthday_changes_the_score_on_its_day(here):
    """45 on 1 November 2030: 20 points for age at the rounds of September and October, 5 after."""
    rows = [declaration("A", birth_date=date(1985, 11, 1))]
    course = walk(here, rows, assumptions(accepted=0, declined=100))
    scores = [picked[0].cut_off for picked in course.picked]
    assert [score - scores[0] for score in scores] == [0, 0, -15, -15]


def test_experience_grows_by_a_month_a_month_up_to_its_bound(here):
    gain = {"columns": ["months_lit"], "who": {"sworn": True}}
    rows = [declaration("A", months_lit=10), declaration("B", months_lit=119), declaration("C", sworn=False)]
    made = project(here, rows, [count(0)], assumptions(gains=[gain]), months=12)
    (course,) = made.courses(1)
    world, law, everyone = course.world, made.law, np.arange(3)
    after = [world.on(micros(at), everyone, law)["months_lit"].to_list() for at in made.when.rounds]
    assert after[0] == [10, 119, 0]
    gained = [months - 10 for months, _, _ in after]
    assert all(step in (number - 1, number, number + 1) for number, step in enumerate(gained))
    assert [months for _, months, _ in after][-1] == 120
    assert all(months == 0 for _, _, months in after)


def test_validity_ends_on_the_day_that_the_law_says(here):
    rows = [declaration("A", submitted_at=datetime(2029, 11, 1, 12, tzinfo=UTC))]
    course = walk(here, rows, assumptions(), selections=[count(0)])
    assert [one.left[Why.expired] for one in course.balances] == [0, 0, 1, 1, 1]
    assert course.world.leaves[0] == micros(datetime(2030, 11, 1, 12, tzinfo=UTC) + timedelta(0))


def test_the_other_declaration_of_a_person_waits_for_the_answer(here):
    pair = [declaration("A", 60, person_id="P"), declaration("B", 0, person_id="P"), declaration("C", 8)]
    accepts = walk(here, pair, assumptions(accepted=100))
    assert accepts.balances[1].left[Why.other_declaration] == 1
    assert accepts.first_invited.tolist() == [0, -1, 1]
    declines = walk(here, pair, assumptions(accepted=0, declined=100), months=2)
    assert declines.first_invited.tolist() == [0, -1, -1]
    assert declines.balances[-1].waiting == 3


def ceiling(**said):
    given = {"id": "wards", "title": TITLE, "by": "ward", "carried": True} | said
    return "\n".join(["[[ceiling]]", *[f"{key} = {toml(value)}" for key, value in given.items()], ""])


def test_a_ceiling_is_carried_from_round_to_round(here):
    rows = [declaration(f"D{n:02}") for n in range(20)]
    made = project(here, rows, [count(5)], more=ceiling(limits={"north": 7}))
    (course,) = made.courses(1)
    assert [picked[0].invited for picked in course.picked] == [5, 2, 0, 0, 0, 0]
    slices = project(here, rows, [count(20)], more=ceiling(limits={"north": 7}, rounds_left=3))
    (course,) = slices.courses(1)
    assert [picked[0].invited for picked in course.picked] == [2, 2, 3, 0, 0, 0]


def test_months_end_where_the_calendar_does():
    assert months_after(date(2030, 1, 31), 1) == date(2030, 2, 28)
    assert months_after(date(2031, 11, 30), 3) == date(2032, 2, 29)
    assert months_after(date(2030, 12, 16), 1) == date(2031, 1, 16)


# A queue of two bands.


def reflected(before, places):
    """Give those left after each round: the closed form of a queue.

    Let ``A_k`` join before round ``k`` (``A_0`` the start) and ``C`` be served: ``W_k = max(W_{k-1} + A_k - C, 0)``.
    Unrolled, ``W_k`` is the largest over ``j`` of ``(A_j + ... + A_k) - (k - j + 1) C``, or 0: the sum since the last
    round at which nobody was left. Those of the high band are served first, so they are a queue of their own; both
    bands together are one too, as no place is left empty while someone waits; the low band is the difference.
    """
    return [max(0, *(sum(before[j : k + 1]) - (k - j + 1) * places for j in range(k + 1))) for k in range(len(before))]


@pytest.mark.parametrize("places", [6, 14])
def test_two_bands_are_two_queues(here, places):
    far = datetime(2030, 9, 10, tzinfo=UTC)
    rows = [declaration(f"D{n:02}", 60 if n % 3 == 0 else 0, submitted_at=far + timedelta(hours=n)) for n in range(24)]
    made = project(here, rows, [count(places)], months=10, arrivals=12.0)
    for number in (1, 2):
        (course,) = made.courses(number)
        rounds = [micros(at) for at in made.when.rounds]
        high = course.world.frame["reading"].to_numpy() > 0
        joined = np.searchsorted(rounds, course.world.entered, side="left")
        bands = [[int(((joined == k) & band).sum()) for k in range(10)] for band in (high, np.ones_like(high))]
        left = [
            [
                int(((joined <= k) & band & ((course.first_invited < 0) | (course.first_invited > k))).sum())
                for k in range(10)
            ]
            for band in (high, np.ones_like(high))
        ]
        assert left == [reflected(one, places) for one in bands]
        assert course.balances[0].waiting == 24


# Less work, the same result.


def test_a_round_on_those_in_reach_takes_whom_a_whole_round_takes(here, monkeypatch):
    selections = [count(4, stream="lighter"), count(3, where={"lanterns": "[50, +)"})]
    made = project(here, crowd(), selections, BUSY, arrivals=20.0)
    quick = made.replicate(1)
    monkeypatch.setattr(Course, "_in_reach", lambda _course, rows, _number: rows)
    whole = made.replicate(1)
    assert_frame_equal(quick["accounts"], whole["accounts"])
    assert_frame_equal(quick["selections"], whole["selections"])


# Stopped, resumed, in parallel.


def test_a_resumed_run_is_an_uninterrupted_one(here, tmp_path, monkeypatch):
    made = project(here, crowd(), SELECTIONS, BUSY, arrivals=20.0)
    whole = replications.run(made, tmp_path / "whole", 4, workers=1, done=lambda _: None).read(4)
    replicate = type(made).replicate

    def stopping(self, number):
        if number == 3:
            raise KeyboardInterrupt
        return replicate(self, number)

    monkeypatch.setattr(type(made), "replicate", stopping)
    seen = []
    with pytest.raises(KeyboardInterrupt):
        replications.run(made, tmp_path / "cut", 4, workers=1, done=seen.append)
    assert seen == [1, 2]
    kept = replications.Kept(tmp_path / "cut", made)
    assert sorted(path.name for path in kept.folder.iterdir()) == ["0001", "0002"]
    assert kept.read(2)["accounts"].equals(whole["accounts"].filter(pl.col("replication") <= 2))
    monkeypatch.setattr(type(made), "replicate", replicate)
    resumed = replications.run(made, tmp_path / "cut", 4, workers=1, done=seen.append).read(4)
    assert seen == [1, 2, 1, 2, 3, 4]
    for name, frame in whole.items():
        assert_frame_equal(frame, resumed[name])


def test_two_processes_find_what_one_does(here, tmp_path):
    made = project(here, crowd(), SELECTIONS, BUSY, arrivals=20.0, months=2)
    one, two = (
        replications.run(made, tmp_path / str(workers), 2, workers=workers, done=lambda _: None).read(2)
        for workers in (1, 2)
    )
    for name, frame in one.items():
        assert_frame_equal(frame, two[name])


def test_what_the_result_depends_on_has_another_hash(here):
    first = project(here, crowd(), SELECTIONS, BUSY)
    assert first.hash == project(here, crowd(), SELECTIONS, BUSY).hash
    others = [
        project(here, crowd(), SELECTIONS, BUSY, seed=1),
        project(here, crowd(), SELECTIONS, BUSY, months=7),
        project(here, crowd(), [count(4)], BUSY),
        project(here, crowd(), SELECTIONS, assumptions()),
    ]
    assert len({first.hash, *(one.hash for one in others)}) == 5


# Estimates.


def test_chances_are_those_of_a_life_table():
    """Ten are seen: 2 are invited at once, 2 leave before the second round, 3 of the 6 left are invited in it."""
    rows = [(1, 0, "score", "0", 0, 10, 0, 2), (1, 0, "score", "0", 1, 8, 2, 3), (1, 0, "score", "0", 2, 3, 0, 0)]
    names = ["replication", "law", "by", "value", "step", "at_risk", "left", "invited"]
    curve = intervals.curves(
        pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("step").cast(pl.Int32)), 3
    )
    assert curve["chance"].to_list() == pytest.approx([20.0, 50.0, 50.0])
    assert intervals.half_way(curve)["rounds"].to_list() == [2]


def test_arrivals_follow_the_days_of_the_week(here):
    """Submissions on Mondays alone, seven a Monday: arrivals come on Mondays alone, about seven each."""
    monday = datetime(2030, 9, 9, 15, tzinfo=UTC)
    rows = [
        declaration(f"D{week:02}{n}", submitted_at=monday - timedelta(weeks=week, minutes=n))
        for week in range(10)
        for n in range(7)
    ]
    rows.append(declaration("last", submitted_at=datetime(2030, 9, 15, 15, tzinfo=UTC)))
    made = project(here, rows, [count(0)], arrivals=None)
    per_week = made.source.rates.reshape(-1)[:7]
    assert sorted(per_week)[:6] == [0.0] * 6
    assert 4.5 < per_week.max() < 7.1
    (course,) = made.courses(1)
    arrived = course.world.frame.filter(pl.col("declaration_id").str.starts_with("arrival"))
    days = arrived["submitted_at"].dt.convert_time_zone("America/Toronto").dt.weekday()
    assert arrived.height > 50
    assert days.unique().to_list() == [1]


def test_an_arrival_has_the_age_that_its_donor_had(here):
    born = date(2000, 1, 1)
    rows = [declaration("A", birth_date=born, submitted_at=datetime(2030, 9, 10, 15, tzinfo=UTC))]
    made = project(here, rows, [count(0)], arrivals=30.0)
    (course,) = made.courses(1)
    arrived = course.world.frame[1:]
    since = arrived.select(
        pl.col("submitted_at").dt.convert_time_zone("America/Toronto").dt.date() - pl.col("birth_date")
    )
    assert arrived.height > 100
    assert since.to_series().unique().to_list() == [date(2030, 9, 10) - born]


def test_withdrawals_take_the_stated_part_a_month(here):
    rows = [declaration(f"D{n:03}") for n in range(400)]
    made = project(here, rows, [count(0)], assumptions(a_month=20), months=3)
    (course,) = made.courses(1)
    gone = [one.left[Why.withdrawn] for one in course.balances]
    assert gone[0] == 0
    assert abs(gone[1] - 80) < 30
    assert abs(gone[2] - 144) < 35
    assert (course.world.leaves < NEVER).all()


# Files and the command.


def test_every_file_of_the_library_is_read_with_its_law():
    for program, day in (("quebec/pstq", date(2026, 4, 30)), ("canada/express_entry", date(2026, 2, 19))):
        law = load(program).on(day)
        found = read_assumptions(None, program)
        assert found.program == program
        assert len(found.conditions(law)) == len(found.gain) > 0
    assert read_assumptions(None, "canada/bc_sirs").program is None
    assert len(list((data_folder() / "projections").glob("*.toml"))) == 3


def test_wrong_assumptions_say_what_to_write(here, tmp_path):
    law = here.program.on(date(2030, 9, 17))
    path = tmp_path / "assumed.toml"
    bad = [
        {"columns": ["months_lit_here"]},
        {"columns": ["lamp"]},
        {"columns": ["months_lit"], "who": {"sworn": "yes"}},
    ]
    path.write_text(assumptions(gains=bad), encoding="utf-8")
    with pytest.raises(LawError) as raised:
        read_assumptions(path, "lumen/guild").conditions(law)
    assert len(raised.value.faults) == 3
    assert 'columns = ["months_lit_here", "months_lit"]' in raised.value.render("en")
    path.write_text(assumptions(accepted=80, declined=30), encoding="utf-8")
    with pytest.raises(LawError):
        read_assumptions(path, "lumen/guild")


@pytest.fixture(scope="module")
def asked(here, tmp_path_factory):
    """The arguments of the command, on a pool as a file, and the folder that they name last."""
    folder = tmp_path_factory.mktemp("command")
    made = project(here, crowd(), SELECTIONS, BUSY)
    frame_of(crowd(), made.law).write_parquet(folder / "pool.parquet")
    (here.folder / "command.toml").write_text((here.folder / "instruction.toml").read_text(), encoding="utf-8")
    (here.folder / "busy.toml").write_text(BUSY, encoding="utf-8")
    better = scenario(here, "better", ("criteria.age.points['[16, 30)']", 30, 5))
    given = ["--pool", folder / "pool.parquet", "--instruction", here.folder / "command.toml", "--from", START]
    given += ["--months", 3, "--replications", 2, "--assumptions", here.folder / "busy.toml", "--band", 20]
    given += ["--program", here.law, "--arrivals", 20, "--scenario", better, "--workers", 1, "--by", "ward"]
    return ["simulate", "project", *given, "--out", folder / "out"]


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.*")}


def test_the_command_writes_the_same_folder_again(asked):
    first = tirage(*asked, "--lang", "fr")
    assert first.status == 0, first.err
    before = files(asked[-1])
    again = tirage(*asked, "--lang", "fr")
    assert again.status == 0
    assert files(asked[-1]) == before
    assert {"backlog.svg", "cut_offs.svg", "chances.svg", "waits.svg", "differences.csv", "assumptions.csv"} <= set(
        before
    )
    said = json.loads(before["summary.json"])
    assert said["simulation"] is True
    assert said["figures"]["unbalanced"] == 0
    assert said["provenance"]["arguments"]["pool"] == "pool.parquet"
    assert "répétitions" in first.out


def test_a_published_projection_hides_small_counts(asked):
    tirage(*asked)
    inside = tirage(*asked, "--publish")
    assert inside.status == 1
    assert "--keep" in inside.err
    published = asked[-1].with_name("published")
    done = tirage(*asked[:-1], published, "--keep", asked[-1], "--publish", "--format", "parquet", "--json")
    assert done.status == 0, done.err
    assert not (published / "replications").exists()
    figures = json.loads(done.out)["figures"]
    assert not any(value in (1, 2, 3, 4) for name, value in figures.items() if "invited" in name or "accepted" in name)
    for name in ("backlog", "accounts", "chances", "groups", "differences", "waits"):
        frame = pl.read_parquet(published / f"{name}.parquet")
        assert frame["law"].null_count() == 0
        people = [name for name in frame.columns if name in ("seen", "invited", "accepted", "arrived", "at_risk")]
        assert not frame.select(pl.any_horizontal(pl.col(people).is_in([1, 2, 3, 4]).any())).item()


def test_the_command_refuses_what_it_cannot_do(asked, here):
    unknown = tirage(*asked, "--by", "hair")
    assert unknown.status == 1
    assert "hair" in unknown.err
    elsewhere = tirage(*asked[:-1], here.folder)
    assert elsewhere.status == 1
    assert elsewhere.err
    nowhere = tirage(*asked[:-2])
    assert nowhere.status == 2
    assert "--out" in nowhere.err
