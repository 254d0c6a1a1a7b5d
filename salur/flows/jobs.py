"""Every job: an alarm clock with an address. It carries ids, never state, and never fails (design 9)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from django.db import connections
from procrastinate.contrib.django import app

from . import (
    arrange,
    bulk,
    calibrate,
    cancel,
    confirm,
    events,
    follow_up,
    holds,
    inbound_cancel,
    inbound_follow,
    inbound_push,
    inbound_ways,
    previews,
    product_imports,
    products,
    push,
    recheck,
    rule_runs,
    runs,
    stock_files,
    store_stock,
    sync,
    warehouses,
)
from .tidy import tidy_up
from .wakeups import CARRY_ON

log = structlog.get_logger(__name__)

# What each kind of wake-up calls: (merchant, target) -> tries made. Target: see the finder salur_due_work.
WORK: dict[str, Callable[[int, int], int]] = {
    "poll": sync.poll_store,
    "run": runs.carry_on_run,
    "bulk": bulk.carry_on_bulk,
    "preview": previews.carry_on_preview,
    "hold": holds.release_due,
    "rule_run": rule_runs.carry_on_rule_run,
    "products": products.push_due,
    "shipment": arrange.arrange_due,
    "push": push.push_ready,
    "doubt": push.look_up_doubtful,
    "follow": follow_up.follow_account,
    "confirm": confirm.confirm_due,
    "cancel": cancel.cancel_due,
    "store_event": events.process_store_events,
    "account_event": events.process_account_events,
    "restock": calibrate.restock,
    "stock_sync": calibrate.carry_on_sync,
    "daily_sync": warehouses.begin_daily_sync,
    "recheck": recheck.recheck,
    "inbound_push": inbound_push.push_inbound_due,
    "inbound_doubt": inbound_push.look_up_inbound,
    "inbound_follow": inbound_follow.follow_inbound,
    "inbound_cancel": inbound_cancel.cancel_inbound_due,
    "inbound_submit": inbound_ways.submit_waiting,
    "stock_changed": store_stock.follow_changes,
    "store_stock": store_stock.tell_store,
    "recount": store_stock.recount_store,
    "product_import": product_imports.carry_on_import,
    "stock_file": stock_files.carry_on_stock_file,
}


class Underway:
    """What this process is at: an equal wake-up does not take a second place, it makes the first go round again.

    Without it one busy store would fill every place of a worker, and pushes would wait behind arranging.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rounds: dict[tuple[str, int], int] = {}

    def begin(self, key: tuple[str, int]) -> bool:
        """True: begin. False: it is under way, and will go round again."""
        with self._lock:
            begun = key not in self._rounds
            self._rounds[key] = 0 if begun else self._rounds[key] + 1
            return begun

    def again(self, key: tuple[str, int]) -> bool:
        """After a round: whether somebody asked meanwhile; if not, it has ended."""
        with self._lock:
            if self._rounds[key]:
                self._rounds[key] = 0
                return True
            del self._rounds[key]
            return False


underway = Underway()


@app.task(name=CARRY_ON)
def carry_on(kind: str, merchant_id: int, target_id: int) -> None:
    """Do what is due. Whatever goes wrong stays with the rows, which are due again later."""
    key = (kind, target_id)
    if not underway.begin(key):
        return
    try:
        going = True
        while going:
            _one_round(kind, merchant_id, target_id)
            going = underway.again(key)
    finally:
        connections.close_all()


@app.periodic(cron="17 * * * *")
@app.task(name="salur.tidy", queue="pages", queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Once an hour, on whichever worker comes first; ``timestamp`` is the hour that the engine names it by."""
    try:
        log.info("tidied", rows=tidy_up(), hour=timestamp)
    except Exception:
        log.exception("tidy_failed", hour=timestamp)
    finally:
        connections.close_all()


def _one_round(kind: str, merchant_id: int, target_id: int) -> None:
    try:
        WORK[kind](merchant_id, target_id)
    except Exception:
        log.exception("work_failed", kind=kind, merchant=merchant_id, target=target_id)
