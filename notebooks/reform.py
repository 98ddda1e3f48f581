"""Change a rule: the numbers of the law beside those in force, and what moving them does to a round."""

import marimo

app = marimo.App(width="medium", app_title="tirage – Changer une règle / Change a rule", css_file="desk.css")


@app.cell
def _():
    import marimo as mo

    from ranking.desk import ahead, draft, moving, opened, reform, scenarios, shelf, shown, start
    from rules.text import Text

    query = mo.query_params()
    lang = start.lang_of(query.get("lang"))
    title, lead = start.CARDS["reform"]
    return Text, ahead, draft, lang, lead, mo, moving, opened, query, reform, scenarios, shelf, shown, start, title


@app.cell
def _(Text, lang, mo, query, shelf):
    _pools, _instructions = shelf.pools(lang), shelf.instructions()
    pool_choice = mo.ui.dropdown(
        _pools, value=shelf.chosen(_pools, query.get("pool")), label=Text("Banque", "Pool").to(lang)
    )
    instruction_choice = mo.ui.dropdown(
        _instructions,
        value=shelf.chosen(_instructions, query.get("instruction"), shelf.first_instruction()),
        label=Text("Ronde dont on part", "Round to begin with").to(lang),
    )
    pool_drop = mo.ui.file(
        kind="area",
        filetypes=list(shelf.ENDINGS),
        max_size=shelf.LARGEST,
        label=shelf.DROP.to(lang).format(", ".join(shelf.ENDINGS)),
    )
    columns_drop = mo.ui.file(
        kind="area",
        filetypes=[".toml"],
        label=Text("vos propres colonnes : leur fichier (.toml)", "your own columns: their file (.toml)").to(lang),
    )
    return columns_drop, instruction_choice, pool_choice, pool_drop


@app.cell
def _(columns_drop, instruction_choice, lang, lead, mo, pool_choice, pool_drop, shelf, shown, title):
    chosen = shelf.choice(pool_choice.value, pool_drop.value)
    columns = shelf.choice("", columns_drop.value)
    _kept = {"pool": pool_choice.value or "", "instruction": instruction_choice.value}
    mo.vstack(
        [
            mo.Html(shown.banner(title, lead, lang, _kept)),
            mo.hstack([pool_choice, instruction_choice], justify="start", wrap=True),
            mo.hstack([pool_drop, columns_drop], widths="equal", wrap=True),
        ]
    )
    return chosen, columns


@app.cell
def _(chosen, columns, draft, instruction_choice, lang, mo, opened, shown):
    with mo.status.spinner(title=opened.READING.to(lang), remove_on_exit=True):
        _tried = shown.attempt(lambda: opened.open_pool(chosen, instruction_choice.value, columns), lang)
    mo.stop(_tried.value is None, mo.Html(_tried.trouble))
    case = _tried.value
    work = draft.Draft(case.instruction.regulation)
    mo.Html(shown.pool_line(case, lang))
    return case, work


@app.cell
def _(Text, lang, mo, scenarios, shown, work):
    tick, set_tick = mo.state(0)
    fresh, set_fresh = mo.state(0)
    aside, set_aside = mo.state({})
    refused, set_refused = mo.state("")

    def touched(*, anew=False):
        set_tick(lambda count: count + 1)
        if anew:
            set_fresh(lambda count: count + 1)

    def press(act):
        def done(_):
            act()
            touched(anew=True)

        return done

    def begin(path):
        if path:
            set_refused(shown.attempt(lambda: scenarios.load(work, path), lang).trouble)
            touched(anew=True)

    part_choice = mo.ui.dropdown(
        scenarios.parts(work, lang),
        value=scenarios.first_part(work, lang),
        label=Text("Critère ou groupe", "Criterion or group").to(lang),
    )
    known = mo.ui.dropdown(
        scenarios.known(work.law.program, lang),
        label=Text("Partir d’un scénario", "Begin with a scenario").to(lang),
        allow_select_none=True,
        on_change=begin,
    )
    undo = mo.ui.button(label=Text("Annuler", "Undo").to(lang), on_change=press(work.undo))
    redo = mo.ui.button(label=Text("Rétablir", "Redo").to(lang), on_change=press(work.redo))
    clear = mo.ui.button(label=Text("Revenir à la règle", "Back to the law").to(lang), on_change=press(work.clear))
    return aside, clear, fresh, known, part_choice, press, redo, refused, set_aside, tick, touched, undo


@app.cell
def _(Text, fresh, lang, mo, moving, part_choice, touched, work):
    fresh()
    _part = part_choice.value
    controls = mo.ui.dictionary(
        {
            cell.key: mo.ui.slider(
                *moving.bounds(cell, work.points(cell.key)),
                value=work.points(cell.key),
                include_input=True,
                debounce=True,
                label=cell.label.to(lang),
            )
            for cell in moving.cells(work, _part)
        },
        on_change=lambda values: work.move(values) and touched(),
    )
    percent = mo.ui.slider(
        0,
        300,
        5,
        value=100,
        include_input=True,
        debounce=True,
        label=Text("Tout à la fois, en % de la règle", "All at once, in % of the law").to(lang),
        on_change=lambda value: work.move(moving.scaled(work, _part, int(value))) and touched(anew=True),
    )
    return controls, percent


@app.cell
def _(Text, clear, controls, known, lang, mo, moving, part_choice, percent, redo, refused, shown, undo, work):
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(Text("La règle, et la vôtre", "The law, and yours").to(lang)))),
            mo.hstack([part_choice, known], justify="start", wrap=True),
            mo.Html(refused()),
            mo.hstack([undo, redo, clear], justify="start", wrap=True),
            percent,
            mo.Html(moving.table(work, part_choice.value, controls, lang)),
        ]
    )


@app.cell
def _(Text, case, lang, mo, moving, reform, shown, tick, work):
    tick()
    _tried = shown.attempt(lambda: reform.reform(case, work), lang) if work.moved else None
    _head = shown.title(Text("Ce que cela ferait", "What it would do").to(lang)) + shown.text(moving.steps(work, lang))
    mo.stop(_tried is None, mo.Html(shown.page(_head, shown.notice("note", reform.EMPTY.to(lang)))))
    mo.stop(_tried.value is None, mo.Html(shown.page(_head, _tried.trouble)))
    made = _tried.value
    mo.Html(shown.page(_head, reform.figures(made, lang), reform.sentences(made, lang), reform.moved(work, lang)))
    return (made,)


@app.cell
def _(lang, made, mo, reform):
    mo.Html(reform.pictures(made, lang))


@app.cell
def _(Text, lang, made, mo, reform, shown):
    mo.Html(
        shown.page(
            shown.details(Text("Exercices et groupes", "Selections and groups").to(lang), reform.tables(made, lang))
        )
    )


@app.cell
def _(Text, aside, lang, mo, press, reform, scenarios, set_aside, work):
    _keep = Text("Mettre de côté : {}", "Put aside: {}").to(lang)
    _back = Text("Reprendre : {}", "Take again: {}").to(lang)
    keep = mo.ui.array(
        [
            mo.ui.button(label=_keep.format(name), on_change=lambda _, name=name: set_aside(scenarios.put(name, work)))
            for name in reform.VARIANTS
        ]
    )
    back = mo.ui.array(
        [
            mo.ui.button(label=_back.format(name), on_change=press(lambda name=name: work.take(aside()[name])))
            for name in aside()
        ]
    )
    return back, keep


@app.cell
def _(Text, aside, back, case, keep, lang, mo, reform, shown, work):
    _tried = shown.attempt(lambda: reform.side_by_side(case, work, aside(), lang), lang)
    _none = Text("Aucune variante de côté.", "No variant put aside.").to(lang)
    mo.vstack(
        [
            mo.Html(
                shown.page(
                    shown.title(
                        Text("Jusqu’à trois variantes, côte à côte", "Up to three variants, side by side").to(lang)
                    )
                )
            ),
            mo.hstack([*keep, *back], justify="start", wrap=True),
            mo.Html(_tried.trouble or _tried.value or shown.notice("note", _none)),
        ]
    )


@app.cell
def _(Text, lang, mo):
    replications = mo.ui.slider(
        2, 20, 1, value=5, include_input=True, label=Text("Répétitions", "Replications").to(lang)
    )
    look = mo.ui.run_button(label=Text("Regarder un an plus loin", "Look a year ahead").to(lang))
    return look, replications


@app.cell
def _(Text, ahead, case, lang, look, mo, reform, replications, shown, work):
    _head = [
        mo.Html(shown.page(shown.title(Text("Un an plus loin", "A year ahead").to(lang)))),
        mo.hstack([replications, look], justify="start", wrap=True),
    ]
    if look.value:
        with mo.status.progress_bar(
            total=replications.value, title=Text("Répétitions", "Replications").to(lang), remove_on_exit=True
        ) as _bar:
            _tried = shown.attempt(
                lambda: ahead.ahead(
                    case,
                    work.scenario(reform.UNNAMED) if work.moved else None,
                    replications.value,
                    lambda _: _bar.update(),
                ),
                lang,
            )
        _shown = _tried.trouble or ahead.page(_tried.value, lang)
    else:
        _shown = shown.notice("note", ahead.EMPTY.to(lang))
    mo.vstack([*_head, mo.Html(_shown)])


@app.cell
def _(Text, lang, mo):
    name = mo.ui.text(
        value=Text("Réforme à l’essai", "Reform on trial").to(lang),
        label=Text("Titre du scénario", "Title of the scenario").to(lang),
        full_width=True,
    )
    return (name,)


@app.cell
def _(Text, lang, mo, name, scenarios, shown, tick, work):
    tick()
    save = mo.download(
        data=scenarios.file(work, name.value).encode(),
        filename="scenario.toml",
        mimetype="application/toml",
        disabled=not work.moved,
        label=Text("Enregistrer le scénario", "Save the scenario").to(lang),
    )
    mo.vstack(
        [
            mo.Html(
                shown.page(shown.title(Text("Garder", "Keep").to(lang)), shown.text(scenarios.USE.to(lang), "dim"))
            ),
            mo.hstack([name, save], justify="start", wrap=True),
        ]
    )


if __name__ == "__main__":
    app.run()
