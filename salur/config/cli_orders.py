"""``salur orders import``: an order file brought in from the command line (R145)."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from salur.config.boot import start_django
from salur.config.cli_manage import refuse_old_tables

if TYPE_CHECKING:
    from salur.orders.formats import ReadOptions
    from salur.orders.models import SyncRun

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

ACTOR, CAUSE = "command", "salur orders import"
DONE, REFUSED, SOME_BAD = 0, 1, 2


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.add_parser("orders", help="bring orders in")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    bring = actions.add_parser(
        "import",
        help="import an order file: Salur's template, a store's export, or one whose columns are remembered",
        epilog="Exit code: 0 every row was taken, 2 some rows were bad (each is named), 1 nothing was taken.",
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--store", required=True, metavar="NAME", help="the store whose orders the file holds")
    bring.add_argument("--merchant", type=int, metavar="ID", help="needed where several merchants have such a store")
    bring.add_argument("--preview", action="store_true", help="tell what the file would become, and write nothing")
    bring.add_argument("--encoding", default="", metavar="NAME", help="where the file does not say it, such as cp874")
    bring.add_argument(
        "--time-zone", default="", metavar="ZONE", help="of times without an offset, else the merchant's"
    )
    bring.set_defaults(run=_import)


class Unclear(Exception):
    """It is not clear which store or which reading is meant; the text says why."""


def _options(chosen: argparse.Namespace) -> ReadOptions:
    from salur.orders.formats import ReadOptions
    from salur.orders.formats.options import ENCODINGS, wrong_options

    options = ReadOptions(encoding=chosen.encoding, zone=chosen.time_zone)
    wrong = wrong_options(options)
    if "encoding" in wrong:
        raise Unclear(f"{chosen.encoding!r} is not one of the encodings {', '.join(ENCODINGS)}")
    if "zone" in wrong:
        raise Unclear(f"{chosen.time_zone!r} is not a time zone such as Asia/Jakarta")
    return options


def _import(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.flows.imports import ImportBusy
    from salur.orders.formats import FileRefused
    from salur.orders.formats.messages import FILE_MESSAGES

    try:
        merchant_id, store_id = find_store(chosen.store, chosen.merchant)
        options = _options(chosen)
        if chosen.preview:
            return _preview(merchant_id, chosen.file, options)
        run_id = _start(merchant_id, store_id, chosen.file, options)
    except Unclear as unclear:
        return _refuse(str(unclear))
    except OSError as error:
        return _refuse(f"{chosen.file}: {error.strerror}")
    except FileRefused as refused:
        text = FILE_MESSAGES.get(refused.code)
        return _refuse(str(text) % dict(refused.detail) if text else str(refused))
    except ImportBusy as busy:
        return _refuse(str(busy))
    return _tell(merchant_id, _carry_to_its_end(merchant_id, run_id))


def _refuse(reason: str) -> int:
    print(f"salur: {reason}", file=sys.stderr)
    return REFUSED


def find_store(name: str, merchant_id: int | None) -> tuple[int, int]:
    """(merchant, store) of the store of that name; raises :class:`Unclear`."""
    from salur.integrations.models import StoreConnection
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.scope import merchant_scope

    known = all_merchants()
    if merchant_id is not None and merchant_id not in known:
        raise Unclear(f"there is no merchant {merchant_id}")
    found = []
    for merchant in known if merchant_id is None else [merchant_id]:
        with merchant_scope(merchant, actor=ACTOR, cause=CAUSE):
            found += [(merchant, pk) for pk in StoreConnection.objects.filter(name=name).values_list("pk", flat=True)]
    if not found:
        raise Unclear(f"no store is called {name!r}")
    if len(found) > 1:
        merchants = ", ".join(str(merchant) for merchant, _ in found)
        raise Unclear(f"several merchants have a store called {name!r}; say which by --merchant: {merchants}")
    return found[0]


def _preview(merchant_id: int, file: Path, options: ReadOptions) -> int:
    """Read the whole file, name every problem, count, and leave no trace."""
    from salur.flows.filed import recognised, take
    from salur.foundation.clock import now
    from salur.orders.formats import ParsedOrder, read_orders
    from salur.orders.formats.messages import text_of
    from salur.tenancy.models import Merchant
    from salur.tenancy.scope import merchant_scope

    with file.open("rb") as stream:
        with merchant_scope(merchant_id, actor=ACTOR, cause=CAUSE):
            zone = Merchant.objects.get(pk=merchant_id).time_zone
            file_format, reading = recognised(take(stream).pieces, options)
        stream.seek(0)
        orders = lines = bad = 0
        for item in read_orders(stream, zone=zone, now=now(), options=reading.options, mapping=reading.mapping):
            if isinstance(item, ParsedOrder):
                orders, lines = orders + 1, lines + len(item.order.lines)
            else:
                bad += 1
                print(_told(item.line, item.column, text_of(item), item.external_id))
    print(f"preview ({file_format}): {orders} orders with {lines} lines, {bad} bad rows; nothing was written")
    return SOME_BAD if bad else DONE


def _start(merchant_id: int, store_id: int, file: Path, options: ReadOptions) -> int:
    from salur.flows.imports import start_file_import
    from salur.tenancy.scope import merchant_scope

    with file.open("rb") as stream, merchant_scope(merchant_id, actor=ACTOR, cause=CAUSE):
        return int(start_file_import(store_id, file.name, stream, trigger="command", options=options).pk)


def _carry_to_its_end(merchant_id: int, run_id: int) -> SyncRun:
    """Work on the run here, or wait for the worker that was quicker to take it."""
    from salur.flows.runs import carry_on_run
    from salur.orders.states import RunState

    while True:
        taken = carry_on_run(merchant_id, run_id)
        run = _read(merchant_id, run_id)
        if run.state not in (RunState.QUEUED, RunState.RUNNING):
            return run
        if not taken:
            time.sleep(0.5)


def _read(merchant_id: int, run_id: int) -> SyncRun:
    from salur.orders.models import SyncRun
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(merchant_id, actor=ACTOR, cause=CAUSE):
        return SyncRun.objects.get(pk=run_id)


def _tell(merchant_id: int, run: SyncRun) -> int:
    from salur.orders.states import RunState
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(merchant_id, actor=ACTOR, cause=CAUSE):
        for line in _bad_rows(run):
            print(line)
    print(
        f"run {run.pk}: {run.created} new, {run.updated} changed, {run.unchanged} unchanged, {run.failed} bad rows",
        flush=True,
    )
    if run.state != RunState.DONE:
        return _refuse(f"the run ended as {run.state}: {run.error_code} {run.error_message}".rstrip())
    return SOME_BAD if run.failed else DONE


def _bad_rows(run: SyncRun) -> Iterator[str]:
    from salur.api.presenting import reason
    from salur.orders.queries import rows_of_outcome

    for row in rows_of_outcome(run.pk, "failed"):
        yield _told(row.line, row.column, reason(row.code, row.detail) or row.code, row.external_id)


def _told(line: int | None, column: str, why: str, number: str) -> str:
    place = f"line {line}" if line else "order"
    order = f" (order {number})" if number else ""
    return f"{place}{f', column {column}' if column else ''}: {why}{order}"
