"""Mail: the one-time link, in the language of the person, by SMTP or into a folder."""

from __future__ import annotations

import asyncio
import logging
import secrets
import unicodedata
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic_core import PydanticCustomError

from intake.persons import LONGEST_ADDRESS, read_address
from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.config import Smtp

MOST_WAITING = 50_000
TRIES = 3
PAUSE = 2.0
SUBJECT = Text("Votre lien de connexion", "Your sign-in link")
BODY = Text(
    "Bonjour,\n\nPour ouvrir votre session à la banque de déclarations d’intérêt, ouvrez ce lien, puis appuyez sur"
    " « Ouvrir la session » :\n\n{link}\n\nIl sert une seule fois, pendant 30 minutes. Si vous n’avez rien demandé,"
    " ne faites rien : personne ne peut s’en servir sans lire ce courriel.\n",
    "Hello,\n\nTo sign in to the bank of declarations of interest, open this link, then press “Sign in”:\n\n{link}\n\n"
    "It works once, for 30 minutes. If you did not ask for it, do nothing: nobody can use it without reading this"
    " e-mail.\n",
)
log = logging.getLogger("intake.mail")


class Mailer(Protocol):
    """Whoever delivers mail. It may take its time: it is called in a thread."""

    def send(self, message: EmailMessage) -> None:
        """Deliver a message, or raise ``OSError``."""
        ...


def normal(address: str) -> str | None:
    """Give the one spelling of an e-mail address: NFKC, a domain as the DNS has it, small letters.

    None if it cannot be one. Small letters in front of the @ too: whoever types a capital once has no second account.
    """
    if len(address.strip(" ")) > LONGEST_ADDRESS:  # before NFKC, which takes long over many marks
        return None
    local, at, domain = unicodedata.normalize("NFKC", address).strip(" ").rpartition("@")
    try:
        return read_address(f"{local}{at}{domain.encode('idna').decode()}") if domain else None
    except (UnicodeError, PydanticCustomError):
        return None


def sign_in_message(to: str, token: str, url: str, lang: Lang) -> EmailMessage:
    """Write the message that carries a one-time link."""
    message = EmailMessage()
    message["To"] = to
    message["Subject"] = SUBJECT.to(lang)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(BODY.to(lang).format(link=f"{url}/{lang}/session?token={token}"))
    message["Content-Language"] = lang
    return message


class Sink:
    """Keeps mail instead of sending it: in ``messages``, and as ``.eml`` files where there is a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.messages: list[EmailMessage] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, message: EmailMessage) -> None:
        """Keep a message."""
        if self.folder is None:
            self.messages.append(message)
        else:
            path = self.folder / f"{secrets.token_hex(12)}.eml"
            path.touch(0o600)
            path.write_bytes(bytes(message))


class SmtpMailer:
    """Sends mail through a server. The password is read from its file each time, so that it can be changed."""

    def __init__(self, settings: Smtp) -> None:
        self.settings = settings

    def send(self, message: EmailMessage) -> None:
        """Send a message."""
        import smtplib  # noqa: PLC0415 - where mail is sent
        import ssl  # noqa: PLC0415 - as above

        settings = self.settings
        if "From" not in message:  # else it is tried again
            message["From"] = settings.sender
            message["Date"] = formatdate()
            message["Message-ID"] = make_msgid(domain=settings.sender.rpartition("@")[2].rstrip(">") or None)
        with smtplib.SMTP(settings.host, settings.port, timeout=settings.seconds) as server:
            if settings.starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None and settings.password_file is not None:
                server.login(settings.user, Path(settings.password_file).read_text("utf-8").strip())
            server.send_message(message)


class Post:
    """Delivers mail in the background, so that asking for a link takes as long whoever asks.

    What waits when the process dies is lost: the person asks again.
    """

    def __init__(self, mailer: Mailer, carriers: int = 4, pause: float = PAUSE) -> None:
        self._mailer, self._carriers, self._pause = mailer, carriers, pause
        self._waiting: asyncio.Queue[Callable[[], EmailMessage]] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def full(self) -> bool:
        """Tell whether no more mail can wait."""
        return self._waiting.full()

    def start(self) -> None:
        """Begin to deliver."""
        self._tasks = [asyncio.create_task(self._carry()) for _ in range(self._carriers)]

    def put(self, write: Callable[[], EmailMessage]) -> bool:
        """Have a message written and delivered; False where no more can wait. Unwritten, it takes little memory."""
        if self.full:
            return False
        self._waiting.put_nowait(write)
        return True

    async def stop(self, seconds: float = 5.0) -> None:
        """Deliver what waits, for some seconds, then end."""
        try:
            await asyncio.wait_for(self._waiting.join(), seconds)
        except TimeoutError:
            log.warning("mail left undelivered: %d", self._waiting.qsize())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self) -> None:
        while True:
            write = await self._waiting.get()
            try:
                await self._deliver(await asyncio.to_thread(write))
            except Exception:
                log.exception("mail given up")
            finally:
                self._waiting.task_done()

    async def _deliver(self, message: EmailMessage) -> None:
        for tried in range(TRIES):
            try:
                await asyncio.to_thread(self._mailer.send, message)
            except OSError as failed:  # smtplib's errors are some of these
                log.warning("mail not delivered: %s", type(failed).__name__)
                await asyncio.sleep(self._pause * (tried + 1))
            else:
                return
