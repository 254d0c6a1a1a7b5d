"""A warehouse's own settings: name, time zone, whether it is in use, and its daily stock sync (R40, R130)."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.stock.daily import next_sync_after
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .calibrate import NoStockReport, may_sync, request_sync
from .wakeups import bindings_changed, lists_changed

ACTOR = "worker"
LONGEST_NAME = 100

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "warehouse_name",
        _("The warehouse needs a name"),
        _("A name of 1 to %(most)s characters is needed."),
        _("Type a name by which your people know the warehouse."),
        "owner",
    ),
    Problem(
        "warehouse_zone",
        _("Time zone not known"),
        _("“%(value)s” is not a time zone."),
        _("Choose one of the list, like Asia/Jakarta."),
        "owner",
    ),
)


class WarehouseRefused(Refusal):
    """A setting that cannot be taken; the code says which."""

    code = "warehouse_name"


def change_warehouse(warehouse_id: int, *, name: str, time_zone: str) -> Warehouse:
    """Give a warehouse its name here and its time zone (inside a scope). Raises :class:`WarehouseRefused`.

    The partner knows the warehouse by its code, which stays. A daily sync moves to 02:00 of the new zone.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise WarehouseRefused(most=LONGEST_NAME)
    if time_zone not in available_timezones():
        raise WarehouseRefused("warehouse_zone", value=time_zone)
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    moved = time_zone != warehouse.time_zone
    warehouse.name, warehouse.time_zone = name, time_zone
    if moved and warehouse.daily_sync:
        warehouse.next_sync_at = next_sync_after(now(), ZoneInfo(time_zone))
    warehouse.save(update_fields=["name", "time_zone", "next_sync_at"])
    audit.record("warehouse.changed", f"warehouse:{warehouse_id}", name=name, time_zone=time_zone)
    return warehouse


WAITING = (
    "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND warehouse_id = %s AND push IN ('waiting', 'ready')"
)


def switch_warehouse(warehouse_id: int, *, on: bool) -> bool:
    """Use a warehouse, or no longer (inside a scope); answers whether that changed anything.

    Off: no rule names it, and lists that it has not got yet wait and say so. On: they go on, and orders that had no
    way to go are planned again.
    """
    if not Warehouse.objects.filter(pk=warehouse_id).exclude(active=on).update(active=on):
        return False
    audit.record("warehouse.switched", f"warehouse:{warehouse_id}", on=on)
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [current_scope().merchant_id, warehouse_id])
        lists = [row[0] for row in cursor.fetchall()]
    lists_changed(lists)
    if on:
        bindings_changed()
    return True


def switch_daily_sync(warehouse_id: int, *, on: bool) -> Warehouse:
    """Synchronise the stock every day at 02:00 of the warehouse's time zone, or no longer (R130; inside a scope).

    Raises :class:`NoStockReport` for a warehouse nobody reports on.
    """
    warehouse = Warehouse.objects.select_related("account").get(pk=warehouse_id)
    if on and not may_sync(warehouse):
        raise NoStockReport(warehouse=warehouse.name)
    if warehouse.daily_sync != on:
        warehouse.daily_sync = on
        warehouse.next_sync_at = next_sync_after(now(), ZoneInfo(warehouse.time_zone)) if on else None
        warehouse.save(update_fields=["daily_sync", "next_sync_at"])
        audit.record("warehouse.daily_sync", f"warehouse:{warehouse_id}", on=on)
    return warehouse


def begin_daily_sync(merchant_id: int, warehouse_id: int) -> int:
    """The job of a daily sync that is due: ask for it, once, however many nights were missed; answers 1 if it was.

    The next one is the next 02:00 from now, so a worker that was down makes up for one night, not for each.
    """
    with merchant_scope(merchant_id, actor=ACTOR, cause="daily stock sync"):
        due = Warehouse.objects.filter(pk=warehouse_id, daily_sync=True, active=True, next_sync_at__lte=now())
        warehouse = due.first()
        if warehouse is None:
            return 0
        later = next_sync_after(now(), ZoneInfo(warehouse.time_zone))
        if not due.update(next_sync_at=later):  # another worker was quicker
            return 0
        if not may_sync(warehouse):
            return 0
        request_sync(warehouse_id, "daily")
        return 1
