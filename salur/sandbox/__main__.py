"""``python -m salur.sandbox``: start the simulated partners."""

import sys

from salur.sandbox.server import main

sys.exit(main(sys.argv[1:]))
