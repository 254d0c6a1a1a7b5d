"""Label PDFs: looked over before they are kept, stored once per content (R108, R110)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader

from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.tenancy.scope import current_scope

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "label_unreadable",
        _("This is no label PDF"),
        _("The file cannot be read as a PDF with at least one page: %(reason)s"),
        _("Save the label as a PDF again and upload that file."),
        "operator",
    ),
    Problem(
        "label_too_large",
        _("The label is too large"),
        _("The file has %(megabytes)s MB; at most %(limit)s MB can be kept."),
        _("Save the label alone, without other pages, and upload that file."),
        "operator",
    ),
    Problem(
        "awb_missing",
        _("The AWB number is missing"),
        _("A label is only of use to the warehouse together with its AWB number."),
        _("Type the number that is printed under the label's barcode."),
        "operator",
    ),
    Problem(
        "label_too_late",
        _("The warehouse has this list already"),
        _("The outbound list %(reference)s has gone to the warehouse, so its label cannot be changed here."),
        _("Send the new label to the warehouse directly."),
        "operator",
    ),
)

LARGEST = 10 * 1024 * 1024  # bytes; labels of one parcel have some hundred thousand at most


class LabelRefused(Refusal):
    """The file is not kept; the code says why."""

    code = "label_unreadable"


@dataclass(frozen=True, slots=True)
class CheckedLabel:
    """A file that is a PDF: ``pages`` of it can be read, ``sha256`` names its content."""

    content: bytes
    sha256: str
    pages: int


def check_label(content: bytes) -> CheckedLabel:
    """The file as a label; raises :class:`LabelRefused` when it is no whole PDF or has no page.

    A file cut off on its way begins like a PDF and may even be opened, so its end is looked at as well.
    """
    if len(content) > LARGEST:
        raise LabelRefused(
            "label_too_large", megabytes=f"{len(content) / 1024 / 1024:.1f}", limit=LARGEST // 1024 // 1024
        )
    if not content.startswith(b"%PDF-"):
        raise LabelRefused(reason=_("it does not begin as a PDF does."))
    if b"%%EOF" not in content[-1024:]:
        raise LabelRefused(reason=_("its end is missing, so it was cut off on its way."))
    try:
        pages = len(PdfReader(io.BytesIO(content)).pages)
    except Exception as error:  # a reader of foreign files ends in more than its own errors; all mean unreadable
        raise LabelRefused(reason=f"{type(error).__name__}: {error}"[:200]) from error
    if pages < 1:
        raise LabelRefused(reason=_("it has no page."))
    return CheckedLabel(content, hashlib.sha256(content).hexdigest(), pages)


STORE = """
INSERT INTO outbound_label (merchant_id, outbound_id, content, sha256, pages, created_at)
SELECT %(merchant)s, n.outbound_id, n.content, n.sha256, n.pages, %(at)s
FROM unnest(%(ids)s::bigint[], %(contents)s::bytea[], %(digests)s::text[], %(pages)s::int[])
  AS n(outbound_id, content, sha256, pages)
WHERE NOT EXISTS (SELECT 1 FROM outbound_label l WHERE l.merchant_id = %(merchant)s
                  AND l.outbound_id = n.outbound_id AND l.sha256 = n.sha256)
"""
FIND = """
SELECT l.outbound_id, max(l.id) FROM outbound_label l
JOIN unnest(%(ids)s::bigint[], %(digests)s::text[]) AS n(outbound_id, sha256)
  ON l.outbound_id = n.outbound_id AND l.sha256 = n.sha256
WHERE l.merchant_id = %(merchant)s GROUP BY l.outbound_id
"""


def keep_labels(labels: Mapping[int, CheckedLabel]) -> dict[int, int]:
    """Store labels by outbound id; answers the label's id by outbound id. The same content is kept once."""
    if not labels:
        return {}
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "at": now(),
        "ids": list(labels),
        "contents": [label.content for label in labels.values()],
        "digests": [label.sha256 for label in labels.values()],
        "pages": [label.pages for label in labels.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
        cursor.execute(FIND, values)
        return dict(cursor.fetchall())
