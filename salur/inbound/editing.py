"""Making, changing and submitting inbound lists (inside a scope; R62 to R66).

Everything that is wrong is told at once and nothing is saved then: :class:`LinesRefused` holds a result per line,
:class:`ListRefused` speaks of the list as a whole.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids, lock_rows
from salur.foundation.problems import Refusal
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.models import Merchant
from salur.tenancy.scope import current_scope

from .checking import CheckedLine, LineResult, Rules, WantedLine, check_lines
from .expecting import expect
from .models import InboundLine, InboundList, InboundPushAttempt, InboundReceipt
from .states import InboundPushState, InboundSource, InboundTaskState

MOST_LINES = 2000
LIMITS = {"note": 500, "carrier": 100, "tracking": 100, "currency": 3}


class ListRefused(Refusal):
    """The list as a whole cannot be taken, or not be changed any more; the code says why."""

    code = "inbound_not_draft"


class LinesRefused(Refusal):
    """Some lines are wrong: ``results`` has one result for every line."""

    code = "inbound_lines_wrong"

    def __init__(self, results: Sequence[LineResult]) -> None:
        self.results = list(results)
        wrong = [r for r in self.results if r.problems]
        super().__init__(count=len(wrong), line=wrong[0].number, first=wrong[0].problems[0].text().cause)


@dataclass(frozen=True, slots=True)
class Head:
    """What a list says besides its lines. ``currency`` is that of the unit costs; empty: the merchant's own."""

    note: str = ""
    currency: str = ""
    expected_on: date | None = None
    carrier: str = ""
    tracking: str = ""


def rules_of(warehouse_id: int, *, waits: bool = False) -> Rules:
    """What the warehouse asks of its lists; raises :class:`ListRefused` where it takes none."""
    warehouse = Warehouse.objects.select_related("account").get(pk=warehouse_id)
    if not warehouse.active:
        raise ListRefused("inbound_warehouse_off", warehouse=warehouse.name)
    if warehouse.account is None:
        return Rules(warehouse, None, waits)
    plugin = find_plugin(WAREHOUSE, warehouse.account.partner)
    can = None if plugin is None else warehouse_capabilities(plugin)
    if can is None or "inbound" not in can.abilities or not can.keeps_stock:
        title = can.title if can else warehouse.account.partner
        raise ListRefused("inbound_not_taken", warehouse=warehouse.name, partner=title)
    return Rules(warehouse, can, waits)


def check_list(warehouse_id: int, lines: Sequence[WantedLine], *, waits: bool = False) -> list[LineResult]:
    """Judge lines without saving anything; raises :class:`ListRefused` as :func:`create_inbound_list` does."""
    return check_lines(rules_of(warehouse_id, waits=waits), lines)


def create_inbound_list(
    warehouse_id: int,
    lines: Sequence[WantedLine],
    head: Head | None = None,
    *,
    source: str = InboundSource.PAGE,
    autosubmit: bool = False,
) -> InboundList:
    """Make a draft. ``autosubmit``: products that are still being pushed may stand in it; it goes when they are there.

    Raises :class:`ListRefused` and :class:`LinesRefused`.
    """
    rules = rules_of(warehouse_id, waits=autosubmit)
    head = _checked_head(head or Head())
    return _draft(rules, head, _good_lines(rules, lines), source)


def announce_checked(rules: Rules, lines: Sequence[CheckedLine], head: Head, *, source: str) -> InboundList:
    """Make a list and let it go to its warehouse. Its lines were judged by ``rules`` in this very transaction.

    Raises :class:`ListRefused`.
    """
    return _let_go(_draft(rules, _checked_head(head), lines, source))


def _draft(rules: Rules, head: Head, lines: Sequence[CheckedLine], source: str) -> InboundList:
    """A draft of good lines; products that are still being pushed may stand in it where the rules let it wait."""
    made = InboundList(
        reference=_new_reference(),
        warehouse=rules.warehouse,
        account_id=rules.warehouse.account_id,
        source=source,
        autosubmit=rules.waits,
        created_by=current_scope().actor,
        created_at=now(),
    )
    _put_head(made, head)
    made.save()
    _put_lines(made, lines)
    audit.record("inbound.created", f"inbound:{made.pk}", reference=made.reference, lines=len(lines))
    return made


def change_draft(list_id: int, lines: Sequence[WantedLine], head: Head | None = None) -> InboundList:
    """Replace lines and head of a list that no warehouse has: a draft, one that waits, or one that was refused.

    It is a draft afterwards, under the same reference. Raises :class:`ListRefused` and :class:`LinesRefused`.
    """
    row = _locked(list_id)
    open_states = (InboundPushState.DRAFT, InboundPushState.READY, InboundPushState.REJECTED)
    if row.push not in open_states or InboundReceipt.objects.filter(inbound=row).exists():
        raise ListRefused(reference=row.reference)
    rules = rules_of(row.warehouse_id, waits=row.autosubmit)
    head = _checked_head(head or Head())
    good = _good_lines(rules, lines)
    _put_head(row, head)
    row.push = InboundPushState.DRAFT
    row.push_error_code = row.push_error_message = ""
    row.save()
    InboundLine.objects.filter(inbound=row).delete()
    _put_lines(row, good)
    audit.record("inbound.changed", f"inbound:{row.pk}", reference=row.reference, lines=len(good))
    return row


def delete_draft(list_id: int) -> None:
    """Take a draft away; one that was tried before stays as void. Raises :class:`ListRefused`."""
    row = _locked(list_id)
    if row.push != InboundPushState.DRAFT:
        raise ListRefused(reference=row.reference)
    audit.record("inbound.deleted", f"inbound:{row.pk}", reference=row.reference)
    if InboundPushAttempt.objects.filter(inbound=row).exists():
        InboundList.objects.filter(pk=row.pk).update(push=InboundPushState.VOID, autosubmit=False)
        return
    InboundLine.objects.filter(inbound=row).delete()
    InboundList.objects.filter(pk=row.pk).delete()


def submit(list_id: int) -> InboundList:
    """Let a draft go to its warehouse (the pusher takes it from there); its lines are judged once more.

    An own warehouse has nobody to be told: its goods are expected at once. Raises :class:`ListRefused` and
    :class:`LinesRefused`.
    """
    row = _locked(list_id)
    if row.push != InboundPushState.DRAFT:
        raise ListRefused(reference=row.reference)
    _good_lines(rules_of(row.warehouse_id), wanted_lines(row.pk))
    return _let_go(row)


def _let_go(row: InboundList) -> InboundList:
    """Submit a draft whose lines are good. The caller holds it, or has made it."""
    at = now()
    row.push, row.submitted_at, row.autosubmit = InboundPushState.READY, at, False
    row.push_attempts, row.push_next_at, row.push_error_code, row.push_error_message = 0, None, "", ""
    if row.account_id is None:
        row.push, row.pushed_at, row.task = InboundPushState.PUSHED, at, InboundTaskState.ARRIVING
    row.save()
    if row.account_id is None:
        expect([row.pk])
    audit.record("inbound.submitted", f"inbound:{row.pk}", reference=row.reference)
    return row


def push_rejected_again(list_ids: Iterable[int]) -> list[InboundList]:
    """Let refused lists go once more, unchanged and under the same reference (R71); answers those that do."""
    held = lock_ids("inbound_inboundlist", current_scope().merchant_id, set(list_ids))
    rows = InboundList.objects.filter(pk__in=held, push=InboundPushState.REJECTED)
    again = list(rows.values_list("pk", flat=True))
    InboundList.objects.filter(pk__in=again).update(
        push=InboundPushState.READY, push_next_at=None, push_attempts=0, push_error_code="", push_error_message=""
    )
    return list(InboundList.objects.filter(pk__in=again).order_by("pk"))


def wanted_lines(list_id: int) -> list[WantedLine]:
    """The stored lines as they would be given again."""
    rows = InboundLine.objects.filter(inbound_id=list_id).select_related("product").order_by("pk")
    return [WantedLine(r.product.msku, r.quantity, r.unit_cost, r.batch, r.expires_on) for r in rows]


# -- parts ----------------------------------------------------------------------------------------------------------


def _locked(list_id: int) -> InboundList:
    """The list, held until the transaction ends; raises ``InboundList.DoesNotExist``."""
    rows = lock_rows(InboundList.objects.all(), [list_id])
    if not rows:
        raise InboundList.DoesNotExist(list_id)
    return rows[0]


def _new_reference() -> str:
    """SI and ten base-32 letters: ours alone even where two hubs share an account; never the form of an outbound's."""
    return "SI" + base64.b32encode(os.urandom(7)).decode()[:10]


def _checked_head(head: Head) -> Head:
    for name, limit in LIMITS.items():
        length = len(getattr(head, name))
        if length > limit:
            raise ListRefused("inbound_text_too_long", field=name, limit=limit, length=length)
    return head


def _good_lines(rules: Rules, lines: Sequence[WantedLine]) -> list[CheckedLine]:
    if not lines:
        raise ListRefused("inbound_no_lines")
    if len(lines) > MOST_LINES:
        raise ListRefused("inbound_too_many_lines", limit=MOST_LINES, count=len(lines))
    results = check_lines(rules, lines)
    if any(r.problems for r in results):
        raise LinesRefused(results)
    return [r.line for r in results if r.line is not None]


def _put_head(row: InboundList, head: Head) -> None:
    row.note, row.carrier, row.tracking = head.note.strip(), head.carrier.strip(), head.tracking.strip()
    row.expected_on = head.expected_on
    row.currency = head.currency.strip().upper() or _own_currency()


def _own_currency() -> str:
    return Merchant.objects.values_list("currency", flat=True).get(pk=current_scope().merchant_id)


def _put_lines(row: InboundList, lines: Sequence[CheckedLine]) -> None:
    InboundLine.objects.bulk_create(
        InboundLine(
            merchant_id=row.merchant_id,
            inbound=row,
            product_id=line.product_id,
            quantity=line.quantity,
            unit_cost=line.unit_cost,
            batch=line.batch,
            expires_on=line.expires_on,
        )
        for line in lines
    )
