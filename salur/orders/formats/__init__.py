"""Reading files of orders: Salur's own template and Shopify's export, as CSV (comma, semicolon, tab) or workbook.

A file is streamed: memory does not grow with its length but for the order ids (about 100 bytes each). A bad row
spoils its order only; FileRefused is for a file of which nothing can be read, or not the rest. What people read for
the codes stands in :mod:`salur.orders.formats.messages`.
"""

from .reading import read_orders, recognise
from .results import FileRefused, FormatInfo, ParsedOrder, RowProblem
from .template import template_csv

__all__ = ["FileRefused", "FormatInfo", "ParsedOrder", "RowProblem", "read_orders", "recognise", "template_csv"]
