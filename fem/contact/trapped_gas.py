"""Gas trapped in closed voids: isothermal ideal gas, void by void.

A void is a connected run of open facets. When contact cuts it off from the outside
it keeps the gas it holds, at the pressure around the press; from then on its
pressure times its volume stays what it was. Voids that split share their gas in
proportion to their volumes, voids that merge add it, a void that opens to the
outside lets it go, and a void that opens inside a contact holds none.

The pressure of each void is an unknown of its own, solved with the ceramic's load:
a void at hundreds of MPa is a few nanometres high, and its pressure times the
change of its volume is far too stiff to follow the solution from outside. The
equation solved is ``volume - amount / pressure = 0``; it has no pole where an
iterate has squeezed a void to nothing.

Within a step the change of a void's pressure acts on all points of its facets, rim
included, and its volume is the net volume over all of them: no point changes sides
while the pressure is being found, so the volume has no jumps.

The press stands in the same gas: pressures on the bodies count from its pressure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.facet_graph import NONE, FacetGraph, facet_graph
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.history_field import BY_HOLDER, SHARED, HistoryField

Array = NDArray[np.float64]
# A facet is open if its mean gap exceeds what this many yield stresses press into the
# contact stiffness: contact leaves a ripple of the gap below that, which holds no gas.
OPEN_STRESSES = 2.0
# Gas of fewer than this many facet volumes (size to the dimension, at the outside
# pressure) is not followed: it belongs to no void the mesh can show.
SMALLEST_SHARE = 1e-4
LARGEST_RISE, LARGEST_FALL = 4.0, 0.3  # of a pressure within one Newton iteration
# Once the gas of every void carries this share of the mean pressure, more pressure
# compresses gas instead of closing voids.
CARRYING_SHARE = 0.5


class TrappedGas(ContactPart):
    """The gas in every closed void; the same on every rank.

    A state's gas is one absolute pressure per facet (facets, of all ranks, in the
    order of the graph), so that it keeps its meaning when voids split and merge.

    Attributes:
        outside_MPa: Absolute pressure of the gas around the press.
        graph: All contact facets.
        label: Void of each facet, its rim of closed facets included, (facets,).
        amount: Pressure times volume of each void, (voids,), MPa µm^dimension.
        source: A facet of each void that holds its pressure, (voids,).
        base: Pressure of each void at the last committed state, (voids,), MPa.
        outside: Whether a facet is open to the outside, (facets,).
        escaped_pJ: Work that had been done on gas which has escaped since, (1,), pJ.
    """

    def __init__(self, body: PressedBody, outside_MPa: float, widths_um: tuple[float, ...]) -> None:
        size = float(body.fields.facet_size.value)
        self._body = body
        self.outside_MPa = outside_MPa
        self.graph: FacetGraph = facet_graph(body.comm, body.face, widths_um, size)
        self._points = body.face.points_per_facet
        self._size = size
        self._smallest = SMALLEST_SHARE * outside_MPa * size**body.dimension
        area = body.face.reference_area.reshape(-1, self._points).sum(1)
        self._facet_area = self._everywhere(area)
        self.label = np.full(self.graph.size, NONE, dtype=np.int64)
        self.amount = np.zeros(0)
        self.source = np.zeros(0, dtype=np.int64)
        self.base = np.zeros(0)
        self.outside = np.zeros(self.graph.size, dtype=bool)
        self.escaped_pJ = np.zeros(1)

    def initial(self) -> Array:
        """Gas of a state nothing has happened to, (facets,), MPa."""
        return np.full(self.graph.size, self.outside_MPa)

    def _everywhere(self, own: Array) -> Array:
        """Values of this rank's facets as values of all facets."""
        values = np.zeros(self.graph.size)
        values[self.graph.own] = own
        return self._body.sum_arrays(values)

    def _facet_sums(self, at_points: Array) -> Array:
        return self._everywhere(at_points.reshape(-1, self._points).sum(1))

    def at_points(self, per_void: Array) -> Array:
        """Values of voids at this rank's facet points, 0 outside voids, (n,)."""
        own = self.label[self.graph.own]
        values = np.append(per_void, 0.0)[own]  # NONE picks the last
        return np.repeat(values, self._points)

    def per_void(self, at_points: Array) -> Array:
        """Sums over the facet points of each void, all ranks, (voids,)."""
        own = np.repeat(self.label[self.graph.own], self._points)
        sums = np.bincount(own + 1, weights=at_points, minlength=len(self.amount) + 1)[1:]
        return self._body.sum_arrays(sums)

    def pressure(self, gas: Array) -> Array:
        """Absolute pressure of each void, (facets,) to (voids,), MPa."""
        return gas[self.source]

    def floor(self) -> Array:
        """Pressure above the outside at the last committed state, at the points, (n,), MPa."""
        return self.at_points(self.base - self.outside_MPa)

    def rise(self, gas: Array) -> Array:
        """Change of pressure since then, at the points, (n,), MPa."""
        return self.at_points(self.pressure(gas) - self.base)

    def holds(self) -> NDArray[np.bool_]:
        """Which of this rank's facet points belong to a void, (n,)."""
        return np.repeat(self.label[self.graph.own] != NONE, self._points)

    # --- equations -------------------------------------------------------------

    def _area(self) -> Array:
        inside = self.label != NONE
        count = len(self.amount)
        return np.bincount(self.label[inside], self._facet_area[inside], minlength=count)

    def mismatch(self, gas: Array, volume: Array) -> Array:
        """What the ideal gas law lacks, as a force on the area of each void, (voids,), µN."""
        pressure = self.pressure(gas)
        return self._area() * pressure * (1 - pressure * volume / self.amount)

    def stiffness(self, gas: Array) -> Array:
        """Force on the area of each void per volume it loses, (voids,), µN/µm^dimension."""
        return self._area() * self.pressure(gas) ** 2 / self.amount

    def pressure_change(self, force: Array) -> Array:
        """Change of pressure that is a force on the area of each void, (voids,), MPa."""
        return force / self._area()

    def direction(self, gas: Array, change: Array) -> Array:
        """Change of a state's gas for a change of each void's pressure, (facets,), MPa.

        Facets outside voids return to the outside pressure.
        """
        old = self.pressure(gas)
        new = np.clip(old + change, LARGEST_FALL * old, LARGEST_RISE * old)
        return np.append(new, self.outside_MPa)[self.label] - gas

    # --- from step to step -----------------------------------------------------

    def history(self) -> tuple[HistoryField, ...]:
        """The voids and what each holds; `carry` hands them over when nodes move."""

        def field(name: str) -> HistoryField:
            return HistoryField(
                f"gas_{name}",
                SHARED,
                BY_HOLDER,
                lambda: getattr(self, name).copy(),
                lambda values: setattr(self, name, values.copy()),
            )

        names = ("label", "amount", "source", "base", "outside", "escaped_pJ")
        return tuple(field(name) for name in names)

    def start(self, at: ContactState) -> None:
        """Takes everything that stands open at first touch as open to the outside."""
        self.open_up(self._volume(at))

    def open_up(self, volume_at_points: Array) -> None:
        """Lets the outside into every facet that stands open.

        Args:
            volume_at_points: Gap times area of each point, (n,).
        """
        self.outside = self._facet_sums(volume_at_points) > self._open_volume()

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Finds the voids of the newly committed state. Collective."""
        self.renew(self._volume(at), gas)

    def _volume(self, at: ContactState) -> Array:
        """Gap times area of each point, (n,), µm^dimension."""
        return self._body.face.reference_area * at.surface.area_ratio * at.gap

    def _open_volume(self) -> Array:
        body = self._body
        ripple = OPEN_STRESSES * body.metal.yield_MPa / float(body.fields.stiffness.value)
        return ripple * self._facet_area

    def renew(self, volume_at_points: Array, gas: Array) -> None:
        """Finds the voids of a newly committed state and gives each its gas.

        Args:
            volume_at_points: Gap times area of each point, (n,).
            gas: Gas of the state, (facets,).
        """
        graph, before_pJ = self.graph, self._stored_pJ(gas)
        volume = self._facet_sums(volume_at_points)
        is_open = volume > self._open_volume()
        component = graph.components(is_open)
        volume = np.where(is_open, volume, 0.0)
        heirs = [component == number for number in range(component.max(initial=NONE) + 1)]
        closed = [not graph.reaches_outside(heir) for heir in heirs]
        amount = [
            self.outside_MPa * volume[heir & self.outside].sum() if shut else 0.0
            for heir, shut in zip(heirs, closed, strict=True)
        ]
        source = [int(np.argmax(np.where(heir, volume, -1.0))) for heir in heirs]
        largest = [0.0] * len(heirs)
        for void, held in enumerate(self.amount):
            members = self.label == void
            parts = np.array([volume[members & heir].sum() for heir in heirs])
            if not parts.any():
                # Squeezed below what counts as open: the gas is still there.
                heirs.append(np.arange(graph.size) == self.source[void])
                closed.append(True)
                amount.append(held)
                source.append(int(self.source[void]))
                largest.append(held)
                continue
            worth = parts * held >= self._smallest * parts.sum()
            parts = np.where(worth, parts, 0.0) if worth.any() else parts
            for number in np.flatnonzero(parts):
                share = held * parts[number] / parts.sum()
                amount[number] += share
                if share > largest[number]:
                    largest[number] = share
                    inside = np.where(members & heirs[number], volume, -1.0)
                    source[number] = int(np.argmax(inside))
        label = np.full(graph.size, NONE, dtype=np.int64)
        kept = []
        for number, heir in enumerate(heirs):
            if closed[number] and amount[number] > self._smallest:
                label[heir] = len(kept)
                kept.append(number)
        self.outside = np.zeros(graph.size, dtype=bool)
        for heir, shut in zip(heirs, closed, strict=True):
            self.outside |= heir & (not shut)
        self.label = graph.grown(label)
        self.amount = np.array([amount[number] for number in kept])
        self.source = np.array([source[number] for number in kept], dtype=np.int64)
        self.base = self.pressure(gas)
        self.escaped_pJ += before_pJ - self._stored_pJ(gas)

    def middles(self) -> Array:
        """Where the facets are now, the same on every rank, (facets, dimension-1), µm."""
        lateral = self._body.surface().position[:, :-1]
        own = lateral.reshape(-1, self._points, lateral.shape[1]).mean(axis=1)
        return np.stack([self._everywhere(axis) for axis in own.T], axis=-1)

    def carry(self, before: Array, after: Array, gas: Array) -> Array:
        """Hands the voids to the facets that have taken the places of the old ones.

        Args:
            before: ``middles`` of the facets when the voids were found.
            after: Their ``middles`` now that the nodes have moved along the surface.
            gas: Gas of the state before, (facets,), MPa.

        Returns:
            Gas of the state after.
        """
        pressure, void = self.pressure(gas), self.label
        self.label = void[cKDTree(before).query(after)[1]]
        for number, middle in enumerate(before[self.source]):
            self.source[number] = cKDTree(after).query(middle)[1]
            # A void narrower than a facet may have found none that takes it.
            self.label[self.source[number]] = number
        self.outside = self.outside[cKDTree(before).query(after)[1]]
        return np.append(pressure, self.outside_MPa)[self.label]

    # --- what it comes to ------------------------------------------------------

    def carries(self, gas: Array, pressure_MPa: float) -> bool:
        """Whether gas, not sodium, holds every remaining void open."""
        excess = self.pressure(gas) - self.outside_MPa
        return bool(len(excess)) and bool((excess > CARRYING_SHARE * pressure_MPa).all())

    def work_pJ(self, gas: Array) -> float:
        """Work done on the gas since the voids closed off, pJ.

        What is stored in it, and what gas that has escaped took along.
        """
        return self._stored_pJ(gas) + float(self.escaped_pJ[0])

    def _stored_pJ(self, gas: Array) -> float:
        """Isothermal compression against the outside pressure, pJ.

        Amount times ``ln r - 1 + 1 / r``, r the ratio of pressures (textbook).
        """
        ratio = self.pressure(gas) / self.outside_MPa
        return float((self.amount * (np.log(ratio) - 1 + 1 / ratio)).sum())


def trapped_gas(body: PressedBody, widths_um: tuple[float, ...]) -> TrappedGas | None:
    """The gas around a body's face, None in vacuum."""
    outside = body.law.gas_MPa
    return TrappedGas(body, outside, widths_um) if outside > 0.0 else None
