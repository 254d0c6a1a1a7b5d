"""Partners' messages: believed only when signed over the public address, kept once, acknowledged at once (design 9)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.events import BATCH, process_account_events, process_store_events
from salur.flows.push import push_ready
from salur.flows.receive_webhook import webhook_address
from salur.foundation.clock import now
from salur.integrations.calling import account_line
from salur.integrations.models import WarehouseAccount, WebhookDelivery
from salur.integrations.webhooks import subscribe
from tests.harness.database import Database
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest
from tests.world import INSTANT, World, connect_eccang, store_order

from .connecting import ACCOUNT_KEYS, STORE_KEYS, give_keys

PUBLIC = "https://hub.example"


@pytest.fixture
def partner(live_web: LiveWeb) -> Iterator[httpx.Client]:
    """A partner's HTTP client: it reaches us behind the proxy that answers for the public address."""
    with httpx.Client(base_url=live_web.url, timeout=30) as http:
        yield http


@pytest.fixture
def public(settings: SettingsForTest) -> None:
    """The hub is known under a public address that is not the server's own."""
    settings.SALUR = replace(settings.SALUR, base_url=PUBLIC)


def shop_message(order: str = "2401A", status: str = "READY_TO_SHIP", shop: int = 77) -> bytes:
    data = {"ordersn": order, "status": status, "update_time": 1_780_000_000}
    return json.dumps({"shop_id": shop, "code": 3, "timestamp": 1_780_000_000, "data": data}).encode()


def signed(address: str, body: bytes, key: str = STORE_KEYS["push_key"]) -> dict[str, str]:
    """The signature by the partner's documentation: callback address, a bar, the body."""
    return {"Authorization": hmac.new(key.encode(), f"{address}|".encode() + body, hashlib.sha256).hexdigest()}


def warehouse_message(number: str, token: str = ACCOUNT_KEYS["app_token"]) -> bytes:
    body = json.dumps({"reference_no": "SLX", "order_status": "D"}, separators=(",", ":"))
    message = {
        "app_key": ACCOUNT_KEYS["app_key"],
        "subscript_type": "order",
        "body": body,
        "timestamp": "1780000000",
        "msg_id": number,
    }
    whole = f"{body}{token}1780000000{number}"
    return json.dumps({**message, "sign": hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()}).encode()


def stored(world: World) -> list[tuple[str, str, bool]]:
    with world.scope():
        rows = WebhookDelivery.objects.order_by("id")
        return [(row.subject, row.raw_status, row.processed_at is not None) for row in rows]


def jobs(db: Database) -> list[tuple[str, int]]:
    return db.rows("SELECT args->>'kind', (args->>'target_id')::bigint FROM procrastinate_jobs ORDER BY id")


def test_a_signed_message_is_stored_and_wakes_the_worker(
    partner: httpx.Client, world: World, db: Database, public: None
) -> None:
    give_keys(world, "store", STORE_KEYS)
    before, path, body = jobs(db), f"/webhooks/store/{world.store_id}", shop_message()
    answer = partner.post(path, content=body, headers=signed(PUBLIC + path, body))
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored(world) == [("2401A", "READY_TO_SHIP", False)]
    assert jobs(db)[len(before) :] == [("store_event", world.store_id)]


def test_a_message_that_comes_again_is_accepted_and_changes_nothing(
    partner: httpx.Client, world: World, db: Database, public: None
) -> None:
    give_keys(world, "account", ACCOUNT_KEYS)
    path = f"/webhooks/account/{world.account_id}"
    for _ in range(3):
        assert partner.post(path, content=warehouse_message("m-1")).status_code == 204
    assert stored(world) == [("SLX", "D", False)]
    assert [job for job in jobs(db) if job[0] == "account_event"] == [("account_event", world.account_id)]
    assert partner.post(path, content=warehouse_message("m-2")).status_code == 204
    assert len(stored(world)) == 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda path, body: (body, {}),
        lambda path, body: (body, signed(PUBLIC + path, body, "other-key")),
        lambda path, body: (body.replace(b"2401A", b"2401B"), signed(PUBLIC + path, body)),
        lambda path, body: (body, signed("http://127.0.0.1" + path, body)),
    ],
    ids=["unsigned", "other key", "altered", "other address"],
)
def test_a_forged_message_is_refused_without_a_word(
    partner: httpx.Client,
    world: World,
    public: None,
    forge: Callable[[str, bytes], tuple[bytes, dict[str, str]]],
) -> None:
    give_keys(world, "store", STORE_KEYS)
    path = f"/webhooks/store/{world.store_id}"
    body, headers = forge(path, shop_message())
    answer = partner.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert stored(world) == []


def test_a_warehouses_message_signed_with_another_token_is_refused(
    partner: httpx.Client, world: World, public: None
) -> None:
    give_keys(world, "account", ACCOUNT_KEYS)
    answer = partner.post(f"/webhooks/account/{world.account_id}", content=warehouse_message("m", "wrong"))
    assert (answer.status_code, answer.content) == (401, b"")


def test_one_merchants_keys_open_no_other_merchants_address(
    partner: httpx.Client, world: World, new_world: Callable[[], World], public: None
) -> None:
    other = new_world()
    give_keys(world, "store", STORE_KEYS)
    give_keys(other, "store", {**STORE_KEYS, "push_key": "z" * 32, "shop_id": "78"})
    path, body = f"/webhooks/store/{other.store_id}", shop_message()
    assert partner.post(path, content=body, headers=signed(PUBLIC + path, body)).status_code == 401
    assert stored(other) == []


def test_addresses_that_take_no_messages_are_not_found(partner: httpx.Client, world: World) -> None:
    body = shop_message()
    paths = (
        f"/webhooks/store/{world.store_id}",  # no keys yet
        f"/webhooks/store/{world.store_id + 10**6}",
        "/webhooks/store/99999999999999999999999",
        f"/webhooks/account/{world.account_id + 10**6}",
        f"/webhooks/other/{world.store_id}",
    )
    for path in paths:
        assert partner.post(path, content=body).status_code == 404, path
        assert partner.get(path, params={"random": "1"}).status_code == 404, path


def test_the_handshake_is_answered_for_known_addresses(partner: httpx.Client, world: World) -> None:
    give_keys(world, "account", ACCOUNT_KEYS)
    path = f"/webhooks/account/{world.account_id}"
    answer = partner.get(path, params={"random": "4711"})
    assert (answer.status_code, answer.json()) == (200, {"random": "4711"})
    assert answer.headers["content-type"] == "application/json"
    assert partner.get(path).status_code == 405
    assert partner.get(path, params={"random": "x" * 1000}).status_code == 405
    assert partner.put(path, content=b"").status_code == 405


def test_a_message_that_is_too_large_or_no_json_is_refused(partner: httpx.Client, world: World) -> None:
    give_keys(world, "account", ACCOUNT_KEYS)
    path = f"/webhooks/account/{world.account_id}"
    assert partner.post(path, content=b"x" * ((1 << 20) + 1)).status_code == 413
    assert partner.post(path, content=b"x" * (9 << 20)).status_code == 413
    assert partner.post(path, content=b"not json").status_code == 400
    assert stored(world) == []


def test_a_paused_connection_still_takes_messages(partner: httpx.Client, world: World, public: None) -> None:
    give_keys(world, "account", ACCOUNT_KEYS)
    with world.scope():
        WarehouseAccount.objects.filter(pk=world.account_id).update(state="paused")
    assert partner.post(f"/webhooks/account/{world.account_id}", content=warehouse_message("m")).status_code == 204


def test_the_simulated_warehouse_subscribes_and_its_messages_move_the_list(
    live_web: LiveWeb, world: World, sandbox: Sandbox, settings: SettingsForTest
) -> None:
    """Handshake, signed message, stored, worked on: all over real HTTP between the two programs."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    connect_eccang(world, sandbox, {"TEA": 10})
    with world.scope():
        line = account_line(world.account_id)
    subscribe(line, webhook_address("account", world.account_id))
    world.ingest(store_order("H", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    push_ready(world.merchant_id, world.account_id)
    reference = world.the_list("H").reference
    sandbox.control(f"eccang/orders/{reference}/status", {"status": "W"})
    deliver(sandbox)
    found = [row for row in stored(world) if row[0] == reference]
    assert found
    process_account_events(world.merchant_id, world.account_id)
    assert world.the_list("H").task != "none"
    assert all(done for _, _, done in stored(world))


def deliver(sandbox: Sandbox) -> dict[str, Any]:
    """Let the simulator send what waits."""
    left: dict[str, Any] = {}
    for _ in range(20):
        left = sandbox.control("tick")
        if not left["callbacks_waiting"]:
            break
    return left


def test_a_round_that_took_all_it_may_asks_for_the_next(partner: httpx.Client, world: World, db: Database) -> None:
    give_keys(world, "store", STORE_KEYS)
    for count, following in ((BATCH - 1, []), (BATCH, [("store_event", world.store_id)])):
        with world.scope():
            WebhookDelivery.objects.bulk_create(
                WebhookDelivery(
                    merchant_id=world.merchant_id,
                    store_id=world.store_id,
                    delivery_id=f"{count}:{number}",
                    kind="other",
                    received_at=now(),
                )
                for number in range(count)
            )
        before = len(jobs(db))
        assert process_store_events(world.merchant_id, world.store_id) == count
        assert jobs(db)[before:] == following
