import smtplib

from celery import shared_task
from django.core.mail import EmailMultiAlternatives


@shared_task(
    autoretry_for=(OSError, smtplib.SMTPException),
    retry_backoff=30,
    retry_backoff_max=3600,
    retry_jitter=True,
    max_retries=8,
)
def send_letter(subject: str, text: str, html: str, sender: str, to: list[str], message_id: str) -> None:
    """The Message-ID was made with the letter: a retry after a half-heard answer is the same letter to a mailbox."""
    letter = EmailMultiAlternatives(
        subject, text, sender, to, headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    )
    letter.attach_alternative(html, "text/html")
    letter.send()
