"""Where a new product goes at once: the merchant's warehouses to tick, with the first pieces of each (R46, R60)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext

from salur.inbound.checking import LineResult
from salur.stock.models import Warehouse
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest
from salur.web.inbound.places import capabilities_of
from salur.web.inbound.typed import words_by_field
from salur.web.pasted import clean

LONGEST = 30


@dataclass(slots=True)
class PlaceRow:
    """One warehouse of the form as it was filled in, with what is wrong by field (place, quantity, unit_cost)."""

    place: Warehouse
    chosen: bool = False
    quantity: str = ""
    unit_cost: str = ""
    hint: str = ""
    focus: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def pieces(self) -> bool:
        """Whether anything is said of pieces."""
        return bool(self.quantity or self.unit_cost)

    def take(self, results: Iterable[LineResult]) -> None:
        """Show what is wrong with its line."""
        for result in results:
            for name, told in words_by_field(result).items():
                self.errors.setdefault(name if name in ("quantity", "unit_cost") else "place", []).extend(told)


def place_rows(request: MerchantRequest, places: Sequence[Warehouse]) -> list[PlaceRow]:
    """A row for each warehouse that may be chosen; none where the plan holds no warehouses."""
    if Entitlement.WAREHOUSE_MANAGEMENT not in request.merchant.entitlements:
        return []
    return [_row(place, request.POST if request.method == "POST" else None) for place in places]


def focus_first_row(rows: Sequence[PlaceRow]) -> None:
    """Let the browser begin at the first wrong field."""
    for row in rows:
        wrong = [name for name in ("place", "quantity", "unit_cost") if name in row.errors]
        if wrong:
            row.focus = wrong[0]
            return


def unknown_places(request: MerchantRequest, rows: Sequence[PlaceRow]) -> bool:
    """Whether something was ticked that is none of the warehouses to choose from."""
    known = {str(row.place.pk) for row in rows}
    return bool(rows) and not {value for value in request.POST.getlist("warehouse") if value} <= known


def _row(place: Warehouse, sent: QueryDict | None) -> PlaceRow:
    row = PlaceRow(place, hint=_hint(place))
    if sent is not None:
        row.chosen = str(place.pk) in sent.getlist("warehouse")
        row.quantity = clean(sent.get(f"quantity_{place.pk}", ""))[:LONGEST]
        row.unit_cost = clean(sent.get(f"unit_cost_{place.pk}", ""))[:LONGEST]
        if row.pieces and not row.chosen:
            row.errors["place"] = [gettext("Tick the warehouse to which the pieces go.")]
    return row


def _hint(place: Warehouse) -> str:
    can = capabilities_of(place)
    if place.account is None:
        return gettext("Your own: its pieces are in stock at once.")
    if can is None:
        return ""
    if not can.keeps_stock:
        return gettext("Leave it empty for %(partners)s: the goods are made there to order.") % {"partners": can.title}
    if can.inbound_cost_required:
        return gettext("Needed by %(partners)s when pieces are announced.") % {"partners": can.title}
    return ""
