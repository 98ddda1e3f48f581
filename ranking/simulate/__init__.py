"""Simulation: what another law, or another instruction, would have made of the same pool."""

from ranking.simulate.sweep import Sweep, sweep
from ranking.simulate.variants import Variants

__all__ = ["Sweep", "Variants", "sweep"]
