"""A filled workbook as a firm sends it: uploaded, looked at, and confirmed with the file that is kept."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reporting.workbooks.exchange import write_filing_template
from reporting.workbooks.upload import WorkbookComparison, compare_workbook, store_workbook
from tests.may import fresh
from tests.reading import markup_of

TICKET = re.compile('name="ticket" value="([^"]+)"')


def handed_out(filing) -> bytes:
    out = io.BytesIO()
    write_filing_template(fresh(filing), out)
    return out.getvalue()


def compare(filing, content: bytes, by, at, name: str = "五月.xlsx") -> WorkbookComparison:
    return compare_workbook(fresh(filing), io.BytesIO(content), by, at, name)


def compare_and_store(filing, content: bytes, by, at, **more) -> tuple[str, ...]:
    """Which tables were stored."""
    compared = compare(filing, content, by, at)
    assert compared.problems == ()
    return store_workbook(compared, by, at, **more)


def upload(client, period: str, content: bytes, name: str = "五月.xlsx"):
    """The page that shows what would change."""
    return client.post(reverse("workbook", args=[period]), {"workbook": SimpleUploadedFile(name, content)})


def ticket_on(page, status: int = 200) -> str:
    return TICKET.search(markup_of(page, status)).group(1)


def confirm(client, period: str, ticket: str, **more):
    return client.post(reverse("confirm_workbook", args=[period]), {"ticket": ticket, **more}, follow=True)


def upload_and_confirm(client, period: str, content: bytes, **more):
    return confirm(client, period, ticket_on(upload(client, period, content)), **more)
