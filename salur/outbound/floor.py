"""What pages and papers read of own warehouses: lists by stage, pick lists in walking order, what a scan means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from salur.catalog.models import MasterProduct
from salur.foundation.paging import Keyset, keyset_page
from salur.locations.queries import pick_places
from salur.orders.models import Order
from salur.orders.queries import has_number

from .awb import clean_awb
from .models import Outbound, OutboundLine, PickList
from .states import PushState, TaskState

READY = "ready"
STAGES: dict[str, Q] = {
    READY: Q(push=PushState.READY),
    "picking": Q(push=PushState.PUSHED, task__in=[TaskState.NONE, TaskState.ACCEPTED, TaskState.PICKING]),
    "picked": Q(push=PushState.PUSHED, task=TaskState.PICKED),
    "packed": Q(push=PushState.PUSHED, task=TaskState.PACKED),
    "shipped": Q(push=PushState.PUSHED, task=TaskState.COMPLETED),
}
"""Where a list stands in an own warehouse."""

OWN = Q(account__isnull=True)


def lists_at(stage: str, warehouse: int | None, cursor: str | None, size: int = 50) -> Keyset[Outbound]:
    """Lists of one stage: what is to be done most urgent first, what is shipped the latest first."""
    rows = Outbound.objects.filter(OWN, STAGES[stage]).select_related("order", "store", "warehouse", "pick_list")
    if warehouse:
        rows = rows.filter(warehouse_id=warehouse)
    order = ["-id"] if stage == "shipped" else ["priority", "id"]
    return keyset_page(rows, order=order, cursor=cursor, size=size)


MOST_NAMED = 2000


def lists_named(ids: Sequence[int] = (), names: Sequence[str] = (), stage: Q | None = None) -> list[Outbound]:
    """Lists of own warehouses that may still leave: by id, by reference or their order's number, or of a stage."""
    if stage is None:
        orders = Order.objects.filter(has_number(names)).values("pk")
        stage = Q(pk__in=list(ids)) | Q(reference__in=list(names)) | Q(order_id__in=orders)
    alive = Q(push__in=[PushState.READY, PushState.PUSHED]) & ~Q(task=TaskState.COMPLETED)
    rows = Outbound.objects.filter(OWN, stage, alive).select_related("order", "store", "warehouse")
    return list(rows.order_by("pk")[:MOST_NAMED])


def stage_counts(warehouse: int | None) -> dict[str, int]:
    """How many lists wait at each stage; those shipped are not counted."""
    rows = Outbound.objects.filter(OWN, push__in=[PushState.READY, PushState.PUSHED])
    rows = rows.exclude(task__in=[TaskState.COMPLETED, TaskState.CANCELLED])
    if warehouse:
        rows = rows.filter(warehouse_id=warehouse)
    counts = {stage: Count("pk", filter=condition) for stage, condition in STAGES.items() if stage != "shipped"}
    return dict(rows.aggregate(**counts))


def pieces_of(outbound_ids: Sequence[int]) -> dict[int, list[OutboundLine]]:
    """Lines of some lists with their products, by MSKU."""
    found: dict[int, list[OutboundLine]] = {}
    rows = OutboundLine.objects.filter(outbound_id__in=list(outbound_ids)).select_related("product", "order_line")
    for line in rows.order_by("outbound_id", "product__msku", "id"):
        found.setdefault(line.outbound_id, []).append(line)
    return found


# -- pick lists -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """One stop of the walk: a product, how many pieces in all, and which lists they are for (list, pieces).

    ``locations``: where it lies, the one to go to first at the front; empty where no shelf is known.
    """

    product: MasterProduct
    locations: list[str]
    pieces: int
    lists: list[tuple[Outbound, int]] = field(default_factory=list)

    @property
    def location(self) -> str:
        """Where to go to; other places in brackets."""
        first, *others = self.locations or [""]
        return f"{first} ({', '.join(others[:3])})" if others else first


def find_pick_list(pick_list_id: int) -> PickList | None:
    """One pick list with its warehouse."""
    return PickList.objects.select_related("warehouse").filter(pk=pick_list_id).first()


def pick_lists(warehouse: int | None, cursor: str | None, size: int = 50) -> Keyset[PickList]:
    """Pick lists, the latest first."""
    rows = PickList.objects.select_related("warehouse")
    if warehouse:
        rows = rows.filter(warehouse_id=warehouse)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def lists_on(pick_list: PickList) -> list[Outbound]:
    """The lists on a pick list, those stopped since among them."""
    rows = Outbound.objects.filter(pick_list=pick_list).select_related("order", "store", "warehouse")
    return list(rows.order_by("pk"))


def walk_of(outbounds: Sequence[Outbound]) -> list[Stop]:
    """What to fetch for these lists of one warehouse, merged by product, in walking order; without shelf at the end."""
    by_id = {outbound.pk: outbound for outbound in outbounds}
    wanted: dict[int, dict[int, int]] = {}
    products: dict[int, MasterProduct] = {}
    for outbound_id, lines in pieces_of(list(by_id)).items():
        for line in lines:
            products[line.product_id] = line.product
            own = wanted.setdefault(line.product_id, {})
            own[outbound_id] = own.get(outbound_id, 0) + line.quantity
    places = pick_places(outbounds[0].warehouse_id, products) if outbounds else {}
    stops = [
        Stop(
            products[product],
            [place.number for place in places.get(product, ())],
            sum(own.values()),
            [(by_id[i], n) for i, n in sorted(own.items())],
        )
        for product, own in wanted.items()
    ]
    first = {product: (0, held[0].pick_key, held[0].pk) for product, held in places.items()}
    return sorted(stops, key=lambda stop: (*first.get(stop.product.pk, (1, "", 0)), stop.product.msku))


# -- scanning -------------------------------------------------------------------------------------------------------

PICK_LIST_CODE = re.compile(r"PL(\d{1,18})", re.ASCII)


def scanned(code: str) -> Outbound | PickList | None:
    """What a barcode on paper or parcel means: a pick list, or the list of a reference, AWB or order number.

    Of several lists those of own warehouses that are in force come first.
    """
    wanted = code.replace("\x00", "").strip()
    if not wanted:
        return None
    if named := PICK_LIST_CODE.fullmatch(wanted.upper()):
        return find_pick_list(int(named[1]))
    orders = Order.objects.filter(has_number([wanted])).values("pk")
    rows: QuerySet[Outbound] = Outbound.objects.filter(
        Q(reference=wanted.upper()) | Q(awb=clean_awb(wanted)) | Q(order_id__in=orders)
    )
    found = list(rows.filter(OWN).order_by("-id")[:20])
    return min(found, key=_urgency, default=None)


def _urgency(outbound: Outbound) -> tuple[bool, bool, int]:
    return (outbound.push == PushState.VOID, outbound.task == TaskState.COMPLETED, -outbound.pk)
