"""How many to invite for a target: invitations that are taken up, by chance and with a rate that is itself uncertain.

Those who take up ``n`` invitations are binomial when the rate is known, and beta-binomial when it is not: the rate is
one draw of a beta law, the same for the whole round. So its uncertainty does not shrink as the round grows. A target
is of files, or of persons where files have several.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np

from rules.faults import Fault, TirageError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Shares = NDArray[np.float64]

MOST = 10_000_000  # invitations; beyond, no target is reached as asked
SLACK = 1e-12  # of floating point: a risk of exactly what is accepted is accepted
MOST_SPREAD = 20_000  # persons, for a target where files differ in size


class SizeError(TirageError):
    """A size cannot be found."""

    heading = Text("Taille introuvable", "Size not found")


@dataclass(frozen=True)
class Uptake:
    """The share of invitations that are taken up: ``rate``, or a beta law of mean ``rate`` with ``a`` and ``b``."""

    rate: float
    a: float | None = None
    b: float | None = None

    @classmethod
    def of_evidence(cls, accepted: int, invited: int) -> Uptake:
        """Learn the rate from an earlier round: beta law after ``accepted`` of ``invited``, from Jeffreys’s prior."""
        a, b = accepted + 0.5, invited - accepted + 0.5
        return cls(a / (a + b), a, b)

    @classmethod
    def of_spread(cls, rate: float, deviation: float) -> Uptake:
        """Give the beta law of a mean and a standard deviation: how much the rate differs from round to round."""
        strength = rate * (1 - rate) / deviation**2 - 1
        return cls(rate, rate * strength, (1 - rate) * strength)

    def law(self, invitations: int) -> Any:  # noqa: ANN401 - a law of scipy
        """Give the law of how many take up their invitation."""
        from scipy.stats import betabinom, binom  # noqa: PLC0415 - heavy

        return binom(invitations, self.rate) if self.a is None else betabinom(invitations, self.a, self.b)

    def under(self, invitations: int, files: int) -> float:
        """Give the probability that fewer than ``files`` take up their invitation."""
        if files <= 0:
            return 0.0
        if files > invitations:
            return 1.0
        law = self.law(invitations)
        return float(law.cdf(files - 1) if self.a is None else min(law.pmf(np.arange(files)).sum(), 1.0))


@dataclass(frozen=True)
class Household:
    """How many persons come with a file: always ``mean`` (a ratio), or by ``shares`` of files with 1, 2, … persons."""

    mean: Fraction = Fraction(1)
    shares: tuple[float, ...] = ()

    def reaching(self, persons: int, *, beyond: bool = False) -> Shares:
        """Give, for 0, 1, 2, … files, the probability of at least ``persons`` persons, or of more; 1 ever after."""
        if not self.shares:
            files = floor(persons / self.mean) + 1 if beyond else ceil(persons / self.mean)
            return np.concatenate([np.zeros(files), [1.0]])
        persons += beyond
        if persons > MOST_SPREAD:
            expected = Text(f"au plus {MOST_SPREAD} personnes", f"at most {MOST_SPREAD} persons")
            write = Text("un nombre moyen : --people-per-file 1.9", "a mean: --people-per-file 1.9")
            raise SizeError([Fault(same("--people-per-file"), same(str(persons)), expected, write)])
        under = np.zeros(persons)
        under[:1] = 1.0
        reached = []
        while under.sum() > 1e-15:
            reached.append(1 - under.sum())
            longer = np.zeros_like(under)
            for more, share in enumerate(self.shares, start=1):
                longer[more:] += share * under[: len(under) - more] if more < len(under) else 0
            under = longer
        return np.array([*reached, 1.0])


@dataclass(frozen=True)
class Answer:
    """A number of invitations, and what it gives: persons expected, an interval, the risks of both sides."""

    invitations: int
    expected: float
    low: int
    high: int
    shortfall: float
    overshoot: float


@dataclass(frozen=True)
class Sizing:
    """A target, and the uptake and households that stand between invitations and it."""

    target: int
    uptake: Uptake
    household: Household = Household()

    def shortfall(self, invitations: int) -> float:
        """Give the probability of fewer persons than the target."""
        return self._under(invitations, self._reaching_target)

    def overshoot(self, invitations: int) -> float:
        """Give the probability of more persons than the target."""
        return 1 - self._under(invitations, self._going_over)

    @property
    def _reaching_target(self) -> Shares:
        return self.household.reaching(self.target)

    @property
    def _going_over(self) -> Shares:
        return self.household.reaching(self.target, beyond=True)

    def _under(self, invitations: int, reached: Shares) -> float:
        """Give the probability of not reaching what ``reached`` tells of 0, 1, 2, … files."""
        sure = len(reached) - 1
        if not reached[:sure].any():
            return self.uptake.under(invitations, sure)
        files = np.arange(min(sure, invitations + 1))
        return float((self.uptake.law(invitations).pmf(files) * (1 - reached[files])).sum())

    def at_least(self, risk: float) -> int:
        """Find the fewest invitations that reach the target with probability 1 − ``risk``."""
        reached = self._reaching_target
        return self._first(lambda count: self._under(count, reached) <= risk + SLACK)

    def at_most(self, risk: float) -> int:
        """Find the most invitations that go over the target with a probability of at most ``risk``."""
        over = self._going_over
        return self._first(lambda count: 1 - self._under(count, over) > risk + SLACK) - 1

    def expected(self) -> int:
        """Find the fewest invitations of which the target is expected."""
        return ceil(self.target / (self.uptake.rate * self.mean) - 1e-9)

    @property
    def mean(self) -> float:
        """Give the mean number of persons of a file."""
        shares = self.household.shares
        return float(np.dot(shares, np.arange(1, len(shares) + 1))) if shares else float(self.household.mean)

    def answer(self, invitations: int, risk: float) -> Answer:
        """Say what a number of invitations gives; the interval leaves ``risk`` outside, half on each side."""
        low, high = self._interval(invitations, risk)
        expected = invitations * self.uptake.rate * self.mean
        return Answer(invitations, expected, low, high, self.shortfall(invitations), self.overshoot(invitations))

    def _interval(self, invitations: int, risk: float) -> tuple[int, int]:
        weights = self.uptake.law(invitations).pmf(np.arange(invitations + 1))
        if self.household.shares:
            weights = _persons(weights, self.household.shares)
        cumulated = np.cumsum(weights)
        ends = [int(np.searchsorted(cumulated, end - 1e-12)) for end in (risk / 2, 1 - risk / 2)]
        low, high = (min(end, len(weights) - 1) for end in ends)
        ratio = 1 if self.household.shares else self.household.mean
        return floor(low * ratio), ceil(high * ratio)

    def _first(self, holds: Callable[[int], bool]) -> int:
        """Find the first number of invitations at which something holds, that holds ever after."""
        low, high = -1, 1
        while not holds(high):
            low, high = high, high * 2
            if high > MOST:
                found = Text(f"plus de {MOST} invitations", f"more than {MOST} invitations")
                expected = Text("une cible atteignable à ce risque", "a target within reach at this risk")
                write = Text("un risque plus grand : --risk 0.1", "a greater risk: --risk 0.1")
                raise SizeError([Fault(same("--risk"), found, expected, write)])
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return high


def _persons(files: Shares, shares: Sequence[float]) -> Shares:
    """Give the law of the persons of a random number of files, through its Fourier transform."""
    likely = np.flatnonzero(files > 1e-15)
    files = files[: likely[-1] + 1]
    length = 1 << int(len(files) * len(shares)).bit_length()
    one = np.zeros(length)
    one[1 : len(shares) + 1] = shares
    wave = np.fft.rfft(one)
    found = np.zeros_like(wave)
    for weight in files[::-1]:
        found = found * wave + weight
    return np.maximum(np.fft.irfft(found, length), 0)
