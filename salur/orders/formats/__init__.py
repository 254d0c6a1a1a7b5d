"""Reading files of orders: Salur's own template, exports of stores, and any other file once its columns are known.

As CSV (comma, semicolon, tab) or workbook. A file is streamed: memory does not grow with its length but for the order
ids (about 100 bytes each). A bad row spoils its order only; FileRefused is for a file of which nothing can be read, or
not the rest. What people read for the codes stands in :mod:`salur.orders.formats.messages`.
"""

from .mapped import ColumnMap
from .options import ReadOptions
from .reading import identify, peek, read_orders, recognise
from .results import FileRefused, FormatInfo, ParsedOrder, RowProblem
from .template import template_csv

__all__ = [
    "ColumnMap",
    "FileRefused",
    "FormatInfo",
    "ParsedOrder",
    "ReadOptions",
    "RowProblem",
    "identify",
    "peek",
    "read_orders",
    "recognise",
    "template_csv",
]
