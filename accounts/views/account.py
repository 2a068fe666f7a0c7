from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import emails, journal, people
from accounts.access import done_already, needs, refusals_on
from accounts.clock import now
from accounts.forms import ColleagueForm, OwnContactForm, ReasonForm
from accounts.models import Ability, JournalEntry, Scope, Takeover, User
from accounts.post.state import on_its_way


def account(request):
    user = request.user
    form = OwnContactForm(request.POST or None, initial={"name": user.name, "mobile": user.mobile, "email": user.email})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            people.change_own_contact(user, **form.cleaned_data, at=now())
            messages.success(request, "联系方式已保存。")
            return redirect("account")
    sign_ins = JournalEntry.objects.filter(by=user, action__in=["登录", "激活账号", "找回密码", "修改密码"])[:20]
    return render(request, "accounts/account.html", {"form": form, "sign_ins": sign_ins})


@sensitive_post_parameters()
def change_password(request):
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = now()
        with transaction.atomic():
            user = form.save()
            journal.record(
                by=user,
                at=at,
                action="修改密码",
                subject=user.username,
                enterprise=user.enterprise,
                district=user.district,
            )
            emails.password_changed(user, at)
        update_session_auth_hash(request, user)
        messages.success(request, "密码已修改。")
        return redirect("account")
    return render(request, "accounts/change_password.html", {"form": form})


@needs(Ability.KEEP_FIRM)
def colleagues(request):
    form = ColleagueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with done_already(request):
                user = people.invite_colleague(**form.cleaned_data, by=request.user, at=now())
                letter = f"给 {user.email} 的激活邮件{on_its_way(now(), user.email)}。"
                messages.success(request, f"{letter}{user.name}的用户名是 {user.username}。")
            return redirect("colleagues")
    colleagues = User.objects.visible_to(request.user).select_related("successor").order_by("pk")
    takeovers = Takeover.objects.visible_to(request.user).told_to_the_firm()
    context = {
        "form": form,
        "colleagues": colleagues,
        "may_manage": people.is_first_account(request.user),
        "places": max(people.MOST_OF_A_FIRM - colleagues.filter(is_active=True).count(), 0),
        "most": people.MOST_OF_A_FIRM,
        "takeovers": takeovers.select_related("proposed_by__district", "decided_by"),
    }
    return render(request, "accounts/colleagues.html", context)


@needs(Ability.KEEP_ACCOUNTS)
def switch_account(request, pk):
    """Deactivate an account, or activate it again, with a reason."""
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        switch = people.deactivate if user.is_active else people.reactivate
        with refusals_on(form):
            switch(user, by=request.user, at=now(), why=form.cleaned_data["why"])
            messages.success(request, f"账号“{user.username}”已{'停用' if user.is_active else '启用'}。")
            return redirect(where_accounts_are_listed(request.user, user))
    return render(request, "accounts/switch_account.html", {"form": form, "account": user})


@needs(Ability.KEEP_ACCOUNTS)
@require_POST
def resend_activation(request, pk):
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    with refusals_on(request):
        people.resend_activation(user, by=request.user, at=now())
        messages.success(
            request, f"给 {user.email} 的激活邮件{on_its_way(now(), user.email)}。链接自现在起 7 天内有效。"
        )
    return redirect(where_accounts_are_listed(request.user, user))


def where_accounts_are_listed(by: User, user: User) -> str:
    if by.scope == Scope.ENTERPRISE:
        return reverse("colleagues")
    return reverse("firm", args=[user.enterprise.credit_code]) if user.enterprise_id else reverse("users")
