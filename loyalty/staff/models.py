"""Who works here, and how often passwords were tried."""

from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from loyalty.database.saving import SavesOnlyChanges

# The table of the inner room, for Django.
from .audit.models import AuditEntry as AuditEntry
from .enums import Role

ENDS_SESSIONS = frozenset({"password", "role", "is_active"})


class UserManager(DjangoUserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "User":
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR, **extra})


class User(SavesOnlyChanges, AbstractUser):
    """A member of staff. The role decides; Django's own flags only follow it."""

    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.READ_ONLY)
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    # A trigger advances it with the role, with the password, and when the account is switched off or on.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
                | models.Q(~models.Q(role=Role.ADMINISTRATOR), is_staff=False, is_superuser=False),
                name="user_flags_follow_the_role",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_staff = self.is_superuser = self.role == Role.ADMINISTRATOR
        if kwargs.get("update_fields") is not None and "role" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "is_staff", "is_superuser"}
        ends_sessions = not self._state.adding and ENDS_SESSIONS & self.changed_columns()
        super().save(*args, **kwargs)
        if ends_sessions:
            self.refresh_from_db(fields=["sessions_ended"])

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's; a hash of former parameters is made anew, unless the password was changed meanwhile."""

        def make_anew(password: str | None) -> None:
            former, self.password = self.password, make_password(password)
            User.objects.filter(pk=self.pk, password=former).update(password=self.password)
            self.refresh_from_db(fields=["password", "sessions_ended"])

        return check_password(raw_password, self.password, make_anew)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """A session is over when its user's role, password or account has changed since, even if it was changed back."""
        value = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("loyalty.staff.session", value, secret=secret, algorithm="sha256").hexdigest()


class GuessCount(models.Model):
    """How often a password was tried for something of `guesses.py`, and until when nobody may try again."""

    digest = models.CharField(max_length=64, primary_key=True)
    tries = models.IntegerField()
    tried_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.tries} tries"
