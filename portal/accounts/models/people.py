"""People and the organisations they act in."""

import uuid
import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from portal.accounts.roles import (
    ABILITIES,
    ROLE_EXPLAINED,
    ROLES_OF_KIND,
    Ability,
    OrganizationKind,
    Role,
)
from portal.one_line import LineField


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> "User":
        return self.create_user(email, password, is_superuser=True, **extra)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


def check_time_zone(name: str) -> None:
    """Refuse a time zone this machine does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("%(name)s is not a known time zone.", params={"name": name})


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail. What they may do comes from their memberships."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", unique=True)
    name = LineField(max_length=100, blank=True)
    phone = LineField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def is_staff(self) -> bool:
        """Whether `/admin/` is open: for the operator and for every reseller's admin."""
        return self.is_superuser or self.memberships.filter(role=Role.ADMIN).exists()


class Organization(models.Model):
    """A reseller, or a customer that may belong to one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=OrganizationKind.choices)
    name = LineField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    reseller = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )

    class Meta:
        verbose_name = "organisation"
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind=OrganizationKind.CUSTOMER)
                | models.Q(kind=OrganizationKind.RESELLER, reseller=None),
                name="a_reseller_belongs_to_nobody",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reseller(self) -> bool:
        return self.kind == OrganizationKind.RESELLER


class Membership(models.Model):
    """A person's role in one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name="organisation",
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "organization"], name="one_role_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organization}"

    def clean(self) -> None:
        chosen = getattr(self, "organization", None)  # none yet where the form says so itself
        if chosen is None:
            return
        if self.role not in ROLES_OF_KIND[OrganizationKind(chosen.kind)]:
            raise ValidationError({"role": "This kind of organisation has no such role."})

    def may(self, ability: Ability) -> bool:
        return ability in ABILITIES[self.role]

    @property
    def explained(self) -> str:
        """What the role means, as the end of a sentence about the person."""
        return ROLE_EXPLAINED[Role(self.role)]
