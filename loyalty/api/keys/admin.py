"""API keys in `/admin/`: made, changed, rotated and revoked. A secret is on the one page that answers its making."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from loyalty.forms.stale_admin import StaleSafeAdmin
from loyalty.staff.sender import by_staff

from .enums import KeyKind
from .forms import SCOPES, ApiKeyForm
from .models import ApiKey
from .operations import KeyProblem, add_secret, create_api_key, retire_secret, revoke
from .reach import require_reach

STATE = ("key", "active", "live_secrets", "last_used_at", "created_at")
ADD = _("The new secret is shown once, on the next page. The present one goes on working until you retire it.")
RETIRE = _(
    "What is signed with this secret is refused from now on. See first that everything signs with the other one."
)
REVOKE = _("Every request with this key is refused from now on, for good: its secrets are destroyed.")


@admin.register(ApiKey)
class ApiKeyAdmin(StaleSafeAdmin):
    not_exported = "who may come in, which is no part of the programme"
    form = ApiKeyForm
    list_display = ("name", "key", "kind", "active", "last_used_at", "created_at")
    list_filter = ("active", "kind")
    ordering = ("-active", "name")
    actions_detail = ("add_secret", "retire_first", "retire_second", "revoke")

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        # Events name the key they came with: one that is not wanted any more is revoked.
        return False

    # Unfold asks with the ID alone for the actions of a page.
    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (isinstance(obj, ApiKey) and not obj.active)

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        state = [(_("State"), {"fields": STATE})] if obj else []
        return [(None, {"fields": ("name", "kind")}), *state, (_("What it may do"), {"fields": SCOPES})]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("kind", *STATE) if obj else ()

    @admin.display(description=_("secrets"))
    def live_secrets(self, key: ApiKey) -> str:
        """When each was made and used, and nothing of itself."""
        line = gettext("Secret {}: made {:%Y-%m-%d}, last used {}")
        found = [
            (
                line.format(
                    one.place,
                    one.created_at,
                    f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else gettext("never"),
                ),
            )
            for one in key.secrets.order_by("place")
        ]
        return format_html_join("; ", "{}", found) if found else gettext("none")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001  Django's
        """A new one is made by the operation, which gives its secret out. No key gains what who changes it may not do."""
        if change:
            if set(SCOPES) & set(form.changed_data):
                require_reach(by_staff(request), obj)
            super().save_model(request, obj, form, change)
            return
        given = {name: form.cleaned_data[name] for name in ("name", *SCOPES)}
        kind = KeyKind(form.cleaned_data["kind"])
        made, secret = create_api_key(by=by_staff(request), kind=kind, **given).result()
        obj.pk, obj.key = made.pk, made.key
        request.new_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        return self._secret_page(request, obj, getattr(request, "new_secret", None))

    @action(description=_("Add a secret"), url_path="add-secret", permissions=["change"], icon="key")
    def add_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        def run(key: ApiKey) -> HttpResponse:
            return self._secret_page(request, key, add_secret(key, by=by_staff(request)).result())

        return self._confirmed(request, object_id, _("Add a secret"), ADD, run)

    @action(description=_("Retire secret 1"), url_path="retire-1", permissions=["change"], icon="key_off")
    def retire_first(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._retire(request, object_id, 1)

    @action(description=_("Retire secret 2"), url_path="retire-2", permissions=["change"], icon="key_off")
    def retire_second(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._retire(request, object_id, 2)

    @action(description=_("Revoke"), url_path="revoke", permissions=["change"], icon="block")
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        def run(key: ApiKey) -> HttpResponse:
            revoke(key, by=by_staff(request)).result()
            return self._back(request, key, _("Revoked: the key is refused from now on."))

        return self._confirmed(request, object_id, _("Revoke"), REVOKE, run)

    def _retire(self, request: HttpRequest, object_id: int, place: int) -> HttpResponse:
        def run(key: ApiKey) -> HttpResponse:
            retire_secret(key, place, by=by_staff(request)).result()
            return self._back(request, key, _("Retired: what this secret signs is refused from now on."))

        title = gettext("Retire secret %(place)s") % {"place": place}
        return self._confirmed(request, object_id, title, RETIRE, run)

    def _confirmed(
        self, request: HttpRequest, object_id: int, title: Any, text: Any, run: Callable[[ApiKey], HttpResponse]
    ) -> HttpResponse:
        """Asks first; what cannot be done is said on the key's page."""
        key = get_object_or_404(ApiKey, pk=object_id)
        if request.method != "POST":
            return self._page(request, "staff/api_key_confirm.html", key, title=title, text=text)
        try:
            return run(key)
        except KeyProblem as problem:
            messages.error(request, str(problem))
            return redirect("admin:staff_apikey_change", key.pk)

    def _back(self, request: HttpRequest, key: ApiKey, text: Any) -> HttpResponse:
        messages.success(request, text)
        return redirect("admin:staff_apikey_change", key.pk)

    def _secret_page(self, request: HttpRequest, key: ApiKey, secret: str | None) -> HttpResponse:
        return self._page(request, "staff/api_key_secret.html", key, title=key.name, secret=secret)

    def _page(self, request: HttpRequest, template: str, key: ApiKey, **found: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "key": key, **found}
        return TemplateResponse(request, template, context)
