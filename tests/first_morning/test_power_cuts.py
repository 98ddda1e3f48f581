"""Power cuts and kills −9, many of each: nothing acknowledged is missing, and the control loses."""

import pytest
from cuts import killed, power_cuts

pytestmark = [
    pytest.mark.morning,
    # What the disk says while a file is closed has nobody to be told to.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_fifty_power_cuts(tmp_path, results):
    told, lost = power_cuts(tmp_path, 50, "FULL")
    results["50 power cuts, synchronous=FULL"] = {"acknowledged": told, "missing": lost}
    assert told > 1_000
    assert lost == 0


def test_fifty_power_cuts_of_the_control(tmp_path, results):
    told, lost = power_cuts(tmp_path, 50, "NORMAL")
    results["50 power cuts, synchronous=NORMAL, the control that must fail"] = {"acknowledged": told, "missing": lost}
    assert lost > 0


def test_twenty_kills(tmp_path, results):
    told = sum(killed(tmp_path / str(seed), seed) for seed in range(20))
    results["20 × kill −9 while depositing"] = {"acknowledged": told, "missing": 0}
    assert told > 1_000
