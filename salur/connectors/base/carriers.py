"""Which carrier a parcel goes with, from what warehouses and people write: one reading for every store.

A store has its own code for a carrier; each store connector maps :class:`Carrier` to it by one table of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from .errors import Rejected

SHORTEST, LONGEST = 5, 50  # characters of a tracking number, over all carriers


class Carrier(StrEnum):
    """Carriers that at least one store has a code for."""

    AUSTRALIA_POST = "australia_post"
    CANADA_POST = "canada_post"
    DHL = "dhl"
    DHL_ECOMMERCE = "dhl_ecommerce"
    DPD = "dpd"
    EVRI = "evri"
    FEDEX = "fedex"
    GLS = "gls"
    JAPAN_POST = "japan_post"
    LASERSHIP = "lasership"
    ONTRAC = "ontrac"
    ROYAL_MAIL = "royal_mail"
    SF_EXPRESS = "sf_express"
    UPS = "ups"
    USPS = "usps"
    YUN_EXPRESS = "yun_express"


# The first row whose words all stand in the name counts, so the longer names come first.
NAMES: tuple[tuple[str, Carrier], ...] = (
    ("dhl ecommerce", Carrier.DHL_ECOMMERCE),
    ("dhl global mail", Carrier.DHL_ECOMMERCE),
    ("united states postal service", Carrier.USPS),
    ("us postal service", Carrier.USPS),
    ("united parcel service", Carrier.UPS),
    ("federal express", Carrier.FEDEX),
    ("australia post", Carrier.AUSTRALIA_POST),
    ("auspost", Carrier.AUSTRALIA_POST),
    ("canada post", Carrier.CANADA_POST),
    ("japan post", Carrier.JAPAN_POST),
    ("royal mail", Carrier.ROYAL_MAIL),
    ("royalmail", Carrier.ROYAL_MAIL),
    ("sf express", Carrier.SF_EXPRESS),
    ("yun express", Carrier.YUN_EXPRESS),
    ("yunexpress", Carrier.YUN_EXPRESS),
    ("lasership", Carrier.LASERSHIP),
    ("ontrac", Carrier.ONTRAC),
    ("hermes", Carrier.EVRI),
    ("evri", Carrier.EVRI),
    ("usps", Carrier.USPS),
    ("fedex", Carrier.FEDEX),
    ("ups", Carrier.UPS),
    ("dhl", Carrier.DHL),
    ("dpd", Carrier.DPD),
    ("gls", Carrier.GLS),
)

# Numbers that belong to one carrier only; all others are told apart by the name.
NUMBERS: tuple[tuple[re.Pattern[str], Carrier], ...] = (
    (re.compile(r"1Z[0-9A-Z]{16}"), Carrier.UPS),
    (re.compile(r"(420\d{5}(\d{4})?)?9[2-5]\d{20}"), Carrier.USPS),
    (re.compile(r"[A-Z]{2}\d{9}US"), Carrier.USPS),
    (re.compile(r"[A-Z]{2}\d{9}GB"), Carrier.ROYAL_MAIL),
    (re.compile(r"[A-Z]{2}\d{9}AU"), Carrier.AUSTRALIA_POST),
    (re.compile(r"[A-Z]{2}\d{9}CA"), Carrier.CANADA_POST),
    (re.compile(r"[A-Z]{2}\d{9}JP"), Carrier.JAPAN_POST),
)

_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")
_NUMBER_SIGNS = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel under way: its number without blanks, the name as it was given, and the carrier where it is known."""

    number: str
    name: str
    carrier: Carrier | None


def carrier_of(name: str, number: str) -> Carrier | None:
    """The carrier by its name ("USPS Ground Advantage"), else by a number that only one carrier has; None: unknown."""
    words = f" {_OTHER_SIGNS.sub(' ', name.lower()).strip()} "
    for known, carrier in NAMES:
        if f" {known} " in words:
            return carrier
    if words.strip():
        return None  # a name that we do not know is still a name: the number does not overrule it
    plain = number.upper().replace("-", "")
    return next((carrier for pattern, carrier in NUMBERS if pattern.fullmatch(plain)), None)


def parcel(number: str, name: str) -> Parcel:
    """What a store is told of a parcel. A number that no carrier gives is Rejected before anything is sent."""
    plain = "".join(number.split())
    if not plain:
        raise Rejected("no_tracking", "the store wants a tracking number", field="tracking")
    if not SHORTEST <= len(plain) <= LONGEST or not _NUMBER_SIGNS.fullmatch(plain):
        raise Rejected("tracking_format", f"{plain[:60]} is no tracking number", field="tracking")
    shown = " ".join(name.split())
    return Parcel(plain, shown, carrier_of(shown, plain))


def same_number(one: str, other: str) -> bool:
    """Whether two tracking numbers are the same, blanks, hyphens and capitals aside."""
    return _OTHER_SIGNS.sub("", one.lower()) == _OTHER_SIGNS.sub("", other.lower()) != ""
