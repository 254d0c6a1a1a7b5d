"""The knobs that control can turn. All durations are seconds; None means: does not happen by itself.

Each partner's knobs are a dataclass in its own package, of ``bool``, ``int``, ``float`` and ``str`` fields (with
``| None`` where None is allowed), each with a default.
"""

from collections.abc import Mapping
from dataclasses import asdict, field, fields
from typing import Any, TypeVar

Part = TypeVar("Part")


class BadSetting(ValueError):
    """An unknown knob or a value of the wrong kind; the text says which."""


def choice(*allowed: str) -> Any:
    """A knob that takes one of these texts; the first is the default."""
    return field(default=allowed[0], metadata={"allowed": allowed})


class Settings:
    """All knobs: the sandbox's own and one part per partner."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.tick_seconds = 0.1
        self._parts = dict(parts)

    def part(self, name: str, kind: type[Part]) -> Part:
        """The knobs of a partner."""
        found = self._parts[name]
        if not isinstance(found, kind):
            raise TypeError(f"the settings of {name} are no {kind.__name__}")
        return found

    def update(self, wanted: dict[str, Any]) -> None:
        """Turn the knobs named; raises BadSetting and then changes nothing."""
        planned: list[tuple[Any, str, Any]] = []
        for key, value in wanted.items():
            if key in self._parts:
                if not isinstance(value, dict):
                    raise BadSetting(f"{key} must be an object")
                part = self._parts[key]
                planned += [(part, name, _checked(part, name, new)) for name, new in value.items()]
            elif key == "tick_seconds":
                planned.append((self, key, _of_kind(key, "float", value)))
            else:
                raise BadSetting(f"unknown setting {key}; known: tick_seconds, {', '.join(self._parts)}")
        for part, name, new in planned:
            setattr(part, name, new)

    def as_json(self) -> dict[str, Any]:
        """Every knob with its value."""
        return {"tick_seconds": self.tick_seconds, **{name: asdict(part) for name, part in self._parts.items()}}


def _checked(part: Any, name: str, value: Any) -> Any:
    known = {spec.name: spec for spec in fields(part)}
    if name not in known:
        raise BadSetting(f"unknown setting {name}; known: {', '.join(known)}")
    allowed = known[name].metadata.get("allowed", ())
    if allowed and value not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}")
    return _of_kind(name, str(known[name].type), value)


def _of_kind(name: str, kind: str, value: Any) -> Any:
    if value is None and "None" in kind:
        return None
    if "bool" in kind:
        if isinstance(value, bool):
            return value
    elif "str" in kind:
        if isinstance(value, str):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if "int" in kind and "float" not in kind else float(value)
    raise BadSetting(f"{name} must be {kind}")
