"""The stamped paper of an approved annual filing, where the city asks for it."""

from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from reporting.filing.judging import parameters_in
from reporting.kept_files import be_a_scan
from reporting.models import Scan, Submission
from reporting.workflow.guards import Refused, be_the_firm, locked, record, words

MOST_PAGES = 500


def scan_is_wanted(submission: Submission) -> bool:
    """Whether the city asks for the paper: an approved annual whose turnover reaches what the city has entered."""
    filing, asked = submission.filing, submission.edition.platform.scan
    if asked is None or not filing.period.is_annual or filing.approved_id != submission.pk:
        return False
    least, turnover = parameters_in(submission.edition, filing.period).get(asked.least), asked.figure
    return least is not None and Decimal(submission.values.get(turnover, "0")) >= least


def scan_is_missing(submission: Submission) -> str:
    """A sentence while the paper is wanted and not there; empty otherwise."""
    if not scan_is_wanted(submission) or submission.scans.exists():
        return ""
    return words(submission.filing, "scan", "请上传盖章签字的报表扫描件（PDF），页数须与系统打印的一致。")


@transaction.atomic
def attach_scan(submission: Submission, file: "UploadedFile[bytes]", pages: int, by: User, at: datetime) -> Scan:
    """Keep a stamped PDF with an approved annual submission; allowed after the lock, for it changes no figure."""
    filing = locked(submission.filing)
    be_the_firm(by, filing)
    if not filing.period.is_annual or filing.approved_id != submission.pk:
        raise Refused("盖章扫描件在年报经区县审核通过之后上传。")
    be_a_scan(file)
    if not 1 <= pages <= MOST_PAGES:
        raise Refused(f"页数应为 1 至 {MOST_PAGES} 之间的整数，请与打印的报表核对。")
    file.name = f"{submission.receipt}.pdf"
    scan = Scan.objects.create(submission=submission, file=file, pages=pages, by=by, at=at)
    record(filing, by, at, "上传盖章扫描件", subject=submission.receipt, after={"页数": str(pages)})
    return scan
