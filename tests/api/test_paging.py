"""Lists by page: complete, without doubles, and stable while rows arrive."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.world import World, store_order

from .conftest import Caller


def walk(api: Caller, path: str, between: Any = None, **query: Any) -> list[list[Any]]:
    """Ids of every page, forwards; ``between`` is called after each."""
    pages, cursor = [], None
    while True:
        page = api.get(path, **query, **({"cursor": cursor} if cursor else {}))
        pages.append([one["id"] for one in page["items"]])
        cursor = page["next"]
        if cursor is None:
            return pages
        if between:
            between(len(pages))


def test_every_row_comes_once_while_others_arrive(api: Caller, world: World) -> None:
    world.ingest(*(store_order(f"A{n:02}", "TEA") for n in range(23)))
    there = sorted((one["id"] for one in api.get("/orders", limit=200)["items"]), reverse=True)
    pages = walk(api, "/orders", lambda n: world.ingest(store_order(f"new-{n}", "TEA")), limit=5)
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert [one for page in pages for one in page] == there


def test_the_way_back_shows_the_same_pages(api: Caller, world: World) -> None:
    world.ingest(*(store_order(f"A{n:02}", "TEA") for n in range(12)))
    forwards = walk(api, "/outbound", limit=5)
    page = api.get("/outbound", limit=5)
    assert page["previous"] is None
    while page["next"]:
        page = api.get("/outbound", limit=5, cursor=page["next"])
    backwards = [[one["id"] for one in page["items"]]]
    while page["previous"]:
        page = api.get("/outbound", limit=5, cursor=page["previous"])
        backwards.insert(0, [one["id"] for one in page["items"]])
    assert backwards == forwards


def test_stock_movements_runs_and_rows_are_paged_too(api: Caller, world: World) -> None:
    for name in ("A", "B", "C"):
        world.add_product(name, pieces=1)
    for _ in range(4):
        world.add_stock("TEA", 1)
    assert [len(page) for page in walk(api, "/stock", limit=3)] == [3, 1]
    tea = api.get("/stock", msku="TEA")["items"][0]
    assert (tea["on_hand"], tea["reserved"], tea["free"]) == (104, 0, 104)
    pages = walk(api, f"/stock/{tea['id']}/movements", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    moves = api.get(f"/stock/{tea['id']}/movements")["items"]
    assert sum(one["on_hand"] for one in moves) == 104
    world.ingest(*(store_order(f"R{n}", "TEA") for n in range(5)))
    rows, cursor = [], None
    while True:
        page = api.get(f"/runs/{world.run_id}/rows", limit=2, **({"cursor": cursor} if cursor else {}))
        rows += [one["external_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert rows == [f"R{n}" for n in range(5)]


def encoded(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!",
        "é",
        encoded("n"),
        encoded("n", 1, 2),
        encoded("z", 1),
        encoded("n", "word"),
        encoded("n", None),
        encoded("n", {"a": 1}),
        encoded("n", [1]),
    ],
)
def test_a_cursor_that_is_not_ours_is_told_so(api: Caller, world: World, cursor: str) -> None:
    for path in ("/orders", "/runs", "/stock"):
        answer = api.call("GET", path, params={"cursor": cursor})
        assert answer.status_code == 422, (path, answer.text)
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("cursor", "bad_cursor")]


def test_a_cursor_of_one_order_does_not_serve_another(api: Caller, world: World) -> None:
    world.ingest(*(store_order(f"A{n}", "TEA") for n in range(3)))
    cursor = api.get("/orders", limit=1)["next"]
    answer = api.call("GET", "/orders", params={"cursor": cursor, "changed_since": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 422
