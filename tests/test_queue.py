import pytest

from accounts.tasks import send_letter

pytestmark = pytest.mark.worker


def test_a_letter_goes_through_the_real_queue_to_a_real_mail_server(live_worker, smtp):
    send_letter.delay(
        "主题", "正文一行", "<p>正文一行</p>", "noreply@example.cn", ["firm@example.cn"], "<1@example.cn>"
    )
    [letter] = smtp.wait_for(1)
    assert letter.mail_from == "noreply@example.cn"
    assert letter.rcpt_tos == ["firm@example.cn"]
    assert live_worker.running()
