"""Every job: an alarm clock with an address. It carries ids, never state, and never fails (design 9)."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connections
from procrastinate.contrib.django import app

from . import arrange, calibrate, cancel, confirm, events, follow_up, products, push, runs, sync
from .wakeups import CARRY_ON

log = structlog.get_logger(__name__)

# What each kind of wake-up calls: (merchant, target) -> tries made. Target: see the finder salur_due_work.
WORK: dict[str, Callable[[int, int], int]] = {
    "poll": sync.poll_store,
    "run": runs.carry_on_run,
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
}


@app.task(name=CARRY_ON)
def carry_on(kind: str, merchant_id: int, target_id: int) -> None:
    """Do what is due. Whatever goes wrong stays with the rows, which are due again later."""
    try:
        WORK[kind](merchant_id, target_id)
    except Exception:
        log.exception("work_failed", kind=kind, merchant=merchant_id, target=target_id)
    finally:
        connections.close_all()
