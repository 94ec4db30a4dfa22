"""Listings as documents, written by PostgreSQL itself: a million of them never become Python objects.

Each comes with a version that grows whenever any transaction ends, so that an old document never
overwrites a newer one, whoever sends it and however late it arrives.
"""

from typing import Final

from serve.engines.mapping import INDEX, version_of

#: How many transactions had ended when a statement's snapshot was taken: of two snapshots the later one has
#: more of them, unless both see the same.
SNAPSHOT: Final = """(
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        - (select count(*) from pg_snapshot_xip(pg_current_snapshot()))
    )"""


def _spelt(told: str) -> str:
    """Words as PostgreSQL spells them out, parted as it parts them: regular expressions cost it a tenth of
    what they cost an engine's analyser.
    """
    return f"translate(spelt({told}), $$,;:_'$$, '     ')"


_TITLE: Final = _spelt("t.title")
_TEXT: Final = _spelt("left(t.description, 20000)")
_DOCUMENT: Final = f"""json_strip_nulls(json_build_object(
        'id', l.id, 'property_id', l.property_id, 'agency_id', l.agency_id,
        'transaction', l.transaction, 'property_type', l.property_type,
        'price', l.price, 'price_per_sqm', l.price_per_sqm, 'charges', l.charges,
        'surface', l.surface, 'land_surface', l.land_surface,
        'rooms', l.rooms, 'bedrooms', l.bedrooms, 'floor', l.floor,
        'construction_year', l.construction_year, 'furnished', l.furnished, 'dpe', l.dpe, 'ges', l.ges,
        'department', l.department, 'postal_code', l.postal_code, 'insee_code', l.insee_code,
        'city_key', l.city_key, 'latitude', l.latitude, 'longitude', l.longitude,
        'place', case when l.latitude is not null and l.longitude is not null
            then json_build_object('lat', l.latitude, 'lon', l.longitude) end,
        'features_yes', (select json_agg(key) from jsonb_each(l.features) where value = 'true'),
        'features_no', (select json_agg(key) from jsonb_each(l.features) where value = 'false'),
        'first_seen', (extract(epoch from l.first_seen) * 1000000)::bigint,
        'repriced_at', (extract(epoch from l.repriced_at) * 1000000)::bigint, 'price_drop', l.price_drop,
        'adverts', (
            select count(*) from live_listings o where o.property_id = l.property_id
        ),
        'title', {_TITLE}, 'words', json_build_array({_TITLE}, {_TEXT})
    ))::text"""  # noqa: S608 - SQL of this file

_LIVE: Final = "live_listings l join aggregated_listings t on t.id = l.id"

#: The live listings of a range of ids, for an index that is being built.
RANGE: Final = f"""
    select l.id, {SNAPSHOT} as version, {_DOCUMENT} as document
    from {_LIVE} where l.id > %(after)s and l.id <= %(until)s
"""  # noqa: S608 - SQL of this file

#: These listings as they are now; the document of one that is not live is null.
THESE: Final = f"""
    select asked.id, {SNAPSHOT} as version, l.document
    from unnest(%(ids)s::bigint[]) asked(id)
    left join lateral (select {_DOCUMENT} as document from {_LIVE} where l.id = asked.id) l on true
"""  # noqa: S608 - SQL of this file

#: What documents are made of: an index of another version is built again.
VERSION: Final = version_of(INDEX, _LIVE, _DOCUMENT)
