"""Transfers of goods between warehouses: drafts, what left, what arrived, what was lost on the way."""
