"""Words for gender in several languages."""

from __future__ import annotations

from tellonce.engine.standardise.text import fold_cached

_WORDS = {
    "female": """f female woman w weiblich frau k kobieta zenska zenski kob femme feminin
        feminine mujer femenino femminile donna vrouw v zena girl she her ms mrs miss pani fem""",
    "male": """m male man h mannlich maennlich mann herr mezczyzna meski mez homme masculin
        masculine hombre masculino maschile uomo maschio boy he him mr pan muz""",
    "other": """x other d divers diverse nonbinary non binary nb enby inne inna third intersex o""",
}
_BY_WORD = {word: gender for gender, words in _WORDS.items() for word in words.split()}
_BY_WORD["non binary"] = "other"
_ISO_5218 = {"1": "male", "2": "female"}
_SHORT = {"female": "f", "male": "m", "other": "x"}


def display_gender(text: str) -> str | None:
    """Return "female", "male", "other" for a word or an ISO 5218 digit, None for anything else."""
    word = fold_cached(text)
    return _BY_WORD.get(word) or _ISO_5218.get(word)


def comparable_gender(text: str) -> str | None:
    """Return f, m, x for what `display_gender` gives."""
    return _SHORT.get(text)
