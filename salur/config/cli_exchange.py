"""``salur exchange replay``: a recorded call given to today's code; no partner is called (design 12)."""

from __future__ import annotations

import argparse
import sys
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
    replay.add_argument("number", type=int, metavar="NUMBER", help="of the exchange, as its page's address shows it")
    replay.add_argument("--merchant", type=int, metavar="ID", help="whose exchange it is (needed where there are more)")
    replay.set_defaults(run=_replay)


def _replay(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.flows.replay import find_exchange, judge
    from salur.foundation.problems import Refusal, describe
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.scope import merchant_scope

    merchants = [chosen.merchant] if chosen.merchant is not None else all_merchants()
    for merchant_id in merchants:
        with merchant_scope(merchant_id, actor="command", cause="salur exchange replay"):
            if find_exchange(chosen.number) is None:
                continue
            try:
                told = judge(chosen.number)
            except Refusal as refusal:
                text = describe(refusal.code, refusal.evidence)
                print(f"salur: {text.title}: {text.cause} {text.cure}", file=sys.stderr)
                return 2
            print(f"{told.operation}: then {told.then}, today {told.today} {told.detail}".rstrip(), flush=True)
            return 0 if told.today == told.then else 1
    print(f"salur: there is no exchange {chosen.number}", file=sys.stderr)
    return 2
