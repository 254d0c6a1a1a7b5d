"""Entering what was counted: singly, or a filled-in sheet (inside a scope).

The figure expected is read at the very moment at which a line is counted, so that sales in between are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.stock.models import Balance
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .models import Stocktake, StocktakeEntry, StocktakeLine
from .problems import CountFault, StocktakeRefused
from .states import OPEN, StocktakeState

LARGEST = 10_000_000  # pieces of a line


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row of a filled-in sheet, as it was written. ``location`` may be empty where the product has one line only."""

    line: int
    msku: str
    location: str
    counted: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What a filled-in sheet led to: lines that were entered, and a fault for each that was not."""

    count: int
    faults: list[CountFault] = field(default_factory=list)


def pieces_of(text: str) -> int | None:
    """A number of pieces as somebody wrote it; None if it is none."""
    digits = text.strip()
    right = digits.isascii() and digits.isdecimal() and len(digits) < 10 and int(digits) <= LARGEST
    return int(digits) if right else None


def enter(line_id: int, text: str, *, seen: int | None = None) -> StocktakeLine:
    """Enter the pieces of one line. ``seen``: the line's version that the person saw.

    Raises :class:`StocktakeRefused`, also where somebody else entered the line since then.
    """
    pieces = pieces_of(text)
    if pieces is None:
        raise StocktakeRefused("stocktake_bad_figure", value=text.strip()[:60], limit=LARGEST)
    line = StocktakeLine.objects.get(pk=line_id)
    counting_now(line.stocktake_id)
    line = lock_rows(StocktakeLine.objects.select_related("product"), [line_id])[0]
    if seen is not None and line.version != seen:
        raise StocktakeRefused(
            "stocktake_counted_meanwhile",
            msku=line.product.msku,
            counted="–" if line.counted is None else line.counted,
        )
    _write({line.pk: pieces}, [line])
    return line


def enter_rows(take_id: int, rows: Sequence[CountedRow]) -> Entered:
    """Enter a filled-in sheet; rows that are wrong are told one by one, the others entered.

    A line that somebody has entered with another figure is left as it is. Raises :class:`StocktakeRefused`.
    """
    counting_now(take_id)
    lines = lock_rows(
        StocktakeLine.objects.select_related("product").filter(stocktake_id=take_id), _named(take_id, rows)
    )
    by_msku: dict[str, list[StocktakeLine]] = {}
    for line in lines:
        by_msku.setdefault(line.product.msku, []).append(line)
    faults: list[CountFault] = []
    wanted: dict[int, int] = {}
    first: dict[int, int] = {}
    for row in rows:
        judged = _judge(row, by_msku)
        if isinstance(judged, CountFault):
            faults.append(judged)
        elif judged[0].pk in first:
            faults.append(CountFault(row.line, "count_twice", {"msku": row.msku, "line": first[judged[0].pk]}))
        else:
            first[judged[0].pk] = row.line
            wanted[judged[0].pk] = judged[1]
    _write(wanted, [line for line in lines if line.pk in wanted])
    return Entered(len(wanted), faults)


def _named(take_id: int, rows: Iterable[CountedRow]) -> list[int]:
    mskus = {row.msku.strip() for row in rows}
    lines = StocktakeLine.objects.filter(stocktake_id=take_id, product__msku__in=mskus)
    return list(lines.values_list("pk", flat=True))


def _judge(row: CountedRow, by_msku: Mapping[str, list[StocktakeLine]]) -> tuple[StocktakeLine, int] | CountFault:
    msku, place = row.msku.strip(), row.location.strip().upper()
    if not msku:
        return CountFault(row.line, "count_msku_missing")
    lines = by_msku.get(msku)
    if not lines:
        return CountFault(row.line, "count_not_here", {"msku": msku})
    found = [line for line in lines if line.location_number == place] if place or len(lines) > 1 else lines
    if not found:
        if place:
            return CountFault(row.line, "count_location", {"msku": msku, "location": place})
        places = ", ".join(line.location_number for line in lines)
        return CountFault(row.line, "count_which", {"msku": msku, "locations": places})
    pieces = pieces_of(row.counted)
    if pieces is None:
        return CountFault(row.line, "count_figure", {"value": row.counted.strip()[:60]})
    known = found[0].counted
    if known is not None:
        code = "count_same" if known == pieces else "count_differs"
        return CountFault(row.line, code, {"msku": msku, "counted": known})
    return found[0], pieces


def _write(wanted: Mapping[int, int], lines: Sequence[StocktakeLine]) -> None:
    """Write figures of locked lines, each with what the ledger holds now."""
    if not lines:
        return
    at, actor = now(), current_scope().actor
    products = {line.product_id for line in lines}
    held = Balance.objects.filter(warehouse_id=lines[0].warehouse_id, product_id__in=products)
    on_hand = dict(held.values_list("product_id", "on_hand"))
    for line in lines:
        line.counted, line.expected = wanted[line.pk], on_hand.get(line.product_id, 0)
        line.counted_by, line.counted_at, line.left_out = actor, at, False
        line.version += 1
    names = ["counted", "expected", "counted_by", "counted_at", "left_out", "version"]
    StocktakeLine.objects.bulk_update(lines, names, batch_size=500)
    _note(lines)


def _note(lines: Iterable[StocktakeLine]) -> None:
    at, scope = now(), current_scope()
    StocktakeEntry.objects.bulk_create(
        [
            StocktakeEntry(
                merchant_id=scope.merchant_id,
                line=line,
                counted=line.counted,
                expected=line.expected,
                actor=scope.actor,
                at=at,
            )
            for line in lines
        ],
        batch_size=1000,
    )


# -- the count as a whole -------------------------------------------------------------------------------------------


def locked(take_id: int) -> Stocktake:
    """The count, held until the transaction ends; raises ``Stocktake.DoesNotExist``."""
    rows = lock_rows(Stocktake.objects.select_related("warehouse"), [take_id])
    if not rows:
        raise Stocktake.DoesNotExist(take_id)
    return rows[0]


def counting_now(take_id: int) -> Stocktake:
    """The same while people count; raises :class:`StocktakeRefused` otherwise."""
    take = locked(take_id)
    if take.state != StocktakeState.COUNTING:
        raise StocktakeRefused(reference=take.reference)
    return take


def end_counting(take_id: int) -> Stocktake:
    """Nobody counts any more: the differences are looked at. Raises :class:`StocktakeRefused`."""
    take = counting_now(take_id)
    Stocktake.objects.filter(pk=take.pk).update(state=StocktakeState.CHECKING)
    audit.record("stocktake.checked", f"stocktake:{take.pk}", reference=take.reference)
    return take


def count_again(take_id: int, line_ids: Iterable[int] = ()) -> int:
    """Have lines counted again: their figures go, and the count is open for entering. Answers how many lines.

    Their products' other locations are counted again as well, because a product's figure is one. Without lines the
    count is only opened again. Raises :class:`StocktakeRefused`.
    """
    take = _open(take_id)
    chosen = StocktakeLine.objects.filter(stocktake=take, pk__in=list(line_ids))
    products = set(chosen.values_list("product_id", flat=True))
    same = StocktakeLine.objects.filter(stocktake=take, product_id__in=products, counted__isnull=False)
    lines = lock_rows(StocktakeLine.objects.all(), same.values_list("pk", flat=True))
    for line in lines:
        line.counted = line.expected = line.counted_at = None
        line.counted_by, line.left_out = "", False
        line.version += 1
    names = ["counted", "expected", "counted_by", "counted_at", "left_out", "version"]
    StocktakeLine.objects.bulk_update(lines, names, batch_size=500)
    _note(lines)
    if take.state != StocktakeState.COUNTING:
        Stocktake.objects.filter(pk=take.pk).update(state=StocktakeState.COUNTING)
    audit.record("stocktake.again", f"stocktake:{take.pk}", reference=take.reference, lines=len(lines))
    return len(lines)


def leave_out(take_id: int, line_ids: Iterable[int], *, out: bool = True) -> int:
    """Leave the products of some lines out of what is entered (or take them in again); answers how many lines."""
    take = _open(take_id)
    chosen = StocktakeLine.objects.filter(stocktake=take, pk__in=list(line_ids))
    products = set(chosen.values_list("product_id", flat=True))
    changed = StocktakeLine.objects.filter(stocktake=take, product_id__in=products).update(left_out=out)
    told = "stocktake.left_out" if out else "stocktake.taken_in"
    audit.record(told, f"stocktake:{take.pk}", reference=take.reference, lines=changed)
    return changed


def give_up(take_id: int) -> Stocktake:
    """Nothing of the count is entered. Raises :class:`StocktakeRefused`."""
    take = _open(take_id)
    Stocktake.objects.filter(pk=take.pk).update(state=StocktakeState.CANCELLED, ended_at=now())
    StocktakeLine.objects.filter(stocktake=take).update(open=False)
    audit.record("stocktake.given_up", f"stocktake:{take.pk}", reference=take.reference)
    return take


def _open(take_id: int) -> Stocktake:
    take = locked(take_id)
    if take.state not in OPEN:
        raise StocktakeRefused("stocktake_over", reference=take.reference)
    return take
