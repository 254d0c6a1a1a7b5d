"""Master products (MSKU), listings, bindings, product push."""
