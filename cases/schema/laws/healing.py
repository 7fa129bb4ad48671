"""The table ``[healing]``: metal that diffuses along the interface into its voids."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, sourced

DIFFUSION = Bounds(above=0.0, at_most=1e6)


class HealingTable(Strict):
    """Diffusion along the interface while a current flows and in holds.

    The flow of metal is the gradient of the contact pressure times ``V * diffusion / (R T)``.
    """

    diffusion: Annotated[
        sourced(units.INTERFACE_DIFFUSION, DIFFUSION, from_case=True),
        Field(
            description="diffusivity along the interface times the thickness of the layer that "
            "diffuses, '1e-20 m**3/s'; nobody has measured it, so mark it estimate = true"
        ),
    ]

    @model_validator(mode="after")
    def _marked(self) -> HealingTable:
        if not self.diffusion.estimate and "case file" in self.diffusion.source:
            text = (
                "has no source and nobody has measured it; allowed: "
                "{ value = '1e-20 m**3/s', estimate = true }, or source = '...'"
            )
            raise PydanticCustomError("estimate", "{text}", {"key": "diffusion", "text": text})
        return self

    def estimates(self) -> list[str]:
        """``healing.diffusion`` if it is an estimate."""
        entry: SourcedValue = self.diffusion
        return ["healing.diffusion"] if entry.estimate else []
