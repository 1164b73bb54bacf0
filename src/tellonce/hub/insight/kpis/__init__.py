"""The KPIs, one file a measure; `registry` lists them."""
