"""Backtests: what the engine and the models say of rounds that were held, against what was published of them."""
