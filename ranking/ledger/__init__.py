"""The ledger: what was drawn, approved, released and answered, as a chain of entries in one DuckDB file.

``chain`` says what an entry is; ``book`` what entries may follow one another; ``schema`` and ``rows`` the tables that
people read with SQL; ``file`` opens and appends; ``rounds``, ``answers`` and ``owed`` are what rounds do with it;
``check`` proves that all of it agrees.
"""
