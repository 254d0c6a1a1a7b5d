"""``python -m salur`` is the ``salur`` command."""

import sys

from salur.config.cli import main

sys.exit(main())
