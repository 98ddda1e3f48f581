"""How many to invite: held to exact laws, and to counting every case where numbers are small."""

import json
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import tirage
from scipy.stats import betabinom, binom
from strategies import examples

from ranking.simulate.size import Household, SizeError, Sizing, Uptake


def test_the_target_of_the_issue_against_the_binomial():
    sizing = Sizing(2000, Uptake(0.694))
    least, most = sizing.at_least(0.05), sizing.at_most(0.05)
    assert (least, most) == (2941, 2824)
    assert binom.cdf(1999, least, 0.694) <= 0.05 < binom.cdf(1999, least - 1, 0.694)
    assert binom.sf(2000, most, 0.694) <= 0.05 < binom.sf(2000, most + 1, 0.694)
    assert sizing.expected() == 2882


def exact(count, rate, files):
    """The probability of fewer than ``files`` acceptances, in whole fractions."""
    return sum(comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(min(files, count + 1)))


@examples(60)
@given(target=st.integers(1, 9), tenths=st.integers(1, 9), risk=st.sampled_from([0.01, 0.05, 0.2, 0.5]))
def test_small_targets_against_whole_fractions(target, tenths, risk):
    rate, accepted = Fraction(tenths, 10), Fraction(str(risk))
    sizing = Sizing(target, Uptake(tenths / 10))
    least, most = sizing.at_least(risk), sizing.at_most(risk)
    assert least == next(n for n in range(1, 1000) if exact(n, rate, target) <= accepted)
    assert most == next(n for n in range(1000) if 1 - exact(n + 1, rate, target + 1) > accepted)
    assert sizing.shortfall(least) == pytest.approx(float(exact(least, rate, target)))
    assert sizing.overshoot(most) == pytest.approx(float(1 - exact(most, rate, target + 1)), abs=1e-12)


@examples(20)
@given(target=st.integers(1, 30), accepted=st.integers(0, 40), more=st.integers(1, 40))
def test_an_uncertain_rate_against_the_beta_binomial(target, accepted, more):
    uptake = Uptake.of_evidence(accepted + 5, accepted + more + 5)
    least = Sizing(target, uptake).at_least(0.1)
    law = [betabinom(n, accepted + 5.5, more + 0.5) for n in (least, least - 1)]
    assert law[0].cdf(target - 1) <= 0.1 + 1e-12
    assert law[1].cdf(target - 1) > 0.1 - 1e-12


def test_evidence_makes_both_risks_larger_than_a_known_rate():
    known, learnt = Sizing(2000, Uptake(0.694)), Sizing(2000, Uptake.of_evidence(694, 1000))
    assert learnt.at_least(0.05) > known.at_least(0.05)
    assert learnt.at_most(0.05) < known.at_most(0.05)


def test_a_deviation_is_that_of_the_rate():
    uptake = Uptake.of_spread(0.7, 0.04)
    law = betabinom(1, uptake.a, uptake.b)
    assert law.mean() == pytest.approx(0.7)
    total = uptake.a + uptake.b
    assert uptake.a * uptake.b / total**2 / (total + 1) == pytest.approx(0.04**2)


def brute(count, rate, shares, persons):
    """The probability of fewer than ``persons``, over every way that a few invitations can end."""
    found = 0.0
    for sizes in product(range(len(shares) + 1), repeat=count):
        weight = 1.0
        for size in sizes:
            weight *= 1 - rate if size == 0 else rate * shares[size - 1]
        found += weight if sum(sizes) < persons else 0
    return found


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize("target", [1, 2, 5, 9])
def test_files_of_several_persons_against_every_case(count, target):
    shares = (0.5, 0.3, 0.2)
    sizing = Sizing(target, Uptake(0.6), Household(shares=shares))
    assert sizing.shortfall(count) == pytest.approx(brute(count, 0.6, shares, target))
    assert sizing.overshoot(count) == pytest.approx(1 - brute(count, 0.6, shares, target + 1), abs=1e-12)


def test_a_mean_of_persons_is_a_ratio():
    sizing = Sizing(100, Uptake(0.5), Household(Fraction("1.9")))
    files = Sizing(53, Uptake(0.5))  # 53 files are the first with 100 persons
    assert sizing.at_least(0.05) == files.at_least(0.05)
    assert sizing.overshoot(110) == pytest.approx(1 - binom.cdf(52, 110, 0.5))


def test_the_interval_holds_what_it_says():
    answer = Sizing(2000, Uptake(0.694)).answer(2941, 0.05)
    assert (answer.low, answer.high) == (int(binom.ppf(0.025, 2941, 0.694)), int(binom.ppf(0.975, 2941, 0.694)))
    spread = Sizing(20, Uptake(0.6), Household(shares=(0.5, 0.5))).answer(30, 0.1)
    assert 1 - Sizing(spread.low, Uptake(0.6), Household(shares=(0.5, 0.5))).shortfall(30) >= 0.95


def test_a_target_out_of_reach_is_said():
    with pytest.raises(SizeError, match="within reach"):
        Sizing(1000, Uptake.of_evidence(0, 1)).at_least(1e-6)


def test_the_command_prints_three_numbers_in_both_languages(tmp_path):
    said = ("simulate", "size", "--target", 2000, "--uptake", 0.694, "--risk", 0.05)
    english, french = tirage(*said), tirage(*said, "--lang", "fr", "--out", tmp_path / "size")
    assert (english.status, french.status) == (0, 0)
    assert all(number in english.out for number in ("2,824", "2,882", "2,941", "SIMULATION – not a decision"))
    assert all(words in french.out for words in ("2\u202f941", "Au moins la cible", "SIMULATION – pas une décision"))
    figures = json.loads((tmp_path / "size" / "summary.json").read_text(encoding="utf-8"))["figures"]
    assert figures["at_least"]["invitations"] == 2941


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--uptake", 0.5, "--uptake-evidence", "5/10"),
        ("--uptake", 1.5),
        ("--uptake-evidence", "11/10"),
        ("--uptake-evidence", "0/0"),
        ("--uptake", 0.5, "--uptake-deviation", 0.6),
        ("--uptake", 0.5, "--people-per-file", "1:0.5,2:0.4"),
        ("--uptake", 0.5, "--people-per-file", "0.5"),
        ("--uptake", 0.5, "--people-per-file", "1:a"),
        ("--uptake", 0.5, "--rounding"),
    ],
)
def test_wrong_use_is_said_without_a_traceback(wrong):
    ran = tirage("simulate", "size", "--target", 10, *wrong)
    assert ran.status == 2
    assert "Error" in ran.err
