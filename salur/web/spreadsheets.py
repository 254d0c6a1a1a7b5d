"""Spreadsheets that people download, fill in and upload again (see ``orders.formats.sheets``)."""

from __future__ import annotations

from salur.orders.formats.sheets import LARGEST, TYPES, as_typed, read_table, safe_cell, written

__all__ = ["LARGEST", "TYPES", "as_typed", "read_table", "safe_cell", "written"]
