"""Seed the public holidays of 2025 to 2027 that fall on a weekday; operators may change them."""

from datetime import date

from django.db import migrations

# "dự kiến": drawn from the Labour Code's rules before the year's own decision was known.
HOLIDAYS = [
    (date(2025, 1, 1), "Tết Dương lịch"),
    *((date(2025, 1, day), "Tết Nguyên đán Ất Tỵ") for day in (27, 28, 29, 30, 31)),
    (date(2025, 4, 7), "Giỗ Tổ Hùng Vương"),
    (date(2025, 4, 30), "Ngày Chiến thắng"),
    (date(2025, 5, 1), "Ngày Quốc tế Lao động"),
    (date(2025, 5, 2), "Nghỉ hoán đổi dịp 30/4 và 01/5"),
    (date(2025, 9, 1), "Quốc khánh"),
    (date(2025, 9, 2), "Quốc khánh"),
    (date(2026, 1, 1), "Tết Dương lịch"),
    (date(2026, 1, 2), "Nghỉ hoán đổi dịp Tết Dương lịch"),
    *((date(2026, 2, day), "Tết Nguyên đán Bính Ngọ") for day in (16, 17, 18, 19, 20)),
    (date(2026, 4, 27), "Nghỉ bù Giỗ Tổ Hùng Vương"),
    (date(2026, 4, 30), "Ngày Chiến thắng"),
    (date(2026, 5, 1), "Ngày Quốc tế Lao động"),
    (date(2026, 8, 31), "Nghỉ hoán đổi dịp Quốc khánh"),
    (date(2026, 9, 1), "Quốc khánh"),
    (date(2026, 9, 2), "Quốc khánh"),
    (date(2027, 1, 1), "Tết Dương lịch"),
    *((date(2027, 2, day), "Tết Nguyên đán Đinh Mùi (dự kiến)") for day in (5, 8, 9, 10, 11)),
    (date(2027, 4, 16), "Giỗ Tổ Hùng Vương (dự kiến)"),
    (date(2027, 4, 30), "Ngày Chiến thắng (dự kiến)"),
    (date(2027, 5, 3), "Nghỉ bù Ngày Quốc tế Lao động (dự kiến)"),
    (date(2027, 9, 2), "Quốc khánh (dự kiến)"),
    (date(2027, 9, 3), "Quốc khánh (dự kiến)"),
]


def seed(apps, schema_editor):
    Holiday = apps.get_model("members", "Holiday")
    Holiday.objects.bulk_create(
        [Holiday(day=day, name=name) for day, name in HOLIDAYS], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0003_open_memberships_index")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
