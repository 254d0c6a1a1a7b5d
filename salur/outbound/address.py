"""What an address must hold before a parcel is sent to it: one table for whoever writes the parcel's label."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Mapping[str, str | Promise] = {
    "name": _("Name"),
    "phone": _("Telephone"),
    "street": _("Address"),
    "city": _("City"),
    "postal_code": _("Postcode"),
}
"""The parts that are asked for, in the order in which they are told."""

# Who writes the label decides. The label of a store bears its own address, so then only what the partner itself asks
# of every order is wanted (``address_needs`` of its capabilities).
BY_PARTNER = frozenset({"name", "street", "city", "postal_code"})  # the partner books the courier
BY_OURSELVES = frozenset({"name", "street"})  # our own people do; what else is wanted they see while packing

POSTAL_CODES: Mapping[str, str] = {
    "ID": r"[0-9]{5}",
    "MY": r"[0-9]{5}",
    "SG": r"[0-9]{6}",
    "TH": r"[0-9]{5}",
    "US": r"[0-9]{5}(-?[0-9]{4})?",
}
"""How the postcode of a country looks; of other countries any is taken."""
WITHOUT_POSTAL_CODE = frozenset({"AE", "HK", "MO", "PH", "QA", "VN"})
"""Where parcels arrive without a postcode."""
MASK = "*"  # a part that the store shows masked is there


def gaps(name: str, phone: str, lines: Sequence[str], city: str, postal_code: str, country: str) -> tuple[str, ...]:
    """The parts that an address lacks, whoever asks for them."""
    street = next((line for line in lines if line.strip()), "")
    parts = {"name": name, "phone": phone, "street": street, "city": city}
    lacking = [part for part, value in parts.items() if not value.strip()]
    return (*lacking, *([] if _has_postal_code(postal_code.strip(), country) else ["postal_code"]))


def _has_postal_code(code: str, country: str) -> bool:
    if not code or MASK in code:
        return bool(code) or country in WITHOUT_POSTAL_CODE
    looks = POSTAL_CODES.get(country)
    return looks is None or re.fullmatch(looks, code) is not None


def needs_of(partner_needs: frozenset[str], *, third_party: bool, label_of_store: bool) -> frozenset[str]:
    """What must be known of the address of one parcel."""
    if label_of_store:
        return partner_needs
    return partner_needs | (BY_PARTNER if third_party else BY_OURSELVES)
