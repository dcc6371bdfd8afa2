"""The parser's events of a text, one after the other, with its faults in plain words."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import Event
from ruamel.yaml.scanner import Scanner, ScannerError

from .yaml_faults import Place, Refused, fault_of, place_of

#: How many mappings and lists may stand inside each other.
MAX_DEPTH = 50


def events_of(text: str) -> Iterator[Event]:
    """The events; they come while the text is read, so that a bound can stop it early.

    Raises:
        Refused: where the text is no YAML, or brackets stand too deep.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _BoundedScanner
    try:
        yield from yaml.parse(text)
    except MarkedYAMLError as error:
        raise fault_of(error, text) from error


class _BoundedScanner(Scanner):
    """ruamel's scanner, which stops at deep brackets instead of slowing down with each,
    and at another version of YAML."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
        # Any: the signature is ruamel's.
        if self.flow_level >= MAX_DEPTH:
            raise too_deep(place_of(self.reader.get_mark()))
        super().fetch_flow_collection_start(TokenClass, to_push)

    def scan_yaml_directive_value(self, start_mark: Any) -> Any:  # Any: the signature is ruamel's
        version = super().scan_yaml_directive_value(start_mark)
        if version != (1, 2):  # the parser knows 1.1 as well, and stumbles over all others
            raise Refused(
                "The definition asks for another YAML than 1.2.",
                fix="Take the line '%YAML' out, or write '%YAML 1.2'.",
                place=place_of(start_mark),
            )
        return version

    def fetch_more_tokens(self) -> Any:  # Any: the signature is ruamel's
        try:
            return super().fetch_more_tokens()
        except (ValueError, LookupError, OverflowError) as error:  # such as \UFFFFFFFF
            mark = self.reader.get_mark()
            raise ScannerError(None, None, "cannot be read", mark) from error


def too_deep(place: Place, path: tuple[str | int, ...] = ()) -> Refused:
    """What to raise for nesting beyond ``MAX_DEPTH``."""
    return Refused(
        f"Mappings and lists stand more than {MAX_DEPTH} deep inside each other here.",
        fix="Make the definition flatter.",
        place=place,
        path=path,
    )
