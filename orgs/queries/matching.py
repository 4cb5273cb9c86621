"""What makes two records look like one organisation, in SQL. The same keys serve the night, which compares all, and a form, which compares one.

Of a name three keys are compared: all of it without width and brackets; the short name, without city, district and street before
or after it; and how the short name sounds.
"""

import re
from collections.abc import Callable, Iterable

from orgs import search
from places.models import Street

CITY = "上海市"
STREET_ENDINGS = ("街道", "镇", "社区")
LEAST_SHORT = 4  # a shorter short name says something only within one community
BRACKETS = "[【】〔〕〈〉『』{}—–_…:;!?+&~|*#/]"

STREET_COLUMNS = ("id", "district_id", "head", "tail", "head_sound", "tail_sound")

# One row of keys for each record of {source} (id, tier, street_id, community_id, name_key, sort_key, contact_phone, leader_name,
# updated_at), with the patterns of {streets} (id, district_id, head, tail, head_sound, tail_sound).
KEYS = """
SELECT k.id, k.tier, k.street_id, k.community_id, k.district_id, k.full_name, k.phone, k.leader, k.updated_at,
       CASE WHEN char_length(k.cut) >= 2 THEN k.cut ELSE k.full_name END AS short,
       CASE WHEN k.sort_key = '' OR char_length(k.sort_key) >= 120 THEN ''
            WHEN char_length(k.cut) >= 2 THEN
                regexp_replace(regexp_replace(k.sort_key || ' ', k.head_sound, ''), k.tail_sound, '')
            ELSE k.sort_key || ' ' END AS sound
FROM (
    SELECT f.*, regexp_replace(regexp_replace(f.full_name, f.head, ''), f.tail, '') AS cut FROM (
        SELECT o.id, o.tier, o.street_id, o.community_id, s.district_id, o.sort_key, o.updated_at,
               s.head, s.tail, s.head_sound, s.tail_sound, regexp_replace(o.name_key, %(brackets)s, '', 'g') AS full_name,
               right(regexp_replace(o.contact_phone, '[^0-9]', '', 'g'), 11) AS phone,
               regexp_replace(o.leader_name, '\\s', '', 'g') AS leader
        FROM {source} o JOIN {streets} s ON s.id = o.street_id
    ) f
) k
"""
# How much of two short names is the same: pairs of neighbouring characters that both have, of those of the longer one.
SIMILAR = """(5 * (SELECT count(*) FROM generate_series(1, char_length(n.short) - 1) i
                   WHERE strpos(k.short, substr(n.short, i, 2)) > 0) >= 3 * (greatest(char_length(n.short), char_length(k.short)) - 1))"""
SAME_PHONE = "(n.phone = k.phone AND char_length(n.phone) >= 7)"
SAME_LEADER = "(n.leader = k.leader AND char_length(n.leader) >= 2)"
NEAR = f"(char_length(n.short) >= {LEAST_SHORT} OR n.community_id IS NOT DISTINCT FROM k.community_id)"
NAME = (
    "(n.full_name = k.full_name AND n.full_name <> '' AND n.district_id = k.district_id AND (n.street_id = k.street_id "
    f"OR n.tier = 'registered' AND k.tier = 'registered' OR {SAME_PHONE} OR {SAME_LEADER}))"
)
SHORT = f"(n.street_id = k.street_id AND n.short = k.short AND n.short <> '' AND {NEAR})"
SOUND = (
    "(n.street_id = k.street_id AND n.sound = k.sound AND n.sound <> '' AND char_length(n.short) = char_length(k.short) "
    f"AND n.short <> '' AND {NEAR})"
)
CONTACT = f"(n.street_id = k.street_id AND {SAME_PHONE} AND ({SAME_LEADER} OR {SIMILAR}))"
RULES = (NAME, SHORT, SOUND, CONTACT)
REASONS = f"""array_remove(ARRAY[
    CASE WHEN n.full_name = k.full_name THEN 'name' WHEN {SHORT} THEN 'short' WHEN {SOUND} THEN 'sound'
         WHEN {SIMILAR} THEN 'similar' END,
    CASE WHEN {SAME_PHONE} THEN 'phone' END, CASE WHEN {SAME_LEADER} THEN 'leader' END], NULL)::varchar[]"""
SCORE = f"""least(100, CASE WHEN n.full_name = k.full_name THEN 90 WHEN {SHORT} THEN 85 WHEN {SOUND} THEN 75
    WHEN {SIMILAR} THEN 60 ELSE 50 END + CASE WHEN {SAME_PHONE} THEN 10 ELSE 0 END + CASE WHEN {SAME_LEADER} THEN 5 ELSE 0 END)"""


def patterns(street: Street) -> tuple[str, str, str, str]:
    """What is cut off the name of an organisation of this street: (before, after, and both by sound), as expressions."""
    bare = street.name
    for ending in STREET_ENDINGS:
        bare = bare.removesuffix(ending)
    district = street.district.name
    plain, spoken = (
        f"(?:{either(CITY, CITY.removesuffix('市'), draw=draw)})?"
        f"(?:{either(district, district.rstrip('区县市'), draw=draw)})?"
        f"(?:(?:{either(bare, bare.removesuffix('路'), draw=draw)})(?:{either(*STREET_ENDINGS, draw=draw)})?){{0,2}}"
        for draw in (search.normalise, spell)
    )
    return f"^{plain}", f"{plain}$", f"^{spoken}", f"{spoken}$"


def either(*words: str, draw: Callable[[str], str]) -> str:
    """Alternatives of an expression, the longest first. Names of places hold letters and digits only once they are normalised."""
    return "|".join(re.sub(r"[^\w ]", "", draw(w)) for w in sorted(set(words), key=len, reverse=True) if w)


def spell(word: str) -> str:
    return "".join(f"{search.reading(c)} " for c in search.normalise(word))


def street_rows(streets: Iterable[Street]) -> Iterable[tuple]:
    """Rows of STREET_COLUMNS; streets come with their district."""
    for street in streets:
        yield (street.pk, street.district_id, *patterns(street))
