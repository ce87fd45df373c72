"""People."""

from django.urls import path

from members import views

app_name = "members"

urlpatterns = [
    path("dang-vien/", views.member_list, name="list"),
    path("tai-khoan/bi-thu/", views.secretaries, name="secretaries"),
]
