"""What no query of the engine's own means as PostgreSQL does, in its Painless: a polygon, and a distance.

Both work on coordinates as they were told, where the engine's own geometry rounds them to centimetres.
"""

import math
from collections.abc import Iterable
from typing import Any, Final

#: PostgreSQL's `point <@ polygon` (geo_ops.c, point_inside and lseg_crossing), with its own epsilon. A point
#: on the border lies inside, and so does what a polygon that crosses itself winds around.
_WITHIN: Final = """
    double e = 1.0E-6;
    double lng = doc['longitude'].value; double lat = doc['latitude'].value;
    def xs = params.xs; def ys = params.ys; int n = xs.length;
    double px = xs[n - 1] - lng; double py = ys[n - 1] - lat;
    int total = 0;
    for (int i = 0; i < n; i++) {
        double x = xs[i] - lng; double y = ys[i] - lat;
        int cross = 0;
        if (Math.abs(y) <= e) {
            if (Math.abs(x) <= e) { return true; }
            if (x > e) {
                if (Math.abs(py) <= e) { if (!(px > e)) { return true; } }
                else { cross = py < -e ? 1 : -1; }
            } else if (Math.abs(py) <= e) { if (!(px < -e)) { return true; } }
        } else {
            int sign = y > e ? 1 : -1;
            if (Math.abs(py) <= e) { cross = px < -e ? 0 : sign; }
            else if (!((sign < 0 && py < -e) || (sign > 0 && py > e))) {
                if (x >= -e && px > e) { cross = 2 * sign; }
                else if (!(x < -e && px <= e)) {
                    double z = (x - px) * y - (y - py) * x;
                    if (Math.abs(z) <= e) { return true; }
                    if (!((sign < 0 && z < -e) || (sign > 0 && z > e))) { cross = 2 * sign; }
                }
            }
        }
        total += cross;
        px = x; py = y;
    }
    return total != 0;
"""

#: `serve.conditions.metres_from`, to the metre.
_METRES: Final = """
    double north = Math.sin(Math.toRadians(doc['latitude'].value - params.lat) / 2);
    double east = Math.sin(Math.toRadians(doc['longitude'].value - params.lng) / 2);
    double share = north * north + params.cos * Math.cos(Math.toRadians(doc['latitude'].value)) * east * east;
    return Math.rint(2 * params.earth * Math.asin(Math.sqrt(Math.min(1.0, share))));
"""


def within(corners: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """Whether a document's place lies in the polygon of these longitudes and latitudes."""
    xs, ys = zip(*corners, strict=True)
    return {"lang": "painless", "source": _WITHIN, "params": {"xs": list(xs), "ys": list(ys)}}


def metres(lat: float, lng: float, earth: float) -> dict[str, Any]:
    """How far a document's place is, whole metres."""
    params = {"lat": lat, "lng": lng, "cos": math.cos(math.radians(lat)), "earth": earth}
    return {"lang": "painless", "source": _METRES, "params": params}
