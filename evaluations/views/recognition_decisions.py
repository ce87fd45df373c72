"""From the draft of a recognition to its decision: read it over, issue, correct; the papers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.documents.docx import docx_bytes
from cells.documents.pdf import pdf_bytes
from cells.models import Door
from evaluations.forms.recognition import CorrectionForm, RecognitionForm, whole
from evaluations.models import Recognition
from evaluations.reports.recognition_content import content_of_draft, content_of_issued
from evaluations.reports.recognition_documents import PAPERS
from evaluations.services import recognition as service
from evaluations.services.errors import RefusedError
from evaluations.services.recognition_board import board_of
from evaluations.services.recognition_problems import problems_of
from evaluations.services.recognition_subject import may_recognise, subject_of
from evaluations.views.recognition import desk_of

WRITERS = {
    "pdf": (pdf_bytes, "application/pdf"),
    "docx": (
        docx_bytes,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


@require_GET
def recognition_review(request, period, code):
    """Show exactly what would be issued; nothing is changed yet."""
    held, committee = desk_of(request.user, period, code, access.VIEW)
    board = board_of(committee, held)
    problems = problems_of(board)
    if problems:
        for text in problems.general:
            messages.error(request, text)
        if problems.rows:
            messages.error(request, f"Còn {len(problems.rows)} {board.subject.noun} cần ghi lý do.")
        return redirect("evaluations:recognition_board", period, code)
    form = RecognitionForm(
        committee=committee,
        period=held,
        initial={"signer": request.user.full_name, "signed_on": timezone.localdate()},
    )
    return _review(request, board, form)


def _review(request, board, form, status=200):
    context = {
        "board": board,
        "form": form,
        "passed": [one for one in board.candidates if not one.choice.is_chosen and not one.held],
        "can_decide": may_recognise(request.user, board.committee, board.subject, access.DECIDE),
    }
    return render(request, "evaluations/recognition_review.html", context, status=status)


@require_POST
def recognition_issue(request, period, code):
    held, committee = desk_of(request.user, period, code, access.DECIDE)
    form = RecognitionForm(request.POST, committee=committee, period=held)
    if not form.is_valid():
        return _review(request, board_of(committee, held), form, status=422)
    try:
        made = service.recognition_issue(
            committee=committee,
            period=held,
            chosen={whole(key) for key in request.POST.getlist("cells")},
            version=whole(request.POST.get("version", "")),
            by=request.user,
            door=Door.WEB,
            **form.cleaned_data,
        )
    except RefusedError as refused:
        form.add_error(None, refused.message)
        return _review(request, board_of(committee, held), form, status=422)
    counted = f"{made.choices.open().count()} {subject_of(committee, held).noun}"
    messages.success(request, f"Đã ban hành quyết định số {made.number}, công nhận {counted}.")
    return redirect("evaluations:recognition", period, code, made.pk)


def _issued(request, period, code, pk, *actions):
    held, committee = desk_of(request.user, period, code, *actions)
    return get_object_or_404(
        Recognition.objects.issued().select_related(
            "committee__parent", "period", "issued_by", "revokes", "revoked_by"
        ),
        pk=pk,
        committee=committee,
        period=held,
    )


@require_GET
def recognition(request, period, code, pk):
    made = _issued(request, period, code, pk, access.VIEW)
    content = content_of_issued(made)
    context = {
        "made": made,
        "content": content,
        "replaced_by": getattr(made, "revoked_by", None),
        "can_decide": may_recognise(
            request.user, made.committee, content.board.subject, access.DECIDE
        ),
    }
    return render(request, "evaluations/recognition.html", context)


@require_http_methods(["GET", "POST"])
def recognition_correct(request, period, code, pk):
    """Begin the decision that will replace this one."""
    made = _issued(request, period, code, pk, access.DECIDE)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            service.recognition_correct(
                recognition=made, by=request.user, door=Door.WEB, **form.cleaned_data
            )
        except RefusedError as refused:
            form.add_error("reason", refused.message)
        else:
            messages.success(
                request, f"Đã lập bản dự thảo thay quyết định số {made.number}. Sửa rồi ban hành."
            )
            return redirect("evaluations:recognition_board", period, code)
    context = {"made": made, "form": form}
    return render(
        request,
        "evaluations/recognition_correct.html",
        context,
        status=422 if form.errors else 200,
    )


@require_GET
@never_cache
def recognition_draft_paper(request, period, code, paper, ending):
    """Send tờ trình or quyết định of the draft, marked as one."""
    held, committee = desk_of(request.user, period, code, access.VIEW)
    return _paper(content_of_draft(board_of(committee, held)), paper, ending)


@require_GET
@never_cache
def recognition_paper(request, period, code, pk, paper, ending):
    made = _issued(request, period, code, pk, access.VIEW)
    return _paper(content_of_issued(made), paper, ending)


def _paper(content, paper, ending):
    if paper not in PAPERS or ending not in WRITERS:
        raise Http404
    write, kind = WRITERS[ending]
    name = f"{paper}-cong-nhan-{content.period.code}-{content.committee.code}.{ending}"
    return HttpResponse(
        write(PAPERS[paper](content)),
        content_type=kind,
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
