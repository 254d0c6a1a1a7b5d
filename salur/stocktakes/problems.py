"""What may go wrong with a stock count, in people's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem, Refusal

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "stocktake_partner",
        _("This stock is the partner's to count"),
        _("%(warehouse)s belongs to a partner, whose figures are the truth."),
        _("Synchronise its stock: the sync shows and explains every difference. If it is wrong, tell the warehouse."),
        "operator",
    ),
    Problem(
        "stocktake_nothing",
        _("There is nothing to count"),
        _("No product of %(warehouse)s is meant by this choice."),
        _("Choose other zones, locations or MSKUs, or leave them empty to count everything."),
        "operator",
    ),
    Problem(
        "stocktake_unknown",
        _("Something in the choice does not exist"),
        _("Not found in %(warehouse)s: %(names)s."),
        _("Correct or remove it."),
        "operator",
    ),
    Problem(
        "stocktake_overlaps",
        _("Some of it is being counted already"),
        _("%(mskus)s are on the sheet of %(reference)s."),
        _("End that count first, or leave these products out."),
        "operator",
    ),
    Problem(
        "stocktake_too_large",
        _("Too much for one count"),
        _("The sheet would have more than %(limit)s lines."),
        _("Count zone by zone."),
        "operator",
    ),
    Problem(
        "stocktake_not_counting",
        _("This count takes no figures now"),
        _("%(reference)s is not being counted."),
        _("Have lines counted again first, or start a new count."),
        "operator",
    ),
    Problem(
        "stocktake_counted_meanwhile",
        _("Somebody counted this line meanwhile"),
        _("%(msku)s was entered as %(counted)s by somebody else after you opened it."),
        _("Look at both figures; if they differ, count the line again and enter it once more."),
        "operator",
    ),
    Problem(
        "stocktake_bad_figure",
        _("This is no number of pieces"),
        _("“%(value)s” is not a whole number from 0 to %(limit)s."),
        _("Write the pieces in digits."),
        "operator",
    ),
    Problem(
        "stocktake_incomplete",
        _("Some products are counted in part only"),
        _("%(mskus)s: not all of their locations are counted, and stock is kept for the whole warehouse."),
        _("Count the other locations too, or leave these products out."),
        "operator",
    ),
    Problem(
        "stocktake_reserved",
        _("Less was counted than is reserved for orders"),
        _("%(detail)s"),
        _("Cancel or move these orders, have the product counted again, or leave it out."),
        "operator",
    ),
    Problem(
        "stocktake_not_checked",
        _("The count has not ended"),
        _("%(reference)s is still being counted, or was ended before."),
        _("End counting first, look at the differences, then enter them."),
        "operator",
    ),
    Problem(
        "stocktake_over",
        _("This count is over"),
        _("%(reference)s was entered or given up."),
        _("Start a new count."),
        "operator",
    ),
)

LINE_MESSAGES: Mapping[str, str | Promise] = {
    "count_msku_missing": _("The MSKU is missing."),
    "count_not_here": _("%(msku)s is not on this sheet. Add it to the sheet first."),
    "count_which": _("%(msku)s lies at several locations (%(locations)s). Name the location."),
    "count_location": _("%(msku)s is not on the sheet at %(location)s."),
    "count_figure": _("“%(value)s” is not a whole number of pieces."),
    "count_twice": _("%(msku)s stands in line %(line)s already."),
    "count_differs": _("%(msku)s was entered as %(counted)s already. Have it counted again first."),
    "count_same": _("%(msku)s was entered as %(counted)s already."),
}
"""What may be wrong with one line of a filled-in sheet."""


class StocktakeRefused(Refusal):
    """Nothing is changed; the code says why."""

    code = "stocktake_not_counting"


@dataclass(frozen=True, slots=True)
class CountFault:
    """Why a line of a filled-in sheet was not taken. ``code``: a key of LINE_MESSAGES."""

    line: int
    code: str
    detail: dict[str, str | int] = field(default_factory=dict)

    @property
    def harmless(self) -> bool:
        """Whether the same figure stands there already."""
        return self.code == "count_same"

    def text(self) -> str:
        """What happened, in the language of the moment."""
        return str(LINE_MESSAGES[self.code]) % self.detail
