"""Connectors and their rigs by name, through entry points, so that any installed package takes part."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from salur.connectors.base.capabilities import Plugin

from .credentials_rig import CredentialsRig
from .rig import Rig
from .sandbox_rig import SandboxRig, own_sandbox
from .store_rig import StoreSandboxRig

CONNECTORS = "salur.connectors"
RIGS = "salur.conformance_rigs"
"""Group of functions without arguments that answer a rig, each under its connector's name."""

BESIDE = Path(__file__).resolve().parents[3] / "contracts"


class NotFound(LookupError):
    """No such connector or rig; the text says what there is."""


def names() -> list[str]:
    """Every installed connector."""
    return sorted({point.name for point in entry_points(group=CONNECTORS)})


def plugin(name: str) -> Plugin:
    """The connector of that name; it may be broken in ways that the hub would refuse."""
    points = {point.name: point for point in entry_points(group=CONNECTORS)}
    if name not in points:
        raise NotFound(f"no connector is named {name}; installed: {', '.join(sorted(points)) or 'none'}")
    found = points[name].load()
    if not isinstance(found, Plugin):
        raise NotFound(f"{points[name].value} is {type(found).__name__}, not a Plugin")
    return found


def own_rig(name: str) -> Callable[[], Rig] | None:
    """The rig that the connector's package brings along, if it does."""
    points: dict[str, EntryPoint] = {point.name: point for point in entry_points(group=RIGS)}
    return points[name].load() if name in points else None


@contextlib.contextmanager
def rig_for(plugin: Plugin, *, url: str = "", credentials: Path | None = None) -> Iterator[Rig]:
    """The partner to check against: a credentials file, a running sandbox, the package's own rig, or a new sandbox."""
    with contextlib.ExitStack() as stack:
        rig: Rig
        own = own_rig(plugin.name)
        if credentials is not None:
            rig = CredentialsRig(credentials)
        elif own is not None and not url:
            rig = own()
        else:
            rig = sandbox_rig(plugin, url or stack.enter_context(own_sandbox()))
        stack.callback(rig.close)
        yield rig


def sandbox_rig(plugin: Plugin, url: str) -> Rig:
    """The partner of that name in a running sandbox."""
    return StoreSandboxRig(plugin.name, url) if plugin.kind == "store" else SandboxRig(plugin.name, url)


def contracts_folder(name: str, wanted: Path | None = None) -> Path | None:
    """The folder that holds ``NAME/statuses.csv``: the one named, the one here, or the one beside Salur."""
    for folder in (wanted, Path.cwd() / "contracts", BESIDE):
        if folder is not None and (folder / name / "statuses.csv").is_file():
            return folder
    return None
