"""A cut kept under a name: saved, shared in the office, called otherwise, forgotten. Only whose it is changes it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import User
from reporting.cuts.choosing import Choice
from reporting.cuts.dimensions import DIMENSIONS
from reporting.models import SavedCut
from text.incoming import hidden_mark

LONGEST = 60
PARTS = {"period": "报告期", "by": "分组", "show": "指标", "districts": "区县", "submitted": "含待审核"}


@transaction.atomic
def save_cut(name: str, choice: Choice, *, by: User, at: datetime) -> SavedCut:
    """Under a name of one's own that is free; the same choice under the same name is the second press."""
    User.objects.select_for_update().get(pk=by.pk)  # in turn, so that a name is free when it is taken
    name = as_a_name(name)
    if standing := SavedCut.objects.filter(by=by, name=name).first():
        if standing.choice == choice:
            raise DoneAlready(f"视图“{name}”已经保存过，没有再存一份。")
        raise Refused(f"您已有名为“{name}”的视图，请换一个名称，或先删除原来的。")
    saved = SavedCut.objects.create(name=name, choice=choice, by=by, saved_at=at)
    journal.record(by=by, at=at, action="保存汇总视图", subject=name, district=by.district, after=as_journalled(choice))
    return saved


@transaction.atomic
def change_cut(saved: SavedCut, name: str, is_shared: bool, *, by: User, at: datetime) -> SavedCut:
    saved = own(saved, by)
    name = as_a_name(name)
    if SavedCut.objects.filter(by=by, name=name).exclude(pk=saved.pk).exists():
        raise Refused(f"您已有名为“{name}”的视图，请换一个名称。")
    before, after = journal.changes(told(saved.name, saved.is_shared), told(name, is_shared))
    if not after:
        raise DoneAlready("没有改动。")
    saved.name, saved.is_shared = name, is_shared
    saved.save(update_fields=["name", "is_shared"])
    action, district = "修改汇总视图", by.district
    journal.record(by=by, at=at, action=action, subject=name, district=district, before=before, after=after)
    return saved


@transaction.atomic
def forget_cut(saved: SavedCut, *, by: User, at: datetime) -> None:
    saved = own(saved, by)
    before = as_journalled(saved.choice)
    journal.record(by=by, at=at, action="删除汇总视图", subject=saved.name, district=by.district, before=before)
    saved.delete()


def own(saved: SavedCut, by: User) -> SavedCut:
    """Locked and read anew; refused where it is somebody else's or gone."""
    found = SavedCut.objects.select_for_update().filter(pk=saved.pk, by=by).first()
    if found is None:
        raise Refused("这个视图不是您保存的，或者已经删除；请在下面重新保存一个。")
    return found


def told(name: str, is_shared: bool) -> dict[str, object]:
    return {"名称": name, "本单位共享": is_shared}


def as_journalled(choice: Choice) -> dict[str, list[str]]:
    labels = PARTS | {key: f"{each.label}为" for key, each in DIMENSIONS.items()}
    return {labels.get(name, name): values for name, values in choice.items()}


def as_a_name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Refused("请写视图的名称，例如“各区县软件业务收入”。")
    if mark := hidden_mark(name):
        raise Refused(f"名称里，{mark}。")
    if len(name) > LONGEST:
        raise Refused(f"名称最多 {LONGEST} 字，现在有 {len(name)} 字，请精简。")
    return name
