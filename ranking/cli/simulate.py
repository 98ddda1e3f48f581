"""``tirage simulate``: what another law or instruction would make of the same pool. Commands are imported when run."""

from __future__ import annotations

from ranking.cli.words import Later, LazyGroup
from rules.text import Text

COMMANDS = {
    "compare": Later(
        "ranking.cli.simulate_compare:compare",
        Text(
            "Deux règles ou deux instructions sur la même banque : qui gagne, qui perd, et pourquoi.",
            "Two laws or two instructions on the same pool: who gains, who loses, and why.",
        ),
    ),
    "sweep": Later(
        "ranking.cli.simulate_sweep:sweep",
        Text(
            "Beaucoup de variantes des points : seuils, qui entre, qui sort, parts.",
            "Many variants of points: cut-offs, who comes in, who leaves, shares.",
        ),
    ),
    "target": Later(
        "ranking.cli.simulate_target:target",
        Text(
            "Le plus petit changement de points qui atteint une cible.",
            "The smallest change of points that meets a policy target.",
        ),
    ),
    "project": Later(
        "ranking.cli.simulate_project:project",
        Text(
            "Une année de rondes ou plus : arrivées, âges, échéances, réponses ; file, seuils, chances.",
            "A year of rounds or more: arrivals, ages, expiries, answers; backlog, cut-offs, chances.",
        ),
    ),
    "respond": Later(
        "ranking.cli.simulate_respond:respond",
        Text(
            "Ce que défait d’une réforme une part de personnes qui s’y adaptent.",
            "How much of a reform a share of people who adapt to it undoes.",
        ),
    ),
    "size": Later(
        "ranking.cli.simulate_size:size",
        Text(
            "Combien inviter pour une cible, et le risque de la dépasser ou de la manquer.",
            "How many to invite for a target, and the risk of going over it or of missing it.",
        ),
    ),
    "backtest": Later(
        "ranking.cli.simulate_backtest:backtest",
        Text(
            "Refaire les rondes passées, et dire où le modèle se trompe.",
            "Run past rounds again, and say where the model is wrong.",
        ),
    ),
}

simulate = LazyGroup(
    "simulate",
    COMMANDS,
    Text(
        "Simule : ce qu’une autre règle ou une autre instruction ferait de la même banque. Jamais une décision.",
        "Simulates: what another law or instruction would make of the same pool. Never a decision.",
    ),
    "tirage simulate size --target 2000 --uptake 0.694 --risk 0.05",
)
