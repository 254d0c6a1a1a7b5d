"""The Blibli connector: packing, handing in, numbers, labels and cancelling, against contracts/blibli, all pure."""

from __future__ import annotations

from copy import deepcopy

import pytest

from salur.connectors.base.capabilities import StoreCapabilities
from salur.connectors.base.errors import AlreadyExists, ContractBroken, Rejected, TooLate
from salur.connectors.base.types import ShippingOption
from salur.connectors.stores.blibli.connector import PLUGIN, BlibliConnector
from salur.connectors.stores.blibli.mapping import LISTED_REASONS, OTHER_REASONS

from .blibli import HANDED_IN, NEW, OWN, PACKED, PICKUP, WAITING, blibli, example, listed
from .scripted import Said, asked


def test_arranging_packs_the_items_of_this_order_alone_and_hands_them_in() -> None:
    connector, transport = blibli(
        order__list=WAITING,
        order__combine=example("order.combine", "two items, and one of another order"),
        order__package=example("order.package", "made"),
        order__fulfil=example("order.fulfil", "pickup by Blibli's courier"),
    )
    assert list(connector.shipping_options(NEW)) == [PICKUP]
    connector.arrange(NEW, PICKUP)
    assert transport.sent("order.package") == asked("blibli", "order.package", "made")
    assert transport.sent("order.fulfil") == asked("blibli", "order.fulfil", "pickup by Blibli's courier")
    assert transport.calls[-1].url == "https://blibli.invalid/v2/proxy/seller/v1/orders/regular/10025702/fulfill"


def test_half_done_arranging_is_carried_on() -> None:
    connector, transport = blibli(
        order__list=PACKED, order__fulfil=example("order.fulfil", "pickup by Blibli's courier")
    )
    connector.arrange(NEW, PICKUP)
    assert transport.operations() == ["order.list", "order.fulfil"]
    raced, sent = blibli(
        order__list=[WAITING, PACKED],
        order__combine=example("order.combine", "two items, and one of another order"),
        order__package=example("order.package", "not in status FP, or packed before"),
        order__fulfil=example("order.fulfil", "pickup by Blibli's courier"),
    )
    raced.arrange(NEW, PICKUP)
    assert sent.operations()[-1] == "order.fulfil"


def test_what_was_handed_in_before_says_so() -> None:
    connector, _ = blibli(order__list=HANDED_IN)
    for call in (lambda: connector.shipping_options(NEW), lambda: connector.arrange(NEW, PICKUP)):
        with pytest.raises(AlreadyExists):
            call()
    raced, _ = blibli(order__list=[PACKED, HANDED_IN], order__fulfil=example("order.fulfil", "fulfilled before"))
    with pytest.raises(AlreadyExists):
        raced.arrange(NEW, PICKUP)
    refused, _ = blibli(order__list=PACKED, order__fulfil=example("order.fulfil", "fulfilled before"))
    with pytest.raises(Rejected):
        refused.arrange(NEW, PICKUP)


def test_what_cannot_be_arranged_by_call_says_what_to_do() -> None:
    alone = deepcopy(example("order.combine", "two items, and one of another order"))
    alone[1]["value"]["combineShipping"] = alone[1]["value"]["combineShipping"][:1]
    by_hand = deepcopy(WAITING)
    by_hand[1]["content"][0]["orderItems"][0]["product"]["type"] = 2
    cases: list[tuple[BlibliConnector, str]] = [
        (blibli(order__list=by_hand)[0], "by_hand"),
        (blibli(order__list=listed({"itemStatus": "FP"}, {"itemStatus": "PU"}))[0], "split_order"),
        (blibli(order__list=WAITING, order__combine=alone)[0], "split_order"),
        (blibli(order__list=listed({"itemStatus": "X"}, {"itemStatus": "OS"}))[0], "cancelled"),
    ]
    for connector, code in cases:
        with pytest.raises(Rejected) as refused:
            connector.arrange(NEW, PICKUP)
        assert refused.value.code == code


def test_a_dropship_store_brings_the_number() -> None:
    connector, transport = blibli(order__list=OWN)
    assert list(connector.shipping_options(NEW)) == [ShippingOption("own_awb", {"tracking_number": ""})]
    with pytest.raises(Rejected):
        connector.arrange(NEW, ShippingOption("own_awb", {"tracking_number": ""}))
    assert "order.package" not in transport.operations()


def with_awb(number: str, status: str = "PU") -> Said:
    code, body = deepcopy(example("order.detail", "fulfilled, with AWB number"))
    body["content"]["status"] = status
    body["content"]["shipment"]["airwayBill"] = {"number": number} if number else None
    return code, body


def test_confirming_hands_a_dropship_order_in_with_its_number() -> None:
    after = listed({"itemStatus": "PU"}, {"itemStatus": "PU"}, package=10025702, sellerDeliveryType="DROPSHIP")
    connector, transport = blibli(
        order__list=[OWN, OWN, after],
        order__detail=[with_awb("", "FP"), with_awb("JNE0012345678")],
        order__combine=example("order.combine", "two items, and one of another order"),
        order__package=example("order.package", "made"),
        order__fulfil=example("order.fulfil", "dropship with an AWB number"),
    )
    result = connector.confirm(NEW, "JNE0012345678", "JNE")
    assert (result.confirmed, result.tracking) == (True, "JNE0012345678")
    assert transport.sent("order.fulfil") == asked("blibli", "order.fulfil", "dropship with an AWB number")


def test_a_dropship_number_is_changed_and_a_couriers_is_not() -> None:
    after = listed({"itemStatus": "PU"}, {"itemStatus": "PU"}, package=10025702, sellerDeliveryType="DROPSHIP")
    connector, transport = blibli(
        order__list=after,
        order__detail=[with_awb("OLD"), with_awb("1811828150001")],
        order__dropship=example("order.dropship", "AWB number changed"),
    )
    assert connector.confirm(NEW, "1811828150001", "").confirmed
    assert transport.sent("order.dropship") == asked("blibli", "order.dropship", "AWB number changed")
    fetched, sent = blibli(order__list=HANDED_IN, order__detail=with_awb("BLI-1"))
    assert fetched.confirm(NEW, "BLI-1", "").confirmed
    assert not fetched.confirm(NEW, "OTHER", "").confirmed
    assert set(sent.operations()) == {"order.list", "order.detail"}
    assert not blibli(order__list=example("order.list", "none"))[0].confirm("1", "T", "").confirmed


def test_the_awb_number_is_empty_until_there_is_one() -> None:
    got = blibli(order__list=HANDED_IN, order__detail=with_awb("BLI-1"))[0].awb(NEW)
    assert (got.number, got.package, got.courier) == ("BLI-1", "10025702", "Blibli Express Service")
    waiting = blibli(order__list=HANDED_IN, order__detail=with_awb(""))[0].awb(NEW)
    assert (waiting.number, waiting.hint) == ("", "status PU")


def test_the_label_comes_out_of_its_base64_and_must_be_a_pdf() -> None:
    connector, transport = blibli(order__label=example("order.label", "the label"))
    label = connector.label(NEW, "10025702", "BLI-1")
    assert label.document is not None
    assert label.document.content.startswith(b"%PDF")
    assert transport.calls[0].url.endswith("/seller/v1/orders/10025702/shippingLabel")
    other = blibli(order__label=(200, {"content": {"document": "R0lGODlh"}}))[0].label(NEW, "1", "")
    assert "PDF" in other.failure
    with pytest.raises(ContractBroken):
        blibli(order__label=(200, {"content": {"document": "%%%"}}))[0].label(NEW, "1", "")


def test_a_label_is_pending_while_it_may_yet_come() -> None:
    refused = example("order.label", "not in a status for it")
    assert blibli(order__list=WAITING)[0].label(NEW, "", "").pending
    assert blibli(order__label=refused, order__list=HANDED_IN)[0].label(NEW, "1", "").pending
    over = listed({"itemStatus": "D"}, {"itemStatus": "D"}, package=1)
    result = blibli(order__label=refused, order__list=over)[0].label(NEW, "1", "")
    assert not result.pending
    assert result.failure


def test_cancelling_cancels_every_item_before_packing() -> None:
    ok = example("order.cancel", "one of the listed reasons")
    connector, transport = blibli(order__list=WAITING, order__cancel=ok)
    assert connector.cancel_order(NEW, "out_of_stock").state == "accepted"
    assert transport.operations() == ["order.list", "order.cancel", "order.cancel"]
    assert transport.sent("order.cancel") == asked("blibli", "order.cancel", "one of the listed reasons")
    connector.cancel_order(NEW, "buyer_asked")
    bodies = asked("blibli", "order.cancel", "another reason") | {"cancellationQuantity": 1}
    assert transport.sent("order.cancel") == bodies
    half, sent = blibli(order__list=listed({"itemStatus": "X"}, {}), order__cancel=ok)
    half.cancel_order(NEW, "out_of_stock")
    assert sent.operations() == ["order.list", "order.cancel"]
    for answer in (PACKED, HANDED_IN):
        with pytest.raises(TooLate):
            blibli(order__list=answer)[0].cancel_order(NEW, "buyer_asked")
    with pytest.raises(Rejected):
        blibli()[0].cancel_order(NEW, "because")


def test_reasons_offered_are_known_and_the_listed_ones_are_blibliss() -> None:
    can = PLUGIN.capabilities
    assert isinstance(can, StoreCapabilities)
    assert {code for code, _ in can.cancel_reasons} == {*LISTED_REASONS, *OTHER_REASONS}
    listed_there = example("order.cancel_reasons", "the list")[1]["content"]
    assert set(LISTED_REASONS.values()) == set(listed_there)
