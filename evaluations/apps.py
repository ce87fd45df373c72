from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"

    def ready(self):
        """Say what becomes of periods and sheets when organisations change."""
        # Models can be imported only now.
        from cells.services.reorganisation.participants import register  # noqa: PLC0415
        from evaluations.services.reorganising import SheetsPart  # noqa: PLC0415

        register(SheetsPart())
