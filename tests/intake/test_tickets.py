"""Tickets: what is written is read, and any other spelling of it is refused."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from intake.tickets import LONGEST, TAG, Ticket, TicketRefused, decode, encode

SECRET = b"a secret of the line, thirty-two"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,63}", fullmatch=True)
TICKETS = st.builds(Ticket, NAMES, NAMES, st.none() | st.integers(1, 10**18 - 1), st.integers(0, 10**18 - 1))
ONE = Ticket("2030-06", "P-5f3a", 12, 1_800_000_000_000_000)


def refusal(text, secret=SECRET, opening=ONE.opening):
    with pytest.raises(TicketRefused) as refused:
        decode(text, secret, opening)
    return refused.value.reason


def signed(payload, secret=SECRET):
    """Sign any payload, as somebody who has the secret would."""
    text = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return with_signature(text, secret)


def with_signature(text, secret=SECRET):
    mac = hmac.new(secret, TAG + text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@given(TICKETS)
@examples(200)
def test_what_is_written_is_read(ticket):
    text = encode(ticket, SECRET)
    assert decode(text, SECRET, ticket.opening) == ticket
    assert encode(ticket, SECRET) == text
    assert len(text) <= LONGEST


def test_a_ticket_is_canonical_json_and_its_signature():
    text = encode(ONE, SECRET)
    payload = base64.urlsafe_b64decode(text.partition(".")[0] + "==")
    said = {"holder": ONE.holder, "issued_at": ONE.issued_at, "opening": ONE.opening, "position": 12}
    assert payload == json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert text == signed(payload)
    assert len(text.partition(".")[2]) == 43


@given(TICKETS, st.data())
@examples(300)
def test_any_change_of_a_letter_is_refused(ticket, data):
    text = encode(ticket, SECRET)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda letter: letter != text[at]))
    assert refusal(text[:at] + other + text[at + 1 :], opening=ticket.opening) in {"malformed", "forged"}


@given(TICKETS, st.data())
@examples(200)
def test_anything_cut_or_put_in_is_refused(ticket, data):
    text = encode(ticket, SECRET)
    at = data.draw(st.integers(0, len(text)))
    more = data.draw(st.text(min_size=1, max_size=4) | st.text(LETTERS + ".=+/ \n", min_size=1, max_size=4))
    cut = data.draw(st.integers(0, len(text) - 1))
    for changed in (text[:at] + more + text[at:], text[:cut], text[cut + 1 :]):
        assert refusal(changed, opening=ticket.opening) in {"malformed", "forged"}


def test_the_bits_that_base64_does_not_use_are_refused_on_both_sides():
    text = encode(ONE, SECRET)
    payload, _, signature = text.partition(".")
    last = LETTERS.index(signature[-1])
    assert base64.urlsafe_b64decode(signature + "=") == base64.urlsafe_b64decode(
        signature[:-1] + LETTERS[last ^ 1] + "="
    )
    assert refusal(f"{payload}.{signature[:-1]}{LETTERS[last ^ 1]}") == "forged"
    spare = next(t for t in (Ticket(ONE.opening, "P" + "x" * n, 1, 0) for n in range(3)) if _unused(t))
    text, _, signature = encode(spare, SECRET).partition(".")
    other = text[:-1] + LETTERS[LETTERS.index(text[-1]) ^ 1]
    assert base64.urlsafe_b64decode(other + "==") == base64.urlsafe_b64decode(text + "==")
    assert refusal(f"{other}.{signature}") == "forged"
    assert refusal(with_signature(other)) == "not_canonical"


def _unused(ticket):
    return len(encode(ticket, SECRET).partition(".")[0]) % 4 != 0


GOOD = '{"holder":"P-1","issued_at":5,"opening":"2030-06","position":7}'
OTHERS = [
    GOOD.replace('"P-1"', '"P-\\u0031"'),
    GOOD.replace(":", ": "),
    GOOD + "\n",
    " " + GOOD,
    GOOD.replace("5", "5.0"),
    GOOD.replace("5", "5e0"),
    GOOD.replace("5", "05"),
    GOOD.replace("5", "-5"),
    GOOD.replace("7", "07"),
    GOOD.replace("7", "0"),
    GOOD.replace("7", "٧"),
    GOOD.replace("7", "true"),
    GOOD.replace("7", '"7"'),
    GOOD.replace("7", "7,"),
    GOOD.replace("}", ',"position":7}'),
    GOOD.replace("}", ',"z":1}'),
    GOOD.replace("{", '{"holder":"P-0",'),
    '{"issued_at":5,"holder":"P-1","opening":"2030-06","position":7}',
    '{"holder":"P-1","issued_at":5,"opening":"2030-06"}',
    GOOD + GOOD,
    "[" + GOOD + "]",
    "null",
    "\ufeff" + GOOD,
]


@pytest.mark.parametrize("payload", OTHERS)
def test_other_spellings_are_refused_even_with_a_good_signature(payload):
    assert decode(signed(GOOD.encode()), SECRET, "2030-06") == Ticket("2030-06", "P-1", 7, 5)
    assert refusal(signed(payload.encode())) == "not_canonical"


def test_bytes_that_are_no_text_are_refused_even_with_a_good_signature():
    assert refusal(signed(b"\xff\xfe" + GOOD.encode())) == "not_canonical"
    assert refusal(with_signature("AAAAA")) == "not_canonical"


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.b", "a" * 600, "a" * 100_000, "é" * 80, "AAAA." + "A" * 42, "AAAA." + "A" * 44, "AAAA" + "A" * 43],
)
def test_what_does_not_look_like_a_ticket_is_malformed(text):
    assert refusal(text) == "malformed"


def test_padding_spaces_and_the_other_alphabet_are_malformed():
    text = encode(ONE, SECRET)
    payload, _, signature = text.partition(".")
    for other in (
        f"{payload}=.{signature}",
        f"{text}=",
        f" {text}",
        f"{text}\n",
        f"{payload} .{signature}",
        text + ".x",
    ):
        assert refusal(other) == "malformed"
    assert refusal(text.replace(text[0], "+", 1)) == "malformed"


def test_a_ticket_of_another_opening_or_signed_by_another_is_refused():
    text = encode(ONE, SECRET)
    assert refusal(text, opening="2031-06") == "other_opening"
    assert refusal(text, secret=b"another secret") == "forged"
    assert refusal(encode(ONE, b"another secret")) == "forged"


def test_a_signature_of_something_else_with_the_same_secret_is_no_ticket():
    payload = encode(ONE, SECRET).partition(".")[0]
    mac = hmac.new(SECRET, payload.encode(), hashlib.sha256).digest()
    assert refusal(f"{payload}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}") == "forged"


@pytest.mark.parametrize(
    "wrong",
    [
        Ticket("2030-06", 'P"1', 1, 0),
        Ticket("2030-06", "Élodie", 1, 0),
        Ticket("", "P", 1, 0),
        Ticket("2030-06", "P", 0, 0),
        Ticket("2030-06", "P", -3, 0),
        Ticket("2030-06", "P", 1, -1),
        Ticket("2030-06", "P" * 65, 1, 0),
    ],
)
def test_what_no_ticket_can_say_is_not_signed(wrong):
    with pytest.raises(ValueError, match="no ticket can say"):
        encode(wrong, SECRET)
