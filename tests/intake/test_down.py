"""The page of a service that is down: whole in one file, quiet, in two languages, in any browser."""

import re
from html.parser import HTMLParser

import pytest

from intake.down import AGAIN, write_down_pages

VOID = {"meta", "br"}
KNOWN_SINCE_EVER = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "a"}


class Reader(HTMLParser):
    """Reads a page strictly: every element closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links, self.attributes = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [name for name, _ in attrs]
        self.links += [dict(attrs)["href"]] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return {
        path.name: path.read_text(encoding="utf-8") for path in write_down_pages(tmp_path_factory.mktemp("d") / "x")
    }


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", ["down", "down-still"])
def test_a_page_is_whole_and_fetches_nothing(pages, lang, name):
    page = pages[f"{name}.{lang}.html"]
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert reader.tags <= KNOWN_SINCE_EVER
    assert not {"src", "srcset", "onload", "action"}.intersection(reader.attributes)
    assert all(link.startswith("/") for link in reader.links)
    assert "url(" not in page
    assert "@import" not in page
    assert "cookie" not in page.lower()
    assert f'<html lang="{lang}">' in page
    assert page.count("<h1>") == 1
    assert len(page.encode()) < 5_000


def test_one_reloads_politely_and_the_other_not_at_all(pages):
    for lang in ("fr", "en"):
        assert f'<meta http-equiv="refresh" content="{AGAIN}">' in pages[f"down.{lang}.html"]
        assert f"/down-still.{lang}.html" in pages[f"down.{lang}.html"]
        assert "refresh" not in pages[f"down-still.{lang}.html"]
    assert AGAIN >= 30


def test_it_says_that_nothing_is_lost(pages):
    assert "Votre place dans la file est gardée" in pages["down.fr.html"]
    assert "rien n’est perdu" in pages["down.fr.html"]
    assert "Your place in the line is kept" in pages["down.en.html"]
    assert "gives no points" in pages["down.en.html"]
    assert f"toutes les {AGAIN} secondes" in pages["down.fr.html"]
    assert not re.search(r"[{}]again", pages["down.fr.html"])


def test_addresses_are_those_of_the_service_and_are_escaped(tmp_path):
    write_down_pages(tmp_path, {"fr": '/a/fr/?x="1"&y', "en": "/a/en/"}, again=60)
    page = (tmp_path / "down.fr.html").read_text(encoding="utf-8")
    assert 'href="/a/fr/?x=&quot;1&quot;&amp;y"' in page
    assert 'content="60"' in page
