"""The materials that come with napress, as a table."""

from __future__ import annotations

import pandas as pd

from napress.cases.schema.materials import load_material, material_ids, material_rows


def materials() -> pd.DataFrame:
    """Returns every value of every shipped material with its source.

    Returns:
        One row per value with the columns ``material``, ``property``, ``value``,
        ``unit``, ``range`` (lowest and highest reported, in that unit), ``source``,
        ``estimate`` (no source was read) and ``note``.

    Examples:
        >>> import napress as na
        >>> table = na.materials()
        >>> nzsp = table[table["material"] == "nzsp"].set_index("property")
        >>> nzsp.loc["young", "unit"]
        'MPa'
    """
    return pd.DataFrame(material_rows([load_material(name) for name in material_ids()]))
