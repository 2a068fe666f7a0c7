"""An import with a real queue and workers that are killed in the middle of it, and imports that wait for another."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts.access import Refused
from accounts.clock import real_now
from accounts.models import Enterprise, JournalEntry
from accounts.post import pulse
from forms_tables.edition.credit_code import check_character, organisation_check_character
from reporting.leases import LEASE
from reporting.models import Filing, RegisterImport
from reporting.register import tasks
from reporting.register.imports import steps
from reporting.register.imports.importing import RegisterDryRun, import_register
from tests.cast import AT, FREE_CODE, assemble
from tests.may import open_period
from tests.register.test_register_import import COLUMNS, NEW, known, workbook
from tests.test_queue import kill, wait_until
from tests.workflow.test_locks import while_another

pytestmark = pytest.mark.worker
FIRMS = 1500


def code_of(number: int) -> str:
    body = f"MA{number:06d}"
    whole = f"91500103{body}{organisation_check_character(body)}"
    return whole + check_character(whole)


def register_of(firms: int) -> SimpleUploadedFile:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for number in range(firms):
        facts = {
            "统一社会信用代码": code_of(number),
            "单位详细名称": f"重庆第{number}软件有限公司",
            "报送区县": "渝中区",
            "纳统类别": "1",
            "起报日期": "2024-05-01",
        }
        sheet.append([facts.get(column, "") for column in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("名录.xlsx", out.getvalue())


def fresh(stored: RegisterImport) -> RegisterImport:
    return RegisterImport.objects.get(pk=stored.pk)


def kill_in_the_middle(queue, stored: RegisterImport) -> None:
    """And let the lease of the killed one run out."""
    worker = queue.worker()
    wait_until(lambda: 0 < fresh(stored).done < FIRMS)
    kill(worker)
    effect = fresh(stored).effect
    effect["spoken"] = (real_now() - LEASE - timedelta(seconds=1)).isoformat()
    RegisterImport.objects.filter(pk=stored.pk).update(effect=effect)


def test_an_import_survives_workers_that_are_killed_in_the_middle(transactional_db, queue, tmp_path):
    queue.environment["VAR_DIR"] = str(tmp_path)  # where the test's own uploads lie
    cast = assemble()
    may = open_period("2024M05", date(2024, 6, 1))
    stored = steps.begin(register_of(FIRMS), cast.zhou_tao, AT, real_now())
    pulse.hand_on(tasks.carry_out_import, stored.pk)
    kill_in_the_middle(queue, stored)
    assert fresh(stored).state == RegisterImport.TRYING
    second = queue.worker()
    queue.beat()
    wait_until(lambda: fresh(stored).state == RegisterImport.TRIED)
    second.stop()
    assert fresh(stored).effect["new"] == FIRMS and Enterprise.objects.count() == 3

    steps.confirm(stored, fresh(stored).effect["digest"], cast.zhou_tao, AT, real_now())
    pulse.hand_on(tasks.carry_out_import, stored.pk)
    kill_in_the_middle(queue, stored)
    assert fresh(stored).state == RegisterImport.IMPORTING and Enterprise.objects.count() == 3
    queue.worker()
    wait_until(lambda: fresh(stored).state == RegisterImport.DONE)
    assert Filing.objects.filter(period=may).count() == FIRMS
    assert JournalEntry.objects.filter(action="导入名录").count() == 1
    assert JournalEntry.objects.filter(action="导入新企业").count() == FIRMS


def imported(row: dict, by) -> RegisterDryRun:
    return import_register(workbook(row), "名录.xlsx", by=by, at=AT)


def test_of_two_imports_of_one_newcomer_the_second_finds_it_there(transactional_db):
    cast = assemble()

    def second():
        done = imported(NEW | {"联系人": "何人"}, cast.chen_yu)
        assert (done.new, done.changed) == (0, 1)

    while_another(lambda: imported(NEW, cast.zhou_tao), second)
    assert Enterprise.objects.get(credit_code=FREE_CODE).contact_name == "何人"


def test_an_import_that_waited_for_a_firm_sees_what_became_of_it(transactional_db):
    cast = assemble()
    firm = Enterprise.objects.filter(pk=cast.yuntu.pk)

    def import_it():
        done = imported(known(cast.yuntu, 联系人="新人"), cast.zhou_tao)
        assert done.changes[0].before == {"联系人": "旁人"}

    while_another(lambda: firm.update(contact_name="旁人", mobile="13911111111"), import_it)
    assert (firm.get().contact_name, firm.get().mobile) == ("新人", "13911111111")


def test_of_two_who_confirm_at_once_the_second_is_told(transactional_db):
    cast = assemble()
    stored = steps.begin(register_of(1), cast.zhou_tao, AT, real_now())
    tasks.carry_out_import(stored.pk)
    seen = fresh(stored).effect["digest"]

    def confirm():
        return steps.confirm(stored, seen, cast.zhou_tao, AT, real_now())

    def second():
        with pytest.raises(Refused, match="已经确认过"):
            confirm()

    while_another(confirm, second)


def test_of_two_presses_at_once_the_second_finds_the_first(transactional_db):
    cast = assemble()
    upload, begun = register_of(1), []

    def press():
        begun.append(steps.begin(upload, cast.zhou_tao, AT, real_now()).pk)

    while_another(press, press)
    assert len(begun) == 2 and begun[0] == begun[1]
