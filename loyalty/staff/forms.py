from django import forms

from .enums import Module
from .models import GeneralSettings


class GeneralSettingsForm(forms.ModelForm[GeneralSettings]):
    modules = forms.MultipleChoiceField(choices=Module, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = GeneralSettings
        fields = ("brand_name", "currency", "auto_subscribe", "modules")
