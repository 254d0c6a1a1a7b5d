"""The partners that the demo visits after its main job: where their buyers live, and what their people say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from salur.connectors.base.capabilities import Plugin, WarehouseCapabilities
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities

PIECES = 2
ANNOUNCED = 30
HOUSEWARES = ("MUG-350-WHT", "BTL-750-STL", "TWL-BATH-GRY")
SHIRTS = ("TSHIRT-BAS-S", "TSHIRT-BAS-M", "TSHIRT-BAS-L")
ARTWORK = {"front_url": "https://art.example.com/front.png"}


def _buyer(name: str, phone: str, price: tuple[str, str], place: tuple[str, str, str, str, str, str]) -> dict[str, str]:
    """``price``: currency and unit price; ``place``: street, district, city, province, postal code, country."""
    columns = ("address1", "district", "city", "province", "postal_code", "country")
    return {
        "recipient_name": name,
        "recipient_phone": phone,
        "recipient_email": "buyer@example.com",
        "currency": price[0],
        "unit_price": price[1],
        **dict(zip(columns, place, strict=True)),
    }


JAKARTA = _buyer(
    "Budi Santoso",
    "+62 812 3456 7890",
    ("IDR", "89000"),
    ("Jl. Sudirman 12", "Setiabudi", "Jakarta Selatan", "DKI Jakarta", "12920", "ID"),
)
SHAH_ALAM = _buyer(
    "Aisyah Rahman",
    "+60 12 345 6789",
    ("MYR", "24.90"),
    ("No. 7 Jalan Plumbum", "Seksyen 7", "Shah Alam", "Selangor", "40000", "MY"),
)
BANGKOK = _buyer(
    "Somchai Jaidee",
    "+66 81 234 5678",
    ("THB", "199"),
    ("99/1 Sukhumvit Road", "Watthana", "Bangkok", "Bangkok", "10110", "TH"),
)
AUSTIN = _buyer(
    "Emily Carter",
    "+1 512 555 0142",
    ("USD", "24.00"),
    ("100 Congress Avenue", "Downtown", "Austin", "Texas", "78701", "US"),
)


@dataclass(slots=True)
class Guest:
    """One partner and how far the demo has come with it.

    ``received`` and ``shipped`` are the partner's own words for a complete inbound list and a parcel that has left;
    without ``received`` it keeps no stock. ``trouble`` tells why the demo went no further; empty: all went well.
    """

    partner: str
    buyer: Mapping[str, str]
    shipped: str
    received: str = ""
    mskus: tuple[str, ...] = HOUSEWARES
    details: Mapping[str, str] = field(default_factory=dict)
    account_id: int = 0
    warehouse_id: int = 0
    inbound_id: int = 0
    inbound_reference: str = ""
    outbound_id: int = 0
    outbound_reference: str = ""
    trouble: str = ""

    @property
    def plugin(self) -> Plugin:
        """Its connector, which the repository brings."""
        plugin = find_plugin(WAREHOUSE, self.partner)
        if plugin is None:
            raise SystemExit(f"the connector {self.partner} is not installed")
        return plugin

    @property
    def can(self) -> WarehouseCapabilities:
        """What it can do."""
        return warehouse_capabilities(self.plugin)

    @property
    def order_number(self) -> str:
        """The one order that goes to it."""
        return f"EB-{self.partner.upper()}-1"

    @property
    def awb(self) -> str:
        """The AWB number that the merchant books for it."""
        return f"DEMO{self.partner.upper()}1"


def guests() -> list[Guest]:
    """All four, before anything was done."""
    return [
        Guest("jd", JAKARTA, shipped="10019", received="70"),
        Guest("fastock", SHAH_ALAM, shipped="DELIVERED", received="FULFILLED"),
        Guest("qimen", BANGKOK, shipped="DELIVERED", received="FULFILLED"),
        Guest("gearment", AUSTIN, shipped="VENDOR_ORDER_STATUS_SHIPPED", mskus=SHIRTS, details=ARTWORK),
    ]


def order_file(chosen: Iterable[Guest]) -> bytes:
    """One paid order for each, in Salur's own template."""
    out = io.StringIO()
    rows = [_order_row(guest) for guest in chosen]
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _order_row(guest: Guest) -> dict[str, str]:
    return {
        "order_id": guest.order_number,
        "status": "paid",
        **guest.buyer,
        "line_id": "1",
        "sku": guest.mskus[0],
        "item_name": guest.mskus[0],
        "quantity": str(PIECES),
    }
