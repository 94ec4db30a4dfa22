"""What the trained node classifier reads: each field's surest node, where it is sure enough.

The model tells which node holds a field; the field's own parser reads the value from the node's text.
"""

from collections.abc import Iterator

import numpy as np

from extract import values
from extract.candidates import Candidate, candidate
from extract.decide import CLASSIFIER
from extract.document import Document
from extract.node_model import FIELDS, NodeModel
from extract.nodes import describe
from extract.readers.communes import COMMON
from extract.text import fold
from models.places import Places

#: Nodes tried for a field, surest first.
TRIED = 8


def read(document: Document, places: Places, model: NodeModel) -> Iterator[Candidate]:
    """The candidates of one node per field."""
    nodes = describe(document)
    sure = model.probabilities(nodes)
    for at, name in enumerate(FIELDS):
        column = sure[:, at]
        likely = np.flatnonzero(column >= model.floors[at])
        for number in likely[np.argsort(-column[likely], kind="stable")][:TRIED]:
            text = nodes.lines[number].text
            told = tell(name, text, places)
            for field, value in told.items():
                yield candidate(field, value, text, CLASSIFIER, float(column[number]))
            if told:
                break


def tell(name: str, text: str, places: Places) -> values.Values:
    """Listing fields that a node's text tells as `name`'s value, empty where its parser reads nothing."""
    if name == "place":
        told = values.parse("postal_code", text, places) or values.parse("city", text, places)
        common = fold(str(told.get("city", ""))) in COMMON and "postal_code" not in told
        return {} if common else told
    return values.parse(name, text, places)
