"""One candidate, and the law: a score explained, where it stood, the letter; the law of a day, and what changed."""

import marimo

app = marimo.App(
    width="medium", app_title="tirage – Une candidature, et la règle / One candidate, and the law", css_file="desk.css"
)


@app.cell
def _():
    import marimo as mo

    from ranking.desk import law_book, opened, person, shelf, shown, start
    from rules.text import Text

    query = mo.query_params()
    lang = start.lang_of(query.get("lang"))
    title, lead = start.CARDS["candidate"]
    return Text, lang, law_book, lead, mo, opened, person, query, shelf, shown, title


@app.cell
def _(Text, lang, mo, query, shelf):
    _pools, _instructions, _rounds = shelf.pools(lang), shelf.instructions(), shelf.rounds()
    pool_choice = mo.ui.dropdown(
        _pools, value=shelf.chosen(_pools, query.get("pool")), label=Text("Banque", "Pool").to(lang)
    )
    instruction_choice = mo.ui.dropdown(
        _instructions,
        value=shelf.chosen(_instructions, query.get("instruction"), shelf.first_instruction()),
        label=Text("Ronde : sa règle et son jour", "Round: its law and its day").to(lang),
    )
    pool_drop = mo.ui.file(
        kind="area",
        filetypes=list(shelf.ENDINGS),
        max_size=shelf.LARGEST,
        label=shelf.DROP.to(lang).format(", ".join(shelf.ENDINGS)),
    )
    round_choice = mo.ui.dropdown(
        _rounds,
        value=next(iter(_rounds), None),
        allow_select_none=True,
        label=Text("Distance aux seuils de", "Distance to the cut-offs of").to(lang),
    )
    return instruction_choice, pool_choice, pool_drop, round_choice


@app.cell
def _(instruction_choice, lang, lead, mo, pool_choice, pool_drop, round_choice, shelf, shown, title):
    chosen = shelf.choice(pool_choice.value, pool_drop.value)
    _kept = {"pool": pool_choice.value or "", "instruction": instruction_choice.value}
    mo.vstack(
        [
            mo.Html(shown.banner(title, lead, lang, _kept)),
            mo.hstack([pool_choice, instruction_choice, round_choice], justify="start", wrap=True),
            pool_drop,
        ]
    )
    return (chosen,)


@app.cell
def _(chosen, instruction_choice, lang, mo, opened, shown):
    with mo.status.spinner(title=opened.READING.to(lang), remove_on_exit=True):
        _tried = shown.attempt(lambda: opened.open_pool(chosen, instruction_choice.value), lang)
    mo.stop(_tried.value is None, mo.Html(_tried.trouble))
    case = _tried.value
    mo.Html(shown.pool_line(case, lang))
    return (case,)


@app.cell
def _(Text, case, lang, mo, person, shown):
    _tried = shown.attempt(lambda: person.examples(case), lang)
    number = mo.ui.text(label=Text("Numéro de déclaration", "Number of the declaration").to(lang))
    _hint = Text("Par exemple : {}", "For example: {}").to(lang).format(_tried.value or "–")
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(Text("La candidature", "The candidate").to(lang)))),
            number,
            mo.Html(shown.page(shown.text(_hint, "dim"))),
        ]
    )
    return (number,)


@app.cell
def _(case, lang, mo, number, person, round_choice, shown):
    mo.stop(not number.value.strip(), mo.Html(shown.notice("note", person.EMPTY.to(lang))))
    _tried = shown.attempt(lambda: person.person(case, number.value, round_choice.value), lang)
    mo.stop(_tried.value is None, mo.Html(_tried.trouble))
    who = _tried.value
    return (who,)


@app.cell
def _(Text, lang, mo, person, shown, who):
    _tried = shown.attempt(lambda: person.sections(who, lang), lang)
    _letter = mo.download(
        data=lambda: person.letter(who, lang),
        filename=f"{who.declaration_id}.pdf",
        mimetype="application/pdf",
        label=Text("La lettre (PDF)", "The letter (PDF)").to(lang),
    )
    mo.vstack([mo.Html(_tried.trouble or _tried.value), _letter])


@app.cell
def _(Text, lang, law_book, mo):
    _programs = law_book.programs(lang)
    program = mo.ui.dropdown(
        _programs,
        value=next(name for name, one in _programs.items() if one == "quebec/pstq"),
        label=Text("Programme", "Program").to(lang),
    )
    return (program,)


@app.cell
def _(Text, lang, law_book, mo, program):
    _days = law_book.days(program.value, lang)
    day = mo.ui.dropdown(_days, value=next(iter(_days)), label=Text("Règle du", "Law of").to(lang))
    before = mo.ui.dropdown(
        _days, allow_select_none=True, label=Text("Comparer à celle du", "Compare with that of").to(lang)
    )
    wanted = mo.ui.text(
        label=Text("Chercher dans les titres et les dispositions", "Search titles and provisions").to(lang)
    )
    return before, day, wanted


@app.cell
def _(Text, before, day, lang, law_book, mo, program, shown, wanted):
    _tried = shown.attempt(lambda: law_book.page(program.value, day.value, before.value, wanted.value, lang), lang)
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(Text("La règle", "The law").to(lang)))),
            mo.hstack([program, day, before], justify="start", wrap=True),
            wanted,
            mo.Html(_tried.trouble or _tried.value),
        ]
    )


if __name__ == "__main__":
    app.run()
