import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    g, s = mo.state(0)
    d = mo.ui.dictionary({"a": mo.ui.slider(0, 100, value=10, include_input=True, label="31 à 35 · non"), "b": mo.ui.slider(0, 50, value=5, include_input=True, label="b")}, on_change=lambda v: s(v["a"]))
    f = mo.ui.file(kind="area", label="Déposez")
    return d, f, g, mo


@app.cell
def _(d, f, mo):
    mo.Html(f"<table><tr><td>{d['a']}</td><td>{d['b']}</td></tr></table>{f}")
    return


@app.cell
def _(d, g, mo):
    mo.Html(f"<p>q {mo.query_params().to_dict()} v {d.value} tick {g()}</p>")
    return


if __name__ == "__main__":
    app.run()
