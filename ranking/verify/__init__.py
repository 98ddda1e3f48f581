"""Verification of a round from its folder: a replay, and a proof by another road that shares no scoring code."""
