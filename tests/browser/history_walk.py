"""导入历史 in the demonstration city: a dry run, what is wrong, one that came in, an objection to it, its totals."""

from collections.abc import Iterator

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from accounts.models import Enterprise, User
from reporting.history import objections, steps, tasks
from reporting.models import HistoryCode, HistoryImport, ImportedFiling
from tests.browser.walk import Screen, official
from tests.history.books import book, of

PAGE, FIRMS = "/city/history/", 40
MONTHS = ("2021M12", "2021M11", "2021M10")  # before anything was filed in the demonstration city


def of_history() -> Iterator[Screen]:
    city, now = official(User.Role.CITY), clock.now()
    firms = list(Enterprise.objects.filter(left_on=None, users__is_active=True).distinct().order_by("pk")[:FIRMS])
    rows = [
        of(firm, month)
        | {"2010.c1": (number + 3) * 1000 + place, "2021.c1": (number + 1) * 100, "2112.c1": 40 + number}
        for number, firm in enumerate(firms)
        for place, month in enumerate(MONTHS)
    ]
    wrong = [
        rows[0] | {"2010.c1": "约1200"},
        rows[1] | {"2010.c1": 100_000_000_000},
        rows[2] | {"报送区县": "高新区"},
        rows[2],
        rows[3] | {"统一社会信用代码": "91500103MA5U12346C"},
        rows[4] | {"报告期": "2031M12"},
    ]
    HistoryCode.objects.create(old="B01", new="2010", by=city, at=now)
    HistoryCode.objects.create(old="B77", new="", by=city, at=now)
    yield Screen("city-history-empty", PAGE, city)
    problems = uploaded("有问题的历史.xlsx", wrong, city)
    tried = uploaded("2021年四季度.xlsx", rows, city)
    running = uploaded("正在核对.xlsx", rows[:30], city)
    HistoryImport.objects.filter(pk=running.pk).update(
        state=HistoryImport.TRYING, done=18_500, total=69_600, effect=running.effect | {"hand": "a worker"}
    )
    for name, path in {
        "problems": f"uploads/{problems.pk}/",
        "tried": f"uploads/{tried.pk}/",
        "tried-rows": f"uploads/{tried.pk}/?show=rows",
        "running": f"uploads/{running.pk}/",
        "codes": "codes/",
    }.items():
        yield Screen(f"city-history-{name}", f"{PAGE}{path}", city)
    steps.confirm(tried, tried.effect["digest"], city, now, clock.real_now())
    tasks.carry_out_history(tried.pk)
    file = HistoryImport.objects.get(pk=tried.pk).source
    yield Screen("city-history-done", f"{PAGE}uploads/{tried.pk}/", city)
    yield Screen("city-history", PAGE, city)
    yield Screen("city-history-file", f"{PAGE}files/{file.pk}/", city)
    yield Screen("city-history-letter", f"{PAGE}files/{file.pk}/letter/", city)
    yield Screen("city-history-totals", "/city/totals/?period=2021M12", city)
    yield from of_objections(firms[0], city)


def of_objections(firm: Enterprise, city: User) -> Iterator[Screen]:
    now, clerk = clock.now(), firm.users.filter(is_active=True).first()
    row = ImportedFiling.objects.standing().filter(enterprise=firm).first()
    asked = objections.object_to(row, "2010.c1", "3188.25", clerk, now, "漏计一份年末验收的合同，见审计报告第12页。")
    objections.decide(asked, True, city, now, "已核对审计报告。")
    row = ImportedFiling.objects.standing().get(enterprise=firm, period=row.period)
    objections.object_to(row, "2112.c1", "44", clerk, now, "含劳务派遣人员。")
    reviewer = User.objects.filter(role=User.Role.DISTRICT, district=firm.district, is_active=True).first()
    yield Screen("firm-history-imported", f"/history/imported/{row.period}/", clerk)
    yield Screen("firm-history-list", "/history/", clerk)
    yield Screen("district-history-objections", "/history-objections/", reviewer)
    yield Screen("district-history-totals", f"/district/totals/?period={row.period}", reviewer)
    yield Screen("city-history-objections", "/history-objections/", city)


def uploaded(name: str, rows: list[dict], by: User) -> HistoryImport:
    """And tried."""
    workbook = SimpleUploadedFile(name, book(*rows))
    stored = steps.begin(workbook, False, "", by=by, at=clock.now(), real=clock.real_now())
    tasks.carry_out_history(stored.pk)
    return HistoryImport.objects.get(pk=stored.pk)
