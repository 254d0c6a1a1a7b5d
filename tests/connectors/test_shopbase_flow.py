"""The ShopBase connector against the simulated one, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from salur.connectors.base.errors import AuthRejected, RateLimited, Rejected, TooLate, UnknownOutcome
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.shopbase.connector import PLUGIN, ShopBaseConnector

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
BACK = "https://hub.example.org/back?next=1"


def shopbase(partners: Partners, **changes: str) -> ShopBaseConnector:
    built: ShopBaseConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def rows(partners: Partners) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = partners.look("shopbase/orders")["orders"]
    return found


def row(partners: Partners, external_id: str) -> dict[str, Any]:
    return next(one for one in rows(partners) if str(one["id"]) == external_id)


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    """The ids of new orders: the calls take those, not the number that the buyer sees."""
    made = set(partners.control("shopbase/orders", {"count": count, **wish})["numbers"])
    return [str(one["id"]) for one in rows(partners) if one["number"] in made]


def last_hours(partners: Partners, hours: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(store: ShopBaseConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(50):
        page = store.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def redirected(partners: Partners, connector: ShopBaseConnector, answer: str) -> dict[str, str]:
    """What the browser comes back with."""
    page = connector.authorize_url(BACK, "st 1")
    assert partners.client.get(page).status_code == 200
    back = urlsplit(partners.client.post(page, data={"answer": answer}).headers["location"])
    return dict(parse_qsl(back.query))


def test_the_owner_agrees_at_the_store_and_the_code_works_once(partners: Partners) -> None:
    form = {key: str(value) for key, value in partners.look("credentials")["shopbase"]["form"].items()}
    connector = ShopBaseConnector(Credentials(form), partners.transport())
    query = redirected(partners, connector, "yes")
    assert query.pop("state") == "st 1"
    tokens = connector.exchange(query)
    opened = ShopBaseConnector(Credentials({**form, "access_token": tokens.access_token}), partners.transport())
    assert opened.verify().key == tokens.identity
    with pytest.raises(AuthRejected):
        connector.exchange(query)
    wrong = ShopBaseConnector(Credentials({**form, "client_secret": "wrong"}), partners.transport())
    with pytest.raises(AuthRejected):
        wrong.exchange(redirected(partners, connector, "yes"))
    with pytest.raises(Rejected):
        connector.exchange(redirected(partners, connector, "no"))


def test_a_revoked_token_is_the_owners_business(partners: Partners) -> None:
    store = shopbase(partners)
    partners.control("shopbase/tokens", {"expire": "link"})
    with pytest.raises(AuthRejected):
        store.verify()


def test_every_order_is_found_while_others_change(partners: Partners) -> None:
    numbers = new_orders(partners, 330, updated_seconds_ago=600)
    names = {str(one["id"]): one["number"] for one in rows(partners)}
    store, window = shopbase(partners), last_hours(partners)
    found: set[str] = set()
    cursor: str | None = None
    left = iter(numbers[:40])
    while True:
        page = store.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        changed = [names[next(left)], names[next(left)]]
        partners.control("shopbase/orders/change", {"numbers": changed, "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    assert found == set(numbers)
    listed = {order.external_id: order for order in every_order(store, last_hours(partners))}
    for number in numbers[:3]:
        assert store.order_details([number]) == [listed[number]]
        wanted = sorted((line["sku"], line["quantity"]) for line in row(partners, number)["lines"])
        assert sorted((line.sku, line.quantity) for line in listed[number].lines) == wanted


STEPS = {
    "unpaid": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "shipped": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
}


def test_every_step_of_an_order_arrives_and_unlisted_words_are_unknown(partners: Partners) -> None:
    store = shopbase(partners)
    for step, expected in STEPS.items():
        (number,) = new_orders(partners, step="unpaid" if step == "unpaid" else "paid", cod=False)
        if step not in ("unpaid", "paid"):
            partners.control(f"shopbase/orders/{row(partners, number)['number']}/status", {"step": step})
        (found,) = store.order_details([number])
        assert found.status is expected, (step, found.raw_status)
    (number,) = new_orders(partners)
    body = {"status": "teleported", "raw": True, "machine": "fulfillment"}
    partners.control(f"shopbase/orders/{row(partners, number)['number']}/status", body)
    (found,) = store.order_details([number])
    assert found.status is OrderStatus.UNKNOWN


def test_a_lost_answer_does_not_tell_the_buyer_twice(partners: Partners) -> None:
    store = shopbase(partners)
    (number,) = new_orders(partners)
    partners.fault("shopbase", "order.fulfillments", "cut_after")
    with pytest.raises(UnknownOutcome):
        store.confirm(number, "9400100000000000000001", "USPS")
    result = store.confirm(number, "9400100000000000000001", "USPS")
    assert (result.confirmed, result.tracking) == (True, "9400100000000000000001")
    (shipment,) = row(partners, number)["shipments"]
    assert (shipment["tracking"], shipment["courier"]) == ("9400100000000000000001", "USPS")
    assert store.order_details([number])[0].status is OrderStatus.SHIPPED


def test_parcels_are_told_with_their_pieces_and_a_number_can_come_alone(partners: Partners) -> None:
    store = shopbase(partners)
    items = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]
    (number,) = new_orders(partners, items=items)
    mugs, shirt = store.order_details([number])[0].lines
    assert not store.track(number, "1Z001", "UPS").confirmed, "there is no fulfilment that could show it"
    for _ in range(2):
        assert store.confirm(number, "1Z001", "UPS", [ShippedLine(mugs.key, 2)]).confirmed
    assert store.confirm(number, "", "", [ShippedLine(shirt.key, 1), ShippedLine(mugs.key, 2)]).confirmed
    assert store.track(number, "1Z002", "UPS").confirmed
    told = [(one["tracking"], one["pieces"]) for one in row(partners, number)["shipments"]]
    assert told == [("1Z001", 2), ("1Z002", 1)]


def test_cancelling_is_for_what_is_not_sent(partners: Partners) -> None:
    store = shopbase(partners)
    first, second = new_orders(partners, 2)
    for reason, _ in store.capabilities.cancel_reasons:
        (number,) = new_orders(partners)
        assert store.cancel_order(number, reason).state == "accepted"
    assert store.cancel_order(first, "customer").state == "accepted"
    assert store.cancel_order(first, "customer").state == "accepted"
    assert store.order_details([first])[0].status is OrderStatus.CANCELLED
    assert store.confirm(second, "1Z999", "UPS").confirmed
    with pytest.raises(TooLate):
        store.cancel_order(second, "customer")
    assert not store.confirm(first, "1Z999", "UPS").confirmed


def test_listings_and_stock(partners: Partners) -> None:
    partners.control("shopbase/items", {"stock": 40})
    store = shopbase(partners)
    found = list(store.listings(None).items)
    known = {item["sku"]: item for item in partners.look("shopbase/items")["items"]}
    assert {one.sku for one in found} == set(known)
    assert {one.stock for one in found} == {40}
    first = found[0]
    good, bad = store.set_stock(
        [StockTarget("a", first.item_id, first.model_id, first.sku, 7), StockTarget("b", "1", "1", "X", 7)]
    )
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    assert next(one for one in partners.look("shopbase/items")["items"] if one["sku"] == first.sku)["stock"] == 7


def test_messages_name_the_order_and_forged_ones_are_refused(partners: Partners, eventually: Eventually) -> None:
    store = shopbase(partners)
    with Listener() as hub:
        store.subscribe(hub.url)
        (number,) = new_orders(partners)
        message = eventually(lambda: next((one for one in hub.messages if number.encode() in one.body), None))
        (event,) = store.parse_callback(message)
        assert (event.kind, event.subject) == ("order", number)
        with pytest.raises(AuthRejected):
            shopbase(partners, client_secret="other").parse_callback(message)


def test_subscribing_twice_makes_one_of_each(partners: Partners) -> None:
    store = shopbase(partners)
    for _ in range(2):
        store.subscribe("https://hub.salur.dev/webhooks/store/7")
    topics = [one["topic"] for one in partners.look("shopbase/subscriptions")["subscriptions"]]
    assert len(topics) == len(set(topics)) > 1
    partners.control("settings", {"shopbase": {"public_addresses": True}})
    for address in ("http://hub.salur.dev/", "https://localhost/x"):
        with pytest.raises(Rejected):
            store.subscribe(address)


def test_too_many_calls_are_told(partners: Partners) -> None:
    store = shopbase(partners)
    partners.fault("shopbase", "*", "rate_limit")
    with pytest.raises(RateLimited):
        store.orders(last_hours(partners), None)
