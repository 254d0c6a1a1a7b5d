from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "salur.integrations"
    label = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from salur.foundation.problems import register

        from .messages import TABLE

        register(TABLE)
