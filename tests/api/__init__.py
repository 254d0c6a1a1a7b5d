"""The REST API and partners' messages."""
