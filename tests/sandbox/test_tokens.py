"""Authorisation at the simulated store: codes, tokens, their lives and their single use (shopee.md)."""

from urllib.parse import parse_qs, urlsplit

import httpx

from tests.sandbox.clients import Control, Shop

REDIRECT = "https://hub.example.com/back?state=xyz"


def authorise(shop: Shop) -> str:
    path = "shop/auth_partner"
    query = {**shop.query(path, public=True), "redirect": REDIRECT}
    page = shop.control.http.get(f"/shopee/api/v2/{path}", params=query)
    assert page.status_code == 200
    assert "<form" in page.text
    answer = shop.control.http.post(f"/shopee/api/v2/{path}", params=query, data={"shop_id": str(shop.shop_id)})
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["xyz"]
    assert back["shop_id"] == [str(shop.shop_id)]
    return back["code"][0]


def exchange(shop: Shop, code: str) -> httpx.Response:
    body = {"code": code, "partner_id": shop.partner_id, "shop_id": shop.shop_id}
    return shop.send("POST", "auth/token/get", public=True, body=body)


def refresh(shop: Shop, token: str) -> httpx.Response:
    body = {"refresh_token": token, "partner_id": shop.partner_id, "shop_id": shop.shop_id}
    return shop.send("POST", "auth/access_token/get", public=True, body=body)


def works(shop: Shop, token: str) -> bool:
    shop.token = token
    answer = shop.send("GET", "shop/get_shop_info")
    if answer.json()["error"] == "":
        return True
    assert (answer.status_code, answer.json()["error"]) == (403, "invalid_acceess_token")
    return False


def test_a_seller_authorises_and_the_code_works_once(control: Control) -> None:
    shop = Shop(control)
    code = authorise(shop)
    first = exchange(shop, code).json()
    assert first["expire_in"] == 4 * 3600
    assert works(shop, first["access_token"])
    again = exchange(shop, code)
    assert (again.status_code, again.json()["error"]) == (403, "error_auth")


def test_a_code_dies_after_ten_minutes(control: Control) -> None:
    shop = Shop(control)
    code = authorise(shop)
    control.post("clock", advance=601)
    assert exchange(shop, code).json()["error"] == "error_auth"


def test_the_auth_page_needs_a_good_signature(control: Control) -> None:
    shop = Shop(control)
    query = {**shop.query("shop/auth_partner", public=True), "redirect": REDIRECT, "sign": "0" * 64}
    answer = control.http.get("/shopee/api/v2/shop/auth_partner", params=query)
    assert (answer.status_code, answer.json()["error"]) == (403, "error_sign")


def test_an_access_token_dies_after_its_life(control: Control) -> None:
    shop = Shop(control)
    control.post("settings", shopee={"access_token_seconds": 30})
    token = exchange(shop, authorise(shop)).json()["access_token"]
    control.post("clock", advance=29)
    assert works(shop, token)
    control.post("clock", advance=2)
    assert not works(shop, token)


def test_a_refresh_token_works_once_and_brings_the_next(control: Control) -> None:
    shop = Shop(control)
    first = exchange(shop, authorise(shop)).json()
    second = refresh(shop, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert works(shop, second["access_token"])
    again = refresh(shop, first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (403, "error_auth")
    assert refresh(shop, second["refresh_token"]).json()["error"] == ""


def test_the_old_access_token_outlives_a_refresh_only_briefly(control: Control) -> None:
    shop = Shop(control)
    first = exchange(shop, authorise(shop)).json()
    refresh(shop, first["refresh_token"])
    assert works(shop, first["access_token"])
    control.post("clock", advance=301)
    assert not works(shop, first["access_token"])


def test_a_refresh_token_dies_after_thirty_days(control: Control) -> None:
    shop = Shop(control)
    token = exchange(shop, authorise(shop)).json()["refresh_token"]
    control.post("clock", advance=30 * 86400 + 1)
    assert refresh(shop, token).json()["error"] == "error_auth"


def test_a_token_opens_only_its_own_shop(shop: Shop) -> None:
    shop.control.post("shopee/shops", shop_id=700001, name="Other", region="ID")
    shop.shop_id = 700001
    assert shop.error("GET", "shop/get_shop_info") == "partner_shop_no_link"


def test_a_withdrawn_authorisation_ends_all_tokens(shop: Shop) -> None:
    assert works(shop, shop.token)
    shop.control.post("shopee/tokens", shop_id=shop.shop_id, expire="link")
    assert not works(shop, shop.token)
