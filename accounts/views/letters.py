from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from accounts.kept_letters import kept_folder, read_kept_letters
from accounts.models import Installation, User


@login_not_required
def letters(request):
    """Letters that did not go out because no mail server is configured. They hold links that open accounts,
    so only a demonstration city shows them to everybody."""
    folder = kept_folder()
    if folder is None:
        raise Http404("邮件由邮件服务器发出，不在这里留存。")
    if not Installation.current().is_demo:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.role != User.Role.SYSTEM:
            raise PermissionDenied("这一页供系统管理账号使用。")
    kept = read_kept_letters(folder) if folder.is_dir() else []
    wanted = request.GET.get("to", "").strip().lower()
    kept = [letter for letter in kept if wanted in letter.to.lower()] if wanted else kept
    return render(request, "accounts/letters.html", {"letters": kept, "wanted": wanted})
