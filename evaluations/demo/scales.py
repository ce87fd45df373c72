"""How large each demonstration is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts of one demonstration, of today; what is spread over wards adds up exactly."""

    name: str
    provinces: int  # 0: the root is a city
    wards: int  # phường
    communes: int  # xã
    cells: int
    members: int
    committees_per_ward: int
    has_people: bool = True
    # One cell splits, and a few people move and take offices, through the services of the product.
    has_stories: bool = False
    # Every change of the open quarter, and the steps of all sheets, in the audit trail.
    audits_values: bool = False
    audits_states: bool = True
    # Without: only the final values of the decided quarters, and the open one empty.
    has_all_stages: bool = True


SCALES = {
    scale.name: scale
    for scale in (
        Scale("ward", 0, 1, 0, 89, 6_100, 10, has_stories=True, audits_values=True),
        Scale("city", 0, 51, 75, 17_000, 500_000, 8),
        Scale(
            "nation",
            34,
            860,
            2_461,
            280_000,
            5_600_000,
            3,
            has_people=False,
            audits_states=False,
            has_all_stages=False,
        ),
    )
}
