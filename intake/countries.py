"""Countries that issue travel documents: the codes of ISO 3166-1, with their names in French and English."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parent / "lists" / "countries.csv"  # its source stands in the .toml beside it


@dataclass(frozen=True, slots=True)
class Country:
    """A country, by its codes of three and of two letters."""

    alpha_3: str
    alpha_2: str
    title: Text


@cache
def countries() -> Mapping[str, Country]:
    """Give the 249 countries, and the code of other authorities, by three letters, in the order of the codes."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {r["alpha_3"]: Country(r["alpha_3"], r["alpha_2"], Text(r["fr"], r["en"])) for r in rows}


@cache
def by_two_letters() -> Mapping[str, Country]:
    """Give the countries by their code of two letters."""
    return {country.alpha_2: country for country in countries().values()}


@cache
def by_name() -> Mapping[str, Country]:
    """Give the countries by their names in both languages, in small letters."""
    return {name.casefold(): country for country in countries().values() for name in country.title}
