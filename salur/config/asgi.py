"""The web application for an ASGI server. Any server can run it; ``salur web`` is one."""

from __future__ import annotations

import os
from typing import cast

from django.core.asgi import get_asgi_application
from starlette.types import ASGIApp

from salur.config.environment import prepare_home

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
prepare_home()
_django = cast(ASGIApp, get_asgi_application())

# These need the applications, which are there from here on.
from salur.api.webhooks import with_messages  # noqa: E402
from salur.config.static import with_static_files  # noqa: E402
from salur.foundation.interpreter import look_for_cycles_seldom  # noqa: E402

application = with_static_files(with_messages(_django))
look_for_cycles_seldom()
