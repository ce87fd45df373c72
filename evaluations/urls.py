"""Sheets, appraisal, decisions, scorecards, rankings, periods, imports."""

from django.urls import path

from evaluations.views import (
    appraisal,
    bulk,
    class_reviews,
    criteria,
    criteria_drafts,
    criteria_editing,
    criteria_publishing,
    decisions,
    evidence,
    evidence_files,
    explanations,
    extensions,
    grid,
    history,
    impact,
    imports,
    line_returns,
    line_talk,
    marks,
    member_sheets,
    papers,
    periods,
    progress,
    queue,
    quick_review,
    rankings,
    recognition,
    recognition_decisions,
    recompute,
    reopening,
    reorganisation_entry,
    reorganisation_files,
    reorganisations,
    scorecards,
    sheets,
    suggestions,
    units,
    verifiers,
    votes,
    what_if,
)

app_name = "evaluations"

urlpatterns = [
    # Criteria sets
    path("tieu-chi/", criteria.criteria_list, name="criteria"),
    path("tieu-chi/bo/<str:code>/", criteria.criteria_set, name="criteria_set"),
    path("tieu-chi/bo/<str:code>/tep/", criteria.criteria_toml, name="criteria_toml"),
    path("tieu-chi/bo/<str:code>/ban-nhap/", criteria_drafts.draft_new, name="draft_new"),
    path("tieu-chi/nhap/tai-len/", criteria_drafts.draft_from_file, name="draft_upload"),
    path("tieu-chi/nhap/<int:pk>/", criteria_drafts.draft, name="draft"),
    path("tieu-chi/nhap/<int:pk>/tep/", criteria_drafts.draft_toml, name="draft_toml"),
    path("tieu-chi/nhap/<int:pk>/thay-tep/", criteria_drafts.draft_replace, name="draft_replace"),
    path("tieu-chi/nhap/<int:pk>/bo/", criteria_drafts.draft_give_up, name="draft_discard"),
    path(
        "tieu-chi/nhap/<int:pk>/ban-hanh/",
        criteria_publishing.draft_publish_page,
        name="draft_publish",
    ),
    path(
        "tieu-chi/nhap/<int:pk>/phan/<slug:section>/",
        criteria_editing.draft_section,
        name="draft_section",
    ),
    path(
        "tieu-chi/nhap/<int:pk>/nhom/<int:group>/dong-moi/",
        criteria_editing.draft_line_new,
        name="draft_line_new",
    ),
    path("tieu-chi/nhap/<int:pk>/dong/<str:line>/", criteria_editing.draft_line, name="draft_line"),
    path(
        "tieu-chi/nhap/<int:pk>/dong/<str:line>/chuyen/",
        criteria_editing.draft_line_move,
        name="draft_line_move",
    ),
    path(
        "tieu-chi/nhap/<int:pk>/dong/<str:line>/xoa/",
        criteria_editing.draft_line_remove,
        name="draft_line_remove",
    ),
    path("tieu-chi/nhap/<int:pk>/tac-dong/", impact.draft_impact, name="draft_impact"),
    path(
        "tieu-chi/nhap/<int:pk>/tac-dong/xlsx/", impact.draft_impact_xlsx, name="draft_impact_xlsx"
    ),
    # Work queue
    path("cong-viec/", queue.queue_now, name="queue_now"),
    path("cong-viec/<slug:period>/", queue.queue, name="queue"),
    # Progress
    path("tien-do/", progress.progress_now, name="progress_now"),
    path("tien-do/<slug:period>/", progress.progress, name="progress"),
    path("tien-do/<slug:period>/xlsx/", progress.progress_xlsx, name="progress_xlsx"),
    path("tien-do/<slug:period>/chua-nop/", progress.progress_overdue, name="progress_overdue"),
    path("tien-do/<slug:period>/<str:code>/", progress.progress_unit, name="progress_unit"),
    path(
        "tien-do/<slug:period>/<str:code>/xlsx/",
        progress.progress_unit_xlsx,
        name="progress_unit_xlsx",
    ),
    path(
        "tien-do/<slug:period>/<str:code>/chua-nop/",
        progress.progress_unit_overdue,
        name="progress_unit_overdue",
    ),
    # Entry sheet
    path("phieu/<slug:period>/<str:code>/", sheets.sheet, name="sheet"),
    path("phieu/<slug:period>/<str:code>/dong/<str:line>/", sheets.line, name="line"),
    path(
        "phieu/<slug:period>/<str:code>/dong/<str:line>/trao-doi/",
        line_talk.talk,
        name="line_talk",
    ),
    path(
        "phieu/<slug:period>/<str:code>/dong/<str:line>/theo-doi/",
        line_talk.flag,
        name="line_flag",
    ),
    path(
        "phieu/<slug:period>/<str:code>/dong/<str:line>/theo-doi/xong/",
        line_talk.flag_clear,
        name="line_flag_clear",
    ),
    path("phieu/<slug:period>/<str:code>/diem-loai/", marks.vetoes, name="vetoes"),
    path("phieu/<slug:period>/<str:code>/xep-loai/", marks.annual_class, name="annual_class"),
    path("phieu/<slug:period>/<str:code>/goi-y/", suggestions.take, name="suggestion_take"),
    path("phieu/<slug:period>/<str:code>/nhu-ky-truoc/", suggestions.carry_over, name="carry_over"),
    path(
        "phieu/<slug:period>/<str:code>/nguon/<str:line>/",
        suggestions.source,
        name="suggestion_source",
    ),
    path("phieu/<slug:period>/<str:code>/bieu-quyet/", votes.vote, name="vote"),
    path(
        "phieu/<slug:period>/<str:code>/bieu-quyet/bo/", votes.vote_withdraw, name="vote_withdraw"
    ),
    path(
        "phieu/<slug:period>/<str:code>/in/<slug:filling>.pdf",
        papers.form_paper,
        name="form_paper",
    ),
    path(
        "phieu/<slug:period>/<str:code>/bien-ban.<slug:ending>",
        papers.minutes_paper,
        name="minutes_paper",
    ),
    path("in-phieu/<slug:period>/", papers.papers, name="papers"),
    path("in-phieu/viec/<uuid:pk>/", papers.paper_run, name="paper_run"),
    path("in-phieu/viec/<uuid:pk>/tep.pdf", papers.paper_file, name="paper_file"),
    path("phieu/<slug:period>/<str:code>/nop/", sheets.submit, name="submit"),
    path("phieu/<slug:period>/<str:code>/rut-lai/", sheets.withdraw, name="withdraw"),
    path("phieu/<slug:period>/<str:code>/nhat-ky/", history.history, name="history"),
    # Evidence: of a line, or under "ca-phieu" of the whole sheet
    path("phieu/<slug:period>/<str:code>/minh-chung/<str:line>/", evidence.panel, name="evidence"),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/tai-len/",
        evidence.upload,
        name="evidence_upload",
    ),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/chon/",
        evidence.choices,
        name="evidence_choices",
    ),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/gan/",
        evidence.attach,
        name="evidence_attach",
    ),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/<int:pk>/go/",
        evidence.detach,
        name="evidence_detach",
    ),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/<int:pk>/ban-moi/",
        evidence.revise,
        name="evidence_revise",
    ),
    path(
        "phieu/<slug:period>/<str:code>/minh-chung/<str:line>/<int:pk>/mo-ta/",
        evidence.describe,
        name="evidence_describe",
    ),
    path("minh-chung/<int:pk>/", evidence_files.document, name="evidence_document"),
    path("minh-chung/tep/<int:pk>/", evidence_files.download, name="evidence_file"),
    path("minh-chung/tep/<int:pk>/xem/", evidence_files.preview, name="evidence_preview"),
    path("don-vi/<str:code>/minh-chung/", evidence_files.store, name="evidence_store"),
    # The grid of a committee: one group of criteria, all its cells
    path("bang-nhap/<slug:period>/<str:code>/", grid.grid, name="grid"),
    path("bang-nhap/<slug:period>/<str:code>/luu/", grid.grid_cells, name="grid_cells"),
    # Appraisal
    path("tham-dinh/<slug:period>/<str:code>/", appraisal.appraisal, name="appraisal"),
    path(
        "tham-dinh/<slug:period>/<str:code>/dong/<str:line>/",
        appraisal.line,
        name="appraisal_line",
    ),
    path(
        "tham-dinh/<slug:period>/<str:code>/chap-nhan/", appraisal.accept, name="appraisal_accept"
    ),
    path(
        "tham-dinh/<slug:period>/<str:code>/diem-loai/", appraisal.vetoes, name="appraisal_vetoes"
    ),
    path(
        "tham-dinh/<slug:period>/<str:code>/xep-loai/",
        appraisal.annual_class,
        name="appraisal_class",
    ),
    path("tham-dinh/<slug:period>/<str:code>/xong/", appraisal.finish, name="appraisal_finish"),
    path("tham-dinh/<slug:period>/<str:code>/tra-lai/", appraisal.send_back, name="sheet_return"),
    path(
        "tham-dinh/<slug:period>/<str:code>/dong/<str:line>/danh-dau/",
        line_returns.line_mark,
        name="line_mark",
    ),
    path(
        "tham-dinh/<slug:period>/<str:code>/dong/<str:line>/bo-dau/",
        line_returns.line_unmark,
        name="line_unmark",
    ),
    path(
        "tham-dinh/<slug:period>/<str:code>/tra-lai-dong/",
        line_returns.lines_return,
        name="lines_return",
    ),
    path("tham-dinh/<slug:period>/<str:code>/mo-lai/", appraisal.reopen, name="appraisal_reopen"),
    path("tham-dinh-nhanh/<slug:period>/", quick_review.quick_review, name="quick_review"),
    path(
        "tham-dinh-nhanh/<slug:period>/<str:code>/<str:line>/chap-nhan/",
        quick_review.quick_accept,
        name="quick_accept",
    ),
    path(
        "tham-dinh-nhanh/<slug:period>/<str:code>/<str:line>/tra-lai/",
        quick_review.quick_return,
        name="quick_return",
    ),
    path(
        "tham-dinh-nhanh/<slug:period>/<str:code>/<str:line>/sua/",
        quick_review.quick_change,
        name="quick_change",
    ),
    path("tham-dinh-nhieu/<slug:period>/", bulk.bulk, name="bulk"),
    path("tham-dinh-nhieu/<slug:period>/xem-truoc/", bulk.bulk_preview, name="bulk_preview"),
    path("tham-dinh-nhieu/<slug:period>/chay/", bulk.bulk_start, name="bulk_start"),
    path("tham-dinh-nhieu/<slug:period>/ket-qua/<uuid:pk>/", bulk.bulk_result, name="bulk_result"),
    # Who verifies which group
    path("phan-cong/", verifiers.verifiers, name="verifiers"),
    path("phan-cong/them/", verifiers.verifier_name, name="verifier_name"),
    path("phan-cong/<int:pk>/ket-thuc/", verifiers.verifier_end, name="verifier_end"),
    # Explaining what was appraised otherwise
    path("giai-trinh/<slug:period>/<str:code>/", explanations.explanation, name="explanation"),
    path(
        "giai-trinh/<slug:period>/<str:code>/luu/",
        explanations.explanation_save,
        name="explanation_save",
    ),
    path(
        "giai-trinh/<slug:period>/<str:code>/gui/",
        explanations.explanation_submit,
        name="explanation_submit",
    ),
    path(
        "giai-trinh/<slug:period>/<str:code>/dong-y/",
        explanations.explanation_agree,
        name="explanation_agree",
    ),
    path(
        "giai-trinh/<slug:period>/<str:code>/mo/",
        explanations.explanation_open,
        name="explanation_open",
    ),
    path(
        "giai-trinh/<slug:period>/<str:code>/ket-thuc/",
        explanations.explanation_end,
        name="explanation_end",
    ),
    path(
        "giai-trinh/<slug:period>/<str:code>/dong/<str:line>/tra-loi/",
        explanations.explanation_answer,
        name="explanation_answer",
    ),
    # Decisions
    path("quyet-dinh/", decisions.decisions_now, name="decisions_now"),
    path("quyet-dinh/<slug:period>/", decisions.decisions, name="decisions"),
    path("quyet-dinh/<slug:period>/xem-lai/", decisions.decision_review, name="decision_review"),
    path("quyet-dinh/<slug:period>/lap/", decisions.decision_make, name="decision_make"),
    path("quyet-dinh/<slug:period>/<int:pk>/", decisions.decision, name="decision"),
    path(
        "quyet-dinh/<slug:period>/tra-lai/<str:code>/",
        decisions.sheet_return,
        name="sheet_return_by_leader",
    ),
    # Recognition for a year
    path("cong-nhan/", recognition.recognition_now, name="recognition_now"),
    path("cong-nhan/<slug:period>/", recognition.recognitions, name="recognitions"),
    path(
        "cong-nhan/<slug:period>/tong-hop.xlsx",
        recognition.recognitions_xlsx,
        name="recognitions_xlsx",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/",
        recognition.recognition_board,
        name="recognition_board",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/luu/",
        recognition.recognition_save_view,
        name="recognition_save",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/bo/",
        recognition.recognition_discard_view,
        name="recognition_discard",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/xem-lai/",
        recognition_decisions.recognition_review,
        name="recognition_review",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/ban-hanh/",
        recognition_decisions.recognition_issue,
        name="recognition_issue",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/<int:pk>/",
        recognition_decisions.recognition,
        name="recognition",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/<int:pk>/thay/",
        recognition_decisions.recognition_correct,
        name="recognition_correct",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/<slug:paper>.<slug:ending>",
        recognition_decisions.recognition_draft_paper,
        name="recognition_draft_paper",
    ),
    path(
        "cong-nhan/<slug:period>/<str:code>/<int:pk>/<slug:paper>.<slug:ending>",
        recognition_decisions.recognition_paper,
        name="recognition_paper",
    ),
    # Scorecard
    path("xep-loai/<slug:period>/<str:code>/", class_reviews.class_review, name="class_review"),
    path("tinh-thu/<slug:period>/<str:code>/", what_if.trial, name="trial"),
    path("bang-diem/<slug:period>/<str:code>/", scorecards.scorecard, name="scorecard"),
    # Ranking
    path("dang-vien-bon-tot/", member_sheets.member_cells_now, name="member_cells_now"),
    path("dang-vien-bon-tot/<slug:period>/", member_sheets.member_cells, name="member_cells"),
    path(
        "dang-vien-bon-tot/<slug:period>/quyet-dinh/",
        member_sheets.member_decide,
        name="member_decide",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/",
        member_sheets.member_cell,
        name="member_cell",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/chot/",
        member_sheets.member_cell_close,
        name="member_cell_close",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/tra-lai/",
        member_sheets.member_cell_return,
        name="member_cell_return",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/<uuid:pk>/",
        member_sheets.member_sheet,
        name="member_sheet",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/<uuid:pk>/dong/<str:line>/",
        member_sheets.member_line,
        name="member_line",
    ),
    path(
        "dang-vien-bon-tot/<slug:period>/<str:code>/<uuid:pk>/loai-va-xep-loai/",
        member_sheets.member_facts,
        name="member_facts",
    ),
    path("xep-hang/", rankings.ranking_now, name="ranking_now"),
    path("xep-hang/<slug:period>/", rankings.ranking, name="ranking"),
    path("xep-hang/<slug:period>/tien-do/", rankings.ranking_progress, name="ranking_progress"),
    path("xep-hang/<slug:period>/lap-lai/", rankings.ranking_build, name="ranking_build"),
    path("xep-hang/<slug:period>/xlsx/", rankings.ranking_xlsx, name="ranking_xlsx"),
    # Periods
    path("ky/", periods.period_list, name="periods"),
    path("ky/xem-truoc/", periods.period_preview, name="period_preview"),
    path("ky/mo/", periods.period_open, name="period_open"),
    path("ky/<slug:period>/bo-sung/", periods.period_extend, name="period_extend"),
    path("ky/<slug:period>/sua/", periods.period_edit, name="period_edit"),
    path("ky/<slug:period>/dong/", periods.period_close, name="period_close"),
    path("ky/<slug:period>/don-vi/", periods.period_units, name="period_units"),
    path("ky/<slug:period>/don-vi.xlsx", periods.period_units_xlsx, name="period_units_xlsx"),
    path("ky/<slug:period>/gia-han/", extensions.extensions, name="extensions"),
    path("ky/<slug:period>/gia-han/them/", extensions.extension_give, name="extension_give"),
    path(
        "ky/<slug:period>/gia-han/<str:code>/thu-hoi/",
        extensions.extension_revoke,
        name="extension_revoke",
    ),
    # Opening closed sheets again
    path("mo-lai/", reopening.reopenings, name="reopenings"),
    path("mo-lai/<int:pk>/", reopening.reopening, name="reopening"),
    path("mo-lai/<int:pk>/dong-y/", reopening.reopen_grant, name="reopen_grant"),
    path("mo-lai/<int:pk>/tu-choi/", reopening.reopen_refuse, name="reopen_refuse"),
    path("mo-lai/<int:pk>/rut/", reopening.reopen_withdraw, name="reopen_withdraw"),
    path("phieu/<slug:period>/<str:code>/de-nghi-mo-lai/", reopening.reopen_ask, name="reopen_ask"),
    # Recomputing decided sheets
    path("ky/<slug:period>/tinh-lai/", recompute.recompute, name="recompute"),
    path("ky/<slug:period>/tinh-lai/kiem-tra/", recompute.recompute_check, name="recompute_check"),
    path(
        "ky/<slug:period>/tinh-lai/tien-do/",
        recompute.recompute_progress,
        name="recompute_progress",
    ),
    path("ky/<slug:period>/tinh-lai/ky/", recompute.recompute_sign, name="recompute_sign"),
    path("ky/<slug:period>/tinh-lai/<int:pk>/", recompute.recomputation, name="recomputation"),
    # Units
    path("don-vi/danh-sach.xlsx", units.units_xlsx, name="units_xlsx"),
    path("don-vi/<str:code>/", units.unit_page, name="unit"),
    # Reorganisations
    path("to-chuc/", reorganisations.reorganisation_list, name="reorganisations"),
    path(
        "to-chuc/moi/<slug:event_kind>/",
        reorganisation_entry.reorganisation_new,
        name="reorganisation_new",
    ),
    path("to-chuc/tep/", reorganisation_files.reorganisation_file, name="reorganisation_file"),
    path(
        "to-chuc/tep/mau.xlsx",
        reorganisation_files.reorganisation_file_template,
        name="reorganisation_file_template",
    ),
    path(
        "to-chuc/tep/<uuid:pk>/",
        reorganisation_files.reorganisation_run,
        name="reorganisation_run",
    ),
    path(
        "to-chuc/tep/<uuid:pk>/ghi-that/",
        reorganisation_files.reorganisation_run_apply,
        name="reorganisation_run_apply",
    ),
    path("to-chuc/<int:pk>/", reorganisations.reorganisation, name="reorganisation"),
    path(
        "to-chuc/<int:pk>/huy-bo/",
        reorganisations.reorganisation_revert_view,
        name="reorganisation_revert",
    ),
    # Imports
    path("nhap-du-lieu/", imports.import_page, name="imports"),
    path("nhap-du-lieu/<uuid:pk>/", imports.import_run, name="import_run"),
    path("nhap-du-lieu/<uuid:pk>/nhap-that/", imports.import_apply, name="import_apply"),
    path("nhap-du-lieu/<uuid:pk>/danh-dau-loi.xlsx", imports.import_marked, name="import_marked"),
    path("nhap-du-lieu/mau/<slug:kind>.xlsx", imports.import_template, name="import_template"),
    path(
        "nhap-du-lieu/phieu/<slug:period>/<str:code>.xlsx",
        imports.sheets_file,
        name="sheets_xlsx",
    ),
]
