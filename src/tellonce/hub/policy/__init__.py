"""Who may see what, for which purpose: tables and one pure function, `decide`."""
