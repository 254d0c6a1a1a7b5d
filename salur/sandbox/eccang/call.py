"""One service call after its token and key were found good."""

from dataclasses import dataclass
from typing import Any

from salur.sandbox.eccang.model import Account
from salur.sandbox.eccang.operator import Operator


@dataclass
class Call:
    """What a service gets."""

    operator: Operator
    account: Account
    params: dict[str, Any]
