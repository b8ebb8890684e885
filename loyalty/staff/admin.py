from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from loyalty.forms.stale_admin import StaleSafeAdmin

from .enums import Role
from .forms import StaffForm
from .models import User

# Rights come from the role.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], StaleSafeAdmin):
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("role", "is_active")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Events name who added them: somebody who leaves is made inactive.
        return False

    def rows_to_lock(self, row: User) -> QuerySet[User]:
        """With all administrators, of whom one must stay: two who leave at once wait for each other."""
        return User.objects.filter(Q(pk=row.pk) | Q(role=Role.ADMINISTRATOR, is_active=True))
