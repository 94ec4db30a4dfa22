"""The node classifier's weights: for each node of a page and each field, how probable it tells the value.

Linear on the hashed features of `nodes`, so that reading costs one sum per node. Weights are a plain
`.npz` without pickles: loading runs no code of the file. `training` makes them, `readers.classifier` asks.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extract.nodes import SLOTS, Nodes
from models.errors import InputError

#: What a node may tell; `place` is a postal code, a commune or both. Left out: titles, whose headings the
#: written reader knows better (it was led to the wrong one on a family left out); addresses, too few to
#: learn; bathrooms, told in parts; plots, learned from the town alone and wrong elsewhere;
#: energy letters, which are drawn: where the written reader told none, the classifier was never right.
FIELDS = (
    "price", "surface", "rooms", "bedrooms", "floor", "place", "property_type", "transaction", "reference",
    "charges", "fees", "deposit",
)  # fmt: skip
#: Features and weights that do not belong together are refused.
VERSION = 1
_NAME = "nodes.npz"


@dataclass(frozen=True, slots=True)
class NodeModel:
    """weights: SLOTS × fields; bias: per field; floors: the probability from which a field is told."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    floors: NDArray[np.float32]

    def probabilities(self, nodes: Nodes) -> NDArray[np.float32]:
        """Nodes × fields, in the order of `nodes.lines` and `FIELDS`."""
        if not nodes.lines:
            return np.zeros((0, len(FIELDS)), np.float32)
        sums = np.add.reduceat(self.weights[nodes.slots], nodes.starts, axis=0) + self.bias
        return (1.0 / (1.0 + np.exp(-np.clip(sums, -30.0, 30.0)))).astype(np.float32)

    def to_bytes(self) -> bytes:
        """The model as a compressed `.npz`: the rows that weigh anything, rounded to half precision."""
        rows = np.flatnonzero(np.any(self.weights.astype(np.float16) != 0, axis=1)).astype(np.int32)
        told = io.BytesIO()
        np.savez_compressed(
            told,
            version=np.int32(VERSION),
            fields=np.array(FIELDS),
            rows=rows,
            weights=self.weights[rows].astype(np.float16),
            bias=self.bias.astype(np.float32),
            floors=self.floors.astype(np.float32),
        )
        return told.getvalue()

    @classmethod
    def from_bytes(cls, told: bytes, name: str = "the model") -> "NodeModel":
        """The model in the bytes of `to_bytes`. InputError where they are something else."""
        try:
            with np.load(io.BytesIO(told), allow_pickle=False) as held:
                parts = {key: held[key] for key in held.files}
            if int(parts["version"]) != VERSION or tuple(parts["fields"].tolist()) != FIELDS:
                raise InputError(f"{name} is of another version: make it again with pignon train.")
            weights = np.zeros((SLOTS, len(FIELDS)), np.float32)
            weights[parts["rows"]] = parts["weights"]
            return cls(weights, parts["bias"], parts["floors"])
        except (ValueError, KeyError, IndexError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"{name} is no node model ({error}): make it again with pignon train.") from None

    @classmethod
    def load(cls, path: Path) -> "NodeModel":
        """The model of a file. InputError where there is none."""
        try:
            told = path.read_bytes()
        except OSError as error:
            raise InputError(f"Cannot read the node model {path}: {error.strerror}.") from None
        return cls.from_bytes(told, str(path))


@cache
def shipped() -> NodeModel:
    """The model that comes with Pignon, read once."""
    path = files(__package__).joinpath("weights", _NAME)
    try:
        told = path.read_bytes()
    except OSError:
        raise InputError(f"The node model {_NAME} is missing: make it again with pignon train.") from None
    return NodeModel.from_bytes(told, _NAME)


def shipped_path() -> Path:
    """Where `pignon train` writes the model that comes with Pignon."""
    return Path(__file__).with_name("weights") / _NAME


#: A model, or what loads one when the first page needs it.
Model = NodeModel | Callable[[], NodeModel]
