"""Seed the names of organisations through the four eras since 2025, and the kinds of cell.

They are rows and not code because the rules changed four times in eighteen months (QĐ 294,
two-tier government on 1 July 2025, QĐ 20, QĐ 208 on 26 July 2026).
"""

from datetime import date

from django.db import migrations

E1, E2, E4 = date(1990, 1, 1), date(2025, 7, 1), date(2026, 7, 26)
E1_END, E3_END = date(2025, 7, 1), date(2026, 7, 26)
QD_294, QD_208 = "QĐ 294-QĐ/TW", "QĐ 208-QĐ/TW"

# (code, name, order, from, to, cell?, grassroots?, source)
LEVELS = [
    ("trung_uong", "Trung ương", 1, E1, None, False, False, "Điều lệ Đảng"),
    ("tinh_uy", "Đảng bộ tỉnh, thành phố", 2, E1, None, False, False, "Điều lệ Đảng"),
    ("thanh_uy", "Thành ủy", 2, E1, None, False, False, "Điều lệ Đảng"),
    ("dang_bo_quan", "Đảng bộ quận", 3, E1, E1_END, False, False, "Trước 01/7/2025"),
    ("dang_bo_huyen", "Đảng bộ huyện", 3, E1, E1_END, False, False, "Trước 01/7/2025"),
    ("dang_bo_thi_xa", "Đảng bộ thị xã", 3, E1, E1_END, False, False, "Trước 01/7/2025"),
    ("dang_bo_khoi", "Đảng bộ khối", 3, E1, E1_END, False, False, "Trước 01/7/2025"),
    ("dang_bo_phuong", "Đảng bộ phường", 4, E1, None, False, True, QD_294),
    ("dang_bo_xa", "Đảng bộ xã", 4, E1, None, False, True, QD_294),
    ("dang_bo_co_so", "Đảng bộ cơ sở", 5, E1, E3_END, False, False, QD_294),
    ("dang_bo_bo_phan", "Đảng bộ bộ phận", 6, E1, E3_END, False, False, QD_294),
    ("dang_bo_truc_thuoc", "Đảng bộ trực thuộc cơ sở", 6, E4, None, False, False, QD_208),
    ("chi_bo_co_so", "Chi bộ cơ sở", 7, E1, E3_END, True, False, QD_294),
    ("chi_bo_truc_thuoc", "Chi bộ trực thuộc", 7, E1, E3_END, True, False, QD_294),
    ("chi_bo", "Chi bộ", 7, E4, None, True, False, QD_208),
]

KINDS = [
    ("thon", "Thôn"),
    ("to_dan_pho", "Tổ dân phố, khu dân cư"),
    ("co_quan_dang", "Cơ quan đảng, đoàn thể"),
    ("co_quan_hanh_chinh", "Cơ quan hành chính"),
    ("truong_hoc", "Trường học"),
    ("y_te", "Y tế"),
    ("doanh_nghiep_nn", "Doanh nghiệp nhà nước"),
    ("doanh_nghiep_ngoai_nn", "Doanh nghiệp ngoài nhà nước"),
    ("hop_tac_xa", "Hợp tác xã"),
    ("quan_su", "Quân sự"),
    ("cong_an", "Công an"),
    ("khac", "Đảng viên tạm thời, khác"),
]


def seed(apps, schema_editor):
    level = apps.get_model("cells", "Level")
    kind = apps.get_model("cells", "CellKind")
    level.objects.bulk_create(
        level(
            code=code, name=name, order=order, valid_from=start, valid_to=end,
            is_cell=is_cell, is_grassroots=is_grassroots, source=source,
        )
        for code, name, order, start, end, is_cell, is_grassroots, source in LEVELS
    )
    kind.objects.bulk_create(
        kind(code=code, name=name, order=number, valid_from=E1, source="Danh mục đề xuất")
        for number, (code, name) in enumerate(KINDS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("cells", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
