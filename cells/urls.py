"""Signing in, accounts, units."""

from django.contrib.auth import views as auth
from django.urls import path

from cells.views import (
    accounts,
    areas,
    components,
    jobs,
    mails,
    notices,
    sign_in,
    tree,
    units,
)

app_name = "cells"

urlpatterns = [
    path("tai-khoan/", accounts.account_list, name="accounts"),
    path("tai-khoan/moi/", accounts.account_new, name="account_new"),
    path("tai-khoan/<int:pk>/", accounts.account_page, name="account"),
    path("tai-khoan/<int:pk>/mat-khau/", accounts.account_reset, name="account_reset"),
    path("tai-khoan/<int:pk>/ngung/", accounts.account_deactivate, name="account_deactivate"),
    path("tai-khoan/<int:pk>/mo-lai/", accounts.account_reactivate, name="account_reactivate"),
    path("tai-khoan/<int:pk>/vai-tro/", accounts.assignment_new, name="assignment_new"),
    path("vai-tro/<int:pk>/ket-thuc/", accounts.assignment_end, name="assignment_end"),
    path("don-vi/", units.unit_list, name="units"),
    path("don-vi/tim/", units.unit_search, name="unit_search"),
    path("don-vi/tim-chi-bo/", units.cell_search, name="cell_search"),
    path("don-vi/cay/", tree.tree_page, name="tree"),
    path("don-vi/cay/<str:code>/", tree.tree_branch, name="tree_branch"),
    path("dia-ban/", areas.area_list, name="areas"),
    path("dia-ban/moi/", areas.area_new, name="area_new"),
    path("dia-ban/<str:code>/", areas.area_page, name="area"),
    path("dia-ban/<str:code>/tach/", areas.area_split, name="area_split"),
    path("dia-ban/<str:code>/doi-ten/", areas.area_rename, name="area_rename"),
    path("dia-ban/<str:code>/ket-thuc/", areas.area_close, name="area_close"),
    path("dia-ban/<str:code>/chi-bo/", areas.area_assign, name="area_assign"),
    path("dia-ban/<str:code>/chi-bo/<int:pk>/", areas.area_unassign, name="area_unassign"),
    path("thong-bao/", notices.notice_list, name="notices"),
    path("thong-bao/da-doc/", notices.notice_read_all, name="notice_read_all"),
    path("thong-bao/cai-dat/", notices.notice_settings, name="notice_settings"),
    path("thong-bao/thu/", mails.mail_list, name="mails"),
    path("thong-bao/thu/<int:pk>/gui-lai/", mails.mail_again, name="mail_again"),
    path("thong-bao/<int:pk>/", notices.notice_open, name="notice"),
    path("thong-bao/<int:pk>/da-doc/", notices.notice_read, name="notice_read"),
    path("tac-vu/<uuid:pk>/", jobs.job_progress, name="job"),
    path("mau-giao-dien/", components.component_page, name="components"),
]

sign_in_urls = [
    path("dang-nhap/", sign_in.SignIn.as_view(), name="login"),
    path("dang-xuat/", auth.LogoutView.as_view(), name="logout"),
    path("doi-mat-khau/", sign_in.PasswordChange.as_view(), name="password_change"),
]
