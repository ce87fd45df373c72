"""What became of a mail: only what certainly did not leave is worth another try."""

from dataclasses import dataclass
from smtplib import (
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from cells.models import MailLog

LONGEST = 300


@dataclass(frozen=True)
class Outcome:
    state: MailLog.State
    error: str = ""
    is_worth_another: bool = False


SENT = Outcome(MailLog.State.SENT)
UNREACHABLE = Outcome(
    MailLog.State.FAILED, "Chưa kết nối được với máy chủ thư.", is_worth_another=True
)


def outcome_of(message: EmailMessage, connection: BaseEmailBackend) -> Outcome:
    """Send a message through an open connection; return what became of it."""
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(code, said)
    except SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except OSError as error:
        # The line broke: the server may or may not have taken the message.
        connection.close()
        return Outcome(MailLog.State.UNKNOWN, f"Mất kết nối khi đang gửi: {error}"[:LONGEST])
    except ValueError as error:
        return Outcome(MailLog.State.FAILED, f"Không lập được thư: {error}"[:LONGEST])
    return SENT


def _refused(code: int, said: bytes | str) -> Outcome:
    """Return what a refusal means: a code from 500 on is final, one below may pass."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Outcome(
        MailLog.State.FAILED,
        f"Máy chủ thư từ chối: {code} {text}"[:LONGEST],
        is_worth_another=code < 500,
    )
