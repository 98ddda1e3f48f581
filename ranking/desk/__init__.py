"""The desk: what the notebooks of the workplace show and do. Notebooks only lay it out."""
