"""What the codes of a criteria set are called on screen, and its rules as sentences."""

from collections.abc import Mapping

from evaluations.rules.numbers import spoken
from evaluations.rules.quota import Quota
from evaluations.rules.structure import Band, Feed, Indicator

WORDS: Mapping[str, Mapping[str, str]] = {
    "subject": {"cell": "Chi bộ", "committee": "Đảng bộ cơ sở", "member": "Đảng viên"},
    "period": {"month": "Tháng", "quarter": "Quý", "year": "Năm"},
    "input": {
        "ratio": "Tỷ lệ: số đạt trên tổng số",
        "count": "Số lượng: đếm được bao nhiêu",
        "choice": "Chọn một trong các lựa chọn",
        "grade": "Mức đánh giá chung của bộ (Tốt, Khá…)",
    },
    "empty": {
        "full": "được đủ điểm",
        "zero": "được 0 điểm",
        "na": "không áp dụng, không tính vào nhóm",
    },
    "evidence": {
        "none": "không cần",
        "optional": "có thì tốt",
        "required": "bắt buộc",
        "evidence_or_explanation": "minh chứng hoặc giải trình",
    },
    "evidence_asked": {
        "none": "Dòng này không dùng minh chứng.",
        "optional": "Có minh chứng thì tốt, không bắt buộc.",
        "required": "Dòng này bắt buộc có minh chứng.",
        "evidence_or_explanation": "Dòng này cần minh chứng hoặc giải trình.",
    },
    "relation": {
        "same": "giữ nguyên",
        "rescaled": "giữ nội dung, đổi thang điểm",
        "partly": "giữ một phần",
        "new": "dòng mới",
        "dropped": "bỏ",
    },
    "base": {
        "good_only": "số đơn vị xếp loại tốt (không kể xuất sắc)",
        "good_or_better": "số đơn vị xếp loại tốt trở lên",
        "all": "tất cả đơn vị được đánh giá",
    },
    "how": {
        "sum": "cộng số liệu",
        "last": "lấy lần cuối",
        "worst": "lấy lần thấp điểm nhất",
        "full": "tỷ lệ phiếu được đủ điểm",
        "eligible": "tỷ lệ phiếu đủ điều kiện",
    },
}
FEEDS = {
    "from_month": "các tháng",
    "from_quarter": "các quý",
    "from_cells": "các chi bộ",
}


def said(kind: str, code: str) -> str:
    """Name a code; one that is not known stands for itself."""
    return WORDS[kind].get(code, code)


def purpose(subject: str, period: str) -> str:
    """Say what a set is for: "Chi bộ, quý"."""
    return f"{said('subject', subject)}, {said('period', period).lower()}"


def band_words(band: Band, input_kind: str) -> str:
    """Say one band: "từ 90 %: 4 điểm"."""
    unit = " %" if input_kind == "ratio" else ""
    edge = "trên" if band.strict else "từ"
    return f"{edge} {spoken(band.threshold)}{unit}: {spoken(band.points)} điểm"


def feed_words(name: str, feed: Feed) -> str:
    """Say where a suggestion comes from: "cộng số liệu dòng 2.5 của các quý"."""
    line = f" dòng {feed.code}" if feed.code else ""
    return f"{said('how', feed.how)}{line} của {FEEDS[name]}"


def line_feeds(line: Indicator) -> list[str]:
    """Say every suggestion of a line."""
    feeds = ((name, getattr(line, name)) for name in FEEDS)
    return [feed_words(name, feed) for name, feed in feeds if feed]


def quota_words(quota: Quota) -> str:
    """Say the cap on the excellent as one sentence."""
    text = f"Nhiều nhất {spoken(quota.percent)} % của {said('base', quota.base)}"
    if quota.exception_percent is not None:
        text += f"; trường hợp đặc biệt được cấp trên đồng ý: {spoken(quota.exception_percent)} %"
    if quota.group_by:
        text += f"; tính riêng theo {quota.group_by}"
    return f"{text}. Kết quả lẻ thì làm tròn xuống."
