"""Surfaces and meshes: what the sodium is pressed onto, and both bodies cut into elements.

Surfaces are plain numpy. Gmsh and DOLFINx are imported only when a mesh is built
or measured, so reading a case never waits for them.
"""

from napress.meshes.export import ExportError, export_mesh
from napress.meshes.gmsh_session import MeshingError
from napress.meshes.interface_mesh import (
    Boundary,
    MeshInputError,
    TaggedMesh,
    UnsupportedDimension,
    build_ceramic,
    build_sodium,
)
from napress.meshes.measured.map import MeasuredMap
from napress.meshes.measured.profile import Measured, read_profile
from napress.meshes.measured.treatment import Treatment
from napress.meshes.quality import MeshQuality, measure_quality
from napress.meshes.readers.reading import read_profile_scan, read_scan
from napress.meshes.readers.scan import ReadError, Wanted
from napress.meshes.resolution import ResolutionError, check_resolution, elements_needed
from napress.meshes.self_affine import SelfAffine
from napress.meshes.statistics import SurfaceStatistics, measure_surface
from napress.meshes.surface_components import (
    Component,
    Flat,
    Notch,
    Ridges,
    Scratch,
    Sinusoid,
    SurfaceError,
)
from napress.meshes.surfaces import Surface, build_surface

__all__ = [
    "Boundary",
    "Component",
    "ExportError",
    "Flat",
    "Measured",
    "MeasuredMap",
    "MeshInputError",
    "MeshQuality",
    "MeshingError",
    "Notch",
    "ReadError",
    "ResolutionError",
    "Ridges",
    "Scratch",
    "SelfAffine",
    "Sinusoid",
    "Surface",
    "SurfaceError",
    "SurfaceStatistics",
    "TaggedMesh",
    "Treatment",
    "UnsupportedDimension",
    "Wanted",
    "build_ceramic",
    "build_sodium",
    "build_surface",
    "check_resolution",
    "elements_needed",
    "export_mesh",
    "measure_quality",
    "measure_surface",
    "read_profile",
    "read_profile_scan",
    "read_scan",
]
