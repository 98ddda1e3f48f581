"""Problems: what the service answers when it does not do what was asked (RFC 9457), in French or in English."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.responses import Response

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intake.messages import FieldFault

MEDIA_TYPE = "application/problem+json"
# Seconds after which it is worth asking again, by what the bank could not do.
WAIT = {"disk_full": 30, "sync_failed": 5, "gone": 5, "busy": 2, "stopping": 5}
TYPE = "urn:tirage:problem:"


class Kind(NamedTuple):
    """What problems of one code have in common: the HTTP status, a title, and what to do about it."""

    status: int
    title: Text
    detail: Text


def _kind(status: int, title: tuple[str, str], detail: tuple[str, str]) -> Kind:
    return Kind(status, Text(*title), Text(*detail))


KINDS = {
    "not_json": _kind(
        400,
        ("Le corps de la demande n’est pas du JSON", "The body of the request is not JSON"),
        ("Envoyez un objet JSON, en UTF-8.", "Send a JSON object, in UTF-8."),
    ),
    "too_deep": _kind(
        400,
        ("Le corps de la demande est trop imbriqué", "The body of the request is nested too deeply"),
        ("Envoyez un objet JSON sans niveaux inutiles.", "Send a JSON object without needless levels."),
    ),
    "bad_header": _kind(
        400,
        ("Un en-tête de la demande est mal écrit", "A header of the request is badly written"),
        ("Corrigez l’en-tête, puis recommencez.", "Correct the header, then try again."),
    ),
    "key_missing": _kind(
        400,
        ("Il manque la clé de la demande", "The key of the request is missing"),
        (
            "Ajoutez l’en-tête Idempotency-Key : 16 à 64 lettres, chiffres, « - » ou « _ », la même à chaque reprise.",
            "Add the header Idempotency-Key: 16 to 64 letters, digits, “-” or “_”, the same whenever you try again.",
        ),
    ),
    "not_signed_in": _kind(
        401,
        ("Vous n’êtes pas en session", "You are not signed in"),
        ("Demandez un lien de connexion par courriel, puis ouvrez-le.", "Ask for a link by e-mail, then open it."),
    ),
    "link_spent": _kind(
        401,
        ("Ce lien ne sert plus", "This link is of no use any more"),
        (
            "Un lien sert une fois, pendant 30 minutes. Demandez-en un autre.",
            "A link works once, for 30 minutes. Ask for another.",
        ),
    ),
    "no_person": _kind(
        403,
        ("Vous n’avez pas encore dit qui vous êtes", "You have not said yet who you are"),
        ("Donnez d’abord votre identité : PUT /v1/person.", "Give your identity first: PUT /v1/person."),
    ),
    "not_here": _kind(
        403,
        ("Cette adresse n’est pas ouverte d’ici", "This address is not open from here"),
        (
            "Les mesures se lisent depuis la machine elle-même.",
            "Metrics are read from the machine itself.",
        ),
    ),
    "not_found": _kind(
        404,
        ("Rien à cette adresse", "Nothing at this address"),
        ("Vérifiez l’adresse.", "Check the address."),
    ),
    "none_live": _kind(
        404,
        ("Vous n’avez pas de déclaration active", "You have no live declaration"),
        ("Déposez-en une.", "Deposit one."),
    ),
    "bad_method": _kind(
        405,
        ("Cette adresse ne se demande pas ainsi", "This address is not asked for that way"),
        ("Voir l’en-tête Allow.", "See the header Allow."),
    ),
    "too_slow": _kind(
        408,
        ("La demande n’est pas arrivée à temps", "The request did not arrive in time"),
        ("Recommencez ; votre place est gardée.", "Try again; your place is kept."),
    ),
    "live_already": _kind(
        409,
        ("Vous avez déjà une déclaration active", "You have a live declaration already"),
        ("Modifiez-la, ou retirez-la d’abord.", "Amend it, or withdraw it first."),
    ),
    "document_known": _kind(
        409,
        ("Ce document est déjà celui d’un autre compte", "This document is that of another account already"),
        (
            "Une personne a un seul compte. Ouvrez une session avec l’adresse de courriel donnée la première fois.",
            "A person has one account. Sign in with the e-mail address that you gave the first time.",
        ),
    ),
    "identity_set": _kind(
        409,
        ("Votre document est déjà enregistré", "Your document is recorded already"),
        (
            "Le nom se corrige ; le pays et le numéro du document, non. Pour les changer, effacez votre dossier.",
            "Names may be corrected; the country and number of the document may not. To change them, erase your file.",
        ),
    ),
    "version_changed": _kind(
        412,
        ("Votre déclaration a changé entre-temps", "Your declaration has changed meanwhile"),
        (
            "Relisez-la, puis recommencez avec son nouvel ETag.",
            "Read it again, then try again with its new ETag.",
        ),
    ),
    "too_large": _kind(
        413,
        ("La demande est trop longue", "The request is too long"),
        ("Envoyez au plus 64 Kio.", "Send 64 KiB at most."),
    ),
    "not_json_type": _kind(
        415,
        ("Le type de la demande n’est pas connu", "The type of the request is not known"),
        ("Envoyez du JSON : Content-Type: application/json.", "Send JSON: Content-Type: application/json."),
    ),
    "refused": _kind(
        422,
        ("Ce que vous avez écrit ne peut pas être accepté", "What you wrote cannot be accepted"),
        ("Corrigez chaque champ nommé, puis recommencez.", "Correct every field named, then try again."),
    ),
    "key_reused": _kind(
        422,
        ("Cette clé a déjà servi à une autre demande", "This key was used for another request already"),
        (
            "Prenez une nouvelle clé (Idempotency-Key) pour une nouvelle demande.",
            "Take a new key (Idempotency-Key) for a new request.",
        ),
    ),
    "no_if_match": _kind(
        428,
        ("Il manque la version à changer", "The version to change is missing"),
        (
            "Ajoutez l’en-tête If-Match, avec l’ETag lu avec la déclaration.",
            "Add the header If-Match, with the ETag that was read with the declaration.",
        ),
    ),
    "not_admitted": _kind(
        429,
        ("Ce n’est pas encore votre tour", "It is not your turn yet"),
        (
            "Votre place est gardée. Revenez après le délai indiqué ; revenir plus tôt ne change rien.",
            "Your place is kept. Come back after the time shown; coming back sooner changes nothing.",
        ),
    ),
    "too_many": _kind(
        429,
        ("Trop de demandes", "Too many requests"),
        ("Attendez le délai indiqué ; votre place est gardée.", "Wait for the time shown; your place is kept."),
    ),
    "headers_too_large": _kind(
        431,
        ("Les en-têtes de la demande sont trop longs", "The headers of the request are too long"),
        ("Envoyez au plus 16 Kio d’en-têtes.", "Send 16 KiB of headers at most."),
    ),
    "broken": _kind(
        500,
        ("Le service a eu une défaillance", "The service had a failure"),
        (
            "Recommencez avec la même clé. Rien de ce qui était confirmé n’est perdu.",
            "Try again with the same key. Nothing that was acknowledged is lost.",
        ),
    ),
    "unavailable": _kind(
        503,
        ("Le service ne peut pas écrire en ce moment", "The service cannot write at the moment"),
        (
            "Recommencez avec la même clé après le délai indiqué. Votre place est gardée.",
            "Try again with the same key after the time shown. Your place is kept.",
        ),
    ),
}


class Problem(Exception):  # noqa: N818 - it is what RFC 9457 calls it
    """A request that cannot be done, and why.

    ``detail`` replaces the general advice of its kind; ``more`` is added to the answer (the place in the line).
    """

    def __init__(
        self,
        code: str,
        detail: Text | None = None,
        *,
        errors: Iterable[FieldFault] = (),
        retry_after: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.kind, self.errors = code, KINDS[code], tuple(errors)
        self.detail = detail or self.kind.detail
        self.retry_after, self.more = retry_after, dict(more or {})

    def body(self, lang: Lang) -> dict[str, Any]:
        """Give the members of the answer, in one language."""
        said: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": self.kind.title.to(lang),
            "status": self.kind.status,
            "detail": self.detail.to(lang),
            "code": self.code,
        }
        if self.errors:
            said["errors"] = [{"field": e.field, "code": e.code, "message": e.message.to(lang)} for e in self.errors]
        return said | self.more

    def answer(self, lang: Lang) -> Response:
        """Make the answer, in one language."""
        headers = {"Content-Language": lang, "Vary": "Accept-Language", "X-Problem": self.code}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.kind.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(json.dumps(self.body(lang), ensure_ascii=False).encode(), self.kind.status, headers, MEDIA_TYPE)


@lru_cache(maxsize=256)
def preferred(accepted: str) -> Lang:
    """Choose a language from an ``Accept-Language`` header: the one that is liked better, French where both are."""
    liked = {"fr": 0.0, "en": 0.0}
    for part in accepted[:200].lower().split(","):
        tag, _, quality = part.partition(";")
        name = tag.strip().partition("-")[0]
        if name in liked:
            liked[name] = max(liked[name], _quality(quality))
    return "en" if liked["en"] > liked["fr"] else "fr"


def _quality(written: str) -> float:
    name, _, value = written.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
