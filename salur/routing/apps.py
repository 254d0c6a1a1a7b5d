from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "salur.routing"
    label = "routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from .messages import PROBLEMS

        register(PROBLEMS)
