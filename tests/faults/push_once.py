"""A worker of its own process that pushes what is ready for one account, so that a test can kill it."""

from __future__ import annotations

import sys


def main() -> None:
    """``python -m tests.faults.push_once MERCHANT ACCOUNT``."""
    import django

    django.setup()
    from salur.flows.push import push_ready

    sys.stdout.write("started\n")
    sys.stdout.flush()
    push_ready(int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
