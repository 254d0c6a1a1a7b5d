"""Lists as CSV files, however long: read while they are sent, never as a whole in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from salur.web.access import MerchantRequest, reading
from salur.web.spreadsheets import TYPES, safe_cell

BUFFER = 1 << 15
Rows = Iterable[Sequence[object]]


def csv_text(rows: Rows) -> Iterator[str]:
    """The rows as CSV in pieces; no text of them is a formula, figures stay figures."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")  # lets spreadsheets read it as UTF-8
    for row in rows:
        writer.writerow([cell if isinstance(cell, int | float) else safe_cell(str(cell)) for cell in row])
        if out.tell() > BUFFER:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def csv_answer(request: MerchantRequest, rows: Callable[[], Rows], name: str) -> StreamingHttpResponse:
    """A download. ``rows`` is called once the view has ended, in a scope, language and time zone like the view's."""
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()

    def lines() -> Iterator[str]:
        with reading(request), translation.override(language), timezone.override(zone):
            yield from csv_text(rows())

    response = StreamingHttpResponse(lines(), content_type=TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
