"""What the files of a package are called."""

import re

from reporting.models import Scan, Submission

SUMS, README, UNLOCKED = "SHA256SUMS", "README.txt", "NOT-LOCKED.txt"
STRANGE = re.compile(r"[^\w@.-]|^\.")  # what could lead out of the folder or needs an escape in a list of digests


def part_of_name(text: str) -> str:
    return STRANGE.sub("_", text)


def workbook_path(sent: Submission) -> str:
    return f"workbooks/{place_of(sent)}.xlsx"


def scan_path(scan: Scan) -> str:
    return f"scans/{place_of(scan.submission)}-{scan.pk}.pdf"


def edition_path(code: str, kind: str) -> str:
    return f"editions/{part_of_name(code)}.{kind}"


def place_of(sent: Submission) -> str:
    """District, firm and number."""
    filing = sent.filing
    return f"{part_of_name(filing.district.code)}/{part_of_name(filing.enterprise.credit_code)}-{sent.number}"
