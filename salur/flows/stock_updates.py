"""Stock updated by a table: what comes in addition, what each warehouse has, or what there is in all (R60, R135).

In a partner's warehouse each becomes an inbound list, and nothing is in stock before the warehouse says so (R61). In an
own warehouse the figures change at once, each change an entry of the ledger. All or nothing: every wrong line is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem, Refusal
from salur.inbound.checking import LARGEST_QUANTITY, CheckedLine, LineProblem, LineResult, WantedLine, check_lines
from salur.inbound.editing import MOST_LINES as LIST_LINES
from salur.inbound.editing import Head, ListRefused, rules_of
from salur.inbound.models import InboundList
from salur.inbound.states import InboundSource
from salur.stock.adjust import AdjustmentsRefused, Wanted
from salur.stock.models import AdjustReason, Warehouse
from salur.tenancy.scope import current_scope

from .inbound_push import announce_inbound
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
    """Update stock by a table's lines, by warehouse id, all or none (inside a scope)."""
    plans, found = _plans(kind, lines)
    if found.wrong or found.refused:
        return found
    lists = [made for plan in plans for made in _announce(plan, note)]  # first: locks of lists come before balances'
    try:
        changed = _enter([figure.wanted for plan in plans for figure in plan.figures], kind, note)
    except AdjustmentsRefused as many:
        raise many.first from many
    return Updated(lists, changed)


def judge_update(kind: UpdateKind, lines: Mapping[int, Sequence[WantedLine]]) -> Updated:
    """All that is wrong with a table as things are now, and nothing else (inside a scope)."""
    return _plans(kind, lines)[1]


def update_part(kind: UpdateKind, place_id: int, wanted: Sequence[WantedLine], note: str = "") -> Updated:
    """Take those lines of one warehouse that are good as things are now (inside a scope); the others are answered."""
    try:
        plan = _Plan(Warehouse.objects.get(pk=place_id), kind, wanted)
    except ListRefused as refusal:
        return Updated(refused={place_id: refusal})
    lists, figures = _announce(plan, note), plan.figures
    while True:
        try:
            return Updated(lists, _enter([figure.wanted for figure in figures], kind, note), plan.wrong)
        except AdjustmentsRefused as many:  # moved since it was judged a moment ago; the balances are held by now
            for number, why in many.refused.items():
                plan.refuse(figures[number].line, why.code, "quantity", **why.evidence)
            figures = [figure for number, figure in enumerate(figures) if number not in many.refused]


def _plans(kind: UpdateKind, lines: Mapping[int, Sequence[WantedLine]]) -> tuple[list[_Plan], Updated]:
    places = Warehouse.objects.in_bulk(list(lines))
    plans: list[_Plan] = []
    refused: dict[int, Refusal] = {}
    for place_id, wanted in lines.items():
        try:
            plans.append(_Plan(places[place_id], kind, wanted))
        except ListRefused as refusal:
            refused[place_id] = refusal
    wrong = sorted((one for plan in plans for one in plan.wrong), key=lambda one: one.number)
    return plans, Updated(wrong=wrong, refused=refused)


def _announce(plan: _Plan, note: str) -> list[InboundList]:
    """As many inbound lists as a partner's pieces need. Their lines were judged by the plan."""
    parts = (plan.announced[first : first + LIST_LINES] for first in range(0, len(plan.announced), LIST_LINES))
    return [announce_inbound(plan.rules, part, Head(note=note), source=InboundSource.IMPORT) for part in parts]


def _enter(wanted: Sequence[Wanted], kind: UpdateKind, note: str) -> int:
    """Change figures of own warehouses; answers how many changed. Raises :class:`AdjustmentsRefused`."""
    if not wanted:
        return 0
    reason = AdjustReason.ADDED if kind == UpdateKind.ADD else AdjustReason.COUNTED
    return sum(change != 0 for change in adjust_own_stock(wanted, reason, note))


class _Figure(NamedTuple):
    """A figure of an own warehouse that a line changes."""

    line: WantedLine
    wanted: Wanted


class _Plan:
    """What one warehouse's lines come to: figures (own), pieces to announce (partner), or what is wrong.

    ``figures`` are set for the kind SET, and added for others, so that a shipment meanwhile is not undone.
    """

    def __init__(self, place: Warehouse, kind: UpdateKind, wanted: Sequence[WantedLine]) -> None:
        self.place, self.kind = place, kind
        self.figures: list[_Figure] = []
        self.announced: list[CheckedLine] = []
        self.rules = rules_of(place.pk)  # raises ListRefused where the warehouse takes nothing
        results = check_lines(self.rules, [self._checkable(line) for line in wanted])
        self.wrong = [self._told(line, result) for line, result in zip(wanted, results, strict=True) if result.problems]
        there, everywhere = _figures(place.pk, {one.line.product_id for one in results if one.line is not None})
        seen: dict[str, int] = {}
        for line, result in zip(wanted, results, strict=True):
            if result.line is None:
                continue
            first = seen.setdefault(result.line.sku, line.number)
            merges = kind == UpdateKind.ADD and place.account_id is not None  # a list has a line for each batch
            if first != line.number and not merges:
                self.refuse(line, "update_twice", "sku", other=first)
                continue
            product = result.line.product_id
            self._take(line, result.line, there.get(product, NONE), everywhere.get(product, NONE))

    def _checkable(self, line: WantedLine) -> WantedLine:
        """The line as inbound lists judge it. “All there is” may be 0, and says nothing of how much comes."""
        return replace(line, quantity=1) if self._means_none(line) else line

    def _means_none(self, line: WantedLine) -> bool:
        return self.kind != UpdateKind.ADD and set(str(line.quantity).strip()) == {"0"}

    def _told(self, line: WantedLine, result: LineResult) -> LineResult:
        """A wrong quantity in words that fit: 0 is one, too, where all there is is meant."""
        if self.kind != UpdateKind.ADD:
            told = {"value": str(line.quantity).strip()[:60] or "–", "limit": LARGEST_QUANTITY}
            result.problems = [
                LineProblem("update_quantity", p.field, told) if p.code.startswith("inbound_quantity") else p
                for p in result.problems
            ]
        return result

    def refuse(self, line: WantedLine, code: str, name: str, **evidence: Any) -> None:
        """Note that a line cannot be taken."""
        told = {"sku": line.sku.strip(), "warehouse": self.place.name, "value": str(line.quantity).strip(), **evidence}
        self.wrong.append(LineResult(line.number, line, problems=[LineProblem(code, name, told)]))

    def _take(self, line: WantedLine, good: CheckedLine, there: Figures, everywhere: Figures) -> None:
        pieces = 0 if self._means_none(line) else good.quantity
        now_there = there.on_hand if self.place.account_id is None else there.coming
        wanted = {
            UpdateKind.ADD: now_there + pieces,
            UpdateKind.SET: pieces,
            UpdateKind.TOTAL: now_there + pieces - everywhere.coming,
        }[self.kind]
        if self.place.account_id is None:
            if wanted < there.reserved:
                self.refuse(line, "update_below_reserved", "quantity", reserved=there.reserved)
            elif wanted != now_there:
                whole = self.kind == UpdateKind.SET
                pieces = wanted if whole else wanted - now_there
                figure = Wanted(self.place.pk, good.product_id, pieces, added=not whole)
                self.figures.append(_Figure(line, figure))
        elif wanted < now_there:
            known = everywhere.coming if self.kind == UpdateKind.TOTAL else now_there
            self.refuse(line, "update_lowers_partner", "quantity", there=known)
        elif wanted > now_there:
            self.announced.append(replace(good, quantity=wanted - now_there))


FIGURES = """
SELECT product_id, warehouse_id = %s, sum(on_hand), sum(reserved), sum(incoming) FROM stock_balance
WHERE merchant_id = %s AND product_id = ANY(%s) GROUP BY 1, 2
"""


def _figures(place_id: int, products: Collection[int]) -> tuple[dict[int, Figures], dict[int, Figures]]:
    """Figures by product: in the warehouse, and over all warehouses."""
    there: dict[int, Figures] = {}
    everywhere: dict[int, Figures] = {}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [place_id, current_scope().merchant_id, sorted(products)])
        for product, here, *sums in cursor.fetchall():
            figures = Figures(*map(int, sums))
            if here:
                there[product] = figures
            known = everywhere.get(product, NONE)
            everywhere[product] = Figures(
                known.on_hand + figures.on_hand, known.reserved + figures.reserved, known.incoming + figures.incoming
            )
    return there, everywhere
