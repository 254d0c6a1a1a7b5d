"""A site that makes keys on its own page and posts them to us: WooCommerce's /wc-auth/v1/authorize (R8, R12, R15)."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from salur.flows.tidy import tidy_up
from salur.integrations import key_handover
from salur.integrations.connect import Acting, AuthorisationStale
from salur.integrations.models import KeyHandover, StoreConnection
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest

from .addresses import OWNER
from .shop import Shop, open_shop
from .test_partner_pages import leave

FORM = "/integrations/add/store/woocommerce/"


@pytest.fixture
def hub(live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest) -> Shop:
    """A merchant of a hub that the simulated site can call."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    return open_shop()


def begin(hub: Shop, sandbox: Sandbox) -> str:
    """The site's page, to which the owner is sent."""
    site = sandbox.look("credentials")["woocommerce"]["form"]["store_url"]
    return leave(hub.client(OWNER).post(FORM, {"keys": "handed", "name": "Site", "store_url": site, "country": "TH"}))


def asked(login: str, name: str) -> str:
    return parse_qs(urlsplit(login).query)[name][0]


def answered(login: str, **changes: str) -> dict[str, str]:
    """What a site posts."""
    keys = {"consumer_key": "ck_1", "consumer_secret": "cs_1", "key_permissions": "read_write"}
    return {"user_id": asked(login, "user_id"), **keys, **changes}


def waiting(hub: Shop) -> list[bool]:
    """Whether each login that was begun has its keys."""
    with hub.world.scope():
        return [bool(row.keys) for row in KeyHandover.objects.order_by("pk")]


def connected(hub: Shop) -> int:
    with hub.world.scope():
        return StoreConnection.objects.filter(channel="woocommerce").exclude(identity_key="").count()


def come_back(hub: Shop, address: str) -> tuple[str, str]:
    """Where the owner lands, and the page."""
    back = urlsplit(address)
    answer = hub.client(OWNER).get(f"{back.path}?{back.query}", follow=True)
    return str(answer.redirect_chain[-1][0]), html.unescape(answer.content.decode())


def test_a_site_hands_its_keys_over_once(hub: Shop, sandbox: Sandbox) -> None:
    login = begin(hub, sandbox)
    assert waiting(hub) == [False]
    approved = httpx.post(login, data={"answer": "yes"})
    assert waiting(hub) == [True], "the keys come before the owner does"
    with hub.world.scope():
        row = KeyHandover.objects.get()
        assert "cs_" not in row.keys + row.typed, "sealed"
    where, page = come_back(hub, approved.headers["location"])
    with hub.world.scope():
        store = StoreConnection.objects.get(channel="woocommerce", name="Site")
        assert (store.state, store.country) == ("connected", "TH")
    assert where == f"/integrations/stores/{store.pk}/"
    assert "Verified and connected." in page
    assert waiting(hub) == []

    assert 'value="Site"' in hub.client(OWNER).get(FORM, {"name": "Site"}).content.decode(), "the link for new keys"
    assert f"{FORM}?name=Site" in page
    renewed = httpx.post(begin(hub, sandbox), data={"answer": "yes"})
    assert come_back(hub, renewed.headers["location"])[0] == where, "the same store, with new keys"

    again = httpx.post(asked(login, "callback_url"), json=answered(login))
    assert again.status_code == 404, "nobody awaits them any more"
    where, page = come_back(hub, approved.headers["location"])
    assert (where, connected(hub)) == ("/integrations/add/", 1)


NO_KEYS: list[bytes | dict[str, str]] = [
    b"",
    b"<html>",
    b"[]",
    b'{"user_id": 7}',
    b"x" * 10_001,
    {"user_id": "somebody-else"},
    {"key_permissions": "read"},
    {"consumer_key": ""},
    {"consumer_secret": "two words"},
]


def test_what_are_no_keys_for_us_is_not_kept(hub: Shop, sandbox: Sandbox) -> None:
    login = begin(hub, sandbox)
    for body in NO_KEYS:
        content = body if isinstance(body, bytes) else json.dumps(answered(login, **body)).encode()
        assert httpx.post(asked(login, "callback_url"), content=content).status_code in (400, 413), body
        assert waiting(hub) == [False], body
    page = come_back(hub, f"{asked(login, 'return_url')}?success=1&user_id={asked(login, 'user_id')}")[1]
    assert "The keys have not arrived" in page, "and the owner is told"
    assert connected(hub) == 0


def test_only_who_began_finishes_and_not_for_long(hub: Shop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    login = begin(hub, sandbox)
    callback, handle = asked(login, "callback_url"), asked(login, "user_id")
    assert httpx.post(callback[:-1] + ("A" if callback[-1] != "A" else "B"), json=answered(login)).status_code == 404
    assert httpx.get(callback).status_code == 405
    assert httpx.post(callback, json=answered(login)).status_code == 200
    assert httpx.post(callback, json=answered(login, consumer_key="ck_2")).status_code == 404, "the first ones count"
    for stranger in (Acting(hub.world.merchant_id, "user:0"), Acting(open_shop().world.merchant_id, "user:0")):
        with pytest.raises(AuthorisationStale):
            key_handover.finish_key_handover(stranger, handle, {"success": "1"})
    monkeypatch.setattr(key_handover, "LASTS", timedelta(seconds=-1))
    late = begin(hub, sandbox)
    assert httpx.post(asked(late, "callback_url"), json=answered(late)).status_code == 404
    assert come_back(hub, f"{asked(login, 'return_url')}?success=1")[0] == "/integrations/add/"
    assert connected(hub) == 0
    tidy_up()
    assert waiting(hub) == []


def test_a_no_on_the_sites_page_connects_nothing(hub: Shop, sandbox: Sandbox) -> None:
    denied = httpx.post(begin(hub, sandbox), data={"answer": "no"})
    assert "Access was not granted" in come_back(hub, denied.headers["location"])[1]
    assert (connected(hub), waiting(hub)) == (0, [])


def test_where_the_site_cannot_reach_us_the_page_says_so_and_keys_are_typed(
    hub: Shop, sandbox: Sandbox, settings: SettingsForTest
) -> None:
    owner, outside = hub.client(OWNER), {"keys": "handed", "name": "Site", "store_url": "https://toko.example"}
    page = html.unescape(owner.post(FORM, outside).content.decode())
    assert "The store would send its keys to" in page, "this machine's address means nothing to a site elsewhere"
    assert 'name="keys" value="handed"' in owner.get(FORM).content.decode()
    assert 'name="consumer_secret"' in owner.get(FORM, {"keys": "typed"}).content.decode()
    settings.SALUR = replace(settings.SALUR, base_url="http://hub.example")
    page = html.unescape(owner.get(FORM).content.decode())
    assert "no https address that the store can reach" in page
    assert 'name="consumer_secret"' in page and 'value="handed"' not in page
    settings.SALUR = replace(settings.SALUR, base_url="https://hub.example")
    sent = leave(owner.post(FORM, {**outside, "country": "TH"}))
    assert sent.startswith("https://toko.example/wc-auth/v1/authorize?")
    assert asked(sent, "callback_url").startswith("https://hub.example/store-keys/")
