"""One way to write a value of a law: the same text however a file orders its keys and spaces its intervals."""

from __future__ import annotations

import json
from typing import Any

from rules.domains import Interval


def plain(value: Any) -> Any:  # noqa: ANN401 - a TOML value
    """Give a value as dicts and lists, which are copies: no tuple, nothing shared with what was given."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def canonical(value: Any) -> str:  # noqa: ANN401 - a TOML value
    """Write a value as JSON: keys in order, intervals as ``[31, 32)``, days in ISO form. ``true`` is never 1."""
    return json.dumps(_uniform(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - TOML values
    """Tell whether two values say the same."""
    return canonical(one) == canonical(other)


def label(text: str) -> str | bool:
    """Give the one form of a row's label: an interval as the law writes it, ``true`` and ``false`` as booleans."""
    if text in ("true", "false"):
        return text == "true"
    interval = Interval.parse(text)
    return text if interval is None else str(interval)


def _uniform(value: Any) -> Any:  # noqa: ANN401 - a TOML value
    if isinstance(value, dict):
        return {str(key): _uniform(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_uniform(item) for item in value]
    interval = Interval.parse(value) if isinstance(value, str) else None
    return value if interval is None else str(interval)
