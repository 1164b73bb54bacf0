"""Names of organisations: recognised, and in normal form without their legal form."""

from __future__ import annotations

import re

from tellonce.engine.standardise.text import fold, words_of
from tellonce.engine.standardise.variants import is_given_name

_LEGAL_FORMS = frozenset(
    words_of("""
    inc incorporated corp corporation co company ltd limited llc llp lp plc pllc pc lc gmbh mbh
    ag kg kgaa ohg gbr ug ev eg se sa sas sasu sarl eurl snc sci spa srl srls sl slu bv nv vof
    vzw bvba sprl asbl cv ab oy oyj as asa aps ks kft rt nyrt zrt doo dd sro ooo oao zao pao pty
    pte pvt sdn bhd kk gk spj spk sc spzoo sca ltda eireli cic cio stichting foundation
    """)
) - {"foundation", "stichting", "as", "ks", "pc", "lc", "se", "co", "company", "rt", "gk"}
_TRAILING_ONLY = frozenset(
    words_of("""
    as ks pc lc se co company rt gk ev eg ag ab sa sl sc
    """)
)
_MULTI_WORD = re.compile(
    r"\b(?:sp(?:olka)? (?:z )?o ?o|spolka z ograniczona odpowiedzialnoscia|spolka akcyjna|"
    r"sp(?:olka)? [jkp]|"
    r"spolka (?:jawna|komandytowa|cywilna)|gmbh (?:and )?co kg(?:aa)?|"
    r"s ?p ?a|s ?r ?l|s ?a ?s|"
    r"s ?a ?r ?l|s ?r ?o|d ?o ?o|b ?v|n ?v|s ?a|"
    r"e ?v|l ?l ?c|l ?l ?p|p ?l ?c|pty ltd|pte ltd|co ltd|a ?s)\b"
)
# Words of names and their usual short forms: every entry compares as its first word.
_SHORT_FORMS = """intl international internat internationale|ind industries industrie industry inds|
mfg manufacturing manufacturers|bros brothers|assoc association associates assn|svc services
service svcs|ctr center centre zentrum centrum|univ university universitaet universitat
uniwersytet universite|
hosp hospital|inst institute institut instytut|lab laboratories laboratory labs laboratorium|
tech technology technologies|dept department|dev development|mgmt management|natl national|
comm community|sch school schule szkola|acad academy akademie akademia|govt government|
elem elementary|dist district|st saint|mt mount|ft fort|dr doctor"""
_SHORT = {word: entry.split()[0] for entry in _SHORT_FORMS.split("|") for word in entry.split()}
_JOINED_AND = re.compile(r"\s*[&+]\s*")
_AND_LETTERS = frozenset(["i", "y", "e"])
_AND = _AND_LETTERS | {"and", "und", "et"}
# The s of an owner, and where a name is found on the web.
_NOT_OF_PEOPLE = re.compile(r"\w{2}['`´’ʼ]s\b|\w{3}\.(?:com|net|org|co\.uk)\b", re.I)
_ALWAYS_OPEN = re.compile(r"\b24 ?x? ?7\b")
_ROMAN = {
    word: str(number)
    for number, word in enumerate(
        words_of("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"), 1
    )
}
# Trades and kinds of houses, none of them a frequent family name (as Kitchens and Law are).
_TELLING = frozenset(
    words_of("""
    school schools academy college university center centre church hospital clinic bank
    insurance hotel restaurant cafe bar grill institute foundation stichting society association
    services service solutions systems technologies industries group holding holdings partners
    trust council department ministry agency studio studios market store shop pharmacy nursery
    kindergarten daycare preschool ymca enterprises exports imports international trading
    consulting logistics transport electronics motors energy media press club museum library
    theatre szkola przedszkole apteka sklep zaklad przedsiebiorstwo fundacja stowarzyszenie
    uniwersytet szpital gesellschaft verein schule kirche krankenhaus apotheke werke verlag
    praxis baeckerei kita universitaet laboratories laboratory research elektronica philips
    chemical pharma gemeente universiteit ministerie plumbing roofing heating electric
    electrical electrics construction constructions builders contractors contracting landscaping
    cleaning cleaners catering bakery bakeries barbershop garage automotive tyres tires haulage
    freight shipping properties property realty realtors estates investments investment ventures
    associates design designs graphics printing publishing publishers productions entertainment
    films fitness gym dental dentistry medical optics optical opticians veterinary winery
    brewery pizzeria bistro tavern pub resort tours travel travels taxi airlines airways
    software digital networks telecom communications security supplies supply wholesale
    distribution distributors traders furniture interiors flooring carpets metals mining
    petroleum plastics packaging textiles fashion fashions clothing shoes jewelers jewellery
    jewelry toys bookshop bookstore florist florists nurseries equipment machinery tools
    hardware parts foods dairy seafood produce farms auto autos repair repairs rentals rental
    storage healthcare health therapy physiotherapy chiropractic lawyers solicitors attorneys
    accountants accounting bookkeeping advisors advisory finance financial mortgage mortgages
    funding capital engineering engineers architects manufacturing fabrication painting painters
    carpentry joinery masonry paving excavating demolition recycling sawmill lumber timber
    metzgerei fleischerei schreinerei tischlerei zimmerei malerbetrieb dachdeckerei sanitaer
    heizung heizungsbau elektro elektrotechnik autohaus gasthof gasthaus gaststaette kanzlei
    steuerberatung rechtsanwaelte versicherung versicherungen immobilien hausverwaltung
    spedition reisebuero optik technik vertrieb stadtwerke gaertnerei friseur friseursalon
    druckerei brauerei weingut konditorei buchhandlung genossenschaft sparkasse volksbank
    gemeinde landratsamt grosshandel bauunternehmen firma zaklady uslugi hurtownia piekarnia
    cukiernia restauracja kancelaria biuro gabinet warsztat budownictwo nieruchomosci fryzjer
    kwiaciarnia drukarnia spoldzielnia urzad gmina parafia ksiegarnia boulangerie patisserie
    pharmacie societe entreprise etablissements assurances immobilier coiffure boucherie
    epicerie librairie mairie commune ecole panaderia farmacia clinica constructora inmobiliaria
    empresa servicios transportes asociacion fundacion ayuntamiento peluqueria ferreteria
    azienda ristorante officina impresa societa immobiliare trasporti costruzioni comune
    backerei gartnerei gaststatte sanitar rechtsanwalte gebaudereinigung bakkerij apotheek
    vereniging bouwbedrijf schilderwerken beheer makelaardij slagerij kapsalon bouw advies
    """)
)


def comparable_organisation(text: str) -> str | None:
    """Return an organisation's name in normal form, None if nothing is left.

    Usual words are shortened, legal forms go (unless nothing else is there), `&`, `+`, `und`, `i`
    become `and`, single letters that stand together are joined (I B M -> ibm), and so are a number
    and its letter (3 M -> 3m). Numbers lose leading zeros, and Roman ones become digits.
    """
    folded = _ALWAYS_OPEN.sub("247", fold(_JOINED_AND.sub(" and ", text)))
    bare = " ".join(_MULTI_WORD.sub(" ", folded).split())
    words = _join_numbers(_join_letters((bare or folded).split()))
    kept = [word for word in words if word not in _LEGAL_FORMS or word in _TRAILING_ONLY]
    after = ""
    while len(kept) > 1 and _says_nothing_at_end(kept[-1], after):
        after = kept.pop()
    kept = kept or words
    kept = [*map(_usual, kept[:-1]), _usual_last(kept[-1], alone=len(kept) == 1)] if kept else []
    if len(kept) > 1 and kept[0] == "the":
        kept = kept[1:]
    return " ".join(kept) or None


def _says_nothing_at_end(word: str, after: str) -> bool:
    """Whether a name does without its last word: a legal form, or the `and` before `company`. A
    letter that may be an `and` is otherwise which of several it is (Fund I, Block E).
    """
    if word in _AND_LETTERS:
        return after in {"co", "company"}
    return word in _TRAILING_ONLY or word in _AND


def _usual(word: str) -> str:
    """A word as it is compared."""
    if word in _AND:
        return "and"
    if word.isdigit():
        return word.lstrip("0") or "0"
    return (_ROMAN.get(word) if len(word) > 1 else None) or _SHORT.get(word, word)


def _usual_last(word: str, *, alone: bool) -> str:
    """A last word as it is compared: there one letter may be a Roman number."""
    if len(word) > 1 or word.isdigit():
        return _usual(word)
    return word if alone else _ROMAN.get(word, word)


def looks_like_organisation(text: str) -> bool:
    """Return whether a name is clearly that of an organisation: a legal form, a telling word, or a
    way of naming that people have not (Fable's Corner, House of Fable, The Fable, fable.com).
    """
    words = fold(text).split()
    if _NOT_OF_PEOPLE.search(text):
        return True
    named = words[:1] == ["the"] or "of" in words[1:-1]
    if len(words) > 1 and named and not any(map(is_given_name, words)):
        return True
    if len(words) < 2:
        return bool(words) and words[0] in _TELLING
    if any(word in _TELLING for word in words):
        return True
    if any(word in _LEGAL_FORMS for word in words[1:]) and words[-1] not in {
        "sa",
        "se",
        "sl",
        "ag",
    }:
        return True
    return "&" in text or (words[-1] in {"co", "company", "sa", "ag"} and not text.islower())


def _join_numbers(words: list[str]) -> list[str]:
    """Words, a number joined with a letter behind it, and with one before it that begins a name."""
    joined: list[str] = []
    for place, word in enumerate(words):
        before = joined[-1] if joined else ""
        if len(word) == 1 and word.isalpha():
            own = before.isdigit() and (word not in _AND or place == len(words) - 1)
        else:
            own = word.isdigit() and place == 1 and len(before) == 1 and before.isalpha()
        joined[-1:] = [before + word] if own else [*joined[-1:], word]
    return joined


def _join_letters(words: list[str]) -> list[str]:
    joined: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        joined.append(word)
    return [*joined, run] if run else joined
