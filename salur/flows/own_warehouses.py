"""Warehouses of the merchant's own, beside those of partners: made and changed by hand (R40)."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.problems import Problem
from salur.orders.formats.countries import CODES
from salur.stock.models import Warehouse
from salur.stock.zones import zone_of
from salur.tenancy import audit

from .wakeups import bindings_changed
from .warehouses import LONGEST_NAME, WarehouseRefused

LONGEST_CODE, LONGEST_ADDRESS = 30, 500

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "warehouse_code",
        _("The warehouse needs a code"),
        _("A code of 1 to %(most)s characters is needed."),
        _("Type a short code, as it is to stand in files and rules, like HOME or BKK-1."),
        "owner",
    ),
    Problem(
        "warehouse_code_taken",
        _("Another warehouse has this code"),
        _("“%(value)s” is the code of another own warehouse."),
        _("Choose another code."),
        "owner",
    ),
    Problem(
        "warehouse_country",
        _("Country not known"),
        _("“%(value)s” is no country code of two letters."),
        _("Choose the country in which the warehouse stands."),
        "owner",
    ),
    Problem(
        "warehouse_address",
        _("The return address is too long"),
        _("At most %(most)s characters are printed."),
        _("Shorten it to name, street, town and telephone."),
        "owner",
    ),
    Problem(
        "warehouse_not_own",
        _("This is a partner's warehouse"),
        _("Country and address of %(warehouse)s are the partner's."),
        _("Change name and time zone only."),
        "owner",
    ),
)


@dataclass(frozen=True, slots=True)
class OwnWarehouse:
    """What a merchant says of an own warehouse. ``time_zone`` empty: the country's."""

    code: str
    name: str
    country: str
    time_zone: str = ""
    return_address: str = ""


def _clean(given: OwnWarehouse) -> OwnWarehouse:
    """Blanks removed, everything checked; raises :class:`WarehouseRefused`."""
    code, name = " ".join(given.code.split()), " ".join(given.name.split())
    country = given.country.strip().upper()
    address = "\n".join(line.strip() for line in given.return_address.replace("\x00", "").strip().splitlines())
    if not 0 < len(code) <= LONGEST_CODE:
        raise WarehouseRefused("warehouse_code", most=LONGEST_CODE)
    if not 0 < len(name) <= LONGEST_NAME:
        raise WarehouseRefused(most=LONGEST_NAME)
    if country not in CODES:
        raise WarehouseRefused("warehouse_country", value=country)
    zone = given.time_zone or zone_of("", country)
    if zone not in available_timezones():
        raise WarehouseRefused("warehouse_zone", value=zone)
    if len(address) > LONGEST_ADDRESS:
        raise WarehouseRefused("warehouse_address", most=LONGEST_ADDRESS)
    return OwnWarehouse(code, name, country, zone, address)


def create_own_warehouse(given: OwnWarehouse) -> Warehouse:
    """Make an own warehouse (inside a scope); rules may name it at once. Raises :class:`WarehouseRefused`."""
    wanted = _clean(given)
    row = Warehouse(account=None, created_at=now())
    _fill(row, wanted)
    audit.record("warehouse.created", f"warehouse:{row.pk}", code=wanted.code, name=wanted.name)
    bindings_changed()
    return row


def change_own_warehouse(warehouse_id: int, given: OwnWarehouse) -> Warehouse:
    """Change an own warehouse (inside a scope). Raises :class:`WarehouseRefused`."""
    row = Warehouse.objects.get(pk=warehouse_id)
    if row.account_id is not None:
        raise WarehouseRefused("warehouse_not_own", warehouse=row.name)
    wanted = _clean(given)
    _fill(row, wanted)
    audit.record("warehouse.changed", f"warehouse:{row.pk}", code=wanted.code, name=wanted.name)
    return row


def _fill(row: Warehouse, wanted: OwnWarehouse) -> None:
    row.code, row.name, row.country = wanted.code, wanted.name, wanted.country
    row.time_zone, row.return_address = wanted.time_zone, wanted.return_address
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "stock_warehouse_once" not in str(error):
            raise
        raise WarehouseRefused("warehouse_code_taken", value=wanted.code) from error
