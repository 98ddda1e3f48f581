"""What a scenario changes, in words: one sentence a change, from the law before and the law after, old → new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import titles
from rules.bounds import of_criterion
from rules.describe_rows import RowTeller
from rules.phrases import Wording
from rules.scenario import addressed, apply
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.criteria import Criterion
    from rules.edits import Change
    from rules.groups import Group
    from rules.places import Address, Step
    from rules.regulation import Regulation
    from rules.scenario import Scenario
    from rules.streams import Requirement, Stream
    from rules.tables import Cap, Table

NOTHING = Text("Ne change rien.", "Changes nothing.")
MAXIMA = {
    "cap": Text("le plafond|un plafond", "the cap|a cap"),
    "announced_maximum": Text("le maximum annoncé|un maximum annoncé", "the announced maximum|an announced maximum"),
}
OTHERS = {
    "cite": Text("change de source", "changes its source"),
    "id": Text("change d’identifiant", "changes its id"),
    "note": Text("change de note", "changes its note"),
    "title": Text("change de titre", "changes its title"),
}


def describe(scenario: Scenario, base: Regulation) -> list[Text]:
    """Describe a scenario, change by change in the order written; an empty one changes nothing, in one sentence.

    Every sentence comes from the two laws, so a scenario that does not apply to ``base`` is a LawError.
    """
    if not scenario.change:
        return [NOTHING]
    after = apply(scenario, base)
    tellers = [_Teller(base, after, Wording(lang)) for lang in titles.LANGS]
    return [Text(*(teller.sentence(change, steps) for teller in tellers)) for change, steps in addressed(scenario)]


@dataclass(frozen=True)
class _Teller:
    """Writes sentences about two laws."""

    base: Regulation
    after: Regulation
    words: Wording

    def sentence(self, change: Change, steps: Address) -> str:
        """Write what became of one place."""
        if steps[0] == "groups":
            subject, said = self._group(str(steps[1]), steps[2:])
        elif steps[0] == "streams":
            subject, said = self._stream(change, steps)
        else:
            subject, said = self._title(str(steps[1])), self._criterion(change, steps)
        return f"{subject}{titles.colon(self.words.lang)}{said}."

    def _title(self, name: str) -> str:
        """Give the title of a criterion or a group, of either law."""
        return (self.base.parts.get(name) or self.after.parts[name]).title.to(self.words.lang)

    # Criteria.

    def _criterion(self, change: Change, steps: Address) -> str:
        before, after = (_criterion_in(law, str(steps[1])) for law in (self.base, self.after))
        if after is None:
            return self._repealed(before)
        if before is None or len(steps) == 2:
            return self._written(before, after)
        key = str(steps[2])
        if key in MAXIMA:
            return self._maximum(steps[2:], before, after)
        if key == "applies_when":
            return self._applies(before, after)
        if len(steps) == 3:
            return f"{self.words.say('le critère', 'the criterion')} {OTHERS[key].to(self.words.lang)}"
        old, new = (next(table for table in one.tables if table.id == key) for one in (before, after))
        return RowTeller(self.words, self.after, old, new, self._head(before, old)).told(change, steps[3:])

    def _head(self, criterion: Criterion, table: Table) -> Text | None:
        """Give the input to name before a row: none where the title of the criterion says it already."""
        input_title = titles.input_title(table.row_inputs[0], self.base)
        alone = len(criterion.tables) == 1 and (len(table.row_inputs) > 1 or input_title == criterion.title)
        return None if alone else input_title

    def _repealed(self, before: Criterion | None) -> str:
        gave = "" if before is None else self._gives(before, self.words.say(" ; il donnait", "; it gave"))
        return self.words.say(f"le critère est abrogé{gave}", f"the criterion is repealed{gave}")

    def _written(self, before: Criterion | None, after: Criterion) -> str:
        gives = self._gives(after, self.words.say("il donne", "it gives"))
        if before is not None:
            gave = self._gives(before, self.words.say("il donnait", "it gave"))
            return self.words.say(
                f"le critère est réécrit ; {gave}, {gives}", f"the criterion is rewritten; {gave}, {gives}"
            )
        group = self.words.quoted(self._title(after.group))
        return self.words.say(
            f"le critère est nouveau, dans le groupe {group} ; {gives}",
            f"the criterion is new, in the group {group}; {gives}",
        )

    def _gives(self, criterion: Criterion, verb: str) -> str:
        low, high = of_criterion(criterion, {})
        most = titles.points(high, self.words.lang)
        if low >= 0:
            return self.words.say(f"{verb} au plus {most}", f"{verb} at most {most}")
        return self.words.say(f"{verb} de {low} à {most}", f"{verb} from {low} to {most}")

    def _applies(self, before: Criterion, after: Criterion) -> str:
        old, new = (
            self.words.quoted(titles.condition(one.applies_when, law, self.words.lang))
            if one.applies_when.options
            else ""
            for one, law in ((before, self.base), (after, self.after))
        )
        if old == new:
            return self.words.same()
        if not new:
            return self.words.say(
                f"vaut pour tous ; avant, seulement si {old}", f"applies to all; before, only if {old}"
            )
        then = self.words.say(f"si {old}" if old else "pour tous", f"if {old}" if old else "to all")
        return self.words.say(f"ne vaut que si {new} ; avant, {then}", f"applies only if {new}; before, {then}")

    def _maximum(self, rest: Address, before: Criterion | Group, after: Criterion | Group) -> str:
        """Write what became of a cap or of an announced maximum, or of the one column of it that ``rest`` names."""
        key, column = str(rest[0]), rest[1:]
        the, a = MAXIMA[key].to(self.words.lang).split("|")
        old, new = (one.cap if key == "cap" else one.announced for one in (before, after))
        if old == new:
            return self.words.same()
        if column and old and new and old.input:
            return f"{the} {self._column(column[0], old, new)}"
        was = self._cap(old, self.base) if old else ""
        now = self._cap(new, self.after) if new else ""
        if not now:
            return self.words.say(f"{the} de {was} est supprimé", f"{the} of {was} is taken away")
        if not was:
            return self.words.say(
                f"{a} de {now} s’ajoute ; il n’y en avait pas", f"{a} of {now} is added; there was none"
            )
        if old and new and old.input is None and new.input is None:
            return f"{the} {self.words.goes(str(old.points[0]), now)}"
        return self.words.say(f"{the} de {was} devient {now}", f"{the} of {was} becomes {now}")

    def _cap(self, cap: Cap, law: Regulation) -> str:
        lang = self.words.lang
        return titles.points(cap.points[0], lang) if cap.input is None else titles.cap_words(cap, law, lang)

    def _column(self, column: Step, before: Cap, after: Cap) -> str:
        """Write the points of one column of a cap, old → new, and what it is the column of."""
        lang, over, position = self.words.lang, str(before.input), before.columns.index(column)
        goes = self.words.goes(str(before.points[position]), titles.points(after.points[position], lang))
        title, value = titles.input_title(over, self.base).to(lang), titles.shown(column, over, self.base).to(lang)
        return f"{goes} ({title}{titles.colon(lang)}{value})"

    # Groups.

    def _group(self, name: str, rest: Address) -> tuple[str, str]:
        key = str(rest[0])
        before, after = (next(one for one in law.groups if one.id == name) for law in (self.base, self.after))
        subject = self.words.say("Groupe ", "Group ") + self.words.quoted(before.title)
        if key in MAXIMA:
            return subject, self._maximum(rest, before, after)
        if key == "members":
            return subject, self._members(before.members, after.members)
        if key == "how":
            return subject, self.words.becomes(*(titles.how_words(g.how).to(self.words.lang) for g in (before, after)))
        return subject, f"{self.words.say('le groupe', 'the group')} {OTHERS[key].to(self.words.lang)}"

    def _members(self, before: Sequence[str], after: Sequence[str]) -> str:
        out = [self.words.quoted(self._title(one)) for one in before if one not in after]
        into = [self.words.quoted(self._title(one)) for one in after if one not in before]
        said = [self.words.say(f"{one} en sort", f"{one} leaves it") for one in out]
        said += [self.words.say(f"{one} y entre", f"{one} enters it") for one in into]
        if not said and before != after:
            said = [self.words.say("l’ordre des membres change", "the order of its members changes")]
        return self.words.joined(said)

    # Streams.

    def _stream(self, change: Change, steps: Address) -> tuple[str, str]:
        before, after = (_stream_in(law, str(steps[1])) for law in (self.base, self.after))
        old, new = ({one.id: one for one in stream.requirements} for stream in (before, after))
        subject = self.words.quoted(before.title)
        if len(steps) == 5 and steps[4] != "where":
            asked = self._asked(old[str(steps[3])])
            return subject, f"{asked} {OTHERS[str(steps[4])].to(self.words.lang)}"
        names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
        if len(steps) > 3:
            names = [str(steps[3])]
        elif change.operation == "add":
            names = [str(change.add["id"])]
        return subject, self.words.joined([self._requirement(old.get(name), new.get(name)) for name in names])

    def _requirement(self, before: Requirement | None, after: Requirement | None) -> str:
        old = "" if before is None else titles.condition(before.where, self.base, self.words.lang)
        new = "" if after is None else titles.condition(after.where, self.after, self.words.lang)
        known = before or after
        asked = "" if known is None else self._asked(known)
        if not new:
            return self.words.say(f"{asked} est retirée ({old})", f"{asked} is taken away ({old})")
        if not old:
            return self.words.say(f"{asked} s’ajoute ({new})", f"{asked} is added ({new})")
        return f"{asked} {self.words.goes(self.words.quoted(old), self.words.quoted(new))}"

    def _asked(self, requirement: Requirement) -> str:
        title = self.words.quoted(requirement.title)
        return self.words.say(f"la condition {title}", f"the requirement {title}")


def _criterion_in(law: Regulation, name: str) -> Criterion | None:
    """Find a criterion in force."""
    return next((one for one in law.criteria if one.id == name and one.source is not None), None)


def _stream_in(law: Regulation, name: str) -> Stream:
    return next(one for one in law.streams if one.id == name)
