"""Countries and regions: their names in several languages, and their codes."""

from __future__ import annotations

from functools import lru_cache

from tellonce.engine.standardise.text import fold_cached

# alpha-2, alpha-3, then names
_COUNTRIES = """AT AUT austria osterreich oesterreich autriche
AU AUS australia australien
AE ARE united-arab-emirates uae
AR ARG argentina argentinien argentyna
BE BEL belgium belgien belgique belgia belgie
BG BGR bulgaria bulgarien
BR BRA brazil brasil brasilien brazylia
CA CAN canada kanada
CH CHE switzerland schweiz suisse svizzera szwajcaria
CL CHL chile
CN CHN china chiny peoples-republic-of-china
CO COL colombia kolumbien kolumbia
CY CYP cyprus zypern cypr
CZ CZE czech-republic czechia tschechien czechy ceska-republika cesko
DE DEU germany deutschland niemcy allemagne alemania bundesrepublik-deutschland brd
DK DNK denmark danmark danemark dania
EE EST estonia estland
EG EGY egypt agypten egipt
ES ESP spain espana spanien espagne hiszpania
FI FIN finland suomi finnland finlandia
FR FRA france frankreich francja francia
GB GBR united-kingdom uk great-britain england scotland wales grossbritannien wielka-brytania anglia
GR GRC greece griechenland grecja hellas
HK HKG hong-kong
HR HRV croatia kroatien chorwacja hrvatska
HU HUN hungary ungarn wegry magyarorszag
ID IDN indonesia indonesien
IE IRL ireland irland irlandia eire
IL ISR israel
IN IND india indien indie
IS ISL iceland island islandia
IT ITA italy italien italia wlochy italie
JP JPN japan japonia
KH KHM cambodia
KR KOR south-korea korea republic-of-korea
LT LTU lithuania litauen litwa lietuva
LU LUX luxembourg luxemburg luksemburg
LV LVA latvia lettland lotwa latvija
MT MLT malta
MX MEX mexico mexiko meksyk
MY MYS malaysia
NL NLD netherlands niederlande the-netherlands holland holandia nederland pays-bas
NO NOR norway norwegen norwegia norge
NZ NZL new-zealand neuseeland nowa-zelandia
PH PHL philippines
PK PAK pakistan
PL POL poland polska polen pologne
PT PRT portugal portugalia
RO ROU romania rumanien rumunia
RS SRB serbia serbien
RU RUS russia russland rosja russian-federation
SA SAU saudi-arabia
SE SWE sweden schweden szwecja sverige
SG SGP singapore singapur
SI SVN slovenia slowenien slowenia
SK SVK slovakia slowakei slowacja slovensko
TH THA thailand
TR TUR turkey turkei turcja turkiye
TW TWN taiwan
UA UKR ukraine ukraina
US USA united-states united-states-of-america america vereinigte-staaten stany-zjednoczone u-s-a u-s
VE VEN venezuela
VN VNM vietnam
ZA ZAF south-africa sudafrika"""

_REGIONS = {
    "US": """AL alabama|AK alaska|AZ arizona|AR arkansas|CA california|CO colorado|CT connecticut|
DE delaware|
DC district of columbia|FL florida|GA georgia|HI hawaii|ID idaho|IL illinois|IN indiana|IA iowa|
KS kansas|
KY kentucky|LA louisiana|ME maine|MD maryland|MA massachusetts|MI michigan|MN minnesota|
MS mississippi|MO missouri|
MT montana|NE nebraska|NV nevada|NH new hampshire|NJ new jersey|NM new mexico|NY new york|
NC north carolina|
ND north dakota|OH ohio|OK oklahoma|OR oregon|PA pennsylvania|RI rhode island|SC south carolina|
SD south dakota|
TN tennessee|TX texas|UT utah|VT vermont|VA virginia|WA washington|WV west virginia|WI wisconsin|
WY wyoming|
PR puerto rico""",
    "AU": """NSW new south wales|VIC victoria|QLD queensland|SA south australia|
WA western australia|TAS tasmania|
NT northern territory|ACT australian capital territory""",
    "CA": """ON ontario|QC quebec|BC british columbia|AB alberta|MB manitoba|SK saskatchewan|
NS nova scotia|
NB new brunswick|NL newfoundland and labrador|PE prince edward island|YT yukon|
NT northwest territories|NU nunavut""",
    "DE": """BW baden wurttemberg|BY bayern|BE berlin|BB brandenburg|HB bremen|HH hamburg|HE hessen|
MV mecklenburg vorpommern|NI niedersachsen|NW nordrhein westfalen|RP rheinland pfalz|SL saarland|
SN sachsen|
ST sachsen anhalt|SH schleswig holstein|TH thuringen""",
    "PL": """DS dolnoslaskie|KP kujawsko pomorskie|LU lubelskie|LB lubuskie|LD lodzkie|
MA malopolskie|MZ mazowieckie|
OP opolskie|PK podkarpackie|PD podlaskie|PM pomorskie|SL slaskie|SK swietokrzyskie|
WN warminsko mazurskie|
WP wielkopolskie|ZP zachodniopomorskie""",
}


def country_code(text: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a country's code or name, else None."""
    return _country_words().get(fold_cached(text).replace(" ", "-"))


def region_code(text: str) -> str:
    """Return a region in normal form: its abbreviation in lower case, else its folded words."""
    folded = fold_cached(text)
    for prefix in ("woj ", "wojewodztwo ", "state of "):
        folded = folded.removeprefix(prefix)
    return _region_words().get(folded, folded)


def is_region(text: str, country: str | None = None) -> bool:
    """Return whether a text is a known region's code or name, of `country` where given."""
    folded = fold_cached(text)
    countries = [country] if country else ["US", "AU", "CA"]
    return any(folded in _region_codes(one) for one in countries if one in _REGIONS)


def region_codes(country: str) -> frozenset[str]:
    """Return the region codes and names of a country, folded; empty where none are known."""
    return _region_codes(country) if country in _REGIONS else frozenset()


@lru_cache(maxsize=1)
def _country_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for line in _COUNTRIES.splitlines():
        code, *names = line.split()
        words.update(dict.fromkeys([code.lower(), *(name.lower() for name in names)], code))
    return words


@lru_cache(maxsize=8)
def _region_codes(country: str) -> frozenset[str]:
    entries = [entry.split(" ", 1) for entry in _REGIONS[country].replace("\n", "").split("|")]
    return frozenset(word for code, name in entries for word in (code.lower(), name))


@lru_cache(maxsize=1)
def _region_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for table in _REGIONS.values():
        for entry in table.replace("\n", "").split("|"):
            code, name = entry.split(" ", 1)
            words.setdefault(name, code.lower())
    return words
