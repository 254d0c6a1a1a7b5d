"""Papers of chosen lists as one PDF, given piece by piece: ten thousand labels need no more memory than ten.

Each piece is read in a scope of its own: a download may take minutes, and holds no transaction open meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import structlog
from asgiref.sync import sync_to_async
from django.utils import translation
from django.utils.translation import gettext

from salur.locations.queries import pick_places
from salur.outbound.floor import pieces_of, walk_of
from salur.outbound.messages import GATE_TEXTS
from salur.outbound.models import Label, Outbound, OutboundLine
from salur.outbound.papers.joining import Joiner
from salur.outbound.papers.papers import missing_labels, packing_slips, pick_list_paper
from salur.tenancy.models import Merchant
from salur.tenancy.scope import merchant_scope

BATCH = 50
MOST = 10_000
KINDS = ("labels", "slips", "pick")
OURS = ""
Paper = tuple[bytes, str]
"""A file and the reference of the list whose store made it, which may have made it badly; :data:`OURS` is whole."""

LANGUAGE_OF = {"ID": "id", "MY": "ms", "VN": "vi", "CN": "zh-hans", "TW": "zh-hans"}
"""The language of a merchant's people, by its country; English otherwise."""

log = structlog.get_logger(__name__)


def papers(merchant_id: int, outbound_ids: Sequence[int], kind: str, *, actor: str) -> Iterator[bytes]:
    """The PDF of a kind for these lists in picking order (no scope open); ``kind`` is one of :data:`KINDS`.

    Labels: lists without one are named on the first page. Pick lists: one for each warehouse.
    """
    with merchant_scope(merchant_id, actor=actor, cause="papers"):
        merchant = Merchant.objects.get(pk=merchant_id)
        ordered = in_picking_order(outbound_ids)
    language = LANGUAGE_OF.get(merchant.country, "en")
    joiner = Joiner()
    for content, reference in MAKERS[kind](merchant_id, merchant.name, ordered, language, actor):
        yield joiner.add(content) if not reference else _joined(joiner, content, reference, language)
    yield from joiner.end()


def _joined(joiner: Joiner, content: bytes, reference: str, language: str) -> bytes:
    """The label, or where it cannot be read (any more) a page in its place that says so."""
    try:
        return joiner.add(content)
    except Exception as error:  # noqa: BLE001  # a reader of foreign files ends in more than its own errors
        log.warning("label_unreadable", reference=reference, error=f"{type(error).__name__}: {error}"[:200])
    with translation.override(language):
        return joiner.add(missing_labels([(reference, "", gettext("Its label cannot be read"))]))


async def in_pieces(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for a server that would read a plain iterator to its end before it sends the first byte."""
    while (piece := await sync_to_async(_next)(content)) is not None:
        yield piece


def _next(content: Iterator[bytes]) -> bytes | None:
    return next(content, None)


def in_picking_order(outbound_ids: Sequence[int]) -> list[int]:
    """The lists as they are met on the way through each warehouse: by the first shelf, then the MSKU, of their goods.

    Void lists and those that do not exist are left out.
    """
    rows = Outbound.objects.filter(pk__in=list(outbound_ids)).exclude(push="void")
    warehouse_of = dict(rows.values_list("pk", "warehouse_id"))
    products: dict[int, list[tuple[int, str]]] = {}
    lines = OutboundLine.objects.filter(outbound_id__in=warehouse_of)
    for outbound, product, msku in lines.values_list("outbound_id", "product_id", "product__msku"):
        products.setdefault(outbound, []).append((product, msku))
    keys: dict[int, tuple[int, int, str, str]] = {}
    for warehouse in set(warehouse_of.values()):
        own = [outbound for outbound, place in warehouse_of.items() if place == warehouse]
        places = pick_places(warehouse, {product for one in own for product, _msku in products.get(one, ())})
        for one in own:
            met = [
                (0, places[product][0].pick_key, msku) if product in places else (1, "", msku)
                for product, msku in products.get(one, ())
            ]
            keys[one] = (warehouse, *min(met, default=(1, "", "")))
    return sorted(warehouse_of, key=lambda one: (*keys[one], one))


def _pieces(ordered: Sequence[int]) -> Iterator[Sequence[int]]:
    for i in range(0, len(ordered), BATCH):
        yield ordered[i : i + BATCH]


def _labels(merchant_id: int, name: str, ordered: Sequence[int], language: str, actor: str) -> Iterator[Paper]:
    absent: list[tuple[str, str, str]] = []
    with merchant_scope(merchant_id, actor=actor, cause="papers"), translation.override(language):
        for piece in _pieces(ordered):
            rows = Outbound.objects.filter(pk__in=piece, label__isnull=True).select_related("order").order_by("pk")
            absent += [(row.reference, row.order.shown, _why(row)) for row in rows]
    if absent:
        with translation.override(language):
            yield missing_labels(absent), OURS
    for piece in _pieces(ordered):
        with merchant_scope(merchant_id, actor=actor, cause="papers"):
            label_of = dict(Outbound.objects.filter(pk__in=piece, label__isnull=False).values_list("pk", "label_id"))
            found = Label.objects.filter(pk__in=label_of.values()).values_list("pk", "content")
            contents = {pk: bytes(content) for pk, content in found}
            names = dict(Outbound.objects.filter(pk__in=piece).values_list("pk", "reference"))
        for one in piece:
            if one in label_of:
                yield contents[label_of[one]], names[one]


def _why(row: Outbound) -> str:
    """Why a list has no label, in a few words."""
    closed = row.closed_gates.get("label_stored") or row.closed_gates.get("awb_known")
    if closed and closed["code"] in GATE_TEXTS:
        return str(GATE_TEXTS[closed["code"]].title)
    return gettext("Its store gives no label")


def _slips(merchant_id: int, name: str, ordered: Sequence[int], language: str, actor: str) -> Iterator[Paper]:
    for piece in _pieces(ordered):
        with merchant_scope(merchant_id, actor=actor, cause="papers"), translation.override(language):
            rows = Outbound.objects.filter(pk__in=piece).select_related("order", "store", "warehouse").in_bulk()
            lines = pieces_of(piece)
            content = packing_slips([(rows[one], lines.get(one, [])) for one in piece if one in rows], name)
        if content:
            yield content, OURS


def _pick_lists(merchant_id: int, name: str, ordered: Sequence[int], language: str, actor: str) -> Iterator[Paper]:
    with merchant_scope(merchant_id, actor=actor, cause="papers"), translation.override(language):
        rows = list(Outbound.objects.filter(pk__in=list(ordered)).select_related("order", "warehouse").order_by("pk"))
        by_warehouse: dict[int, list[Outbound]] = {}
        for row in rows:
            by_warehouse.setdefault(row.warehouse_id, []).append(row)
        contents = [pick_list_paper(_title(own), own[0].warehouse.name, walk_of(own)) for own in by_warehouse.values()]
    yield from ((content, OURS) for content in contents)


def _title(own: Sequence[Outbound]) -> str:
    """The pick list's own number where all are on one; its barcode then leads back to it."""
    numbers = {row.pick_list_id for row in own}
    return f"PL{numbers.pop()}" if len(numbers) == 1 and None not in numbers else own[0].reference


Maker = Callable[[int, str, Sequence[int], str, str], Iterator[Paper]]
MAKERS: dict[str, Maker] = {"labels": _labels, "slips": _slips, "pick": _pick_lists}
