"""The control API under /_control: what tests and the demo turn."""
