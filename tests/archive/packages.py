"""How a test opens a package: with what an archivist has, and nothing of ours."""

import csv
import io
import json
from datetime import datetime
from types import SimpleNamespace
from zipfile import ZipFile

from reporting import workflow
from reporting.archive.handing_out import hand_out
from reporting.conversation.threads import say
from reporting.models import Period
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh
from tests.officials import WARNED_MAY, file_may
from tests.workflow.lateness import LATER, make_alike_may, moment

LOCKED_AT = moment(14, 10, 30)
FORMULA = '=HYPERLINK("http://example.com","看")'


def packed_up(period: Period, at: datetime = LATER, **more) -> bytes:
    return b"".join(hand_out(period, None, at, **more))


def files_in(package: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rows_in(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def lines_in(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.decode().removesuffix("\n").split("\n")]


def make_locked_may() -> SimpleNamespace:
    """云图 sends a loss it explains, and is approved. 山城 is sent back, says what a spreadsheet would run, corrects a
    figure and is approved. 嘉陵 files nothing and stays out."""
    may = make_alike_may()
    may.sent = file_may(may.filing, may.clerk, WARNED_MAY)
    workflow.approve(may.sent, may.reviewer, AT)
    first = file_may(may.other_filing, may.other_clerk)
    workflow.send_back(first, [{"cell": "2010.c1", "reason": "请核实"}], may.other_reviewer, AT)
    say(fresh(may.other_filing), FORMULA, may.other_clerk, AT)
    may.other_sent = file_may(may.other_filing, may.other_clerk, CLEAN_MAY | {"2110.c1": "130"}, "+更正2110")
    workflow.approve(may.other_sent, may.other_reviewer, AT)
    may.may = workflow.lock(may.may, may.city, LOCKED_AT, "嘉陵停业")
    return may
