from datetime import datetime

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts import clock, emails, journal, people
from accounts.backends import find_by_sign_in_name
from accounts.clock import now
from accounts.forms import ForgottenPasswordForm, SignInForm
from accounts.links import activation_tokens, reset_tokens
from accounts.models import User
from accounts.passwords import strength_in_words
from accounts.post.state import look

SECONDS_BETWEEN_RESET_LETTERS = 300
AGAIN_ON_THE_MACHINE = (
    "请在装好系统的机器上再执行一次 ./manage.py first_administrator 邮箱 --name 姓名 ，打开新印出的链接。"
)


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        answer = super().form_valid(form)
        user = form.get_user()
        note_sign_in(user, now())
        journal.record(
            by=user,
            at=now(),
            action="登录",
            subject=user.username,
            enterprise=user.enterprise,
            district=user.district,
            after={"地址": get_client_ip_address(self.request)},
        )
        return answer


class SignOut(LogoutView):
    def post(self, request, *args, **kwargs):
        """What a form kept in the browser (static/sheet/kept.js) goes by script; a browser that knows how also throws
        it away when told here."""
        answer = super().post(request, *args, **kwargs)
        answer["Clear-Site-Data"] = '"storage"'
        return answer


@method_decorator(login_not_required, name="dispatch")
class Activate(PasswordResetConfirmView):
    """The reader of the letter chooses the first password. Django moves the token out of the address at once."""

    template_name = "accounts/set_password.html"
    token_generator = activation_tokens
    action = "激活账号"
    post_reset_login = True
    post_reset_login_backend = "accounts.backends.NameCodeOrMobile"
    success_url = "/"
    extra_context = {
        "heading": "激活账号",
        "button": "设置密码并登录",
        "again": "请联系为您开通账号的区县或同事重发激活邮件。",
    }

    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def get_context_data(self, **kwargs):
        """Nobody can send the first system administrator another letter."""
        context = super().get_context_data(**kwargs)
        if not self.validlink and self.user and people.is_awaited_first_administrator(self.user):
            context["again"] = AGAIN_ON_THE_MACHINE
        return context

    def form_valid(self, form):
        answer = super().form_valid(form)
        note_sign_in(self.user, now())
        journal.record(
            by=self.user,
            at=now(),
            action=self.action,
            subject=self.user.username,
            enterprise=self.user.enterprise,
            district=self.user.district,
        )
        messages.success(self.request, "密码已设置，您已登录。")
        return answer


class ResetPassword(Activate):
    token_generator = reset_tokens
    action = "找回密码"
    extra_context = {
        "heading": "重新设置密码",
        "button": "设置新密码并登录",
        "again": "请在登录页点“忘记密码”重新申请。",
    }


def note_sign_in(user: User, at: datetime) -> None:
    """By the office's clock: Django has just noted it by the machine's."""
    user.last_login = at
    user.save(update_fields=["last_login"])


@login_not_required
def forgotten_password(request):
    """The answer is the same whether or not the account exists; a letter at most every five minutes."""
    form = ForgottenPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = find_by_sign_in_name(form.cleaned_data["name"])
        if user and user.is_active and cache.add(f"reset-{user.pk}", "sent", SECONDS_BETWEEN_RESET_LETTERS):
            (emails.password_reset if user.has_usable_password() else emails.activation)(user, clock.now())
        return redirect("forgotten_password_sent")
    return render(request, "accounts/forgotten_password.html", {"form": form})


@login_not_required
def forgotten_password_sent(request):
    return render(request, "accounts/forgotten_password_sent.html", {"mail": look(clock.now())})


@login_not_required
@require_POST
def password_strength(request):
    return render(
        request,
        "accounts/_password_strength.html",
        {"words": strength_in_words(request.POST.get("new_password1", ""), request.user)},
    )
