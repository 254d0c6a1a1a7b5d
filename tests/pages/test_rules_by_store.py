"""The rows that decide what a store's status allows stand on a page (R95 to R105)."""

from __future__ import annotations

import html
import re

from salur.integrations.channels import channels

from .addresses import VIEWER
from .shop import Shop


def test_every_channel_shows_each_of_its_rows(shop: Shop) -> None:
    page = html.unescape(shop.client(VIEWER).get("/orders/rules/stores/").content.decode())
    for channel in channels():
        section = re.search(rf'<section class="panel" id="{channel.name}".*?</section>', page, re.S)
        assert section, channel.name
        body = section.group().partition("<tbody>")[2]
        assert body.count("<tr>") == len(channel.rules)
        for rule in channel.rules:
            assert rule.reason in body
    shopee = page[page.index('id="shopee"') :]
    assert "GrabExpress Instant" in shopee and "R97" in shopee
    assert page.index('id="shopee"') < page.index('id="amazon"'), "the merchant's own come first"
