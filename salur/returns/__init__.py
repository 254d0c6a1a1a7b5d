"""Returns: goods of an order that come back, good ones into stock and damaged ones on record."""
