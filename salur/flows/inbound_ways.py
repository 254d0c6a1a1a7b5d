"""The other two ways of inbound (R60): with a new master product, and by "update stock" lines of an import.

Each makes inbound lists, so that nothing raises a partner's stock but a list that the partner completes (R61).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salur.foundation.problems import Refusal
from salur.inbound.checking import LineResult, WantedLine
from salur.inbound.editing import Head, LinesRefused, ListRefused, check_list, create_inbound_list
from salur.inbound.models import InboundList
from salur.inbound.states import InboundPushState, InboundSource
from salur.tenancy.scope import merchant_scope

from .inbound_push import submit_inbound
from .products import add_to_warehouse
from .wakeups import wake

ACTOR = "worker"


def inbound_with_product(product_id: int, warehouse_id: int, line: WantedLine) -> InboundList:
    """Way 1: add a new product to a warehouse and announce its first pieces (inside a scope; R60, R70).

    The list waits as a draft until the warehouse knows the product, then goes by itself. Raises
    :class:`ListRefused` and :class:`LinesRefused`.
    """
    add_to_warehouse([product_id], warehouse_id)
    made = create_inbound_list(warehouse_id, [line], source=InboundSource.PRODUCT, autosubmit=True)
    wake("inbound_submit", warehouse_id)  # an own warehouse, or one that knows the product already
    return made


@dataclass(frozen=True, slots=True)
class Announced:
    """What an import led to: lists by warehouse, or what is wrong. ``refused`` holds whole warehouses."""

    lists: dict[int, InboundList] = field(default_factory=dict)
    wrong: dict[int, list[LineResult]] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)


def announce_import(lines: Mapping[int, Sequence[WantedLine]], note: str = "") -> Announced:
    """Way 2: "update stock" lines for third-party warehouses, by warehouse id: one submitted list each (in a scope).

    All or nothing: if any line is wrong no list is made, and every wrong line is named.
    """
    done = Announced()
    for warehouse, wanted in lines.items():
        try:
            results = check_list(warehouse, wanted)
        except ListRefused as refusal:
            done.refused[warehouse] = refusal
            continue
        if any(r.problems for r in results):
            done.wrong[warehouse] = results
    if done.refused or done.wrong:
        return done
    for warehouse, wanted in lines.items():
        made = create_inbound_list(warehouse, wanted, Head(note=note), source=InboundSource.IMPORT)
        done.lists[warehouse] = submit_inbound(made.pk)
    return done


def submit_waiting(merchant_id: int, warehouse_id: int) -> int:
    """Submit the drafts that waited for their products; answers how many went.

    One that cannot go is left to a person, with the reason on it.
    """
    with merchant_scope(merchant_id, actor=ACTOR, cause="products pushed"):
        waiting = InboundList.objects.filter(
            warehouse_id=warehouse_id, push=InboundPushState.DRAFT, autosubmit=True
        ).order_by("pk")
        return sum(_submit_one(row) for row in waiting)


def _submit_one(row: InboundList) -> bool:
    try:
        submit_inbound(row.pk)
    except LinesRefused as refusal:
        waits = {p.code for r in refusal.results for p in r.problems} <= {"inbound_product_waits"}
        if not waits:
            _leave_to_a_person(row, refusal)
        return False
    except ListRefused as refusal:
        _leave_to_a_person(row, refusal)
        return False
    return True


def _leave_to_a_person(row: InboundList, refusal: Refusal) -> None:
    InboundList.objects.filter(pk=row.pk, push=InboundPushState.DRAFT).update(
        autosubmit=False, push_error_code=refusal.code, push_error_message=refusal.text().cause
    )
