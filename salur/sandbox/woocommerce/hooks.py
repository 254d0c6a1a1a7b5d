"""The API of webhooks: list, make, change, delete."""

from typing import Any
from urllib.parse import urlsplit

from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.woocommerce import webhooks
from salur.sandbox.woocommerce.call import Call, invalid, unknown
from salur.sandbox.woocommerce.webhooks import TOPICS, Webhook, hook_row

_STATUSES = ("active", "paused", "disabled")


def list_hooks(call: Call) -> Answer:
    """GET webhooks."""
    status = call.one_of("status", "all", ("all", *_STATUSES))
    mine = [one for one in call.sites.hooks.values() if one.shop_id == call.shop.id]
    rows, headers = call.paged([one for one in mine if status in ("all", one.status)])
    return Answer([hook_row(one) for one in rows], headers=headers)


def add_hook(call: Call) -> Answer:
    """POST webhooks: an active one is pinged at once."""
    given, now = call.body, call.sites.core.clock.seconds()
    _check(given)
    if "topic" not in given:
        raise _bad_topic()
    if "delivery_url" not in given:
        raise _bad_address()
    number = 100 + next(call.sites.ids)
    hook = Webhook(
        id=number,
        shop_id=call.shop.id,
        name=str(given.get("name") or f"Webhook created on {number}"),
        topic=given["topic"],
        delivery_url=given["delivery_url"],
        secret=str(given.get("secret") or token(call.sites.core.seed, "woocommerce", "webhook", number)),
        status=given.get("status", "active"),
        source=call.site,
        created=now,
        modified=now,
    )
    call.sites.hooks[number] = hook
    if hook.status == "active":
        webhooks.ping(call.sites, hook)
    return Answer(hook_row(hook), 201)


def get_hook(call: Call) -> Answer:
    """GET webhooks/{id}."""
    return Answer(hook_row(_find(call)))


def update_hook(call: Call) -> Answer:
    """PUT webhooks/{id}: one that is made active again is pinged, and its failures are forgotten."""
    hook, given = _find(call), call.body
    _check(given)
    woken = given.get("status") == "active" and hook.status != "active"
    for name in ("name", "topic", "delivery_url", "secret", "status"):
        if given.get(name):
            setattr(hook, name, str(given[name]))
    hook.modified = call.sites.core.clock.seconds()
    if woken:
        hook.failures = 0
        webhooks.ping(call.sites, hook)
    return Answer(hook_row(hook))


def delete_hook(call: Call) -> Answer:
    """DELETE webhooks/{id}?force=true; there is no trash for webhooks."""
    hook = _find(call)
    if call.query.get("force", "").lower() not in ("true", "1"):
        raise Refusal("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", status=501)
    del call.sites.hooks[hook.id]
    return Answer(hook_row(hook))


def _find(call: Call) -> Webhook:
    hook = call.sites.hooks.get(call.number())
    if hook is None or hook.shop_id != call.shop.id:
        raise unknown("shop_webhook")
    return hook


def _bad_topic() -> Refusal:
    words = "Webhook topic must be valid."
    return Refusal("woocommerce_rest_webhook_invalid_topic", words, status=400)


def _bad_address() -> Refusal:
    words = "Webhook delivery URL must be a valid URL starting with http:// or https://."
    return Refusal("woocommerce_rest_webhook_invalid_delivery_url", words, status=400)


def _check(given: dict[str, Any]) -> None:
    if "topic" in given and given["topic"] not in TOPICS:
        raise _bad_topic()
    address = urlsplit(str(given.get("delivery_url", "http://x")))
    if address.scheme not in ("http", "https") or not address.netloc:
        raise _bad_address()
    if given.get("status", "active") not in _STATUSES:
        raise invalid("status", f"status is not one of {', '.join(_STATUSES)}.")
