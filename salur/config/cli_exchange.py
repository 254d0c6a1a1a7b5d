"""``salur exchange``: recorded calls given to today's code, or kept as test cases; no partner is called (design 12)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from salur.config.boot import start_django
from salur.config.cli_manage import refuse_old_tables

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.add_parser("exchange", help="look at recorded calls to partners")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    replay = actions.add_parser(
        "replay",
        help="give a recorded answer to today's code, and tell what it makes of it",
        epilog="Nobody is called, nothing is changed. Exit code: 0 as then, 1 otherwise than then, 2 cannot be told.",
    )
    _name_exchange(replay)
    replay.set_defaults(run=_replay)
    keep = actions.add_parser(
        "keep",
        help="keep a recorded call as a test case: a file without secrets and without the buyer",
        epilog="The file is judged again by “salur exchange check”, and by the project's own tests where it lies in"
        " contracts/PARTNER/recorded. Exit code: 0 kept, 2 cannot be kept.",
    )
    _name_exchange(keep)
    keep.add_argument("--to", type=Path, metavar="FOLDER", help="where to put it (contracts/PARTNER/recorded)")
    keep.set_defaults(run=_keep)
    check = actions.add_parser(
        "check",
        help="judge kept calls by today's code",
        epilog="Exit code: 0 all as when they were kept, 1 one otherwise, 2 one cannot be read.",
    )
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of them")
    check.set_defaults(run=_check)


def _name_exchange(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar="NUMBER", help="of the exchange, as its page's address shows it")
    parser.add_argument("--merchant", type=int, metavar="ID", help="whose exchange it is (needed where there are more)")


def _replay(chosen: argparse.Namespace) -> int:
    def judged() -> int:
        from salur.flows.judging import judge

        told = judge(chosen.number)
        print(f"{told.operation}: then {told.then}, today {told.today} {told.detail}".rstrip(), flush=True)
        return 0 if told.today == told.then else 1

    return _with_exchange(chosen, judged)


def _keep(chosen: argparse.Namespace) -> int:
    def kept() -> int:
        from salur.flows.cassettes import keep, write

        cassette = keep(chosen.number)
        path = write(cassette, chosen.to or Path("contracts") / cassette.partner / "recorded")
        print(f"{path}: {cassette.wanted.operation}, {cassette.today} {cassette.detail}".rstrip(), flush=True)
        return 0

    return _with_exchange(chosen, kept)


def _with_exchange(chosen: argparse.Namespace, act: Callable[[], int]) -> int:
    """Do it in the scope of the merchant whose exchange it is."""
    start_django()
    refuse_old_tables()
    from salur.flows.replay import find_exchange
    from salur.foundation.problems import Refusal
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.scope import merchant_scope

    merchants = [chosen.merchant] if chosen.merchant is not None else all_merchants()
    for merchant_id in merchants:
        with merchant_scope(merchant_id, actor="command", cause="salur exchange"):
            if find_exchange(chosen.number) is None:
                continue
            try:
                return act()
            except Refusal as refusal:
                return _refused(refusal)
    print(f"salur: there is no exchange {chosen.number}", file=sys.stderr)
    return 2


def _refused(refusal: Exception) -> int:
    from salur.foundation.problems import Refusal, describe

    assert isinstance(refusal, Refusal)  # noqa: S101 - imported late, once Django has started
    text = describe(refusal.code, refusal.evidence)
    print(f"salur: {text.title}: {text.cause} {text.cure}", file=sys.stderr)
    return 2


def _check(chosen: argparse.Namespace) -> int:
    start_django()
    from salur.flows.cassettes import agrees, judge_cassette, read
    from salur.foundation.problems import Refusal

    worst = 0
    for path in _files(chosen.paths):
        try:
            cassette = read(path)
            told = judge_cassette(cassette)
        except Refusal as refusal:
            worst = max(worst, _refused(refusal))
            continue
        if agrees(cassette, told):
            print(f"ok    {path}", flush=True)
        else:
            worst = max(worst, 1)
            print(f"OTHER {path}", flush=True)
            print(f"      kept:  {cassette.today} {cassette.detail}".rstrip(), flush=True)
            print(f"      today: {told.today} {told.detail}".rstrip(), flush=True)
    return worst


def _files(paths: Iterable[Path]) -> list[Path]:
    return [one for path in paths for one in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
