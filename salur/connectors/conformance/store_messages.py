"""Messages from a store: only true ones of this shop are read, each is known again (R43, design 9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected
from salur.connectors.base.message_keys import read_message
from salur.connectors.base.types import PartnerEvent, RawRequest

from .authorisation import altered
from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .listener import Listener, listening
from .selling import Sold, can, sold

BOOK = Book("Messages", look="subscribe(), parse_callback()", kind="store", abilities=("callbacks",))
POWERS = (Power.ORDERS, Power.STATUS, Power.CALLBACKS)
TENFOLD = 10


@contextmanager
def subscribed(bench: Bench) -> Iterator[Listener]:
    """A store that sends its messages to a listener of ours."""
    with listening(bench) as listener:
        if can(bench).messages_by == "call":
            outcome = bench.attempt(bench.connector().subscribe, listener.url)
            if isinstance(outcome.error, Rejected) and "https" in outcome.error.message:
                raise Bypass("the store sends to https addresses only, and the kit listens on this machine without it")
            expect(outcome.error is None, "a subscription", outcome)
        elif not bench.rig.subscribe(listener.url):
            raise Bypass(f"{bench.rig.name} cannot be told where to send messages")
        try:
            yield listener
        finally:
            bench.rig.fresh()  # nothing more is sent to an address that is gone


def events(order: Sold, message: RawRequest) -> list[PartnerEvent]:
    """What a message says; the check fails when it is refused."""
    outcome = order.bench.attempt(read_message, order.connector, message)
    expect(outcome.error is None, "a true message read", outcome)
    found = list(outcome.value)
    for event in found:
        whole = isinstance(event, PartnerEvent) and event.kind and event.delivery_id
        expect(whole, "an event with kind and delivery_id", event)
    return found


def about(order: Sold, listener: Listener) -> RawRequest:
    """The first message about an order, once it has come."""

    def arrived() -> RawRequest | None:
        for message in list(listener.messages):
            if any(event.subject == order.id for event in events(order, message)):
                return message
        return None

    message = order.bench.until(arrived, f"a message about {order.id}")
    assert isinstance(message, RawRequest)  # noqa: S101 - what arrived() answers when it is true
    return message


def moved(bench: Bench) -> Sold:
    """A new order that was sent right away: every store has something to say of that."""
    order = sold(bench)
    order.move(step="shipped")
    return order


@BOOK.check("store.messages.true", "A true message names the order that moved", "R43", *POWERS)
def true(bench: Bench) -> None:
    """The hub fetches the order afterwards."""
    with subscribed(bench) as listener:
        order = moved(bench)
        message = about(order, listener)
        kinds = {event.kind for event in events(order, message) if event.subject == order.id}
        expect(kinds <= {"order", "tracking", "label"}, "events of kind order, tracking or label", kinds)


@BOOK.check("store.messages.forged", "A message that was changed on its way is refused", "design 12", *POWERS,
            look="parse_callback() (signature)")  # fmt: skip
def forged(bench: Bench) -> None:
    """Its order's number, a sign more, its signature, and none at all; and nothing in an empty message is believed."""
    with subscribed(bench) as listener:
        order = moved(bench)
        message = about(order, listener)
        number = order.id.encode()
        expect(number in message.body, "a message that holds the order's number", message.body[:200])
        last = b"9" if number[-1:] != b"9" else b"8"
        for words, changed in {
            "another order's number": replace(message, body=message.body.replace(number, number[:-1] + last)),
            "a sign more": replace(message, body=message.body + b" "),
            "no signature": replace(message, headers=_plain(message), query={}),
            "another signature": replace(message, headers=_signed_otherwise(message), query=_turned(message.query)),
            "an empty message": replace(message, body=b""),
            "nothing at all": replace(message, body=b"", headers={}, query={}),
        }.items():
            outcome = bench.attempt(read_message, order.connector, changed)
            expect(isinstance(outcome.error, AuthRejected), f"AuthRejected for {words}", outcome)


def _plain(message: RawRequest) -> dict[str, str]:
    """The headers that any request has."""
    usual = {"content-type", "content-length", "host", "user-agent", "accept", "accept-encoding", "connection"}
    return {name: value for name, value in message.headers.items() if name.lower() in usual}


def _signed_otherwise(message: RawRequest) -> dict[str, str]:
    return dict(message.headers) | _turned({name: value for name, value in message.headers.items()
                                            if name not in _plain(message)})  # fmt: skip


def _turned(values: object) -> dict[str, str]:
    """Each long value with another first sign: a signature is among them."""
    held = dict(values) if isinstance(values, dict) else {}
    return {name: altered(value[::-1])[::-1] if len(value) >= 16 else value for name, value in held.items()}


@BOOK.check("store.messages.garbage", "Whatever is sent to the address is refused, never a crash", "design 12")
def garbage(bench: Bench) -> None:
    """Anybody can post there."""
    connector = bench.connector()
    for body in (b"", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"<html>", b'{"data":' + b"[" * 2000, b"a=b&c=%ff"):
        request = RawRequest("POST", "http://127.0.0.1/hooks/kit", {"Content-Type": "application/json"}, {}, body)
        outcome = bench.attempt(read_message, connector, request)
        refused = isinstance(outcome.error, AuthRejected | ContractBroken)
        expect(refused, f"AuthRejected or ContractBroken for {body[:12]!r}", outcome)


@BOOK.check("store.messages.tenfold", "A message that comes ten times is one, by its delivery_id", "design 9", *POWERS)
def tenfold(bench: Bench) -> None:
    """The same events each time."""
    with subscribed(bench) as listener:
        order = moved(bench)
        message = about(order, listener)
        seen = [events(order, message) for _ in range(TENFOLD)]
        ids = {tuple(event.delivery_id for event in one) for one in seen}
        expect(len(ids) == 1, "one delivery_id", ids)
        expect(all(one == seen[0] for one in seen), "the same events each time", "others")


@BOOK.check("store.messages.distinct", "Other messages have other delivery_ids, in whatever order they are read",
            "design 9", *POWERS)  # fmt: skip
def distinct(bench: Bench) -> None:
    """Of two orders, all that came, forwards and backwards."""
    with subscribed(bench) as listener:
        orders = [moved(bench), moved(bench)]
        for order in orders:
            about(order, listener)
        messages = list(listener.messages)
        forward = [events(orders[0], message) for message in messages]
        backward = [events(orders[0], message) for message in reversed(messages)]
        expect(forward == backward[::-1], "the same events in any order", "others")
        held: dict[str, bytes] = {}
        for message, found in zip(messages, forward, strict=True):
            for event in found:
                first = held.setdefault(event.delivery_id, message.body)
                expect(first == message.body, f"another delivery_id than {event.delivery_id}", "two messages have it")


@BOOK.check("store.messages.foreign", "A message of another shop gives no event", "R12", *POWERS, Power.SHOPS,
            look="parse_callback() (shop)")  # fmt: skip
def foreign(bench: Bench) -> None:
    """One application serves several shops, and is told of all of them at one address."""
    if can(bench).messages_by == "call":
        raise Bypass("messages are switched on shop by shop, so another shop's never come to this address")
    with subscribed(bench) as listener:
        shop = bench.rig.open_shop()
        if not shop:
            raise Bypass(f"{bench.rig.name} has no second shop of the same application")
        theirs = sold(bench, shop_id=shop)
        theirs.move(step="shipped")
        ours = moved(bench)
        about(ours, listener)
        number = theirs.id.encode()
        bench.until(lambda: any(number in one.body for one in list(listener.messages)), "a message of the other shop")
        for message in [one for one in list(listener.messages) if number in one.body]:
            outcome = bench.attempt(read_message, ours.connector, message)
            nothing = isinstance(outcome.error, AuthRejected) or (outcome.error is None and not list(outcome.value))
            expect(nothing, "no event, or AuthRejected", outcome)
