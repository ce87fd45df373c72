"""Who is signed in, read together with what the header of every page shows of them."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from cells.models import Notice, User


class Backend(ModelBackend):
    """Read the user and the number of unread notices in one query: no page pays a further one."""

    def get_user(self, user_id):
        unread = (
            Notice.objects.filter(to=OuterRef("pk"), in_app=True, read_at__isnull=True)
            .order_by()
            .values("to")
            .annotate(n=Count("pk"))
        )
        user = (
            User.objects.annotate(unread_notices=Coalesce(Subquery(unread.values("n")), 0))
            .filter(pk=user_id)
            .first()
        )
        return user if user and self.user_can_authenticate(user) else None
