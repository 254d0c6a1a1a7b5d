"""Watching the demo's orders flow, and what is told at its end."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from salur.config.supervisor import Supervisor
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.integrations.connect import Acting
from salur.orders.models import SyncRun

COUNTS = """
SELECT o.store_id, count(*) FILTER (WHERE b.id IS NULL) AS unplanned,
  count(*) FILTER (WHERE b.push = 'waiting' AND b.blocked_by <> 'channel_gives_no_label') AS waiting,
  count(*) FILTER (WHERE b.push = 'waiting' AND b.blocked_by = 'channel_gives_no_label') AS held,
  count(*) FILTER (WHERE b.push IN ('ready', 'pushing', 'unknown')) AS pushing,
  count(*) FILTER (WHERE b.push = 'rejected') AS rejected,
  count(*) FILTER (WHERE b.push = 'pushed' AND b.task <> 'completed') AS at_warehouse,
  count(*) FILTER (WHERE b.task = 'completed' AND (b.confirmation <> 'confirmed' OR o.status = 'ready')) AS confirming,
  count(*) FILTER (WHERE b.task = 'completed' AND b.confirmation = 'confirmed' AND o.status <> 'ready') AS done,
  count(*) AS orders
FROM orders_order o LEFT JOIN outbound_outbound b ON b.merchant_id = o.merchant_id AND b.order_id = o.id
WHERE o.merchant_id = %s GROUP BY o.store_id
"""
FIGURES = ("unplanned", "waiting", "held", "pushing", "rejected", "at_warehouse", "confirming", "done", "orders")


@dataclass(frozen=True, slots=True)
class Stock:
    """Sums over a warehouse, in pieces."""

    on_hand: int
    reserved: int


def stock_of(acting: Acting, warehouse_id: int) -> Stock:
    """The warehouse's sums now."""
    with acting.scope("demo"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(on_hand), 0), coalesce(sum(reserved), 0) FROM stock_balance"
            " WHERE merchant_id = %s AND warehouse_id = %s",
            [acting.merchant_id, warehouse_id],
        )
        return Stock(*(int(v) for v in cursor.fetchone()))


class Watch:
    """Counts until everything has ended where it should, or patience runs out."""

    def __init__(self, acting: Acting, chosen: argparse.Namespace, children: Supervisor, *, live: bool) -> None:
        self._acting, self._chosen, self._children, self._live = acting, chosen, children, live
        self.seconds = 0.0
        self.counts: dict[int, dict[str, int]] = {}

    def until_settled(self, shopee: int, shopify: int) -> bool:
        """Whether every order of the store was shipped and confirmed, and every Shopify order is held as it should."""
        begun, told = time.monotonic(), 0.0
        wanted = self._chosen.orders + self._chosen.csv_orders
        while True:
            self._count()
            self.seconds = time.monotonic() - begun
            line = self._line()
            if self._live:
                print(f"\r{line}", end="", flush=True)
            elif self.seconds >= told:
                told += 5
                print(line, flush=True)
            done = self.counts.get(shopee, {}).get("done", 0)
            held = self.counts.get(shopify, {}).get("held", 0)
            if done == wanted and held == self._chosen.shopify_orders:
                break
            if self.seconds > self._chosen.patience or not all(map(self._children.running, ("web", "worker"))):
                break
            time.sleep(0.5)
        print("" if self._live else self._line(), flush=True)
        extra = self.counts.get(shopee, {}).get("orders") != wanted
        return done == wanted and held == self._chosen.shopify_orders and not extra

    def _count(self) -> None:
        with self._acting.scope("demo"), connection.cursor() as cursor:
            cursor.execute(COUNTS, [self._acting.merchant_id])
            self.counts = {row[0]: dict(zip(FIGURES, row[1:], strict=True)) for row in cursor.fetchall()}

    def total(self, figure: str) -> int:
        """A figure over all stores."""
        return sum(counts[figure] for counts in self.counts.values())

    def _line(self) -> str:
        return (
            f"{self.seconds:5.0f} s | orders {self.total('orders'):>5} | waiting {self.total('waiting'):>5}"
            f" | pushing {self.total('pushing'):>4} | at warehouse {self.total('at_warehouse'):>5}"
            f" | confirming {self.total('confirming'):>4} | done {self.total('done'):>5} | held {self.total('held'):>3}"
            f" | failed {self.total('rejected'):>3}"
        )


def print_summary(acting: Acting, warehouse_id: int, before: Stock, watch: Watch) -> None:
    """Counts by state, stock before and after, speed of the imports."""
    after = stock_of(acting, warehouse_id)
    lines = ["", _("What happened in %(seconds).0f seconds:") % {"seconds": watch.seconds}]
    lines += [f"  {figure:<13} {watch.total(figure):>6}" for figure in FIGURES]
    lines.append(
        _("Stock on hand: %(before)s before, %(after)s after, %(reserved)s reserved")
        % {"before": before.on_hand, "after": after.on_hand, "reserved": after.reserved}
    )
    with acting.scope("demo"):
        wrong = verify_stock()
        runs = list(SyncRun.objects.filter(found__gt=0).order_by("pk"))
    lines.append(_("Ledger checked against balances: %(count)s differences") % {"count": len(wrong)})
    for run in runs:
        took = max(((run.finished_at or now()) - (run.started_at or run.created_at)) / timedelta(seconds=1), 0.001)
        if run.created:
            lines.append(
                f"  {run.source:<5} {run.file_name or '-':<12} {run.found:>5} orders in {took:5.2f} s"
                f" = {run.found / took:7.1f} orders/s ({run.created} new, {run.updated} changed, {run.failed} failed)"
            )
    print("\n".join(lines), flush=True)
