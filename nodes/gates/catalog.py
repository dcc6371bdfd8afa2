"""Every gate by its name, and the other names under which people look for them."""

from collections.abc import Mapping
from types import MappingProxyType

from ...state.errors import NotFoundError
from ...state.names import nearest
from .data import DATA_GATES
from .delivery import DELIVERY_GATES
from .gate import Gate
from .keywords import KEYWORD_GATES
from .rules import RULE_GATES
from .shape import SHAPE_GATES
from .tracing import TRACING_GATES
from .writing import WRITING_GATES

GATES: Mapping[str, Gate] = MappingProxyType(
    {
        gate.name: gate
        for gate in (
            *SHAPE_GATES,
            *DATA_GATES,
            *WRITING_GATES,
            *KEYWORD_GATES,
            *TRACING_GATES,
            *RULE_GATES,
            *DELIVERY_GATES,
        )
    }
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "extraction_completeness": "completeness",
        "content_quality": "quality",
        "confidence_threshold": "confidence",
        "style_compliance": "style",
        "seo": "keywords",
        "search_engine_optimisation": "keywords",
        "search_engine_optimization": "keywords",
        "plagiarism": "overlap",
        "fact_check": "grounding",
        "fact_accuracy": "grounding",
        "factual_accuracy": "grounding",
        "numbers_traceable": "grounding",
        "category_validation": "category",
    }
)

_NONE: Mapping[str, Gate] = MappingProxyType({})


def gate_named(name: str, own: Mapping[str, Gate] = _NONE) -> Gate:
    """The gate of that name or other name; ``own`` gates go before ours.

    Raises:
        NotFoundError: there is none.
    """
    found = own.get(name) or GATES.get(ALIASES.get(name, name))
    if found is None:
        known = (*own, *GATES, *ALIASES)
        raise NotFoundError(
            f"There is no gate {name!r}{nearest(name, known)}.",
            fix=f"The gates are: {', '.join(sorted((*own, *GATES)))}.",
        )
    return found
