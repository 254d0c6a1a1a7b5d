"""Every store of the repository is connected in a real browser: our form, the store's own page, back to its page here.

One browser walks them all, so that this costs seconds and not minutes; what then comes of a connected store is told by
the tests of each.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from salur.connectors.base.capabilities import FormField
from salur.integrations.models import StoreConnection
from salur.integrations.registry import STORE, plugins
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest

from .shop import Shop, open_shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Where the address to return to is registered at the partner and not named at the login.
REGISTERED = {"ebay": ("accept", "url"), "tiktok": ("app", "redirect"), "tokopedia": ("app", "redirect")}
BACK = "/integrations/return/"


@pytest.fixture
def owner(live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest, page: Page) -> Shop:
    """An owner who has signed in at a hub that stores can send people back to."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    shop = open_shop(filled=3)
    sign_in(page, live_web.url, shop)
    return shop


def fill(page: Page, fields: tuple[FormField, ...], known: dict[str, str]) -> None:
    """Type what the store gave its seller; choices are chosen."""
    for field in fields:
        if field.key in known:
            place = page.locator(f'#main form.form [name="{field.key}"]')
            if not place.count():  # a setting with a usable default is asked for later
                continue
            if place.evaluate("node => node.tagName") == "SELECT":
                place.select_option(known[field.key])
            else:
                place.fill(known[field.key])


def agree(page: Page) -> None:
    """Leave for the store's own page, say yes there, and come back."""
    with page.expect_navigation():
        page.locator("#main a.button-main").click()
    page.locator("button:not([value=no])").first.click()
    page.wait_for_url(re.compile(r"/integrations/stores/\d+/$"))


def test_every_store_is_connected_in_a_browser(owner: Shop, live_web: LiveWeb, sandbox: Sandbox, page: Page) -> None:
    for plugin in plugins(STORE):
        name, by_login = plugin.name, bool({"oauth", "makes_keys"} & plugin.capabilities.abilities)
        if name in REGISTERED:
            path, key = REGISTERED[name]
            sandbox.control(f"{name}/{path}", {key: f"{live_web.url}{BACK}"})
        told = sandbox.look("credentials")[name]
        known = {key: str(value) for key, value in {**(told.get("form") or told), **told.get("settings", {})}.items()}
        page.goto(f"{live_web.url}/integrations/add/")
        page.locator(f'#main a[href="/integrations/add/store/{name}/"]').click()
        form = page.locator("#main form.form")
        form.locator('[name="name"]').fill(f"Toko {name}")
        for field, value in (("country", "ID"), ("currency", "IDR")):
            place = form.locator(f'[name="{field}"]')
            if place.count() and not place.input_value():
                place.select_option(value) if place.evaluate("n => n.tagName") == "SELECT" else place.fill(value)
        fill(page, (plugin.keys_form or plugin.form) + plugin.settings_form, known)
        form.locator("button.button-main").click()
        if by_login:
            agree(page)
        page.wait_for_url(re.compile(r"/integrations/stores/\d+/$"))
        expect(page.locator("#main h1")).to_have_text(f"Toko {name}")
        with owner.world.scope():
            store = StoreConnection.objects.get(channel=name, name=f"Toko {name}")
        expect(page).to_have_url(f"{live_web.url}/integrations/stores/{store.pk}/")
        assert (store.state, store.by_file, bool(store.identity_key)) == ("connected", False, True), name
    assert len(plugins(STORE)) == 13
