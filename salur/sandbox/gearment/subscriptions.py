"""Operations on support requests and webhooks."""

from typing import Any
from urllib.parse import urlsplit

from salur.sandbox.gearment import codes
from salur.sandbox.gearment.call import Call
from salur.sandbox.gearment.fields import Fields, invalid, not_found, refuse
from salur.sandbox.gearment.model import Ticket, Webhook
from salur.sandbox.gearment.orders import order_of, read_moment
from salur.sandbox.gearment.rows import webhook_row

_TICKET = ("order_id", "issue_category", "issue_detail", "issue_solution", "issue_image_urls", "item_affected")
_WEBHOOK = ("status", "topic", "name", "version", "delivery_url", "store_id")
#: The vendor wants https; plain http is let through to this machine only, where a hub under test listens.
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")


def create_ticket(call: Call) -> dict[str, Any]:
    """A support request; the way to ask for a cancellation."""
    body = Fields(call.body, "", _TICKET)
    order = order_of(call, body.text("order_id", 255, required=True))
    body.whole("item_affected", 0, 2**31 - 1, required=False)
    ticket = Ticket(
        call.studio.number(),
        order.order_id,
        call.studio.core.clock.seconds(),
        body.code("issue_category", codes.CATEGORIES, "CATEGORY_ANOTHER"),
        body.text("issue_detail", 10_000, required=True),
        body.text("issue_solution", 10_000),
        body.texts("issue_image_urls", 0, 2048, urls=True),
    )
    call.studio.open_ticket(call.account, order, ticket)
    return {"support_request": call.writer.ticket(ticket)}


def list_tickets(call: Call) -> dict[str, Any]:
    """Support requests, newest first."""
    status = call.query.one("request_status")
    if status and status not in codes.TICKET_STATUSES:
        raise invalid("request_status", f"value must be one of {', '.join(codes.TICKET_STATUSES)}")
    earliest = read_moment(call.query.one("created_from"), "created_from")
    found = [
        ticket
        for ticket in reversed(call.account.tickets)
        if status in ("", ticket.status) and ticket.created >= earliest
    ]
    rows, paging = call.paged(found)
    return {"support_requests": [call.writer.ticket(one) for one in rows], "paging": paging}


def create_webhook(call: Call) -> dict[str, Any]:
    """Subscribe an address to one event in one version."""
    body = Fields(call.body, "", _WEBHOOK)
    topic = body.code("topic", codes.TOPICS)
    if not topic:
        raise invalid("topic", "value is required")
    address = body.url("delivery_url", 2048, required=True)
    if not address.startswith("https://") and urlsplit(address).hostname not in _OWN_MACHINE:
        raise invalid("delivery_url", "value must be an https address")
    store_id = body.text("store_id", 255)
    if store_id and store_id not in call.account.stores:
        raise not_found("store", store_id, "store_id")
    version = body.code("version", codes.VERSIONS, "VERSION_V3")
    for one in call.account.webhooks.values():
        if (one.topic, one.version, one.store_id) == (topic, version, store_id):
            raise refuse("ALREADY_EXISTS", f"a webhook for {topic} and {version} exists already", "topic")
    webhook = Webhook(
        f"WH{call.studio.number():07d}",
        topic,
        version,
        address,
        store_id,
        body.text("name", 255),
        body.code("status", codes.WEBHOOK_STATUSES, "STATUS_ACTIVE"),
        call.studio.core.clock.seconds(),
    )
    call.account.webhooks[webhook.webhook_id] = webhook
    return call.ok(webhook_row(call.account, webhook))


def list_webhooks(call: Call) -> dict[str, Any]:
    """Subscriptions."""
    query = call.query
    wanted = {
        "webhook_id": query.texts("webhook_ids"),
        "store_id": query.texts("store_ids"),
        "topic": query.codes("topics", codes.TOPICS),
        "version": query.codes("versions", codes.VERSIONS),
        "status": query.codes("statuses", codes.WEBHOOK_STATUSES),
    }
    found = [
        webhook
        for webhook in call.account.webhooks.values()
        if all(not values or getattr(webhook, name) in values for name, values in wanted.items())
    ]
    rows, paging = call.paged(found)
    return call.ok([webhook_row(call.account, one) for one in rows], paging=paging)


def delete_webhook(call: Call) -> dict[str, Any]:
    """End a subscription."""
    webhook = call.account.webhooks.pop(call.wanted, None)
    if webhook is None:
        raise not_found("webhook", call.wanted, "webhook_id")
    return call.ok(webhook_row(call.account, webhook))
