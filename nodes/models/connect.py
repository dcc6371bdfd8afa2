"""A model from its name: ``offline:extract``, ``openai:gpt-5-mini``, ``provider:model``."""

import importlib.util
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
#: LangChain's package for a provider, where it is not named after it.
_PACKAGES = {"bedrock": "langchain_aws", "azure_openai": "langchain_openai"}
#: Seconds of silence until a client gives up by itself. An answer that is not streamed is silent
#: until it is whole, so this must not be shorter than ``ask``'s patience, which is what counts.
_SILENCE = 600
#: What a client calls the most tokens of an answer, where it is not ``max_tokens``.
_MOST = {"ollama": "num_predict", "huggingface": "max_new_tokens"}


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
    if provider not in PROVIDERS or not model.strip():
        meant = nearest(provider, PROVIDERS) if provider not in PROVIDERS else ""
        raise ModelError(
            f"{name!r} is no model's name{meant}.",
            fix="Write provider:model, such as openai:gpt-5-mini, or " + OFFLINE + ".",
        )
    key = _KEYS.get(provider)
    if key is not None and not os.environ.get(key, "").strip():
        raise ModelError(
            f"The model {name!r} needs a key, and {key} is not set.",
            fix=f"Set {key} in the environment or in .env, or use {OFFLINE!r}, which needs none.",
        )
    if provider != "openai":
        _check_packages(name, provider)


def _check_packages(name: str, provider: str) -> None:
    needed = ("langchain", _PACKAGES.get(provider, f"langchain_{provider}"))
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        raise ModelError(
            f"The model {name!r} needs LangChain's own package for {provider!r}.",
            fix=f"Install it: pip install {' '.join(missing).replace('_', '-')}.",
        )


def connect(
    name: str, *, temperature: float | None = None, max_tokens: int | None = None
) -> "BaseChatModel":
    """A new chat model of that name, as the environment is now.

    ``temperature`` and ``max_tokens``, the most of one answer, are the provider's own where they
    are None. The offline extractor has no use for either: it does not generate.

    It is not kept for the next caller: an address or a key may have changed by then, and a
    connection belongs to the event loop that it was opened on. Retries are ours alone (see
    ``ask``), so the client has none.

    Raises:
        ModelError: as ``check_model``.
    """
    check_model(name)
    if name == OFFLINE:
        from ..offline.chat import OfflineExtractor

        return OfflineExtractor()
    provider, _, model = name.partition(":")
    if provider == "openai":
        return _openai(model, temperature=temperature, max_tokens=max_tokens)
    settings = {"temperature": temperature, _MOST.get(provider, "max_tokens"): max_tokens}
    given = {key: value for key, value in settings.items() if value is not None}
    # Found only when installed: LangChain's own registry of providers.
    from langchain.chat_models import init_chat_model  # type: ignore[import-not-found,unused-ignore]

    made: BaseChatModel = init_chat_model(name, max_retries=0, timeout=_SILENCE, **given)
    return made


def _openai(model: str, *, temperature: float | None, max_tokens: int | None) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI
    from openai import DefaultAsyncHttpxClient

    made = ChatOpenAI(
        model=model,
        temperature=temperature,
        max_completion_tokens=max_tokens,
        max_retries=0,
        timeout=_SILENCE,
        # Without one, LangChain shares a pool among all event loops, and a connection of a loop
        # that has ended fails the next run ("Event loop is closed").
        http_async_client=DefaultAsyncHttpxClient(timeout=_SILENCE),
        # Else it warns of a proxy passed over, which the client above does use.
        http_socket_options=(),
    )
    if made.temperature != temperature:
        # LangChain leaves it out for models that refuse it. A setting is refused, or it counts.
        made.extra_body = {"temperature": temperature}
    return made


@asynccontextmanager
async def connected(
    name: str, *, temperature: float | None = None, max_tokens: int | None = None
) -> AsyncIterator["BaseChatModel"]:
    """The model for one piece of work on the running event loop; its connections end with it.

    Raises:
        ModelError: as ``check_model``.
    """
    model = connect(name, temperature=temperature, max_tokens=max_tokens)
    try:
        yield model
    finally:
        client = getattr(model, "root_async_client", None)
        if client is not None:
            await client.close()


def context_limit(name: str) -> int:
    """How many tokens of documents a step may put before the model."""
    if name == OFFLINE:
        from ..offline.chat import CONTEXT_LIMIT

        return CONTEXT_LIMIT
    # Today's hosted models take several times this; more context costs more than it tells.
    return 24_000
