"""A worker of its own process that does one job for one account, so that a test can kill it."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> None:
    """``python -m tests.faults.work_once MODULE FUNCTION MERCHANT ACCOUNT``."""
    import django

    django.setup()
    module, function, merchant, account = sys.argv[1:]
    job = getattr(import_module(module), function)
    sys.stdout.write("started\n")
    sys.stdout.flush()
    job(int(merchant), int(account))


if __name__ == "__main__":
    main()
