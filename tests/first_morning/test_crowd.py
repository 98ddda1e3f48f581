"""The crowd itself, before a service that cuts and is busy: everyone is accepted, once, whatever is lost on the way."""

import asyncio
import time

import numpy as np
import pytest
from dummy import Dummy, listen

from bench.first_morning.crowd import crowd, found
from bench.first_morning.found import Found
from bench.first_morning.results import section, section_of, without_section
from bench.first_morning.wire import header, whole

PEOPLE = 200


def lived(port, dummy, within=0.5):
    """Let a crowd live its morning before the dummy."""

    async def morning():
        server = await listen(port, dummy)
        job = {"host": "127.0.0.1", "port": port, "program": "quebec/pstq", "opens_at": time.time(), "seconds": 20.0}
        job |= {"seed": 8, "sessions": [f"s{i}" for i in range(PEOPLE)], "keys": [f"k{i}" for i in range(PEOPLE)]}
        job |= {"bodies": ["{}"], "arrives": np.linspace(0, within, PEOPLE).tolist()}
        people, lag = await crowd(job)
        server.close()
        return found(people, lag)

    return Found({name: np.atleast_1d(column) for name, column in asyncio.run(morning()).items()})


@pytest.mark.parametrize("every", [(0, 0), (7, 0), (0, 5), (7, 5)])
def test_everyone_is_accepted_once_whatever_is_lost(port, every):
    dummy = Dummy(*every)
    seen = lived(port, dummy)
    assert seen.accepted == PEOPLE
    assert len(dummy.deposits) == PEOPLE  # one a person: each retry had the same key
    assert sorted(answer["sequence"] for answer in seen.answers.values()) == list(range(1, PEOPLE + 1))
    assert (seen.figures()["cut"] > 0) == (every[0] > 0)
    assert (seen.statuses().get(503, 0) > 0) == (every[1] > 0)
    assert seen.later == 0


def test_a_place_that_goes_back_is_counted(port):
    dummy = Dummy()
    answer = dummy.answer

    def worse(method, path, headers):
        status, body = answer(method, path, headers)
        return status, body | {"ahead": dummy.asked, "admitted": dummy.asked > 3 * PEOPLE} if "ahead" in body else body

    dummy.answer = worse
    seen = lived(port, dummy)
    assert seen.later > 0


def test_an_answer_is_read_once_it_is_whole():
    said = b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nRetry-After: 7\r\n\r\nhello"
    assert all(whole(said[:end], 0.0) is None for end in range(len(said)))
    reply = whole(said, 1.5)
    assert (reply.status, reply.body, reply.retry_after, reply.at) == (503, b"hello", 7.0, 1.5)
    assert header(reply.head, b"content-length") == b"5"
    assert header(reply.head, b"length") is None


def test_the_section_of_the_page_takes_the_place_of_the_one_before(port):
    results = {"a morning": lived(port, Dummy()).figures(), "others": {"told": 7, "missing": 0}}
    page = "# Results\n\nfigures\n\n"
    one = page + section(results)
    assert without_section(one) == page
    assert section_of(one) == section(results)
    assert f"| accepted | {PEOPLE} |" in one
    assert "**others**: told 7; missing 0." in one
    assert section_of(page) == ""
