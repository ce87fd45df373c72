"""What was sent by e-mail, to whom, and what became of it."""

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cells import access, grants
from cells.models import MailLog
from cells.services.mail_settings import mail_is_on
from cells.services.mails import mail_send_again
from cells.vietnamese import fold

PAGE_SIZE = 50


def administrators_only(view):
    """Answer 404 to all but the technical and the city's administrators."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if not (request.user.is_superuser or access.reach(request.user, access.ADMINISTER)):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def _visible(user):
    return MailLog.objects.filter(to__in=grants.accounts_visible(user)).select_related("to")


@require_GET
@never_cache
@administrators_only
def mail_list(request):
    state, text = (request.GET.get(name, "").strip() for name in ("state", "q"))
    found = _visible(request.user)
    for word in fold(text).split():
        found = found.filter(Q(to__search__contains=word) | Q(address__icontains=word))
    if state in MailLog.State.values:
        found = found.filter(state=state)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": text,
        "state": state,
        "states": MailLog.State.choices,
        "mail_on": mail_is_on(),
    }
    return render(request, "cells/mail_list.html", context)


@require_POST
@administrators_only
def mail_again(request, pk):
    mail = get_object_or_404(_visible(request.user), pk=pk)
    if mail_send_again(mail=mail, now=timezone.now()):
        messages.success(request, f"Thư cho {mail.to.full_name} sẽ được gửi lại trong một phút.")
    else:
        messages.warning(request, "Thư này đã gửi hoặc đang chờ gửi nên không gửi lại.")
    return redirect("cells:mails")
