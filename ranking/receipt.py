"""The receipt of a round, and the folder that holds all that is needed to replay it with the pool alone."""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import shutil
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking import fingerprint
from ranking.columns import ID
from ranking.contribution import EXCLUSIONS
from ranking.faults import Fault, RoundError
from ranking.ground import label_of
from rules.text import Text, same

if TYPE_CHECKING:
    from ranking.instruction import Instruction
    from ranking.round import Round, SelectionResult
    from rules.program import Program

FORMAT = 1
RECEIPT = "receipt.json"


def receipt(done: Round) -> dict[str, Any]:
    """Write what is needed to replay a round and to compare: fingerprints, parameters, counts, cut-offs and their keys.

    Holds no clock and no path: the same round gives the same receipt, save for ``versions``.
    """
    source, regulation = done.instruction.source, done.instruction.regulation
    return {
        "format": FORMAT,
        "program": source.program,
        "round": source.id,
        "title": source.title.model_dump(),
        "law_on": str(source.law_on),
        "extracted_at": source.extracted_at.isoformat(),
        "facts_on": str(done.instruction.facts_on),
        "fingerprints": {
            "law": regulation.hash,
            "instruction": of_instruction(done.instruction),
            "pool": done.pool.fingerprint,
            "invitations": fingerprint.of_frame(done.invitations, ["selection", "rank"]),
            "outcomes": fingerprint.of_frame(done.outcomes, [ID]),
            "exclusions": fingerprint.of_frame(done.contribution.exclusions, list(EXCLUSIONS)),
            "distribution": fingerprint.of_frame(done.distribution, ["score"]),
            **_of_extras(done),
        },
        "ledger": {"head": done.contribution.head, "used": {k: dict(v) for k, v in done.contribution.used.items()}},
        "order": [
            *[item.model_dump(exclude_none=True) for item in regulation.order],
            {"key": ID, "direction": "ascending"},
        ],
        **_own(done),
        "pool": {
            "declarations": done.pool.frame.height,
            "quarantined": done.pool.quarantine.height,
            "columns_unknown": list(done.pool.unknown),
            "columns_absent": list(done.pool.absent),
        },
        "selections": [_selection(done, result) for result in done.results],
        "outcomes": done.sheet.counts,
        "versions": {
            "tirage": version("tirage"),
            "python": platform.python_version(),
            **{name: version(name) for name in ("polars", "numpy")},
        },
    }


def _own(done: Round) -> dict[str, Any]:
    """Say what an instruction adds to a round: how selections combine, the seed, the ceilings after the round."""
    source = done.instruction.source
    return {
        "combine": source.combine,
        "seed": None if source.seed is None else source.seed.model_dump(mode="json"),
        "ceilings": {name: dict(counts) for name, counts in done.ceilings.items()},
        "exclusions": {
            exclusion.id: int((done.contribution.exclusions["exclusion"] == exclusion.id).sum())
            for exclusion in source.exclusion
        },
    }


def _of_extras(done: Round) -> dict[str, str]:
    """Hash the files that only some rounds have: lots, and the history of scores."""
    extras = {}
    if done.lots.height:
        extras["lots"] = fingerprint.of_frame(done.lots, ["selection", ID])
    if done.history is not None:
        extras["history"] = fingerprint.of_frame(done.history, [ID, "at"])
    return extras


def of_instruction(instruction: Instruction) -> str:
    """Hash what an instruction says, its lists included; what was published and the notes left out."""
    said = instruction.source.model_dump(
        mode="json", exclude={"selection": {"__all__": {"published", "note", "certainty"}}}
    )
    lists = {name: list(found.codes) for name, found in sorted(instruction.lists.items())}
    limits = {name: dict(found) for name, found in instruction.limits.items()}
    kept = {key: value for key, value in said.items() if key not in ("cite", "note")}
    return fingerprint.of_values({"instruction": kept, "lists": lists, "limits": limits})


SAID = {
    "id",
    "stream",
    "mechanism",
    "size",
    "min_score",
    "ties",
    "order",
    "weights",
    "meaning",
    "ceilings",
    "labels",
    "reserve_order",
    "apportion",
    "author",
    "comparison_only",
}


def _selection(done: Round, result: SelectionResult) -> dict[str, Any]:
    selection = result.selection
    given = selection.model_dump(mode="json", include=SAID)
    order = result.standing
    return {
        **{key: value for key, value in given.items() if value is not None},
        **({} if selection.criteria else {"criteria": False}),
        "candidates": result.candidates,
        "unknown": result.unknown,
        "invited": len(result.taken.positions),
        "cut_off": result.cut_off,
        "last_in": None if result.last_in is None else order.key(result.last_in),
        "first_out": None if result.first_out is None else order.key(result.first_out),
        "tied_at_cut_off": result.taken.tied,
        "tied_taken": result.taken.tied_taken,
        **_done_by(done, result),
    }


def _done_by(done: Round, result: SelectionResult) -> dict[str, Any]:
    """Say what only some selections do: stages, floors that let someone in, labels, people whom another had taken."""
    numbers, selection = done.pool.frame[ID], result.selection
    said: dict[str, Any] = {}
    if result.taken.stages:
        said["stages"] = [asdict(stage) for stage in result.taken.stages]
    if result.taken.only_by_floor:
        said["only_by_floor"] = {
            floor: numbers.gather(positions).to_list() for floor, positions in result.taken.only_by_floor.items()
        }
    if selection.labels:
        under = label_of(done.scored, selection).gather(result.taken.positions)
        said["invited_by_label"] = {label: int((under == label).sum()) for label in selection.labels}
    if done.instruction.source.combine == "as_if_alone":
        own = done.sheet.selection[result.taken.positions] == done.results.index(result)
        said["invited_by_an_earlier_one"] = int((~own).sum())
    return said


def save(done: Round, folder: Path) -> dict[str, Any]:
    """Write the folder of a round, whole or not at all, and give its receipt.

    A folder that holds another round, or anything else, is a RoundError; the same round is written again.
    """
    made = receipt(done)
    _check_folder(folder, made)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        draft = Path(name) / "round"
        draft.mkdir()
        _write(done, made, draft)
        if folder.exists():
            _replace(draft, folder)
        else:
            draft.rename(folder)
    return made


def _replace(draft: Path, folder: Path) -> None:
    """Write the files of a round over the same round, and leave what people put beside them."""
    for path in sorted(draft.iterdir()):
        target = folder / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)


def _write(done: Round, made: dict[str, Any], folder: Path) -> None:
    """Write every file; a full disk is an OSError whoever meets it."""
    try:
        _write_tables(done, folder)
    except pl.exceptions.ComputeError as error:
        number = re.search(r"\(os error ([0-9]+)\)", str(error))
        if number is None:
            raise
        code = int(number[1])
        raise OSError(code, os.strerror(code), str(folder)) from None
    try:
        _write_files(done, made, folder)
    except shutil.Error as error:
        _, target, why = error.args[0][0]
        raise OSError(errno.EIO, why, target) from None


def _write_files(done: Round, made: dict[str, Any], folder: Path) -> None:
    (folder / RECEIPT).write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    instruction = done.instruction
    (folder / "lists").mkdir()
    for name, content in instruction.files:
        (folder / name).write_bytes(content)
    copy_law(instruction.law, folder / "law")


def _write_tables(done: Round, folder: Path) -> None:
    done.invitations.write_parquet(folder / "invitations.parquet")
    done.outcomes.write_parquet(folder / "outcomes.parquet")
    done.contribution.exclusions.write_parquet(folder / "exclusions.parquet")
    done.distribution.write_parquet(folder / "distribution.parquet")
    if done.lots.height:
        done.lots.write_parquet(folder / "lots.parquet")
    if done.history is not None:
        done.history.write_parquet(folder / "history.parquet")


def copy_law(program: Program, target: Path) -> None:
    """Copy the files of a law as they are; those that it shares with a program beside it are written out."""
    shutil.copytree(program.folder, target)
    if len(program.folders) == 1:
        return
    shared = program.folders[0]
    for path in (*sorted((shared / "criteria").glob("*.toml")), shared / "inputs.toml"):
        own = target / path.relative_to(shared)
        if not own.exists():
            own.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, own)
    text = (target / "program.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("criteria_from")]
    (target / "program.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")


def _check_folder(folder: Path, made: dict[str, Any]) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    found = Text("un dossier qui n’est pas celui d’une ronde", "a folder that is not one of a round")
    if (folder / RECEIPT).is_file():
        before = _read_receipt(folder)
        if before.get("fingerprints") == made["fingerprints"]:
            return
        found = Text(
            f"la ronde {before.get('round')}, avec un autre résultat",
            f"the round {before.get('round')}, with another result",
        )
    expected = Text("un dossier neuf, ou celui de la même ronde", "a new folder, or that of the same round")
    write = Text("--out avec un autre dossier", "--out with another folder")
    raise RoundError([Fault(same(str(folder)), found, expected, write)])


def _read_receipt(folder: Path) -> dict[str, Any]:
    """Read a receipt; one that cannot be read says nothing."""
    try:
        read = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
