"""Partners' messages: believed only when signed, kept once, of one connection."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected
from salur.connectors.base.types import RawRequest
from salur.connectors.stores.shopee.wire import push_signature
from salur.flows.connect import connect_account
from salur.integrations import connect, webhooks
from salur.integrations.calling import account_line, store_line
from salur.integrations.connect import Acting
from salur.integrations.connections import NotConnected
from salur.integrations.models import Credential, ExchangeRecord, StoreConnection, WarehouseAccount, WebhookDelivery
from salur.integrations.sealing import seal, unseal

from .conftest import Desk

URL = "https://hub.example/hooks/store/1"


def message(desk: Desk, order: str = "2401A", status: str = "READY_TO_SHIP", shop: int | None = None) -> RawRequest:
    """A push message as the shop sends it."""
    known = desk.known["shopee"]
    body = json.dumps(
        {
            "shop_id": shop or known["shop_id"],
            "code": 3,
            "timestamp": 1_780_000_000,
            "data": {"ordersn": order, "status": status, "update_time": 1_780_000_000},
        }
    ).encode()
    signature = push_signature(str(known["push_key"]), URL, body)
    return RawRequest("POST", URL, {"Authorization": signature}, {}, body)


def stored(acting: Acting) -> list[tuple[str, str]]:
    with acting.scope("look"):
        return list(WebhookDelivery.objects.order_by("id").values_list("subject", "raw_status"))


def test_a_signed_message_is_kept_for_later_work(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    received = webhooks.receive("store", store_id, message(desk))
    assert received.merchant_id == acting.merchant_id
    assert [(event.kind, event.subject) for event in received.events] == [("order", "2401A")]
    assert stored(acting) == [("2401A", "READY_TO_SHIP")]
    with acting.scope("look"):
        row = WebhookDelivery.objects.get()
        assert (row.store_id, row.account_id, row.processed_at) == (store_id, None, None)


def test_the_same_message_again_is_accepted_without_effect(
    acting: Acting, desk: Desk, together: Callable[..., list[Any]]
) -> None:
    store_id = desk.connect_shop(acting)
    outcomes = together(lambda _: len(webhooks.receive("store", store_id, message(desk)).events), 6)
    assert sorted(outcomes) == [0, 0, 0, 0, 0, 1]
    assert len(stored(acting)) == 1
    webhooks.receive("store", store_id, message(desk, status="SHIPPED"))
    assert len(stored(acting)) == 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda request: replace(request, headers={}),
        lambda request: replace(request, body=request.body.replace(b"2401A", b"2401B")),
        lambda request: replace(request, url="https://elsewhere.example/"),
        lambda request: replace(request, headers={"Authorization": "é" * 64}),
    ],
)
def test_a_forged_message_is_refused_and_pauses_nothing(
    acting: Acting, desk: Desk, forge: Callable[[RawRequest], RawRequest]
) -> None:
    store_id = desk.connect_shop(acting)
    with pytest.raises(AuthRejected):
        webhooks.receive("store", store_id, forge(message(desk)))
    assert stored(acting) == []
    with acting.scope("look"):
        assert StoreConnection.objects.get().state == "connected"


def test_a_message_for_another_shop_is_no_event_of_this_one(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    assert webhooks.receive("store", store_id, message(desk, shop=600002)).events == []
    assert stored(acting) == []


def test_the_address_decides_the_merchant(new_acting: Callable[[str], Acting], desk: Desk) -> None:
    first, second = new_acting("first"), new_acting("second")
    store_id = desk.connect_shop(first)
    webhooks.receive("store", store_id, message(desk))
    assert stored(second) == []
    with pytest.raises(NotConnected):
        webhooks.receive("store", store_id + 1000, message(desk))
    with pytest.raises(NotConnected):
        webhooks.receive("account", store_id, message(desk))


def test_a_paused_store_still_takes_messages_and_a_disconnected_one_does_not(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    with acting.scope("trouble"):
        StoreConnection.objects.update(state="paused", pause_reason="revoked")
    assert len(webhooks.receive("store", store_id, message(desk)).events) == 1
    connect.disconnect(acting, "store", store_id)
    with pytest.raises(NotConnected):
        webhooks.receive("store", store_id, message(desk, "2401B"))


def test_a_new_key_holds_from_its_commit_on_and_the_old_one_no_longer(acting: Acting, desk: Desk) -> None:
    """What a process keeps to check signatures with is never older than the rows (R15)."""
    store_id = desk.connect_shop(acting)
    assert len(webhooks.receive("store", store_id, message(desk)).events) == 1  # from now on its keys are kept
    with acting.scope("new key"):
        row = Credential.objects.get(store_id=store_id)
        values = {**unseal(row.sealed, acting.merchant_id, "store", store_id).values, "push_key": "n" * 32}
        row.sealed = seal(values, acting.merchant_id, "store", store_id)
        row.save()
    with pytest.raises(AuthRejected):
        webhooks.receive("store", store_id, message(desk, "2401B"))
    signed_anew = message(desk, "2401C")
    signature = push_signature("n" * 32, URL, signed_anew.body)
    fresh = replace(signed_anew, headers={"Authorization": signature})
    assert len(webhooks.receive("store", store_id, fresh).events) == 1
    assert [subject for subject, _ in stored(acting)] == ["2401A", "2401C"]


def test_messages_taken_together_end_each_by_itself(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    forged = replace(message(desk), headers={})
    unstorable = message(desk, order="half \ud83d of it")
    requests = [message(desk), forged, message(desk), unstorable, message(desk, "2401B")]
    outcomes = webhooks.receive_together("store", store_id, requests)
    assert [len(o.events) if isinstance(o, webhooks.Received) else type(o) for o in outcomes] == [
        1,
        AuthRejected,
        0,
        ContractBroken,
        1,
    ]
    assert [subject for subject, _ in stored(acting)] == ["2401A", "2401B"]


def test_a_store_by_file_takes_no_messages(acting: Acting, desk: Desk) -> None:
    store_id = connect.connect_file_store(acting, "manual", "Till", "TH", "THB")
    with pytest.raises(NotConnected):
        webhooks.receive("store", store_id, message(desk))


class _Hub(BaseHTTPRequestHandler):
    """Our public address as ECCANG tries it: it repeats the number it is sent."""

    def do_GET(self) -> None:
        body = json.dumps({"random": parse_qs(urlsplit(self.path).query)["random"][0]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_a_subscription_is_asked_for_and_remembered(acting: Acting, desk: Desk) -> None:
    """R27, R39."""
    done = connect_account(acting, "eccang", "Thai", desk.eccang_form())
    with acting.scope("look"):
        line = account_line(done.account_id)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{hub.server_port}/hooks/account/1"
        ends = webhooks.subscribe(line, url)
        hub.shutdown()
    with acting.scope("look"):
        account = WarehouseAccount.objects.get()
        assert account.settings["subscribed"] is True
        assert account.subscribed_until == ends
        assert ExchangeRecord.objects.filter(operation__icontains="subscri").exists()
    assert url in str(desk.sandbox.look("eccang/subscriptions"))


def test_a_refused_subscription_is_told_and_not_remembered(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    with acting.scope("look"):
        line = store_line(store_id)
    with pytest.raises(Rejected):
        webhooks.subscribe(line, URL)
    with acting.scope("look"):
        assert "subscribed" not in StoreConnection.objects.get().settings
