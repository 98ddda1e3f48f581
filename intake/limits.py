"""Limits: how often something may be done, counted in the memory of this process."""

from __future__ import annotations

import math
from ipaddress import IPv6Address, ip_address

MOST = 200_000


class Buckets:
    """A bucket of tokens for each key. It holds ``burst`` at most, and fills again within ``seconds``.

    At most ``MOST`` keys are kept; beyond, those asked for longest ago are forgotten, which frees them.
    """

    def __init__(self, burst: int, seconds: float, most: int = MOST) -> None:
        self.burst, self.rate, self.most = burst, burst / seconds, most
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float) -> int:
        """Take a token: 0 if there was one, else the whole seconds until there is."""
        tokens, at = self._kept.pop(key, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + max(0.0, now - at) * self.rate)
        missing = 1.0 - tokens
        self._kept[key] = (tokens if missing > 0 else tokens - 1.0, now)
        if len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]
        return math.ceil(missing / self.rate) if missing > 0 else 0


def network(address: str) -> str:
    """Give what is counted of an address: the whole of an IPv4 one, the first 64 bits of an IPv6 one."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        mapped = read.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(read) >> 64 << 64))
    return str(read)


def is_loopback(address: str) -> bool:
    """Tell whether an address is that of the machine itself."""
    try:
        read = ip_address(address)
    except ValueError:
        return False
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return (mapped or read).is_loopback
