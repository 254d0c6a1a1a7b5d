"""Speed, as figures: one JSON line each. No tests; what they mean stands in docs/reference/benchmarks.md."""
