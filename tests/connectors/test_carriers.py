"""Which carrier a parcel goes with, from what people and warehouses write."""

from __future__ import annotations

import pytest

from salur.connectors.base.carriers import Carrier, carrier_of, parcel, same_number
from salur.connectors.base.errors import Rejected
from salur.connectors.stores.amazon.shipping import CODES as AMAZON
from salur.connectors.stores.ebay.shipping import CODES as EBAY
from salur.connectors.stores.etsy.shipping import NAMES as ETSY


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("USPS Ground Advantage", "9400100000000000000001", Carrier.USPS),
        ("us postal service", "X", Carrier.USPS),
        ("UPS® Ground", "1Z999AA10123456784", Carrier.UPS),
        ("FedEx Home Delivery", "61299998820821171811", Carrier.FEDEX),
        ("DHL eCommerce", "X", Carrier.DHL_ECOMMERCE),
        ("dhl express", "X", Carrier.DHL),
        ("Groups Post", "X", None),  # holds "ups" inside another word
        ("J&T Express", "1Z999AA10123456784", None),  # a name that is not known is still a name
        ("", "1Z999AA10123456784", Carrier.UPS),
        ("", "1Z-999-AA1-01234567-84", Carrier.UPS),
        ("", "RR123456789GB", Carrier.ROYAL_MAIL),
        ("", "123456789012", None),  # several carriers have such numbers
    ],
)
def test_the_name_tells_the_carrier_and_only_without_one_the_number(
    name: str, number: str, expected: Carrier | None
) -> None:
    assert carrier_of(name, number) == expected


@pytest.mark.parametrize("table", [AMAZON, ETSY, EBAY], ids=["amazon", "etsy", "ebay"])
def test_every_store_has_a_word_of_its_own_for_each_carrier(table: dict[Carrier, str]) -> None:
    assert set(table) == set(Carrier)
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize("number", ["", "   ", "1234", "TH 12/34", "追跡番号123", "1" * 51])
def test_what_is_no_tracking_number_is_refused_before_anything_is_sent(number: str) -> None:
    with pytest.raises(Rejected) as refused:
        parcel(number, "UPS")
    assert refused.value.field == "tracking"


def test_blanks_go_and_hyphens_do_not_make_another_number() -> None:
    assert parcel(" 1Z 999 AA1 0123 4567 84 ", "").number == "1Z999AA10123456784"
    assert same_number("JD-0001-23", "jd000123")
    assert not same_number("", "")
