"""What a firm's takeover needs: somebody new, and a paper."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Enterprise, Takeover, User
from reporting.succession import takeovers
from reporting.succession.succeeding import NewPerson
from tests.cast import AT

ZHOU_LIN = NewPerson("周琳", "13800000009", "zhoulin@example.com")
WHY = "原经办人已离职，邮箱停用。"


def paper(content: bytes = b"%PDF-1.4 x", name: str = "委托书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def propose(firm: Enterprise, by: User, at: datetime = AT, person: NewPerson = ZHOU_LIN, **more) -> Takeover:
    said = {"person": person, "reason": WHY, "document": paper(), **more}
    return takeovers.propose(firm, by=by, at=at, **said)
