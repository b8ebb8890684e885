"""People in the configuration: their names, their role, and whether they may come in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from loyalty.forms.stale_admin import StaleSafeAdmin

from .enums import Role
from .forms import RoleField, StaffForm, role_choices
from .models import User
from .roles.queries import columns_of_role

# Rights come from the role.
admin.site.unregister(Group)


class ByRole(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(role_choices())

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(role=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], StaleSafeAdmin):
    not_exported = "people, with their names and e-mail addresses"
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "name_of_role", "is_active", "last_login")
    list_filter = (ByRole, "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("role", "is_active")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(columns_of_role=columns_of_role())

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return RoleField() if db_field.name == "role" else super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("role"), ordering="role")
    def name_of_role(self, user: User) -> str:
        return user.granted.name

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Events name who added them: somebody who leaves is made inactive.
        return False

    def rows_to_lock(self, row: User) -> QuerySet[User]:
        """With all administrators, of whom one must stay: two who leave at once wait for each other."""
        return User.objects.filter(Q(pk=row.pk) | Q(role=Role.ADMINISTRATOR, is_active=True))
