"""Templates are compiled once for each language, so that words that stand fast are plain text in them."""

from __future__ import annotations

from django.template.base import Origin
from django.template.loaders.cached import Loader
from django.utils.translation import get_language


class ByLanguage(Loader):
    """Django's caching loader, which keeps a template apart for each language."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        """Django's key within the language of this moment."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"


def for_one_language(origin: Origin | None) -> bool:
    """Whether what is compiled from here is kept for the language of this moment, and shown in no other."""
    loader = getattr(origin, "loader", None)
    return loader is not None and all(isinstance(one, ByLanguage) for one in loader.engine.template_loaders)
