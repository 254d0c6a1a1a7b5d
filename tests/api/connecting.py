"""A world's store and account with keys of their own, for what is checked on our side alone."""

from __future__ import annotations

from salur.foundation.clock import now
from salur.integrations.connections import Kind
from salur.integrations.models import Credential, RateBudget
from salur.integrations.sealing import seal
from tests.world import World

STORE_KEYS = {
    "partner_id": "1",
    "partner_key": "p" * 32,
    "push_key": "k" * 32,
    "shop_id": "77",
    "access_token": "a",
    "refresh_token": "r",
    "base_url": "http://127.0.0.1:9",
}
ACCOUNT_KEYS = {"app_token": "t" * 32, "app_key": "q" * 32, "customer_code": "C1", "base_url": "http://127.0.0.1:9"}


def give_keys(world: World, kind: Kind, values: dict[str, str]) -> None:
    """Credentials and budget as an authorisation leaves them."""
    target = world.store_id if kind == "store" else world.account_id
    with world.scope():
        Credential(
            **{f"{kind}_id": target}, sealed=seal(values, world.merchant_id, kind, target), updated_at=now()
        ).save()
        RateBudget.objects.create(**{f"{kind}_id": target}, per_second=10, burst=10, tokens=10, counted_at=now())
