"""Operations on drafts and orders."""

from datetime import datetime
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.gearment import codes, labels
from salur.sandbox.gearment.call import Call
from salur.sandbox.gearment.fields import Fields, invalid, not_found, refuse
from salur.sandbox.gearment.intake import change_lines, read_wanted
from salur.sandbox.gearment.model import Draft, Label, Order, Wanted


async def create_draft(call: Call) -> dict[str, Any]:
    """A draft that the vendor labels and sends."""
    wanted = read_wanted(call.account, call.studio.catalogue, call.body, labeled=False)
    return _create(call, wanted, Label(), [])


async def create_labeled_draft(call: Call) -> dict[str, Any]:
    """A draft with the seller's own label."""
    wanted = read_wanted(call.account, call.studio.catalogue, call.body, labeled=True)
    label, warnings = Label(), list[str]()
    if call.studio.settings.fetch_labels:
        label, warnings = await labels.fetch(call.studio.core.outside.client(), wanted.label_urls)
    return _create(call, wanted, label, warnings)


def _create(call: Call, wanted: Wanted, label: Label, warnings: list[str]) -> dict[str, Any]:
    account, reference = call.account, wanted.reference
    if reference in account.by_reference and not call.studio.settings.allow_duplicate_reference:
        account.refused_repeats[reference] = account.refused_repeats.get(reference, 0) + 1
        raise refuse("ALREADY_EXISTS", f"reference_id {reference} exists already", "data.reference_id")
    draft = call.studio.create(account, wanted, label)
    return call.ok(call.writer.draft(account, draft, full=False), warnings=warnings)


def update_lines(call: Call) -> dict[str, Any]:
    """Other lines for a draft that is not approved yet."""
    body = Fields(call.body, "", ("order_id", "line_items"))
    draft = _draft(call, body.text("order_id", 255, required=True))
    _refuse_unless_open(draft)
    wanted, prefix = draft.wanted, f"{draft.draft_id}-"
    wanted.lines = change_lines(call.studio.catalogue, body, prefix, wanted.lines, agreed=wanted.agree_at_risk)
    return call.ok({"order_id": draft.draft_id})


def approve_draft(call: Call) -> dict[str, Any]:
    """A draft is to become an order."""
    named = Fields(call.body, "", ("order_id",)).text("order_id", 255)
    if named not in ("", call.wanted):
        raise invalid("order_id", "value must be the draft of the path")
    draft = _draft(call, call.wanted)
    message = "approved before"
    if not draft.approved:
        _refuse_unless_open(draft)
        if not call.studio.may_approve(draft):
            raise refuse("FAILED_PRECONDITION", f"draft {draft.draft_id}: the address is not verified", "order_id")
        call.studio.approve(call.account, draft)
        message = "OK"
    return {"status": "success", "is_approved": True, "message": message}


def _refuse_unless_open(draft: Draft) -> None:
    if draft.approved:
        raise refuse("FAILED_PRECONDITION", f"draft {draft.draft_id} has been approved", "order_id")
    if draft.status != f"{codes.DRAFT}DRAFT":
        word = draft.status.removeprefix(codes.DRAFT).lower()
        raise refuse("FAILED_PRECONDITION", f"draft {draft.draft_id} is {word}", "order_id")


def _draft(call: Call, wanted: str) -> Draft:
    draft = call.account.drafts.get(wanted)
    if draft is None:
        raise not_found("draft", wanted, "order_id")
    return draft


def get_draft(call: Call) -> dict[str, Any]:
    """One draft."""
    return call.ok(call.writer.draft(call.account, _draft(call, call.wanted), full=True))


def list_drafts(call: Call) -> dict[str, Any]:
    """Drafts, newest first."""
    statuses = call.query.codes("statuses", codes.DRAFT_STATUSES)
    chosen = _Chosen(call)
    found = [
        draft
        for draft in reversed(call.account.drafts.values())
        if chosen.takes(draft.draft_id, draft, draft.created) and (not statuses or draft.status in statuses)
    ]
    rows, paging = call.paged(found)
    return call.ok([call.writer.draft(call.account, one, full=False) for one in rows], paging=paging)


def list_orders(call: Call) -> dict[str, Any]:
    """Orders, newest first."""
    statuses = call.query.codes("statuses", codes.ORDER_STATUSES)
    payments = call.query.codes("payment_status", codes.PAYMENT_STATUSES)
    chosen = _Chosen(call)
    found = [
        order
        for order in reversed(call.account.orders.values())
        if chosen.takes(order.order_id, order.draft, order.created)
        and (not statuses or order.status in statuses)
        and (not payments or order.payment in payments)
    ]
    rows, paging = call.paged(found)
    return call.ok([call.writer.short_order(call.account, one) for one in rows], paging=paging)


def get_order(call: Call) -> dict[str, Any]:
    """One order."""
    return call.ok(call.writer.full_order(call.account, order_of(call, call.wanted)))


def order_of(call: Call, wanted: str) -> Order:
    """The order of that number; raises Refusal."""
    order = call.account.orders.get(wanted)
    if order is None:
        raise not_found("order", wanted, "order_id")
    return order


class _Chosen:
    """The filters that drafts and orders share. New ones may be missed for a while (setting lookup_delay)."""

    def __init__(self, call: Call) -> None:
        self._ids = call.query.texts("order_ids")
        self._references = call.query.texts("reference_ids")
        self._methods = call.query.codes("created_methods", codes.CREATED_METHODS)
        self._earliest = read_moment(call.query.one("filter.created_at_min"), "filter.created_at_min")
        self._latest = call.studio.core.clock.now() - call.studio.settings.lookup_delay

    def takes(self, number: str, draft: Draft, created: int) -> bool:
        """Whether a document is among those asked for."""
        method = f"VENDOR_CREATED_METHOD_{'LABEL' if draft.wanted.label_urls else 'API'}"
        return (
            self._earliest <= created <= self._latest
            and (not self._ids or number in self._ids)
            and (not self._references or draft.wanted.reference in self._references)
            and (not self._methods or method in self._methods)
        )


def read_moment(text: str, name: str) -> float:
    """An RFC 3339 time in unix seconds; 0 for none."""
    if not text:
        return 0
    problem: Refusal = invalid(name, "value must be an RFC 3339 time")
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise problem from error
    if when.tzinfo is None:
        raise problem
    return when.timestamp()
