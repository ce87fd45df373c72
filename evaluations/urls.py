"""Sheets, appraisal, decisions, scorecards, rankings, periods, imports."""

from django.urls import path

from evaluations.views import decisions, imports, periods, queue, rankings, scorecards

app_name = "evaluations"

urlpatterns = [
    # Work queue
    path("cong-viec/", queue.queue_now, name="queue_now"),
    path("cong-viec/<slug:period>/", queue.queue, name="queue"),
    # Entry sheet
    # Appraisal
    # Decisions
    path("quyet-dinh/", decisions.decisions_now, name="decisions_now"),
    # Scorecard
    path("bang-diem/<slug:period>/<str:code>/", scorecards.scorecard, name="scorecard"),
    # Ranking
    path("xep-hang/", rankings.ranking_now, name="ranking_now"),
    path("xep-hang/<slug:period>/", rankings.ranking, name="ranking"),
    # Periods
    path("ky/", periods.period_list, name="periods"),
    # Imports
    path("nhap-du-lieu/", imports.import_page, name="imports"),
]
