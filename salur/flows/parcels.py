"""Lists of several orders in one parcel: one buyer, address, store and own warehouse, no label of the store (R105)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from salur.foundation.problems import Refusal
from salur.integrations.channels import channel
from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.outbound.queries import IN_FORCE
from salur.tenancy import audit

from .floor import Held, locked_lists, why_held

ADDRESS = (
    *("recipient_name", "recipient_phone", "address_lines"),
    *("district", "city", "province", "postal_code", "country"),
)


def merge_parcels(outbound_ids: Iterable[int]) -> list[int]:
    """Let these lists leave as one parcel under one AWB number (inside a scope); answers them, the oldest first.

    Raises Refusal where the store gives each order its own label, a partner packs, or the addresses differ.
    """
    rows = locked_lists(outbound_ids)
    if len(rows) < 2:
        raise Refusal("merge_alone")
    first = rows[0]
    for row in rows:
        held = why_held(row) or _cannot(row, first)
        if held is not None:
            raise held.refusal()
    ids = [row.pk for row in rows]
    Outbound.objects.filter(pk__in=ids[1:]).update(together=first)
    Outbound.objects.filter(together_id__in=ids[1:]).update(together=first)
    Outbound.objects.filter(pk=first.pk).update(together=None)
    audit.record_each("outbound.merged", "outbound", ids, lists=ids)
    return ids


def part_parcels(outbound_ids: Iterable[int]) -> list[int]:
    """Each of these lists is its own parcel again (inside a scope); answers which were merged."""
    rows = [row for row in locked_lists(outbound_ids) if why_held(row) is None]
    ids = [row.pk for row in rows]
    parted = Outbound.objects.filter(Q(pk__in=ids, together__isnull=False) | Q(together_id__in=ids))
    found = sorted(parted.values_list("pk", flat=True))
    Outbound.objects.filter(pk__in=found).update(together=None)
    audit.record_each("outbound.parted", "outbound", found)
    return found


def parcel_mates(rows: Sequence[Outbound]) -> dict[int, list[int]]:
    """The other lists in force that go in the same parcel, by list."""
    heads = {row.pk: row.together_id or row.pk for row in rows}
    mates = Outbound.objects.filter(IN_FORCE).filter(
        Q(pk__in=set(heads.values())) | Q(together_id__in=set(heads.values()))
    )
    by_head: dict[int, list[int]] = {}
    for pk, together in mates.order_by("pk").values_list("pk", "together_id"):
        by_head.setdefault(together or pk, []).append(pk)
    return {pk: [other for other in by_head.get(head, []) if other != pk] for pk, head in heads.items()}


def _cannot(row: Outbound, first: Outbound) -> Held | None:
    named = {"order": row.order.shown, "store": row.store.name, "other": first.order.shown}
    if channel(row.store.channel).gives_label:
        return Held("merge_store_labels", named)
    same = row.store_id == first.store_id and row.warehouse_id == first.warehouse_id
    if not same or _address(row.order) != _address(first.order):
        return Held("merge_differs", named)
    return None


def _address(order: Order) -> tuple[str, ...]:
    return tuple(" ".join(str(getattr(order, name)).split()).casefold() for name in ADDRESS)
