"""What a store's SKUs mean, set over the API (R44)."""

from __future__ import annotations

from salur.catalog.models import Binding
from tests.world import World, store_order

from .conftest import Caller


def test_links_are_set_and_waiting_orders_go_on(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", "TEA-BOX"))
    assert set(world.problems("A1")) == {"unmapped_sku"}
    answer = api.put(
        f"/stores/{world.store_id}/links", {"links": [{"sku": "TEA-BOX", "msku": "TEA", "quantity": 2}, {"sku": "X"}]}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"skus": 2, "links": 1, "unlisted": ["TEA-BOX", "X"]}
    assert "unmapped_sku" not in world.problems("A1")


def test_wrong_links_are_pointed_at_and_none_is_set(api: Caller, world: World) -> None:
    good = {"sku": "A", "msku": "TEA", "quantity": 1}
    address = f"/stores/{world.store_id}/links"
    answer = api.put(address, {"links": [good, {"sku": "B", "msku": "NONE", "quantity": 1}, good]})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/links/1/msku", "unknown_msku"),
        ("/links/2/msku", "link_twice"),
    ]
    for quantity in (0, 1.5, "1"):
        answer = api.put(address, {"links": [good | {"quantity": quantity}]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/links/0/quantity"
    with world.scope():
        assert not Binding.objects.exists()
