"""Makes ``reference`` and ``strategies``, beside this file, importable from every test."""
