import tempfile
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from openpyxl import load_workbook

from accounts import clock
from accounts.models import Enterprise, User
from reporting import workflow
from reporting.demo.firms import Firm, make_firm
from reporting.demo.stories import typed_for
from reporting.models import Filing, Period
from reporting.register import applications
from reporting.releases.rebuilding import rebuilt
from reporting.workbooks.exchange import write_filing_template
from reporting.workbooks.upload import compare_workbook, store_workbook

SEED = 1
NEWCOMER = 90_001  # a firm number no demonstration city reaches
MONTH, ANNUAL = "2024M05", "2023A"


class Command(BaseCommand):
    help = "Walk the whole chain without a browser: apply, activate, fill, check, submit, review, lock, city workbook."

    def add_arguments(self, parser):
        parser.add_argument("--enterprises", type=int, default=45)

    def handle(self, *args, **options):
        if Enterprise.objects.exists():  # the periods it locks may be those of a demonstration city somebody uses
            raise CommandError("演练会锁定报告期，只在空数据库上进行，什么都没有改动。请用 ./run demo --once。")
        call_command("demo", enterprises=options["enterprises"], seed=SEED, stdout=self.stdout)
        self.city = User.objects.get(role=User.Role.CITY)
        self.second = User.objects.create(username="shiji-2", name="市级复核员", role=User.Role.CITY, password="!")
        firm, enterprise = self.register()
        for code in (ANNUAL, MONTH):
            self.file(firm, enterprise, Period.objects.get(code=code))
        with tempfile.TemporaryDirectory() as folder:
            for code in (ANNUAL, MONTH):
                self.lock_and_tabulate(enterprise, code, Path(folder) / f"{code}.xlsx")
        self.stdout.write("全流程演练完成。")

    def register(self) -> tuple[Firm, Enterprise]:
        at = clock.now()
        clerk = User.objects.filter(role=User.Role.DISTRICT).first()
        firm = make_firm(NEWCOMER, SEED, (clerk.district.code,))
        application = applications.apply(
            credit_code=firm.credit_code,
            name=firm.name,
            district=clerk.district,
            contact_name=firm.contact,
            phone="023-60000000",
            mobile="13900000000",
            email="newcomer@demo.invalid",
            scope=firm.business.scope,
            attributes=firm.attributes,
            at=at,
        )
        enterprise = applications.approve_application(application, joined_on=date(2023, 1, 1), by=clerk, at=at)
        self.say(f"{enterprise.name}（{enterprise.credit_code}）注册，{clerk.district.name}批准")
        return firm, enterprise

    def file(self, firm: Firm, enterprise: Enterprise, period: Period) -> None:
        """Fill a period through its workbook, then check, explain, submit; the district approves."""
        filing = Filing.objects.get(enterprise=enterprise, period=period)
        person = User.objects.get(enterprise=enterprise)
        clerk = User.objects.filter(role=User.Role.DISTRICT, district=filing.district).first()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "filled.xlsx"
            self.fill_workbook(filing, typed_for(firm, period.parsed, {}), path)
            at = clock.now()
            compared = compare_workbook(filing, path, person, at, path.name)
        if compared.problems:
            raise CommandError("工作簿未被接受：\n" + "\n".join(compared.problems))
        store_workbook(compared, person, at)
        judgement = workflow.check(filing, person, clock.now())
        if judgement.blocks:
            raise CommandError("数据审核未通过：\n" + "\n".join(finding.message for finding in judgement.errors))
        for finding in judgement.warnings:
            workflow.explain(filing, finding.rule, finding.fingerprint, person, clock.now(), reason_code="01")
        submission = workflow.submit(filing, person, clock.now(), signer=firm.contact, committed=True)
        self.say(f"{period.label}：数据审核通过（{len(judgement.warnings)} 处提示），上报回执 {submission.receipt}")
        workflow.open_for_review(submission, clerk, clock.now())
        workflow.approve(submission, clerk, clock.now())
        self.say(f"{period.label}：{filing.district.name}审核通过")

    def fill_workbook(self, filing: Filing, cells: dict[str, str], path: Path) -> None:
        """Type cells into the firm's own template, found by the codes and column keys it carries."""
        write_filing_template(filing, path)
        book = load_workbook(path)
        for sheet in book:
            key_row = next((row for row in sheet.iter_rows() if any(cell.value == "code" for cell in row)), None)
            if key_row is None:
                continue
            columns = {cell.value: cell.column for cell in key_row if cell.value}
            for row in range(key_row[0].row + 1, sheet.max_row + 1):
                code = sheet.cell(row, columns["code"]).value
                for key, column in columns.items():
                    if f"{code}.{key}" in cells:
                        sheet.cell(row, column).value = as_in_excel(cells[f"{code}.{key}"])
        book.save(path)

    def lock_and_tabulate(self, enterprise: Enterprise, code: str, out: Path) -> None:
        """Nobody locks while a firm may still file in time, and some have an extension up to the district's date: the
        rehearsal goes on to the morning after that."""
        period = Period.objects.get(code=code)
        at = max(clock.now(), period.due_at("district") + timedelta(hours=10))
        proposal = workflow.propose_lock(period, self.city, at, "演练：其余企业未完成")
        period = workflow.confirm_lock(proposal, self.second, at)
        release = period.releases.get()
        out.write_bytes(rebuilt(release))
        sheets = load_workbook(out, read_only=True).sheetnames
        self.say(f"{period.label}：企业上报截止后由市级两人锁定，发布 {release.code}，汇总表 {len(sheets)} 张工作表")

    def say(self, words: str) -> None:
        self.stdout.write(f"· {words}")


def as_in_excel(text: str) -> str | float:
    """A figure as a number cell holds it; codes with leading noughts and words stay text."""
    try:
        return float(Decimal(text)) if "." in text else text
    except InvalidOperation:
        return text
