"""Labels merged in picking order, packing slips and pick lists as PDF, in any script (R108, R110)."""

from __future__ import annotations

import gc
import io
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from salur.flows.arrange import attach_label
from salur.flows.floor import make_pick_lists
from salur.flows.papers import papers
from salur.locations.binding import bind
from salur.locations.editing import create_location
from salur.outbound.models import Label
from salur.outbound.papers.joining import Joiner
from salur.outbound.papers.lettering import fold, runs, visual, width
from tests.flows.pdf import pdf
from tests.world import THAI, World, make_world

from .own import own_world, take


@pytest.fixture
def world(db: Any) -> World:
    return own_world(TEA=20, CUP=20, HAT=20)


def text_of(world: World, ids: list[int], kind: str) -> list[str]:
    content = b"".join(papers(world.merchant_id, ids, kind, actor="test"))
    return [page.extract_text() for page in PdfReader(io.BytesIO(content), strict=True).pages]


def test_labels_come_in_picking_order_and_lists_without_one_are_named_first(db: Any) -> None:
    world = make_world()
    for msku in ("TEA", "CUP"):
        world.add_product(msku, pieces=20)
    first, second, bare = (take(world, f"A{i}", msku) for i, msku in enumerate(("TEA", "CUP", "TEA")))
    with world.scope():
        for one, count in ((first, 1), (second, 2)):
            attach_label(one.pk, f"TH{one.pk}", pdf(count))
        for number, msku in (("B-1", "TEA"), ("A-1", "CUP")):
            bind(world.warehouse_id, world.products[msku], [create_location(world.warehouse_id, number).pk])
    pages = text_of(world, [first.pk, second.pk, bare.pk], "labels")
    assert (len(pages), "A2" in pages[0], bare.reference in pages[0]) == (4, True, True)
    assert [page.strip() for page in pages[1:]] == ["page 0", "page 1", "page 0"]


def test_a_pick_list_and_packing_slips_name_what_is_needed(world: World) -> None:
    made = take(world, "5001", ("TEA", 2), "CUP", number="#1001", note="Gift wrap")
    other = take(world, "ORDER-2", "TEA")
    with world.scope():
        number = make_pick_lists([made.pk, other.pk]).pick_lists[0].pk
    (walk,) = text_of(world, [made.pk, other.pk], "pick")
    for word in (f"PL{number}", "TEA", "CUP", "#1001 × 2", "ORDER-2 × 1", "3"):
        assert word in walk
    slips = text_of(world, [made.pk, other.pk], "slips")
    assert len(slips) == 2
    assert all(word in slips[0] for word in ("#1001", made.reference, "Gift wrap", "TEA", "CUP"))
    assert "ORDER-2" in slips[1]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Nguyễn Văn Đức", "Nguyễn Văn Đức"),
        ("张伟", "张伟"),
        ("Jl. Merdeka 😀 12", "Jl. Merdeka 12"),
        ("สมชาย", "สมชาย"),
    ],
)
def test_names_of_many_scripts_stand_on_the_slip(world: World, name: str, read: str) -> None:
    made = take(world, "A1", "TEA", address=replace(THAI, name=name))
    (page,) = text_of(world, [made.pk], "slips")
    assert read in " ".join(page.split())


def test_right_to_left_names_are_turned_and_joined_with_numbers_kept() -> None:
    assert visual("שלום 12") == "12 םולש"
    drawn = visual("محمد")
    assert drawn[::-1] != "محمد", "the letters join"
    assert [font for font, _part in runs("محمد שלום")] == ["DejaVuSans"]


def test_long_words_and_texts_without_spaces_are_folded() -> None:
    lines = fold("北京市朝阳区建国路八十八号" * 5, 100, 10)
    assert len(lines) > 5
    assert all(width(line, 10) <= 100 for line in lines)
    assert fold("W" * 100, 50, 10)[0]


def test_the_merchants_language_stands_on_its_papers(world: World) -> None:
    from salur.tenancy.models import Merchant

    made = take(world, "A1", "TEA")
    with world.scope():
        Merchant.objects.filter(pk=world.merchant_id).update(country="VN")
    assert "Mã vận đơn" in text_of(world, [take(world, "A2", "TEA", awb="X1").pk], "slips")[0]
    assert text_of(world, [made.pk], "slips")


def test_many_labels_need_no_more_memory_than_some() -> None:
    """What grows is some bytes for each object and page; not the labels. Cycles are looked for as Python does itself:
    where a process looks more seldom, what waits to be found is bounded as well, but more than this test allows."""
    one = pdf(1)

    def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        joiner = Joiner()
        sent = sum(len(joiner.add(one)) for _ in range(count)) + sum(map(len, joiner.end()))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sent > count * 300
        assert joiner.pages == count
        return most

    seldom = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        small, large = peak(20), peak(400)
    finally:
        gc.set_threshold(*seldom)
    assert large < small + 400_000


def test_a_label_that_cannot_be_read_any_more_is_told_and_stops_nothing(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=20)
    made = [take(world, f"A{i}", "TEA") for i in range(2)]
    with world.scope():
        for one in made:
            attach_label(one.pk, f"TH{one.pk}", pdf(1))
        Label.objects.filter(outbound_id=made[0].pk).update(content=b"%PDF-broken")
    pages = text_of(world, [one.pk for one in made], "labels")
    assert len(pages) == 2
    assert made[0].reference in " ".join(pages)
