"""Files in and out, as Arrow.

    open_file(path, settings) -> Opened     what the file is, and its rows as a stream of chunks
    read_file(path, settings) -> Contents   the same, collected
    arrow_table(frame), read_frame(table)   frames of pandas, Polars, DuckDB or Arrow, the same way
    record_ids(contents)                    the id of every record
    read_mapping(path)                      what a person says about each source
    write_table, write_json_lines           atomically: the whole file or none

Rows that cannot be read become `Reject`s with their line number, the reason and the raw text; the
rest of the file goes on. Read `values.py` first.
"""
