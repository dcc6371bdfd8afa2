"""What every ready workflow says where the embedded extractor cannot do what is asked."""

from ...state.context import OFFLINE


def offline_note(model: str, cannot: str) -> tuple[str, ...]:
    """A note for the workflow's ``notes`` when nobody but the extractor did the work; else none.

    ``cannot`` ends the sentence "offline:extract reads and quotes; it ...".
    """
    return (f"{OFFLINE} reads and quotes; it {cannot}.",) if model == OFFLINE else ()
