"""Countries by their names in the reader's language (CLDR, through Babel)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from babel import Locale
from django.utils.translation import get_language, gettext, to_locale

from salur.orders.formats.countries import CODES

HOME = ("ID", "MY", "PH", "SG", "TH", "VN")
"""Where most merchants are: first in lists to choose from."""


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(to_locale(language)).territories
    return {code: territories.get(code, code) for code in CODES}


def country_name(code: str) -> str:
    """The country of an ISO 3166 code; a code that is none is shown as it is."""
    return _names(get_language() or "en").get(code, code)


def country_names(codes: Iterable[str]) -> str:
    """Countries by their names, for reading; none named: all."""
    return ", ".join(map(country_name, codes)) or gettext("all countries")


def country_choices(codes: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Countries to choose from, by name, those of :data:`HOME` first; none named: all."""
    wanted = set(codes) or CODES
    home = [code for code in HOME if code in wanted]
    others = sorted(wanted.difference(home), key=country_name)
    return [(code, country_name(code)) for code in [*home, *others]]
