"""The filters of the member list, read from the address: page and workbook use the same."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone

from cells import access
from cells.models import Unit
from members.models import Exemption, Member, Membership, Post

STATUSES = {
    "chinh-thuc": "Chính thức",
    "du-bi": "Dự bị",
    "mien": "Miễn công tác và sinh hoạt",
    "tam-thoi": "Sinh hoạt tạm thời",
}
AGES = {
    "duoi-30": ("Dưới 30", None, 29),
    "30-39": ("30–39", 30, 39),
    "40-49": ("40–49", 40, 49),
    "50-59": ("50–59", 50, 59),
    "60-69": ("60–69", 60, 69),
    "70-79": ("70–79", 70, 79),
    "tu-80": ("Từ 80", 80, None),
    "chua-ro": ("Chưa ghi năm sinh", None, None),
}
SORTS = {"ten": "Tên", "ngay-vao": "Ngày vào Đảng"}
ORDERS = {
    "ten": ("sort_key", "pk"),
    "ngay-vao": (F("admitted_on").asc(nulls_last=True), "sort_key", "pk"),
}
DAY_FORMATS = ("%d/%m/%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class MemberFilter:
    """What somebody asked for; unknown words ask for nothing."""

    user: object
    today: date
    q: str = ""
    code: str = ""
    unit: Unit | None = None
    status: str = ""
    post: str = ""
    age: str = ""
    as_of: date | None = None
    day_text: str = ""
    sort: str = "ten"

    @property
    def day(self) -> date:
        return self.as_of or self.today

    @property
    def day_is_wrong(self) -> bool:
        return bool(self.day_text) and self.as_of is None

    @property
    def values(self) -> dict[str, str]:
        """Return the words of the address."""
        return {
            "q": self.q, "cell": self.code, "dien": self.status, "chuc": self.post,
            "tuoi": self.age, "ngay": self.day_text, "xep": self.sort,
        }  # fmt: skip

    @property
    def query(self) -> str:
        return urlencode({key: value for key, value in self.values.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return any(value for key, value in self.values.items() if key not in ("q", "cell", "xep"))

    def members(self):
        """Return the members who fit, in order."""
        found = Member.objects.visible_to(self.user, self.as_of).search(self.q)
        found = self._placed(found)
        if self.status == "chinh-thuc":
            found = found.filter(full_on__lte=self.day)
        elif self.status == "du-bi":
            found = found.filter(Q(full_on__isnull=True) | Q(full_on__gt=self.day))
        elif self.status == "mien":
            found = found.filter(Exists(_exempt(self.day)))
        if self.post:
            held = Post.objects.held_on(self.day).filter(member=OuterRef("pk"), kind=self.post)
            found = found.filter(Exists(held))
        return self.ordered(_aged(found, self.age, self.day))

    def ordered(self, members):
        return members.order_by(*ORDERS[self.sort])

    def count(self) -> int:
        if self.is_narrowed or self.q or self.code:
            return self.members().count()
        return Member.objects.count_visible_to(self.user)

    def _placed(self, found):
        """Keep those who are in the unit, or there for a time."""
        if not self.unit and self.status != "tam-thoi":
            return found
        reach = access.reach(self.user, access.VIEW)
        there = Membership.objects.active_on(self.day).filter(reach.condition("cell__path"))
        if self.unit:
            there = there.filter(access.branch(self.unit.path).condition("cell__path"))
        if self.status == "tam-thoi":
            there = there.filter(is_temporary=True)
        return found.filter(pk__in=there.values("member"))

    def words(self) -> str:
        """Say the filter in one line, for the cover of a workbook."""
        parts = [
            self.q and f"tên có “{self.q}”",
            self.unit and self.unit.name,
            STATUSES.get(self.status),
            self.post and Post.Kind(self.post).label,
            self.age and f"tuổi: {AGES[self.age][0]}",
        ]
        return "; ".join(part for part in parts if part) or "Không lọc"


def filter_read(params, user) -> MemberFilter:
    """Read the address; a unit out of reach is as unknown as one that does not exist."""

    def word(name, known):
        value = params.get(name, "")
        return value if value in known else ""

    code = params.get("cell", "").strip()
    day_text = params.get("ngay", "").strip()
    return MemberFilter(
        user=user,
        today=timezone.localdate(),
        q=params.get("q", "").strip(),
        code=code,
        unit=Unit.objects.visible_to(user).filter(code=code).first() if code else None,
        status=word("dien", STATUSES),
        post=word("chuc", Post.Kind.values),
        age=word("tuoi", AGES),
        as_of=_day(day_text),
        day_text=day_text,
        sort=word("xep", SORTS) or "ten",
    )


def _day(text: str) -> date | None:
    for pattern in DAY_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _aged(found, age: str, day: date):
    if not age:
        return found
    _, youngest, oldest = AGES[age]
    if youngest is None and oldest is None:
        return found.filter(birth_year__isnull=True)
    if youngest is not None:
        found = found.filter(birth_year__lte=day.year - youngest)
    if oldest is not None:
        found = found.filter(birth_year__gte=day.year - oldest)
    return found


def _exempt(day: date):
    return Exemption.objects.in_force_on(day).filter(member=OuterRef("pk"))


def with_what_is_shown(members, day: date):
    """Join, in a fixed number of queries, what a row of the list says of a member on a day."""
    belonging = Membership.objects.active_on(day).select_related("cell", "cell__parent")
    exempt_from = _exempt(day).order_by("starts_on").values("starts_on")[:1]
    return members.annotate(exempt_from=exempt_from).prefetch_related(
        Prefetch("memberships", belonging, to_attr="belonging"),
        Prefetch("posts", Post.objects.held_on(day), to_attr="held_posts"),
    )
