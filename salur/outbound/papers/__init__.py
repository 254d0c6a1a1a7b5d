"""Papers for the warehouse floor as PDF: pick lists, packing slips, merged labels."""
