"""How a shop of Shopify is connected: the redirect's signature, tokens, their renewal and the rights they need."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from salur.connectors.base.errors import AuthRejected, Rejected
from salur.connectors.stores.shopify import oauth
from salur.connectors.stores.shopify.wire import callback_digest, shop_domain

from .contracts import contract
from .shopify import NOW, SHOP, example, shopify


@pytest.mark.parametrize("vector", contract("shopify/signing.json")["callback"], ids=lambda v: v["name"])
def test_a_redirects_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert callback_digest({**vector["query"], "hmac": "ignored"}, vector["secret"]) == vector["hmac"]


def redirect(**changes: str) -> dict[str, str]:
    signed = dict(contract("shopify/signing.json")["callback"][0]["query"]) | changes
    digest = callback_digest(signed, "hush0123")
    return {key: value for key, value in signed.items() if key != "state"} | {"hmac": digest}


LOGIN = SHOP.replaced(state="abc:123", redirect_uri="https://hub.example.com/back", code_verifier="v")


def test_the_owner_is_sent_to_the_shops_own_page_with_the_rights_the_hub_needs() -> None:
    connector, _ = shopify()
    address = urlsplit(connector.authorize_url("https://hub.example.com/back", "st&ate"))
    asked = parse_qs(address.query)
    assert (address.netloc, address.path) == ("baan-suan.myshopify.com", "/admin/oauth/authorize")
    assert (asked["state"], asked["client_id"]) == (["st&ate"], ["app0123"])
    assert set(asked["scope"][0].split(",")) == set(oauth.SCOPES)


def test_the_code_buys_a_token_without_an_end() -> None:
    connector, partner = shopify(LOGIN, oauth__access_token=example("oauth.access_token", "code exchanged"))
    tokens = connector.exchange(redirect())
    assert (tokens.access_token, tokens.identity) == ("shpat_example", "baan-suan.myshopify.com")
    assert tokens.access_expires_at > datetime.now(UTC) + timedelta(days=50 * 365)
    sent = json.loads(partner.calls[0].content or b"")
    assert sent == {"client_id": "app0123", "client_secret": "hush0123", "code": "0907a61c0c8d55e99db179b68161bc00"}


def test_a_public_apps_tokens_end_and_are_renewed() -> None:
    answers = [example("oauth.access_token", "token that ends"), example("oauth.access_token", "refreshed")]
    connector, partner = shopify(LOGIN.replaced(tokens="expiring"), oauth__access_token=answers)
    tokens = connector.exchange(redirect())
    assert json.loads(partner.calls[0].content or b"")["expiring"] == "1"
    assert tokens.access_expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(hours=1)

    later, _ = shopify(SHOP.replaced(refresh_token=tokens.refresh_token), oauth__access_token=answers)
    assert later.refresh().refresh_token == "shprt_next"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (redirect() | {"hmac": "0" * 64}, "bad_signature"),
        (redirect() | {"code": "stolen"}, "bad_signature"),
        (redirect(state="another login's"), "bad_signature"),
        ({}, "bad_signature"),
        (redirect(timestamp=str(int(NOW) - 2 * 86_400)), "stale_login"),
        (redirect(shop="other.myshopify.com"), "other_shop"),
    ],
    ids=["forged", "altered", "other state", "bare", "old", "other shop"],
)
def test_a_redirect_that_is_not_this_logins_buys_nothing(query: dict[str, str], code: str) -> None:
    connector, partner = shopify(LOGIN)
    with pytest.raises(AuthRejected) as refused:
        connector.exchange(query)
    assert (refused.value.code, partner.calls) == (code, [])


def test_a_code_used_before_and_rights_not_given_are_refused() -> None:
    connector, _ = shopify(LOGIN, oauth__access_token=example("oauth.access_token", "code used or wrong"))
    with pytest.raises(AuthRejected):
        connector.exchange(redirect())
    connector, _ = shopify(LOGIN, oauth__access_token=(200, {"access_token": "t", "scope": "read_orders"}))
    with pytest.raises(Rejected) as refused:
        connector.exchange(redirect())
    assert "write_inventory" in refused.value.message


def test_a_token_without_end_cannot_be_renewed() -> None:
    connector, partner = shopify()
    with pytest.raises(AuthRejected):
        connector.refresh()
    assert partner.calls == []


def test_the_shop_must_be_the_one_that_was_typed_and_give_all_rights() -> None:
    said = example("shop", "the shop and the app's scopes")
    connector, _ = shopify(shop=said)
    found = connector.verify()
    assert (found.key, found.country, found.currency) == ("baan-suan.myshopify.com", "TH", "THB")
    connector, _ = shopify(SHOP.replaced(shop_domain="else"), shop=said)
    with pytest.raises(AuthRejected):
        connector.verify()
    fewer = json.loads(json.dumps(said[1]))
    fewer["data"]["currentAppInstallation"]["accessScopes"].pop()
    connector, _ = shopify(shop=(200, fewer))
    with pytest.raises(AuthRejected, match="write_merchant_managed_fulfillment_orders"):
        connector.verify()


@pytest.mark.parametrize("typed", ["baan-suan", "Baan-Suan.myshopify.com", " baan-suan "])
def test_the_shops_address_may_be_typed_short_or_long(typed: str) -> None:
    assert shop_domain(typed) == "baan-suan.myshopify.com"
