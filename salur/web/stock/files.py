"""Lists as files: CSV streamed however long, workbooks up to what a spreadsheet opens well."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext

from salur.web.access import MerchantRequest
from salur.web.downloads import csv_answer
from salur.web.spreadsheets import TYPES, safe_cell

KINDS = ("csv", "xlsx")
MOST_IN_WORKBOOK = 100_000

Row = list[str | int]


def file_answer(
    request: MerchantRequest, rows: Callable[[], Iterator[Row]], kind: str, name: str, title: str
) -> HttpResponseBase:
    """The rows as a download (in the view's scope, or one like it once the view has ended).

    A workbook ends at :data:`MOST_IN_WORKBOOK` rows, and says so in its last one.
    """
    if kind == "csv":
        return csv_answer(request, rows, f"{name}.csv")
    return FileResponse(
        _workbook(rows(), title), as_attachment=True, filename=f"{name}.xlsx", content_type=TYPES["xlsx"]
    )


def _workbook(rows: Iterator[Row], title: str) -> tempfile.SpooledTemporaryFile[bytes]:
    """An open file: the answer closes it when it was sent."""
    import openpyxl  # here, because it is slow to import and few pages need it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for number, row in enumerate(rows):
        if number > MOST_IN_WORKBOOK:
            told = gettext("Only the first %(most)s rows are here. Take the CSV file for all of them.")
            sheet.append([told % {"most": MOST_IN_WORKBOOK}])
            break
        sheet.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    content: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(max_size=1 << 22)  # noqa: SIM115 - the answer closes it
    book.save(content)
    content.seek(0)
    return content
