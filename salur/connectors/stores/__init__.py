"""Store connectors, one folder per marketplace or webshop."""
