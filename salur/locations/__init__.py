"""Product locations (shelves) of warehouses, and which products lie where (R53 to R59)."""
