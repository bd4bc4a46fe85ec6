from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models.keys import uuid_key


class UserManager(BaseUserManager["User"]):
    """Creates people; there is no superuser."""

    def create_user(self, username: str, password: str, **facts: Any) -> "User":
        """Create a person who can sign in; what he may do is said by his memberships."""
        user = self.model(username=self.model.normalize_username(username), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]
    """A person who signs in; memberships say where he works and as what."""

    id = uuid_key()
    username = models.CharField(_("user name"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    is_staff = models.BooleanField(_("may use the back office"), default=True)
    is_active = models.BooleanField(_("is active"), default=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        """The name that the page header greets."""
        return self.name

    # The permission matrix decides by role in the room (tenancy.permissions); the back office
    # asks its pages, not the user. These two keep Django's templates working.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
