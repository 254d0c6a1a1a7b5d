"""What is under way while a warehouse is read is neither counted twice nor lost (R132)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.flows import calibrate
from salur.flows.calibrate import sync_stock
from salur.flows.calibrate_read import read_on
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.messages import explain, unexplained
from salur.stock.models import MovementCause
from tests.flows.calibrating import figure, line, run_of, says
from tests.flows.stage import Stage

pytestmark = pytest.mark.usefixtures("page_by_page")


def announce(stage: Stage, sku: str, pieces: int, cause_id: int = 1) -> None:
    """An inbound list announces pieces."""
    book(stage, sku, Entry(0, MovementCause.EXPECT, cause_id, d_incoming=pieces))


def receive(stage: Stage, sku: str, pieces: int, cause_id: int = 1) -> None:
    """Its receipt is reported."""
    book(stage, sku, Entry(0, MovementCause.RECEIVE, cause_id, d_on_hand=pieces, d_incoming=-pieces))


def book(stage: Stage, sku: str, entry: Entry) -> None:
    with stage.world.scope():
        pair = (stage.warehouse_id, stage.world.products[sku])
        post([entry._replace(balance_id=balance_ids([pair])[pair])])


def test_pieces_of_an_inbound_list_that_are_there_before_their_receipt_is_reported_enter_once(stage: Stage) -> None:
    announce(stage, "TEA", 30)
    says(stage, TEA=130)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 100
    told = line(stage, run_id, "TEA")
    assert (told.reason, told.evidence["arriving"], unexplained(told)) == ("arriving", 30, 0)
    receive(stage, "TEA", 30)
    assert figure(stage, "TEA") == 130
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert (figure(stage, "TEA"), line(stage, run_id, "TEA").reason) == (130, "")
    stage.books_agree()


def test_more_than_is_announced_is_an_unexplained_difference(stage: Stage) -> None:
    announce(stage, "TEA", 10)
    says(stage, TEA=130)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 120
    assert unexplained(line(stage, run_id, "TEA")) == 20


def test_less_than_before_is_less_whatever_is_announced(stage: Stage) -> None:
    announce(stage, "TEA", 50)
    says(stage, TEA=80)
    sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 80


def test_pieces_received_here_while_the_partner_was_being_asked_are_not_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(stage, "TEA", 30)

    def read_then_receive(*arguments: Any) -> bool:
        ended = read_on(*arguments)
        receive(stage, "TEA", 30)
        return ended

    monkeypatch.setattr(calibrate, "read_on", read_then_receive)
    sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 130


def test_r132_a_line_says_what_the_warehouse_says_what_is_under_way_and_what_remains(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 5)
    stage.move(number, status="D")
    stage.one_order("TEA", 2)
    announce(stage, "TEA", 40)
    says(stage, TEA=92)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    told = line(stage, run_id, "TEA")
    assert (told.before, told.after, told.difference, unexplained(told)) == (100, 97, -3, -3)
    assert explain(told) == [
        "The warehouse says 92: 92 to sell and 0 set aside for orders; here stood 100.",
        "Reserved for outbound lists that the warehouse has: 5.",
        "Reserved for outbound lists that the warehouse has not got yet: 2.",
        "Shipped there, but not reported as completed yet: 5; they stay in the figure until then.",
        "Announced by inbound lists: 40.",
        "Unexplained: −3. The figure was set to 97.",
    ]


def test_a_line_says_what_is_missing_for_orders_and_who_gave_up(stage: Stage) -> None:
    stage.one_order("TEA", 40)
    stage.one_order("TEA", 40)
    says(stage, TEA=50)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    told = explain(line(stage, run_id, "TEA"))
    assert "Given up by orders not yet sent to the warehouse, which now wait for stock: 40." in told
    assert told[-1] == "Unexplained: −50. The figure was set to 50."


def test_an_impossible_figure_of_the_partner_ends_in_the_largest_we_can_hold(stage: Stage) -> None:
    stage.pushed_order("TEA", 1)
    says(stage, TEA=2**31 - 1)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert (run.error, figure(stage, "TEA")) == ("", 2**31 - 1)
