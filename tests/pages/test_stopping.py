"""Stopping lists, settling refusals, labels by hand and a partner's product fields, on the pages (R116 to R122)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from salur.catalog.models import WarehouseProduct
from salur.connectors.base.types import OrderStatus, OutboundReport, OutboundTask, PartnerRef
from salur.flows.cancel import cancel_due
from salur.flows.push import push_ready
from salur.flows.reports import apply_reports
from salur.foundation.clock import now
from salur.foundation.problems import describe
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.outbound.models import Outbound
from tests.flows.pdf import pdf, pdf_without_pages
from tests.flows.print_shop import FIELDS, open_print_shop
from tests.flows.print_shop import Shop as Partner
from tests.world import store_order

from .addresses import OPERATOR, VIEWER
from .reading import text_of
from .shop import Shop


@pytest.fixture
def partner(shop: Shop) -> Iterator[Partner]:
    with open_print_shop(shop.world, keeps_stock=True) as opened:
        yield opened


def pushed(shop: Shop, number: str = "P1") -> Outbound:
    if "SOAP" not in shop.world.products:
        shop.world.add_product("SOAP", pieces=50)
    shop.world.ingest(store_order(number, ("SOAP", 2), status=OrderStatus.PAID))
    push_ready(shop.world.merchant_id, shop.world.account_id)
    made = shop.world.the_list(number)
    assert made.push == "pushed"
    return made


def say(shop: Shop, made: Outbound, task: OutboundTask) -> None:
    report = OutboundReport(PartnerRef(made.partner_number, made.reference), made.reference, task, str(task), None)
    with shop.world.scope():
        apply_reports(shop.world.account_id, [report])


def cancel(shop: Shop) -> None:
    with shop.world.scope():
        Outbound.objects.update(cancellation_next_at=None)
    cancel_due(shop.world.merchant_id, shop.world.account_id)


def test_chosen_lists_are_stopped_after_a_question_that_tells_the_cut_off(shop: Shop, partner: Partner) -> None:
    early, late, gone = pushed(shop, "P1"), pushed(shop, "P2"), pushed(shop, "P3")
    say(shop, late, OutboundTask.PACKED)
    say(shop, gone, OutboundTask.COMPLETED)
    browser = shop.client(OPERATOR)
    chosen = [early.pk, late.pk, gone.pk]
    asked = browser.post("/orders/act/", {"action": "stop", "outbound": chosen, "next": "/outbound/"})
    assert asked.status_code == 302
    page = text_of(browser.get(asked["Location"]))
    assert "this will probably be refused" in page
    assert "The goods have left" not in page  # the title is for messages; the page gives cause and cure
    assert "reports the outbound list" in page
    assert page.count('name="outbound"') == 2
    assert page.count("Too few earlier cancellations") == 3
    assert page.count("Expected loss if it is sent") == 3
    assert [shop.world.the_list(n).cancellation for n in ("P1", "P2", "P3")] == ["none"] * 3, "only asked about so far"
    done = browser.post("/outbound/stop/", {"outbound": chosen, "next": "/outbound/"}, follow=True)
    assert [shop.world.the_list(n).cancellation for n in ("P1", "P2", "P3")] == ["asked", "asked", "none"]
    assert "stop 2 lists" in text_of(done)
    assert "The goods have left" in text_of(done)
    assert shop.client(VIEWER).get("/outbound/stop/").status_code == 403


@pytest.mark.parametrize("language", ["en", "id", "ms", "vi", "zh-hans"])
def test_a_refusal_is_settled_on_its_page_with_a_note(shop: Shop, partner: Partner, language: str) -> None:
    made = pushed(shop)
    browser = shop.client(OPERATOR)
    browser.cookies["django_language"] = language
    browser.post("/outbound/stop/", {"outbound": made.pk})
    cancel(shop)
    page = text_of(browser.get(f"/outbound/{made.pk}/"))
    assert "it is being printed" in page
    assert made.partner_number in page
    assert "199.00" in page or "199,00" in page, "what may be lost"
    assert "it is being printed" in text_of(browser.get("/orders/problems/"))
    empty = browser.post(f"/outbound/{made.pk}/settle/", {"action": "shipped", "note": " "}, follow=True)
    with translation.override(language):
        assert describe("settle_note_missing").title in text_of(empty)
    browser.post(f"/outbound/{made.pk}/settle/", {"action": "shipped", "note": "Nok: left at noon"})
    assert shop.world.the_list("P1").task == "completed"
    page = text_of(browser.get(f"/outbound/{made.pk}/"))
    assert "Nok: left at noon" in page
    assert "it is being printed" not in text_of(browser.get("/orders/problems/"))


def test_r119_a_parcel_of_a_cancelled_order_that_was_not_stopped_is_a_return_expected(
    shop: Shop, partner: Partner
) -> None:
    made = pushed(shop)
    shop.world.ingest(store_order("P1", ("SOAP", 2), status=OrderStatus.CANCELLED, version=60))
    pages = (f"/outbound/{made.pk}/", f"/orders/{made.order_id}/")
    browser = shop.client(OPERATOR)
    assert not any("Return expected" in text_of(browser.get(page)) for page in pages)
    cancel(shop)
    for page in pages:
        assert "Return expected" in text_of(browser.get(page))
        assert "Expected loss if it is sent" in text_of(browser.get(page))


def test_a_warning_stands_on_the_page_until_it_is_settled(shop: Shop, partner: Partner) -> None:
    partner.warning = "the label was not taken"
    made = pushed(shop)
    browser = shop.client(OPERATOR)
    assert text_of(browser.get(f"/outbound/{made.pk}/")).count("the label was not taken") == 2
    assert "the label was not taken" in text_of(browser.get("/orders/problems/"))
    browser.post(f"/outbound/{made.pk}/settle/", {"action": "warning", "note": ""})
    assert text_of(browser.get(f"/outbound/{made.pk}/")).count("the label was not taken") == 1
    assert shop.world.problems("P1") == {}


def test_an_order_stopped_by_hand_is_sent_after_all_from_its_page(shop: Shop, partner: Partner) -> None:
    from salur.connectors.base.types import CancelOutcome

    partner.cancel_answer = CancelOutcome("accepted")
    made = pushed(shop)
    browser = shop.client(OPERATOR)
    browser.post("/outbound/stop/", {"outbound": made.pk})
    cancel(shop)
    page = text_of(browser.get(f"/orders/{made.order_id}/"))
    assert 'value="anew"' in page
    browser.post("/orders/act/", {"action": "anew", "order": made.order_id})
    assert [one.push for one in shop.world.lists("P1")] == ["void", "ready"]
    assert 'value="anew"' not in text_of(browser.get(f"/orders/{made.order_id}/"))


# -- labels by hand -------------------------------------------------------------------------------------------------


def give(browser: Client, outbound: Outbound, awb: str, content: bytes) -> str:
    file = io.BytesIO(content)
    file.name = "label.pdf"
    return text_of(browser.post(f"/outbound/{outbound.pk}/label/", {"awb": awb, "label": file}, follow=True))


def test_a_label_by_hand_is_checked_and_a_bad_one_changes_nothing(shop: Shop) -> None:
    shop.world.add_product("SOAP", pieces=50)
    shop.world.ingest(store_order("L1", "SOAP"))
    made = shop.world.the_list("L1")
    browser = shop.client(OPERATOR)
    assert 'enctype="multipart/form-data"' in text_of(browser.get(f"/outbound/{made.pk}/"))
    for awb, content, words in (
        ("TH1", b"\x89PNG", "it does not begin as a PDF does"),
        ("TH1", pdf_without_pages(), "it has no page"),
        ("TH1", pdf()[:-100], "its end is missing"),
        (" \t", pdf(), "The AWB number is missing"),
        ("TH1", b"", "This is no label PDF"),
    ):
        assert words in give(browser, made, awb, content), words
    assert (shop.world.the_list("L1").awb, shop.world.the_list("L1").label_id) == ("", None)
    assert "goes on by itself" in give(browser, made, "th 1", pdf())
    after = shop.world.the_list("L1")
    assert (after.awb, after.awb_given, after.push) == ("TH1", "th 1", "ready")
    assert "given as “th 1”" in text_of(browser.get(f"/outbound/{made.pk}/"))


def test_r89_where_the_number_alone_is_wanted_it_is_given_by_hand_without_label(shop: Shop) -> None:
    world = shop.world
    with open_print_shop(world, keeps_stock=True, needs_awb=True) as partner:
        world.add_product("SOAP", pieces=50)
        with world.scope():
            StoreConnection.objects.filter(pk=world.store_id).update(channel="etsy")
        world.ingest(store_order("L1", "SOAP"))
        made = world.the_list("L1")
        assert made.blocked_by == "channel_gives_no_awb"
        assert set(world.problems("L1")) == {"channel_unsupported"}
        browser = shop.client(OPERATOR)
        page = text_of(browser.get(f"/outbound/{made.pk}/"))
        assert "Book a courier yourself" in page
        assert 'value="arrange"' not in page, "a channel by file arranges nothing"
        assert "Label PDF stored" not in page, "none is wanted, so none is told of"
        assert "Book a courier yourself" in text_of(browser.get("/orders/problems/"))
        assert "goes on by itself" in give(browser, made, "th 1", b"")
        after = world.the_list("L1")
        assert (after.awb, after.label_id, after.push) == ("TH1", None, "ready")
        assert world.problems("L1") == {}
        push_ready(world.merchant_id, world.account_id)
        assert (partner.orders[made.reference].awb, partner.labels[made.reference]) == ("TH1", None)


def test_one_awb_number_on_two_orders_is_told_on_both_pages(shop: Shop) -> None:
    shop.world.add_product("SOAP", pieces=50)
    shop.world.ingest(store_order("L1", "SOAP", awb="TH7"), store_order("L2", "SOAP", awb="th 7"))
    browser = shop.client(VIEWER)
    first, second = shop.world.the_list("L1"), shop.world.the_list("L2")
    assert second.reference in text_of(browser.get(f"/outbound/{first.pk}/"))
    page = text_of(browser.get(f"/outbound/{second.pk}/"))
    assert first.reference in page
    assert "AWB number used by another order" in page


def test_r116_a_cancelled_list_also_bears_the_word_of_a_partner_that_has_another(shop: Shop) -> None:
    browser, one = shop.client(VIEWER), shop.ids["outbound_id"]
    pages = (f"/outbound/{one}/", "/outbound/", f"/orders/{shop.ids['order_id']}/")
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=shop.world.account_id).update(partner="fastock")
        rows = Outbound.objects.filter(pk=one)
        for push in ("ready", "pushing", "pushed"):
            rows.update(push=push, push_lease_until=now() if push == "pushing" else None, closed_gates={})
        rows.update(task="accepted")
    assert not any("Fastock MY calls it" in text_of(browser.get(page)) for page in pages)
    with shop.world.scope():
        rows.update(task="cancelled")
    for page in pages:
        assert "Fastock MY calls it “Invalid”" in text_of(browser.get(page)), page
    assert 'value="stop"' not in text_of(shop.client(OPERATOR).get(pages[0])), "it is stopped already"
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=shop.world.account_id).update(partner="eccang")
    assert not any("calls it" in text_of(browser.get(page)) for page in pages), "its word is ours"


# -- product fields -------------------------------------------------------------------------------------------------


def test_missing_product_fields_are_filled_in_on_the_products_page_and_the_product_goes_out(shop: Shop) -> None:
    with open_print_shop(shop.world, product_fields=FIELDS) as partner:
        from salur.flows.products import push_due

        product = shop.world.add_product("SHIRT", pushed=False)
        push_due(shop.world.merchant_id, shop.world.account_id)
        browser = shop.client(OPERATOR)
        page = text_of(browser.get(f"/products/{product}/"))
        assert "Some fields are empty" in page
        with shop.world.scope():
            row = WarehouseProduct.objects.get(product_id=product)
        address = f"/products/{product}/fields/{row.pk}/"
        answer = browser.post(address, {"design": "x" * 101, "place": "sleeve"})
        wrong = text_of(answer)
        assert answer.status_code == 422
        assert f'value="{"x" * 101}"' in wrong, "what was typed stays"
        for name in ("design", "place"):
            assert f'<ul class="errors" id="id_{row.pk}_{name}_error">' in wrong
        assert wrong.count(" autofocus") == 1
        assert f'action="/products/{product}/"' in wrong, "the product's own data are saved where they belong"
        with shop.world.scope():
            assert WarehouseProduct.objects.get(pk=row.pk).details == {}
        assert browser.post(address, {"design": "https://a.example/1.png", "place": "back"}).status_code == 302
        push_due(shop.world.merchant_id, shop.world.account_id)
        assert partner.products["SHIRT"].details == {"design": "https://a.example/1.png", "place": "back"}
        assert "Some fields are empty" not in text_of(browser.get(f"/products/{product}/"))
        assert shop.client(VIEWER).post(address, {"design": "y"}).status_code == 403
        assert browser.post(f"/products/{product + 10**6}/fields/{row.pk}/", {"design": "y"}).status_code == 404


# -- quantities -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "two", "", "1e3"])
def test_a_quantity_that_is_no_number_of_pieces_is_told_at_its_field_and_nothing_is_saved(
    shop: Shop, quantity: str
) -> None:
    from salur.catalog.models import Binding

    with shop.world.scope():
        before = Binding.objects.count()
    address = f"/products/channel/{shop.ids['listing_id']}/"
    answer = shop.client(OPERATOR).post(address, {"msku": "M-0000", "quantity": quantity})
    assert answer.status_code == 422
    assert 'id="id_quantity_error"' in text_of(answer)
    with shop.world.scope():
        assert Binding.objects.count() == before
