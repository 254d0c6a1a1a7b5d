"""The connector for Tokopedia's older API against the simulated one, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, OrderStatus, ShippingOption, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.tokopedia_legacy.connector import PLUGIN, TokopediaLegacyConnector
from salur.connectors.stores.tokopedia_legacy.statuses import BEFORE_ACCEPTING, ORDER

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
NAME = "tokopedia_legacy"
PICKUP = ShippingOption("pickup")


def tokopedia(partners: Partners, **changes: str) -> TokopediaLegacyConnector:
    built: TokopediaLegacyConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    """The ids of new orders, as Tokopedia numbers them."""
    made = set(partners.control(f"{NAME}/orders", {"count": count, **wish})["numbers"])
    return [str(one["id"]) for one in rows(partners) if one["number"] in made]


def rows(partners: Partners) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = partners.look(f"{NAME}/orders")["orders"]
    return found


def row(partners: Partners, external_id: str) -> dict[str, Any]:
    return next(one for one in rows(partners) if str(one["id"]) == external_id)


def last_days(partners: Partners, days: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(days=days), now)


def every_order(shop: TokopediaLegacyConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(50):
        page = shop.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def test_typed_keys_are_all_that_is_needed(partners: Partners) -> None:
    form = {key: str(value) for key, value in partners.look("credentials")[NAME]["form"].items()}
    typed = TokopediaLegacyConnector(Credentials(form), partners.transport())
    tokens = typed.grant()
    assert tokens.access_expires_at > datetime.now(UTC) + timedelta(hours=1)
    opened = TokopediaLegacyConnector(Credentials({**form, "access_token": tokens.access_token}), partners.transport())
    assert opened.verify().key == tokens.identity == form["shop_id"]
    wrong = TokopediaLegacyConnector(Credentials({**form, "client_secret": "wrong"}), partners.transport())
    with pytest.raises(AuthRejected):
        wrong.grant()
    with pytest.raises(AuthRejected):
        tokopedia(partners, shop_id="1").verify()


def test_an_ended_token_is_renewed_and_a_removed_shop_is_not(partners: Partners) -> None:
    shop = tokopedia(partners)
    partners.control(f"{NAME}/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        shop.verify()
    again = TokopediaLegacyConnector(
        shop.wire.credentials.replaced(access_token=shop.refresh().access_token), partners.transport()
    )
    again.verify()
    partners.control(f"{NAME}/tokens", {"expire": "link"})
    with pytest.raises(AuthRejected):
        again.verify()


def test_every_order_of_a_window_is_listed_whole(partners: Partners) -> None:
    numbers = new_orders(partners, 230)
    shop = tokopedia(partners)
    listed = {order.external_id: order for order in every_order(shop, last_days(partners))}
    assert set(listed) == set(numbers)
    for number in numbers[:3]:
        (detail,) = shop.order_details([number])
        order = listed[number]
        assert (detail.version, detail.lines, detail.status) == (order.version, order.lines, order.status)
        assert (detail.total, detail.ordered_at) == (order.total, order.ordered_at)
        wanted = sorted((line["sku"], line["quantity"]) for line in row(partners, number)["lines"])
        assert sorted((line.sku, line.quantity) for line in order.lines) == wanted
    assert list(every_order(shop, TimeWindow(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)))) == []


def test_every_status_arrives_and_an_unlisted_one_is_unknown(partners: Partners) -> None:
    shop = tokopedia(partners)
    for code, expected in ORDER.items():
        (number,) = new_orders(partners)
        partners.control(f"{NAME}/orders/{row(partners, number)['number']}/status", {"status": code})
        (found,) = shop.order_details([number])
        assert (found.status, found.raw_status) == (expected, code)
    listed = {order.raw_status for order in every_order(shop, last_days(partners))}
    assert listed == set(ORDER) - (BEFORE_ACCEPTING - {"220", "221", "690"})
    (number,) = new_orders(partners)
    partners.control(f"{NAME}/orders/{row(partners, number)['number']}/status", {"status": "999", "raw": True})
    (found,) = shop.order_details([number])
    assert (found.status, found.raw_status) == (OrderStatus.UNKNOWN, "999")


def test_an_order_from_paid_to_shipped(partners: Partners, eventually: Eventually) -> None:
    shop = tokopedia(partners)
    (number,) = new_orders(partners, courier="AnterAja")
    shop.accept(number)
    with pytest.raises(AlreadyExists):
        shop.accept(number)
    assert list(shop.shipping_options(number)) == [PICKUP]
    shop.arrange(number, PICKUP)
    with pytest.raises(AlreadyExists):
        shop.arrange(number, PICKUP)
    awb = eventually(lambda: shop.awb(number).number)
    known = row(partners, number)
    assert (known["tracking"], known["times_accepted"], known["times_arranged"]) == (awb, 1, 1)
    label = shop.label(number, "", awb)
    assert label.document is None
    assert "upload" in label.failure
    assert shop.confirm(number, awb, "").confirmed
    assert not shop.confirm(number, "ANOTHER", "").confirmed
    (order,) = shop.order_details([number])
    assert (order.status, order.awb) == (OrderStatus.READY, awb)


def test_arranging_alone_accepts_as_well_and_a_lost_answer_is_made_good(partners: Partners) -> None:
    shop = tokopedia(partners)
    (number,) = new_orders(partners, courier="AnterAja")
    partners.fault(NAME, "order.pickup", "cut_after")
    for _ in range(3):
        try:
            shop.arrange(number, PICKUP)
        except AlreadyExists:
            break
        except Retryable:
            continue
    known = row(partners, number)
    assert (known["times_accepted"], known["times_arranged"]) == (1, 1)


def test_the_seller_cancels_until_the_pickup(partners: Partners) -> None:
    shop = tokopedia(partners)
    first, second = new_orders(partners, 2, courier="AnterAja")
    assert shop.cancel_order(first, "1").state == "accepted"
    assert shop.order_details([first])[0].status is OrderStatus.CANCELLED
    assert shop.cancel_order(first, "8").state == "accepted"
    shop.arrange(second, PICKUP)
    with pytest.raises(TooLate):
        shop.cancel_order(second, "8")


def test_a_buyers_wish_is_accepted_or_refused(partners: Partners) -> None:
    shop = tokopedia(partners)
    for accept, expected in ((True, OrderStatus.CANCELLED), (False, OrderStatus.PAID)):
        (number,) = new_orders(partners)
        name = row(partners, number)["number"]
        partners.control(f"{NAME}/orders/{name}/status", {"step": "cancel_asked", "reason": "Salah alamat"})
        (asked,) = shop.order_details([number])
        assert (asked.status, asked.cancel_reason) == (OrderStatus.CANCEL_REQUESTED, "Salah alamat")
        shop.answer_cancellation(number, accept, "")
        (after,) = shop.order_details([number])
        assert (after.status, after.version > asked.version) == (expected, True)
        with pytest.raises(AlreadyExists):
            shop.answer_cancellation(number, accept, "")


def test_listings_and_stock(partners: Partners) -> None:
    partners.control(f"{NAME}/items", {"stock": 40})
    shop = tokopedia(partners)
    found, cursor = [], None
    while True:
        page = shop.listings(cursor)
        found += list(page.items)
        cursor = page.cursor
        if cursor is None:
            break
    known = {item["sku"]: item for item in partners.look(f"{NAME}/items")["items"]}
    assert {one.sku for one in found} == set(known)
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found]
    stranger = StockTarget("stranger", "1", "", "NOSUCH", 3)
    results = {result.key: result.error for result in shop.set_stock([*targets[:5], stranger])}
    assert isinstance(results.pop("stranger"), Rejected)
    assert set(results.values()) == {None}
    now = {item["sku"]: item["stock"] for item in partners.look(f"{NAME}/items")["items"]}
    assert {now[target.sku] for target in targets[:5]} == {7}


def test_messages_name_the_order_and_forged_ones_are_refused(partners: Partners, eventually: Eventually) -> None:
    shop = tokopedia(partners)
    with Listener() as hub:
        shop.subscribe(hub.url)
        (number,) = new_orders(partners)
        message = eventually(lambda: next((one for one in hub.messages if number.encode() in one.body), None))
        (event,) = shop.parse_callback(message)
        assert (event.kind, event.subject) == ("order", number)
        with pytest.raises(AuthRejected):
            tokopedia(partners, webhook_secret="other").parse_callback(message)


def test_too_many_calls_are_told_with_their_time(partners: Partners) -> None:
    shop = tokopedia(partners)
    partners.fault(NAME, "*", "rate_limit", retry_after=3)
    with pytest.raises(RateLimited) as limit:
        shop.orders(last_days(partners), None)
    assert limit.value.retry_after == 3
