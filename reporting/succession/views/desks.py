from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, User
from accounts.post.state import on_its_way
from reporting.models import ThreadSeen
from reporting.succession import desks
from reporting.succession.forms import DeskForm
from reporting.succession.succeeding import NewPerson


@needs(Ability.MANAGE_USERS)
def hand_over(request, pk):
    user = get_object_or_404(User.objects.visible_to(request.user).filter(enterprise=None), pk=pk)
    form = DeskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        person = NewPerson(said["name"], said["mobile"], said["email"])
        with refusals_on(form):
            after = desks.hand_over(user, person, said["username"], why=said["why"], by=request.user, at=now())
            messages.success(
                request, f"{user}的账号已移交给{after}。给 {after.email} 的激活邮件{on_its_way(now(), after.email)}。"
            )
            return redirect("users")
    unread = ThreadSeen.objects.filter(user=user, unread__gt=0).count()
    return render(request, "succession/desk.html", {"form": form, "account": user, "unread": unread})
