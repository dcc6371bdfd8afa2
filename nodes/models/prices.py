"""What a call costs, from the price list that genai-prices bundles."""

from ...state.context import OFFLINE


def cost_of(
    model: str, input_tokens: int, output_tokens: int, *, cached_tokens: int = 0
) -> float | None:
    """US dollars; None where the list has no price, since 0 would be a claim.

    ``cached_tokens`` are those of the input that the provider had read before; they cost less.
    """
    if model == OFFLINE:
        return 0.0  # nothing leaves the machine
    from genai_prices import Usage, calc_price

    provider, _, name = model.partition(":")
    try:
        price = calc_price(
            Usage(
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                cache_read_tokens=min(cached_tokens, input_tokens),
            ),
            model_ref=name,
            provider_id=provider,
        )
    except LookupError:
        return None
    return float(price.total_price)
