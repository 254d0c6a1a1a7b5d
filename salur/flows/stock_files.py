"""Large tables of stock: kept, judged whole by a worker, then written in parts (R60, R135).

Nothing is written while any line is wrong. Each part is one transaction that also moves the place up to which the file
is done, so a lost worker or a doubled job does nothing twice. A part is judged again when its turn comes: a line that
is not right any more by then is left out and told, and the others are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.problems import Problem, Text, describe
from salur.inbound.checking import LineProblem, LineResult, WantedLine
from salur.stock.models import StockFile, StockFileState, Warehouse
from salur.tenancy.scope import current_scope, merchant_scope

from .kept_files import KEPT, Held, Lost, claim
from .stock_updates import Updated, UpdateKind, judge_update, update_part
from .wakeups import wake

log = structlog.get_logger(__name__)

ACTOR = "worker"
AT_ONCE = 500
"""So many lines are written while the caller waits; a larger table is kept for a worker."""
PART = 2_000  # lines that are written in one transaction: at most one inbound list
MOST_FAULTS = 5_000  # kept to be shown and downloaded; the count tells of all of them
RECENT = 10
GOING = (StockFileState.QUEUED, StockFileState.WRITING)

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "update_line_failed",
        _("Failed in the hub"),
        _("Something went wrong in the hub itself: %(error)s."),
        _("Upload this line once more. If it fails again, tell the hub's support; the log has the details."),
        "developer",
    ),
)

ByPlace = Mapping[int, Sequence[WantedLine]]
Placed = tuple[int, WantedLine]


def is_large(lines: ByPlace) -> bool:
    """Whether a table is too large to be written while somebody waits."""
    return sum(map(len, lines.values())) > AT_ONCE


def keep_stock_file(name: str, kind: UpdateKind, lines: ByPlace, note: str = "") -> StockFile:
    """Keep a table's lines, by warehouse id, for a worker to judge and write (inside a scope)."""
    kept = [_stored(place, line) for place, wanted in lines.items() for line in wanted]
    row = StockFile(
        name=name[:200],
        kind=kind,
        note=note,
        lines=json.dumps(kept).encode(),
        total=len(kept),
        created_by=current_scope().actor,
        created_at=now(),
    )
    row.save()
    wake("stock_file", row.pk)
    return row


def recent_stock_files() -> list[StockFile]:
    """The last tables, without their lines (inside a scope)."""
    rows = StockFile.objects.only("name", "state", "total", "created_at")
    return list(rows.order_by("-pk")[:RECENT])


def find_stock_file(file_id: int) -> StockFile | None:
    """A table, its lines to be loaded only where they are asked for (inside a scope)."""
    return StockFile.objects.defer("lines").filter(pk=file_id).first()


def forget_old_stock_files() -> int:
    """Tables that had their time go (inside a scope); answers how many."""
    old = StockFile.objects.filter(created_at__lt=now() - KEPT).exclude(state__in=GOING)
    gone, _tables = StockFile.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:100])).delete()
    return gone


def carry_on_stock_file(merchant_id: int, file_id: int) -> int:
    """Judge and write a table if nobody is at it (no scope open); answers 1 if it was taken."""
    cause = f"stock file:{file_id}"
    with merchant_scope(merchant_id, actor=ACTOR, cause=cause):
        held = claim(StockFile, file_id, GOING, cause)
    if held is None:
        return 0
    lines = lines_of(held.row)
    with suppress(Lost):
        if held.row.state == StockFileState.WRITING or _judged_good(held, lines):
            _write(held, lines)
    return 1


def _judged_good(held: Held[StockFile], lines: Sequence[Placed]) -> bool:
    """Judge the whole table; where any line is wrong it ends here, with nothing written."""
    by_place: dict[int, list[WantedLine]] = {}
    for place, line in lines:
        by_place.setdefault(place, []).append(line)
    with held.scope():
        faults = _faults(judge_update(UpdateKind(held.row.kind), by_place), by_place)
        if not faults:
            held.go_on(state=StockFileState.WRITING)
            return True
        told = {"wrong": len({fault["line"] for fault in faults}), "faults": faults[:MOST_FAULTS]}
        held.note(state=StockFileState.REFUSED, lease_until=None, finished_at=now(), **told)
        return False


def _write(held: Held[StockFile], lines: Sequence[Placed]) -> None:
    faults, made = list(held.row.faults), list(held.row.made)
    for place, part in _parts(lines[held.row.done :]):
        with held.scope():
            written = _written(held, place, part)
            left = _faults(written, {place: part})
            faults += left
            made += [row.pk for row in written.lists]
            held.go_on(
                done=F("done") + len(part),
                changed=F("changed") + written.changed,
                wrong=F("wrong") + len({fault["line"] for fault in left}),
                faults=faults[:MOST_FAULTS],
                made=made,
            )
    with held.scope():
        held.note(state=StockFileState.DONE, lease_until=None, finished_at=now())


def _parts(lines: Sequence[Placed]) -> Iterator[tuple[int, list[WantedLine]]]:
    """The lines in their order, a warehouse and not too many at a time."""
    part: list[WantedLine] = []
    for number, (place, line) in enumerate(lines, start=1):
        part.append(line)
        if number == len(lines) or lines[number][0] != place or len(part) == PART:
            yield place, part
            part = []


def _written(held: Held[StockFile], place: int, part: Sequence[WantedLine]) -> Updated:
    """What became of some lines; if writing breaks, halves are tried, until the culprit stands alone."""
    try:
        with transaction.atomic():
            return update_part(UpdateKind(held.row.kind), place, part, held.row.note)
    except Exception as error:
        log.exception("stock_file_part_broke", file=held.row.pk, lines=len(part))
        if len(part) == 1:
            problem = LineProblem("update_line_failed", "", {"error": type(error).__name__})
            return Updated(wrong=[LineResult(part[0].number, part[0], problems=[problem])])
    half = len(part) // 2
    first, second = (_written(held, place, some) for some in (part[:half], part[half:]))
    refused = {**first.refused, **second.refused}
    return Updated(first.lists + second.lists, first.changed + second.changed, first.wrong + second.wrong, refused)


# -- lines and what is wrong with them ---------------------------------------------------------------------------------


def _stored(place: int, line: WantedLine) -> list[Any]:
    given = (line.quantity, line.unit_cost, line.batch, line.expires_on)
    return [line.number, place, line.sku, *("" if one is None else str(one) for one in given)]


def lines_of(row: StockFile) -> list[Placed]:
    """The table's lines, each with its warehouse's id, in the order in which they are written."""
    kept = json.loads(bytes(row.lines))
    return [
        (place, WantedLine(sku, quantity, cost, batch, expires, number))
        for number, place, sku, quantity, cost, batch, expires in kept
    ]


def _faults(told: Updated, by_place: ByPlace) -> list[dict[str, Any]]:
    """What is wrong by line and column; what a whole warehouse refuses stands at each of its lines."""
    faults = [_fault(one.wanted, p.field, p.code, p.evidence) for one in told.wrong for p in one.problems]
    for place, refusal in told.refused.items():
        faults += [_fault(line, "warehouse", refusal.code, refusal.evidence) for line in by_place[place]]
    return sorted(faults, key=lambda fault: (fault["line"], fault["column"]))


def _fault(line: WantedLine, column: str, code: str, evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {"line": line.number, "msku": line.sku[:100], "column": column, "code": code, "detail": dict(evidence)}


def fault_text(fault: Mapping[str, Any]) -> Text:
    """What is wrong with a line, and what to do."""
    return describe(fault["code"], fault["detail"])


def left_lines(row: StockFile) -> list[tuple[str, WantedLine, list[Text]]]:
    """The lines that were not taken, each with its warehouse's name and all that is wrong (inside a scope).

    Where the quantities mean all warehouses together a line names none, and must not when it is uploaded again.
    """
    wrong: dict[int, list[Text]] = {}
    for fault in row.faults:
        wrong.setdefault(fault["line"], []).append(fault_text(fault))
    lines = [(place, line) for place, line in lines_of(row) if line.number in wrong]
    places = Warehouse.objects.filter(pk__in={place for place, _line in lines})
    names = {} if row.kind == UpdateKind.TOTAL else dict(places.values_list("pk", "name"))
    lines.sort(key=lambda placed: placed[1].number)
    return [(names.get(place, ""), line, wrong[line.number]) for place, line in lines]
