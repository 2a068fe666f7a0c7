"""/verify/: whether a receipt is genuine, told to anybody who holds it, and nothing more."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import CodeCorrection, Enterprise
from accounts.old_codes import former_codes
from reporting.certificates.views.verify import MOST_FAILURES, NOT_FOUND
from reporting.models import Submission
from reporting.paper.contents import submitted
from reporting.paper.receipts import digest_of, genuine, in_short
from tests.cast import AT, UNUSED_CODE
from tests.may import fresh, make_may
from tests.mending.twins import TWIN_CODE, make_twins, merge
from tests.officials import file_may, make_it_be, sign_in
from tests.practice.training import CODE, practised, send, train
from tests.reading import words_on
from text.codes import in_groups, new_code


@pytest.fixture(autouse=True)
def nobody_has_guessed():
    cache.clear()


@pytest.fixture
def sent(cast) -> Submission:
    may = make_may(cast)
    return file_may(may.filing, may.clerk)


def ask(code: str, firm: str = "") -> str:
    return words_on(Client().get("/verify/", {"code": code, "firm": firm}))


def test_who_holds_a_receipt_learns_that_it_is_genuine_and_how_its_digest_begins(sent):
    firm = sent.filing.enterprise
    for code in (sent.verification, in_groups(sent.verification).lower(), f" {in_groups(sent.verification)} "):
        said = ask(code, firm.credit_code.lower())
        assert "本系统出具过这份回执" in said and in_short(digest_of(sent)) in said
    for secret in (firm.name, sent.receipt, "1,000", sent.signer, "2024年5月", digest_of(sent)):
        assert secret not in said, secret


def test_a_wrong_code_and_another_firms_are_answered_alike(sent, cast):
    asked = (
        (new_code(), cast.yuntu.credit_code), (sent.verification, cast.jialing.credit_code),
        (sent.verification, UNUSED_CODE), (sent.verification, ""),
    )  # fmt: skip
    answers = {ask(*typed).partition("不用填。")[2] for typed in asked}  # below what was typed
    assert len(answers) == 1 and NOT_FOUND in answers.pop()


def test_it_asks_the_same_of_the_record_whatever_is_wrong(sent, cast):
    asked = []
    for code, firm in ((new_code(), cast.yuntu.credit_code), (sent.verification, UNUSED_CODE), (new_code(), "")):
        with CaptureQueriesContext(connection) as captured:
            assert genuine(code, firm) is None
        asked.append(len(captured))
    assert asked == [1, 1, 1]


def test_the_number_of_a_receipt_is_no_code(sent):
    said = ask(sent.receipt, sent.filing.enterprise.credit_code)
    assert "本系统出具过" not in said and "验证码应为" in said


def test_guessing_is_counted_with_that_of_certificates(sent, cast):
    for _ in range(MOST_FAILURES):
        ask(sent.verification, UNUSED_CODE)
    answer = Client().get("/verify/", {"code": sent.verification, "firm": cast.yuntu.credit_code})
    assert answer.status_code == 429 and "本系统出具过" not in words_on(answer, 429)


def test_the_code_that_was_printed_before_a_correction_goes_on_to_verify(sent, cast):
    old, firm = cast.yuntu.credit_code, cast.yuntu
    CodeCorrection.objects.create(
        enterprise=firm, wrong=old, right=UNUSED_CODE, proposed_by=cast.chen_yu, proposed_at=AT,
        decided_by=cast.chen_yu, decided_at=AT, state=CodeCorrection.State.DONE,
    )  # fmt: skip
    firm.credit_code = UNUSED_CODE
    firm.save()
    assert "本系统出具过这份回执" in ask(sent.verification, old)
    assert "本系统出具过这份回执" in ask(sent.verification, UNUSED_CODE)


@pytest.fixture
def twins(cast):
    make_it_be(AT.date())
    return make_twins(cast)


def printed_code_of(submission: Submission) -> str:
    return submitted(Submission.objects.get(pk=submission.pk)).credit_code


def test_a_receipt_goes_on_to_verify_after_the_entry_was_merged(cast, twins):
    theirs = file_may(twins.twin_filing, twins.hu_bin)
    merge(cast, twins.kept, twins.twin)
    assert fresh(twins.twin_filing).enterprise == twins.kept
    assert printed_code_of(theirs) == TWIN_CODE
    for code in (TWIN_CODE, twins.kept.credit_code):
        assert "本系统出具过这份回执" in ask(theirs.verification, code), code
    assert genuine(theirs.verification, cast.jialing.credit_code) is None


def test_so_does_one_that_the_merger_put_aside_under_the_other_entry(cast, twins):
    ours = file_may(twins.filing, twins.clerk)
    theirs = file_may(twins.twin_filing, twins.hu_bin)
    merge(cast, twins.kept, twins.twin, p2024M05="merged")
    assert fresh(twins.filing).enterprise == twins.twin
    for submission in (ours, theirs):
        assert genuine(submission.verification, printed_code_of(submission)) == submission


def test_so_does_one_whose_code_was_corrected_before_the_merger(cast, twins):
    theirs = file_may(twins.twin_filing, twins.hu_bin)
    CodeCorrection.objects.create(
        enterprise=twins.twin, wrong=TWIN_CODE, right=UNUSED_CODE, proposed_by=cast.chen_yu, proposed_at=AT,
        decided_by=cast.chen_yu, decided_at=AT, state=CodeCorrection.State.DONE,
    )  # fmt: skip
    Enterprise.objects.filter(pk=twins.twin.pk).update(credit_code=UNUSED_CODE)
    merge(cast, twins.kept, twins.twin)
    for code in (TWIN_CODE, UNUSED_CODE, twins.kept.credit_code):
        assert genuine(theirs.verification, code) == theirs, code
    assert former_codes(twins.kept) == {TWIN_CODE, UNUSED_CODE}


def test_a_practised_receipt_is_none(cast):
    train(cast)
    client = sign_in(cast.li_na)
    send(client)
    submission = practised(cast.yuntu, CODE).in_force
    assert NOT_FOUND in ask(submission.verification, cast.yuntu.credit_code)


def test_every_submission_has_a_code_of_its_own(sent, cast):
    again = Submission.objects.get(pk=sent.pk)
    assert again.verification == sent.verification
    with pytest.raises(TypeError):
        again.verification = new_code()
        again.save(update_fields=["verification"])


def test_another_figure_is_another_digest(sent):
    before = digest_of(sent)
    sent.values["2010.c1"] = "1000.01"
    assert digest_of(sent) != before
