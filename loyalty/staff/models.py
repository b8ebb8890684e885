"""Who works here, and how often passwords were tried."""

from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from loyalty.database.saving import SavesOnlyChanges

# The tables of the inner rooms, for Django.
from .audit.models import AuditEntry as AuditEntry
from .enums import Role
from .groups.models import GroupedKind as GroupedKind
from .groups.models import UserGroup as UserGroup
from .groups.models import UserGroupMember as UserGroupMember
from .groups.reach import EVERYWHERE, Reach, columns_of_reach, reach_in
from .invitations.models import Invitation as Invitation
from .roles.models import StaffRole as StaffRole
from .roles.queries import GrantedRole, columns_of_role, granted, role_of

ENDS_SESSIONS = frozenset({"password", "role", "is_active"})


class UserManager(DjangoUserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "User":
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR, **extra})

    def with_roles(self) -> models.QuerySet["User"]:
        """Each with what the role grants and the groups reach, which is read once more for users from elsewhere."""
        return self.annotate(columns_of_role=columns_of_role(), columns_of_reach=columns_of_reach())


class User(SavesOnlyChanges, AbstractUser):
    """A member of staff. The role decides; Django's own flags only follow it."""

    # The slug of a StaffRole: a foreign key in the database, so that users can be asked for and made by it.
    role = models.CharField(_("role"), max_length=64, default=Role.READ_ONLY)
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    # A trigger advances it with the role, with the password, and when the account is switched off or on.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
                | models.Q(~models.Q(role=Role.ADMINISTRATOR), is_staff=False, is_superuser=False),
                name="user_flags_follow_the_role",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def granted(self) -> GrantedRole:
        """What the role allows, as it was when it was first asked for; raises StaffRole.DoesNotExist."""
        found: GrantedRole | None = self.__dict__.get("_granted")
        if found is None or found.slug != self.role:
            stored = self.__dict__.get("columns_of_role")
            found = granted(stored) if stored and stored["slug"] == self.role else role_of(self.role)
            self.__dict__["_granted"] = found
        return found

    @property
    def reach(self) -> Reach:
        """Which records are seen, as it was when it was first asked for."""
        return EVERYWHERE if self.granted.is_administrator else self._reach_by_groups

    @property
    def grouped_kinds(self) -> frozenset[str]:
        """The kinds of record that groups decide of, whoever the user is."""
        return self._reach_by_groups.kinds

    @property
    def _reach_by_groups(self) -> Reach:
        found: Reach | None = self.__dict__.get("_reach")
        if found is None:
            known = self.__dict__
            if "columns_of_reach" not in known:
                known["columns_of_reach"] = User.objects.values_list(columns_of_reach(), flat=True).get(pk=self.pk)
            found = known["_reach"] = reach_in(known["columns_of_reach"])
        return found

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
