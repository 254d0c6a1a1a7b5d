"""What people read for each code: what happened and what to do. Placeholders are filled from the problem's detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .results import FileRefused, RowProblem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the type of a lazy text, known to the type checker only

FILE_MESSAGES: Mapping[str, _StrPromise] = {
    "empty_file": _("The file holds no header row. Export it again, or start from the template."),
    "encoding": _(
        "The file is not UTF-8 text (line %(line)s: %(found)s). In your spreadsheet choose Save as, "
        "“CSV UTF-8”, and upload that file, or upload the workbook (.xlsx) itself."
    ),
    "not_text": _("This is not a text file. Upload a CSV file or an Excel workbook (.xlsx)."),
    "separator": _(
        "The first line sets “%(found)s” as separator. Use a comma, a semicolon or a tab, or remove that line."
    ),
    "too_many_columns": _("The header has %(found)s columns; at most %(limit)s can be read. Delete the unused ones."),
    "duplicate_column": _("The column “%(column)s” stands in the header twice. Delete one of the two."),
    "missing_columns": _(
        "This looks like a file of the kind “%(format)s”, but these columns are missing: %(missing)s."
    ),
    "unknown_header": _(
        "The columns of this file are not known: %(found)s. Upload it on the page “Import orders” and say which column "
        "is what, or use Salur's template."
    ),
    "no_lines": _(
        "This looks like a “%(format)s” file, which does not tell what was bought. Download the file “%(instead)s” "
        "instead."
    ),
    "old_workbook": _("Workbooks of the old kind (.xls) cannot be read. Save the file as .xlsx or as CSV UTF-8."),
    "unreadable_workbook": _("The workbook cannot be opened (%(reason)s). Save it again, or save it as CSV UTF-8."),
    "too_many_rows": _("The file has more than %(limit)s rows. Divide it."),
    "workbook_too_large": _(
        "The workbook is too large (a part of it exceeds %(limit)s). Save it as CSV UTF-8, which may have any length."
    ),
}

ROW_MESSAGES: Mapping[str, _StrPromise] = {
    "missing_value": _("This cell is empty, but a value is needed. Fill it in."),
    "bad_quantity": _("“%(value)s” is not a number of pieces. Write a whole number from 1 to %(limit)s."),
    "bad_money": _(
        "“%(value)s” is not an amount that can be read without doubt. Write it with a decimal point and without "
        "separators or a currency sign, for example 150000 or 1234.50."
    ),
    "bad_time": _("“%(value)s” is not a date and time. Write it like 2026-05-01T09:59:00+07:00 or 2026-05-01 09:59."),
    "time_in_future": _(
        "“%(value)s” lies in the future. Correct the date, or add the offset from UTC "
        "(times without one are read in the time zone %(zone)s)."
    ),
    "bad_country": _("“%(value)s” is not a country code. Write two letters, for example TH, ID or MY."),
    "bad_currency": _("“%(value)s” is not a currency code. Write three letters, for example THB or IDR."),
    # Translators: “yes” and “no” are the very words that the file must hold; they stay English in every language.
    "bad_yes_no": _("“%(value)s” cannot be read here. Write the English word “yes” or “no”."),
    "unknown_status": _("The status “%(value)s” is not known. Use one of: %(choices)s."),
    "order_rows_differ": _(
        "Two rows of this order disagree: “%(first)s” (order begins in row %(first_line)s) and “%(other)s”. "
        "Make them the same, or leave the cell empty in all rows but the first."
    ),
    "duplicate_line_id": _("The line “%(value)s” stands in this order twice. Give each line its own number."),
    "too_long": _("This text has %(found)s characters; at most %(limit)s are possible. Shorten it: “%(value)s”."),
    "formula_cell": _("“%(value)s” is a formula. Replace it by its value (copy, then paste values only)."),
    "cell_error": _("This cell shows the error %(value)s of the spreadsheet. Correct it there."),
    "cell_too_large": _(
        "This row is far too large to be an order line and was passed over. It begins with: “%(value)s”. "
        "A quotation mark that is never closed is the usual cause."
    ),
    "bad_bytes": _(
        "“%(value)s” is not %(encoding)s text (%(found)s). Save the file as “CSV UTF-8”, or choose its encoding when "
        "you import it."
    ),
    "bad_character": _("“%(value)s” holds a character that cannot be stored (%(character)s). Type the text again."),
    "bad_quotes": _(
        "The quotation marks of this row do not fit together (%(lines)s lines of text were read as one row). It begins "
        "with: “%(value)s”. Write every quotation mark inside a cell twice."
    ),
    "quote_not_closed": _(
        "A quotation mark opened in this row is never closed, so nothing after it could be read. The row begins with: "
        "“%(value)s”. Close or remove the quotation mark."
    ),
    "too_few_cells": _("This row has %(found)s cells, the header %(expected)s. Add the missing separators."),
    "too_many_cells": _(
        "This row has %(found)s cells, the header %(expected)s. Put cells that hold the separator in quotation marks."
    ),
    "order_split": _(
        "This row belongs to an order whose other rows stand more than %(window)s orders above and were read without "
        "it. Sort the file by order number, give this order a later updated_at, and import it again."
    ),
    "too_many_lines": _("This order has more than %(limit)s lines. Split it, or enter it by hand."),
    "nothing_to_ship": _("No line of this order has anything left to ship, so there is nothing to import."),
    "partly_shipped_line": _(
        "Part of “%(value)s” has been shipped, and the file does not tell how many pieces are left. "
        "Enter the rest of this order by hand."
    ),
}

MESSAGES: Mapping[str, _StrPromise] = {**FILE_MESSAGES, **ROW_MESSAGES}


def text_of(problem: RowProblem | FileRefused) -> str:
    """The message in the language of the moment."""
    return str(MESSAGES[problem.code]) % dict(problem.detail)
