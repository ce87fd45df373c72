"""What every request must pass before it reaches a page."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/phieu/2026-Q4/%00/", "/don-vi/%00/", "/bang-diem/2026-Q4/a%00b/"]
)
def test_nul_in_a_path_is_not_found(client, people, path):
    client.force_login(people.canbo)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/cong-viec/2026-Q4/?q=%00", "/don-vi/?q=%00", "/dang-vien/?cell=%00", "/tai-khoan/?q=a%00"],
)
def test_nul_in_a_filter_is_refused(client, people, path):
    client.force_login(people.canbo)
    assert client.get(path).status_code == 400


def test_nul_in_a_form_is_refused(client, people):
    client.force_login(people.canbo)
    answer = client.post("/tham-dinh/2026-Q4/X/tra-lai/", {"reason": "\0"})
    assert answer.status_code == 400


def test_saving_without_a_session_says_so_and_a_page_leads_to_sign_in(client):
    path = "/phieu/2026-Q4/X/dong/1.1/"
    assert client.post(path, headers={"HX-Request": "true"}).status_code == 401
    assert client.post(path).status_code == 302


@pytest.mark.parametrize(("page_of", "status"), [("own", 200), ("", 200), ("other", 401)])
def test_a_page_of_one_person_does_nothing_in_the_session_of_another(
    client, people, page_of, status
):
    client.force_login(people.canbo)
    header = {"own": people.canbo.pk, "other": people.bithu.pk, "": ""}[page_of]
    answer = client.get("/doi-mat-khau/", headers={"X-Chibo-User": str(header)})
    assert answer.status_code == status
