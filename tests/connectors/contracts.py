"""Reading contracts/: what partners document, as the simulators read it too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[2] / "contracts"


def contract(name: str) -> Any:
    return json.loads((CONTRACTS / name).read_text("utf-8"))


def exchanges(partner: str, operation: str) -> dict[str, Any]:
    listed = contract(f"{partner}/examples/{operation}.json")["exchanges"]
    return {exchange["name"]: exchange for exchange in listed}
