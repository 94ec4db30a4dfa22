"""A Ray cluster of several nodes on this machine, in a folder of its own."""

from pathlib import Path
from typing import Any


def one_node(folder: Path) -> Any:
    """A `ray.cluster_utils.Cluster` with its head, of one core; `add_node` adds others."""
    from ray._common.utils import get_default_ray_temp_dir
    from ray.cluster_utils import Cluster

    # The cluster leaves its address there whatever its own folder is, and nobody else may have made it yet.
    Path(get_default_ray_temp_dir()).mkdir(parents=True, exist_ok=True)
    head = {"num_cpus": 1, "include_dashboard": False, "temp_dir": str(folder / "ray")}
    return Cluster(initialize_head=True, head_node_args=head)
