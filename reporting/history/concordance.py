"""The concordance (对照表) of old codes: said once, kept, and read with every later file."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import User
from reporting.history.reading.sheets import NEW, OLD, concordance_in, renamed_by
from reporting.models import HistoryCode
from text.package import BookSource, Unreadable
from text.writing import TextWorkbook

ACTION = "留存新旧代码对照"
ENDED = "（不再使用）"


def kept_codes() -> dict[str, str]:
    return dict(HistoryCode.objects.values_list("old", "new"))


@transaction.atomic
def keep_codes(said: Mapping[str, str], by: User | None, at: datetime) -> int:
    """What a file or its concordance says of old codes; how many lines are new or say something else than before."""
    before = kept_codes()
    changed = {old: new for old, new in said.items() if before.get(old) != new}
    HistoryCode.objects.bulk_create(
        (HistoryCode(old=old, new=new, by=by, at=at) for old, new in changed.items()),
        update_conflicts=True,
        unique_fields=["old"],
        update_fields=["new", "by", "at"],
    )
    if changed:
        lines = {old: before[old] or ENDED for old in changed if old in before}
        after = {old: new or ENDED for old, new in changed.items()}
        journal.record(by=by, at=at, action=ACTION, subject=f"{len(changed)} 行", before=lines, after=after)
    return len(changed)


def keep_uploaded(source: BookSource, name: str, by: User, at: datetime) -> int:
    """A concordance by itself, ahead of the files that need it."""
    try:
        said = renamed_by(concordance_in(source, name))
    except Unreadable as unreadable:
        raise Refused(str(unreadable)) from unreadable
    if not said:
        raise Refused(f"对照表里没有一行：请在“{OLD}”“{NEW}”两列下逐行填写，再上传。")
    if not (changed := keep_codes(said, by, at)):
        raise DoneAlready("与留存的对照完全一致，没有改动。")
    return changed


@transaction.atomic
def drop_code(code: HistoryCode, by: User, at: datetime) -> None:
    journal.record(by=by, at=at, action="删去新旧代码对照", subject=code.old, before={code.old: code.new or ENDED})
    code.delete()


def write_codes(at: datetime) -> bytes:
    """As it is uploaded."""
    out = BytesIO()
    with TextWorkbook(out, {}, at) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("对照表")
        sheet.set_column(0, 1, 30)
        for row, line in enumerate([(OLD, NEW), *HistoryCode.objects.values_list("old", "new")]):
            for column, said in enumerate(line):
                sheet.write_string(row, column, said, text)
    return out.getvalue()
