"""Arranging shipments at the store, and fetching AWB number and label PDF (R108 to R111).

The three steps of one order are one job, so a batch of orders goes side by side. Every step may be repeated: a store
that had arranged before says so, and a lost answer is simply asked for again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    TooLate,
)
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    call_many,
    record,
    store_line,
)
from salur.integrations.models import StoreConnection
from salur.integrations.registry import STORE, find_plugin
from salur.outbound.awb import clean_awb, other_form
from salur.outbound.flagged import flag_lists
from salur.outbound.gates import ARRANGING_OPENS, closed_gates
from salur.outbound.judge import Judged, read_records
from salur.outbound.labels import LabelRefused, check_label
from salur.outbound.models import Outbound
from salur.outbound.shipments import (
    Progress,
    ShipmentClaim,
    claim_shipments,
    label_numbers,
    park_shipments,
    save_progress,
    set_aside_fallen,
)
from salur.outbound.states import PushState, ShipmentState
from salur.outbound.stopping import capabilities_of
from salur.outbound.urgency import TO_ARRANGE, hurry
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .backoff import next_try
from .handover import Choice, choice_of, choose_option
from .wakeups import close_gate_problems, lists_changed, store_changed, wake

BATCH = 50
CALLS_PER_ORDER = 5  # options, arrange, number, and two or three for the label: taken beforehand, settled afterwards
MOST_CALLS = 8
TURN_SECONDS = 10.0
MOST_MISUNDERSTANDINGS = 5
PARKED = timedelta(days=1)
ACTOR = "worker"


def arrange_due(merchant_id: int, store_id: int) -> int:
    """Carry on the shipments of one store, batch after batch; answers how many tries were made.

    Ends after a turn of some seconds (and wakes itself again), so that no store starves the others.
    """
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="arrange"):
            line = _line(store_id)
            if line is None:
                return tries
            if not tries:
                hurry(TO_ARRANGE, store_id)
            lists_changed(set_aside_fallen(store_id))
            taken, claims = _claim(line)
            if claims and time.monotonic() > ends:
                wake("shipment", store_id)
        if not claims:
            return tries
        _carry_and_save(line, claims, taken)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _line(store_id: int) -> PartnerLine | None:
    """The store to ask; None where nobody can be asked. A store without labels to give is not asked every second."""
    try:
        line = store_line(store_id)
    except (ConnectionPaused, NotConnected):
        store = StoreConnection.objects.filter(pk=store_id).first()
        if store is None or find_plugin(STORE, store.channel) is None:
            park_shipments(store_id, now() + PARKED)
        return None
    if "arrange" not in line.plugin.capabilities.abilities:
        park_shipments(store_id, now() + PARKED)
        return None
    return line


def _claim(line: PartnerLine) -> tuple[int, list[ShipmentClaim]]:
    """Calls taken from the budget and the rows to spend them on."""
    taken = budgets.take("store", line.id, BATCH * CALLS_PER_ORDER)
    if not taken:
        return 0, []
    lease = timedelta(seconds=MOST_CALLS * line.plugin.capabilities.call_deadline + 30)
    claims = claim_shipments(line.id, max(1, taken // CALLS_PER_ORDER), lease)
    kept = min(taken, len(claims) * CALLS_PER_ORDER)
    budgets.refund("store", line.id, taken - kept)
    return kept, claims


def _carry_and_save(line: PartnerLine, claims: Sequence[ShipmentClaim], taken: int) -> None:
    wanted = str(line.settings.get("handover", ""))
    accepts = "accept" in line.plugin.capabilities.abilities
    carriers = [Carrier(claim, wanted, accepts) for claim in claims]
    results = call_many(line, [Job(c.claim.id, c.carry) for c in carriers], width=BATCH)
    for carrier, result in zip(carriers, results, strict=True):
        _conclude(carrier, result.error)
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="arrange"):
        ours = save_progress([c.progress for c in carriers])
        record(line, results)
        _settle_budget(line, taken, results)
        flag_lists(c.claim.id for c in carriers if c.progress.failed and c.claim.id in set(ours))
        lists_changed(ours)
        if any(isinstance(r.error, AuthRejected) for r in results):
            store_changed(line.id)


def _settle_budget(line: PartnerLine, taken: int, results: Sequence[Result[Any]]) -> None:
    """What was not called is given back; what was called beyond the estimate is paid now, as far as there is."""
    made = sum(len(result.exchanges) for result in results)
    if made > taken:
        budgets.take("store", line.id, made - taken)
    else:
        budgets.refund("store", line.id, taken - made)


# -- one order, in a thread -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Carrier:
    """One order on its way through the store's steps. Renewed access repeats :meth:`carry` from the step reached."""

    claim: ShipmentClaim
    handover: str = ""
    accepts: bool = False
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        c = self.claim
        self.progress = Progress(c.id, c.epoch, c.state, awb=c.awb, package=c.package, courier=c.courier)

    def carry(self, connector: Any) -> None:
        """Go as far as the store lets us; raises the partner's error, what was reached is kept."""
        if self.progress.state == ShipmentState.DUE:
            self._arrange(connector)
        if self.progress.state == ShipmentState.ARRANGED:
            self._ask_number(connector)
        if self.progress.state == ShipmentState.NUMBERED:
            self._fetch_label(connector)

    def _arrange(self, connector: Any) -> None:
        if self.accepts and self._accepted_with_number(connector):
            return
        try:
            offered = connector.shipping_options(self.claim.order)
            option = choose_option(offered, self.handover, choice_of(self.claim.handover))
            connector.arrange(self.claim.order, option)
        except AlreadyExists:
            pass  # arranged by an earlier try whose answer was lost, or by a person at the store
        self.progress.state = ShipmentState.ARRANGED

    def _accepted_with_number(self, connector: Any) -> bool:
        """Some stores want an order accepted first, and may give its number by that alone (R101)."""
        with suppress(AlreadyExists):
            connector.accept(self.claim.order)
        self._ask_number(connector)
        return self.progress.state == ShipmentState.NUMBERED

    def _ask_number(self, connector: Any) -> None:
        answer = connector.awb(self.claim.order)
        p = self.progress
        p.hint = "" if answer.number else answer.hint
        if answer.number:
            p.state, p.awb = ShipmentState.NUMBERED, answer.number
            p.package, p.courier = answer.package or p.package, answer.courier or p.courier

    def _fetch_label(self, connector: Any) -> None:
        p = self.progress
        answer = connector.label(self.claim.order, p.package, p.awb)
        if answer.document is not None:
            try:
                p.label = check_label(answer.document.content)
            except LabelRefused as refused:
                said = str(refused.evidence.get("reason", refused.code))
                raise ContractBroken("label_unreadable", said, field="label") from refused
            p.state = ShipmentState.LABELLED
        elif not answer.pending:
            raise Rejected("label_refused", answer.failure)


def _conclude(carrier: Carrier, error: PartnerError | None) -> None:
    """What the try means for the row: done, later, or failed (design 4)."""
    p, tries = carrier.progress, carrier.claim.attempts
    moved = p.state != carrier.claim.state
    p.attempts = 0 if moved else tries
    if p.state == ShipmentState.LABELLED:
        return
    p.next_at = next_try(p.attempts)
    if error is None:
        return
    p.code, p.message = error.code or type(error).__name__, error.message or error.code
    if isinstance(error, RateLimited):
        p.attempts = 0 if moved else max(0, tries - 1)
        p.next_at = now() + timedelta(seconds=error.retry_after)
    elif isinstance(error, Rejected | TooLate):
        p.failed, p.next_at = True, None
    elif isinstance(error, ContractBroken) and tries >= MOST_MISUNDERSTANDINGS and not moved:
        p.failed, p.next_at = True, None  # what is answered wrongly again and again is for a person to see


# -- people ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lists are being arranged now, and which are not, each with the code of what stands in the way."""

    due: list[int]
    held: dict[int, str]


BEGIN = """
UPDATE outbound_outbound SET shipment = 'due', handover = %s, shipment_next_at = NULL, shipment_attempts = 0,
  shipment_error_code = '', shipment_error_message = '', shipment_hint = ''
WHERE merchant_id = %s AND id = ANY(%s) AND shipment IN ('none', 'failed')
"""
CHOSEN = """
UPDATE outbound_outbound SET handover = %s
WHERE merchant_id = %s AND id = ANY(%s) AND shipment = 'due'
  AND (shipment_lease_until IS NULL OR shipment_lease_until < %s)
"""
HURRY = """
UPDATE outbound_outbound SET shipment_next_at = NULL, shipment_attempts = 0
WHERE merchant_id = %s AND id = ANY(%s) AND shipment IN ('due', 'arranged', 'numbered')
"""


NONE_CHOSEN = Choice()


def arrange_now(outbound_ids: Iterable[int], choice: Choice = NONE_CHOSEN) -> Asked:
    """The operator's button (inside a scope): arrange these, or ask again for what the store still owes.

    Works with automatic arranging switched off; every other condition must hold. ``choice``: how they are handed over;
    what is arranged already, or at this moment, is held then, because its way cannot be changed any more.
    """
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, set(outbound_ids))
    stores = dict(Outbound.objects.filter(pk__in=held).values_list("id", "store_id"))
    too_late = _under_way(held)
    asked = Asked([], {})
    for judged in read_records(held):
        reason = stands_in_the_way(judged) or (choice.kind and judged.id in too_late and "handed_over_otherwise")
        if reason:
            asked.held[judged.id] = reason
        else:
            asked.due.append(judged.id)
    with connection.cursor() as cursor:
        if choice.kind:
            cursor.execute(CHOSEN, [json.dumps(choice.kept()), merchant, asked.due, now()])
        cursor.execute(BEGIN, [json.dumps(choice.kept()), merchant, asked.due])
        cursor.execute(HURRY, [merchant, asked.due])
    audit.record_each("outbound.arrange_asked", "outbound", asked.due)
    flag_lists(asked.due)
    for store in {stores[i] for i in asked.due}:
        wake("shipment", store)
    lists_changed(asked.due)
    return asked


def _under_way(outbound_ids: Iterable[int]) -> set[int]:
    """Those of locked lists whose way of handing over is settled: told the store, or being told by a worker."""
    rows = Outbound.objects.filter(pk__in=list(outbound_ids))
    told = Q(shipment__in=[ShipmentState.ARRANGED, ShipmentState.NUMBERED])
    return set(rows.filter(told | Q(shipment_lease_until__gte=now())).values_list("pk", flat=True))


def stands_in_the_way(judged: Judged) -> str:
    """The code of what keeps a list's shipment from being arranged; empty where nothing does."""
    record_ = judged.record
    plugin = find_plugin(STORE, record_.channel)
    if plugin is None or "arrange" not in plugin.capabilities.abilities:
        return "channel_gives_no_label"
    if record_.store_state != "connected":
        return "store_not_connected"
    if record_.shipment == ShipmentState.LABELLED:
        return "labelled"
    closed = [code for gate, (code, _) in closed_gates(record_).items() if gate not in ARRANGING_OPENS]
    if closed:
        return closed[0]
    if record_.shipment in ("none", "failed") and record_.order_status not in ("paid", "ready"):
        return "status_not_pushed"
    return ""


STEPS: dict[str, tuple[str, ...]] = {
    "none": (),
    "due": (),
    "arranged": (),
    "numbered": (),
    "failed": ("due",),
    "labelled": ("due",),
}
TAKE = """
UPDATE outbound_outbound SET shipment_epoch = shipment_epoch + 1, shipment_lease_until = NULL, shipment_next_at = NULL,
  shipment_attempts = 0, shipment_error_code = '', shipment_error_message = '', shipment_hint = ''
WHERE merchant_id = %s AND id = %s
"""


def _same_order(outbound_id: int) -> list[int]:
    """The list and those of its order that wait: under one number they would be one parcel (R105)."""
    order = Outbound.objects.filter(pk=outbound_id).values("order_id")
    rows = Outbound.objects.filter(Q(order_id__in=order, push=PushState.WAITING) | Q(pk=outbound_id))
    return list(rows.values_list("pk", flat=True))


def attach_label(outbound_id: int, awb: str, content: bytes) -> None:
    """AWB number and label PDF given by a person (inside a scope; A15), checked like a store's.

    ``content`` may be empty for a partner that takes the number alone (R89). Raises :class:`LabelRefused`, also when
    the warehouse has the list already.
    """
    number = clean_awb(awb)
    if not number:
        raise LabelRefused("awb_missing")
    can = capabilities_of(Outbound.objects.select_related("account").get(pk=outbound_id))
    number_alone = not content and can is not None and not can.needs_label
    label = None if number_alone else check_label(content)
    merchant = current_scope().merchant_id
    lock_ids("outbound_outbound", merchant, [outbound_id])
    row = Outbound.objects.get(pk=outbound_id)
    if row.push in ("pushing", "unknown", "pushed", "void"):
        raise LabelRefused("label_too_late", reference=row.reference)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [merchant, outbound_id])
        for step in STEPS[row.shipment]:
            cursor.execute(
                "UPDATE outbound_outbound SET shipment = %s WHERE merchant_id = %s AND id = %s",
                [step, merchant, outbound_id],
            )
        cursor.execute(
            "UPDATE outbound_outbound SET shipment = 'numbered', awb = %s, awb_given = %s"
            " WHERE merchant_id = %s AND id = %s",
            [number, other_form(awb), merchant, outbound_id],
        )
    if label is not None:
        label_numbers([(outbound_id, label)])
    audit.record("outbound.label", f"outbound:{outbound_id}", awb=number, with_label=label is not None)
    flag_lists([outbound_id])
    lists_changed(_same_order(outbound_id))
    close_gate_problems()
