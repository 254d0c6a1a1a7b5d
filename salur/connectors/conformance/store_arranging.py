"""Accepting orders, arranging their shipment, AWB numbers and labels (R98 to R103)."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from salur.connectors.base.errors import AlreadyExists, PartnerError, Retryable, UnknownOutcome
from salur.connectors.base.types import AwbResult, LabelResult, ShippingOption

from .bench import Bench
from .checks import Book, Bypass, Fails, Power, expect
from .selling import Sold, accepted, arrange, arranged, eventually, numbered, option, sold

ACCEPT = Book("Accepting", look="accept()", kind="store", abilities=("accept",))
BOOK = Book("Arranging", look="shipping_options(), arrange(), awb(), label()", kind="store", abilities=("arrange",))
POWERS = (Power.ORDERS,)
TIMED = (Power.ORDERS, Power.CLOCK)
EMPTY_TIMES = 2


@ACCEPT.check("store.accept.once", "A paid order is accepted, once however often it is asked", "R101", *POWERS)
def accept_once(bench: Bench) -> None:
    """The second time says AlreadyExists or nothing."""
    order = sold(bench)
    order.connector.accept(order.id)
    expect(order.row()["times_accepted"] == 1, "one acceptance at the store", order.row()["times_accepted"])
    again = bench.attempt(order.connector.accept, order.id)
    expect(again.error is None or isinstance(again.error, AlreadyExists), "AlreadyExists, or no harm", again)
    expect(order.row()["times_accepted"] == 1, "still one acceptance", order.row()["times_accepted"])


@ACCEPT.check("store.accept.lost", "An acceptance whose answer is lost is repeated without harm", "design 9",
              *POWERS, Power.FAULTS, Power.COUNTS)  # fmt: skip
def accept_lost(bench: Bench) -> None:
    """Cut after the store took it, at each operation that accepting uses."""
    first = sold(bench)
    for operation in bench.operations(first.connector.accept, first.id):
        order = sold(bench)
        bench.rig.fault(operation, "cut_after")
        outcome = bench.attempt(order.connector.accept, order.id)
        bench.rig.forgive()
        _doubtful(outcome.error, operation)
        again = bench.attempt(order.connector.accept, order.id)
        expect(again.error is None or isinstance(again.error, AlreadyExists), f"{operation}: accepted, or said", again)
        expect(order.row()["times_accepted"] == 1, f"{operation}: one acceptance", order.row()["times_accepted"])


def _doubtful(error: PartnerError | None, operation: str) -> None:
    allowed = error is None or isinstance(error, Retryable | UnknownOutcome | AlreadyExists)
    expect(allowed, f"{operation}: Retryable or UnknownOutcome after a cut connection", error)


@BOOK.check("store.arrange.options", "The store's ways of handing over are told, the same when asked again", "R99",
            *POWERS)  # fmt: skip
def options(bench: Bench) -> None:
    """At least one needs nothing more; asking arranges nothing."""
    order = accepted(sold(bench))
    before = order.row()["times_arranged"]
    offered = list(order.connector.shipping_options(order.id))
    expect(offered and all(isinstance(one, ShippingOption) and one.kind for one in offered), "options", offered)
    option(order)
    again = list(order.connector.shipping_options(order.id))
    expect([one.kind for one in again] == [one.kind for one in offered], "the same ways again", again)
    expect(order.row()["times_arranged"] == before, "nothing arranged by asking", order.row()["times_arranged"])


@BOOK.check("store.arrange.once", "Arranged, the store counts one arrangement; asked again, still one", "R99", *POWERS)
def once(bench: Bench) -> None:
    """The second time is AlreadyExists or harmless, by both methods."""
    order = accepted(sold(bench))
    chosen = option(order)
    order.connector.arrange(order.id, chosen)
    expect(order.row()["times_arranged"] == 1, "one arrangement at the store", order.row()["times_arranged"])
    for again in (
        bench.attempt(order.connector.arrange, order.id, chosen),
        bench.attempt(order.connector.shipping_options, order.id),
    ):
        expect(again.error is None or isinstance(again.error, AlreadyExists), "AlreadyExists, or no harm", again)
    expect(order.row()["times_arranged"] == 1, "still one arrangement", order.row()["times_arranged"])


@BOOK.check("store.arrange.lost", "An arrangement whose answer is lost is repeated, and is one", "design 9, R97",
            *POWERS, Power.FAULTS, Power.COUNTS)  # fmt: skip
def lost(bench: Bench) -> None:
    """Cut after the store took it, at each operation that arranging uses."""
    first = accepted(sold(bench))
    for operation in bench.operations(arrange, first):
        order = accepted(sold(bench))
        bench.rig.fault(operation, "cut_after")
        outcome = bench.attempt(arrange, order)
        bench.rig.forgive()
        _doubtful(outcome.error, operation)
        again = bench.attempt(arrange, order)
        expect(again.error is None, f"{operation}: arranged, when asked again", again)
        expect(order.row()["times_arranged"] == 1, f"{operation}: one arrangement", order.row()["times_arranged"])


@BOOK.check("store.arrange.unknown", "An order that the store does not have is refused", "design 4", *POWERS)
def unknown(bench: Bench) -> None:
    """A refusal, or nothing told; never a way, a number or a label."""
    order = accepted(sold(bench))
    nobody = order.id[:-3] + ("999" if order.id[-3:] != "999" else "888")
    for name, outcome in {
        "shipping_options": bench.attempt(order.connector.shipping_options, nobody),
        "awb": bench.attempt(order.connector.awb, nobody),
        "label": bench.attempt(order.connector.label, nobody, "KIT-NO-PACKAGE", "KITNOAWB1"),
    }.items():
        expect(outcome.error is not None or _nothing(outcome.value), f"{name}: a refusal, or nothing", outcome)


def _nothing(value: object) -> bool:
    if isinstance(value, AwbResult):
        return not value.number
    return value.document is None if isinstance(value, LabelResult) else not value


@BOOK.check("store.arrange.awb", "The AWB number appears, as the store shows it; until then it is empty", "R98", *TIMED)
def awb(bench: Bench) -> None:
    """Given a little later than asked for; the order names it too."""
    order = accepted(sold(bench))
    arrange(order)
    early = order.connector.awb(order.id)
    expect(early.number in ("", order.row()["tracking"]), "empty, or the store's number", early)
    found = numbered(order)
    expect(found.number == order.row()["tracking"], f"{order.row()['tracking']}, as the store shows", found)
    again = order.connector.awb(order.id)
    expect(again.number == found.number, "the same number again", again)


@BOOK.check("store.arrange.label", "The label comes as a PDF with pages; until it is made it is pending", "R102",
            *TIMED, look="label()")  # fmt: skip
def label(bench: Bench) -> None:
    """Twice: the second time it is there at once."""
    order = arranged(bench)
    for turn in ("first", "second"):
        found = _label(order)
        expect(found.document is not None, f"a label the {turn} time", found)
        assert found.document is not None  # noqa: S101 - said above, for the type checker
        expect(_pages(found.document.content) >= 1, "at least one page", "none")


@BOOK.check("store.arrange.empty", "An empty label is pending, never a document", "users 3", *TIMED, Power.KNOBS,
            look="label()")  # fmt: skip
def empty(bench: Bench) -> None:
    """The store answers well and sends nothing, twice."""
    order = arranged(bench)
    if not bench.rig.turn("label_empty_times", EMPTY_TIMES):
        raise Bypass(f"{bench.rig.name} never answers with an empty label")
    number = numbered(order)
    _ask(order, number)  # begins the making
    bench.rig.advance(10)
    waited = 0
    while (found := _ask(order, number)).document is None:
        expect(found.pending, "pending", found)
        waited += 1
        expect(waited < 20, "the label in the end", "pending for ever")
        bench.rig.advance(2)
    expect(_pages(found.document.content) >= 1, "at least one page", "none")
    expect(waited, "pending while the label was empty", "a document at once")


def _ask(order: Sold, number: AwbResult) -> LabelResult:
    found = order.connector.label(order.id, number.package, number.number)
    expect(isinstance(found, LabelResult), "a LabelResult", found)
    if found.failure and "<html" in order.bench.exchanges[-1].response_body.lower():
        raise Bypass(f"the store has no PDF: {found.failure}")
    expect(not found.failure, "a label, or pending", found.failure)
    assert isinstance(found, LabelResult)  # noqa: S101 - said above, for the type checker
    return found


def _label(order: Sold) -> LabelResult:
    number = numbered(order)

    def asked() -> LabelResult | None:
        found = _ask(order, number)
        expect(found.pending != (found.document is not None), "either a document or pending", found)
        return None if found.pending else found

    found = eventually(order.bench, asked, "a label")
    assert isinstance(found, LabelResult)  # noqa: S101 - what asked() answers when it is true
    return found


def _pages(content: bytes) -> int:
    try:
        return len(PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, OSError) as error:
        raise Fails(f"{content[:20]!r}: {error}"[:200], "a PDF that can be read") from error
