"""Which kind of order file a header belongs to: by the set of its names, never by their position."""

from __future__ import annotations

from collections.abc import Mapping

from .grouping import Format
from .results import FileRefused, FormatInfo, evidence
from .shopify import Shopify
from .table import plain_name
from .template import Template

WORKBOOK = FormatInfo("workbook", "Excel workbook")
FORMATS: tuple[type[Format], ...] = (Template, Shopify)
# Files that sellers also have and may try, each by two columns of its own (contract sheet csv-orders), so that they
# are told what they hold instead of what is missing.
OTHERS: Mapping[str, frozenset[str]] = {
    "Etsy sold order items": frozenset(("transaction id", "listing id")),
    "Etsy sold orders": frozenset(("order net", "number of items")),
    "Amazon order report": frozenset(("order-item-id", "purchase-date")),
    "eBay orders report": frozenset(("sales record number", "item title")),
}
_KNOWN = frozenset().union(*(layout.names() for layout in FORMATS), *OTHERS.values())


def score_of(names: list[str]) -> int:
    """How many of ``names`` are columns of any file known here; tells the right separator from the wrong ones."""
    return len(_KNOWN.intersection(map(plain_name, names)))


def format_of(names: list[str]) -> type[Format]:
    """The format whose needed columns are all there; FileRefused says what was found and what is missing."""
    plain = frozenset(map(plain_name, names))
    nearest, shared = FORMATS[0], 0
    for layout in FORMATS:
        present = _present(layout, plain)
        if layout.needed <= present:
            return layout
        if len(layout.needed & present) > shared:
            nearest, shared = layout, len(layout.needed & present)
    for title, own in OTHERS.items():
        if own <= plain:
            raise FileRefused("other_format", {"format": title})
    found = _listed(names)
    if shared * 2 < len(nearest.needed):
        raise FileRefused("unknown_header", {"found": found})
    present = _present(nearest, plain)
    order = [column.name for column in (*nearest.head, *nearest.line)]
    missing = ", ".join(name for name in order if name in nearest.needed - present)
    raise FileRefused("missing_columns", {"format": nearest.info.title, "missing": missing, "found": found})


def _present(layout: type[Format], plain: frozenset[str]) -> set[str]:
    ours = layout.names()
    return {ours[name] for name in plain if name in ours}


def _listed(names: list[str]) -> str:
    shown = ", ".join(evidence(name) for name in names[:12])
    return f"{shown}, …" if len(names) > 12 else shown
