from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "salur.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import editing, images

        register(editing.PROBLEMS)
        register(images.PROBLEMS)
