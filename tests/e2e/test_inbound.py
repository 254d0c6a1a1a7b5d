"""Goods announced by an operator, told to the warehouse by the worker, received in parts, in stock in the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb

from .operator import Operator, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "a-long-password"  # of a test person only


def announce(operator: Operator) -> int:
    """By bulk entry: a wrong line is told and mended, then the list is submitted; answers its id."""
    operator.go("/inbound/")
    with operator.page.expect_navigation():
        operator.main('a[href="/inbound/new/"]').first.click()
    if operator.main("#id_warehouse").count():
        operator.main("#id_warehouse").select_option(str(operator.warehouse))
        operator.send()
    operator.main("#id_lines").fill("TEA, 10, 18.50, L1, 2099-01-31\nCUPS, 5")
    operator.main('button[name="action"][value="lines"]').click()
    wrong = operator.main("#id_lines_error li")
    wrong.first.wait_for()
    expect(wrong).to_have_count(1)
    expect(wrong.first).to_contain_text("CUPS")
    box = operator.main("#id_lines")
    expect(box).to_have_value(re.compile("CUPS, 5"))
    box.fill(box.input_value().replace("CUPS", "CUP"))
    operator.main('button[name="action"][value="lines"]').click()
    operator.main("#id_sku_2").wait_for()
    expect(operator.main("#id_sku_2")).to_have_value("CUP")
    expect(operator.main("#id_lines")).to_have_value("")
    operator.press("action", "submit")
    return operator.number_here()


def there(operator: Operator) -> dict[str, object]:
    """The list as the warehouse has it."""
    (one,) = operator.sandbox.look("eccang/inbounds")["inbounds"]
    return dict(one)


def seen(operator: Operator, chip: str) -> None:
    """The list's page comes to show a state in its heading."""
    shown = operator.main(".head .chip")
    until(lambda: chip in shown.all_inner_texts(), f"the page shows {chip}")


def move(operator: Operator, status: str, **quantities: int) -> None:
    reference = there(operator)["reference"]
    operator.sandbox.control(f"eccang/inbounds/{reference}/status", {"status": status, "quantities": quantities})


@pytest.fixture
def keeper(live_web: LiveWeb, sandbox: Sandbox, page: Page, request: pytest.FixtureRequest) -> Operator:
    """The owner of a merchant whose ECCANG warehouse knows TEA and CUP and has none of them, signed in."""
    from salur.orders.models import SyncRun
    from salur.tenancy.accounts import add_member
    from salur.tenancy.entitlements import grant
    from salur.tenancy.models import Entitlement, Role, User
    from tests.flows.inbound_stage import InboundStage

    stage = InboundStage(sandbox)
    with stage.world.scope():
        for entitlement in Entitlement:
            grant(entitlement)
        SyncRun.objects.update(state="stopped")  # the stage's store is connected to nothing
        owner = User.objects.create_user("keeper", "keeper@shop.example", PASSWORD)
        add_member(owner, Role.OWNER)
    request.getfixturevalue("worker")  # not before: it would take up the stage's sync run
    someone = Operator(page, live_web.url, sandbox)
    someone.warehouse = stage.warehouse_id
    someone.sign_in("keeper", PASSWORD)
    return someone


def test_goods_are_announced_received_in_parts_and_in_stock(keeper: Operator) -> None:
    operator = keeper
    inbound = announce(operator)
    seen(operator, "Pushed")  # the worker told the warehouse; the page shows it by itself
    assert there(operator)["planned"] == {"TEA": 10, "CUP": 5}
    assert operator.stock() == {"TEA": (0, 0), "CUP": (0, 0)}

    move(operator, "P", TEA=6)
    operator.go(f"/inbound/{inbound}/")
    operator.press("action", "refresh")
    seen(operator, "Being received")
    assert operator.stock()["TEA"][0] <= 6

    move(operator, "F", TEA=10, CUP=5)
    move(operator, "E", TEA=8, CUP=5)  # two were not fit to be put away
    operator.go("/inbound/")
    operator.main('[data-tick-all="inbound"]').check()
    operator.press("action", "refresh")
    operator.go(f"/inbound/{inbound}/")
    seen(operator, "Completed")
    rows = [" ".join(text.split()) for text in operator.main("table.lines tbody tr").all_inner_texts()]
    assert [row.split()[-3:] for row in rows] == [["10", "8", "2"], ["5", "5", "0"]], rows
    assert operator.stock() == {"TEA": (8, 0), "CUP": (5, 0)}

    with operator.page.expect_navigation():
        operator.main('tbody tr:has-text("TEA") a[href$="figure=on_hand"]').click()
    expect(operator.main(f'a[href="/inbound/{inbound}/"]').first).to_be_visible()
    expect(operator.main("tbody").get_by_text("+8")).to_have_count(1)
