"""Lines of an inbound list as people and programs write them, judged all at once (R64, R65, R51).

The same check serves the form, the spreadsheet and the API: each line ends as a :class:`CheckedLine` or with every
problem it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from salur.catalog.bindings import PushStanding, push_standing
from salur.catalog.models import MasterProduct, ProductPushState
from salur.catalog.queries import products_named
from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.foundation.clock import now
from salur.foundation.problems import Text, describe
from salur.stock.models import Warehouse

LARGEST_QUANTITY = 10_000_000
LARGEST_COST = Decimal(10) ** 12
COST_DECIMALS = 4
LONGEST_BATCH = 100


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as it was given: numbers and dates may be texts. ``number`` is what people call it (a sheet's row)."""

    sku: str
    quantity: Any
    unit_cost: Any = None
    batch: str = ""
    expires_on: Any = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing that is wrong: ``field`` names the input, ``code`` the problem of the catalogue."""

    code: str
    field: str
    evidence: dict[str, Any]

    def text(self) -> Text:
        """The problem in the active language."""
        return describe(self.code, self.evidence)


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line that can be taken."""

    product_id: int
    sku: str
    quantity: int
    unit_cost: Decimal | None
    batch: str
    expires_on: date | None


@dataclass(slots=True)
class LineResult:
    """What became of one wanted line: ``line``, or ``problems``."""

    number: int
    wanted: WantedLine
    line: CheckedLine | None = None
    problems: list[LineProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the warehouse asks of a line. ``can`` None: an own warehouse. ``waits``: also products not pushed yet."""

    warehouse: Warehouse
    can: WarehouseCapabilities | None
    waits: bool = False


def check_lines(rules: Rules, wanted: Sequence[WantedLine]) -> list[LineResult]:
    """One result per line, in their order (inside a scope)."""
    products = products_named(w.sku.strip() for w in wanted)
    standing = push_standing([rules.warehouse.pk], [p.pk for p in products.values()]) if rules.can else {}
    seen: dict[tuple[str, str], int] = {}
    results = []
    for position, line in enumerate(wanted, start=1):
        result = LineResult(line.number or position, line)
        judge = _Judge(rules, result)
        judge.product = products.get(line.sku.strip())
        judge.sku(standing)
        quantity, cost = judge.quantity(), judge.cost()
        batch, expires = judge.batch(seen), judge.expiry()
        if not result.problems and judge.product is not None and quantity is not None:
            result.line = CheckedLine(judge.product.pk, judge.product.msku, quantity, cost, batch, expires)
        results.append(result)
    return results


class _Judge:
    """Judges the parts of one line and writes down what is wrong."""

    def __init__(self, rules: Rules, result: LineResult) -> None:
        self.rules, self.result, self.wanted = rules, result, result.wanted
        self.product: MasterProduct | None = None

    def wrong(self, code: str, field_name: str, **evidence: Any) -> None:
        given = {"sku": self.wanted.sku.strip(), "warehouse": self.rules.warehouse.name, **evidence}
        self.result.problems.append(LineProblem(code, field_name, given))

    def sku(self, standing: dict[tuple[int, int], PushStanding]) -> None:
        if not self.wanted.sku.strip():
            return self.wrong("inbound_sku_missing", "sku")
        if self.product is None:
            return self.wrong("inbound_sku_unknown", "sku")
        if self.product.is_bundle:
            return self.wrong("inbound_sku_bundle", "sku")
        if self.product.archived_at is not None:
            return self.wrong("inbound_sku_archived", "sku")
        if self.rules.can is None:
            return None
        known = standing.get((self.rules.warehouse.pk, self.product.pk))
        if known is None:
            return self.wrong("inbound_not_in_warehouse", "sku")
        if known.state == ProductPushState.FAILED:
            return self.wrong("inbound_product_failed", "sku", reason=known.reason)
        if known.state != ProductPushState.PUSHED and not self.rules.waits:
            return self.wrong("inbound_product_waits", "sku")
        return None

    def quantity(self) -> int | None:
        number = _number(self.wanted.quantity)
        if number is None or number <= 0 or number != number.to_integral_value():
            self.wrong("inbound_quantity_wrong", "quantity", value=_shown(self.wanted.quantity))
            return None
        if number > LARGEST_QUANTITY:
            self.wrong("inbound_quantity_large", "quantity", value=_shown(number), limit=LARGEST_QUANTITY)
            return None
        return int(number)

    def cost(self) -> Decimal | None:
        given = self.wanted.unit_cost
        if given is None or str(given).strip() == "":
            can = self.rules.can
            if can is not None and can.inbound_cost_required:
                self.wrong("inbound_cost_missing", "unit_cost", partner=can.title)
            return None
        number = _number(given)
        if number is None or not 0 <= number < LARGEST_COST or number != round(number, COST_DECIMALS):
            self.wrong("inbound_cost_wrong", "unit_cost", value=_shown(given))
            return None
        return number

    def batch(self, seen: dict[tuple[str, str], int]) -> str:
        batch = self.wanted.batch.strip()
        if len(batch) > LONGEST_BATCH:
            self.wrong("inbound_batch_long", "batch", limit=LONGEST_BATCH)
            return batch
        key = (self.wanted.sku.strip(), batch)
        if key[0] and key in seen:
            self.wrong("inbound_line_twice", "sku", value=batch or "–", other=seen[key])
        seen.setdefault(key, self.result.number)
        return batch

    def expiry(self) -> date | None:
        given = self.wanted.expires_on
        if given is None or given == "":
            return None
        day = _day(given)
        if day is None:
            self.wrong("inbound_expiry_wrong", "expires_on", value=_shown(given))
            return None
        today = now().astimezone(ZoneInfo(self.rules.warehouse.time_zone)).date()
        remaining = self.product.inbound_days if self.product else 0
        if day < today:
            self.wrong("inbound_expired", "expires_on", value=day.isoformat())
        elif day < today + timedelta(days=remaining):
            self.wrong("inbound_expires_soon", "expires_on", value=day.isoformat(), days=remaining)
        return day


def _number(given: Any) -> Decimal | None:
    """A plain decimal number; thousands separators and exponents are refused, because they can be misread."""
    if isinstance(given, bool) or given is None:
        return None
    if isinstance(given, int | Decimal):
        number = Decimal(given)
    else:
        text = str(given).strip()
        if not text.removeprefix("-").replace(".", "", 1).isdecimal() or not text.isascii():
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
    return number if number.is_finite() else None


def _day(given: Any) -> date | None:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given).strip())
    except ValueError:
        return None


def _shown(given: Any) -> str:
    text = str(given).strip() if given is not None else ""
    return text[:60] or "–"
