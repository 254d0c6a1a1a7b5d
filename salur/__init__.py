"""Salur: the omnichannel fulfilment hub (see docs/ for the house plan)."""

__version__ = "0.1.0"
