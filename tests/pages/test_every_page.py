"""What holds for every page: who may see it, whose things it shows, that it speaks five languages and needs no inline
script."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from salur.tenancy.models import User
from salur.web.navigation import MENU

from .addresses import OBJECTS, OPERATOR, OWNER, PAGES, VIEWER, WRITES
from .shop import Shop, open_shop

RANK = {VIEWER: 0, OPERATOR: 1, OWNER: 2}
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.mark.parametrize("role", [VIEWER, OPERATOR, OWNER])
def test_each_role_reads_what_it_may_and_is_told_what_it_may_not(shop: Shop, role: str) -> None:
    browser = shop.client(role)
    for page in PAGES:
        answer = browser.get(page.of(shop))
        expected = 200 if RANK[role] >= RANK[page.role] else 403
        assert answer.status_code == expected, (str(page), answer.status_code)


def test_the_menu_shows_where_one_is() -> None:
    for page in PAGES:
        lit = [entry.view for group in MENU for entry in group.entries if entry.lit(page.name)]
        assert len(lit) == 1, (str(page), lit)


def test_a_stranger_is_sent_to_the_login_page_and_comes_back(shop: Shop) -> None:
    for page in PAGES:
        address = page.of(shop)
        answer = Client().get(address)
        assert answer.status_code == 302, str(page)
        assert answer["Location"].startswith("/accounts/login/?next="), str(page)


def test_another_merchants_things_are_not_found(shop: Shop) -> None:
    stranger = open_shop()
    browser = stranger.client(OWNER)
    for page in OBJECTS:
        assert browser.get(page.of(shop)).status_code == 404, str(page)


def test_another_merchants_names_stand_on_no_list(shop: Shop) -> None:
    browser = open_shop().client(OWNER)
    with shop.world.scope():
        from salur.inbound.models import InboundList
        from salur.outbound.models import Outbound

        references = list(Outbound.objects.values_list("reference", flat=True))
        references += InboundList.objects.values_list("reference", flat=True)
    assert references
    for page in PAGES:
        if page.takes:
            continue
        shown = browser.get(page.of(shop)).content.decode()
        assert not [r for r in references if r in shown], str(page)


def test_a_viewer_changes_nothing(shop: Shop) -> None:
    browser = shop.client(VIEWER)
    for page, sent in WRITES:
        assert browser.post(page.of(shop), sent).status_code == 403, str(page)


def test_a_post_by_hand_to_any_page_is_no_error_of_ours(shop: Shop) -> None:
    browser = shop.client(OWNER)
    browser.raise_request_exception = False
    answers = {page.name: browser.post(page.of(shop)).status_code for page in PAGES}
    assert not {name: status for name, status in answers.items() if status >= 500}
    refused = {name for name, status in answers.items() if status == 405}
    assert {"orders", "order", "outbound", "problems", "stock"} <= refused
    assert not refused & {page.name for page, _sent in WRITES}


@pytest.mark.parametrize("nonsense", ["²", "x\0y"], ids=["another script's digit", "NUL"])
def test_nonsense_in_any_field_is_no_error_of_ours(shop: Shop, nonsense: str) -> None:
    browser, answers = shop.client(OWNER), {}
    browser.raise_request_exception = False
    for page, sent in WRITES:
        filled = {name: nonsense for name in sent if name != "action"}
        verb, colon, _number = sent.get("action", "").partition(":")
        if filled or colon:
            filled["action"] = verb + colon + (nonsense if colon else "")
            answers[str(page)] = browser.post(page.of(shop), filled).status_code
    broken = {page: status for page, status in answers.items() if status not in (200, 302, 403, 404, 409, 422)}
    assert not broken


def test_a_form_without_its_token_is_refused_in_words(shop: Shop) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(shop.people[OWNER])
    answer = browser.post("/orders/act/", {"order": "1", "action": "refresh"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_page_is_made_in_the_persons_language(shop: Shop, language: str) -> None:
    User.objects.filter(pk=shop.people[OWNER].pk).update(language=language)
    browser = shop.client(OWNER)
    for page in PAGES:
        answer = browser.get(page.of(shop), headers={"accept-language": "en"})
        assert answer.status_code == 200, str(page)
        assert f'<html lang="{language}"' in answer.content.decode(), str(page)


def test_no_page_holds_inline_scripts_or_styles(shop: Shop) -> None:
    browser = shop.client(OWNER)
    for page in PAGES:
        shown = browser.get(page.of(shop)).content.decode()
        assert not INLINE.findall(shown), str(page)


def test_every_page_has_one_heading_a_skip_link_and_labelled_fields(shop: Shop) -> None:
    browser = shop.client(OWNER)
    for page in PAGES:
        shown = browser.get(page.of(shop)).content.decode()
        assert shown.count("<h1") == 1, str(page)
        assert 'href="#main"' in shown, str(page)
        ids = re.findall(r'\sid="([^"]+)"', shown)
        assert len(ids) == len(set(ids)), (str(page), [i for i in ids if ids.count(i) > 1])
        for target in re.findall(r'<label[^>]* for="([^"]*)"', shown):
            assert target in ids, (str(page), target)


def test_no_link_on_a_page_leads_nowhere(shop: Shop) -> None:
    browser = shop.client(OWNER)
    seen: set[str] = set()
    for page in PAGES:
        shown = browser.get(page.of(shop)).content.decode()
        seen.update(link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*href="(/[^"#]*)', shown))
    assert len(seen) > 30
    for link in sorted(seen):
        answer = browser.get(link)
        assert answer.status_code == 200, link
        b"".join(answer)  # a file is closed when it has been read


def test_missing_entitlements_close_the_rooms_and_say_which(shop: Shop) -> None:
    from salur.tenancy.entitlements import withdraw
    from salur.tenancy.models import Entitlement

    with shop.world.scope():
        withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    browser = shop.client(OWNER)
    answer = browser.get("/stock/")
    assert answer.status_code == 403
    assert "Warehouse Management" in answer.content.decode()
    assert 'href="/stock/"' not in browser.get("/orders/").content.decode()
    assert browser.get("/products/").status_code == 200
