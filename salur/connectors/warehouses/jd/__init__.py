"""JD.ID and JD Fulfillment warehouses over the JOS router; see README.md beside this file."""
