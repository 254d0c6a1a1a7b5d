"""Simulated JD Logistics: ECLP over the JOS router as its contract sheet describes it (jd.md)."""
