from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "salur.stock"
    label = "stock"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import adjust, alerts, differences

        register((*adjust.PROBLEMS, *alerts.PROBLEMS, *differences.PROBLEMS))
