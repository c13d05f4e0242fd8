"""What was seen otherwise than it must be."""


class Failed(Exception):
    """Why a scenario does not hold."""


def expect(holds: bool, otherwise: str) -> None:
    """Fails with what was seen."""
    if not holds:
        raise Failed(otherwise)
