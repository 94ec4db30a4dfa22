"""What may be asked of an export: the search's own criteria, and how the file is written."""

from typing import Final, Literal

from pydantic import Field

from serve.criteria import SearchQuery, Sorted
from serve.exports.contract import Format

#: Rows of one file, whatever is asked.
MAX_ROWS: Final = 100_000


class ExportQuery(Sorted):
    """Criteria, their order, and the file that is wanted."""

    format: Format = Field(
        default=Format.CSV, description="The file's format; see docs/exports.md.", examples=["csv"]
    )
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MAX_ROWS,
        description="Only the first so many. Without it a search that holds more than an export may "
        "(10,000 unless set otherwise) is refused rather than cut.",
        examples=[1000],
    )
    separator: Literal["comma", "semicolon"] = Field(
        default="comma",
        description="Of CSV; `semicolon` with decimal commas, as French Excel opens it.",
        examples=["semicolon"],
    )
    bom: bool = Field(
        default=False, description="Of CSV: begin with the mark by which Excel knows UTF-8.", examples=[True]
    )

    def search(self) -> SearchQuery:
        """The search that is exported."""
        return SearchQuery.model_construct(**{name: getattr(self, name) for name in Sorted.model_fields})

    def told(self) -> dict[str, str]:
        """The criteria as they were asked, for the file's own account of itself."""
        told = self.model_dump(mode="json", exclude_defaults=True, exclude={"format", "separator", "bom"})
        return {
            name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in told.items()
        }
