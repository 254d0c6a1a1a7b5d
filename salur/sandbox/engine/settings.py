"""The knobs that control can turn. All durations are seconds; None means: does not happen by itself."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any


class BadSetting(ValueError):
    """An unknown knob or a value of the wrong kind; the text says which."""


@dataclass
class ShopeeSettings:
    """Knobs of the simulated store."""

    access_token_seconds: float = 4 * 3600
    refresh_token_seconds: float = 30 * 86400
    code_seconds: float = 600
    timestamp_tolerance: float = 300
    old_token_grace: float = 300
    tracking_seconds: float = 1.0
    document_seconds: float = 1.0
    rate_limit_per_second: float = 0
    callback_url: str = ""
    push_tries: int = 3
    push_retry_seconds: float = 60
    pay_after: float | None = None
    pickup_after: float | None = None
    deliver_after: float | None = None
    complete_after: float | None = None
    label_bytes_at_least: int = 0


@dataclass
class EccangSettings:
    """Knobs of the simulated warehouse operator."""

    ship_after: float | None = None
    intercept_seconds: float = 1.0
    intercept_result: str = "success"
    lookup_delay: float = 0.0
    allow_duplicate_reference: bool = False
    callback_tries: int = 5
    callback_retry_seconds: float = 60
    callback_body: str = "text"
    response_form: str = "escaped"
    inventory_batches: int = 1
    rate_limit_per_second: float = 0


@dataclass
class Settings:
    """All knobs."""

    tick_seconds: float = 0.1
    shopee: ShopeeSettings = field(default_factory=ShopeeSettings)
    eccang: EccangSettings = field(default_factory=EccangSettings)

    def update(self, wanted: dict[str, Any]) -> None:
        """Turn the knobs named; raises BadSetting and then changes nothing."""
        planned: list[tuple[Any, str, Any]] = []
        for key, value in wanted.items():
            if key in ("shopee", "eccang"):
                if not isinstance(value, dict):
                    raise BadSetting(f"{key} must be an object")
                part = getattr(self, key)
                planned += [(part, name, _checked(part, name, new)) for name, new in value.items()]
            else:
                planned.append((self, key, _checked(self, key, value)))
        for part, name, new in planned:
            setattr(part, name, new)

    def as_json(self) -> dict[str, Any]:
        """Every knob with its value."""
        return asdict(self)


_CHOICES = {
    "intercept_result": ("success", "fail", "fee"),
    "callback_body": ("text", "object"),
    "response_form": ("escaped", "cdata"),
}


def _checked(part: Any, name: str, value: Any) -> Any:
    kinds = {spec.name: str(spec.type) for spec in fields(part)}
    if name not in kinds:
        raise BadSetting(f"unknown setting {name}; known: {', '.join(kinds)}")
    kind = kinds[name]
    if value is None and "None" in kind:
        return None
    if name in _CHOICES and value not in _CHOICES[name]:
        raise BadSetting(f"{name} must be one of {', '.join(_CHOICES[name])}")
    if "bool" in kind:
        if isinstance(value, bool):
            return value
    elif "str" in kind:
        if isinstance(value, str):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if "int" in kind and "float" not in kind else float(value)
    raise BadSetting(f"{name} must be {kind}")
