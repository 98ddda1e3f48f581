"""Run a round: check the pool, read the instruction, look ahead, run, verify, approve, release, file."""

import marimo

app = marimo.App(width="medium", app_title="tirage – Exécuter une ronde / Run a round", css_file="desk.css")


@app.cell
def _():
    import marimo as mo

    from ranking.desk import look, opened, round_run, shelf, shown, start
    from rules.text import Text

    query = mo.query_params()
    lang = start.lang_of(query.get("lang"))
    title, lead = start.CARDS["round"]
    return Text, lang, lead, look, mo, opened, query, round_run, shelf, shown, start, title


@app.cell
def _(Text, lang, mo, query, shelf):
    _pools, _instructions = shelf.pools(lang), shelf.instructions()
    pool_choice = mo.ui.dropdown(
        _pools, value=shelf.chosen(_pools, query.get("pool")), label=Text("Banque", "Pool").to(lang)
    )
    instruction_choice = mo.ui.dropdown(
        _instructions,
        value=shelf.chosen(_instructions, query.get("instruction"), shelf.first_instruction()),
        label=Text("Instruction", "Instruction").to(lang),
    )
    pool_drop = mo.ui.file(
        kind="area",
        filetypes=list(shelf.ENDINGS),
        max_size=shelf.LARGEST,
        label=shelf.DROP.to(lang).format(", ".join(shelf.ENDINGS)),
    )
    instruction_drop = mo.ui.file(
        kind="area",
        filetypes=[".toml"],
        label=Text("ou déposez ici une instruction (.toml)", "or drop an instruction here (.toml)").to(lang),
    )
    columns_drop = mo.ui.file(
        kind="area",
        filetypes=[".toml"],
        label=Text("vos propres colonnes : leur fichier (.toml)", "your own columns: their file (.toml)").to(lang),
    )
    return columns_drop, instruction_choice, instruction_drop, pool_choice, pool_drop


@app.cell
def _(
    Text,
    columns_drop,
    instruction_choice,
    instruction_drop,
    lang,
    lead,
    mo,
    opened,
    pool_choice,
    pool_drop,
    shelf,
    shown,
    title,
):
    chosen = shelf.choice(pool_choice.value, pool_drop.value)
    ordered = shelf.choice(instruction_choice.value, instruction_drop.value)
    columns = shelf.choice("", columns_drop.value)
    _start = Text("Commencer un fichier de colonnes", "Start a file of columns").to(lang)
    _kept = {"pool": pool_choice.value or "", "instruction": instruction_choice.value}
    mo.vstack(
        [
            mo.Html(shown.banner(title, lead, lang, _kept)),
            mo.Html(
                shown.page(
                    shown.title(Text("1. La banque et l’instruction", "1. The pool and the instruction").to(lang))
                )
            ),
            mo.hstack([pool_choice, instruction_choice], justify="start", wrap=True),
            mo.hstack([pool_drop, instruction_drop, columns_drop], widths="equal", wrap=True),
            mo.download(
                data=lambda: opened.suggested(chosen, ordered, lang),
                filename="columns.toml",
                mimetype="application/toml",
                label=_start,
            ),
        ]
    )
    return chosen, columns, ordered


@app.cell
def _(Text, chosen, columns, lang, mo, opened, ordered, shown):
    with mo.status.spinner(title=opened.READING.to(lang), remove_on_exit=True):
        _tried = shown.attempt(lambda: opened.open_pool(chosen, ordered, columns), lang)
    mo.stop(_tried.value is None, mo.Html(_tried.trouble))
    case = _tried.value
    _faults = shown.blocks(opened.check(case, lang))
    _apart = Text("Prendre les lignes mises à part (CSV)", "Take the rows kept apart (CSV)").to(lang)
    mo.vstack(
        [
            mo.Html(shown.pool_line(case, lang)),
            mo.Html(_faults),
            *(
                [
                    mo.download(
                        data=lambda: opened.apart(case), filename="quarantine.csv", mimetype="text/csv", label=_apart
                    )
                ]
                if case.pool.quarantine.height
                else []
            ),
        ]
    )
    return (case,)


@app.cell
def _(Text, case, lang, look, mo, shown):
    _tried = shown.attempt(lambda: look.forecasts(case), lang)
    _title = shown.title(Text("2. L’instruction, en mots", "2. The instruction, in words").to(lang))
    mo.stop(_tried.value is None, mo.Html(shown.page(_title, _tried.trouble)))
    expected = _tried.value
    _words, _pool = look.parts(case, expected, lang)
    mo.Html(
        shown.page(
            _title,
            shown.details(Text("Chaque exercice", "Each selection").to(lang), shown.blocks(_words)),
            shown.title(
                Text(
                    "3. Ce qu’elle ferait : qui, combien, quels seuils", "3. What it would do: who, how many, cut-offs"
                ).to(lang)
            ),
            shown.blocks(_pool),
        )
    )
    return (expected,)


@app.cell
def _(case, expected, lang, look, mo, shown):
    mo.Html(
        shown.blocks([shown.drawing(look.curves(case, expected, lang), look.CURVES.to(lang), lang)])
        + shown.page(shown.text(look.HERE.to(lang), "note"))
    )


@app.cell
def _(Text, lang, mo, shelf):
    last_choice = mo.ui.dropdown(
        shelf.rounds(),
        label=Text("Comparer à la ronde d’avant", "Compare with the round before").to(lang),
        allow_select_none=True,
    )
    return (last_choice,)


@app.cell
def _(Text, case, lang, last_choice, look, mo, shown):
    _tried = shown.attempt(lambda: look.unusual(case, last_choice.value), lang)
    _body = _tried.trouble or shown.blocks(look.unusual_blocks(_tried.value, lang))
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(Text("4. Ce qui surprend", "4. What looks unusual").to(lang)))),
            last_choice,
            mo.Html(_body),
        ]
    )


@app.cell
def _(Text, case, lang, mo):
    tick, set_tick = mo.state(0)
    filed, set_filed = mo.state(None)
    said, set_said = mo.state("")
    name = mo.ui.text(
        value=f"{case.instruction.source.program.replace('/', '-')}-{case.instruction.source.id}",
        label=Text("Dossier de la ronde", "Folder of the round").to(lang),
    )
    again = mo.ui.checkbox(label=Text("Remplacer l’ébauche de cette ronde", "Replace the draft of this round").to(lang))
    return again, filed, name, said, set_filed, set_said, set_tick, tick


@app.cell
def _(Text, again, case, lang, mo, name, round_run, set_filed, set_said, set_tick, shown):
    def _run(_):
        tried = shown.attempt(lambda: round_run.run(case, name.value, again=again.value), lang)
        set_said(tried.trouble)
        if tried.value is not None:
            set_filed(tried.value)
            set_tick(lambda count: count + 1)

    go = mo.ui.button(label=Text("Exécuter la ronde", "Run the round").to(lang), on_change=_run)
    mo.vstack(
        [
            mo.Html(
                shown.page(
                    shown.title(Text("5. Exécuter", "5. Run").to(lang)), shown.text(round_run.WHERE.to(lang), "dim")
                )
            ),
            mo.hstack([name, again, go], justify="start", wrap=True),
        ]
    )


@app.cell
def _(filed, lang, mo, round_run, said, shown):
    mo.stop(bool(said()), mo.Html(said()))
    mo.stop(filed() is None, mo.Html(shown.notice("note", round_run.NOT_YET.to(lang))))
    done = filed()
    return (done,)


@app.cell
def _(done, lang, mo, round_run, shown, tick):
    tick()
    _tried = shown.attempt(lambda: round_run.state(done, lang), lang)
    state = _tried.value[0] if _tried.value else ""
    mo.Html(_tried.trouble or shown.blocks(_tried.value[1]))
    return (state,)


@app.cell
def _(Text, done, lang, mo, round_run, shown):
    checked, set_checked = mo.state(None)

    def _check(_):
        set_checked(shown.attempt(lambda: round_run.check(done, lang), lang))

    verify = mo.ui.button(label=Text("Vérifier par deux chemins", "Verify by two roads").to(lang), on_change=_check)
    return checked, verify


@app.cell
def _(Text, checked, lang, mo, round_run, shown, verify):
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(Text("6. Vérifier", "6. Verify").to(lang)))),
            verify,
            mo.Html("" if checked() is None else round_run.verdict(checked(), lang)),
        ]
    )


@app.cell
def _(Text, done, lang, mo, round_run, set_tick, shown):
    refused, set_refused = mo.state("")
    by = mo.ui.text(label=Text("Nom de la personne qui approuve", "Name of who approves").to(lang))

    def _act(work):
        def acted(_):
            set_refused(shown.attempt(work, lang).trouble)
            set_tick(lambda count: count + 1)

        return acted

    approve = mo.ui.button(
        label=Text("Approuver", "Approve").to(lang), on_change=_act(lambda: round_run.approve(done, by.value))
    )
    release = mo.ui.button(
        label=Text("Publier la ronde", "Release the round").to(lang),
        on_change=_act(lambda: round_run.release(done)),
    )
    return approve, by, refused, release


@app.cell
def _(Text, approve, by, lang, mo, refused, release, round_run, shown):
    _title = Text("7. Approuver à deux, puis publier", "7. Approve by two people, then release").to(lang)
    mo.vstack(
        [
            mo.Html(shown.page(shown.title(_title), shown.text(round_run.TWO.to(lang), "dim"))),
            mo.hstack([by, approve, release], justify="start", wrap=True),
            mo.Html(refused()),
        ]
    )


@app.cell
def _(Text, done, lang, mo, round_run, shown, state):
    _files = [
        ("pdf", "application/pdf", Text("Procès-verbal (PDF)", "Minutes (PDF)")),
        ("html", "text/html", Text("Procès-verbal (HTML)", "Minutes (HTML)")),
    ]
    _papers = [
        mo.download(
            data=lambda kind=kind: round_run.paper(done, lang, kind),
            filename=f"{done.folder.name}.{kind}",
            mimetype=mimetype,
            label=label.to(lang),
        )
        for kind, mimetype, label in _files
    ]
    _lists = [
        mo.download(
            data=lambda: round_run.invitations(done, lang),
            filename="invitations.xlsx",
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            label=Text("Personnes invitées (xlsx)", "People invited (xlsx)").to(lang),
        ),
        mo.download(
            data=lambda: round_run.publication(done),
            filename="publication.zip",
            mimetype="application/zip",
            label=Text("Publication (zip)", "Publication (zip)").to(lang),
        ),
        mo.download(
            data=lambda: round_run.receipt(done),
            filename="receipt.json",
            mimetype="application/json",
            label=Text("Reçu", "Receipt").to(lang),
        ),
    ]
    mo.vstack(
        [
            mo.Html(
                shown.page(
                    shown.title(Text("8. Verser au dossier", "8. File").to(lang)),
                    shown.text(round_run.filing(state).to(lang), "dim"),
                )
            ),
            mo.hstack([*_papers, *_lists], justify="start", wrap=True),
        ]
    )


if __name__ == "__main__":
    app.run()
