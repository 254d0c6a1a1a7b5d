"""A simulated warehouse that speaks the Qimen standard, and a second one under another name (contracts/qimen)."""
