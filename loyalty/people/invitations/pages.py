"""Inviting somebody by a link, and the page that the link opens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, View

from loyalty.http.origin import origin_of
from loyalty.staff.invitations.models import Invitation
from loyalty.staff.invitations.operations import NoInvitation, accept_invitation, invite, withdraw_invitation
from loyalty.staff.invitations.queries import invitation_of, open_invitations
from loyalty.staff.login.guesses import TooManyGuesses, invitation, succeeded, take
from loyalty.staff.login.known_browsers import remember
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text

from .forms import AcceptForm, InviteForm

# Where the session keeps the token, so that the address of the form does not.
IN_SESSION = "invitation"
MOST_SHOWN = 100
[BACKEND] = settings.AUTHENTICATION_BACKENDS


class Invitations(StaffPage, PageMixin, FormView[InviteForm]):
    """Who is invited, and the form for one more; its answer alone shows the link."""

    right = MANAGE_STAFF
    template_name = "people/invitations.html"
    form_class = InviteForm
    title = _("Invitations")

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Roles"), reverse("roles:list"))]

    def form_valid(self, form: InviteForm) -> HttpResponse:
        given = form.cleaned_data
        token = invite(role=given["role"], email=given["email"], by=by_staff(self.request)).result()
        link = self.request.build_absolute_uri(reverse("invitation", args=[token]))
        empty = InviteForm()
        return self.render_to_response(self.get_context_data(form=empty, link=link, email=given["email"]))

    def form_invalid(self, form: InviteForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = open_invitations(timezone.now()).select_related("role", "invited_by").order_by("-id")[:MOST_SHOWN]
        return super().get_context_data(**({"invitations": found, "link": ""} | kwargs))


class Withdraw(DialogPage):
    right = MANAGE_STAFF
    form_class = Form
    title = submit_label = _("Withdraw invitation")
    lead = _("Its link can no longer be used to create an account.")
    reloads = True

    def get_success_url(self) -> str:
        return reverse("invitations:list")

    def perform(self, form: BaseForm) -> Text:
        withdraw_invitation(id=self.kwargs["id"], by=by_staff(self.request)).result()
        return _("The invitation is withdrawn.")


class OpenLink(View):
    """What the link says goes into the session, so that no page, log or referrer shows it again."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = _found(request, token)
        if isinstance(found, HttpResponse):
            return found
        request.session[IN_SESSION] = token
        return redirect("accept-invitation")


class Accept(FormView[AcceptForm]):
    """For whoever has opened the link: a name and a password make the account."""

    template_name = "people/accept.html"
    form_class = AcceptForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = _found(request, request.session.get(IN_SESSION, ""))
        if isinstance(found, HttpResponse):
            return found
        self.invitation: Invitation = found
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"email": self.invitation.email}

    def form_valid(self, form: AcceptForm) -> HttpResponse:
        given, token = form.cleaned_data, self.request.session[IN_SESSION]
        try:
            made = accept_invitation(
                token,
                username=given["username"],
                names=(given["first_name"], given["last_name"]),
                password=given["password"],
                at=timezone.now(),
                origin=origin_of(self.request),
            )
        except NoInvitation:
            return _none(self.request)
        except IntegrityError:
            form.add_error("username", gettext("Somebody has this user name already."))
            return self.form_invalid(form)
        del self.request.session[IN_SESSION]
        login(self.request, made, BACKEND)
        messages.success(self.request, gettext("Your account has been created, and you are signed in."))
        response = redirect("home")
        remember(self.request, response, made.username)
        return response

    def form_invalid(self, form: AcceptForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"invitation": self.invitation} | kwargs))


def _found(request: HttpRequest, token: str) -> Invitation | HttpResponse:
    """The open invitation, or the page that says there is none. Tries are counted by the network they come from."""
    counts = [invitation(request.META.get("REMOTE_ADDR", ""))]
    try:
        take(counts, at=timezone.now())
    except TooManyGuesses as error:
        answer = render(request, "people/no_invitation.html", {"wait": error.seconds}, status=429)
        answer["Retry-After"] = str(error.seconds)
        return answer
    found = invitation_of(token, timezone.now())
    if found is None:
        return _none(request)
    succeeded(counts)
    return found


def _none(request: HttpRequest) -> HttpResponse:
    return render(request, "people/no_invitation.html", {"wait": 0}, status=404)
