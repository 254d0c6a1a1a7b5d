"""Which kind of order file a header belongs to: by the set of its names, never by their position."""

from __future__ import annotations

from collections.abc import Mapping

from .amazon import Amazon
from .ebay import Ebay
from .etsy import EtsyItems
from .grouping import Format
from .results import FileRefused, FormatInfo, evidence
from .shopify import Shopify
from .table import plain_name
from .template import Template
from .woocommerce import WooCommerce
from .words import is_header_word

WORKBOOK = FormatInfo("workbook", "Excel workbook")
FORMATS: tuple[type[Format], ...] = (Template, Shopify, EtsyItems, Amazon, Ebay, WooCommerce)
# Files that sellers also have and may try, each by columns of its own (contract sheet csv-orders), which cannot be
# read because they do not hold the lines of their orders.
WITHOUT_LINES: Mapping[str, tuple[frozenset[str], str]] = {
    "Etsy sold orders": (frozenset(("order id", "number of items", "order total")), "EtsySoldOrderItems"),
}
_KNOWN = frozenset().union(
    *(layout().names() for layout in FORMATS), *(columns for columns, _ in WITHOUT_LINES.values())
)


def score_of(names: list[str]) -> int:
    """How many of ``names`` are columns of any file known here; tells the right separator from the wrong ones."""
    return sum(plain_name(name) in _KNOWN or is_header_word(name) for name in names)


def format_of(names: list[str]) -> Format:
    """The format whose needed columns are all there; FileRefused says what was found and what is missing."""
    plain = frozenset(map(plain_name, names))
    layouts = [layout() for layout in FORMATS]
    nearest, shared = layouts[0], 0
    for layout in layouts:
        present = _present(layout, plain)
        if layout.needed <= present:
            return layout
        if len(layout.needed & present) > shared:
            nearest, shared = layout, len(layout.needed & present)
    for title, (own, instead) in WITHOUT_LINES.items():
        if own <= plain:
            raise FileRefused("no_lines", {"format": title, "instead": instead})
    found = _listed(names)
    if shared * 2 < len(nearest.needed):
        raise FileRefused("unknown_header", {"found": found})
    missing = missing_columns(nearest, _present(nearest, plain))
    raise FileRefused("missing_columns", {"format": nearest.info.title, "missing": missing, "found": found})


def missing_columns(layout: Format, present: set[str]) -> str:
    """Names of the needed columns that are not there, in the format's own order."""
    order = [column.name for column in (*layout.head, *layout.line)]
    return ", ".join(name for name in order if name in layout.needed - present)


def _present(layout: Format, plain: frozenset[str]) -> set[str]:
    ours = layout.names()
    return {ours[name] for name in plain if name in ours}


def _listed(names: list[str]) -> str:
    shown = ", ".join(evidence(name) for name in names[:12])
    return f"{shown}, …" if len(names) > 12 else shown
