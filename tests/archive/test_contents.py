"""What stands in the package of May 2024, worked by hand for two firms."""

import io
import json
import shutil
import subprocess
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from openpyxl import load_workbook

from accounts.models import Enterprise, User
from forms_tables.edition import drafting
from forms_tables.edition.digest import digest_of
from reporting import workflow
from reporting.archive import contents, record
from reporting.archive.handing_out import hand_out
from reporting.archive.lines import KEYS
from reporting.archive.names import part_of_name
from reporting.archive.readme import FILES
from reporting.models import Filing, LateRequest, Period, PublishedEdition, Scan, Submission
from tests.archive.packages import FORMULA, files_in, lines_in, make_locked_may, packed_up, rows_in
from tests.cast import AT
from tests.editions.test_editions import drafted, publish
from tests.may import fresh, make_may
from tests.officials import file_may, freeze
from tests.workbooks.bad_workbooks import cell_of
from tests.workflow.lateness import LATER
from text.writing import json_line

pytestmark = pytest.mark.django_db
YUNTU, SHANCHENG, JIALING = "91500103MA5U12346B", "91500108MA60K5T996", "91500103MA5X88079D"
LOOSER = {"texts": ["or_zero(M20211) + or_zero(M20212) < 1000"], "message": "基础软件与工业软件之和须小于1000"}
SENT_AT, WAS_LOCKED = "2024-06-05T09:30:00+08:00", "2024-06-14T10:30:00+08:00"


@pytest.fixture
def may():
    return make_locked_may()


@pytest.fixture(scope="module")
def files(django_db_setup, django_db_blocker):
    """Packed once for all that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = files_in(packed_up(make_locked_may().may))
        transaction.set_rollback(True)
    return found


def of(rows: list[dict], credit_code: str, head: str = "统一社会信用代码") -> list[dict]:
    return [row for row in rows if row[head] == credit_code]


# The list


def test_it_holds_these_files_in_the_order_of_their_names_and_the_digests_last(may):
    with ZipFile(io.BytesIO(packed_up(may.may))) as package:
        names = package.namelist()
    assert names == [
        "README.txt", "district_results.csv", "editions/chongqing-2024.canonical.json", "editions/chongqing-2024.json",
        "explanations.csv", "figures.csv", "filings.csv", "journal.csv", "journal.jsonl", "messages.csv", "period.json",
        "requests.csv", "reviews.csv", "reviews.jsonl", "scans.csv", "submissions.csv", "submissions.jsonl",
        "totals.json", "totals.xlsx", f"workbooks/500103/{YUNTU}-1.xlsx", f"workbooks/500108/{SHANCHENG}-1.xlsx",
        f"workbooks/500108/{SHANCHENG}-2.xlsx", "SHA256SUMS",
    ]  # fmt: skip
    assert names[:-1] == sorted(names[:-1])


def verified(folder) -> subprocess.CompletedProcess:
    command = [shutil.which("sha256sum"), "--check", "--strict", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"LC_ALL": "C"}, check=False)


def test_its_digests_are_verified_without_the_platform(may, tmp_path):
    package, folder = tmp_path / "五月.zip", tmp_path / "五月"
    package.write_bytes(packed_up(may.may))
    subprocess.run([shutil.which("unzip"), "-q", package, "-d", folder], check=True)
    said = verified(folder)
    held = [file for file in folder.rglob("*") if file.is_file()]
    assert (said.returncode, said.stdout.count(": OK")) == (0, len(held) - 1)
    with open(folder / "figures.csv", "ab") as file:
        file.write(b" ")
    said = verified(folder)
    assert said.returncode == 1 and "figures.csv: FAILED" in said.stdout


def test_the_readme_says_of_each_file_what_it_is(files):
    readme = files["README.txt"].decode()
    assert f"2024年5月于 {WAS_LOCKED} 锁定" in readme and "共 3 家企业的填报，3 份上报件" in readme
    for name in files:
        folder = name.partition("/")[0] + "/" if "/" in name else name
        assert f"{folder}  {FILES[folder]}" in readme
    assert "未锁定" not in readme


def test_the_readme_names_every_key_of_the_lines(files):
    keys = {key for name in files if name.endswith(".jsonl") for line in lines_in(files[name]) for key in line}
    assert keys == KEYS.keys()
    assert all(f"{key}  {KEYS[key]}" in files["README.txt"].decode() for key in keys)


# What it says


def test_the_period_says_when_it_was_locked_and_due(files):
    period = json.loads(files["period.json"])
    assert (period["locked"], period["locked_at"], period["record_at"]) == (True, WAS_LOCKED, WAS_LOCKED)
    assert [row["due_on"] for row in period["deadlines"]] == ["2024-06-12", "2024-06-13", "2024-06-15"]
    (edition,) = period["editions"]
    assert (edition["edition"], edition["submissions"]) == ("chongqing-2024", 3)


def test_every_firm_is_listed_with_where_it_stands(files):
    rows = {row["统一社会信用代码"]: row for row in rows_in(files["filings.csv"])}
    assert rows.keys() == {YUNTU, SHANCHENG, JIALING}
    heads = ("进度", "迟报", "企业截止日", "有效上报件序号", "计入汇总的上报件序号")
    assert [rows[SHANCHENG][head] for head in heads] == ["已锁定", "否", "2024-06-12", "2", "2"]
    assert [rows[JIALING][head] for head in heads] == ["未填报", "否", "2024-06-12", "", ""]


def test_a_submission_is_there_to_the_last_sign(may, files):
    sent = {(line["credit_code"], line["number"]): line for line in lines_in(files["submissions.jsonl"])}
    assert sent.keys() == {(YUNTU, 1), (SHANCHENG, 1), (SHANCHENG, 2)}
    line = sent[YUNTU, 1]
    assert line["values"] == Submission.objects.get(pk=may.sent.pk).values
    assert (line["values"]["2010.c1"], line["values"]["2090.c1"]) == ("1000.00", "-900.00")
    assert (line["submitted_at"], line["due_on"], line["on_time"]) == (SENT_AT, "2024-06-12", True)
    assert (line["submitted_by"], line["signer"]) == ("李娜（重庆云图软件有限公司）", "王经理")
    assert (line["counted"], sent[SHANCHENG, 1]["counted"], sent[SHANCHENG, 2]["counted"]) == (True, False, True)
    assert sent[SHANCHENG, 2]["reason"] == "+更正2110"


def test_figures_are_exact_text_with_their_place_on_the_form(files):
    rows = of(rows_in(files["figures.csv"]), YUNTU)
    (loss,) = [row for row in rows if (row["指标代码"], row["栏"]) == ("2090", "c1")]
    assert (loss["填报内容"], loss["计量单位"], loss["报表"], loss["计入汇总"]) == ("-900.00", "万元", "软统企6", "是")
    assert loss["栏名"] == "本年本期累计"
    of_2110 = [row for row in of(rows_in(files["figures.csv"]), SHANCHENG) if row["指标代码"] + row["栏"] == "2110c1"]
    assert [(row["序号"], row["填报内容"], row["计入汇总"]) for row in of_2110] == [
        ("1", "120.00", "否"),
        ("2", "130.00", "是"),
    ]


def test_an_explanation_stands_beside_what_it_explains(files):
    rows = of(rows_in(files["explanations.csv"]), YUNTU)
    assert rows and {row["原因码"] for row in rows} == {"01"}
    assert all(row["提示"] and row["原因"] and row["审核关系"] for row in rows)


def test_decisions_and_talk_are_there_with_who_and_when(files):
    said = [
        (row["统一社会信用代码"], row["序号"], row["决定"], row["审核人"], row["时间"])
        for row in rows_in(files["reviews.csv"])
    ]
    assert said == [
        (YUNTU, "1", "审核通过", "陈宇（渝中区）", SENT_AT),
        (SHANCHENG, "1", "退回企业", "何清（南岸区）", SENT_AT),
        (SHANCHENG, "2", "审核通过", "何清（南岸区）", SENT_AT),
    ]
    returned = lines_in(files["reviews.jsonl"])[1]
    assert returned["reasons"] == [{"cell": "2010.c1", "reason": "请核实"}]
    (message,) = rows_in(files["messages.csv"])
    assert (message["发言人"], message["时间"]) == ("孙洁（重庆山城智能装备有限公司）", SENT_AT)


def test_the_journal_of_the_period_ends_with_its_lock(files):
    lines = lines_in(files["journal.jsonl"])
    last = lines[-1]
    assert (last["action"], last["at"], last["why"]) == ("锁定报告期", WAS_LOCKED, "嘉陵停业")
    assert [row["操作"] for row in rows_in(files["journal.csv"])] == [line["action"] for line in lines]
    assert {"保存软统企6", "确定上报", "区县审核通过", "退回企业"} <= {line["action"] for line in lines}


def test_the_totals_are_those_of_the_lock(files):
    totals = json.loads(files["totals.json"])
    assert (totals["owed"], totals["approved"]) == (3, 2)
    assert totals["totals"]["软统企6"]["2010"]["c1"] == "2000.00"  # 1000 and 1000
    assert totals["totals"]["软统企6"]["2090"]["c1"] == "-620.00"  # -900 and 280
    notes = {row[0].value: row[1].value for row in load_workbook(io.BytesIO(files["totals.xlsx"]))["说明"].iter_rows()}
    assert notes["制表时间"] == "2024-06-14 10:30:00"
    results = {row["区县"]: row for row in rows_in(files["district_results.csv"])}
    assert [results[name]["应报（家）"] for name in ("渝中区", "南岸区")] == ["2", "1"]
    assert (results["南岸区"]["退回次数"], results["南岸区"]["核定时间"]) == ("1", WAS_LOCKED)


def test_each_submission_is_a_workbook_too(files):
    book = load_workbook(io.BytesIO(files[f"workbooks/500108/{SHANCHENG}-2.xlsx"]))
    assert cell_of(book["软统企6"], "2110.c1").value == 130
    assert book.properties.created.isoformat() == "2024-06-05T01:30:00"  # when it was sent, by Greenwich


def test_a_stamped_paper_is_in_and_one_that_is_gone_is_told(may):
    at = {"submission": may.sent, "pages": 2, "by": may.clerk, "at": AT}
    kept = Scan.objects.create(file=ContentFile(b"%PDF-1.7 stamped", "a.pdf"), **at)
    gone = Scan.objects.create(file=ContentFile(b"%PDF-1.7", "b.pdf"), **at)
    gone.file.storage.delete(gone.file.name)
    files = files_in(packed_up(may.may))
    place = f"scans/500103/{YUNTU}-1-{kept.pk}.pdf"
    assert files[place] == b"%PDF-1.7 stamped"
    assert [row["扫描件"] for row in rows_in(files["scans.csv"])] == [place, "平台的存储里已没有这份文件"]


def test_what_was_asked_of_the_district_is_there(may):
    workflow.decide_late(asked_late(), False, may.reviewer, LATER, "资料不全")
    (row,) = rows_in(files_in(packed_up(may.may))["requests.csv"])
    assert [row[head] for head in ("申请", "理由", "决定", "答复")] == ["补报申请", "财务交接", "未同意", "资料不全"]


def filing_of(credit_code: str) -> Filing:
    return fresh(Filing.objects.get(enterprise__credit_code=credit_code))


def asked_late() -> LateRequest:
    return workflow.ask_late(filing_of(JIALING), User.objects.get(username=JIALING), LATER, "财务交接")


def test_what_is_filed_after_the_lock_is_in_and_counts_nowhere(may):
    before = files_in(packed_up(may.may))["totals.json"]
    Enterprise.objects.filter(credit_code=JIALING).update(attributes=may.firm.attributes)
    asked = workflow.decide_late(asked_late(), True, may.reviewer, LATER)
    workflow.approve(file_may(filing_of(JIALING), asked.asked_by, at=LATER), may.reviewer, LATER)
    files = files_in(packed_up(may.may))
    (line,) = of(lines_in(files["submissions.jsonl"]), JIALING, "credit_code")
    assert (line["counted"], line["submitted_at"]) == (False, "2024-06-25T10:00:00+08:00")
    assert json.loads(files["totals.json"])["totals"] == json.loads(before)["totals"]
    assert json.loads(files["period.json"])["record_at"] == WAS_LOCKED


# The texts they were judged by


def test_a_revision_in_the_middle_has_both_texts_in_and_each_submission_names_its_own(cast):
    revision, may = revised_between_two(cast)
    files = files_in(packed_up(may, unlocked=True))
    lines = lines_in(files["submissions.jsonl"])
    named = {line["credit_code"]: (line["edition"], line["edition_digest"]) for line in lines}
    assert (named[YUNTU][0], named[SHANCHENG]) == ("chongqing-2024", (revision.code, revision.digest))
    for code, digest in named.values():
        assert sha256(files[f"editions/{code}.canonical.json"]).hexdigest() == digest
        assert digest_of(json.loads(files[f"editions/{code}.json"])) == digest
        assert f"{code}  " in files["README.txt"].decode() and digest in files["README.txt"].decode()
    rules = [
        next(rule for rule in json.loads(files[f"editions/{code}.json"])["rules.toml"]["rule"] if rule["id"] == "R604")
        for code, _ in (named[YUNTU], named[SHANCHENG])
    ]
    assert [rule["message"] == LOOSER["message"] for rule in rules] == [False, True]
    said = json.loads(files[f"editions/{revision.code}.json"])
    assert json.dumps(said) == json.dumps(revision.content)  # columns and parameters in their order


def revised_between_two(cast) -> tuple[PublishedEdition, Period]:
    """云图 files under the first text of the edition, 山城 under the next."""
    call_command("load_edition", verbosity=0)
    may = make_may(cast)
    may.desk = may.city
    Enterprise.objects.filter(pk=cast.shancheng.pk).update(attributes=cast.yuntu.attributes)
    file_may(may.filing, may.clerk)
    draft = drafted(may.desk, lambda content: drafting.with_rule(content, "R604", LOOSER))
    revision = publish(may, draft)
    file_may(fresh(may.other_filing), may.other_clerk)
    return revision, Period.objects.get(pk="2024M05")


# Always the same


def test_the_same_record_is_the_same_bytes(may):
    first = packed_up(may.may, at=LATER)
    assert packed_up(may.may, at=LATER.replace(year=2026)) == first
    with ZipFile(io.BytesIO(first)) as package:
        moments = {entry.date_time for entry in package.infolist()}
        for name in package.namelist():
            if name.endswith(".xlsx"):
                with ZipFile(io.BytesIO(package.read(name))) as book:
                    moments |= {entry.date_time for entry in book.infolist()}
    assert moments == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_the_same_however_few_rows_are_read_at_a_time(may, monkeypatch):
    whole = packed_up(may.may)
    monkeypatch.setattr(record, "CHUNK", 1)
    assert packed_up(may.may) == whole


def test_it_is_written_as_it_is_read(may, monkeypatch):
    written = []
    write = contents.write_submission_workbook
    monkeypatch.setattr(
        contents, "write_submission_workbook", lambda sent, out: (written.append(sent.number), write(sent, out))
    )
    pieces = hand_out(may.may, None, LATER)
    next(pieces)
    assert written == []
    b"".join(pieces)
    assert written == [1, 1, 2]


# What never goes in, and what cannot break it


def test_no_password_token_or_address_is_in_it(may, files):
    secrets = {settings.SECRET_KEY, *User.objects.values_list("password", flat=True)}
    for field in ("email", "mobile"):
        secrets |= set(User.objects.exclude(**{field: ""}).values_list(field, flat=True))
    opened = dict(files)
    for name in [name for name in files if name.endswith(".xlsx")]:
        opened |= {f"{name}/{part}": content for part, content in files_in(files[name]).items()}
    for name, content in opened.items():
        assert not [secret for secret in secrets if secret.encode() in content], name


def test_a_formula_is_text_and_a_negative_figure_a_figure(files):
    (message,) = rows_in(files["messages.csv"])
    assert message["内容"] == f"'{FORMULA}"
    corrected = of(rows_in(files["submissions.csv"]), SHANCHENG)[1]
    assert corrected["修订原因"] == "'+更正2110"


def test_what_no_keyboard_types_breaks_no_line_and_is_lost_in_none(may):
    strange = '甲\x01乙\x0b丙\u2028丁\x85戊\u202e己\r\n庚,"辛'
    finding = {"rule": "R628", "level": "warning", "cells": [], "message": strange, "fingerprint": "1"}
    sent = freeze(filing_of(JIALING), may.clerk, {"2010.c1": "1.00"}, [finding])
    with connection.cursor() as cursor:  # a row of before texts were cleaned
        cursor.execute("UPDATE reporting_submission SET signer = %s WHERE id = %s", [strange, sent.pk])
    files = files_in(packed_up(may.may))
    (line,) = of(lines_in(files["submissions.jsonl"]), JIALING, "credit_code")
    assert (line["signer"], line["findings"][0]["message"]) == (strange, strange)
    assert files["submissions.jsonl"].count(b"\n") == len(files["submissions.jsonl"].decode().splitlines()) == 4
    (row,) = of(rows_in(files["submissions.csv"]), JIALING)
    assert row["单位负责人"] == '甲乙\n丙\n丁\n戊\u202e己\r\n庚,"辛'


def test_half_a_surrogate_pair_is_written_and_read_back():
    line = json_line({"text": "甲\ud800乙"})
    assert line.decode("utf-8") and json.loads(line) == {"text": "甲\ud800乙"}


@pytest.mark.parametrize("text", ["../../etc/passwd", "/a", "a\\b", ".", "..", "a\nb"])
def test_no_name_leads_out_of_the_folder(text):
    assert not {"/", "\\", "\n"} & set(part_of_name(text)) and not part_of_name(text).startswith(".")
