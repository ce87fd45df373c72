"""What a ward is made of: branch committees, and the cells directly under it."""

from typing import NamedTuple


class Branch(NamedTuple):
    """A committee below the ward's, with its cells."""

    name: str
    kind: str
    cells: tuple[str, ...]


BRANCHES = (
    Branch(
        "các cơ quan Đảng",
        "co_quan_dang",
        (
            "Văn phòng Đảng ủy",
            "Ban Xây dựng Đảng",
            "Cơ quan Ủy ban Kiểm tra",
            "Mặt trận Tổ quốc và đoàn thể",
        ),
    ),
    Branch(
        "Ủy ban nhân dân",
        "co_quan_hanh_chinh",
        (
            "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
            "Phòng Kinh tế, Hạ tầng",
            "Phòng Văn hóa – Xã hội",
            "Trung tâm Phục vụ hành chính công",
        ),
    ),
    Branch("Công an", "cong_an", ("Tổ An ninh", "Tổ Cảnh sát khu vực", "Tổ Tổng hợp")),
    Branch("Quân sự", "quan_su", ("Ban Chỉ huy quân sự", "Dân quân cơ động")),
    Branch("Trung tâm Y tế", "y_te", ("Khoa Khám bệnh", "Khoa Dự phòng", "Phòng Hành chính")),
    Branch(
        "Trường Cao đẳng Sao Khuê",
        "truong_hoc",
        ("Khoa Kinh tế", "Khoa Công nghệ", "Khối phòng, ban"),
    ),
    Branch(
        "Công ty Môi trường Lá Mới",
        "doanh_nghiep_nn",
        ("Đội Vận tải", "Đội Duy trì vệ sinh", "Khối văn phòng Môi trường"),
    ),
    Branch(
        "Công ty Cổ phần Dệt may Mây Ngàn",
        "doanh_nghiep_ngoai_nn",
        ("Phân xưởng May", "Phân xưởng Dệt", "Khối văn phòng Dệt may"),
    ),
    Branch(
        "Công ty Cổ phần Xây dựng Đá Trắng",
        "doanh_nghiep_ngoai_nn",
        ("Đội Thi công số 1", "Đội Thi công số 2", "Khối văn phòng Xây dựng"),
    ),
    Branch("Hợp tác xã Lúa Thơm", "hop_tac_xa", ("Tổ Sản xuất", "Tổ Dịch vụ", "Ban Quản trị")),
)

# Cells directly under the ward that are not residential; {} takes a flower.
INSTITUTIONS = (
    ("Trường Mầm non {}", "truong_hoc"),
    ("Trường Tiểu học {}", "truong_hoc"),
    ("Trường Trung học cơ sở {}", "truong_hoc"),
    ("Trạm Y tế {}", "y_te"),
    ("Trường Mầm non Tư thục {}", "truong_hoc"),
    ("Công ty Cổ phần Thương mại {}", "doanh_nghiep_ngoai_nn"),
    ("Hợp tác xã Dịch vụ {}", "hop_tac_xa"),
    ("Đảng viên sinh hoạt tạm thời", "khac"),
)

# How large a cell of each kind is against the others.
SIZES = {"to_dan_pho": 100, "thon": 60, "truong_hoc": 24, "cong_an": 26, "y_te": 20, "khac": 15}
OTHER_SIZE = 18
EXEMPT_SHARE = {"to_dan_pho": 0.14, "thon": 0.12}
OTHER_EXEMPT_SHARE = 0.005
