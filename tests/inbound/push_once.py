"""A worker of its own process that pushes the inbound lists of one account, so that a test can kill it."""

from __future__ import annotations

import sys


def main() -> None:
    """``python -m tests.inbound.push_once MERCHANT ACCOUNT``."""
    import django

    django.setup()
    from salur.flows.inbound_push import push_inbound_due

    sys.stdout.write("started\n")
    sys.stdout.flush()
    push_inbound_due(int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
