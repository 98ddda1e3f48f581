"""Checks of a whole law."""

import shutil
from pathlib import Path

import pytest

import rules
from rules.lint import check
from rules.program import Program

LUMEN = Path(__file__).parents[1] / "law" / "lumen" / "guild"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(LUMEN, tmp_path / "guild"))


def findings(folder):
    return [(finding.level, finding.fault) for finding in check(Program(folder), "lumen/guild")]


def edit(path, found, put):
    text = path.read_text("utf-8")
    assert found in text
    path.write_text(text.replace(found, put, 1), "utf-8")


@pytest.mark.parametrize("program", rules.library())
def test_no_law_of_the_library_has_an_error(program):
    assert [finding for finding in check(rules.load(program), program) if finding.level == "error"] == []


def test_an_error_of_a_later_version_is_found_though_todays_law_loads(folder):
    path = next(
        p for p in sorted((folder / "criteria").glob("*.toml")) if p.read_text("utf-8").count("[[version]]") > 1
    )
    head, mark, last = path.read_text("utf-8").rpartition("[[version]]")
    path.write_text(head + mark + last.replace("rows = [", 'rows = [\n  ["nonsense", 1],', 1), "utf-8")
    assert "error" in {level for level, _ in findings(folder)}


def test_a_column_that_nothing_reads_is_remarked(folder):
    attributes = folder / "attributes.toml"
    idle = '[idle]\ntype = "boolean"\ntitle = { fr = "Inutile", en = "Idle" }\nmissing = "unknown"\n\n'
    attributes.write_text(idle + attributes.read_text("utf-8"), "utf-8")
    remarks = [fault.where.en for level, fault in findings(folder) if level == "remark"]
    assert "attributes.toml, idle" in remarks


def test_a_source_read_before_it_was_published_is_remarked(folder):
    edit(folder / "groups.toml", "read_on = 2029-12-01", "read_on = 2019-12-01")
    remarks = [fault.found.en for level, fault in findings(folder) if level == "remark"]
    assert "read_on = 2019-12-01" in remarks


def test_a_law_that_does_not_load_is_an_error_not_a_traceback(folder):
    (folder / "program.toml").write_text("id = 1", "utf-8")
    assert {level for level, _ in findings(folder)} == {"error"}
