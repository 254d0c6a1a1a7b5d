"""What pages and the API read of inbound lists: filters, sums, paging, the whole story of one list (R66, R80)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundTask
from salur.connectors.base.types import PartnerRef
from salur.flows.receive import apply_inbound_reports
from salur.foundation.clock import now
from salur.foundation.paging import BadCursor
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list, submit
from salur.inbound.models import InboundList, InboundReceipt
from salur.inbound.queries import (
    InboundFilter,
    find_by_reference,
    find_inbound,
    inbound_figures,
    inbound_rows,
    links_of_lists,
    links_of_receipts,
    story_of,
)
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Warehouse
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    with made.scope():  # a partner whose goods are stock with each report
        WarehouseAccount.objects.filter(pk=made.account_id).update(partner="qimen")
    for sku in ("TEA", "CUP"):
        made.add_product(sku)
    return made


def make(world: World, *lines: tuple[str, int], warehouse: int | None = None) -> InboundList:
    with world.scope():
        wanted = [WantedLine(sku, pieces) for sku, pieces in lines]
        return create_inbound_list(warehouse or world.warehouse_id, wanted)


def pushed(world: World, *lines: tuple[str, int], number: str = "RV1") -> InboundList:
    row = make(world, *lines)
    with world.scope():
        submit(row.pk)
        mine = InboundList.objects.filter(pk=row.pk)
        mine.update(push="pushing", push_lease_until=now())
        mine.update(push="pushed", partner_number=number, tracking=f"T-{number}")
    return row


def report(world: World, row: InboundList, status: InboundTask, *lines: InboundLineReport) -> None:
    said = InboundReport(
        PartnerRef("RV1", row.reference), row.reference, status, str(status), datetime(2026, 1, 1, tzinfo=UTC), lines
    )
    with world.scope():
        apply_inbound_reports(world.account_id, [said])


def found(world: World, **wanted: Any) -> list[int]:
    with world.scope():
        return [row.inbound.pk for row in inbound_rows(InboundFilter(**wanted), None).rows]


def test_the_newest_list_comes_first_with_its_sums(world: World) -> None:
    first = pushed(world, ("TEA", 10), ("CUP", 5))
    second = make(world, ("TEA", 1))
    report(world, first, InboundTask.RECEIVING, InboundLineReport("TEA", 4, damaged=1))
    with world.scope():
        rows = inbound_rows(InboundFilter(), None).rows
    assert [(r.inbound.pk, r.lines, r.quantity, r.arrived, r.received, r.damaged) for r in rows] == [
        (second.pk, 1, 1, 0, 0, 0),
        (first.pk, 2, 15, 4, 4, 1),
    ]


def test_a12_what_has_arrived_is_told_apart_from_what_is_stock(world: World) -> None:
    with world.scope():  # a partner whose goods are stock with the completed list
        WarehouseAccount.objects.filter(pk=world.account_id).update(partner="jd")
    row = pushed(world, ("TEA", 10), ("CUP", 5))

    def figures() -> list[tuple[int, int, int]]:
        with world.scope():
            story, (listed,) = story_of(row), inbound_rows(InboundFilter(), None).rows
            return [(one.quantity, one.arrived, one.received) for one in (story, listed)]

    report(world, row, InboundTask.RECEIVING, InboundLineReport("TEA", 4))
    assert figures() == [(15, 4, 0)] * 2
    report(world, row, InboundTask.COMPLETED, InboundLineReport("TEA", 9), InboundLineReport("CUP", 5))
    assert figures() == [(15, 14, 14)] * 2


def test_lists_are_found_by_state_warehouse_text_and_oddity(world: World) -> None:
    with world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
    first, second, third = (
        pushed(world, ("TEA", 10)),
        make(world, ("CUP", 1)),
        make(world, ("TEA", 1), warehouse=own.pk),
    )
    report(world, first, InboundTask.COMPLETED, InboundLineReport("TEA", 11))
    assert found(world, push="draft") == [third.pk, second.pk]
    assert found(world, task="completed") == found(world, flagged=True) == [first.pk]
    assert found(world, warehouse=own.pk) == [third.pk]
    assert found(world, search="CUP") == [second.pk]
    for text in (first.reference, first.reference[:8].lower(), "RV1", " T-RV1 "):
        assert found(world, search=text) == [first.pk]
    assert found(world, search="nothing like it") == []
    assert found(world, push="no such state") == [third.pk, second.pk, first.pk], "an unknown filter filters nothing"


def test_pages_stay_the_same_while_lists_arrive(world: World) -> None:
    ids = [make(world, ("TEA", 1)).pk for _list in range(5)]
    with world.scope():
        page = inbound_rows(InboundFilter(), None, size=2)
    make(world, ("TEA", 1))
    with world.scope():
        after = inbound_rows(InboundFilter(), page.next_cursor, size=2)
        assert [r.inbound.pk for r in after.rows] == [ids[2], ids[1]]
        with pytest.raises(BadCursor):
            inbound_rows(InboundFilter(), "nonsense")


def test_a_page_takes_the_same_number_of_statements_however_many_lists(world: World) -> None:
    def statements() -> int:
        with world.scope(), CaptureQueriesContext(connection) as taken:
            for row in inbound_rows(InboundFilter(), None).rows:
                assert row.inbound.warehouse.name
            return len(taken)

    make(world, ("TEA", 1))
    before = statements()
    for _list in range(5):
        make(world, ("TEA", 1), ("CUP", 2))
    assert statements() == before


def test_the_story_of_a_list_holds_lines_receipts_and_moves(world: World) -> None:
    row = pushed(world, ("TEA", 10))
    report(world, row, InboundTask.COMPLETED, InboundLineReport("TEA", 9))
    with world.scope():
        inbound = find_inbound(row.pk)
        assert inbound is not None
        story = story_of(inbound)
        links = links_of_receipts(InboundReceipt.objects.values_list("pk", flat=True))
    assert (story.quantity, story.received, [r.pieces for r in story.receipts]) == (10, 9, [9])
    assert [(m.machine, m.target) for m in story.moves] == [
        ("inbound_push", "ready"),
        ("inbound_push", "pushing"),
        ("inbound_push", "pushed"),
        ("inbound_task", "completed"),
    ]
    assert list(links.values()) == [(row.pk, row.reference)]


def test_the_figures_count_lists_by_state(world: World) -> None:
    row = pushed(world, ("TEA", 10))
    make(world, ("TEA", 1))
    report(world, row, InboundTask.RECEIVING, InboundLineReport("TEA", 11))
    with world.scope():
        figures = inbound_figures()
    assert (figures.by_push, figures.open_by_task, figures.flagged) == (
        {"draft": 1, "pushed": 1},
        {"receiving": 1},
        1,
    )


def test_another_merchants_lists_are_not_found(world: World) -> None:
    row = make(world, ("TEA", 1))
    with make_world().scope():
        assert find_inbound(row.pk) is None
        assert find_by_reference(row.reference) is None
        assert inbound_rows(InboundFilter(), None).rows == []
        assert links_of_lists([row.pk]) == {}
