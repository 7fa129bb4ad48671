"""XDMF as DOLFINx reads it: the cells in one grid, the facets with their tags in another.

Grid ``Grid`` is the mesh, ``body`` its cell tags, ``boundary`` the tags of its facets; all
share the nodes. The numbers are in an HDF5 file of the same name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    import h5py
    import meshio

# topology of XDMF and nodes of a cell
_TOPOLOGY = {
    "line": ("PolyLine", 2),
    "line3": ("Edge_3", 3),
    "triangle": ("Triangle", 3),
    "triangle6": ("Triangle_6", 6),
    "tetra": ("Tetrahedron", 4),
    "tetra10": ("Tetrahedron_10", 10),
}


def write_xdmf(path: Path, mesh: meshio.Mesh) -> None:
    """Writes a mesh of a block of cells and a block of facets.

    Args:
        path: Of the XDMF file; the HDF5 file is written beside it.
        mesh: With cell data ``body`` and ``boundary``.
    """
    import h5py

    plane = not mesh.points[:, 2].any()
    points = mesh.points[:, :2] if plane else mesh.points
    cells, facets = mesh.cells
    root = ElementTree.Element("Xdmf", Version="3.0")
    domain = ElementTree.SubElement(root, "Domain")
    with h5py.File(path.with_suffix(".h5"), "w") as store:
        for grid, block, tags in (
            ("Grid", cells, None),
            ("body", cells, mesh.cell_data["body"][0]),
            ("boundary", facets, mesh.cell_data["boundary"][1]),
        ):
            parent = ElementTree.SubElement(domain, "Grid", Name=grid, GridType="Uniform")
            name, nodes = _TOPOLOGY[block.type]
            topology = ElementTree.SubElement(
                parent,
                "Topology",
                TopologyType=name,
                NumberOfElements=str(len(block.data)),
                NodesPerElement=str(nodes),
            )
            _item(topology, store, f"{grid}/topology", block.data.astype("int64"))
            geometry = ElementTree.SubElement(
                parent, "Geometry", GeometryType="XY" if plane else "XYZ"
            )
            _item(geometry, store, f"{grid}/geometry", points)
            if tags is not None:
                attribute = ElementTree.SubElement(
                    parent, "Attribute", Name=grid, AttributeType="Scalar", Center="Cell"
                )
                _item(attribute, store, f"{grid}/tags", tags.astype("int32"))
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _item(parent: ElementTree.Element, store: h5py.File, name: str, values) -> None:
    """Puts an array into the store, and its address under an element."""
    store[name] = values
    item = ElementTree.SubElement(
        parent,
        "DataItem",
        Dimensions=" ".join(str(length) for length in values.shape),
        NumberType="Float" if values.dtype.kind == "f" else "Int",
        Precision=str(values.dtype.itemsize),
        Format="HDF",
    )
    item.text = f"{Path(store.filename).name}:/{name}"
