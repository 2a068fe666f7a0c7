"""The drawn city in a database of its own, and a city administrator at the rule desk who edits a rule of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import StringIO

import django
import polars as pl

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from accounts.clock import SHANGHAI  # noqa: E402
from accounts.models import District, Enterprise, User  # noqa: E402
from forms_tables.edition.drafting import raw_rule  # noqa: E402
from forms_tables.edition.model import Edition  # noqa: E402
from forms_tables.judges.city import Ledger  # noqa: E402
from forms_tables.notation.names import Cell, Fact, Meaning  # noqa: E402
from reporting.editions.drafts import begin_draft  # noqa: E402
from reporting.models import DraftEdition, Filing, Period, State, Submission  # noqa: E402
from reporting.workflow.period import store_deadlines  # noqa: E402

AT = datetime(2024, 3, 14, 9, 0, tzinfo=SHANGHAI)
BATCH = 500


@contextmanager
def city_in_a_database(edition: Edition, ledger: Ledger, labels: dict[str, Meaning]) -> Iterator["Desk"]:
    """On DATABASE_URL's server, SQLite in memory when there is none; what is stored beside it goes with it."""
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder, ALLOWED_HOSTS=["*"]):
            call_command("load_edition", stdout=StringIO())
            by = User.objects.create(username="bench", role=User.Role.CITY, name="周涛")
            file_all(edition, ledger, labels, by)
            yield Desk(begin_draft(edition.code, by, AT), by)
    finally:
        teardown_databases(databases, verbosity=0)


class Desk:
    """The rule desk as the browser speaks to it: every request through the whole of Django."""

    def __init__(self, draft: DraftEdition, by: User) -> None:
        self.draft, self.client = draft, Client()
        self.client.force_login(by, backend="accounts.backends.NameCodeOrMobile")

    def preview(self, rule_id: str, texts: list[str]) -> str:
        """What the page asks while somebody types: whom the rule would touch."""
        raw = raw_rule(self.draft.content, rule_id)
        names = ("level", "kind", "where", "when", "message", "formula", "basis", "note")
        typed = {name: raw.get(name, "") for name in names}
        typed |= {name: " ".join(raw.get(name, [])) for name in ("columns", "each")}
        typed |= {"texts": "\n".join(texts), "draft": self.draft.pk, "version": self.draft.version, "period": "2023A"}
        answer = self.client.post(f"/city/desk/rules/{rule_id}/effect/", typed, headers={"HX-Request": "true"})
        if answer.status_code != 200 or "试算的" not in answer.text:
            raise SystemExit(f"The rule desk answered {answer.status_code}: {answer.text[:300]}")
        return answer.text

    def texts(self, rule_id: str) -> list[str]:
        return raw_rule(self.draft.content, rule_id)["texts"]


def file_all(edition: Edition, ledger: Ledger, labels: dict[str, Meaning], by: User) -> None:
    period = Period.objects.create(code="2023A", edition_code=edition.code, opens_on=date(2024, 1, 1))
    store_deadlines(period)
    districts = list(District.objects.valid_on(date(2023, 12, 31)))
    tables = [table.code for table in edition.tables if table.frequency == "annual"]
    sheets = values_of(ledger, labels)
    for start in range(0, ledger.frame.height, BATCH):
        batch = range(start, min(start + BATCH, ledger.frame.height))
        firms = Enterprise.objects.bulk_create(
            Enterprise(credit_code=f"9150{n:014d}", name=f"企业{n}", joined_on=date(2020, 1, 1)) for n in batch
        )
        filings = Filing.objects.bulk_create(
            Filing(enterprise=firm, period=period, district=districts[n % len(districts)], state=State.SUBMITTED)
            for n, firm in zip(batch, firms, strict=True)
        )
        submissions = Submission.objects.bulk_create(
            Submission(
                filing=filing,
                number=1,
                receipt=f"2023A-{filing.pk}",
                values=next(sheets),
                tables=tables,
                edition_code=edition.code,
                edition_digest=edition.digest,
                signer="",
                on_time=True,
                submitted_by=by,
                submitted_at=AT,
                from_state=State.DRAFT,
            )
            for filing in filings
        )
        for filing, submission in zip(filings, submissions, strict=True):
            filing.in_force = submission
        Filing.objects.bulk_update(filings, ["in_force"])


def values_of(ledger: Ledger, labels: dict[str, Meaning]) -> Iterator[dict[str, str]]:
    """Each filing as Submission.values keeps it: decimal strings and texts, blanks left out."""
    here = {label: meaning for label, meaning in labels.items() if not meaning.period}
    keys = {meaning.key: label for label, meaning in here.items() if isinstance(meaning, Cell | Fact)}
    written = ledger.frame.select(
        decimal_strings(label, ledger.scales[label]).alias(key) if label in ledger.scales else pl.col(label).alias(key)
        for key, label in keys.items()
        if key != "contact_name.v"
    )
    for row in written.iter_rows(named=True):
        yield {key: text for key, text in row.items() if text is not None}


def decimal_strings(label: str, scale: int) -> pl.Expr:
    figure = pl.col(label)
    if not scale:
        return figure.cast(pl.String)
    sign = pl.when(figure < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, part = figure.abs() // 10**scale, figure.abs() % 10**scale
    return sign + whole.cast(pl.String) + pl.lit(".") + part.cast(pl.String).str.zfill(scale)
