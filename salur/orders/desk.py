"""What people put on orders: notes, tags, and a hold with its reason (inside a scope).

Notes are the record of all of it and are never changed. What a hold does to outbound lists is the flow's part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy.scope import current_scope
from salur.tenancy.tags import MOST, TagsRefused, clean_tags

from .models import NoteKind, Order, OrderNote, OrderTag

LONGEST_NOTE = 2000


class NoteRefused(Refusal):
    """A note that is empty or too long."""

    code = "note_refused"


def write_notes(order_ids: Iterable[int], kind: NoteKind, text: str = "", *, by: str = "", **detail: Any) -> None:
    """Write the same note on each of these orders; ``by`` stands for the scope's actor."""
    scope, at = current_scope(), now()
    OrderNote.objects.bulk_create(
        OrderNote(
            merchant_id=scope.merchant_id,
            order_id=one,
            kind=kind,
            text=text,
            detail=detail,
            actor=by or scope.actor,
            at=at,
        )
        for one in order_ids
    )


def add_note(order_ids: Sequence[int], text: str) -> int:
    """A person's note on these orders; answers on how many. Raises :class:`NoteRefused`."""
    said = text.replace("\x00", "").strip()
    if not said or len(said) > LONGEST_NOTE:
        raise NoteRefused(most=LONGEST_NOTE)
    there = _there(order_ids)
    write_notes(there, NoteKind.NOTE, said)
    return len(there)


def change_tags(order_ids: Sequence[int], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
    """Put tags on orders and take tags off; answers how many orders are different now. Raises TagsRefused.

    An order carries at most :data:`~salur.tenancy.tags.MOST` tags: one that would have more refuses the whole call.
    """
    wanted, unwanted = clean_tags(add), clean_tags(remove)
    there = _there(order_ids)
    merchant = current_scope().merchant_id
    held: dict[int, set[str]] = {one: set() for one in there}
    for order, tag in OrderTag.objects.filter(order_id__in=there).values_list("order_id", "tag"):
        held[order].add(tag)
    if any(len((tags | set(wanted)) - set(unwanted)) > MOST for tags in held.values()):
        raise TagsRefused("too_many_tags")
    fresh = {order: [tag for tag in wanted if tag not in tags] for order, tags in held.items()}
    gone = {order: [tag for tag in unwanted if tag in tags] for order, tags in held.items()}
    OrderTag.objects.bulk_create(
        (OrderTag(merchant_id=merchant, order_id=order, tag=tag) for order, tags in fresh.items() for tag in tags),
        ignore_conflicts=True,  # somebody else may put the same tag on at the same moment
    )
    OrderTag.objects.filter(order_id__in=there, tag__in=unwanted).delete()
    for kind, changed in ((NoteKind.TAGGED, fresh), (NoteKind.UNTAGGED, gone)):
        alike: dict[tuple[str, ...], list[int]] = {}
        for order, tags in changed.items():
            if tags:
                alike.setdefault(tuple(tags), []).append(order)
        for several, orders in alike.items():
            write_notes(orders, kind, tags=list(several))
    return sum(1 for one in there if fresh[one] or gone[one])


def put_on_hold(order_ids: Sequence[int], reason: str, note: str, until: datetime | None, *, by: str = "") -> None:
    """Mark orders as held, also those held already: the newest reason counts. The caller holds their locks."""
    scope = current_scope()
    Order.objects.filter(pk__in=order_ids).update(
        hold_reason=reason, hold_note=note, hold_until=until, held_at=now(), held_by=by or scope.actor
    )
    detail = {"reason": reason, "until": until.isoformat() if until else ""}
    write_notes(order_ids, NoteKind.HELD, note, by=by, **detail)


def take_off_hold(order_ids: Sequence[int], *, by_time: bool = False) -> list[int]:
    """Mark held orders as free again; answers those that were held. The caller holds their locks."""
    held = list(
        Order.objects.filter(pk__in=order_ids).exclude(hold_reason="").order_by("pk").values_list("pk", flat=True)
    )
    Order.objects.filter(pk__in=held).update(hold_reason="", hold_note="", hold_until=None, held_at=None, held_by="")
    write_notes(held, NoteKind.RELEASED, by_time=by_time)
    return held


def _there(order_ids: Sequence[int]) -> list[int]:
    return list(Order.objects.filter(pk__in=order_ids).order_by("pk").values_list("pk", flat=True))


# -- read --------------------------------------------------------------------------------------------------------------


def notes_of(order_id: int) -> list[OrderNote]:
    """All that was put on an order, oldest first."""
    return list(OrderNote.objects.filter(order_id=order_id).order_by("pk"))


def tags_of_orders(order_ids: Iterable[int]) -> dict[int, list[str]]:
    """Tags by order."""
    found: dict[int, list[str]] = {}
    rows = OrderTag.objects.filter(order_id__in=list(order_ids)).order_by("tag")
    for order, tag in rows.values_list("order_id", "tag"):
        found.setdefault(order, []).append(tag)
    return found


def tags_in_use(limit: int = 200) -> list[str]:
    """Tags that orders carry, by name."""
    return list(OrderTag.objects.order_by("tag").values_list("tag", flat=True).distinct()[:limit])
