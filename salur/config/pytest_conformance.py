"""The pytest plugin: ``pytest --salur-connector NAME`` makes one test of each check (design 6).

Without that option it does nothing. A connector's own tests may also make the checks with a fixture of theirs, see
:func:`assert_holds` and :func:`checks_of`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # the kit is loaded only where it is asked for: this module is part of every pytest run
    from salur.connectors.base.capabilities import Plugin
    from salur.connectors.conformance.bench import Bench
    from salur.connectors.conformance.checks import Check
    from salur.connectors.conformance.rig import Rig
    from salur.connectors.conformance.runner import Result

BENCHES: pytest.StashKey[dict[str, Bench]] = pytest.StashKey()
OPEN: pytest.StashKey[contextlib.ExitStack] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("salur", "Salur's conformance kit")
    group.addoption(
        "--salur-connector",
        action="append",
        default=[],
        metavar="NAME",
        help="make every check of the conformance kit a test of this connector (may be repeated)",
    )
    group.addoption("--salur-sandbox", default="", metavar="URL", help="a running sandbox (one of its own is started)")
    group.addoption(
        "--salur-credentials", default="", metavar="FILE", help="the partner's own test system instead of the sandbox"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Asked for a connector and no file, only its checks are meant."""
    asked = config.getoption("salur_connector") and config.args_source is not pytest.Config.ArgsSource.ARGS
    return True if asked else None


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each check."""
    for name in config.getoption("salur_connector"):
        items += _items(session, name)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the tests have opened."""
    if OPEN in config.stash:
        config.stash[OPEN].close()


def _items(session: pytest.Session, name: str) -> Iterator[pytest.Item]:
    from salur.connectors.conformance import finding

    try:
        plugin = finding.plugin(name)
    except finding.NotFound as error:
        raise pytest.UsageError(str(error)) from error
    for check in checks_of(plugin):
        yield CheckItem.from_parent(session, name=f"{name}:{check.id}", plugin=plugin, check=check)


class CheckItem(pytest.Item):
    """One check of one connector."""

    def __init__(self, *, plugin: Plugin, check: Check, **more: Any) -> None:
        super().__init__(**more, nodeid=f"salur-conformance::{more['name']}")
        self.plugin = plugin
        self.check = check

    def runtest(self) -> None:
        """Make the check."""
        from salur.connectors.conformance.runner import run

        _judge(run(self.check, _bench(self.config, self.plugin)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was seen and expected; a traceback through the kit would say less."""
        return str(excinfo.value) if isinstance(excinfo.value, DoesNotHold) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test stands: nowhere in a file."""
        return Path(self.check.run.__code__.co_filename), None, f"{self.plugin.name}: {self.check.title}"


class DoesNotHold(AssertionError):
    """A check fails."""


def _judge(result: Result) -> None:
    from salur.connectors.conformance.checks import Mark

    if result.mark is Mark.BYPASSED:
        pytest.skip(result.reason)
    if result.mark is Mark.FAILS:
        check = result.check
        raise DoesNotHold(
            f"{check.id}: {check.title}\nseen:     {result.seen}\nexpected: {result.expected}\n"
            f"look at:  {check.look} ({check.proves})"
        )


def _bench(config: pytest.Config, plugin: Plugin) -> Bench:
    """The connector's bench, made with its first test."""
    from salur.connectors.conformance import finding

    stack = config.stash.setdefault(OPEN, contextlib.ExitStack())
    benches = config.stash.setdefault(BENCHES, {})
    if plugin.name not in benches:
        file = config.getoption("salur_credentials")
        rig = finding.rig_for(plugin, url=config.getoption("salur_sandbox"), credentials=Path(file) if file else None)
        benches[plugin.name] = bench = _made(plugin, stack.enter_context(rig))
        stack.callback(bench.close)
    return benches[plugin.name]


def _made(plugin: Plugin, rig: Rig, contracts: Path | None = None) -> Bench:
    from salur.connectors.conformance import finding
    from salur.connectors.conformance.bench import Bench
    from salur.integrations.redaction import redactor

    return Bench(plugin, rig, redactor, finding.contracts_folder(plugin.name, contracts))


def checks_of(plugin: Plugin) -> list[Check]:
    """The checks for this kind of connector, to parametrise a test with."""
    from salur.connectors.conformance.catalogue import CHECKS

    return [check for check in CHECKS if check.kind in ("", plugin.kind)]


def assert_holds(plugin: Plugin, check: Check, rig: Rig, contracts: Path | None = None) -> None:
    """Make one check at a rig of your own; fails the test, or skips it with the reason why it cannot be made.

    ``contracts`` is the folder that holds ``NAME/statuses.csv`` (else ``contracts`` in the working folder).
    """
    from salur.connectors.conformance.runner import run

    bench = _made(plugin, rig, contracts)
    try:
        _judge(run(check, bench))
    finally:
        bench.close()
