"""Files a page hands out."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    return file_answer(content, name)


def file_answer(content: bytes, name: str) -> HttpResponse:
    head = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=content_type_of(name), headers=head)


def content_type_of(name: str) -> str:
    return "text/csv; charset=utf-8" if name.endswith(".csv") else XLSX
