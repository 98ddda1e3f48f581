"""A quick start and a quick end of a command: nothing is looked for where nothing can be found.

What a command imports lives as long as the command; to search it for what is no longer used took a fifth of the time
of a short one.
"""

from __future__ import annotations

import atexit
import gc
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def quickly() -> None:
    """Have pydantic look for no plug-in in every package installed, and the end of the process search nothing."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    atexit.register(gc.freeze)


@contextmanager
def kept() -> Iterator[None]:
    """Keep what is made here as long as the process lives: the collector of unused objects never looks at it."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if swept:
            gc.enable()
