"""The functions that SQL of rules may call: of values alone, without settings, files, or the
environment. What is not here is refused, as DuckDB gives no way to switch functions off.
"""

from __future__ import annotations

_TEXT = """
    ascii bar char_length character_length chr concat concat_ws contains damerau_levenshtein
    ends_with format hamming initcap instr jaccard jaro_similarity jaro_winkler_similarity lcase
    left left_grapheme length length_grapheme levenshtein editdist3 like_escape not_like_escape
    ilike_escape not_ilike_escape lower lpad ltrim md5 mismatches nfc_normalize ord
    parse_filename position prefix printf regexp_extract regexp_extract_all regexp_full_match
    regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right
    right_grapheme rpad rtrim sha1 sha256 split split_part starts_with str_split
    str_split_regex string_split string_split_regex strip_accents strlen strpos substr substring
    suffix translate trim ucase unicode upper hash
"""
_NUMBERS = """
    abs add bit_count cbrt ceil ceiling degrees divide even exp factorial fdiv floor fmod gcd
    greatest greatest_common_divisor isfinite isinf isnan lcm least least_common_multiple ln log
    log10 log2 mod multiply nextafter pi pow power radians round round_even roundbankers sign
    signbit sqrt subtract trunc xor
"""
_TIMES = """
    age century current_date current_timestamp date_add date_diff date_part date_sub date_trunc
    datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade epoch
    epoch_ms extract get_current_timestamp hour isodow isoyear julian last_day make_date make_time
    make_timestamp microsecond millennium millisecond minute month monthname now quarter second
    strftime strptime time_bucket timezone to_days to_hours to_minutes to_months to_seconds
    to_timestamp to_weeks to_years today try_strptime week weekday weekofyear year yearweek
"""
_LISTS = """
    array_length array_to_string array_contains array_has array_has_all array_has_any len
    generate_series range list_aggregate list_concat list_contains list_distinct list_extract
    list_filter list_has list_has_all list_has_any list_position list_reduce list_slice list_sort
    list_sum list_transform list_unique list_value array_extract struct_extract struct_pack row
    unnest map
"""
_OTHERS = """
    coalesce constant_or_null if ifnull nullif try_cast
"""
_OVER_ROWS = """
    any_value arbitrary arg_max arg_min avg bool_and bool_or count count_if count_star countif
    cume_dist dense_rank first first_value histogram kurtosis lag last last_value lead list
    array_agg mad max max_by mean median min min_by mode nth_value ntile percent_rank
    product quantile quantile_cont quantile_disc rank rank_dense row_number skewness stddev
    stddev_pop stddev_samp string_agg group_concat listagg sum approx_count_distinct var_pop
    var_samp variance
"""
FUNCTIONS = frozenset(" ".join((_TEXT, _NUMBERS, _TIMES, _LISTS, _OTHERS, _OVER_ROWS)).split())
