"""What every simulated partner shares: clock, timers, faults, counters, callbacks, labels."""
