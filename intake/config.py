"""What the service is told: where the bank is, which programs, who may knock and how often, how mail is sent."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rules.citation import Strict, Words
from rules.faults import Fault, LawError, TirageError
from rules.source import build, read_toml
from rules.text import Text, same

SECRET = 32
if TYPE_CHECKING:
    from collections.abc import Mapping

NO_BANK = Fault(
    same("--bank"),
    Text("rien", "nothing"),
    Text("la banque où les déclarations sont gardées", "the bank where declarations are kept"),
    same("--bank out/bank.sqlite"),
)
DATABASES = ("postgresql://", "postgres://")


class Smtp(Strict):
    """The server that sends mail. With ``starttls`` (the default) nothing is said before it is encrypted."""

    host: Words
    port: int = Field(default=587, ge=1, le=65535)
    sender: Words
    starttls: bool = True
    user: str | None = None
    password_file: str | None = None
    seconds: int = Field(default=20, ge=1, le=300)


class Often(Strict):
    """At most ``times`` at once, as many again within ``seconds``."""

    times: int = Field(ge=1)
    seconds: int = Field(ge=1)


class Limits(Strict):
    """What is too much. ``connections`` is at most what the limit of open files allows, whatever is written here.

    ``idle_seconds``: longer than the longest wait before somebody in the line asks again, so that asking again needs no
    new connection; those who are idle leave first where places get scarce.
    """

    body_bytes: int = Field(default=64 * 1024, ge=1024)
    connections: int | None = Field(default=None, ge=8)
    header_seconds: int = Field(default=10, ge=1)
    body_seconds: int = Field(default=20, ge=1)
    idle_seconds: int = Field(default=35, ge=1)
    waiting: int = Field(default=20_000, ge=1)
    sign_in_email: Often = Often(times=5, seconds=900)
    sign_in_address: Often = Often(times=120, seconds=120)
    session_address: Often = Often(times=120, seconds=60)
    account: Often = Often(times=60, seconds=30)


class Config(Strict):
    """How a service runs. ``bank`` is a path or ``postgresql://…``; ``opens_at``: absent, the line is open at once.

    ``public_url`` is what links in mail begin with. ``trusted_proxies``: addresses whose ``X-Forwarded-For`` is
    believed; nobody's by default. ``metrics_from_anywhere``: else ``/metrics`` answers the machine itself only.
    """

    bank: Words
    programs: tuple[Words, ...] = Field(default=("quebec/pstq",), strict=False, min_length=1)
    host: Words = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+$")
    secret_file: str | None = None
    mail_folder: str | None = None
    smtp: Smtp | None = None
    policy: Literal["arrival", "random"] = "arrival"
    opens_at: datetime | None = None
    trusted_proxies: tuple[Words, ...] = Field(default=(), strict=False)
    metrics_from_anywhere: bool = False
    limits: Limits = Limits()

    @property
    def url(self) -> str:
        """What links begin with."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Tell whether people reach the service by HTTPS, so that cookies are kept to it."""
        return self.url.startswith("https://")

    def beside_bank(self, ending: str) -> Path:
        """Give a path beside the bank; in the working directory, where the bank is a database server."""
        bank = Path("intake") if self.bank.startswith(DATABASES) else Path(self.bank)
        return bank.with_suffix(ending)


def read_config(path: str, said: Mapping[str, object]) -> Config:
    """Read a file of settings; what was ``said`` on the command line goes before it.

    Raises:
        TirageError: a key is unknown or a value is wrong; all of them.
    """
    try:
        given = {**(read_toml(Path(path), path) if path else {}), **said}
        if "bank" not in given:
            raise TirageError([NO_BANK])
        return build(Config, given, path or "tirage intake serve")
    except LawError as refused:  # it is no law that is refused
        raise TirageError(refused.faults) from None


def secret_of(config: Config) -> bytes:
    """Read the secret of the service; made, for its owner alone, where there is none.

    Raises:
        TirageError: others may read it, or it is no secret.
    """
    path = Path(config.secret_file) if config.secret_file else config.beside_bank(".secret")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(path)
    made = secrets.token_bytes(SECRET)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def _kept_secret(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        found = Text("un secret que d’autres peuvent lire", "a secret that others may read")
        expected = Text("un fichier que seul son propriétaire lit", "a file that its owner alone reads")
        raise TirageError([Fault(same(str(path)), found, expected, same(f"chmod 600 {path}"))])
    try:
        kept = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        kept = b""
    if len(kept) != SECRET:
        found = Text("autre chose qu’un secret", "something that is no secret")
        expected = Text("64 chiffres hexadécimaux", "64 hexadecimal digits")
        write = Text(
            "un autre chemin (secret_file) ; un nouveau fichier est fait, et les billets en cours ne valent plus",
            "another path (secret_file); a new file is made, and tickets in hand are void",
        )
        raise TirageError([Fault(same(str(path)), found, expected, write)])
    return kept
