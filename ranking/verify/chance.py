"""A chi-square test of independence in plain Python: how likely is it that chance alone parted two things so."""

from __future__ import annotations

from collections import Counter
from math import erfc, exp, lgamma, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 5


def independence(pairs: Sequence[tuple[object, bool]]) -> float:
    """Give the probability of a table so uneven, were groups and answers independent; 1 where there is too little.

    Groups in which fewer than five of either answer are expected are put together, as the test asks for.
    """
    total, yes = len(pairs), sum(answer for _, answer in pairs)
    if not 0 < yes < total:
        return 1.0
    sizes = Counter(str(group) for group, _ in pairs)
    rare = FEWEST * total / min(yes, total - yes)
    joined = {group: group if size >= rare else "" for group, size in sizes.items()}
    seen = Counter((joined[str(group)], answer) for group, answer in pairs)
    groups = Counter(joined[str(group)] for group, _ in pairs)
    statistic = 0.0
    for group, size in groups.items():
        for answer, share in ((True, yes / total), (False, 1 - yes / total)):
            statistic += (seen[group, answer] - size * share) ** 2 / (size * share)
    return upper_tail(statistic, len(groups) - 1)


def upper_tail(statistic: float, freedom: int) -> float:
    """Give the probability that a chi-square of so many degrees of freedom is larger; 1 with none."""
    if freedom < 1 or statistic <= 0:
        return 1.0
    half = statistic / 2
    if freedom % 2 == 0:
        terms = (exp(-half + power * log(half) - lgamma(power + 1)) for power in range(freedom // 2))
        return min(1.0, sum(terms))
    odd = erfc(sqrt(half))
    for power in range(freedom // 2):
        odd += exp(-half + (power + 0.5) * log(half) - lgamma(power + 1.5))
    return min(1.0, odd)
