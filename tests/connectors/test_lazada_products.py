"""Lazada's products and stock, and whatever else it may answer."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import (
    Rejected,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Call
from salur.connectors.base.types import RawRequest
from salur.connectors.stores.lazada.connector import LazadaConnector

from .by_operation import Scripted, form_of
from .contracts import exchanges
from .garbage import answers, names, unusable
from .lazada import KEYS, NOW, OPTION, ORDER, PACKAGE, WINDOW, desk, example, shop, signed

# --- products


def test_products_come_by_slices_of_their_time() -> None:
    told = example("products.get", "a product of two variations")
    full = json.loads(json.dumps(told))
    full["data"]["total_products"] = 10_001
    connector, transport = desk({"products.get": [full, told]})
    first = connector.listings(None)
    assert [(one.sku, one.model_id, one.stock, one.weight_g, one.length_mm) for one in first.items] == [
        ("MUG-350-WHT", "9900011", 20, 350, 120),
        ("MUG-350-BLK", "9900012", 5, 350, 120),
    ]
    assert first.cursor is not None
    assert connector.listings(first.cursor).cursor is None
    whole, half, rest = (dict(call.params) for call in transport.calls)
    assert half["create_after"] == whole["create_after"] < half["create_before"] < whole["create_before"]
    assert half["create_before"] < rest["create_after"]
    assert rest["create_before"] == whole["create_before"]


def test_one_refused_stock_figure_does_not_spoil_the_others() -> None:
    refused, done = (example("product.stock.sellable.update", name) for name in ("one SKU refused", "set"))

    def answer(call: Call) -> Any:
        return refused if "<SkuId>2</SkuId>" in form_of(call)["payload"] else done

    batch = [StockTarget(f"k{number}", "88", str(number), f"A&{number}", number) for number in (1, 2, 3)]
    connector, transport = desk({"product.stock.sellable.update": answer})
    results = connector.set_stock(batch)
    assert [(one.key, type(one.error)) for one in results] == [("k1", type(None)), ("k2", Rejected), ("k3", type(None))]
    assert "LESS_THAN_CAMPAIGN" in str(results[1].error)
    assert len(transport.calls) == 4
    (single,) = desk({"product.stock.sellable.update": done})[0].set_stock(
        [StockTarget("k", "8800011", "9900011", "M", 17)]
    )
    assert single.error is None


def test_the_stock_request_is_the_examples() -> None:
    connector, transport = desk({"product.stock.sellable.update": example("product.stock.sellable.update", "set")})
    connector.set_stock([StockTarget("k", "8800011", "9900011", "MUG-350-WHT", 17)])
    expected = exchanges("lazada", "product.stock.sellable.update")["set"]["request"]["form"]
    assert form_of(transport.calls[0]) == expected


# --- garbage

WORDS = names(
    "code type message data result success error_code error_msg orders order_id order_items order_item_id statuses "
    "status created_at updated_at price voucher shipping_fee address_shipping country first_name sku currency "
    "package_id tracking_code need_cancel_confirm is_fbl pack_order_list order_item_list item_err_code retry packages "
    "file pdf_url reason_options reason_name reason_id tip_type items reverse_order_id request_type "
    "reverse_order_lines reverse_status total_products products skus SkuId item_id attributes Available "
    "access_token refresh_token expires_in country_user_info seller_id shipment_providers shipping_allocate_type"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"code": "0"}, "data") | answers(WORDS, {"code": "0"}, "result"))
def test_any_json_from_lazada(document: Any) -> None:
    told = Anything(document)
    connector = LazadaConnector(KEYS.replaced(cross_border="yes"), told, clock=lambda: NOW)
    found = unusable(
        lambda: connector.verify(),
        lambda: connector.orders(WINDOW, None),
        lambda: connector.orders(WINDOW, "x|y|z"),
        lambda: connector.order_details([ORDER]),
        lambda: connector.shipping_options(ORDER),
        lambda: connector.arrange(ORDER, OPTION),
        lambda: connector.awb(ORDER),
        lambda: connector.label(ORDER, PACKAGE, "T"),
        lambda: connector.confirm(ORDER, "T", ""),
        lambda: connector.cancel_order(ORDER, "out_of_stock"),
        lambda: connector.answer_cancellation(ORDER, True, ""),
        lambda: connector.listings(None),
        lambda: connector.listings("1|2"),
        lambda: connector.set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: connector.exchange({"code": "c"}),
        lambda: connector.refresh(),
        lambda: signed(document),
        lambda: signed({"seller_id": "1234567", "message_type": 0, "data": document}),
        lambda: signed({"seller_id": "1234567", "message_type": 14, "data": document}),
    )
    assert found == []


class Anything(Scripted):
    """The same answer to every question."""

    def __init__(self, document: Any) -> None:
        super().__init__({})
        self.document = document

    def send(self, call: Call) -> Any:
        self.script = {call.operation: [self.document]}
        if isinstance(self.document, list | tuple) or callable(self.document):
            self.script = {call.operation: [json.dumps(self.document).encode()]}
        return super().send(call)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 50_000, b"9" * 6000, b'{"code":1e999999}']))
def test_any_bytes_from_lazada(body: bytes) -> None:
    found = unusable(
        lambda: LazadaConnector(KEYS, Anything(body), clock=lambda: NOW).orders(WINDOW, None),
        lambda: LazadaConnector(KEYS, Anything(body), clock=lambda: NOW).arrange(ORDER, OPTION),
        lambda: shop({}).parse_callback(RawRequest("POST", "u", {"Authorization": "x\ud800"}, {}, body)),
    )
    assert found == []
