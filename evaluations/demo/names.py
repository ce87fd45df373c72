"""Words from which names of people, places and cells are put together."""

import random
from itertools import product
from typing import NamedTuple

from cells.vietnamese import fold, name_sort_key


def _listed(text: str) -> list[str]:
    return text.split()


SURNAMES = _listed(
    "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Phạm Hoàng Vũ Đặng Bùi Đỗ Ngô Dương "
    "Đinh Phan Trịnh Đào Lương Mai Tạ Cao Hà Chu Kiều Khuất Đoàn"
)
MIDDLES_MEN = _listed("Văn Văn Đức Hữu Quang Xuân Minh Đình Công Quốc Trọng Duy Thế Bá Ngọc Thành")
MIDDLES_WOMEN = _listed("Thị Thị Thị Ngọc Thu Minh Thanh Kim Bích Hồng Phương Thúy Diệu Lan")
GIVEN_MEN = _listed(
    "An Bình Cường Chiến Dũng Đạt Đông Giang Hải Hiếu Hòa Hoàn Hùng Hưng Khánh Kiên Lâm Long "
    "Lợi Mạnh Nam Nghĩa Phong Phúc Quân Quyết Sáng Sơn Tân Thắng Thịnh Tiến Toàn Trung Tuấn "
    "Tùng Việt Vinh Vượng Ước"
)
GIVEN_WOMEN = _listed(
    "Anh Ánh Bình Chi Cúc Dung Duyên Đào Hà Hạnh Hằng Hiền Hoa Hòa Huệ Hương Hường Lan Liên "
    "Loan Lý Mai Minh Nga Ngân Nguyệt Nhàn Nhung Oanh Phượng Quyên Tâm Thảo Thơm Thu Thủy "
    "Trang Tuyết Vân Yến"
)

# Pictures, not places: no ward, commune or province bears such a name.
THINGS = _listed("Sen Mây Trăng Suối Nắng Sao Lúa Tre Bàng Gió Đồi Vườn Bến Sương Cúc Rạng")
LOOKS = _listed("Hồng Trắng Vàng Sáng Mai Biếc Thắm Lành Ngân Thơm")
HAMLET_FIRST = _listed("Đông Đoài Thượng Hạ Trung Nội Ngoại Tân Yên Phúc Lộc An")
HAMLET_LAST = _listed("Khê Trại Thịnh Bãi Đồng Lạc Mỹ Hòa Cầu Chùa Đình Giếng")
FLOWERS = [
    "Hoa Mai",
    "Hoa Sen",
    "Hoa Hồng",
    "Sao Sáng",
    "Ánh Dương",
    "Tuổi Thơ",
    "Hướng Dương",
    "Măng Non",
]


class PersonName(NamedTuple):
    """A name with what it is searched and sorted by."""

    full: str
    folded: str
    sort_key: str


class _Word(NamedTuple):
    folded: str
    sort_key: str


class _Words(dict[str, _Word]):
    """Each word folded and ranked once: there are few words and half a million names."""

    def __missing__(self, word: str) -> _Word:
        known = self[word] = _Word(fold(word), name_sort_key(word))
        return known


_words = _Words()


def person(rng: random.Random) -> PersonName:
    """Put a name together."""
    pick = rng.random()
    middles, given = (MIDDLES_MEN, GIVEN_MEN) if pick < 0.56 else (MIDDLES_WOMEN, GIVEN_WOMEN)
    words = (_one(SURNAMES, rng), _one(middles, rng), _one(given, rng))
    surname, middle, last = (_words[word] for word in words)
    return PersonName(
        " ".join(words),
        f"{surname.folded} {middle.folded} {last.folded}",
        f"{last.sort_key} {surname.sort_key} {middle.sort_key}",
    )


def _one(words: list[str], rng: random.Random) -> str:
    return words[int(rng.random() * len(words))]


def places(rng: random.Random) -> list[str]:
    """Return invented names of wards, each once."""
    names = [f"{thing} {look}" for thing, look in product(THINGS, LOOKS)]
    rng.shuffle(names)
    return names


def hamlets(rng: random.Random) -> list[str]:
    names = [f"{first} {last}" for first, last in product(HAMLET_FIRST, HAMLET_LAST)]
    rng.shuffle(names)
    return names
