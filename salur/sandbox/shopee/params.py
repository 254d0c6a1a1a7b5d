"""Reading parameters as strictly as the partner: what is missing or out of range is error_param."""

from collections.abc import Mapping
from typing import Any

from salur.sandbox.engine.exchange import Refusal


def wrong(detail: str) -> Refusal:
    """error_param in the partner's form."""
    return Refusal("error_param", f"Wrong parameters, detail: {detail}.")


def text(params: Mapping[str, Any], name: str) -> str:
    """A required text."""
    value = params.get(name)
    if value is None or isinstance(value, dict | list) or str(value) == "":
        raise wrong(f"{name} is required")
    return str(value)


def choice(params: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """A required text out of a list."""
    value = text(params, name)
    if value not in allowed:
        raise wrong(f"{name} must be one of {', '.join(allowed)}")
    return value


def integer(params: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number in a range; required unless a default is given."""
    value = params.get(name)
    if value in (None, "") and default is not None:
        return default
    if isinstance(value, bool | float):
        raise wrong(f"{name} must be an integer")
    try:
        number = int(text(params, name))
    except ValueError as problem:
        raise wrong(f"{name} must be an integer") from problem
    if not low <= number <= high:
        raise wrong(f"{name} must be between {low} and {high}")
    return number


def listed(params: Mapping[str, Any], name: str, low: int, high: int) -> list[str]:
    """Comma-joined texts, as GET calls take them."""
    values = [part.strip() for part in text(params, name).split(",") if part.strip()]
    if not low <= len(values) <= high:
        raise wrong(f"{name} must hold {low} to {high} values")
    return values


def objects(params: Mapping[str, Any], name: str, low: int, high: int) -> list[dict[str, Any]]:
    """A list of objects in a body."""
    values = params.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise wrong(f"{name} must be a list of objects")
    if not low <= len(values) <= high:
        raise wrong(f"{name} must hold {low} to {high} entries")
    return values


def package_number(params: Mapping[str, Any]) -> str | None:
    """Optional, but never empty when it is sent (shopee.md, arrange shipment)."""
    if "package_number" not in params:
        return None
    value = params["package_number"]
    if value in ("", None):
        raise wrong("package_number must not be empty when it is given")
    return str(value)
