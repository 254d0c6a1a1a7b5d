"""The simulated print-on-demand vendor: Gearment's API v3 as its contract describes it."""
