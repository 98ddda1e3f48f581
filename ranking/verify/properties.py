"""The properties of a round that verification compares: what each says, and what to do where it does not hold.

``says`` is the sentence that must be true; it heads the column of what was compared, and is what a failure expected.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.text import Text


class Property(NamedTuple):
    """A property: its road (``files``, ``replay`` or ``proof``), a short title, what it says, what to do if not."""

    road: str
    title: Text
    says: Text
    write: Text


ASK_FOLDER = Text("demandez le dossier d’origine", "ask for the folder as it was")
ASK_POOL = Text("donnez la banque de cette ronde, telle qu’extraite", "give the pool of this round, as extracted")
RUN_AGAIN = Text(
    "ne publiez pas cette ronde : refaites-la avec tirage round run et comparez",
    "do not release this round: run it again with tirage round run and compare",
)
REPORT = Text(
    "les deux chemins se contredisent ou le dossier fut modifié : n’invitez personne avant de savoir lequel",
    "the two roads disagree or the folder was changed: invite nobody before you know which",
)


def _fingerprint(fr: str, en: str, write: Text) -> Property:
    says = Text(f"L’empreinte au reçu est celle {fr}.", f"The fingerprint in the receipt is that of {en}.")
    return Property("files", Text(f"Empreinte {fr}", f"Fingerprint of {en}"), says, write)


PROPERTIES: dict[str, Property] = {
    "fingerprint_law": _fingerprint("de la règle", "the law", ASK_FOLDER),
    "fingerprint_pool": _fingerprint("de la banque", "the pool", ASK_POOL),
    "fingerprint_invitations": _fingerprint("des invitations", "the invitations", ASK_FOLDER),
    "fingerprint_outcomes": _fingerprint("des issues", "the outcomes", ASK_FOLDER),
    "fingerprint_exclusions": _fingerprint("des exclusions", "the exclusions", ASK_FOLDER),
    "fingerprint_distribution": _fingerprint(
        "de la distribution des pointages", "the distribution of scores", ASK_FOLDER
    ),
    "fingerprint_lots": _fingerprint("des numéros de tirage", "the lots", ASK_FOLDER),
    "fingerprint_history": _fingerprint("de l’historique des pointages", "the history of scores", ASK_FOLDER),
    "ledger": Property(
        "files",
        Text("Registre", "Ledger"),
        Text(
            "Le reçu est dans la chaîne du registre, et la tête que la ronde a lue aussi.",
            "The receipt is in the chain of the ledger, and so is the head that the round read.",
        ),
        Text("donnez le registre de cette ronde (--ledger)", "give the ledger of this round (--ledger)"),
    ),
    "replay_invitations": Property(
        "replay",
        Text("Reprise : invitations", "Replay: invitations"),
        Text(
            "La ronde reprise invite les mêmes personnes, aux mêmes rangs.",
            "The round run again invites the same people at the same ranks.",
        ),
        RUN_AGAIN,
    ),
    "replay_outcomes": Property(
        "replay",
        Text("Reprise : issues", "Replay: outcomes"),
        Text(
            "La ronde reprise donne à chaque déclaration la même issue.",
            "The round run again gives every declaration the same outcome.",
        ),
        RUN_AGAIN,
    ),
    "replay_receipt": Property(
        "replay",
        Text("Reprise : reçu", "Replay: receipt"),
        Text(
            "La ronde reprise donne le même reçu, champ par champ, versions à part.",
            "The round run again gives the same receipt, field by field, versions apart.",
        ),
        RUN_AGAIN,
    ),
    "scores": Property(
        "proof",
        Text("Pointages", "Scores"),
        Text(
            "Chaque pointage est celui que donne la règle, écrite en SQL.",
            "Each score is the one that the law gives, written as SQL.",
        ),
        REPORT,
    ),
    "distribution": Property(
        "proof",
        Text("Distribution des pointages", "Distribution of scores"),
        Text(
            "À chaque pointage, les déclarations de la banque, celles qui participent, les admissibles et les invitées "
            "sont celles que donne la règle, écrite en SQL.",
            "At each score, the declarations of the pool, those taking part, those eligible and those invited are "
            "those that the law gives, written as SQL.",
        ),
        REPORT,
    ),
    "identities": Property(
        "proof",
        Text("Personnes et dépôts", "People and submissions"),
        Text(
            "Chaque invitation porte la personne et l’instant de dépôt que la banque donne à sa déclaration.",
            "Each invitation bears the person and the instant of submission that the pool gives its declaration.",
        ),
        REPORT,
    ),
    "everyone": Property(
        "proof",
        Text("Chaque déclaration une fois", "Every declaration once"),
        Text(
            "Chaque déclaration de la banque a une issue et une seule ; personne d’autre n’en a.",
            "Every declaration of the pool has one outcome and only one; nobody else has any.",
        ),
        REPORT,
    ),
    "sums": Property(
        "proof",
        Text("Comptes", "Counts"),
        Text(
            "Les comptes du reçu sont ceux des listes, et leur somme est le total.",
            "The counts of the receipt are those of the lists, and add up to the total.",
        ),
        REPORT,
    ),
    "selections": Property(
        "proof",
        Text("Exercices", "Selections"),
        Text(
            "Le reçu et les listes ont les exercices de l’instruction : mêmes noms, mêmes places, mêmes minimums.",
            "The receipt and the lists have the selections of the instruction: same names, places and minimums.",
        ),
        REPORT,
    ),
    "disjoint": Property(
        "proof",
        Text("Une invitation par personne", "One invitation a person"),
        Text(
            "Aucune déclaration et aucune personne n’est invitée deux fois.",
            "No declaration and no person is invited twice.",
        ),
        REPORT,
    ),
    "order": Property(
        "proof",
        Text("Ordre", "Order"),
        Text(
            "Les rangs de chaque exercice suivent l’ordre de la règle, de 1 au dernier, sans trou.",
            "The ranks of each selection follow the order of the law, from 1 to the last, with no gap.",
        ),
        REPORT,
    ),
    "eligibility": Property(
        "proof",
        Text("Admissibilité", "Eligibility"),
        Text(
            "Chaque personne invitée remplit, selon la banque, les conditions d’un volet de l’exercice et son filtre.",
            "Each person invited meets, by the pool, the requirements of a stream of the selection, and its filter.",
        ),
        REPORT,
    ),
    "limits": Property(
        "proof",
        Text("Places et minimums", "Places and minimums"),
        Text(
            "Aucun exercice ne dépasse ses places, ni ne descend sous son minimum.",
            "No selection goes over its places or under its minimum.",
        ),
        REPORT,
    ),
    "passed_over": Property(
        "proof",
        Text("Personne d’écarté sans raison", "Nobody passed over without a reason"),
        Text(
            "Quiconque précède la dernière personne prise est pris, ou écarté pour une raison prouvée.",
            "Whoever comes before the last one taken is taken, or left out for a reason that is proven.",
        ),
        REPORT,
    ),
    "cut_offs": Property(
        "proof",
        Text("Seuils et clés de départage", "Cut-offs and tie keys"),
        Text(
            "Seuil, dernière personne prise, première non prise et équivalents sont ceux du reçu.",
            "Cut-off, last one in, first one out and equals are those of the receipt.",
        ),
        REPORT,
    ),
    "validity": Property(
        "proof",
        Text("Déclarations expirées", "Expired declarations"),
        Text(
            "Sont expirées celles que le calendrier dit expirées à l’extraction, et elles seules.",
            "Expired are those that the calendar says were at the extraction, and only those.",
        ),
        REPORT,
    ),
    "exclusions": Property(
        "proof",
        Text("Exclusions", "Exclusions"),
        Text(
            "Sont exclues les personnes que nomme exclusions.parquet, et elles seules.",
            "Excluded are those whom exclusions.parquet names, and only those.",
        ),
        REPORT,
    ),
    "duplicates": Property(
        "proof",
        Text("Une déclaration par personne", "One declaration a person"),
        Text(
            "De plusieurs déclarations d’une personne, la mieux classée compte, et elle seule.",
            "Of several declarations of one person the best ranked counts, and only that one.",
        ),
        REPORT,
    ),
    "reasons": Property(
        "proof",
        Text("Raisons", "Reasons"),
        Text(
            "La raison donnée à chacune des autres déclarations est vraie, et l’exercice nommé est le bon.",
            "The reason given to each of the other declarations is true, and the selection named is the right one.",
        ),
        REPORT,
    ),
    "selection": Property(
        "proof",
        Text("Exercice", "Selection"),
        Text(
            "La définition de l’exercice, suivie pas à pas, prend les mêmes personnes dans le même ordre.",
            "The definition of the selection, followed step by step, takes the same people in the same order.",
        ),
        REPORT,
    ),
    "ceiling": Property(
        "proof",
        Text("Contingent", "Ceiling"),
        Text(
            "Aucun groupe n’a plus d’invitations que de places, rondes passées comprises.",
            "No group has more invitations than places, earlier rounds included.",
        ),
        REPORT,
    ),
    "guarantee": Property(
        "proof",
        Text("Garanties, exercice", "Guarantees, selection"),
        Text(
            "Minimums garantis, parts et réserves fermes sont respectés sur la liste même.",
            "Floors, shares and hard reserves are kept on the list itself.",
        ),
        REPORT,
    ),
    "labels": Property(
        "proof",
        Text("Volet d’invitation", "Label"),
        Text(
            "Chaque invitation se fait au titre du premier volet, dans l’ordre, auquel la personne est admissible.",
            "Each invitation is under the first label, in order, for which the person is eligible.",
        ),
        REPORT,
    ),
    "seed": Property(
        "proof",
        Text("Graine", "Seed"),
        Text(
            "La graine a une valeur, un protocole et une provenance, les mêmes à l’instruction et au reçu.",
            "The seed has a value, a protocol and a provenance, alike in the instruction and in the receipt.",
        ),
        REPORT,
    ),
    "lots": Property(
        "proof",
        Text("Numéros de tirage", "Lots"),
        Text(
            "Chaque numéro, recalculé par SHA-256 avec la graine, est celui du dossier.",
            "Each lot, computed again by SHA-256 from the seed, is that of the folder.",
        ),
        REPORT,
    ),
    "uniformity": Property(
        "proof",
        Text("Hasard, exercice", "Chance, selection"),
        Text(
            "Le sort ne favorise ni une date de dépôt, ni un numéro, ni une région.",
            "The lots favour no time of arrival, no number and no region.",
        ),
        Text(
            "ne publiez pas : un tirage aussi inégal n’arrive pas une fois sur un million",
            "do not release: lots so uneven do not come once in a million",
        ),
    ),
    "not_verified": Property(
        "proof",
        Text("Non vérifié :", "Not verified:"),
        Text(
            "Tout ce que demande l’instruction peut être prouvé par l’autre chemin.",
            "All that the instruction asks for can be proven by the other road.",
        ),
        Text(
            "vérifiez la ronde avec une version de tirage qui connaît cette clé",
            "verify the round with a version of tirage that knows this key",
        ),
    ),
}
