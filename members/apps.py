from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self):
        """Say what becomes of members when organisations change."""
        # Models can be imported only now.
        from cells.services.reorganisation.participants import register  # noqa: PLC0415
        from members.services.reorganising import MembersPart  # noqa: PLC0415

        register(MembersPart())
