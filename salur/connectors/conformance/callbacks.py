"""Messages from the partner: only true ones are read, each is known again (design 9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from salur.connectors.base.errors import AuthRejected, ContractBroken, PartnerError, Rejected
from salur.connectors.base.message_keys import read_message
from salur.connectors.base.types import OutboundTask, PartnerEvent, PartnerRef, RawRequest

from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground
from .listener import Listener, listening
from .statuses import code_of

BOOK = Book("Messages", look="subscribe(), parse_callback()", kind="warehouse", abilities=("callbacks",))
POWERS = (Power.CALLBACKS, Power.STATUS)


@contextmanager
def subscribed(bench: Bench) -> Iterator[tuple[Ground, Listener]]:
    """A warehouse that sends its messages to a listener of ours."""
    here = ground(bench)
    with listening(bench) as listener:
        if bench.can.messages_by == "call":
            _subscribe(here, listener)
        elif not bench.rig.subscribe(listener.url):
            raise Bypass(f"{bench.rig.name} cannot be told where to send messages")
        try:
            yield here, listener
        finally:
            bench.rig.fresh()  # nothing more is sent to an address that is gone


def _subscribe(here: Ground, listener: Listener) -> None:
    outcome = here.bench.attempt(here.connector.subscribe, listener.url)
    if isinstance(outcome.error, Rejected) and "https" in outcome.error.message:
        raise Bypass("the partner sends to https addresses only, and the kit listens on this machine without it")
    expect(outcome.error is None, "a subscription", outcome)


def events(here: Ground, message: RawRequest) -> list[PartnerEvent]:
    """What a message says; the check fails when it is refused."""
    outcome = here.bench.attempt(read_message, here.connector, message)
    expect(outcome.error is None, "a true message read", outcome)
    found = list(outcome.value)
    for event in found:
        whole = isinstance(event, PartnerEvent) and event.kind and event.delivery_id and event.subject
        expect(whole, "an event with kind, delivery_id and subject", event)
    return found


def _shipped(here: Ground, listener: Listener, ref: PartnerRef) -> RawRequest:
    """The first message about the list after it was shipped."""
    before = len(listener.messages)
    codes = code_of(here.bench, OutboundTask.COMPLETED)
    if not any(here.bench.rig.move_outbound(ref.number, code) for code in codes):
        raise Bypass("no status means completed")

    def arrived() -> RawRequest | None:
        for message in listener.messages[before:]:
            if any(event.subject in (ref.number, ref.reference) for event in events(here, message)):
                return message
        return None

    message = here.bench.until(arrived, f"a message about {ref.reference} ({ref.number})")
    assert isinstance(message, RawRequest)  # noqa: S101 - what arrived() answers when it is true
    return message


@BOOK.check("messages.true", "A true message names the list that moved", "R101", *POWERS)
def true(bench: Bench) -> None:
    """Shipped: the hub fetches the detail afterwards."""
    with subscribed(bench) as (here, listener):
        ref = here.pushed()[0]
        message = _shipped(here, listener, ref)
        about = [event for event in events(here, message) if event.subject in (ref.number, ref.reference)]
        kinds = {event.kind for event in about}
        expect(kinds <= {"outbound", "tracking"}, "events of kind outbound or tracking", kinds)


@BOOK.check("messages.forged", "A message that was changed on its way is refused", "design 12", *POWERS,
            look="parse_callback() (signature)")  # fmt: skip
def forged(bench: Bench) -> None:
    """Its list's number, its last letter, its signature, and no signature at all."""
    with subscribed(bench) as (here, listener):
        ref = here.pushed()[0]
        message = _shipped(here, listener, ref)
        other = [event.subject.encode() for event in events(here, message)]
        changed = [replace(message, body=message.body.replace(one, one[:-1] + b"9" if one[-1:] != b"9" else one[:-1]))
                   for one in other]  # fmt: skip
        changed.append(replace(message, body=message.body + b" " if not message.body else b" " + message.body[:-1]))
        for one in changed:
            outcome = bench.attempt(read_message, here.connector, one)
            refused = isinstance(outcome.error, AuthRejected | ContractBroken)
            expect(refused, "AuthRejected (or ContractBroken where nothing can be read)", outcome)
        outcome = bench.attempt(read_message, here.connector, changed[0])
        expect(isinstance(outcome.error, AuthRejected), "AuthRejected for a changed list number", outcome)


@BOOK.check("messages.foreign", "A message for another account is refused", "R12", *POWERS, Power.ACCOUNTS,
            look="parse_callback() (keys)")  # fmt: skip
def foreign(bench: Bench) -> None:
    """Its own keys do not open it."""
    with subscribed(bench) as (here, listener):
        message = _shipped(here, listener, here.pushed()[0])
        theirs = bench.connector(credentials={**bench.credentials(), **bench.rig.another_account()})
        outcome = bench.attempt(read_message, theirs, message)
        expect(isinstance(outcome.error, AuthRejected), "AuthRejected", outcome)


@BOOK.check("messages.repeated", "A message that comes twice is known by its delivery_id", "design 9", *POWERS)
def repeated(bench: Bench) -> None:
    """And two messages have two."""
    with subscribed(bench) as (here, listener):
        first, second = here.pushed(2)
        message = _shipped(here, listener, first)
        once, twice = events(here, message), events(here, message)
        expect(once == twice, "the same events again", f"{once} then {twice}")
        other = events(here, _shipped(here, listener, second))
        shared = {event.delivery_id for event in once} & {event.delivery_id for event in other}
        expect(not shared, "a delivery_id of its own for each message", shared)


@BOOK.check("messages.reordered", "Messages in another order are read each by itself", "design 9", *POWERS)
def reordered(bench: Bench) -> None:
    """The last first: a message only says that something moved."""
    with subscribed(bench) as (here, listener):
        refs = here.pushed(2)
        for ref in refs:
            _shipped(here, listener, ref)
        forward = [events(here, message) for message in listener.messages]
        backward = [events(here, message) for message in reversed(listener.messages)]
        expect(forward == backward[::-1], "the same events in any order", "others")


@BOOK.check("messages.garbage", "Whatever is sent to the address is refused, never a crash", "design 12")
def garbage(bench: Bench) -> None:
    """Anybody can post there."""
    connector = bench.connector()
    bodies: Sequence[bytes] = (
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"<xml/>",
        b'{"body":',
        b"a=1&b=2",
        b"[" * 500,
    )
    for body in bodies:
        request = RawRequest("POST", "https://hub.example/hooks/kit", {}, {}, body)
        outcome = bench.attempt(read_message, connector, request)
        expect(isinstance(outcome.error, PartnerError) or not outcome.value, f"{body[:20]!r} refused", outcome)
