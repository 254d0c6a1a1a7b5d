from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "salur.transfers"
    label = "transfers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from .problems import PROBLEMS

        register(PROBLEMS)
