"""Deterministic randomness: the same seed always makes the same orders, people and numbers."""

import hashlib
import random

#: Letters and digits that cannot be mistaken for one another on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ"


def dice(*seed: object) -> random.Random:
    """A generator that depends on the seed parts alone."""
    text = "/".join(str(part) for part in seed)
    return random.Random(text)  # noqa: S311 - demo data must repeat, it guards nothing


def token(*seed: object) -> str:
    """32 lower-hex characters that depend on the seed parts alone."""
    text = "/".join(str(part) for part in seed)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def code(generator: random.Random, length: int) -> str:
    """A code of capital letters and digits."""
    return "".join(generator.choice(ALPHABET) for _ in range(length))
