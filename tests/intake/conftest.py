"""Banks to test with, each in every kind of store that is here."""

import pytest
from banks import KINDS, StandingClock, postgres_address

from intake.address import open_store
from intake.writer import Writer


@pytest.fixture(params=KINDS)
def address(request, tmp_path):
    return str(tmp_path / "bank.sqlite") if request.param == "sqlite" else postgres_address()


@pytest.fixture
def store(address):
    opened = open_store(address)
    yield opened
    opened.close()


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def writer(store, clock):
    return Writer(store, clock)


@pytest.fixture
def known(store):
    """Make persons known to the bank, by their numbers."""

    def make(*persons):
        with store.write() as tx:
            tx.many(
                "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
                " VALUES (?, 'Exemple', 'Personne', 'XXX', ?, 0)",
                [(person, person.upper()) for person in persons],
            )

    return make
