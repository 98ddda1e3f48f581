"""The notebooks run as functions: what they define, and what they show, in both languages."""

import pytest

from ranking.desk import place, start


def shown(outputs):
    """Join the HTML that a notebook shows."""
    return "".join(getattr(one, "text", "") for one in outputs)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", place.NOTEBOOKS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_notebook_runs_and_says_what_it_is(name, lang, notebook, monkeypatch):
    monkeypatch.setenv(place.LANG, lang)
    outputs, defined = notebook(name).run()
    page = shown(outputs)
    title, _ = start.CARDS[name]
    assert f"<h1>{title.to(lang)}</h1>" in page
    assert defined["case"].pool.frame.height == 2_970
    assert "Traceback" not in page
    assert 'class="notice wrong"' not in page


def test_a_pool_that_cannot_be_read_is_told_in_words(notebook, monkeypatch, tmp_path):
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")
    monkeypatch.setenv(place.FOLDER, str(tmp_path))
    monkeypatch.delenv(place.LANG, raising=False)
    outputs, defined = notebook("reform").run()
    page = shown(outputs)
    assert 'class="notice wrong" role="alert"' in page
    assert "torn.parquet" in page
    assert "Traceback" not in page
    assert "case" not in defined


@pytest.mark.usefixtures("desk")
def test_the_round_begins_with_the_check_and_ends_with_what_is_missing(notebook):
    outputs, _ = notebook("round").run()
    page = shown(outputs)
    assert "2\u202f970 déclarations conformes, 30 mises à part" in page
    assert "Lignes mises à part" in page
    assert "n’est pas encore exécutée" in page
