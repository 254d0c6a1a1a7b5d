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
        help="import an order file: Salur's template or a store's export, CSV or workbook",
        epilog="Exit code: 0 every row was taken, 2 some rows were bad (each is named), 1 nothing was taken.",
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--store", required=True, metavar="NAME", help="the store whose orders the file holds")
    bring.add_argument("--merchant", type=int, metavar="ID", help="needed where several merchants have such a store")
    bring.set_defaults(run=_import)


class Unclear(Exception):
    """It is not clear which store is meant; the text says why."""


def _import(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.flows.imports import ImportBusy
    from salur.orders.formats import FileRefused
    from salur.orders.formats.messages import FILE_MESSAGES

    try:
        merchant_id, store_id = find_store(chosen.store, chosen.merchant)
        run_id = _start(merchant_id, store_id, chosen.file)
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


def _start(merchant_id: int, store_id: int, file: Path) -> int:
    from salur.flows.imports import start_file_import
    from salur.tenancy.scope import merchant_scope

    with file.open("rb") as stream, merchant_scope(merchant_id, actor=ACTOR, cause=CAUSE):
        return int(start_file_import(store_id, file.name, stream, trigger="command").pk)


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
    from salur.orders.queries import failed_rows

    for row in failed_rows(run.pk):
        place = f"line {row.line}" if row.line else "order"
        column = f", column {row.column}" if row.column else ""
        order = f" (order {row.external_id})" if row.external_id else ""
        yield f"{place}{column}: {reason(row.code, row.detail) or row.code}{order}"
