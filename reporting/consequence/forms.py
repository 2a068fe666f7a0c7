from decimal import Decimal

from django import forms

from accounts.change_forms import ChangeForm, Checkboxes
from reporting.models import ReviewLimits
from reporting.models.submission import WATCHED_WORDS


class ReviewLimitsForm(ChangeForm):
    points = forms.DecimalField(
        label="预期误差上限（百分点）",
        min_value=Decimal("0.01"),
        max_value=ReviewLimits.MOST_POINTS,
        max_digits=4,
        decimal_places=2,
        help_text="审到哪一家可以停：其余各家的预期误差合起来，不超过合计的这么多个百分点。",
    )
    watched = forms.MultipleChoiceField(
        label="控制误差的指标",
        choices=list(WATCHED_WORDS.items()),
        widget=Checkboxes,
        help_text="选中的每一项都要在上限以内。",
    )
    bulk_share = forms.DecimalField(
        label="须逐份打开的占比（%）",
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        help_text="软件业务收入占本区县合计超过这个比例的上报件，不能批量通过，须打开审核。",
    )
    reason = forms.CharField(label="依据", max_length=300)
