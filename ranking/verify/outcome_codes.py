"""The codes of outcomes, best first: of several that apply to a declaration, the first is told."""

OUT_OF_POOL = ("expired", "withdrawn", "already_invited", "duplicate_person", "excluded")
PRECEDENCE = (
    *OUT_OF_POOL,
    "invited",
    "tie_lost",
    "ceiling_reached",
    "reserve_other",
    "below_cut_off",
    "below_minimum",
    "unknown",
    "no_selection",
    "not_eligible",
)
WEIGHT = {outcome: weight for weight, outcome in enumerate(PRECEDENCE)}
