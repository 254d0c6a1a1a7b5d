from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "salur.outbound"
    label = "outbound"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import labels, stopping

        register(labels.PROBLEMS)
        register(stopping.PROBLEMS)
