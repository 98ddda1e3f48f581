"""Wrong law files, each with the message that it must give, in French and in English.

A case is a file of ``bad/``: edits of the invented law (``find``, ``replace``), and the faults that the loader must
find, no more and no fewer. Each part of a fault must be contained in what the loader says; an empty part stands for any
text. ``wrong`` says in what the loader does not do so yet: a strict xfail.
"""

import re
import tempfile
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import LUMEN, amended, examples

import rules

BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))
PARTS = ("where", "found", "expected", "write")
LABELS = {"fr": ("trouvé", "attendu", "à écrire"), "en": ("found", "expected", "write")}
NOT_OURS = re.compile(
    r"Traceback|Error\b|Input should|pydantic|datetime\.|<class|\b(?:None|NoneType|True|False)\b|(?:dict|list)\[|\{'"
)
FRENCH = re.compile(r"[«»éèêàùç]|\b(?:une?|des|les?|la|du|l’|d’)\b")


def read(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def marked(case):
    return [pytest.mark.xfail(strict=True, reason=case["wrong"])] if "wrong" in case else []


CASES = [pytest.param(read(path), marks=marked(read(path)), id=path.stem) for path in BAD]


def edited(folder, edit):
    """Apply one edit to the folder of a law, byte by byte."""
    path = folder / edit["file"]
    if edit.get("delete"):
        path.unlink()
        return
    content, find = path.read_bytes(), edit["find"].encode()
    assert find in content, f"{edit['file']} does not say: {edit['find']}"
    new = edit["replace"].encode() + edit.get("then", "").encode() * edit.get("times", 1)
    if "then_byte" in edit:
        new += bytes([edit["then_byte"]])
    path.write_bytes(content.replace(find, new, 1))


def error_of(case, folder):
    """Load the wrong law, and give the error that it raises."""
    amended(folder)
    for edit in case.get("edit", []):
        edited(folder, edit)
    with pytest.raises(rules.LawError) as caught:
        rules.load(case.get("program", folder)).on(case.get("on", date(2030, 1, 1)))
    return caught.value


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_law_is_refused_with_its_message(case, tmp_path):
    error = error_of(case, tmp_path)
    for lang in ("fr", "en"):
        check_parts(error, case["fault"], lang)
        check_paragraphs(error, lang)
    for fault in error.faults:
        assert fault.write != fault.expected, "what to write is what was expected, said again"
        for part in (fault.where, fault.found, fault.expected, fault.write):
            assert not FRENCH.search(part.en), part.en


def check_parts(error, faults, lang):
    """Compare each part of each fault with what it must contain."""
    found = [[getattr(fault, part).to(lang) for part in PARTS] for fault in error.faults]
    wanted = [[fault[part][lang] for part in PARTS] for fault in faults]
    assert len(found) == len(wanted), error.render(lang)
    for fault_found, fault_wanted in zip(found, wanted, strict=True):
        for said, needed in zip(fault_found, fault_wanted, strict=True):
            assert needed in said, error.render(lang)


def check_paragraphs(error, lang):
    """A fault is a paragraph that says where, and on three lines what; in the words of the law, not of a program."""
    heading, *paragraphs = error.render(lang).split("\n\n")
    assert heading == {"fr": "Règle refusée", "en": "Law refused"}[lang]
    assert len(paragraphs) == len(error.faults)
    for paragraph in paragraphs:
        where, *lines = paragraph.split("\n")
        pairs = dict(re.split(r"\s+: ", line.strip(), maxsplit=1) for line in lines)
        assert where.strip()
        assert tuple(pairs) == LABELS[lang]
        assert all(pairs.values())
        assert not NOT_OURS.search(paragraph), paragraph


KEY = re.compile(r"^[a-z_]+ = .*$", re.MULTILINE)
LINES = [
    (path.relative_to(LUMEN), line)
    for path in sorted(LUMEN.rglob("*.toml"))
    for line in dict.fromkeys(KEY.findall(path.read_text(encoding="utf-8")))
]
VALUES = ["3", "1.5", '"x"', '""', "true", "[]", "{}", "[[1]]", '["x", 1]', "{ a = 1 }", "2030-01-01"]


@examples(60)
@given(st.sampled_from(LINES), st.sampled_from(VALUES))
def test_a_value_of_another_kind_is_refused_in_the_words_of_the_law_or_is_right(line, value):
    path, said = line
    with tempfile.TemporaryDirectory() as folder:
        amended(Path(folder), (str(path), said, f"{said.partition(' = ')[0]} = {value}"))
        try:
            rules.load(folder).on(date(2030, 1, 1))
        except rules.LawError as error:
            for lang in ("fr", "en"):
                check_paragraphs(error, lang)


def test_every_case_says_what_it_is_about():
    titles = [read(path)["title"] for path in BAD]
    assert len(set(titles)) == len(titles)


def test_the_law_that_the_cases_amend_is_right(tmp_path):
    program = rules.load(amended(tmp_path))
    days = [date(2030, 1, 1), date(2031, 7, 1), date(2032, 1, 1), date(2032, 6, 1), date(2034, 12, 31)]
    assert [program.on(day).day for day in days] == days


def test_every_fault_of_every_criterion_is_said_at_once(tmp_path):
    folder = amended(
        tmp_path,
        ("criteria/age.toml", '["[30, 45)", 20]', '["[31, 45)", 20]'),
        ("criteria/debt.toml", '["late", -8]', '["laet", -8]'),
        ("criteria/debt.toml", '["default", -40]', '["defualt", -40]'),
    )
    with pytest.raises(rules.LawError) as caught:
        rules.load(folder).on(date(2030, 1, 1))
    assert [fault.found.en for fault in caught.value.faults] == [
        "a gap between [16, 30) and [31, 45)",
        '"laet"',
        '"defualt"',
    ]


def test_a_list_outside_the_folder_is_not_read_through_a_link(tmp_path):
    (tmp_path / "secret.csv").write_text("craft\nL205\n")
    folder = amended(tmp_path / "law")
    (folder / "lists" / "night_crafts.csv").unlink()
    (folder / "lists" / "night_crafts.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(rules.LawError) as caught:
        rules.load(folder).on(date(2030, 1, 1))
    assert caught.value.faults[0].expected.en == "a file of the same folder"
