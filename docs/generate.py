"""Writes ``docs/reference/``: the commands from ``--help`` in both languages, the public Python from its docstrings.

``python docs/generate.py`` (or ``make docs``) after a change to either; a test fails while the pages are stale.
"""

from __future__ import annotations

import inspect
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import tirage
from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "reference"
WIDTH = 96
MODULES = ("rules", "ranking", "ranking.simulate")
MADE = Text(
    "Cette page est produite par `docs/generate.py` à partir de l’aide des commandes ; ne la modifiez pas.",
    "This page is made by `docs/generate.py` from the help of the commands; do not edit it.",
)
COMMANDS = {"commandes.md": ("fr", Text("Les commandes", "")), "commands.md": ("en", Text("", "Commands"))}
PYTHON = """# Python

This page is made by `docs/generate.py` from the docstrings of what is public; do not edit it.
"""


def pages() -> dict[str, str]:
    """Give every page of the reference by its name."""
    made = {name: commands_page(title, lang) for name, (lang, title) in COMMANDS.items()}
    return made | {"python.md": python_page()}


def commands_page(title: Text, lang: Lang) -> str:
    """Write every command with its help, groups first."""
    head = [f"# {title.to(lang)}", MADE.to(lang)]
    return "\n\n".join([*head, *sections(tirage, ("tirage",), lang)]) + "\n"


def sections(command: click.Command, path: tuple[str, ...], lang: Lang) -> Iterator[str]:
    """Write a command, then what it holds."""
    context = click.Context(command, info_name=" ".join(path), terminal_width=WIDTH, max_content_width=WIDTH)
    context.meta["tirage.lang"] = lang
    shown = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"## {' '.join(path)}\n\n```\n{shown}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from sections(inner, (*path, name), lang)


def python_page() -> str:
    """Write what each public module offers."""
    return "\n\n".join([PYTHON.strip(), *(part for name in MODULES for part in module(name))]) + "\n"


def module(name: str) -> Iterator[str]:
    """Write a module: its docstring, then each public name."""
    found = import_module(name)
    yield f"## {name}\n\n{inspect.getdoc(found)}"
    for public in sorted(found.__all__):
        yield from entry(f"{name}.{public}", getattr(found, public), 3)


def entry(name: str, thing: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - a class, a function, a property
    """Write a class with what it defines, or a function."""
    said = inspect.getdoc(thing)
    if said is None:
        return
    yield f"{'#' * depth} `{name}`\n\n```python\n{signature(name, thing)}\n```\n\n{said}"
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            if not member.startswith("_") and isinstance(value, MEMBERS):
                yield from entry(f"{thing.__name__}.{member}", getattr(thing, member), depth + 1)


MEMBERS = (type(entry), classmethod, staticmethod, property, cached_property)


def signature(name: str, thing: Any) -> str:  # noqa: ANN401 - a class, a function, a property
    """Write how something is called; a property by what it gives."""
    short = name.rsplit(".", 1)[-1]
    if isinstance(thing, property | cached_property):
        reads = thing.fget if isinstance(thing, property) else thing.func
        return f"{short} -> {written(inspect.signature(reads).return_annotation)}"
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return f"class {short}({thing.__base__.__name__})"
    called = inspect.signature(thing)
    given = ", ".join(parameters(called))
    if inspect.isclass(thing):
        return f"class {short}({given})"
    return f"{short}({given}) -> {written(called.return_annotation)}"


def parameters(called: inspect.Signature) -> Iterator[str]:
    """Write each parameter; a star before the first that is given by name alone."""
    starred = False
    for parameter in called.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        kind = "" if parameter.annotation is parameter.empty else f": {written(parameter.annotation)}"
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"{parameter.name}{kind}{default}"


def written(annotation: Any) -> str:  # noqa: ANN401 - whatever an annotation may be
    """Write an annotation as the source does."""
    return annotation.strip("'\"") if isinstance(annotation, str) else inspect.formatannotation(annotation)


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
