"""What went wrong, in people's words: title, cause, cure and who has to act, for every problem code (design 4, 15).

A domain adds its own table with :func:`register`, called in its app's ``ready``.
"""

from .access import TABLE as ACCESS
from .catalogue import PROBLEMS, Problem, Refusal, Text, Who, describe, register
from .partner import TABLE as PARTNER
from .partner import code_of, describe_error, evidence_of

register(ACCESS)
register(PARTNER)

__all__ = [
    "PROBLEMS",
    "Problem",
    "Refusal",
    "Text",
    "Who",
    "code_of",
    "describe",
    "describe_error",
    "evidence_of",
    "register",
]
