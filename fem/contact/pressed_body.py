"""What the laws of the contact face ask of the body that is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from napress.fem.contact.face import ContactFace
from napress.fem.contact.gap import SurfaceState
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.materials import PlasticMetal

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]


class PressedBody(Protocol):
    """A body with a contact face, such as the sodium.

    Attributes:
        comm: Communicator it is spread over.
        dimension: 2 or 3.
        metal: Its material.
        law: What acts at the face besides pressure.
        face: The contact face.
        fields: Functions of its forms, `napress.fem.sodium.weak_form.SodiumFields`.
    """

    comm: MPI.Comm
    dimension: int
    metal: PlasticMetal
    law: ContactLaw
    face: ContactFace
    fields: Any

    def sum(self, value: float) -> float:
        """Sum over ranks."""

    def sum_arrays(self, values: Array) -> Array:
        """Sum over ranks of arrays of one shape."""

    def surface(self) -> SurfaceState:
        """Where the contact surface is now."""

    def flow_stress_behind_face(self) -> Array:
        """Committed flow stress of the cell behind each contact facet, (facets,), MPa."""
