from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from accounts.access import needs
from accounts.clock import now
from accounts.models import Ability, Installation, Letter
from accounts.post import pulse
from accounts.post.by_domain import by_domain, complaints
from accounts.post.kept_letters import kept_folder, read_kept_letters
from accounts.post.state import look

OLDEST = 20
MOST_DOMAINS = 100
COUNTED = ("waiting", "sent_today", "failed", "again", "dead")


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
        if not request.user.may.operate:
            raise PermissionDenied("这一页供系统管理账号使用。")
    kept = read_kept_letters(folder) if folder.is_dir() else []
    wanted = request.GET.get("to", "").strip().lower()
    kept = [letter for letter in kept if wanted in letter.to.lower()] if wanted else kept
    return render(request, "post/kept.html", {"letters": kept, "wanted": wanted})


@needs(Ability.WATCH_MAIL)
@require_GET
def outbox(request):
    """What carries the letters, and what waits: for whoever can set it going again."""
    at = now()
    mail, domains = look(at), by_domain(at)
    oldest = Letter.objects.filter(state__in=Letter.UNSENT).defer("facts").order_by("written_at", "pk")[:OLDEST]
    asked = [] if pulse.QUEUE in mail.silent else [pulse.WORKER, pulse.BEAT]
    parts = {name: part not in mail.silent for part, name in pulse.NAMES.items() if part in [pulse.QUEUE, *asked]}
    around = {
        "mail": mail,
        "parts": parts,
        "oldest": oldest,
        "domains": [domain for domain in domains if domain.needs_a_look][:MOST_DOMAINS],
        "sums": {name: sum(getattr(domain, name) for domain in domains) for name in COUNTED},
        "last_copy": import_string(settings.LAST_COPY)(settings.VAR_DIR) if request.user.may.operate else None,
        "complaints": [complaint for complaint in complaints(at) if complaint.is_ours],
    }
    return render(request, "post/outbox.html", around)
