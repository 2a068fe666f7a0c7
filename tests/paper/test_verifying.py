"""/verify/: whether a receipt is genuine, told to anybody who holds it, and nothing more."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import CodeCorrection
from reporting.certificates.views.verify import MOST_FAILURES, NOT_FOUND
from reporting.models import Submission
from reporting.paper.receipts import digest_of, genuine, in_short
from tests.cast import AT, UNUSED_CODE
from tests.may import make_may
from tests.officials import file_may, sign_in
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
