"""The query's root fields."""

from bisect import bisect_left
from typing import Any

from graphql import GraphQLError

from salur.sandbox.shopify.goods import ITEM_AFTER, all_variants, item_node, product_node, variant_node, variant_of
from salur.sandbox.shopify.graph import Context, Info, Root
from salur.sandbox.shopify.model import ZONES, Subscription, domain, financial_of, gid, ungid
from salur.sandbox.shopify.orders import fulfillment_node, group_node, hidden, location_node, order_node
from salur.sandbox.shopify.paging import connection
from salur.sandbox.shopify.search import earliest, matcher
from salur.sandbox.storefront.model import Order


def shop(call: Context, _given: dict[str, Any], _info: Info) -> Any:
    """The shop of the token."""
    here = call.shop
    return {
        "__typename": "Shop",
        "id": gid("Shop", here.extra["number"]),
        "name": here.name,
        "myshopifyDomain": domain(here),
        "currencyCode": here.currency,
        "ianaTimezone": ZONES[here.region],
        "billingAddress": {"countryCodeV2": here.region},
    }


def installation(call: Context, _given: dict[str, Any], _info: Info) -> Any:
    """What the app may do."""
    scopes = [{"handle": one} for one in sorted(call.scopes)]
    return {"__typename": "AppInstallation", "id": gid("AppInstallation", 1), "accessScopes": scopes}


def orders(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """A page of orders."""
    store, here = call.store, call.shop
    fits = matcher(
        given.get("query"),
        {
            "updated_at": lambda one: one.updated,
            "created_at": lambda one: one.created,
            "name": lambda one: f"#{one.number}",
            "id": lambda one: str(one.id),
            "financial_status": lambda one: financial_of(one).lower(),
            "fulfillment_status": lambda one: store.fulfillment_status(one).lower(),
        },
    )
    key = {
        "UPDATED_AT": lambda one: (one.updated, one.number),
        "CREATED_AT": lambda one: (one.created, one.number),
        "PROCESSED_AT": lambda one: (one.created, one.number),
        "ID": lambda one: one.id,
    }[given["sortKey"]]
    if given["sortKey"] == "UPDATED_AT":
        begin = bisect_left(here.by_update, (int(earliest(given.get("query"))), ""))
        candidates = [here.orders[number] for _, number in here.by_update[begin:]]
    else:
        candidates = sorted(here.orders.values(), key=key)
    rows = [one for one in candidates if fits(one) and not hidden(store, call.scopes, one)]
    return connection(rows, key, lambda one: order_node(store, here, one), given)


def order(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """One order, or null."""
    kind, _ = ungid(given["id"])
    if kind != "Order":
        raise GraphQLError("Invalid id: " + given["id"], extensions={"code": "RESOURCE_NOT_FOUND"})
    return _node(call, given["id"])


def node(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """Anything by its id, or null."""
    return _node(call, given["id"])


def nodes(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """Several by id; null for each unknown one."""
    if len(given["ids"]) > 250:
        message = f"The input array size of {len(given['ids'])} is greater than the maximum allowed of 250."
        raise GraphQLError(message, extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"})
    return [_node(call, one) for one in given["ids"]]


def _node(call: Context, text: str) -> Any:
    kind, number = ungid(text)
    if not kind:
        raise GraphQLError(f"Invalid global id '{text}'", extensions={"code": "argumentLiteralsIncompatible"})
    call.check("node", kind)
    if not number.isdigit():
        return None
    return _found(call, kind, int(number))


def _found(call: Context, kind: str, number: int) -> Any:
    store, here = call.store, call.shop
    if kind == "Order":
        found = order_of(call, number)
        return None if found is None else order_node(store, here, found)
    if kind in ("ProductVariant", "InventoryItem"):
        pair = variant_of(here, number - (ITEM_AFTER if kind == "InventoryItem" else 0))
        if pair is None:
            return None
        return variant_node(store, here, *pair) if kind == "ProductVariant" else item_node(pair[1])
    if kind == "Product":
        listing = here.listings.get(number)
        return listing and product_node(listing)
    if kind == "Location":
        return next((location_node(one) for one in store.locations(here) if one.id == number), None)
    if kind == "FulfillmentOrder" and number in store.fulfillment_orders:
        owner, held, group = store.fulfillment_orders[number]
        return group_node(store, here, held, group) if owner is here else None
    if kind == "Fulfillment" and number in store.fulfillments:
        owner, _, shipment = store.fulfillments[number]
        return fulfillment_node(shipment) if owner is here else None
    return None


def order_of(call: Context, number: int) -> Order | None:
    """An order of this shop that the app may see."""
    owner, found = call.store.by_id.get(number, (None, None))
    if owner is not call.shop or found is None or hidden(call.store, call.scopes, found):
        return None
    return found


def variants(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """A page of variants."""
    fits = matcher(given.get("query"), {"sku": lambda one: one[1].sku, "id": lambda one: str(one[1].id)})
    keys = {
        "ID": lambda one: one[1].id,
        "SKU": lambda one: (one[1].sku, one[1].id),
        "TITLE": lambda one: (one[1].name, one[1].id),
    }
    key = keys[given["sortKey"]]
    rows = sorted((one for one in all_variants(call.shop) if fits(one)), key=key)
    return connection(rows, key, lambda one: variant_node(call.store, call.shop, *one), given)


def locations(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """A page of locations; the closed only when asked for."""
    rows = [one for one in call.store.locations(call.shop) if one.active or given["includeInactive"]]
    return connection(rows, lambda one: one.id, location_node, given)


def subscriptions(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """The app's webhook addresses."""
    rows = list(call.store.hooks(call.shop).values())
    return connection(rows, lambda one: one.id, subscription_node, given)


def subscription_node(one: Subscription) -> dict[str, Any]:
    """A WebhookSubscription."""
    named = gid("WebhookSubscription", one.id)
    return {"__typename": "WebhookSubscription", "id": named, "topic": one.topic, "uri": one.uri}


def job(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """How far a job is; null when there is none."""
    done = call.store.jobs.get(given["id"])
    return None if done is None else {"id": given["id"], "done": done}


ROOTS: dict[str, Root] = {
    "shop": shop,
    "currentAppInstallation": installation,
    "orders": orders,
    "order": order,
    "node": node,
    "nodes": nodes,
    "productVariants": variants,
    "locations": locations,
    "webhookSubscriptions": subscriptions,
    "job": job,
}
