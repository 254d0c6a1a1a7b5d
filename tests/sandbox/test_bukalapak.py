"""The simulated Bukalapak against contracts/bukalapak, over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from salur.sandbox.bukalapak.market import STEPS
from salur.sandbox.bukalapak.operations import REASONS
from tests.sandbox.clients import Control
from tests.sandbox.test_contracts import example_shape, listed, shape

NAME = "bukalapak"
TWO = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]


class Seller:
    """An account and its token."""

    def __init__(self, control: Control) -> None:
        self.control, self.form = control, control.get("credentials")[NAME]["form"]
        self.user, self.token = "", ""

    def authenticate(self, password: str = "") -> dict[str, Any]:
        pair = (self.form["username"], password or self.form["password"])
        answer = self.control.http.post(f"{self.form['base_url']}/v2/authenticate.json", auth=pair)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def login(self) -> Seller:
        told = self.authenticate()
        self.user, self.token = str(told["user_id"]), told["token"]
        return self

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        url = f"{self.form['base_url']}/v2/{path}"
        return self.control.http.request(method, url, auth=(self.user, self.token), **more)

    def good(self, method: str, path: str, **more: Any) -> Any:
        answer = self.send(method, path, **more)
        assert (answer.status_code, answer.json()["status"]) == (200, "OK"), answer.text
        return answer.json()

    def orders(self, **wish: Any) -> list[int]:
        made = self.control.post(f"{NAME}/orders", **wish)["numbers"]
        rows = {row["number"]: row["id"] for row in self.control.get(f"{NAME}/orders")["orders"]}
        return [rows[number] for number in made]

    def state(self, number: int) -> str:
        found: str = self.good("GET", f"transactions/{number}.json")["transactions"]["state"]
        return found

    def ship(self, number: int, **given: Any) -> dict[str, Any]:
        body = {"payment_shipping": {"transaction_id": str(number), **given}}
        answer = self.send("POST", "transactions/confirm_shipping.json", json=body)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def reject(self, number: int, reason: str) -> dict[str, Any]:
        form = {"id": str(number), "payment_rejection[reason]": reason}
        told: dict[str, Any] = self.good("PUT", "transactions/reject.json", data=form)
        return told


@pytest.fixture
def seller(control: Control) -> Seller:
    return Seller(control).login()


def test_account_and_password_give_a_token_and_older_ones_stay_good(control: Control) -> None:
    seller = Seller(control)
    wrong = seller.authenticate("wrong")
    assert (wrong["status"], wrong["token"]) == ("ERROR", None)
    first, second = seller.login().token, seller.login().token
    assert first != second
    control.post("clock", advance=400 * 86400)
    for token, user, status in ((first, seller.user, 200), (second, "1", 401), ("wrong", seller.user, 401)):
        seller.user, seller.token = user, token
        assert seller.send("GET", "transactions.json").status_code == status
        seller.login()
    control.post(f"{NAME}/tokens", expire="link")
    assert seller.send("GET", "transactions.json").status_code == 401


def test_the_list_is_newest_first_and_page_0_is_page_1(control: Control, seller: Seller) -> None:
    made = seller.orders(count=25, spread_seconds=3600)
    rows = [
        row
        for page in (1, 2, 3)
        for row in seller.good("GET", "transactions.json", params={"page": page, "per_page": 10})["transactions"]
    ]
    assert sorted(row["id"] for row in rows) == sorted(made)
    dates = [row["created_at"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    first = seller.good("GET", "transactions.json")["transactions"]
    assert [row["id"] for row in first] == [row["id"] for row in rows[:10]]
    assert seller.good("GET", "transactions.json", params={"page": 4, "per_page": 10})["transactions"] == []
    seller.orders(count=100)
    assert len(seller.good("GET", "transactions.json", params={"page": 1, "per_page": 500})["transactions"]) == 100


def test_an_unchanged_list_is_not_sent_again(seller: Seller) -> None:
    number = seller.orders(count=1)[0]
    tag = seller.send("GET", "transactions.json").headers["ETag"]
    again = seller.send("GET", "transactions.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    seller.reject(number, REASONS[0])
    assert seller.send("GET", "transactions.json", headers={"If-None-Match": tag}).status_code == 200


def test_only_a_paid_transaction_is_shipped_and_once(control: Control, seller: Seller) -> None:
    number, unpaid = seller.orders(items=TWO)[0], seller.orders(count=1, step="unpaid")[0]
    assert "shipping_code" in seller.ship(number)["message"]
    assert seller.ship(unpaid, shipping_code="A1")["status"] == "ERROR"
    assert seller.ship(number, shipping_code="A1", new_courier="AnterAja")["status"] == "OK"
    again = seller.ship(number, shipping_code="A2")
    assert (again["status"], again["id"]) == ("ERROR", None)
    row = next(one for one in control.get(f"{NAME}/orders")["orders"] if one["id"] == number)
    assert row["shipments"] == [{"tracking": "A1", "courier": "AnterAja", "pieces": 3}]
    assert seller.state(number) == "delivered"
    assert control.count(NAME, "confirm_shipping")["ok"] == 1


def test_a_rejection_needs_its_exact_words_and_says_ok_in_any_case(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO)[0]
    assert seller.reject(number, "stok habis")["message"] == "Failed to reject"
    assert seller.state(number) == "paid"
    assert seller.reject(number, REASONS[0])["message"] == "Successfully rejected"
    assert seller.reject(number, REASONS[0])["message"] == "Failed to reject"
    assert seller.state(number) == "rejected"
    assert control.count(NAME, "reject")["ok"] == 1


def test_every_listed_state_can_be_shown_and_an_unlisted_one_too(control: Control, seller: Seller) -> None:
    assert set(STEPS) == listed(NAME, "order")
    for state in STEPS:
        number = seller.orders(count=1)[0]
        control.post(f"{NAME}/orders/{number}/status", status=state)
        assert seller.state(number) == state
    control.post(f"{NAME}/orders/{number}/status", status="vanished", raw=True)
    assert seller.state(number) == "vanished"


def test_answers_have_the_examples_shape(control: Control, seller: Seller) -> None:
    single, several = seller.orders(items=TWO[:1])[0], seller.orders(items=TWO)[0]
    assert set(shape(seller.authenticate())) == example_shape(NAME, "authenticate", "granted")
    assert set(shape(seller.good("GET", "transactions.json"))) == example_shape(NAME, "transactions", "a page")
    alone = seller.good("GET", f"transactions/{single}.json")
    assert set(shape(alone)) == example_shape(NAME, "transaction", "paid")
    quantities = [
        one["quantity"] for one in seller.good("GET", f"transactions/{several}.json")["transactions"]["products"]
    ]
    assert quantities == [2, 1]
    assert set(shape(seller.good("GET", "products/mylapak.json"))) == example_shape(NAME, "mylapak", "a page")
    unknown = seller.send("GET", "transactions/1.json")
    assert (unknown.status_code, unknown.json()["status"]) == (404, "ERROR")


def test_a_transaction_may_be_spoilt(seller: Seller) -> None:
    number = seller.orders(extra={"no_address": True, "no_items": True})[0]
    bare = seller.good("GET", f"transactions/{number}.json")["transactions"]
    assert (bare["consignee"], bare["products"], bare["amount"]) == (None, [], 0)


def test_stock_is_set_by_the_products_number(control: Control, seller: Seller) -> None:
    control.post(f"{NAME}/items", skus=["A"], stock=5)
    product = seller.good("GET", "products/mylapak.json")["products"][0]["id"]
    assert seller.good("PUT", f"products/{product}.json", json={"product": {"stock": 0}})["id"] == str(product)
    assert seller.good("GET", "products/mylapak.json")["products"] == []
    others = seller.good("GET", "products/mylapak.json", params={"not_for_sale_only": 1})["products"]
    assert [one["stock"] for one in others] == [0]
    told = seller.send("PUT", f"products/{product}.json", json={"product": {"stock": -1}}).json()
    assert (told["status"], list(told["message"])) == ("ERROR", ["stock"])
    assert seller.send("PUT", "products/1.json", json={"product": {"stock": 1}}).status_code == 404
