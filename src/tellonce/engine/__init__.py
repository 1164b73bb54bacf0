"""The pure half of Tellonce: Arrow tables in, Arrow tables out.

Nothing here knows a database, the web, a clock, a file or the environment. Read `pipeline.py`
first: it is the whole path on one page.
"""
