"""Synthetic pools of Express Entry: near the published bands of the score, eligible, and hanging together.

``express_entry_bands.csv`` holds the candidates in the pool on 16 March 2025 by band of the score: Immigration,
Refugees and Citizenship Canada, "Express Entry rounds of invitations", published with rounds 340 and 341.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import rules
from ranking import fingerprint, sample
from ranking.columns import column_type
from ranking.pool import check_pool, read_pool
from ranking.round import valid
from ranking.sample.express_entry_people import ABOVE, KINDS, LEVELS, LOWEST, SCHOOLS, TEERS
from ranking.scoring import score
from rules.attributes import Attribute
from rules.citation import Title
from rules.domains import Domain

ON = date(2025, 3, 24)
SIZE = 50_000
ABILITIES = ("listening", "speaking", "reading", "writing")
BANDS = pl.read_csv(Path(__file__).parent / "express_entry_bands.csv")
STREAMS = ("fsw", "cec", "fst")


@pytest.fixture(scope="module")
def law():
    return rules.load("canada/express_entry").on(ON)


@pytest.fixture(scope="module")
def pool(law):
    return sample.generate(law, SIZE, seed=7, on=ON)


@pytest.fixture(scope="module")
def scored(law, pool):
    points = score(pool, law)
    return pool.hstack(points.drop("declaration_id").with_columns(pl.col("^eligible_.*$").fill_null(value=False)))


def lowest(language):
    return pl.min_horizontal([f"{language}_{ability}" for ability in ABILITIES])


def share(frame, answers):
    return frame.select(pl.lit(answers) if isinstance(answers, pl.Series) else answers).to_series().mean()


def test_parameters_add_up():
    assert sum(kind.share for kind in KINDS) == 100_000
    assert {sum(row) for row in (*LOWEST.values(), *SCHOOLS.values(), *TEERS.values(), *ABOVE)} == {100}
    assert {len(row) for row in LOWEST.values()} == {len(LEVELS)}
    assert {row for kind in KINDS for row in (kind.first, kind.second, kind.spouse)} == set(LOWEST)
    assert {kind.school for kind in KINDS} == set(SCHOOLS)
    assert {kind.jobs for kind in KINDS} == set(TEERS)


# The frame


def test_types_are_those_of_the_law(law, pool):
    assert dict(pool.schema) == {name: column_type(name, law) for name in law.attributes if name in pool.columns}
    assert set(law.attributes) - set(pool.columns) == {"citizenship", *law.test_columns}


def test_a_written_pool_reads_again(law, pool, tmp_path):
    pool.head(2_000).write_csv(tmp_path / "pool.csv")
    read = read_pool(tmp_path / "pool.csv", law, facts_on=ON, extracted_at=datetime(2025, 3, 24, 12, tzinfo=UTC))
    assert read.faults == ()
    assert read.frame.height == 2_000


def test_same_seed_same_pool(law, pool):
    of = [fingerprint.of_frame(sample.generate(law, SIZE, seed=7, on=ON), ["declaration_id"])]
    assert of == [fingerprint.of_frame(pool, ["declaration_id"])]
    assert not sample.generate(law, 500, seed=7, on=ON).equals(sample.generate(law, 500, seed=8, on=ON))


@pytest.mark.parametrize("size", [0, 1, 2, 17])
def test_small_pools(law, size):
    made = sample.generate(law, size, seed=0, on=ON)
    assert check_pool(made, law, facts_on=ON).frame.height == size


@pytest.mark.parametrize("day", ["2015-01-01", "2016-11-19", "2018-02-28", "2020-10-20", "2025-03-25", "2026-11-02"])
def test_valid_on_any_day_of_the_law(day):
    on = date.fromisoformat(day)
    law = rules.load("canada/express_entry").on(on)
    made = sample.generate(law, 3_000, seed=2, on=on)
    assert check_pool(made, law, facts_on=on).faults == ()
    points = score(made, law)
    assert points.select(pl.any_horizontal([f"eligible_{stream}" for stream in STREAMS])).to_series().mean() > 0.96
    assert 350 < points["score"].median() < 480


def test_submissions_lie_in_the_last_twelve_months(law, pool):
    instants = pool["submitted_at"]
    assert instants.max() < datetime(2025, 3, 24, tzinfo=UTC)
    assert valid(instants, datetime(2025, 3, 24, tzinfo=UTC), law).all()
    days = (pl.lit(ON) - pl.col("submitted_at").dt.date()).dt.total_days()
    assert 100 < pool.select(days).to_series().median() < 140


def test_attributes_that_it_does_not_know_stay_empty(law, pool):
    title = Title(fr="Nouveau", en="New")
    new = {
        "new_test": Attribute(type="label", title=title, labels={"a": title, "b": title}, missing="unknown"),
        "new_level": Attribute(type="whole", title=title, domain="[0, 91)", missing="none"),
        "new_spouse": Attribute(
            type="whole", title=title, domain="[0, 9)", missing="none", only_when={"accompanying_spouse": True}
        ),
        "new_months": Attribute(type="whole", title=title, domain="[2, 9)"),
    }
    inputs = {**law.inputs, "new_test": Domain("label", labels=("a", "b"))}
    amended = dataclasses.replace(law, attributes={**law.attributes, **new}, inputs=inputs)
    made = sample.generate(amended, SIZE, seed=7, on=ON)
    assert made.select(pl.col("new_test", "new_level", "new_spouse").null_count()).row(0) == (SIZE,) * 3
    assert set(made["new_months"]) == set(range(2, 9))
    assert check_pool(made, amended, facts_on=ON).faults == ()
    assert made.select(pool.columns).equals(pool)
    wrong = sample.generate(amended, 2_000, seed=7, on=ON, wrong_share=0.2)
    assert check_pool(wrong, amended, quarantine=True).quarantine.height == 400


def test_wrong_rows_are_found(law):
    wrong = sample.generate(law, 2_000, seed=7, on=ON, wrong_share=0.1)
    assert check_pool(wrong, law, quarantine=True).quarantine.height == 200


# What hangs together


def test_spouse_columns_are_null_without_spouse(pool):
    alone = ~pool["accompanying_spouse"]
    for name in ("spouse_education", "spouse_canadian_work_years"):
        assert (pool[name].is_null() == alone).all(), name
    for ability in ABILITIES:
        assert pool.filter(alone)[f"spouse_{ability}"].is_null().all()


def test_work(pool):
    recent, years = pool["canadian_skilled_months"], pool["canadian_work_years"]
    assert (recent // 12 <= years).all()
    assert (recent.filter(years == 0) < 12).all()
    assert share(pool.filter(pl.col("canadian_work_years") > 0), pl.col("canadian_skilled_months") >= 12) > 0.95
    total = (years.cast(pl.Int64) + pool["foreign_work_years"]) * 12
    assert (total <= 120).all()
    assert (pool["trade_months"].cast(pl.Int64) < total + 24).all()
    age = (pl.lit(ON) - pl.col("birth_date")).dt.total_days() / 365.2425
    worked = pool.select(age - pl.col("canadian_work_years") - pl.col("foreign_work_years")).to_series()
    assert worked.min() > 17.9


def test_languages(pool):
    first = pool.filter(pl.col("first_official_language") == "english")
    assert first.select(lowest("english")).to_series().min() >= 4
    none = pool.select(pl.col([f"french_{ability}" for ability in ABILITIES]).is_null())
    assert none.select(pl.all_horizontal(pl.all()) == pl.any_horizontal(pl.all())).to_series().all()
    assert 0.85 < none.to_series(0).mean() < 0.95
    levels = first.select([f"english_{ability}" for ability in ABILITIES]).to_numpy()
    assert np.corrcoef(levels.T.astype(float)).min() > 0.6
    assert levels.max() <= 10


def test_studies(pool):
    held = pool.filter(pl.col("canadian_education") != "none")
    assert not held["education"].is_in(["none", "secondary"]).any()
    assert set(held.filter(pl.col("canadian_education") == "three_plus_years")["education"]) == {
        "bachelors",
        "two_or_more",
        "masters",
        "doctoral",
    }
    assert not pool.filter(pl.col("education") == "none")["credential_recognized"].any()


def test_offers(pool):
    assert (
        pool.filter("trade_offer").select((pl.col("job_offer") != "none") & (pl.col("trade_months") > 0)).min().item()
    )
    assert set(pool.filter(pl.col("job_offer") == "noc_00")["teer"]) == {0}
    assert not pool.filter(pl.col("trade_months") == 0)["certificate_of_qualification"].any()


def test_second_declarations_say_the_same(pool):
    twice = pool.filter(pl.col("person_id").is_duplicated())
    assert 0.002 < twice["person_id"].n_unique() / SIZE < 0.004
    said = twice.drop("declaration_id", "submitted_at").unique()
    assert said.height == twice["person_id"].n_unique()


# Plausible


def test_who_is_eligible(scored):
    eligible = {stream: scored[f"eligible_{stream}"].mean() for stream in STREAMS}
    assert scored.select(pl.any_horizontal([f"eligible_{stream}" for stream in STREAMS])).to_series().mean() >= 0.97
    assert 0.45 < eligible["cec"] < 0.60
    assert 0.65 < eligible["fsw"] < 0.85
    assert 0.001 < eligible["fst"] < 0.01


def test_shares_are_plausible(scored):
    assert 0.01 < share(scored, pl.col("education") == "doctoral") < 0.03
    assert 0.001 < scored["nomination"].mean() < 0.004
    assert 0.02 < share(scored, pl.col("job_offer") != "none") < 0.08
    assert scored["certificate_of_qualification"].mean() < 0.01
    assert 0.25 < scored["accompanying_spouse"].mean() < 0.45
    high, low = scored.filter(pl.col("score") > 500), scored.filter(pl.col("score") <= 400)
    assert high["eligible_cec"].mean() > 0.9
    assert low["eligible_cec"].mean() < 0.5
    assert high["accompanying_spouse"].mean() < low["accompanying_spouse"].mean()
    assert high["birth_date"].to_physical().mean() > low["birth_date"].to_physical().mean()


# Calibration


@pytest.mark.parametrize("seed", [7, 11])
def test_bands_lie_near_the_published_ones(law, pool, seed):
    made = pool if seed == 7 else sample.generate(law, SIZE, seed=seed, on=ON)
    points = score(made, law, breakdown=False)["score"]
    shares = pl.Series([points.is_between(low, high).mean() for low, high, _ in BANDS.rows()])
    published = BANDS["candidates"] / BANDS["candidates"].sum()
    assert (shares - published).abs().sum() / 2 < 0.045  # total variation distance over the fifteen bands
    assert (shares - published).abs().max() < 0.015


def test_the_round_for_french_ends_near_its_minimum(scored):
    """On 21 March 2025 the first 7,500 of 236,909 with level 7 in French had at least 379."""
    french = scored.filter((lowest("french") >= 7) & ~pl.col("nomination"))["score"].sort(descending=True)
    assert abs(french[SIZE * 7_500 // 236_909] - 379) <= 15
