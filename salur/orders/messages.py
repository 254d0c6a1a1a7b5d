"""Why a row of a sync run failed, in plain words, beside the reasons of order files (``formats.messages``)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROW_REASONS: Mapping[str, str | Promise] = {
    "not_answered": _("The store named this order but gave no details of it. Retry the failed orders of this run."),
}
"""What runs write of orders, beside the codes of order files and of the catalogue of problems."""
