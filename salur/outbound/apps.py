from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "salur.outbound"
    label = "outbound"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import floor_problems, labels, moving_problems, stopping

        register(floor_problems.PROBLEMS)
        register(labels.PROBLEMS)
        register(moving_problems.PROBLEMS)
        register(stopping.PROBLEMS)
