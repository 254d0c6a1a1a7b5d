"""The simulated store accepts the contract's signatures and refuses altered ones (shopee.md, Signature)."""

from typing import Any

import pytest

from salur.sandbox.shopee.signing import push_signature
from tests.sandbox.clients import Control, Shop, contract

SIGNING = contract("shopee", "signing.json")
VECTORS = {vector["name"]: vector for vector in SIGNING["vectors"]}


@pytest.fixture
def as_in_the_vectors(control: Control) -> Control:
    control.post("shopee/app", partner_id=2000001, partner_key="shopeekey0123456789")
    control.post("shopee/shops", shop_id=600000, name="Vector", region="TH")
    control.post("clock", now=1700000000)
    control.post("shopee/tokens", shop_id=600000, access_token="tok_abc")
    return control


def send(control: Control, vector: dict[str, Any], **changed: Any) -> str:
    query: dict[str, Any] = {
        name: vector[name] for name in ("partner_id", "timestamp", "access_token", "shop_id", "sign") if name in vector
    }
    method = "POST" if vector["kind"] == "public" else "GET"
    more: dict[str, Any] = (
        {"time_range_field": "update_time", "time_from": 1, "time_to": 2, "page_size": 1} if method == "GET" else {}
    )
    answer = control.http.request(
        method,
        "/shopee" + vector["path"],
        params={**query, **more, **changed},
        json={"code": "none", "partner_id": 2000001, "shop_id": 600000} if method == "POST" else None,
    )
    code: str = answer.json()["error"]
    return code


def test_the_shop_vector_is_accepted(as_in_the_vectors: Control) -> None:
    assert send(as_in_the_vectors, VECTORS["order list"]) == ""


def test_the_public_vector_gets_past_the_signature(as_in_the_vectors: Control) -> None:
    assert send(as_in_the_vectors, VECTORS["token exchange"]) == "error_auth"  # only the code is wrong


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_an_altered_signature_is_refused(as_in_the_vectors: Control, name: str) -> None:
    sign = VECTORS[name]["sign"]
    assert send(as_in_the_vectors, VECTORS[name], sign=sign[:-1] + ("0" if sign[-1] != "0" else "1")) == "error_sign"
    assert send(as_in_the_vectors, VECTORS[name], sign=sign.upper()) == "error_sign"


def test_a_signature_does_not_fit_another_time_token_or_shop(as_in_the_vectors: Control) -> None:
    vector = VECTORS["order list"]
    for changed in ({"timestamp": 1700000001}, {"access_token": "tok_abd"}, {"shop_id": 600001}):
        assert send(as_in_the_vectors, vector, **changed) == "error_sign"


def test_a_timestamp_more_than_five_minutes_off_is_refused(as_in_the_vectors: Control) -> None:
    for offset, code in ((290, ""), (310, "error_param"), (-290, ""), (-310, "error_param")):
        as_in_the_vectors.post("clock", now=1700000000 + offset)
        assert send(as_in_the_vectors, VECTORS["order list"]) == code


def test_missing_parameters_and_foreign_partners_are_refused(shop: Shop) -> None:
    path = "shop/get_shop_info"
    for name in ("partner_id", "timestamp", "sign", "access_token", "shop_id"):
        query = shop.query(path)
        del query[name]
        answer = shop.control.http.get(f"/shopee/api/v2/{path}", params=query)
        assert answer.json()["error"] == "error_param"
    assert shop.error("GET", path, partner_id="1999999") == "error_param"


def test_the_push_vector_comes_out(control: Control) -> None:
    vector = SIGNING["push"][0]
    assert push_signature(vector["push_key"], vector["url"], vector["body"].encode()) == vector["sign"]
    assert push_signature(vector["push_key"], vector["url"], vector["body"].encode() + b" ") != vector["sign"]
