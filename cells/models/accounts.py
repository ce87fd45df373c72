"""Who signs in, and which role each holds where, from when until when."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cells.models.units import Unit
from cells.vietnamese import fold


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.search = User.search_text(user.full_name, username)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, password=None, **fields):
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. `is_superuser` is a technical right: it shows no sheet."""

    username = models.CharField(
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Tên đăng nhập này đã có người dùng."},
    )
    full_name = models.CharField(max_length=120)
    search = models.CharField(max_length=200, editable=False, default="")
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self):
        return self.full_name or self.username

    @staticmethod
    def search_text(full_name: str, username: str) -> str:
        return fold(f"{full_name} {username}")[:200]


class Role(models.TextChoices):
    STAFF = "staff", "Cán bộ đảng ủy"
    SECRETARY = "secretary", "Bí thư chi bộ"
    LEADER = "leader", "Lãnh đạo đảng ủy"
    INSPECTOR = "inspector", "Kiểm tra, giám sát"
    SUPERVISOR = "supervisor", "Cấp ủy viên phụ trách"
    CRITERIA_AUTHOR = "criteria_author", "Soạn bộ tiêu chí"
    CITY_ADMIN = "city_admin", "Quản trị Thành ủy"


class AssignmentQuerySet(models.QuerySet):
    def current(self, day):
        """Return the assignments in force on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class Assignment(models.Model):
    """A role on a unit and all below it, while its dates hold."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "role", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(ends_on__isnull=True),
                name="one_open_assignment_per_role",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_no_earlier_than_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} – {self.unit}"


class FailedSignIn(models.Model):
    """A wrong password for a name from an address: too many of them close the door for a while."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["username", "address", "at"], name="failed_sign_in")]

    def __str__(self):
        return f"{self.username} {self.at:%d/%m/%Y %H:%M}"
