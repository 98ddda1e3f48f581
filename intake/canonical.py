"""One spelling for each value: JSON with sorted keys, no spaces, UTF-8, whole numbers only."""

from __future__ import annotations

import json
from datetime import date
from typing import Any


def canonical(value: Any) -> bytes:  # noqa: ANN401 - anything that JSON can hold
    """Spell a value in the one way that digests are taken of. Dates are written as ISO days.

    Raises:
        TypeError: something in it is no text, whole number, boolean, null, date, list or mapping.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_written
    ).encode()


def _written(value: object) -> str:
    if type(value) is date:
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical spelling")
