"""Spreadsheets of master products: kept, checked, and imported when a person says so (R44).

A small file is checked while the person waits; a large one by a worker. Importing judges every row once more against
what there is by then: whoever is lost half-way is followed by somebody who finds the written rows done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ImportState, ProductImport
from salur.catalog.product_data import MESSAGES, fault_text
from salur.catalog.product_table import (
    CHANGED,
    COLUMNS,
    NEW,
    Judged,
    TableRow,
    hold_table,
    judge_table,
    write_table,
)
from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.foundation.problems import Problem, Refusal
from salur.orders.formats import FileRefused
from salur.orders.formats.messages import MESSAGES as FILE_MESSAGES
from salur.orders.formats.messages import text_of
from salur.orders.formats.sheets import as_typed, read_table, rows_at_most
from salur.orders.formats.table import BadRow, Table, plain_name
from salur.tenancy.scope import current_scope, merchant_scope

from .kept_files import KEPT, Held, Lost, claim
from .product_changes import follow_table, with_past
from .wakeups import wake

ACTOR = "worker"
MOST_ROWS = 50_000
MOST_FAULTS = 5_000  # kept to be shown and downloaded; the counts tell how many there are
AT_ONCE = 64 << 10  # bytes of a file that is checked while the person waits
CHUNK = 2_000  # rows that are written in one transaction

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "import_not_ready",
        _("The file is not ready to import"),
        _("The file %(name)s is “%(state)s”."),
        _("Wait until it has been checked, or upload it again."),
        "operator",
    ),
)


def keep_import(name: str, content: bytes) -> ProductImport:
    """Keep a file and have it checked (inside a scope); a worker does it, or the caller by :func:`carry_on_import`."""
    row = ProductImport(
        name=name[:200], content=content, size=len(content), created_by=current_scope().actor, created_at=now()
    )
    row.save()
    wake("product_import", row.pk)
    return row


def begin_import(import_id: int) -> ProductImport:
    """Let the good rows be imported (inside a scope). Raises Refusal ``import_not_ready``, DoesNotExist."""
    rows = lock_rows(ProductImport.objects.all(), [import_id])
    if not rows:
        raise ProductImport.DoesNotExist
    row = rows[0]
    good = row.counts.get("new", 0) + row.counts.get("changed", 0)
    if row.state != ImportState.READY or not good:
        raise Refusal("import_not_ready", name=row.name, state=ImportState(row.state).label)
    row.state, row.lease_until = ImportState.IMPORTING, None
    row.save(update_fields=["state", "lease_until"])
    wake("product_import", row.pk)
    return row


def drop_import(import_id: int) -> None:
    """Forget a file that is not being imported (inside a scope)."""
    for row in lock_rows(ProductImport.objects.exclude(state=ImportState.IMPORTING), [import_id]):
        row.delete()


def forget_old_imports() -> int:
    """Files that had their time go (inside a scope); answers how many."""
    old = ProductImport.objects.filter(created_at__lt=now() - KEPT).exclude(state=ImportState.IMPORTING)
    gone, _tables = ProductImport.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:100])).delete()
    return gone


GOING = (ImportState.QUEUED, ImportState.IMPORTING)


def carry_on_import(merchant_id: int, import_id: int) -> int:
    """Check or import a file if nobody is at it (no scope open); answers 1 if it was taken."""
    cause = f"product import:{import_id}"
    with merchant_scope(merchant_id, actor=ACTOR, cause=cause):
        held = claim(ProductImport, import_id, GOING, cause)
    if held is None:
        return 0
    with suppress(Lost):
        _carry_on(held)
    return 1


def _carry_on(held: Held[ProductImport]) -> None:
    try:
        table = _rows(bytes(held.row.content))
    except FileRefused as refused:
        with held.scope():
            held.note(state=ImportState.REFUSED, code=refused.code, detail=dict(refused.detail), lease_until=None)
        return
    if held.row.state == ImportState.QUEUED:
        _check(held, table)
    else:
        _import(held, table)


@dataclass(frozen=True, slots=True)
class _File:
    """A file's rows, and those lines that are no rows."""

    rows: list[TableRow]
    bad: list[dict[str, Any]]


def _check(held: Held[ProductImport], table: _File) -> None:
    with held.scope():
        judged = judge_table(table.rows, with_past)
        held.note(state=ImportState.READY, lease_until=None, **_found(judged, table))


def _import(held: Held[ProductImport], table: _File) -> None:
    """Write the good rows, a part of the file at a time: single products first, because bundles are made of them."""
    with held.scope():
        checked = judge_table(table.rows, with_past)
    counts = checked.counts() | {"bad": len(table.bad)}
    written = int(held.row.counts.get("written", 0))  # of a worker that was lost over it
    good = {row.line for row in checked.rows if row.outcome in (NEW, CHANGED)}
    bundles = {row.line for row in checked.rows if row.parts}
    wanted = [row for row in table.rows if row.line in good]
    wanted.sort(key=lambda row: row.line in bundles)
    for chunk in _chunks(wanted):
        with held.scope():
            written += _write(chunk)
            held.go_on(counts=counts | {"written": written})
    with held.scope():
        faults = _found(checked, table)["faults"]
        done = {"faults": faults, "counts": counts | {"written": written}}
        held.note(state=ImportState.DONE, lease_until=None, finished_at=now(), **done)


def _write(rows: Sequence[TableRow]) -> int:
    hold_table(rows)
    return follow_table(write_table(judge_table(rows, with_past)))


def _chunks(rows: Sequence[TableRow]) -> Iterator[Sequence[TableRow]]:
    for first in range(0, len(rows), CHUNK):
        yield rows[first : first + CHUNK]


def _found(judged: Judged, table: _File) -> dict[str, Any]:
    faults = sorted([*table.bad, *judged.faults()], key=lambda one: (one["line"], one["column"]))
    return {"counts": judged.counts() | {"bad": len(table.bad)}, "faults": faults[:MOST_FAULTS]}


# -- reading --------------------------------------------------------------------------------------------------------


def _rows(content: bytes) -> _File:
    """The file's rows by column. Raises FileRefused where it cannot be read as a whole."""
    table = read_table(content, known_names)
    places = _places(table)
    found = _File([], [])
    for line, row in rows_at_most(table, MOST_ROWS):
        if isinstance(row, BadRow):
            column = table.names[row.column] if 0 <= row.column < len(table.names) else ""
            detail = dict(row.detail)
            found.bad.append({"line": line, "msku": "", "column": column, "code": row.code, "detail": detail})
        elif any(cell.strip() for cell in row):
            cells = {name: as_typed(row[place].strip()) for name, place in places.items()}
            found.rows.append(TableRow(line, cells))
    return found


def _plain(name: str) -> str:
    return plain_name(name).replace(" ", "_")


def known_names(names: Iterable[str]) -> int:
    """How many of a header's names are columns of products."""
    return sum(_plain(name) in COLUMNS for name in names)


def _places(table: Table) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, written in enumerate(table.names):
        name = _plain(written)
        if name in COLUMNS:
            if name in places:
                raise FileRefused("duplicate_column", {"column": name})
            places[name] = place
    if "msku" not in places:
        raise FileRefused("missing_columns", {"format": "products", "missing": "msku"})
    return places


def fault_words(one: Mapping[str, Any]) -> str:
    """What is wrong with a row and what to do; a row that is none is told in the words of files."""
    if one["code"] in MESSAGES:
        return fault_text(one["code"], one["detail"])
    detail: dict[str, Any] = one["detail"]
    return str(FILE_MESSAGES[one["code"]]) % detail


def refusal_words(row: ProductImport) -> str:
    """Why the file cannot be read at all; empty where it can."""
    return text_of(FileRefused(row.code, row.detail)) if row.code else ""


def left_out(row: ProductImport) -> list[list[str]]:
    """The file's rows that were not taken, as they were written, each with what is wrong; the header first."""
    table = read_table(bytes(row.content), known_names)
    wrong: dict[int, list[dict[str, Any]]] = {}
    for fault in row.faults:
        wrong.setdefault(fault["line"], []).append(fault)
    rows: list[list[str]] = [table.names]
    lines: list[int] = [0]
    for line, cells in table.rows:
        if line in wrong:
            rows.append(list(cells.cells if isinstance(cells, BadRow) else cells))
            lines.append(line)
    width = max(map(len, rows))
    return [[*cells, *[""] * (width - len(cells)), str(line)] for line, cells in zip(lines, rows, strict=True)]
