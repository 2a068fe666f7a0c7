"""Credit codes that once named an entry of the register: corrected since, or of an entry merged into another. Documents
keep them, and files still bring them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.models import CodeCorrection, Enterprise
from accounts.models.enterprises import EnterpriseQuerySet


@dataclass(frozen=True)
class OldCodes:
    """All of them, asked once for a whole file; there are few."""

    @cached_property
    def merged(self) -> dict[str, tuple[str, str]]:
        """Whose entry is merged: the name and code of the one that stays."""
        entries = Enterprise.objects.exclude(merged_into=None).order_by()
        found = entries.values_list("credit_code", "merged_into__name", "merged_into__credit_code")
        return {code: (name, kept) for code, name, kept in found}

    @cached_property
    def corrected(self) -> dict[str, tuple[str, str]]:
        """What was corrected: the firm's name and its code now."""
        done = CodeCorrection.objects.done().order_by("decided_at", "pk")
        found = done.values_list("wrong", "enterprise__name", "enterprise__credit_code")
        return {code: (name, now) for code, name, now in found if code != now}

    def sentence(self, code: str, name: str = "") -> str:
        """What became of it and what to write instead; empty where it names nobody else. A corrected code may be
        another firm's own: with another `name` beside it, it is."""
        if code in self.merged:
            firm, now = self.merged[code]
            return f"代码 {code} 的登记已并入{firm}（{now}），请改用 {now}。"
        if code in self.corrected:
            firm, now = self.corrected[code]
            if not name or name == firm:
                return f"代码 {code} 已更正：{firm}现在的统一社会信用代码是 {now}，请改用 {now}。"
        return ""


def former_codes(enterprise: Enterprise) -> set[str]:
    """Under which the firm may still have handed out or received something."""
    entries = Enterprise.objects.one_firm(enterprise.pk).order_by()
    corrected = CodeCorrection.objects.done().filter(enterprise__in=entries.values("pk"))
    of_merged = entries.exclude(pk=enterprise.pk).values_list("credit_code", flat=True)
    return {*of_merged, *corrected.values_list("wrong", flat=True)}


def entries_of_firms_with(code: str) -> EnterpriseQuerySet:
    """Every entry of each firm that has or had this code: the one that stays and those merged into it, for a merger
    moves filings both ways. Nothing is asked yet: it is a part of the caller's question."""
    corrected = CodeCorrection.objects.done().filter(wrong=code).values("enterprise")
    named = Enterprise.objects.filter(Q(credit_code=code) | Q(pk__in=corrected)).order_by()
    stays = named.values_list(Coalesce("merged_into", "pk"))
    return Enterprise.objects.filter(Q(pk__in=stays) | Q(merged_into__in=stays)).order_by()


def entry_now(code: str) -> Enterprise | None:
    """The entry a former code leads to, where no entry has that code itself."""
    done = CodeCorrection.objects.done().filter(wrong=code).select_related("enterprise").first()
    return done.enterprise if done else None


def firm_meant_by(code: str) -> Enterprise | None:
    """Whose code this is or was: the entry that stands for the firm today, where another one was merged into it."""
    entry = Enterprise.objects.select_related("merged_into").filter(credit_code=code).first() or entry_now(code)
    return entry and (entry.merged_into or entry)
