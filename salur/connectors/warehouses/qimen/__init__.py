"""Any warehouse system that speaks the Qimen standard, connected by its address and keys."""
