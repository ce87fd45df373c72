"""People."""

from django.urls import path

from members.views import lists, people, secretaries, transfers, upkeep

app_name = "members"

urlpatterns = [
    path("dang-vien/", lists.member_list, name="list"),
    path("dang-vien/danh-sach.xlsx", lists.member_xlsx, name="list_xlsx"),
    path("dang-vien/trich-ngang.xlsx", lists.member_profile_xlsx, name="profile_xlsx"),
    path("dang-vien/moi/", people.member_add, name="add"),
    path("dang-vien/canh-bao/", upkeep.warning_page, name="warnings"),
    path("dang-vien/trung/", upkeep.duplicate_list, name="duplicates"),
    path("dang-vien/trung/<uuid:pk>/<uuid:other>/", upkeep.member_merge, name="merge"),
    path("dang-vien/chuyen-sinh-hoat/", transfers.transfer_list, name="transfers"),
    # One transfer
    path("chuyen-sinh-hoat/<int:pk>/giay/", transfers.transfer_letter, name="transfer_letter"),
    path("chuyen-sinh-hoat/<int:pk>/nop/", transfers.transfer_present, name="transfer_present"),
    path("chuyen-sinh-hoat/<int:pk>/ve/", transfers.transfer_return, name="transfer_return"),
    path("chuyen-sinh-hoat/<int:pk>/huy/", transfers.transfer_cancel, name="transfer_cancel"),
    # One member
    path("dang-vien/<uuid:pk>/", people.member_page, name="member"),
    path("dang-vien/<uuid:pk>/sua/", people.member_correct, name="correct"),
    path("dang-vien/<uuid:pk>/chinh-thuc/", people.member_make_full, name="make_full"),
    path("dang-vien/<uuid:pk>/mien/", people.member_exempt, name="exempt"),
    path("dang-vien/<uuid:pk>/ket-thuc/", people.member_end, name="end"),
    path("dang-vien/<uuid:pk>/chuyen/", transfers.transfer_start, name="transfer_start"),
    path("dang-vien/<uuid:pk>/chuc-vu/", people.post_take, name="post_take"),
    path("dang-vien/<uuid:pk>/phu-trach/", people.supervision_assign, name="supervision_assign"),
    path("dang-vien/mien/<int:pk>/het/", people.exemption_end, name="exemption_end"),
    path("dang-vien/chuc-vu/<int:pk>/thoi/", people.post_leave, name="post_leave"),
    path("dang-vien/phu-trach/<int:pk>/thoi/", people.supervision_end, name="supervision_end"),
    path("tai-khoan/bi-thu/", secretaries.secretaries, name="secretaries"),
]
