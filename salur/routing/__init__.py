"""Delivery-warehouse rules and their evaluation in memory."""
