"""Every address of Chibo."""

from django.urls import include, path

from cells.urls import sign_in_urls
from chibo import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    *sign_in_urls,
    path("", include("cells.urls")),
    path("", include("members.urls")),
    path("", include("evaluations.urls")),
]
