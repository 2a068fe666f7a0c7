import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forms_tables.edition import drafting
from forms_tables.edition.catalog import shipped_content
from forms_tables.edition.digest import digest_of
from reporting import workflow
from reporting.models import Filing, ParameterValue, PublishedEdition, Scan, State, Submission
from reporting.workflow import Refused
from reporting.workflow.period import owe
from tests.cast import AT
from tests.may import open_period


@pytest.fixture
def approved(cast):
    """云图's annual of 2023 with 3000.00 万元 of revenue, approved."""
    annual = open_period("2023A", AT.date().replace(month=1, day=1))
    filing = owe(cast.yuntu, annual)
    submission = Submission.objects.create(
        filing=filing, number=1, receipt="2023A-1", values={"F301.y": "3000.00"}, edition_code="chongqing-2024",
        edition_digest="0" * 64, signer="王经理", on_time=True, submitted_by=cast.li_na, submitted_at=AT,
        from_state=State.DRAFT,
    )  # fmt: skip
    Filing.objects.filter(pk=filing.pk).update(state=State.APPROVED, in_force=submission, approved=submission)
    return Submission.objects.select_related("filing__period").get(pk=submission.pk)


def pdf(content: bytes = b"%PDF-1.7 stamped", name: str = "盖章.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(("least", "wanted"), [(None, False), ("3000", True), ("3000.01", False)])
def test_the_paper_is_wanted_from_the_citys_threshold_on(approved, least, wanted):
    if least:
        ParameterValue.objects.create(name="UPLOAD_MIN", value=least, source="测试")
    assert workflow.scan_is_wanted(approved) is wanted
    assert ("年报尚未上传盖章扫描件" in workflow.scan_is_missing(approved)) is wanted


def test_a_threshold_of_a_later_revision_asks_nothing_of_what_was_sent_before(approved):
    period = approved.filing.period
    content = drafting.with_parameter(shipped_content(approved.edition_code), "UPLOAD_MIN", {"default": "2000"})
    text = {"text": json.dumps(content, ensure_ascii=False), "digest": digest_of(content)}
    known = {"family": approved.edition_code, "number": 2, "title": "修订", "published_at": AT}
    period.edition_code = PublishedEdition.objects.create(code="chongqing-2024@later", **known, **text).code
    period.save(update_fields=["edition_code"])
    assert period.edition.parameters["UPLOAD_MIN"].default == 2000
    assert not workflow.scan_is_wanted(approved)


def test_an_uploaded_paper_is_kept_and_no_longer_missing(approved, cast):
    ParameterValue.objects.create(name="UPLOAD_MIN", value="2000", source="测试")
    scan = workflow.attach_scan(approved, pdf(), 3, cast.li_na, AT)
    assert scan.file.read().startswith(b"%PDF-")
    assert workflow.scan_is_missing(approved) == ""


@pytest.mark.parametrize(
    ("file", "pages", "words"),
    [(pdf(b"PK\x03\x04"), 3, "不是 PDF"), (pdf(), 0, "页数"), (pdf(), 501, "页数")],
)
def test_what_is_no_paper_is_refused(approved, cast, file, pages, words):
    with pytest.raises(Refused, match=words):
        workflow.attach_scan(approved, file, pages, cast.li_na, AT)
    assert not Scan.objects.exists()


def test_nobody_uploads_for_another(approved, cast):
    for person in (cast.sun_jie, cast.chen_yu, cast.zhou_tao):
        with pytest.raises(Refused):
            workflow.attach_scan(approved, pdf(), 3, person, AT)
