"""What may be wrong with locations and bindings, in people's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "location_taken",
        _("This location exists already"),
        _("%(warehouse)s has a location %(number)s."),
        _("Choose another number, or use the one there is."),
        "operator",
    ),
    Problem(
        "location_bound",
        _("Products lie at this location"),
        _("%(count)s products are bound to %(number)s."),
        _("Unbind them first, or tick that they are to be unbound."),
        "operator",
    ),
    Problem(
        "location_wrong",
        _("This number cannot be taken"),
        _("%(reason)s"),
        _("Correct it."),
        "operator",
    ),
    Problem(
        "location_unknown",
        _("No such location"),
        _("%(warehouse)s has no location %(number)s in use."),
        _("Create it first, or choose another."),
        "operator",
    ),
    Problem(
        "product_not_in_warehouse",
        _("The product is not in this warehouse"),
        _("%(msku)s was never added to %(warehouse)s."),
        _("Add the product to the warehouse first; it needs no location for that."),
        "operator",
    ),
    Problem(
        "location_warehouse_off",
        _("This warehouse is switched off"),
        _("%(warehouse)s is switched off."),
        _("Switch the warehouse on first."),
        "operator",
    ),
)

LINE_MESSAGES: Mapping[str, str | Promise] = {
    "location_missing": _("The location is missing."),
    "location_too_long": _("The location has %(found)s characters; at most %(limit)s are possible."),
    "location_character": _("“%(value)s” holds a character that a location cannot have."),
    "location_exists": _("%(number)s exists already. It was left as it is."),
    "location_twice": _("%(number)s stands in line %(line)s already."),
    "range_ends": _("A range has two ends, for instance A-01-01 .. A-03-20."),
    "range_shape": _("%(first)s and %(last)s are not built alike, so nothing can be counted between them."),
    "range_backwards": _("%(last)s comes before %(first)s. Put the smaller one first."),
    "range_too_long": _("At most %(limit)s locations are made at once. Divide the range."),
    "too_many": _("At most %(limit)s locations are made at once. Divide the list."),
    "zone_too_long": _("The zone has %(found)s characters; at most %(limit)s are possible."),
    "note_too_long": _("The note has %(found)s characters; at most %(limit)s are possible."),
    "msku_missing": _("The MSKU is missing. Write the location, a comma and the MSKU."),
    "msku_unknown": _("There is no master product %(msku)s."),
    "msku_elsewhere": _("%(msku)s was never added to this warehouse. Add it first."),
    "location_not_there": _("This warehouse has no location %(number)s. Create it first."),
    "location_of_another": _("%(number)s is a location of %(warehouse)s, not of this warehouse."),
    "location_off": _("The location %(number)s is switched off."),
    "bound_already": _("%(msku)s is bound to %(number)s already."),
    "pair_twice": _("%(msku)s at %(number)s stands in line %(line)s already."),
}
"""What may be wrong with one line of a list."""

HARMLESS = frozenset({"location_exists", "location_twice", "bound_already", "pair_twice"})
"""Told, but nothing that anybody must correct."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """Why a line was not taken. ``code``: a key of LINE_MESSAGES; ``text_of_line``: as it was given."""

    line: int
    code: str
    text_of_line: str
    detail: dict[str, str | int] = field(default_factory=dict)

    @property
    def harmless(self) -> bool:
        """Whether what the line wants is there already."""
        return self.code in HARMLESS

    def text(self) -> str:
        """What happened, in the language of the moment."""
        return str(LINE_MESSAGES[self.code]) % self.detail
