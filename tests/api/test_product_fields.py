"""A partner's own product fields, read and filled in over the API."""

from __future__ import annotations

from salur.catalog.models import WarehouseProduct
from tests.flows.print_shop import FIELDS, open_print_shop
from tests.harness.database import Database
from tests.world import World

from .conftest import Caller
from .test_outbound import woken


def test_fields_are_read_checked_and_filled_in(api: Caller, world: World, db: Database) -> None:
    with open_print_shop(world, product_fields=FIELDS):
        product = world.add_product("SHIRT")
        with world.scope():
            row = WarehouseProduct.objects.get(product_id=product).pk
        address = f"/product-pushes/{row}/fields"
        before = api.get(address)
        assert (before["msku"], before["missing"]) == ("SHIRT", ["design"])
        assert [(one["key"], one["value"]) for one in before["fields"]] == [
            ("design", ""),
            ("place", "front"),
            ("remark", ""),
        ]
        wrong = api.call("PUT", address, json={"values": {"place": "sleeve"}})
        assert wrong.status_code == 422
        assert {one["pointer"]: one["code"] for one in wrong.json()["errors"]} == {
            "/values/design": "field_required",
            "/values/place": "field_choice",
        }
        strange = api.call("PUT", address, json={"values": {"colour": "red"}})
        assert [one["pointer"] for one in strange.json()["errors"]] == ["/values/colour"]
        with world.scope():
            assert WarehouseProduct.objects.get(pk=row).details == {}
        after = api.call("PUT", address, json={"values": {"design": "https://a.example/1.png", "place": "back"}})
        assert (after.status_code, after.json()["missing"], after.json()["push"]) == (200, [], "not_pushed")
        assert ("products", world.account_id) in woken(db)
