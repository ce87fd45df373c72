"""Drafts for tests, and what a browser would send of a page."""

from datetime import date
from html.parser import HTMLParser

from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.services import criteria_drafts as service
from tests.factories import quarter_criteria

CODE = "CB4T-QUY-2027"


def begun(owner, by, *, source: CriteriaSet | None = None, code: str = CODE, **options):
    """Return a new draft: the next version of the quarter set, unless said otherwise."""
    options = {"is_successor": True} | options
    return service.draft_begin(
        source=source or quarter_criteria(), owner=owner, code=code, by=by, door="web", **options
    )


def saved(draft: CriteriaDraft, by, **changes) -> CriteriaDraft:
    raw = service.raw_of(draft.text) | changes
    return service.draft_save(draft=draft, raw=raw, version=draft.version, by=by, door="web")


def ready(owner, by, **options) -> CriteriaDraft:
    """Return a draft without errors."""
    return saved(begun(owner, by, **options), by, valid_from=date(2027, 1, 1))


def published(draft: CriteriaDraft, by) -> CriteriaSet:
    return service.draft_publish(draft=draft, version=draft.version, by=by, door="web")


def line_of(draft: CriteriaDraft, code: str) -> dict:
    draft.refresh_from_db()
    groups = service.raw_of(draft.text)["groups"]
    return next(line for group in groups for line in group["indicators"] if line["code"] == code)


class Form(HTMLParser):
    """The names and values of the form of a page, and every id on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self._select = self._textarea = ""
        self._first: str | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and name:
            self.sent[name] = [given.get("value", "")]
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            if self._first is None or "selected" in given:
                self._first = given.get("value", "")
                self.sent[self._select] = [self._first]
        elif tag == "textarea":
            self._textarea = name
            self.sent[name] = [""]

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data):
        if self._textarea:
            # The first line break of a textarea belongs to the markup.
            self.sent[self._textarea] = [self.sent[self._textarea][0] + data.removeprefix("\n")]


def form_of(client, url: str) -> dict[str, list[str]]:
    response = client.get(url)
    assert response.status_code == 200, url
    return Form(response.text).sent
