"""A model from its name: ``offline:extract``, ``openai:gpt-5-mini``, ``provider:model``."""

import importlib.util
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from ...state.context import OFFLINE
from ...state.errors import ModelError
from ...state.names import nearest

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

#: Where a provider's key is looked for. Others are left to LangChain, which knows its own.
_KEYS = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "groq": "GROQ_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "xai": "XAI_API_KEY",
}
_KEYLESS = ("offline", "ollama", "bedrock", "azure_openai", "huggingface", "together", "cohere")
PROVIDERS = (*_KEYS, *_KEYLESS)


def check_model(name: str) -> None:
    """Refuse, before anything runs, a model that cannot be reached.

    Raises:
        ModelError: no such provider, no such offline model, or its key is not set.
    """
    provider, _, model = name.partition(":")
    if name == OFFLINE:
        return
    if provider == "offline":
        raise ModelError(f"There is no offline model {model!r}.", fix=f"Use {OFFLINE!r}.")
    if not model or provider not in PROVIDERS:
        raise ModelError(
            f"{name!r} is no model's name{nearest(provider, PROVIDERS)}.",
            fix="Write provider:model, such as openai:gpt-5-mini, or " + OFFLINE + ".",
        )
    key = _KEYS.get(provider)
    if key is not None and not os.environ.get(key):
        raise ModelError(
            f"The model {name!r} needs a key, and {key} is not set.",
            fix=f"Set {key} in the environment or in .env, or use {OFFLINE!r}, which needs none.",
        )
    if provider != "openai" and importlib.util.find_spec("langchain") is None:
        raise ModelError(
            f"The model {name!r} needs LangChain's own package for {provider!r}.",
            fix=f"Install it: pip install langchain langchain-{provider.replace('_', '-')}.",
        )


@lru_cache(maxsize=32)
def connect(name: str) -> "BaseChatModel":
    """The chat model of that name. Retries are ours alone (see ``ask``), so the client has none.

    Raises:
        ModelError: as ``check_model``.
    """
    check_model(name)
    if name == OFFLINE:
        from ..offline.chat import OfflineExtractor

        return OfflineExtractor()
    provider, _, model = name.partition(":")
    if provider == "openai":
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(model=model, max_retries=0, timeout=60)
    # Found only when installed: LangChain's own registry of providers.
    from langchain.chat_models import init_chat_model  # type: ignore[import-not-found,unused-ignore]

    made: BaseChatModel = init_chat_model(name, max_retries=0, timeout=60)
    return made


def context_limit(name: str) -> int:
    """How many tokens of documents a step may put before the model."""
    if name == OFFLINE:
        from ..offline.chat import CONTEXT_LIMIT

        return CONTEXT_LIMIT
    # Today's hosted models take several times this; more context costs more than it tells.
    return 24_000
