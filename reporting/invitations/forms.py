"""Which firms an official chose, and what the preview page sends on."""

from django import forms

from accounts.fields import ManyField
from accounts.first_accounts import AccountState
from accounts.form_words import PlainForm
from reporting.invitations.inviting import ChosenFirms

PREVIEW_AGAIN = "预览页的内容不完整或被改动过，请重新预览后再发送。"
TICK_SOME = "还没有勾选企业。请勾选要发邀请的企业，或点“预览本筛选全部”。"
TICK_AGAIN = "勾选的企业认不出来，请重新勾选。"
MOST_NUMBER = 2**63


class FirmsForm(PlainForm):
    state = forms.ChoiceField(label="账号状态", choices=[("", "全部"), *AccountState.choices], required=False)
    district = forms.CharField(label="区县", max_length=12, required=False)
    q = forms.CharField(label="企业名称或信用代码", max_length=60, required=False)
    which = forms.ChoiceField(label="范围", choices=[("ticked", "勾选的"), ("all", "全部")])
    firm = ManyField(label="企业", required=False)

    def clean_firm(self) -> list[int]:
        typed = self.cleaned_data["firm"]
        if not all(each.isascii() and each.isdigit() and int(each) < MOST_NUMBER for each in map(str, typed)):
            raise forms.ValidationError(TICK_AGAIN)
        return [int(each) for each in typed]

    def clean(self):
        wanted = super().clean()
        if wanted.get("which") == "ticked" and not wanted.get("firm") and "firm" not in self.errors:
            self.add_error("firm", TICK_SOME)
        return wanted

    @property
    def chosen(self) -> ChosenFirms:
        """Ticked firms are these and no others, whatever the filter was when they were ticked."""
        wanted = self.cleaned_data
        if wanted["which"] == "ticked":
            return ChosenFirms(ticked=tuple(wanted["firm"]))
        return ChosenFirms(wanted["state"], wanted["district"], wanted["q"])


class SendForm(FirmsForm):
    previewed_at = forms.DateTimeField(error_messages=dict.fromkeys(("required", "invalid"), PREVIEW_AGAIN))
