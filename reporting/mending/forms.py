"""What the pages about wrong registrations send."""

from __future__ import annotations

from django import forms

from accounts.fields import CodeSelect, DayInput, ManyField, ReasonField
from accounts.form_words import PlainForm
from accounts.models import District
from reporting.mending.district_choice import WantedChange, codes_in
from text.incoming import without_hidden
from text.opening import open_book
from text.package import Unreadable

LONGEST_KEY = 18
MOST_OF_FILE = 5 * 1024 * 1024
AGAIN = "预览页的内容不完整或被改动过，请重新预览后再办理。"


class CodeField(forms.CharField):
    def __init__(self, label: str, **kwargs):
        super().__init__(label=label, max_length=40, **kwargs)


class ReportForm(PlainForm):
    other = CodeField("另一条登记的统一社会信用代码", help_text="同一家企业登记了两次：这里填另一条的代码。")
    reason = ReasonField(label="依据", help_text="例如营业执照、电话核实的结果。")


class ApartForm(PlainForm):
    answer = ReasonField(label="不是重复的理由", help_text="告诉提出的区县，也记入操作日志。")


class MergeForm(PlainForm):
    """The choices of the page: facts to take, filings by their period (period_2024M05), what the page showed."""

    take = ManyField(label="取用的登记事项", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, error_messages={"required": AGAIN})
    reason = ReasonField(label="合并依据", help_text="例如营业执照、电话核实的结果。")

    def choices(self) -> dict[str, str]:
        begun = "period_"
        return {name.removeprefix(begun): value for name, value in self.data.items() if name.startswith(begun)}


class CorrectCodeForm(PlainForm):
    right = CodeField("正确的统一社会信用代码", help_text="营业执照上的 18 位代码，提交时核对校验位。")
    reason = ReasonField(help_text="例如登记时抄错，已核对营业执照。")


class ObjectForm(PlainForm):
    answer = ReasonField(label="不同意的理由", help_text="例如营业执照上的代码。")


class TakeBackForm(PlainForm):
    why = ReasonField(label="撤销的事由", help_text="告诉已经收到信的企业和区县。")


class DistrictChangeForm(PlainForm):
    origin = forms.ModelMultipleChoiceField(
        District.objects.none(), label="原区县", widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
        error_messages={"required": "请至少勾选一个原区县。"},
    )  # fmt: skip
    district = forms.ModelChoiceField(
        District.objects.none(), label="改到", empty_label="（请选择）", widget=CodeSelect
    )
    since = forms.DateField(
        label="自哪一天起", widget=DayInput, help_text="在这一天或以后结束的报告期归新区县，以前的仍归原区县。"
    )
    search = forms.CharField(
        label="只改名称或地址含有", max_length=60, required=False, help_text="不填即原区县的全部企业。例如街道的名称。"
    )
    codes = forms.CharField(
        label="只改这些企业", required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="贴上统一社会信用代码，一行一个；从 Excel 复制一列也可以。",
    )  # fmt: skip
    file = forms.FileField(
        label="或名单文件（.xlsx）", required=False, help_text="哪一列是统一社会信用代码都可以。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )  # fmt: skip
    closes = forms.BooleanField(label="原区县同时撤销（有效期到前一天，没有办完的由新区县接着审核）", required=False)
    takes_officials = forms.BooleanField(
        label="原区县的工作人员账号转入新区县（不勾的，原账号只能查阅）", required=False
    )
    reason = ReasonField(label="依据", help_text="区划调整文件的名称和文号。")
    left = ManyField(label="不改的企业", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        in_use = District.objects.filter(residences__until=None).distinct()
        self.fields["origin"].queryset = in_use
        self.fields["district"].queryset = District.objects.all()

    def clean_file(self) -> str:
        """The text of every cell: which are codes is seen by their shape."""
        sent = self.cleaned_data["file"]
        if not sent:
            return ""
        if sent.size > MOST_OF_FILE:
            raise forms.ValidationError("名单文件超过 5 MB，请只留代码一列后再上传。")
        try:
            book = open_book(sent, sent.name)
        except Unreadable as why:
            raise forms.ValidationError(f"名单文件读不出：{why}") from why
        cells = (cell.text for sheet in book.sheets for row in sheet.rows.values() for cell in row.cells.values())
        text = "\n".join(without_hidden(str(each)) for each in cells)
        if not codes_in(text):
            raise forms.ValidationError("名单文件里没有 18 位的统一社会信用代码，请核对文件。")
        return text

    def clean_left(self) -> tuple[int, ...]:
        typed = [str(each) for each in self.cleaned_data["left"]]
        return tuple(int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < LONGEST_KEY)

    def clean(self):
        wanted = super().clean()
        if wanted.get("codes") and not codes_in(wanted["codes"]):
            self.add_error("codes", "没有找到 18 位的统一社会信用代码，请核对贴上的内容。")
        return wanted

    @property
    def wanted(self) -> WantedChange:
        said = self.cleaned_data
        return WantedChange(
            origins=tuple(said["origin"]),
            district=said["district"],
            since=said["since"],
            reason=said["reason"],
            closes=said["closes"],
            takes_officials=said["takes_officials"],
            search=said["search"].strip(),
            codes=codes_in(f"{said['codes']}\n{said['file']}"),
            left=said["left"],
        )


class DistrictChangePress(DistrictChangeForm):
    """The same from the preview, where nothing is filled in any more; `chosen` are the ticked ones of those shown."""

    token = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), AGAIN))
    seen = forms.CharField(error_messages={"required": AGAIN})
