"""Every page for every role that sees it: accessible, valid, fitting the screen."""

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.browser.asked import answer_page
from tests.browser.conftest import ROOT, SIZES
from tests.browser.drafts import draft_page
from tests.browser.previews import bulk_preview_page, decision_review_page
from tests.browser.uploads import import_page

# One demo serves all of them, so they stay with one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
VNU = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# (who, name of the page, how to get there: a path, or a function of the visitor)
PAGES = [
    (None, "sign-in", "/dang-nhap/"),
    (None, "not-found", "/khong-co-trang-nay/"),
    ("canbo", "password", "/doi-mat-khau/"),
    ("canbo", "queue", "/cong-viec/2026-Q4/"),
    ("canbo", "queue-empty", "/cong-viec/2026-Q4/?q=khong-co-chi-bo-nao"),
    ("canbo", "notices", "/thong-bao/"),
    ("bithu", "notices-empty", "/thong-bao/?kind=reopening"),
    ("canbo", "notice-settings", "/thong-bao/cai-dat/"),
    ("quantri", "mails", "/thong-bao/thu/"),
    ("thanhuy", "progress-city", "/tien-do/2026-Q4/"),
    ("canbo", "progress-ward", "/tien-do/2026-Q4/"),
    ("lanhdao", "progress-text", "/tien-do/2026-Q4/chua-nop/"),
    ("canbo", "sheet-draft", ("2026-Q4", "draft", "Nhập")),
    ("canbo", "sheet-submit", "/phieu/2026-Q4/P01-CB001/nop/"),
    ("canbo", "sheet-history", "/phieu/2026-Q3/P01-CB003/nhat-ky/"),
    ("canbo", "sheet-returned", ("2026-Q4", "returned", "Sửa phiếu")),
    ("bithu", "sheet-submit", "/phieu/2026-Q4/P01-CB005/nop/"),
    ("canbo", "grid", "/bang-nhap/2026-Q4/P01/?nhom=G3"),
    ("canbo", "grid-empty", "/bang-nhap/2026-Q4/P01/?q=khong-co-chi-bo-nao"),
    ("lanhdao", "grid-none", "/bang-nhap/2026-Q4/P01/"),
    ("canbo", "queue-year", "/cong-viec/2026/"),
    ("canbo", "sheet-year", "/phieu/2026/P01-CB089/"),
    ("canbo", "sheet-committee", "/phieu/2026/P01/"),
    ("canbo", "sheet-month", "/phieu/2026-M11/P01-CB001/"),
    ("canbo", "suggestion-source", "/phieu/2026/P01-CB089/nguon/2.3/"),
    ("thanhuy", "ranking-year", "/xep-hang/2026/"),
    ("canbo", "evidence-line", "/phieu/2026-Q4/P01-CB001/minh-chung/1.3/"),
    ("canbo", "evidence-sheet", "/phieu/2026-Q4/P01-CB001/minh-chung/ca-phieu/"),
    ("canbo", "evidence-store", "/don-vi/P01-CB001/minh-chung/"),
    ("canbo", "scorecard-decided", ("2026-Q3", "decided", "Bảng điểm")),
    ("canbo", "trial", "/tinh-thu/2026-Q3/P01-CB004/"),
    ("canbo", "vote", "/phieu/2026-Q4/P01-CB001/bieu-quyet/"),
    ("canbo", "papers", "/in-phieu/2026-Q4/"),
    ("canbo", "papers-none", "/in-phieu/2026-Q4/?q=khong-co-chi-bo-nao"),
    ("canbo", "appraisal", ("2026-Q4", "submitted", "Thẩm định")),
    ("canbo", "quick-review", "/tham-dinh-nhanh/2026-Q4/"),
    ("canbo", "bulk", "/tham-dinh-nhieu/2026-Q4/"),
    ("canbo2", "bulk-preview", bulk_preview_page),
    ("lanhdao", "bulk-explain", "/tham-dinh-nhieu/2026-Q4/?viec=giai-trinh"),
    ("lanhdao", "explanation", "/giai-trinh/2026-Q4/P01-CB011/"),
    ("canbo2", "explanation-open", "/giai-trinh/2026-Q4/P01-CB080/"),
    ("canbo2", "sheet-lines-returned", "/phieu/2026-Q4/P01-CB078/"),
    ("bithu", "sheet-talk", "/phieu/2026-Q4/P01-CB005/"),
    ("lanhdao", "verifiers", "/phan-cong/"),
    ("canbo", "imports", "/nhap-du-lieu/"),
    ("canbo", "import-errors", import_page()),
    ("canbo", "accounts", "/tai-khoan/"),
    ("canbo", "account-new", "/tai-khoan/moi/"),
    ("canbo", "units", "/don-vi/"),
    ("canbo", "units-past", "/don-vi/?ngay=30/06/2026&q=chi"),
    ("canbo", "tree", "/don-vi/cay/"),
    ("canbo", "tree-wrong-day", "/don-vi/cay/?ngay=31/02/2026"),
    ("thanhuy", "tree-search", "/don-vi/cay/?q=chi bo&ngay=30/06/2026"),
    ("canbo", "reorganisations", "/to-chuc/"),
    ("canbo", "reorganisation-split", "/to-chuc/moi/split/"),
    ("canbo2", "reorganisation-split-chosen", "/to-chuc/moi/split/?unit=P01-CB022"),
    ("canbo", "reorganisation-establish", "/to-chuc/moi/establish/"),
    ("canbo", "reorganisation-file", "/to-chuc/tep/"),
    ("thanhuy", "reorganisation-dissolve", "/to-chuc/moi/dissolve/"),
    ("canbo", "areas", "/dia-ban/"),
    ("canbo", "area-new", "/dia-ban/moi/"),
    ("canbo", "members", "/dang-vien/"),
    ("canbo", "members-filtered", "/dang-vien/?dien=du-bi&ngay=sai"),
    ("canbo", "member-new", "/dang-vien/moi/"),
    ("canbo", "transfers", "/dang-vien/chuyen-sinh-hoat/"),
    ("canbo", "member-warnings", "/dang-vien/canh-bao/"),
    ("canbo", "duplicates", "/dang-vien/trung/"),
    ("canbo", "components", "/mau-giao-dien/"),
    ("lanhdao", "decisions", "/quyet-dinh/2026-Q4/"),
    ("lanhdao", "decision-review", decision_review_page),
    ("lanhdao", "recognition-board", "/cong-nhan/2026/P01/"),
    ("kiemtra", "recognition-read", "/cong-nhan/2026/P01/?xem=chua"),
    ("canbo", "recognition-empty", "/cong-nhan/2026/P01/?q=khong-co-chi-bo-nao"),
    ("thanhuy", "recognitions", "/cong-nhan/2026/"),
    ("bithu", "own-sheet", "/cong-viec/"),
    ("kiemtra", "queue-inspector", "/cong-viec/2026-Q4/"),
    ("thanhuy", "periods", "/ky/"),
    ("thanhuy", "period-preview", "/ky/xem-truoc/?code=2027-Q1&due_on=&locks_at="),
    ("thanhuy", "period-units", "/ky/2026-Q4/don-vi/?q=to dan pho"),
    ("thanhuy", "period-units-not", "/ky/2026-Q4/don-vi/?xem=khong"),
    ("thanhuy", "extensions", "/ky/2026-Q4/gia-han/?dang-uy=P01"),
    ("canbo", "reopenings", "/mo-lai/?xem=cua-toi"),
    ("canbo", "reopen-ask", "/phieu/2026-Q3/P01-CB003/de-nghi-mo-lai/"),
    ("lanhdao", "reopen-answer", answer_page),
    ("thanhuy", "period-close", "/ky/2026-Q3/dong/"),
    ("thanhuy", "recompute", "/ky/2026-Q3/tinh-lai/"),
    ("thanhuy", "ranking", "/xep-hang/2026-Q3/"),
    ("quantri", "accounts-technical", "/tai-khoan/"),
    ("bithu", "criteria", "/tieu-chi/"),
    ("bithu", "criteria-empty", "/tieu-chi/?q=khong-co"),
    ("bithu", "criteria-set", "/tieu-chi/bo/CB4T-2026/"),
    ("thanhuy", "draft-new", "/tieu-chi/bo/CB4T-QUY-2026/ban-nhap/"),
    ("thanhuy", "draft-upload", "/tieu-chi/nhap/tai-len/"),
    ("thanhuy", "draft", draft_page()),
    ("thanhuy", "draft-general", draft_page("phan/chung/")),
    ("thanhuy", "draft-groups", draft_page("phan/nhom/")),
    ("thanhuy", "draft-levels", draft_page("phan/muc/")),
    ("thanhuy", "draft-recognition", draft_page("phan/cong-nhan/")),
    ("thanhuy", "draft-relations", draft_page("phan/quan-he/")),
    ("thanhuy", "draft-line", draft_page("dong/1.2/")),
    ("thanhuy", "draft-line-new", draft_page("nhom/1/dong-moi/")),
    ("thanhuy", "draft-line-remove", draft_page("dong/1.2/xoa/")),
    ("thanhuy", "draft-replace", draft_page("thay-tep/")),
    ("thanhuy", "draft-publish", draft_page("ban-hanh/")),
    ("thanhuy", "draft-discard", draft_page("bo/")),
]


def reach(visitor, where):
    if isinstance(where, str):
        return visitor.open(where)
    if callable(where):
        return where(visitor)
    period, state, link = where
    page = visitor.open(f"/cong-viec/{period}/?state={state}")
    page.get_by_role("table").get_by_role("link", name=link).first.click()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("who", "name", "where"), PAGES, ids=[page[1] for page in PAGES])
def test_page_is_accessible_and_fits(visit, who, name, where, size):
    page = reach(visit(who, size), where)
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )
    found = [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    assert found == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{wide} px wider than the screen"


def test_pages_are_valid_html(visit, tmp_path):
    """One run of the Nu checker over the source of every page, as the server sent it."""
    by_user: dict = {}
    for who, name, where in PAGES:
        by_user.setdefault(who, []).append((name, where))
    for who, pages in by_user.items():
        visitor = visit(who)
        documents: list = []
        visitor.page.on("response", partial(keep_document, documents))
        for name, where in pages:
            page = reach(visitor, where)
            answer = page.context.request.get(page.url)
            # What answers a post cannot be asked for again: then as it came.
            source = documents[-1].text() if answer.status == 405 else answer.text()
            (tmp_path / f"{name}.html").write_text(source)
    assert messages_of(tmp_path) == []


def keep_document(kept: list, response) -> None:
    if response.request.resource_type == "document":
        kept.append(response)


def messages_of(folder: Path) -> list[str]:
    command = [shutil.which("java"), "-jar", str(VNU), "--format", "json", "--stdout"]
    done = subprocess.run(
        [*command, *map(str, sorted(folder.glob("*.html")))],
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        f"{Path(one['url']).stem}:{one.get('lastLine')}: {one['message']} {one.get('extract', '')}"
        for one in json.loads(done.stdout)["messages"]
        if one["type"] == "error"
    ]
