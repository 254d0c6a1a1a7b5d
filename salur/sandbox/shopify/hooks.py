"""Mutations on webhook subscriptions."""

from typing import Any
from urllib.parse import urlsplit

from salur.sandbox.shopify.graph import Context, Info, Root
from salur.sandbox.shopify.model import Subscription, gid, ungid
from salur.sandbox.shopify.reads import subscription_node


def create(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """webhookSubscriptionCreate. A test system takes http as well."""
    wanted, topic = given["webhookSubscription"], given["topic"]
    hooks, uri = call.store.hooks(call.shop), str(wanted.get("uri") or "")
    if topic.startswith("ORDERS_") and "read_orders" not in call.scopes:
        return _refused("You do not have permission to create or update webhooks with this topic", "topic")
    if wanted.get("format") == "XML":
        return _refused("Format is not supported by this simulator", "webhookSubscription", "format")
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return _refused("Address is invalid", "webhookSubscription", "callbackUrl")
    if any((one.topic, one.uri) == (topic, uri) for one in hooks.values()):
        return _refused("Address for this topic has already been taken", "webhookSubscription", "callbackUrl")
    made = Subscription(next(call.store.ids), topic, uri, list(wanted.get("includeFields") or []))
    hooks[made.id] = made
    return {"webhookSubscription": subscription_node(made), "userErrors": []}


def _refused(message: str, *field: str) -> dict[str, Any]:
    return {"webhookSubscription": None, "userErrors": [{"field": list(field), "message": message}]}


def delete(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """webhookSubscriptionDelete."""
    kind, number = ungid(given["id"])
    known = kind == "WebhookSubscription" and number.isdigit()
    gone = call.store.hooks(call.shop).pop(int(number), None) if known else None
    if gone is None:
        wrong = {"field": ["id"], "message": "Webhook subscription does not exist"}
        return {"deletedWebhookSubscriptionId": None, "userErrors": [wrong]}
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", gone.id), "userErrors": []}


ROOTS: dict[str, Root] = {"webhookSubscriptionCreate": create, "webhookSubscriptionDelete": delete}
