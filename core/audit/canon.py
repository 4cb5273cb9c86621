"""The words of a row that its digest is taken of, as SQL. Migration 0002 installs its own copy in the database."""

# json keeps the parts apart; the time is written out so that no setting of the session changes the text.
DIGEST = """encode(sha256(convert_to(jsonb_build_array(
    {row}.previous, {row}.id, {row}.kind, to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    {row}.user_id, {row}.username, {row}.address::text, {row}.path, {row}.detail)::text, 'UTF8')), 'hex')"""
