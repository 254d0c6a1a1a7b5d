"""Countries by the names that exports write: CLDR's in the languages that sellers here meet, and a few more."""

from __future__ import annotations

from functools import cache

from babel import Locale

from .countries import CODES

LANGUAGES = ("en", "id", "ms", "vi", "zh_Hans", "zh_Hant", "th", "de", "fr", "es")

OTHER_NAMES = {
    "AE": "UAE",
    "BO": "Bolivia, Plurinational State of",
    "BN": "Brunei Darussalam",
    "CI": "Ivory Coast",
    "CN": "People's Republic of China",
    "CZ": "Czech Republic",
    "GB": "UK|Great Britain|England|Scotland|Wales",
    "GS": "South Georgia and South Sandwich Islands",
    "HK": "Hong Kong",
    "HM": "Heard and McDonald Islands",
    "IE": "Republic of Ireland",
    "IR": "Iran, Islamic Republic of",
    "KR": "Korea, Republic of|Republic of Korea",
    "LA": "Lao|Lao People's Democratic Republic",
    "MD": "Moldova, Republic of",
    "MK": "Macedonia",
    "MM": "Burma",
    "MO": "Macau|Macao",
    "NL": "Holland",
    "PS": "Palestine",
    "RU": "Russian Federation",
    "SK": "Slovak Republic",
    "SY": "Syrian Arab Republic",
    "TR": "Turkey",
    "TZ": "Tanzania, United Republic of",
    "US": "USA|United States of America",
    "VE": "Venezuela, Bolivarian Republic of",
    "VN": "Viet Nam",
}
"""What stores write and CLDR does not, by code."""


def _plain(name: str) -> str:
    """A name without what its writers differ in: dots, case, the article, "&" for "and", "St." for "Saint"."""
    words = name.replace(".", " ").replace("&", " and ").replace("’", "'").casefold().split()
    text = " ".join("st" if word == "saint" else word for word in words)
    # "U.S.A." falls apart at its dots.
    return "usa" if text == "u s a" else text.removeprefix("the ")


@cache
def codes_by_name() -> dict[str, str]:
    """Plain name -> ISO 3166 alpha-2 code."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        names = Locale.parse(language).territories
        found.update({_plain(name): code for code, name in names.items() if code in CODES})
    for code, others in OTHER_NAMES.items():
        found.update(dict.fromkeys(map(_plain, others.split("|")), code))
    return found


def country_code(name: str) -> str:
    """The code of a country's name; empty where it is not known."""
    return codes_by_name().get(_plain(name), "")
