"""Builds the meshes of a case and writes them for other programs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.schema.checks import build_case_surface
from napress.cases.schema.interface_case import Case


def export_case_mesh(
    case: Case, file: str, target: Path, quadratic: bool = True
) -> dict[str, dict[str, float]]:
    """Meshes both bodies of a case into one file; collective under MPI.

    Args:
        case: The case.
        file: Its name, for messages.
        target: Mesh file; its ending chooses the format.
        quadratic: Whether mid-edge nodes are written.

    Returns:
        The quality measures of each body.

    Raises:
        CaseError: If the bodies cannot be meshed or the format is unknown.
        RunFolderError: If the folder of the target does not exist.
    """
    import napress.meshes.backend  # noqa: F401

    from mpi4py import MPI

    from napress.meshes.export import ExportError, export_mesh
    from napress.meshes.gmsh_session import MeshingError
    from napress.meshes.interface_mesh import build_ceramic, build_sodium
    from napress.meshes.quality import measure_quality

    if not target.parent.is_dir():
        raise RunFolderError(f"{target}: its folder does not exist; allowed: an existing folder")
    comm = MPI.COMM_WORLD
    widths, elements = case.interface.widths, case.interface.elements_along
    try:
        bodies = {
            "sodium": build_sodium(
                widths, case.sodium.thickness, elements, comm, dimension=case.interface.dimension
            ),
            "ceramic": build_ceramic(
                build_case_surface(case, file), case.ceramic.thickness, elements, comm
            ),
        }
    except (MeshingError, ValueError) as error:
        raise CaseError(file, "interface", str(error)) from error
    quality = {name: asdict(measure_quality(body.mesh)) for name, body in bodies.items()}
    try:
        export_mesh(bodies, target, quadratic=quadratic)
    except ExportError as error:
        raise CaseError(str(target), "--export", str(error)) from error
    return quality
