"""What control answers with 404."""


class NotThere(LookupError):
    """No such shop, account or order."""
