"""Keys for messages: asked for once, kept for an hour, and strangers cannot make us ask without end."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.errors import ContractBroken, KeyNeeded, RateLimited, Rejected, Retryable
from salur.integrations import message_keys
from salur.integrations.message_keys import KEPT_SECONDS, LONGEST_NAME, MOST_NEW, REST_SECONDS, KeyRing

LINE: Any = None  # whom to ask is the caller's business


class Partner:
    """Knows the keys that begin with ``real``."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = 1000.0
        self.error: Exception | None = None

    def __call__(self, _line: Any, name: str) -> str:
        self.asked.append(name)
        if self.error is not None:
            raise self.error
        if not name.startswith("real"):
            raise Rejected("404", "no such key")
        return f"key of {name}"


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Partner:
    one = Partner()
    monkeypatch.setattr(message_keys, "_asked", one)
    return one


def ring_of(partner: Partner) -> KeyRing:
    return KeyRing(clock=lambda: partner.now)


def test_a_key_is_asked_for_once_an_hour(partner: Partner) -> None:
    ring = ring_of(partner)
    for _ in range(3):
        ring.ask(LINE, KeyNeeded(field="real-1"))
    assert ring.fresh() == {"real-1": "key of real-1"}
    partner.now += KEPT_SECONDS
    assert ring.fresh() == {}
    ring.ask(LINE, KeyNeeded(field="real-1"))
    assert partner.asked == ["real-1", "real-1"]


def test_a_name_that_the_partner_does_not_know_is_refused_without_asking_again(partner: Partner) -> None:
    ring = ring_of(partner)
    for _ in range(3):
        with pytest.raises(KeyNeeded):
            ring.ask(LINE, KeyNeeded(field="false-1"))
    for name in ("", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(KeyNeeded):
            ring.ask(LINE, KeyNeeded(field=name))
    assert partner.asked == ["false-1"]


def test_strangers_make_us_ask_so_often_and_no_more_and_a_known_key_is_renewed_all_the_same(partner: Partner) -> None:
    ring = ring_of(partner)
    ring.ask(LINE, KeyNeeded(field="real-1"))
    partner.now += KEPT_SECONDS - 1
    for number in range(MOST_NEW * 3):
        with pytest.raises((KeyNeeded, Retryable)):
            ring.ask(LINE, KeyNeeded(field=f"false-{number}"))
    assert len(partner.asked) == MOST_NEW
    with pytest.raises(Retryable):
        ring.ask(LINE, KeyNeeded(field="real-2"))
    partner.now += 1
    ring.ask(LINE, KeyNeeded(field="real-1"))
    partner.now += KEPT_SECONDS
    ring.ask(LINE, KeyNeeded(field="real-2"))
    assert set(ring.fresh()) == {"real-2"}


@pytest.mark.parametrize(
    "error", [RateLimited("429", "slower"), Retryable("500", "later"), ContractBroken("not_json", "")]
)
def test_a_partner_that_does_not_answer_is_left_alone_and_the_message_comes_again(
    partner: Partner, error: Exception
) -> None:
    ring = ring_of(partner)
    partner.error = error
    for _ in range(3):
        with pytest.raises(Retryable):
            ring.ask(LINE, KeyNeeded(field="real-1"))
    assert len(partner.asked) == 1
    partner.error = None
    partner.now += REST_SECONDS
    ring.ask(LINE, KeyNeeded(field="real-1"))
    assert set(ring.fresh()) == {"real-1"}
