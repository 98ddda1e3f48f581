"""Five declarations of quebec/pstq without a fault, every column there: what each bad pool starts from."""

from datetime import UTC, date, datetime

import polars as pl

SKILLS = ("listening", "speaking", "reading", "writing")
SPOUSE = {
    "spouse_birth_date": date(1992, 7, 14),
    **{f"spouse_french_{skill}": 6 for skill in SKILLS},
    "spouse_education": "technical_3y",
    "spouse_quebec_diploma": "none",
    "spouse_quebec_experience_months": 12,
}
ALONE = dict.fromkeys(SPOUSE)
USUAL = {
    "accompanying_spouse": False,
    **{f"french_{skill}": 9 for skill in SKILLS},
    "education": "first_cycle_3y",
    "quebec_diploma": "first_cycle_3y",
    "main_occupation": "21231",
    "regulated_job": False,
    "main_occupation_months": 40,
    "main_occupation_quebec_months": 24,
    "experience_months": 48,
    "quebec_experience_months": 30,
    "outside_cmm_residence_months": 0,
    "outside_cmm_work_months": 0,
    "outside_cmm_study_months": 0,
    "job_offer": "none",
    "practice_authorization": False,
    "quebec_study_status": "none",
    "quebec_study_months": 0,
    "family_in_quebec": "none",
    "staying_in_quebec": True,
    "living_outside_cmm": False,
    "exceptional_talent": "none",
    **ALONE,
}
PARTICULARS = (
    ("A1", date(1996, 5, 17), datetime(2025, 9, 2, 14, 30, tzinfo=UTC), {}),
    ("A2", date(1990, 2, 28), datetime(2025, 10, 11, 9, 5, 1, tzinfo=UTC), {"accompanying_spouse": True, **SPOUSE}),
    ("A3", date(1988, 12, 1), datetime(2025, 11, 3, 23, 59, 59, tzinfo=UTC), {"main_occupation": "00012"}),
    (
        "A4",
        date(2001, 1, 9),
        datetime(2026, 1, 20, 17, 0, tzinfo=UTC),
        {
            "accompanying_spouse": True,
            **SPOUSE,
            "family_in_quebec": "spouse",
            "main_occupation": "72310",
            "quebec_diploma": "none",
        },
    ),
    (
        "A5",
        date(1979, 8, 30),
        datetime(2026, 3, 31, 4, 0, tzinfo=UTC),
        {"main_occupation": "31301", "regulated_job": True, "living_outside_cmm": True, "job_offer": "outside_cmm"},
    ),
)
KINDS = {bool: pl.Boolean, int: pl.Int64, str: pl.String, date: pl.Date, datetime: pl.Datetime("us", "UTC")}


def declarations() -> list[dict[str, object]]:
    """The five declarations, column by column in the order of the attributes."""
    return [
        {"declaration_id": name, "person_id": f"P{name[1:]}", "submitted_at": at, "birth_date": born, **USUAL, **own}
        for name, born, at, own in PARTICULARS
    ]


def frame() -> pl.DataFrame:
    """The five declarations with the plain types that an extraction to Parquet would have."""
    rows = declarations()
    schema = {name: KINDS[type(value)] for name, value in rows[3].items()}
    return pl.DataFrame(rows, schema=schema)


def text() -> pl.DataFrame:
    """The five declarations with every cell as a CSV writes it."""
    return frame().select(
        pl.col("submitted_at").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        if name == "submitted_at"
        else pl.col(name).cast(pl.String)
        for name in frame().columns
    )
