"""The one Django app of Outtask."""

from django.apps import AppConfig


class OuttaskConfig(AppConfig):
    name = "outtask"
    verbose_name = "Outtask"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imported here because models must be loaded first; the imports register kinds and derivations.
        from outtask.lifecycle import assembly

        assembly.assemble()
