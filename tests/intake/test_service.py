"""The service over HTTP: the life of a declaration, as its person sees it."""

import pytest
from services import PATH, key, sampled, service


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with service(tmp_path_factory.mktemp("service")) as running:
        yield running


def deposited(client, number, declaration=None):
    who = client.person(number)
    said = client.http.post(PATH, json=declaration or sampled()[0], headers=who | key())
    assert said.status_code == 201, said.text
    return who, said


def test_a_declaration_is_deposited_read_amended_and_withdrawn(client):
    who, said = deposited(client, 1)
    assert said.json()["version"] == 1
    assert said.json()["at"].startswith("2026-11-25T17:00")
    read = client.http.get(PATH, headers=who)
    assert read.json()["body"] == sampled()[0]
    assert read.headers["ETag"] == said.headers["ETag"]
    client.later(60)
    amended = client.http.put(PATH, json=sampled()[1], headers=who | key() | {"If-Match": read.headers["ETag"]})
    assert (amended.status_code, amended.json()["version"]) == (200, 2)
    again = client.http.get(PATH, headers=who).json()
    assert (again["first_at"], again["body"]) == (read.json()["first_at"], sampled()[1])
    assert again["last_at"] > again["first_at"]
    gone = client.http.delete(PATH, headers=who | key() | {"If-Match": amended.headers["ETag"]})
    assert (gone.status_code, gone.json()["code"]) == (200, "withdrawn")
    assert client.http.get(PATH, headers=who).json()["code"] == "none_live"
