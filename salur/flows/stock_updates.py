"""Stock updated by a table: what comes in addition, what each warehouse has, or what there is in all (R60, R135).

In a partner's warehouse each becomes an inbound list, and nothing is in stock before the warehouse says so (R61). In an
own warehouse the figures change at once, each change an entry of the ledger. All or nothing: every wrong line is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.catalog.queries import products_named
from salur.foundation.problems import Problem, Refusal
from salur.inbound.checking import LARGEST_QUANTITY, LineProblem, LineResult, WantedLine, check_lines
from salur.inbound.editing import MOST_LINES as LIST_LINES
from salur.inbound.editing import Head, ListRefused, create_inbound_list, rules_of
from salur.inbound.models import InboundList
from salur.inbound.states import InboundSource
from salur.stock.adjust import AdjustmentsRefused, Wanted
from salur.stock.models import AdjustReason, Warehouse
from salur.tenancy.scope import current_scope

from .inbound_push import submit_inbound
from .own_stock import adjust_own_stock

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "update_quantity",
        _("Not a number of pieces"),
        _("“%(value)s” is not a whole number from 0 to %(limit)s."),
        _("Write whole pieces in digits, without separators."),
        "operator",
    ),
    Problem(
        "update_lowers_partner",
        _("A partner's stock cannot be lowered here"),
        _("%(warehouse)s has %(there)s pieces of %(sku)s, with those on their way; %(value)s are fewer."),
        _("Synchronise the stock; if the figure is wrong then, tell the warehouse."),
        "operator",
    ),
    Problem(
        "update_below_reserved",
        _("Less than is reserved"),
        _("%(reserved)s pieces of %(sku)s are reserved in %(warehouse)s, so %(value)s cannot be all there is."),
        _("Cancel or move orders first, or count again."),
        "operator",
    ),
    Problem(
        "update_twice",
        _("The MSKU stands in the table twice"),
        _("%(sku)s stands in line %(other)s already, for the same warehouse."),
        _("Make one line of the two."),
        "operator",
    ),
)


MOST_LINES = 100_000
"""Of a table. A partner's warehouse gets as many inbound lists as its lines need."""


class UpdateKind(StrEnum):
    """What the quantities of a table mean."""

    ADD = "add"
    """Pieces in addition to what is there."""
    SET = "set"
    """All that each warehouse has: “update warehouse stock” (R135)."""
    TOTAL = "total"
    """All there is, over every warehouse: “update stock” (R135). The difference goes to the chosen warehouse."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What a table led to: lists at partners' warehouses, own figures changed; or what is wrong.

    ``refused`` holds whole warehouses.
    """

    lists: list[InboundList] = field(default_factory=list)
    changed: int = 0
    wrong: list[LineResult] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """A product's pieces in a warehouse, or over all of them."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0

    @property
    def coming(self) -> int:
        """What is there and what is on its way."""
        return self.on_hand + self.incoming


NONE = Figures()


def update_stock(kind: UpdateKind, lines: Mapping[int, Sequence[WantedLine]], note: str = "") -> Updated:
    """Update stock by a table's lines, by warehouse id (inside a scope)."""
    places = Warehouse.objects.select_related("account").in_bulk(list(lines))
    wrong: list[LineResult] = []
    refused: dict[int, Refusal] = {}
    own: list[Wanted] = []
    partners: dict[int, list[WantedLine]] = {}
    for place_id, wanted in lines.items():
        try:
            plan = _Plan(places[place_id], kind, wanted)
        except ListRefused as refusal:
            refused[place_id] = refusal
            continue
        wrong += plan.wrong
        own += plan.figures
        if plan.announced:
            partners[place_id] = plan.announced
    if wrong or refused:
        return Updated(wrong=sorted(wrong, key=lambda one: one.number), refused=refused)
    lists = []  # before figures: locks of lists come before those of balances
    for place_id, announced in partners.items():
        for first in range(0, len(announced), LIST_LINES):
            part = announced[first : first + LIST_LINES]
            made = create_inbound_list(place_id, part, Head(note=note), source=InboundSource.IMPORT)
            lists.append(submit_inbound(made.pk))
    reason = AdjustReason.ADDED if kind == UpdateKind.ADD else AdjustReason.COUNTED
    try:
        changes = adjust_own_stock(own, reason, note) if own else []
    except AdjustmentsRefused as many:
        raise many.first from many
    return Updated(lists, sum(change != 0 for change in changes))


class _Plan:
    """What one warehouse's lines come to: figures (own), pieces to announce (partner), or what is wrong.

    ``figures`` are set for the kind SET, and added for others, so that a shipment meanwhile is not undone.
    """

    def __init__(self, place: Warehouse, kind: UpdateKind, wanted: Sequence[WantedLine]) -> None:
        self.place, self.kind = place, kind
        self.figures: list[Wanted] = []
        self.announced: list[WantedLine] = []
        self.rules = rules_of(place.pk)  # raises ListRefused where the warehouse takes nothing
        results = check_lines(self.rules, [self._checkable(line) for line in wanted])
        self.wrong = [self._told(line, result) for line, result in zip(wanted, results, strict=True) if result.problems]
        products = {msku: p.pk for msku, p in products_named(line.sku.strip() for line in wanted).items()}
        there, everywhere = _figures(place.pk, products.values())
        seen: dict[str, int] = {}
        for line, result in zip(wanted, results, strict=True):
            product = products.get(line.sku.strip())
            if product is None or result.problems:
                continue
            first = seen.setdefault(line.sku.strip(), line.number)
            merges = kind == UpdateKind.ADD and place.account_id is not None  # a list has a line for each batch
            if first != line.number and not merges:
                self._refuse(line, "update_twice", "sku", other=first)
                continue
            self._take(line, product, there.get(product, NONE), everywhere.get(product, NONE))

    def _checkable(self, line: WantedLine) -> WantedLine:
        """The line as inbound lists judge it. “All there is” may be 0, and says nothing of how much comes."""
        if self.kind == UpdateKind.ADD:
            return line
        whole = _whole(line.quantity)
        return replace(line, quantity=max(1, whole) if whole is not None else line.quantity)

    def _told(self, line: WantedLine, result: LineResult) -> LineResult:
        """A wrong quantity in words that fit: 0 is one, too, where all there is is meant."""
        if self.kind != UpdateKind.ADD:
            told = {"value": str(line.quantity).strip()[:60] or "–", "limit": LARGEST_QUANTITY}
            result.problems = [
                LineProblem("update_quantity", p.field, told) if p.code.startswith("inbound_quantity") else p
                for p in result.problems
            ]
        return result

    def _refuse(self, line: WantedLine, code: str, name: str, **evidence: Any) -> None:
        told = {"sku": line.sku.strip(), "warehouse": self.place.name, "value": str(line.quantity).strip(), **evidence}
        self.wrong.append(LineResult(line.number, line, problems=[LineProblem(code, name, told)]))

    def _take(self, line: WantedLine, product: int, there: Figures, everywhere: Figures) -> None:
        pieces = _whole(line.quantity) or 0
        now_there = there.on_hand if self.place.account_id is None else there.coming
        wanted = {
            UpdateKind.ADD: now_there + pieces,
            UpdateKind.SET: pieces,
            UpdateKind.TOTAL: now_there + pieces - everywhere.coming,
        }[self.kind]
        if self.place.account_id is None:
            if wanted < there.reserved:
                self._refuse(line, "update_below_reserved", "quantity", reserved=there.reserved)
            elif wanted != now_there:
                whole = self.kind == UpdateKind.SET
                pieces = wanted if whole else wanted - now_there
                self.figures.append(Wanted(self.place.pk, product, pieces, added=not whole))
        elif wanted < now_there:
            known = everywhere.coming if self.kind == UpdateKind.TOTAL else now_there
            self._refuse(line, "update_lowers_partner", "quantity", there=known)
        elif wanted > now_there:
            self.announced.append(replace(line, quantity=wanted - now_there))


def _whole(given: Any) -> int | None:
    text = str(given).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


FIGURES = """
SELECT product_id, warehouse_id = %s, sum(on_hand), sum(reserved), sum(incoming) FROM stock_balance
WHERE merchant_id = %s AND product_id = ANY(%s) GROUP BY 1, 2
"""


def _figures(place_id: int, products: Any) -> tuple[dict[int, Figures], dict[int, Figures]]:
    """Figures by product: in the warehouse, and over all warehouses."""
    there: dict[int, Figures] = {}
    everywhere: dict[int, Figures] = {}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [place_id, current_scope().merchant_id, sorted(set(products))])
        for product, here, *sums in cursor.fetchall():
            figures = Figures(*map(int, sums))
            if here:
                there[product] = figures
            known = everywhere.get(product, NONE)
            everywhere[product] = Figures(
                known.on_hand + figures.on_hand, known.reserved + figures.reserved, known.incoming + figures.incoming
            )
    return there, everywhere
