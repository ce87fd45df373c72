"""What a person was told: the list, opening, marking as read, choosing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells.models import Door, Notice, NoticeKind
from cells.notice_forms import NoticePlacesForm
from cells.services.mail_settings import mail_is_on
from cells.services.notice_reading import notice_places_save, notices_read

PAGE_SIZE = 25
ICONS = {
    NoticeKind.RETURNED: "arrow-return-left",
    NoticeKind.REMINDER: "alarm",
    NoticeKind.REOPENING: "unlock",
    NoticeKind.EXPLANATION: "chat-left-quote",
    NoticeKind.COMMENT: "chat-left-text",
    NoticeKind.APPRAISED: "clipboard2-check",
    NoticeKind.DECIDED: "patch-check",
}


def _shown(request, kind):
    """Return the notices of the person, of one kind where that is asked for."""
    shown = Notice.objects.shown_to(request.user)
    return shown.filter(kind=kind) if kind in NoticeKind.values else shown


def _list_url(request):
    kind = request.POST.get("kind", "")
    chosen = f"?kind={kind}" if kind in NoticeKind.values else ""
    return f"{reverse('cells:notices')}{chosen}"


@require_GET
@never_cache
def notice_list(request):
    kind = request.GET.get("kind", "")
    shown = _shown(request, kind)
    page = Paginator(shown.unread_first().select_related("unit"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    for notice in page:
        notice.icon = ICONS[NoticeKind(notice.kind)]
    context = {
        "page": page,
        "kind": kind if kind in NoticeKind.values else "",
        "kinds": NoticeKind.choices,
        "unread": shown.unread().count(),
    }
    return render(request, "cells/notice_list.html", context)


@require_GET
@never_cache
def notice_open(request, pk):
    """Mark a notice as read and lead to what it is about: the address that e-mails name."""
    own = Notice.objects.filter(to=request.user)
    notice = get_object_or_404(own, pk=pk)
    notices_read(own.filter(pk=pk))
    return redirect(notice.url)


@require_POST
def notice_read(request, pk):
    own = Notice.objects.shown_to(request.user)
    get_object_or_404(own, pk=pk)
    notices_read(own.filter(pk=pk))
    return redirect(_list_url(request))


@require_POST
def notice_read_all(request):
    count = notices_read(_shown(request, request.POST.get("kind", "")))
    messages.success(request, f"Đã đánh dấu {count} thông báo là đã đọc.")
    return redirect(_list_url(request))


@require_http_methods(["GET", "POST"])
@never_cache
def notice_settings(request):
    form = NoticePlacesForm(request.POST or None, user=request.user)
    if form.is_bound and form.is_valid():
        notice_places_save(
            user=request.user,
            places=form.places(),
            email=form.cleaned_data["email"],
            door=Door.WEB,
        )
        messages.success(request, "Đã lưu cách nhận thông báo.")
        return redirect("cells:notice_settings")
    context = {"form": form, "mail_on": mail_is_on()}
    status = 422 if form.errors else 200
    return render(request, "cells/notice_settings.html", context, status=status)
