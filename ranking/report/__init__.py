"""Documents that people keep: letters, made with Typst from records."""
