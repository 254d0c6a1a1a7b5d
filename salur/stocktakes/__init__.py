"""Stock counts in own warehouses: sheets, what people counted, and the differences that are entered."""
