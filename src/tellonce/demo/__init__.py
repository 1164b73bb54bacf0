"""A made-up company: its people, its five systems, what they did, and the truth about them.

company.py     the company and its systems
layouts.py     the customers as each system exports them
happenings.py  who did something how often and when
purchases.py   orders, returns, receipts, the catalogue
service.py     tickets, surveys, calls, notes, opportunities
marketing.py   campaign touches, consents, social profiles, loyalty accounts
files.py       tables out to files of each kind
cast.py        whom to show
write.py       all of it into one folder

It only writes source files; loading them is the hub's, by the same commands as anybody's files.
"""

from tellonce.demo.company import COMPANY, SYSTEMS, File, Manifest, RecordName, System
from tellonce.demo.write import life_of, truth_of, write

__all__ = [
    "COMPANY",
    "SYSTEMS",
    "File",
    "Manifest",
    "RecordName",
    "System",
    "life_of",
    "truth_of",
    "write",
]
