"""Formats by name: what writes each, and what an answer calls it."""

from typing import Final

from serve.exports.contract import About, Format, Writer

MEDIA: Final = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.GEOJSON: "application/geo+json",
    Format.PARQUET: "application/vnd.apache.parquet",
}
#: Compressed by themselves.
PACKED: Final = (MEDIA[Format.XLSX], MEDIA[Format.PARQUET])


def writer(form: Format, about: About, *, semicolon: bool = False, bom: bool = False) -> Writer:
    """What writes a file of this format. semicolon, bom: of CSV alone."""
    # pyarrow takes half a second and 60 MB: who serves no such export does not load it.
    match form:
        case Format.CSV:
            from serve.exports.delimited import CsvWriter

            return CsvWriter(about, semicolon=semicolon, bom=bom)
        case Format.GEOJSON:
            from serve.exports.geojson import GeoJsonWriter

            return GeoJsonWriter(about)
        case Format.PARQUET:
            from serve.exports.columnar import ParquetWriter

            return ParquetWriter(about)
        case Format.XLSX:
            from serve.exports.sheet import XlsxWriter

            return XlsxWriter(about)
