"""The kinds of people in a synthetic pool of the PSTQ, with the parameters of each.

All of it is INVENTED FOR CALIBRATION, so that a pool of 150,000 gives about the minimum scores published for the
round of 30 April 2026. Nothing here is an estimate of the real bank, of a country or of a profession.

Quantiles are the amounts at 0, 10, 25, 50, 75, 90 and 100 % of a kind. A percentage is of the kind.
"""

from __future__ import annotations

from dataclasses import dataclass

Seven = tuple[int, int, int, int, int, int, int]

RARELY_HERE: Seven = (0, 2, 5, 9, 16, 24, 40)
LONG_AWAY: Seven = (0, 4, 16, 38, 56, 60, 60)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of people, ``share`` of 150,000. Rows are those of ``pstq_shapes`` and, for jobs, of ``pstq_jobs``."""

    name: str
    share: int
    women: int  # %
    age: Seven  # years
    couple: int  # % with an accompanying spouse, before the effect of age
    french: tuple[str, str]  # rows of FRENCH: the person, the spouse
    school: str  # row of SCHOOLS: the diploma from elsewhere
    diploma: tuple[int, str]  # % with a Québec diploma, row of DIPLOMAS
    jobs: str  # row of JOBS
    regulated: int = 100  # % of the shares in REGULATED that are below 100; above 100, as far as all
    licensed: int  # % of those in regulated jobs who hold an authorization to practise
    staying: int  # % staying in Québec
    outside: int  # % of those staying who live outside the CMM
    here: Seven  # months of work in Québec, of those who stay or stayed
    away: Seven  # months of work elsewhere, as far as five years leave room
    loyalty: str = "usual"  # row of LOYALTY: how much of the work is in the main occupation
    studies: tuple[int, int] = (1, 3)  # % with study without diploma, of those staying: ongoing, completed
    offer: float  # % with a validated job offer
    talent: str = "none"


# fmt: off
IN_QUEBEC = (
    Kind(name="graduate, fluent", share=1350, women=48, age=(20, 24, 26, 28, 31, 34, 47), couple=30,
         french=("fluent", "schooled"), school="high", diploma=(100, "university"), jobs="graduate", regulated=80,
         licensed=40, staying=96, outside=60, here=(0, 0, 4, 10, 17, 25, 48), away=(0, 0, 0, 4, 14, 24, 40),
         offer=0.6),
    Kind(name="graduate, other language", share=5000, women=45, age=(20, 23, 25, 27, 30, 33, 46), couple=30,
         french=("learning", "learning"), school="high", diploma=(100, "university"), jobs="graduate", regulated=70,
         licensed=15, staying=95, outside=30, here=(0, 0, 4, 11, 20, 30, 54), away=(0, 0, 0, 6, 18, 30, 48),
         offer=0.6),
    Kind(name="graduate of a vocational school", share=5000, women=35, age=(19, 23, 26, 30, 35, 40, 52), couple=42,
         french=("schooled", "learning"), school="low", diploma=(100, "vocational"), jobs="vocational",
         regulated=50, licensed=30, staying=96, outside=52, here=(0, 2, 6, 13, 22, 32, 60),
         away=(0, 0, 2, 10, 24, 34, 48), offer=0.6),
    Kind(name="student", share=5000, women=50, age=(18, 20, 22, 24, 27, 31, 44), couple=18,
         french=("schooled", "learning"), school="high", diploma=(8, "university"), jobs="graduate", regulated=15,
         licensed=5, staying=97, outside=30, here=(0, 0, 0, 4, 12, 20, 36), away=(0, 0, 0, 2, 12, 26, 45),
         studies=(88, 2), offer=0.1),
    Kind(name="skilled worker, fluent", share=5500, women=45, age=(21, 26, 28, 32, 36, 41, 55), couple=42,
         french=("fluent", "schooled"), school="high", diploma=(4, "university"), jobs="skilled", regulated=15,
         licensed=25, staying=97, outside=22, here=(0, 4, 9, 18, 30, 42, 60), away=(0, 0, 8, 22, 34, 44, 56),
         offer=1.0),
    Kind(name="skilled worker, learning", share=7500, women=38, age=(21, 26, 29, 33, 38, 43, 57), couple=52,
         french=("learning", "beginning"), school="high", diploma=(4, "university"), jobs="skilled", regulated=40,
         licensed=10, staying=97, outside=14, here=(0, 4, 10, 20, 33, 46, 60), away=(0, 0, 6, 20, 34, 44, 56),
         offer=1.0),
    Kind(name="manual worker, fluent", share=2200, women=35, age=(20, 26, 29, 34, 40, 46, 58), couple=45,
         french=("schooled", "learning"), school="low", diploma=(3, "vocational"), jobs="manual", regulated=50,
         licensed=30, staying=97, outside=52, here=(0, 4, 10, 20, 32, 43, 60), away=(0, 0, 4, 16, 30, 40, 52),
         offer=1.2),
    Kind(name="manual worker, learning", share=8500, women=25, age=(20, 26, 30, 35, 41, 47, 60), couple=55,
         french=("starting", "beginning"), school="low", diploma=(2, "vocational"), jobs="manual", regulated=50,
         licensed=10, staying=97, outside=62, here=(0, 6, 12, 23, 35, 46, 60), away=(0, 0, 4, 16, 28, 40, 52),
         offer=1.2),
    Kind(name="tradesperson", share=2600, women=5, age=(20, 26, 29, 34, 39, 45, 58), couple=50,
         french=("learning", "beginning"), school="trade", diploma=(6, "vocational"), jobs="trade", licensed=25,
         staying=97, outside=60, here=(0, 5, 11, 21, 33, 45, 60), away=(0, 0, 8, 22, 34, 44, 55), offer=2.0),
    Kind(name="construction worker", share=1900, women=4, age=(22, 30, 36, 42, 47, 52, 63), couple=60,
         french=("learning", "beginning"), school="low", diploma=(2, "vocational"), jobs="construction",
         regulated=10, licensed=20, staying=97, outside=35, here=(0, 3, 8, 16, 28, 40, 58),
         away=(0, 0, 6, 20, 32, 42, 55), offer=1.0),
    Kind(name="construction worker of a regulated trade", share=28, women=4, age=(28, 34, 37, 41, 44, 48, 58),
         couple=30, french=("middling", "middling"), school="low", diploma=(2, "vocational"), jobs="finishing",
         regulated=2000, licensed=10, staying=97, outside=35, here=(0, 5, 8, 13, 18, 24, 40),
         away=(0, 4, 8, 14, 22, 30, 40), offer=1.0),
    Kind(name="health worker in Québec", share=900, women=78, age=(21, 26, 29, 33, 38, 43, 56), couple=45,
         french=("schooled", "schooled"), school="health", diploma=(16, "health"), jobs="health", licensed=70,
         staying=97, outside=42, here=(0, 2, 6, 13, 22, 31, 60), away=(0, 6, 16, 30, 40, 48, 57), offer=2.5),
    Kind(name="regulated professional in Québec", share=500, women=40, age=(22, 27, 30, 34, 39, 44, 58), couple=45,
         french=("fluent", "schooled"), school="high", diploma=(8, "university"), jobs="regulated", regulated=160,
         licensed=45, staying=97, outside=38, here=(0, 3, 8, 16, 27, 38, 60), away=(0, 4, 12, 26, 38, 46, 57),
         offer=1.0),
    Kind(name="regulated professional of the regions", share=200, women=40, age=(22, 25, 27, 30, 35, 40, 55),
         couple=40, french=("fluent", "schooled"), school="high", diploma=(4, "university"), jobs="regions",
         regulated=300, licensed=70, staying=97, outside=92, here=(0, 8, 17, 28, 40, 50, 60),
         away=(0, 4, 12, 26, 38, 46, 57), offer=6.0),
    Kind(name="physician", share=26, women=50, age=(28, 31, 34, 38, 43, 48, 60), couple=55,
         french=("fluent", "schooled"), school="medical", diploma=(20, "medical"), jobs="physician", licensed=60,
         staying=80, outside=40, here=(0, 4, 10, 18, 30, 42, 60), away=(0, 6, 14, 26, 38, 46, 57), offer=5.0),
)
ELSEWHERE = (
    Kind(name="professional of the Maghreb", share=26000, women=38, age=(20, 25, 28, 32, 37, 42, 58), couple=46,
         french=("schooled", "schooled"), school="high", diploma=(1, "university"), jobs="professional", licensed=2,
         staying=1, outside=20, here=RARELY_HERE, away=LONG_AWAY, offer=0.2),
    Kind(name="professional of West Africa", share=29000, women=34, age=(20, 25, 28, 32, 37, 43, 60), couple=45,
         french=("schooled", "schooled"), school="high", diploma=(1, "university"), jobs="professional", licensed=2,
         staying=1, outside=20, here=RARELY_HERE, away=(0, 2, 12, 34, 54, 60, 60), offer=0.1),
    Kind(name="professional of France", share=4500, women=45, age=(20, 25, 28, 32, 38, 44, 58), couple=48,
         french=("fluent", "fluent"), school="high", diploma=(3, "university"), jobs="professional", licensed=4,
         staying=2, outside=25, here=RARELY_HERE, away=(0, 6, 20, 42, 58, 60, 60), offer=0.6),
    Kind(name="beginner in French", share=28500, women=42, age=(19, 25, 28, 33, 39, 45, 62), couple=46,
         french=("beginning", "beginning"), school="high", diploma=(1, "university"), jobs="professional",
         licensed=1, staying=1, outside=15, here=RARELY_HERE, away=LONG_AWAY, offer=0.1),
    Kind(name="health worker abroad", share=8500, women=72, age=(21, 26, 29, 33, 38, 44, 58), couple=48,
         french=("schooled", "learning"), school="health", diploma=(1, "health"), jobs="health", licensed=8,
         staying=1, outside=30, here=RARELY_HERE, away=(0, 8, 24, 46, 60, 60, 60), offer=0.5),
    Kind(name="tradesperson abroad", share=7288, women=6, age=(19, 25, 29, 34, 40, 46, 60), couple=52,
         french=("starting", "beginning"), school="trade", diploma=(1, "vocational"), jobs="trade", licensed=2,
         staying=1, outside=40, here=RARELY_HERE, away=(0, 8, 24, 46, 60, 60, 60), offer=0.6),
)
TALENTS = tuple(
    Kind(name=f"exceptional talent, {talent}", share=share, women=50, age=(24, 28, 32, 38, 46, 54, 66), couple=40,
         french=("schooled", "schooled"), school="top", diploma=(5, "university"), jobs="talent", licensed=10,
         staying=30, outside=20, here=(36, 38, 42, 46, 50, 54, 58), away=(40, 44, 48, 54, 58, 60, 60), loyalty="whole",
         offer=1.0, talent=talent)
    for talent, share in (("achievement", 2), ("opinion", 6))
)
KINDS: tuple[Kind, ...] = (*IN_QUEBEC, *ELSEWHERE, *TALENTS)
# fmt: on
