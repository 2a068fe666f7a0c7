"""名录导入 in the demonstration city: what would change, what is wrong, what runs, what is imported; and 导出."""

import io
from collections.abc import Iterator

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts import clock
from accounts.models import Enterprise, User
from reporting.exports import steps as exports
from reporting.exports.kinds import ExportOrder
from reporting.exports.tasks import carry_out_export
from reporting.models import RegisterImport
from reporting.register import tasks
from reporting.register.imports import steps
from reporting.register.imports.columns import columns as register_columns
from tests.browser.walk import Screen, official
from tests.register.test_import_queue import code_of

FIRMS = 8


def of_an_import() -> Iterator[Screen]:
    city = official(User.Role.CITY)
    known = [{"统一社会信用代码": firm.credit_code} for firm in Enterprise.objects.order_by("pk")[:FIRMS]]
    changed = [row | {"联系人": "钱进", "固定电话": "023-67890123", "邮箱": "qian@example.com"} for row in known]
    changed[0] |= {"单位详细名称": "重庆更名后的云计算与工业互联网平台技术股份有限公司", "人工智能": "是"}
    newcomers = [
        {
            "统一社会信用代码": code_of(number),
            "单位详细名称": f"重庆新来第{number}软件有限公司",
            "报送区县": "渝中区",
            "纳统类别": "1,3B",
            "行业代码": "6513",
            "联系人": "孙新",
            "手机": "13900000001",
            "邮箱": "sun@example.com",
        }
        for number in range(4)
    ]
    wrong = [row | {"手机": "1390000", "邮箱": "qian＠", "纳统类别": "9"} for row in changed[1:4]]
    tried = uploaded("全市名录2024-06.xlsx", [*changed, *newcomers], city)
    running = uploaded("正在导入.xlsx", newcomers[:2], city)
    RegisterImport.objects.filter(pk=running.pk).update(
        state=RegisterImport.TRYING, done=8200, total=20000, effect=running.effect | {"hand": "a worker"}
    )
    problems = uploaded("有问题的名录.xlsx", [*changed[:1], *wrong, *newcomers], city)
    refused = uploaded("别的表.xlsx", [{"备注": "不是名录"}], city, columns=("备注",))
    for name, path in {
        "": "",
        "-tried": f"{tried.pk}/",
        "-tried-new": f"{tried.pk}/?show=new",
        "-running": f"{running.pk}/",
        "-problems": f"{problems.pk}/",
        "-refused": f"{refused.pk}/",
    }.items():
        yield Screen(f"city-register-import{name}", f"/firms/import/{path}", city)
    seen = RegisterImport.objects.get(pk=tried.pk).effect["digest"]
    steps.confirm(tried, seen, city, clock.now(), clock.real_now())
    tasks.carry_out_import(tried.pk)
    yield Screen("city-register-import-done", f"/firms/import/{tried.pk}/", city)
    yield from exported(city)


def exported(city: User) -> Iterator[Screen]:
    """A register that a worker writes, and the way back to it."""
    order = ExportOrder("register", {}, "企业名录.xlsx", {})
    begun = exports.begin(order, Enterprise.objects.count(), city, clock.now(), clock.real_now())
    yield Screen("city-export-running", f"/exports/{begun.pk}/", city)
    carry_out_export(begun.pk)
    yield Screen("city-export-done", f"/exports/{begun.pk}/", city)
    yield Screen("city-exports", "/exports/", city)


def uploaded(name: str, rows: list[dict], by: User, columns: tuple = ()) -> RegisterImport:
    """And tried; with all columns of a register unless others are named."""
    columns = columns or register_columns()
    book = Workbook()
    book.active.append(columns)
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    out = io.BytesIO()
    book.save(out)
    begun = steps.begin(SimpleUploadedFile(name, out.getvalue()), by, clock.now(), clock.real_now())
    tasks.carry_out_import(begun.pk)
    return begun
