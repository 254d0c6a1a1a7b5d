"""Lists as files: CSV streamed however long, workbooks up to what a spreadsheet opens well."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext

from salur.web.downloads import csv_text
from salur.web.spreadsheets import TYPES

KINDS = ("csv", "xlsx")
MOST_IN_WORKBOOK = 100_000

Row = list[str | int]


def safe_cell(cell: str | int) -> str | int:
    """A cell that a spreadsheet does not take for a formula; figures stay figures."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def file_answer(rows: Iterator[Row], kind: str, name: str, title: str) -> HttpResponseBase:
    """The rows as a download. A workbook ends at :data:`MOST_IN_WORKBOOK` rows, and says so in its last one."""
    if kind == "xlsx":
        return FileResponse(
            _workbook(rows, title), as_attachment=True, filename=f"{name}.xlsx", content_type=TYPES["xlsx"]
        )
    response = StreamingHttpResponse(csv_text(rows), content_type=TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


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
        sheet.append([safe_cell(cell) for cell in row])
    content: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(max_size=1 << 22)  # noqa: SIM115
    book.save(content)
    content.seek(0)
    return content
