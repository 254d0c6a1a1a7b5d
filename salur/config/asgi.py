"""The web application for an ASGI server. Any server can run it; ``salur web`` is one."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from salur.config.environment import prepare_home

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
prepare_home()
application = get_asgi_application()
