from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render

from accounts import officials, people
from accounts.access import done_already, needs, refusals_on
from accounts.clock import now, today
from accounts.forms import OfficialChangeForm, OfficialForm
from accounts.models import Ability, District, User, roles_to_invite
from accounts.post.state import look, on_its_way


@needs(Ability.MANAGE_USERS)
def users(request):
    """Officials first; a firm's people are found by name, code or mobile."""
    wanted = request.GET.get("q", "").strip()[:60]
    found = User.objects.visible_to(request.user).select_related("district", "enterprise", "successor")
    if wanted:
        found = found.filter(
            Q(username__icontains=wanted)
            | Q(name__icontains=wanted)
            | Q(mobile=wanted)
            | Q(enterprise__name__icontains=wanted)
            | Q(district__name__icontains=wanted)
        )
    else:
        found = found.filter(enterprise=None)
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    without = District.objects.valid_on(today()).exclude(users__is_active=True)
    return render(
        request,
        "accounts/users.html",
        {"page": page, "wanted": wanted, "districts_without_account": without, "mail": look(now())},
    )


@needs(Ability.MANAGE_USERS)
def invite_official(request):
    form = OfficialForm(
        request.POST or None,
        roles=roles_to_invite(request.user.role),
        districts=District.objects.valid_on(today()),
        initial={"district": request.GET.get("district")},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with done_already(request):
                user = people.invite_official(**form.cleaned_data, by=request.user, at=now())
                messages.success(
                    request, f"给 {user.email} 的激活邮件{on_its_way(now(), user.email)}。链接自现在起 7 天内有效。"
                )
            return redirect("users")
    return render(request, "accounts/invite_official.html", {"form": form})


@needs(Ability.MANAGE_USERS)
def edit_official(request, pk):
    user = get_object_or_404(User.objects.visible_to(request.user).filter(enterprise=None), pk=pk)
    stands = {name: getattr(user, name) for name in ("name", "role", "district", "mobile", "email")}
    form = OfficialChangeForm(
        request.POST or None,
        roles=roles_to_invite(request.user.role),
        districts=District.objects.valid_on(today()) | District.objects.filter(pk=user.district_id),
        initial=stands,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = officials.change_official(user, **form.changed, by=request.user, at=now())
            said = "已保存，并写信告诉了本人。" if changed else "没有改动。"
            messages.success(request, f"{form.cleaned_data['name']}的账号{said}")
            return redirect("users")
    return render(request, "accounts/edit_official.html", {"form": form, "account": user})
