"""Screen: what needs me now."""
