"""A real SMTP server on loopback that keeps what it was given."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller

from launch.servers import free_port


class Mailbox:
    """Keeps what it was given. `on_letter` may look at each before it is acknowledged, and
    `refusals` says what it answers to an address, or to anybody at a stage (MAIL, RCPT, DATA)."""

    url: str

    def __init__(self) -> None:
        self.letters = []
        self.lines = 0
        self.refusals: dict[str, str] = {}
        self.on_letter = lambda number: None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's names)
        self.lines += not hasattr(session, "seen")
        session.seen = True
        if "MAIL" in self.refusals:
            return self.refusals["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        refusal = self.refusals.get(address) or self.refusals.get("RCPT")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.letters.append(envelope)
        self.on_letter(len(self.letters))
        return "250 OK"

    def wait_for(self, number: int, patience: float = 20) -> list:
        until = time.monotonic() + patience
        while len(self.letters) < number and time.monotonic() < until:
            time.sleep(0.05)
        return self.letters

    @property
    def message_ids(self) -> list[str]:
        return [str(message_from_bytes(envelope.content)["Message-ID"]) for envelope in self.letters]


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # each word of each conversation otherwise
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield mailbox
    finally:
        controller.stop()
