"""Screen: the door of the inbound room."""
