"""The outbox with a real queue, real workers and a real mail server."""

import pytest

from accounts.letters import compose, post
from accounts.models import Letter
from tests.cast import AT

pytestmark = pytest.mark.worker


def test_a_letter_goes_through_the_real_queue_to_a_real_mail_server(live_worker, smtp):
    facts = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}
    post([compose("password_changed", "您的密码已修改", facts, "firm@example.cn", key="test:1", at=AT)])
    [letter] = smtp.wait_for(1)
    assert letter.rcpt_tos == ["firm@example.cn"]
    assert Letter.objects.get().message_id.encode() in letter.content
    assert live_worker.running()
