"""The simulated store: Shopee Open Platform v2 as its contract sheet describes it."""
