from django.apps import AppConfig


class StocktakesConfig(AppConfig):
    name = "salur.stocktakes"
    label = "stocktakes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from .problems import PROBLEMS

        register(PROBLEMS)
