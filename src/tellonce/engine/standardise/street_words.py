"""Words of addresses and their short forms (English, German, Polish, French, Spanish)."""

from __future__ import annotations

from tellonce.engine.standardise.text import words_of

_TYPES = """st street str strt strasse stra|rd road|ave avenue av aven avn|
blvd boulevard boul blv|dr drive drv|ln lane la|
ct court crt|pl place plc|sq square|ter terrace tce terr|cir circle circuit cct circ|
cres crescent cr crs|
hwy highway hiway|pkwy parkway pky pwy|rte route rt|trl trail|way wy|cl close|gr grove grv|
gdns gardens gdn garden|
al aleja aleje allee|plac platz|os osiedle|sqr skwer|rondo|weg|gasse|ufer|ring|dam damm|
rue|chem chemin|imp impasse|calle cl|plaza plz|paseo|via|viale|piazza|laan|straat|plein|
xing crossing|pt point|hts heights|vlg village vlge|est estate ests|mt mount mtn mountain|
spgs springs|
jct junction|expy expressway|aly alley|loop|pike|row|run|walk|vw view|vly valley|brk brook|
crk creek|
lk lake|frk fork|cv cove|hl hill|hls hills|mdw meadow|mdws meadows|ridge rdg|rdgs ridges|bnd bend|
sta station|pde parade"""
STREET_WORDS: dict[str, str] = {
    word: entry.split()[0]
    for entry in _TYPES.replace("\n", "").split("|")
    for word in entry.split()
}
DIRECTIONS: dict[str, str] = {
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "n": "n",
    "s": "s",
    "e": "e",
    "w": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
    "ne": "ne",
    "nw": "nw",
    "se": "se",
    "sw": "sw",
}
ORDINALS: dict[str, str] = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
}
DROPPED_STREET_WORDS = frozenset(["ul", "ulica", "the"])
DESIGNATORS = frozenset(
    words_of("""
    apartment appartment aptmnt apt unit suite ste flat room rm lot no number nr num mieszkanie
    mieszk m lokal lok wohnung whg appt fl floor level lvl
    """)
)
