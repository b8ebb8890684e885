"""Creating, editing, switching on and off, and archiving a product or a store."""

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.forms import BaseForm
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.catalogue.enums import Status
from loyalty.catalogue.operations import NoSuchItem, StillActive, StillUsed, TakenId
from loyalty.catalogue.rights import CHANGE_CATALOGUE
from loyalty.catalogue.values import WrongValues
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage
from loyalty.ui.responses import Text

from .forms import ItemForm
from .kinds import PRODUCTS, STORES, Item, ItemKind

KINDS = {kind.name: kind for kind in (PRODUCTS, STORES)}


class ItemDialog(DialogPage):
    right = CHANGE_CATALOGUE
    reloads = True

    @cached_property
    def kind(self) -> ItemKind:
        found = KINDS.get(self.kwargs["kind"])
        if found is None:
            raise Http404
        return found

    def get_success_url(self) -> str:
        return reverse(f"catalogue:{self.kind.name}")

    def perform(self, form: BaseForm) -> Text:
        try:
            return self.act(form)
        except WrongValues as wrong:
            assert isinstance(form, ItemForm)
            form.refuse(wrong)
        except TakenId:
            form.add_error("id", _("Another one has this ID, or had it before it was archived."))
        except StillUsed as used:
            form.add_error(None, _("It is used by: %(uses)s. Choose another one there first.") % {"uses": used})
        except StillActive:
            form.add_error(None, _("It is active again. Set it inactive first."))
        except NoSuchItem:
            form.add_error(None, _("It was archived meanwhile."))
        return ""

    def act(self, form: BaseForm) -> Text:
        raise NotImplementedError


class Create(ItemDialog):
    submit_label = _("Create")

    def get_title(self) -> Text:
        return self.kind.create_title

    def get_form_class(self) -> type[ItemForm]:
        return self.kind.form

    def act(self, form: BaseForm) -> Text:
        values = {name: value for name, value in form.cleaned_data.items() if name != "id"}
        self.kind.create(slug=form.cleaned_data["id"], values=values, by=by_staff(self.request)).result()
        return gettext("Created.")


class OfItem(ItemDialog):
    """About one that is not archived."""

    @cached_property
    def item(self) -> Item:
        found: Item = get_object_or_404(self.kind.found(), pk=self.kwargs["pk"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"item": self.item, "kind": self.kind} | kwargs))


class Edit(OfItem):
    template_name = "catalogue/edit.html"
    submit_label = _("Save")

    def get_title(self) -> Text:
        return self.kind.edit_title

    def get_form_class(self) -> type[ItemForm]:
        return self.kind.form

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        del form.fields["id"]
        return form

    def get_initial(self) -> dict[str, Any]:
        return dict(self.kind.values(self.item))

    def act(self, form: BaseForm) -> Text:
        """What differs from what the form was opened with; what others have changed meanwhile stays."""
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        self.kind.change(slug=self.item.slug, values=values, by=by_staff(self.request)).result()
        return gettext("Saved.")


class SetStatus(OfItem):
    form_class = forms.Form
    status: ClassVar[Status]
    text: ClassVar[Text]

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the item
        return self.text % {"name": self.item.name}

    def act(self, form: BaseForm) -> Text:
        by = by_staff(self.request)
        self.kind.change(slug=self.item.slug, values={"status": self.status.value}, by=by).result()
        return gettext("Saved.")


class SetInactive(SetStatus):
    title = submit_label = _("Set inactive")
    status = Status.INACTIVE
    text = _("“%(name)s” stays where it is, and cannot be chosen anew.")


class SetActive(SetStatus):
    title = submit_label = _("Set active")
    status = Status.ACTIVE
    text = _("“%(name)s” can be chosen again.")


class Archive(OfItem):
    form_class = forms.Form
    submit_label = _("Archive")
    is_dangerous = True

    def get_title(self) -> Text:
        return self.kind.archive_title

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the item
        return gettext("“%(name)s” is no longer shown anywhere, and its ID stays taken. This can’t be undone.") % {
            "name": self.item.name
        }

    def act(self, form: BaseForm) -> Text:
        self.kind.archive(slug=self.item.slug, by=by_staff(self.request)).result()
        return gettext("Archived.")
