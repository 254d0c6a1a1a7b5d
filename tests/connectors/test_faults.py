"""What the hub is told when partners fail: each fault of the simulators, and the error class it must become."""

from __future__ import annotations

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    ContractBroken,
    PartnerError,
    RateLimited,
    Retryable,
    UnknownOutcome,
)

from .conftest import Partners
from .test_eccang_flow import LABEL, request, stocked, theirs
from .test_shopee_flow import all_heads, last_hours, new_orders

BEFORE = [("rate_limit", RateLimited), ("error_before", UnknownOutcome)]
AFTER = [
    ("error_after", UnknownOutcome),
    ("cut_after", UnknownOutcome),
    ("timeout_after", UnknownOutcome),
    ("garbage", UnknownOutcome),
]
READING = [
    ("rate_limit", RateLimited),
    ("error_before", Retryable),
    ("error_after", Retryable),
    ("cut_after", Retryable),
    ("timeout_after", Retryable),
    ("garbage", ContractBroken),
]
QUICK = 0.5  # seconds of deadline, where the fault is that no answer comes


def more(kind: str) -> dict[str, object]:
    return {"seconds": 3.0} if kind == "timeout_after" else {"retry_after": 7} if kind == "rate_limit" else {}


@pytest.mark.parametrize(("kind", "expected"), AFTER)
def test_a_push_whose_answer_is_lost_is_found_by_its_reference(
    partners: Partners, kind: str, expected: type[PartnerError]
) -> None:
    stocked(partners)
    warehouse = partners.eccang(deadline=QUICK if kind == "timeout_after" else 20.0)
    partners.fault("eccang", "createOrder", kind, **more(kind))
    with pytest.raises(expected) as lost:
        warehouse.push_outbound(request(), LABEL)

    assert lost.value.exchange_id in {exchange.id for exchange in partners.exchanges}
    found = partners.eccang().find_outbound("REF-1")
    assert found is not None
    with pytest.raises(AlreadyExists):
        partners.eccang().push_outbound(request(), LABEL)
    assert len(theirs(partners)) == 1


@pytest.mark.parametrize(("kind", "expected"), BEFORE)
def test_a_push_that_did_not_arrive_is_not_found(partners: Partners, kind: str, expected: type[PartnerError]) -> None:
    warehouse = stocked(partners)
    partners.fault("eccang", "createOrder", kind, **more(kind))
    with pytest.raises(expected):
        warehouse.push_outbound(request(), LABEL)
    assert warehouse.find_outbound("REF-1") is None
    assert warehouse.push_outbound(request(), LABEL).number


@pytest.mark.parametrize(("kind", "expected"), READING)
def test_a_failed_reading_at_the_warehouse_may_be_repeated(
    partners: Partners, kind: str, expected: type[PartnerError]
) -> None:
    stocked(partners)
    warehouse = partners.eccang(deadline=QUICK if kind == "timeout_after" else 20.0)
    partners.fault("eccang", "getOrderByRefCode", kind, **more(kind))
    with pytest.raises(expected):
        warehouse.find_outbound("REF-1")
    assert partners.eccang().find_outbound("REF-1") is None


@pytest.mark.parametrize(("kind", "expected"), READING)
def test_a_failed_reading_at_the_store_may_be_repeated(
    partners: Partners, kind: str, expected: type[PartnerError]
) -> None:
    numbers = new_orders(partners, 2)
    shop = partners.shopee(deadline=QUICK if kind == "timeout_after" else 20.0)
    partners.fault("shopee", "order/get_order_detail", kind, **more(kind))
    with pytest.raises(expected) as failed:
        shop.order_details(numbers)
    if isinstance(failed.value, RateLimited):
        assert failed.value.retry_after == 7
    assert len(partners.shopee().order_details(numbers)) == 2


@pytest.mark.parametrize("kind", ["error_after", "cut_after", "timeout_after", "garbage"])
def test_arranging_may_be_repeated_after_a_lost_answer(partners: Partners, kind: str) -> None:
    (number,) = new_orders(partners)
    shop = partners.shopee(deadline=QUICK if kind == "timeout_after" else 20.0)
    option = shop.shipping_options(number)[0]
    partners.fault("shopee", "logistics/ship_order", kind, **more(kind))
    with pytest.raises(Retryable):
        shop.arrange(number, option)
    with pytest.raises(AlreadyExists):
        partners.shopee().arrange(number, option)
    assert partners.look("shopee/orders")["orders"][0]["times_arranged"] == 1


@pytest.mark.parametrize("kind", ["error_after", "cut_after", "garbage"])
def test_a_lost_refresh_is_an_unknown_outcome(partners: Partners, kind: str) -> None:
    shop = partners.shopee()
    partners.fault("shopee", "auth/access_token/get", kind)
    with pytest.raises(UnknownOutcome):
        shop.refresh()


def test_a_partner_that_cannot_be_reached_has_certainly_done_nothing(partners: Partners) -> None:
    warehouse = partners.eccang(base_url="http://127.0.0.1:9")
    with pytest.raises(Retryable) as failed:
        warehouse.push_outbound(request(), LABEL)
    assert failed.value.code == "not_sent"


def test_a_page_that_repeats_an_order_is_handed_on_as_it_is(partners: Partners) -> None:
    """The hub folds an order seen twice; the connector must only not stumble over it."""
    numbers = new_orders(partners, 5)
    partners.fault("shopee", "order/get_order_list", "duplicate")
    assert set(all_heads(partners.shopee(), last_hours(partners))) == set(numbers)
