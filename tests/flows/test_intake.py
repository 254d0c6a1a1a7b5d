"""Messages that come together are stored together, and none suffers for another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from salur.connectors.base.errors import AuthRejected, PartnerError
from salur.connectors.base.types import RawRequest
from salur.flows import intake as intake_module
from salur.flows.intake import Intake, TooBusy
from salur.integrations.connections import Kind
from salur.integrations.webhooks import Received

WAIT = 30.0


def message(body: str) -> RawRequest:
    return RawRequest("POST", "https://hub.example/", {}, {}, body.encode())


class Store:
    """Stands for the database: the first batch is held until :meth:`go`; what it was given is kept."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.busy, self._go = threading.Event(), threading.Event()

    def __call__(self, kind: Kind, connection_id: int, requests: Sequence[RawRequest]) -> list[Received | PartnerError]:
        bodies = [request.body.decode() for request in requests]
        self.batches.append(bodies)
        self.busy.set()
        assert self._go.wait(WAIT)
        if "poison" in bodies:
            raise RuntimeError("it cannot be stored")
        return [AuthRejected("forged") if body == "forged" else Received(1, []) for body in bodies]

    def go(self) -> None:
        self._go.set()


def first_and_others(store: Store, *bodies: str) -> list[Future[Received]]:
    """A message whose commit is under way, and others that come meanwhile."""
    intake = Intake(store)
    outcomes = [intake.take("store", 1, message("first"))]
    assert store.busy.wait(WAIT)
    outcomes += [intake.take("store", 1, message(body)) for body in bodies]
    return outcomes


def test_messages_gather_while_a_commit_is_under_way_and_each_has_its_own_outcome() -> None:
    store = Store()
    first, good, forged, last = first_and_others(store, "good", "forged", "last")
    assert not first.done()
    assert not last.done()
    store.go()
    assert (first.result(WAIT), good.result(WAIT), last.result(WAIT)) == (Received(1, []),) * 3
    assert isinstance(forged.exception(WAIT), AuthRejected)
    assert store.batches == [["first"], ["good", "forged", "last"]]


def test_one_message_that_cannot_be_stored_takes_no_other_along() -> None:
    store = Store()
    _, good, poison, last = first_and_others(store, "good", "poison", "last")
    store.go()
    assert (good.result(WAIT), last.result(WAIT)) == (Received(1, []),) * 2
    assert isinstance(poison.exception(WAIT), RuntimeError)


def test_who_does_not_wait_any_more_stops_nobody() -> None:
    store = Store()
    _, gone, last = first_and_others(store, "gone", "last")
    assert not gone.cancel()
    store.go()
    assert last.result(WAIT) == Received(1, [])


def test_a_connection_does_not_wait_for_another() -> None:
    store = Store()
    intake = Intake(store)
    intake.take("store", 1, message("slow"))
    assert store.busy.wait(WAIT)
    store.busy.clear()
    intake.take("account", 1, message("other"))
    assert store.busy.wait(WAIT), "the account's message was not begun with"
    store.go()


def test_more_than_a_process_wants_to_hold_is_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "MOST_WAITING", 2)
    store = Store()
    intake = Intake(store)
    intake.take("store", 1, message("first"))
    assert store.busy.wait(WAIT)
    held = [intake.take("store", 1, message(body)) for body in ("second", "third")]
    with pytest.raises(TooBusy):
        intake.take("store", 1, message("fourth"))
    store.go()
    assert [one.result(WAIT) for one in held] == [Received(1, [])] * 2
    assert intake.take("store", 1, message("fifth")).result(WAIT) == Received(1, [])
