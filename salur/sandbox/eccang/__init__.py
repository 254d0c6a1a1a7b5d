"""The simulated warehouse operator: ECCANG WMS surface A as its contract sheet describes it."""
