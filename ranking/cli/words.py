"""Commands and options whose help exists in French and English."""

from __future__ import annotations

import os
from datetime import date
from importlib import import_module
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.exceptions import NoArgsIsHelpError, NoSuchCommand

from ranking.cli.start import kept
from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = Text("Commandes ", "Commands")
EXAMPLE = Text("Exemple ", "Example")
HELP = Text("Montre cette aide.", "Show this message.")
USAGE = Text("Utilisation : ", "Usage: ")
MARKS = {"required]": "obligatoire]", "[default: ": "[par défaut : "}
LANG = Text("Langue des messages et des tableaux.", "Language of messages and tables.")


def lang_of(arguments: list[str]) -> Lang:
    """Find the language asked for, wherever it stands; English unless ``--lang fr`` or TIRAGE_LANG says otherwise."""
    asked = os.environ.get("TIRAGE_LANG", "en")
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            asked = arguments[position + 1]
        if argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return "fr" if asked == "fr" else "en"


def _lang(context: click.Context) -> Lang:
    lang: Lang = context.find_root().meta.get("tirage.lang", "en")
    return lang


def _whole(example: str, width: int, indent: int) -> str:
    """Break the line of an example between words only: a file name with a hyphen stays whole, to be copied."""
    space = " " * indent
    return fill(example, width, initial_indent=space, subsequent_indent=space, break_on_hyphens=False) + "\n"


class Words(click.Option):
    """An option with help in both languages."""

    def __init__(self, *declarations: Any, words: Text, **settings: Any) -> None:  # noqa: ANN401 - passed on to click
        super().__init__(*declarations, **settings)
        self.words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Write the help in the language asked for."""
        self.help = self.words.to(_lang(ctx))
        record = super().get_help_record(ctx)
        if record is None or _lang(ctx) == "en":
            return record
        left, right = record
        for english, french in MARKS.items():
            right = right.replace(english, french)
        return left, right


class WordsMixin(click.Command):
    """What commands and groups share: help and an example in both languages."""

    words: Text
    example: str

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> click.Context:
        """Note the language before anything is parsed, because help ends parsing."""
        extra.setdefault("terminal_width", None)
        if parent is None:
            self._lang = lang_of(args)
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the language where every command finds it."""
        if ctx.parent is None:
            ctx.meta["tirage.lang"] = lang_of(args)
        return super().parse_args(ctx, args)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Say in the language asked for what ``--help`` does."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = HELP.to(_lang(ctx))
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=USAGE.to(_lang(ctx)))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, then the example."""
        lang = _lang(ctx)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.words.to(lang))
        with formatter.section(EXAMPLE.to(lang)):
            formatter.write(_whole(self.example, formatter.width, formatter.current_indent))


class Command(WordsMixin, click.Command):
    """A command with help in both languages."""

    def __init__(self, *arguments: Any, words: Text, example: str, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **settings)
        self.words, self.example = words, example


class Group(WordsMixin, click.Group):
    """A group of commands with help in both languages."""

    def __init__(self, name: str, words: Text, example: str) -> None:
        super().__init__(name, no_args_is_help=True)
        self.words, self.example = words, example
        self.params.append(lang_option())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under a heading in the language asked for."""
        with formatter.section(COMMANDS.to(_lang(ctx))):
            formatter.write_dl([(name, words.to(_lang(ctx))) for name, words in self.words_of_commands().items()])

    def words_of_commands(self) -> dict[str, Text]:
        """Say what each command does."""
        return {name: command.words for name, command in self.commands.items() if isinstance(command, WordsMixin)}


class Later(NamedTuple):
    """A command that is imported when it runs; its words are here, so that help stays quick."""

    path: str
    words: Text


class LazyGroup(Group):
    """A group whose commands are imported when they are asked for."""

    def __init__(self, name: str, later: dict[str, Later], words: Text, example: str) -> None:
        super().__init__(name, words, example)
        self.later = later

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands."""
        return list(self.later)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command."""
        if cmd_name not in self.later:
            return None
        module, _, name = self.later[cmd_name].path.partition(":")
        with kept():
            command: click.Command = getattr(import_module(module), name)
        return command

    def words_of_commands(self) -> dict[str, Text]:
        """Say what each command does, without importing any."""
        return {name: later.words for name, later in self.later.items()}


def usage_error(error: click.ClickException) -> Text:
    """Say in both languages what is wrong with a command as typed."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        kind = (
            Text("l’option", "the option")
            if isinstance(error.param, click.Option)
            else Text("l’argument", "the argument")
        )
        return Text(f"Erreur : il manque {kind.fr} {name}.", f"Error: {kind.en} {name} is missing.")
    if isinstance(error, NoArgsIsHelpError):
        return Text(error.format_message(), error.format_message())
    if isinstance(error, NoSuchCommand):
        name = error.command_name
        return Text(f"Erreur : commande inconnue, « {name} ».", f"Error: unknown command, “{name}”.")
    if isinstance(error, click.NoSuchOption):
        return Text(f"Erreur : option inconnue, {error.option_name}.", f"Error: unknown option, {error.option_name}.")
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0]
        return Text(
            f"Erreur : {name}, valeur refusée : {error.message}", f"Error: {name}, value refused: {error.message}"
        )
    return Text(f"Erreur : {error.format_message()}", f"Error: {error.format_message()}")


class Day(click.ParamType[date]):
    """A day, as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        """Read a day strictly."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} (AAAA-MM-JJ / YYYY-MM-DD : 2026-04-30)", param, ctx)


def lang_option() -> click.Option:
    """Make the option of the language."""
    return Words(["--lang"], type=click.Choice(["fr", "en"]), envvar="TIRAGE_LANG", default="en", words=LANG)


def command(words: Text, example: str, name: str | None = None) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command: what it does in both languages, and one line that runs."""

    def declare(run: Callable[..., Any]) -> Command:
        made = click.command(name or run.__name__.strip("_"), cls=Command, words=words, example=example)(run)
        made.params.append(lang_option())
        return made

    return declare


def option(*declarations: str, words: Text, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: ANN401
    """Declare an option with help in both languages."""
    return click.option(*declarations, cls=Words, words=words, **settings)


out = option("--out", type=click.Path(dir_okay=False), words=Text("Écrire la page en HTML.", "Write the page as HTML."))
as_json = option("--json", "as_json", is_flag=True, words=Text("Résultat en JSON.", "Result as JSON."))
program = option(
    "--program",
    required=True,
    metavar="PROGRAM",
    words=Text("Programme : un id (quebec/pstq) ou un dossier.", "Program: an id (quebec/pstq) or a folder."),
)
on = option(
    "--on", type=Day(), required=True, words=Text("Jour de la règle et des faits.", "Day of the law and of the facts.")
)
facts_on = option(
    "--facts-on",
    type=Day(),
    words=Text("Jour des faits, si ce n’est pas celui de la règle.", "Day of the facts, if not that of the law."),
)
quarantine = option(
    "--quarantine",
    type=click.Path(dir_okay=False),
    words=Text(
        "Fichier où vont les lignes refusées ; sans lui, une seule refuse toute la banque.",
        "File for the rows refused; without it, one of them refuses the whole pool.",
    ),
)


def _with_columns(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Read the pools of this command by a file of columns."""
    if value is not None:
        from ranking.column_map import read_column_map, reading  # noqa: PLC0415 - polars takes time to load

        context.with_resource(reading(columns=read_column_map(value)))


def _with_sheet(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Read the pools of this command from a sheet."""
    if value is not None:
        from ranking.column_map import reading  # noqa: PLC0415 - as above

        context.with_resource(reading(sheet=value))


def reads_pools(run: Callable[..., Any]) -> Callable[..., Any]:
    """Declare the options of every command that reads pools; what they say holds while the command runs."""
    columns = option(
        "--columns",
        type=click.Path(dir_okay=False),
        metavar="FILE.toml",
        expose_value=False,
        callback=_with_columns,
        words=Text(
            "Fichier qui traduit vos colonnes et vos codes : voir tirage columns.",
            "File that maps your own columns and codes: see tirage columns.",
        ),
    )
    sheet = option(
        "--sheet",
        metavar="NAME",
        expose_value=False,
        callback=_with_sheet,
        words=Text("Feuille d’un classeur, si ce n’est pas la première.", "Sheet of a workbook, if not the first."),
    )
    return columns(sheet(run))
