"""Definitions with one fault each: the text, where the fault stands, and what is said of it.

A ``«`` in a text is not part of it: it stands where the fault is. ``STEPS`` and the other modules
lie beside the definition's file.
"""

from dataclasses import dataclass

#: The functions that the definitions refer to as ``steps:...``.
STEPS = '''
from typing import Literal

from pydantic import BaseModel

NUMBER = 3


class Letter(BaseModel):
    subject: str


class Idle:
    """Has no execute."""


def clean(text: str) -> str:
    return text


def count(text: str) -> int:
    return len(text)


def split(text: str) -> list[str]:
    return text.split()


def sort(text: str) -> Literal["long", "short"]:
    return "long"


def silent(text: str) -> None:
    return None


def astray(txt: str) -> str:
    return txt


def several(*texts: str) -> str:
    return ""


def unnamed(text: str, /) -> str:
    return text
'''
#: A module that cannot be imported.
FAILING = 'raise RuntimeError("no such luck")\n'
#: A workflow that another may nest: it needs ``text`` and gives ``words``.
INNER = """\
workflow_definition: {name: inner, version: 1}
inputs: {text: str, most: {type: int, default: 3}}
outputs: {words: words}
workflow_steps:
  - {step: words, function: steps:split}
"""
#: The same with a fault, on line 4.
WRONG_INNER = """\
workflow_definition: {name: wrong_inner, version: 1}
inputs: {text: str}
workflow_steps:
  - {step: words, agent: nobody}
"""

HEAD = 'workflow_definition: {name: flow, version: "1"}\n'
INPUTS = (
    'inputs: {text: str, size: int, kind: "literal[long, short]", parts: "list[str]", done: bool}\n'
)
AGENTS = "agents: [{name: writer}, {name: reader}]\n"


def flow(*steps: str, top: str = "", head: str = HEAD) -> str:
    """A definition with these steps, two agents and a few inputs."""
    inputs = "" if "inputs:" in top else INPUTS
    agents = "" if "agents:" in top else AGENTS
    listed = "".join(f"  - {each}\n" for each in steps)
    return f"{head}{inputs}{agents}{top}workflow_steps:\n{listed}"


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A definition with its fault marked, and what the refusal says."""

    name: str
    text: str
    says: tuple[str, ...]


def _case(name: str, text: str, *says: str) -> Broken:
    return Broken(name=name, text=text, says=says)


CLEAN = "{step: clean, function: steps:clean}"

ORDER = (
    _case(
        "depends_on_itself",
        flow("{step: a, function: steps:clean, depends_on: [«a]}"),
        "'a' → 'a'",
        "circle",
    ),
    _case(
        "depends_on_itself_by_name_alone",
        flow("{step: a, function: steps:clean, depends_on: «a}"),
        "'a' → 'a'",
    ),
    _case(
        "two_in_a_circle",
        flow(
            "{step: a, function: steps:clean, depends_on: [«b]}",
            "{step: b, function: steps:clean, depends_on: [a]}",
        ),
        "'a' → 'b' → 'a'",
    ),
    _case(
        "three_in_a_circle",
        flow(
            "{step: z, function: steps:clean}",
            "{step: a, function: steps:clean, depends_on: [z, «c]}",
            "{step: b, function: steps:clean, depends_on: [a]}",
            "{step: c, function: steps:clean, depends_on: [b]}",
        ),
        "'a' → 'c' → 'b' → 'a'",
    ),
    _case(
        "a_circle_in_a_map",
        flow(
            "{step: m, map: {over: parts, steps: [{step: a, agent: writer, depends_on: [«b]}, "
            "{step: b, agent: writer, depends_on: [a]}]}}"
        ),
        "'a' → 'b' → 'a'",
    ),
    _case(
        "a_dependency_that_is_missing",
        flow(CLEAN, "{step: count, function: steps:count, depends_on: [«claen]}"),
        "'count' depends on 'claen'",
        "the nearest name is 'clean'",
        "It can depend on: 'clean'",
    ),
    _case(
        "a_dependency_in_another_list",
        flow(
            "{step: both, parallel: [{step: inner, agent: writer}, {step: other, agent: reader}]}",
            "{step: count, function: steps:count, depends_on: [both, «inner]}",
        ),
        "'count' depends on 'inner'",
        "another list",
    ),
    _case(
        "a_dependency_on_a_step_that_is_led_to",
        flow(
            "{step: r, if: size > 3, then: long}",
            "{step: long, agent: writer}",
            "{step: count, function: steps:count, depends_on: [r, «long]}",
        ),
        "'count' depends on 'long'",
        "only when 'r' leads to it",
    ),
    _case(
        "a_step_that_is_led_to_and_depends",
        flow(
            CLEAN,
            "{step: r, if: size > 3, then: long, depends_on: [clean]}",
            "{step: long, agent: writer, depends_on: [«clean]}",
        ),
        "'long' runs when 'r' leads to it, and cannot depend on 'clean'",
    ),
    _case(
        "a_dependency_twice",
        flow(CLEAN, "{step: count, function: steps:count, depends_on: [clean, «clean]}"),
        "'count' depends on 'clean' twice",
    ),
    _case(
        "two_writers_in_parallel",
        flow(
            "{step: both, parallel: [{step: a, agent: writer, writes: {note: str}}, "
            "{step: b, agent: reader, writes: {«note: str}}]}"
        ),
        "'a' and 'b' run at once and both write 'note'",
        "merge",
    ),
    _case(
        "two_writers_by_name_in_parallel",
        flow(
            "{step: both, parallel: [{step: a, agent: writer, writes: note}, "
            "{step: b, agent: reader, writes: [«note]}]}",
            top="state: {note: str}\n",
        ),
        "'a' and 'b' run at once and both write 'note'",
    ),
    _case(
        "three_writers_in_parallel",
        flow(
            "{step: both, parallel: {x: {step: a, agent: writer, writes: note}, "
            "y: {step: b, agent: reader, writes: «note}, "
            "z: {step: c, agent: reader, writes: note}}}",
            top="state: {note: str}\n",
        ),
        "'a' and 'b' run at once and both write 'note'",
    ),
    _case(
        "two_writers_in_a_dag",
        flow(
            CLEAN,
            "{step: a, agent: writer, depends_on: [clean], writes: {note: str}}",
            "{step: b, agent: writer, depends_on: [clean], writes: {«note: str}}",
        ),
        "'a' and 'b' run at once and both write 'note'",
    ),
    _case(
        "two_writers_in_a_concurrent_workflow",
        flow(
            "{step: a, agent: writer, writes: {note: str}}",
            "{step: b, agent: writer, writes: {«note: str}}",
            head=HEAD.replace("}", ", orchestration_pattern: concurrent}"),
        ),
        "'a' and 'b' run at once and both write 'note'",
    ),
    _case(
        "two_agents_of_a_step_write_one_field_at_once",
        flow("{step: both, agents: [writer, reader], pattern: concurrent, writes: {«note: str}}"),
        "run at once and both write 'note'",
    ),
)

NAMES = (
    _case("an_unknown_agent", flow("{step: a, agent: «writr}"), "no agent 'writr'", "'writer'"),
    _case(
        "an_unknown_agent_among_several",
        flow("{step: a, agents: [writer, «raeder]}"),
        "no agent 'raeder'",
        "the nearest name is 'reader'",
    ),
    _case(
        "an_unknown_agent_alone_where_several_go",
        flow("{step: a, agents: «raeder}"),
        "no agent 'raeder'",
    ),
    _case(
        "an_unknown_agent_in_a_route",
        flow("{step: a, route: {agent: «judge, cases: {x: " + CLEAN + "}, fallback: null}}"),
        "no agent 'judge'",
        "'writer', 'reader'",
    ),
    _case(
        "an_unknown_agent_in_a_chat",
        flow("{step: a, chat: {participants: [writer, «critic]}}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_manager_of_a_chat",
        flow("{step: a, chat: {participants: [writer, reader], manager: «critic}}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_agent_in_a_chat_of_agents",
        flow("{step: a, agents: [writer, «critic], pattern: chat}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_agent_in_a_team",
        flow("{step: a, team: {manager: writer, workers: [reader, «critic]}}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_worker_by_key",
        flow("{step: a, team: {manager: writer, workers: {reader: , «critic: }}}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_manager_of_a_team",
        flow("{step: a, team: {manager: «wirter, workers: [reader]}}"),
        "no agent 'wirter'",
        "the nearest name is 'writer'",
    ),
    _case(
        "an_unknown_agent_in_a_team_of_agents",
        flow("{step: a, agents: [writer, «critic], pattern: team}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_substitute",
        flow(
            "{step: a, agent: writer, error_handling: "
            "{fallback_strategy: substitute, substitute: «raeder}}"
        ),
        "no agent 'raeder'",
        "the nearest name is 'reader'",
    ),
    _case(
        "an_unknown_substitute_of_an_agent",
        flow(
            "{step: a, agent: writer}",
            "{step: b, agent: writer}",
            top="agents: [{name: writer, error_handling: {substitute: «raeder}}]\n",
        ),
        "no agent 'raeder'",
    ),
    _case(
        "an_unknown_substitute_for_all",
        flow(CLEAN, top="error_handling: {substitute: «raeder}\n"),
        "no agent 'raeder'",
    ),
    _case(
        "an_unknown_agent_of_a_stage",
        flow("{step: a, batches: {over: parts, stages: [{stage: one, agent: «critic}]}}"),
        "no agent 'critic'",
    ),
    _case(
        "an_unknown_tool",
        flow(
            "{step: a, agent: writer}",
            top="tools: [{name: search, function: steps:clean}]\n"
            "agents: [{name: writer, tools: [«serch]}]\n",
        ),
        "no tool 'serch'",
        "the nearest name is 'search'",
    ),
    _case(
        "an_unknown_tool_where_there_are_none",
        flow("{step: a, agent: writer}", top="agents: [{name: writer, tools: «search}]\n"),
        "no tool 'search'",
        "there are: none",
    ),
    _case(
        "an_unknown_field_to_read",
        flow("{step: a, agent: writer, reads: [text, «sise]}"),
        "'a' reads 'sise'",
        "the nearest name is 'size'",
    ),
    _case(
        "an_unknown_field_of_an_agent",
        flow("{step: a, agent: writer}", top="agents: [{name: writer, input: [«txt]}]\n"),
        "'a' reads 'txt'",
        "the nearest name is 'text'",
    ),
    _case(
        "a_parameter_that_is_no_field",
        flow("{step: a, function: «steps:astray}"),
        "'txt'",
        "the nearest name is 'text'",
    ),
    _case(
        "a_reviewed_field_that_is_not_there",
        flow(CLEAN, "{step: r, review: {fields: [clean, «claen]}}"),
        "'r' reads 'claen'",
        "the nearest name is 'clean'",
    ),
    _case(
        "a_reviewed_field_by_name_alone",
        flow(CLEAN, "{step: r, review: {fields: «claen}}"),
        "'r' reads 'claen'",
    ),
    _case(
        "a_description_of_what_is_not_there",
        flow(CLEAN, "{step: r, review: {fields: [clean], describe: «steps:astray}}"),
        "'txt'",
    ),
    _case(
        "what_a_map_collects_is_not_there",
        flow("{step: m, map: {over: parts, steps: {step: one, agent: writer}, collect: «won}}"),
        "'won'",
        "the nearest name is 'one'",
    ),
    _case(
        "an_output_of_an_unknown_field",
        flow(CLEAN, top="outputs: {result: «claen}\n"),
        "no field 'claen'",
        "the nearest name is 'clean'",
    ),
    _case(
        "an_output_named_alone",
        flow(CLEAN, top="outputs: [clean, «claen]\n"),
        "no field 'claen'",
    ),
    _case(
        "a_step_read_by_a_checkpoint_alone",
        flow(CLEAN, top="human_checkpoints: [{name: check, after: clean, fields: [«claen]}]\n"),
        "'check' reads 'claen'",
    ),
    _case(
        "an_unknown_pattern",
        flow(CLEAN, head=HEAD.replace("}", ", orchestration_pattern: «sequental}")),
        "'orchestration_pattern' cannot be 'sequental'",
        "the nearest name is 'sequential'",
    ),
    _case(
        "an_unknown_pattern_of_agents",
        flow("{step: a, agents: [writer, reader], pattern: «concurent}"),
        "cannot be 'concurent'",
        "the nearest name is 'concurrent'",
    ),
)

GATES = (
    _case(
        "an_unknown_gate",
        flow("{step: a, agent: writer, validation_gates: [«readabilty]}"),
        "no gate 'readabilty'",
        "the nearest name is 'readability'",
    ),
    _case(
        "an_unknown_gate_alone",
        flow("{step: a, agent: writer, validation_gates: «readabilty}"),
        "no gate 'readabilty'",
    ),
    _case(
        "an_unknown_gate_by_when",
        flow("{step: a, agent: writer, validation_gates: {after: [completeness, «readabilty]}}"),
        "no gate 'readabilty'",
    ),
    _case(
        "an_unknown_gate_of_the_second_when",
        flow(
            "{step: a, agent: writer, "
            "validation_gates: {before: [completeness, completeness], after: {gate: «readabilty}}}"
        ),
        "no gate 'readabilty'",
    ),
    _case(
        "an_unknown_gate_for_all_steps",
        flow(
            "{step: a, agent: writer}",
            "{step: b, agent: writer}",
            top="validation_gates: [«readabilty]\n",
        ),
        "no gate 'readabilty'",
    ),
    _case(
        "an_unknown_gate_for_no_agent_at_all",
        flow(CLEAN, top="validation_gates: [«readabilty]\n"),
        "no gate 'readabilty'",
    ),
    _case(
        "an_own_gate_misspelt",
        flow(
            "{step: a, agent: writer, validation_gates: [«tonne]}",
            top="gates: [{name: tone_of_voice, function: steps:clean}, "
            "{name: tone, function: steps:clean}]\n",
        ),
        "no gate 'tonne'",
        "the nearest name is 'tone'",
    ),
    _case(
        "a_gate_when_there_is_no_such_time",
        flow(
            "{step: a, agent: writer, validation_gates: [{gate: completeness, when: «afterwards}]}"
        ),
        "'when' cannot be 'afterwards'",
        "before, during, after",
    ),
    _case(
        "a_gate_at_an_unknown_time_as_a_key",
        flow("{step: a, agent: writer, validation_gates: {«afterr: [completeness]}}"),
        "'afterr'",
        "the nearest name is 'after'",
    ),
    _case(
        "a_gate_with_an_unknown_parameter",
        flow(
            "{step: a, agent: writer, validation_gates: [{gate: completeness, "
            "with: {«feilds: [a]}}]}"
        ),
        "no parameter 'feilds'",
        "the nearest name is 'fields'",
    ),
    _case(
        "a_gate_with_a_wrong_parameter",
        flow(
            "{step: a, agent: writer, validation_gates: [{gate: confidence, "
            "with: {minimum: «high}}]}"
        ),
        "no 'high' for 'minimum'",
        "number",
    ),
    _case(
        "gates_on_a_step_that_is_no_node",
        flow("{step: a, if: done, then: " + CLEAN + ", «validation_gates: [completeness]}"),
        "'validation_gates'",
    ),
)

TYPES = (
    _case(
        "an_unknown_type",
        flow(CLEAN, top="inputs: {text: str, size: «itn}\n"),
        "no type 'itn'",
        "the nearest name is 'int'",
    ),
    _case(
        "an_unknown_type_within",
        flow(CLEAN, top='inputs: {text: str, size: "list[«itn]"}\n'),
        "no type 'itn'",
    ),
    _case(
        "a_type_of_another_language",
        flow(CLEAN, top="inputs: {text: «string}\n"),
        "no type 'string'",
        "Write str.",
    ),
    _case(
        "a_type_that_does_not_end",
        flow(CLEAN, top='inputs: {text: "list[str«"}\n'),
        "A ']' is missing",
    ),
    _case(
        "a_field_without_a_type",
        flow(CLEAN, top="inputs: {text: str, size:« }\n"),
        "A type is missing",
    ),
    _case(
        "an_unknown_schema",
        flow(
            CLEAN,
            top="schemas: {Letter: {subject: str}}\ninputs: {text: str, mail: «Leter}\n",
        ),
        "no type 'Leter'",
        "the nearest name is 'Letter'",
    ),
    _case(
        "a_schema_with_an_unknown_type",
        flow(CLEAN, top="schemas: {Letter: {subject: «sting}}\n"),
        "no type 'sting'",
    ),
    _case(
        "a_schema_without_fields",
        flow(CLEAN, top="schemas: {Letter: «{}}\n"),
        "'Letter' has no fields",
    ),
    _case(
        "a_schema_with_a_field_that_cannot_be",
        flow(CLEAN, top="schemas: {Letter: {«model_config: str}}\n"),
        "'model_config'",
    ),
    _case(
        "a_schema_that_never_ends",
        flow(CLEAN, top="schemas: {Letter: {next: «Letter}}\n"),
        "No 'Letter' could ever be made",
    ),
    _case(
        "a_schema_called_like_a_type",
        flow(CLEAN, top="schemas: {«list: {subject: str}}\n"),
        "'list' cannot be the name of a schema",
    ),
    _case(
        "a_schema_of_a_class_that_is_not_there",
        flow(CLEAN, top="schemas: {Letter: «steps:Leter}\n"),
        "'steps' has no 'Leter'",
        "the nearest name is 'Letter'",
    ),
    _case(
        "a_type_of_a_class_that_is_not_there",
        flow(CLEAN, top="inputs: {text: str, mail: «steps:Leter}\n"),
        "'steps' has no 'Leter'",
        "the nearest name is 'Letter'",
    ),
    _case(
        "a_type_with_an_unknown_key",
        flow(CLEAN, top="inputs: {text: {type: str, «maximun: 3}}\n"),
        "'maximun'",
        "the nearest name is 'maximum'",
    ),
    _case(
        "a_default_that_does_not_fit",
        flow(CLEAN, top="inputs: {text: str, size: {type: int, default: «many}}\n"),
        "'many' does not fit int",
    ),
    _case(
        "a_limit_that_does_not_fit",
        flow(CLEAN, top="inputs: {text: {type: str, minimum: «3}}\n"),
        "'minimum'",
    ),
    _case(
        "an_unknown_merge_rule",
        flow(CLEAN, top='state: {notes: {type: "list[str]", merge: «apend}}\n'),
        "no merge rule 'apend'",
        "the nearest name is 'append'",
    ),
    _case(
        "a_merge_rule_that_does_not_fit",
        flow(CLEAN, top="state: {total: {type: int, merge: «append}}\n"),
        "'append'",
        "int",
    ),
    _case(
        "numbers_of_texts_added",
        flow(CLEAN, top='state: {total: {type: "literal[a, b]", merge: «add}}\n'),
        "'add'",
    ),
    _case(
        "a_mapping_merged_into_a_list",
        flow(CLEAN, top='state: {total: {type: "list[int]", merge: «merge}}\n'),
        "'merge'",
        "list[int]",
    ),
    _case(
        "a_function_that_needs_what_its_step_does_not_read",
        flow(
            "{step: other, function: steps:clean}",
            "{step: a, function: steps:count, «reads: [other]}",
        ),
        "'a' needs 'text'",
        "Add it to 'reads'",
    ),
    _case(
        "an_answer_that_needs_what_it_does_not_read",
        flow(
            "{step: other, function: steps:clean}",
            "{step: r, review: {fields: [other], on_question: "
            "{step: a, function: steps:count, «reads: [other]}}}",
        ),
        "'a' needs 'text'",
        "Add it to 'reads'",
    ),
    _case(
        "inputs_of_a_class_that_is_not_there",
        flow(CLEAN, top="inputs: «steps:Leter\n"),
        "'steps' has no 'Leter'",
        "the nearest name is 'Letter'",
    ),
    _case(
        "inputs_of_what_has_no_fields",
        flow(CLEAN, top="inputs: «steps:clean\n"),
        "steps:clean",
        "no fields",
    ),
    _case(
        "an_input_written_with_another_type",
        flow("{step: a, function: steps:count, writes: {text: «int}}"),
        "'text' is str elsewhere and int here",
    ),
    _case(
        "a_field_of_two_types",
        flow(
            "{step: a, agent: writer, writes: {note: str}}",
            "{step: b, agent: writer, writes: {note: «float}}",
        ),
        "'note' is str elsewhere and float here",
    ),
    _case(
        "a_step_named_like_a_field_of_another_type",
        flow("{step: «text, function: steps:count}"),
        "'text' is str elsewhere and int here",
    ),
)

EXPRESSIONS = (
    _case(
        "a_condition_with_an_unknown_field",
        flow("{step: a, if: «sise > 3, then: " + CLEAN + "}"),
        "no field 'sise'",
        "the nearest name is 'size'",
    ),
    _case(
        "a_condition_with_an_unknown_field_later",
        flow("{step: a, if: size > 3 and «knd == 'long', then: " + CLEAN + "}"),
        "no field 'knd'",
    ),
    _case(
        "a_route_on_an_unknown_field",
        flow("{step: a, route: {on: «knd, cases: {long: " + CLEAN + "}, fallback: null}}"),
        "no field 'knd'",
        "the nearest name is 'kind'",
    ),
    _case(
        "a_loop_until_an_unknown_field",
        flow("{step: a, loop: {steps: " + CLEAN + ", until: «dnoe, max_iterations: 3}}"),
        "no field 'dnoe'",
        "the nearest name is 'done'",
    ),
    _case(
        "a_chat_until_an_unknown_field",
        flow("{step: a, chat: {participants: [writer, reader], until: «dnoe}}"),
        "no field 'dnoe'",
    ),
    _case(
        "a_map_over_an_unknown_field",
        flow("{step: a, map: {over: «prats, steps: {step: one, agent: writer}}}"),
        "no field 'prats'",
        "the nearest name is 'parts'",
    ),
    _case(
        "batches_over_an_unknown_field",
        flow("{step: a, batches: {over: «prats, stages: [{stage: one, agent: writer}]}}"),
        "no field 'prats'",
    ),
    _case(
        "a_stage_that_asks_of_another_field",
        flow(
            "{step: a, batches: {over: parts, "
            "stages: [{stage: one, agent: writer, routing_logic: «size > 3}]}}"
        ),
        "no field 'size'",
        "item",
    ),
    _case(
        "a_stage_that_compares_what_cannot_be",
        flow(
            "{step: a, batches: {over: parts, "
            "stages: [{stage: one, agent: writer, routing_logic: item > «3}]}}"
        ),
        "'item'",
        "cannot be compared",
    ),
    _case(
        "an_attribute_that_is_not_there",
        flow(
            "{step: a, if: mail.«subjct == 'x', then: {step: one, agent: writer}}",
            top="inputs: {mail: steps:Letter}\n",
        ),
        "no field 'subjct' in 'mail'",
        "the nearest name is 'subject'",
    ),
    _case(
        "an_attribute_of_a_text",
        flow("{step: a, if: text.«length > 3, then: " + CLEAN + "}"),
        "'text' is a text and has no field 'length'",
    ),
    _case(
        "a_comparison_that_cannot_be",
        flow("{step: a, if: size > «'three', then: " + CLEAN + "}"),
        "'size' is an int and cannot be compared with the text 'three'",
    ),
    _case(
        "a_value_that_cannot_be",
        flow("{step: a, if: kind == «'lnog', then: " + CLEAN + "}"),
        "'kind' can never be the text 'lnog'",
        "the nearest name is 'long'",
    ),
    _case(
        "a_call",
        flow("{step: a, if: «len(text) > 3, then: " + CLEAN + "}"),
        "calls nothing",
        "Compute the value in a step",
    ),
    _case(
        "arithmetic",
        flow("{step: a, if: size «* 2 > 3, then: " + CLEAN + "}"),
        "no '*'",
        "Compute the value in a step",
    ),
    _case(
        "an_expression_that_does_not_end",
        flow("{step: a, if: size >«, then: " + CLEAN + "}"),
        "ends",
    ),
    _case(
        "an_assignment_for_a_comparison",
        flow("{step: a, if: size «= 3, then: " + CLEAN + "}"),
        "==",
    ),
    _case(
        "a_condition_that_is_always_true",
        flow("{step: a, if: «1 < 2, then: " + CLEAN + "}"),
        "'1 < 2'",
    ),
    _case(
        "a_constant_for_a_condition",
        flow("{step: a, loop: {steps: " + CLEAN + ", until: «'True', max_iterations: 3}}"),
        "'True'",
    ),
    _case(
        "a_condition_that_is_never_true",
        flow("{step: a, if: «size > 5 and size < 3, then: " + CLEAN + "}"),
        "'size > 5 and size < 3' is never true",
    ),
    _case(
        "a_condition_that_is_never_false",
        flow("{step: a, if: «size is None or size is not None, then: " + CLEAN + "}"),
        "is always true",
    ),
    _case(
        "a_loop_that_never_goes_round",
        flow(
            "{step: a, loop: {steps: "
            + CLEAN
            + ", until: «kind == 'long' or kind != 'long', max_iterations: 3}}"
        ),
        "is always true",
    ),
    _case(
        "two_values_at_once",
        flow("{step: a, if: «kind == 'long' and kind == 'short', then: " + CLEAN + "}"),
        "is never true",
    ),
    _case(
        "a_number_between_what_leaves_no_room",
        flow("{step: a, if: «3 < size < 3.5 and not done, then: " + CLEAN + "}"),
        "is never true",
    ),
    _case(
        "a_constant_beside_a_field",
        flow("{step: a, if: size > 3 or «'long', then: " + CLEAN + "}"),
        "stands alone",
    ),
    _case(
        "a_case_that_is_never_chosen",
        flow(
            "{step: a, route: {on: kind, cases: "
            "{long: " + CLEAN + ", «shrot: {step: b, agent: writer}}, fallback: null}}"
        ),
        "'kind' is never 'shrot'",
        "the nearest name is 'short'",
    ),
    _case(
        "a_case_of_a_condition_that_is_never_chosen",
        flow(
            '{step: a, route: {on: size > 3, cases: {"true": '
            + CLEAN
            + ', «"yes": {step: b, agent: writer}}, fallback: null}}'
        ),
        "is never 'yes'",
        "true, false",
    ),
    _case(
        "a_case_of_a_condition_that_never_holds",
        flow(
            '{step: a, route: {on: size > 5 and size < 3, cases: {«"true": '
            + CLEAN
            + "}, fallback: null}}"
        ),
        "is never 'true'",
    ),
    _case(
        "a_case_that_an_agent_cannot_choose",
        flow(
            "{step: sort, function: steps:sort}",
            "{step: a, route: {on: sort, cases: {«longer: " + CLEAN + "}, fallback: null}}",
        ),
        "'sort' is never 'longer'",
    ),
    _case(
        "a_route_on_a_constant",
        flow("{step: a, route: {on: «\"'long'\", cases: {long: " + CLEAN + "}, fallback: null}}"),
        "'long'",
    ),
)

WAYS = (
    _case(
        "a_loop_without_a_cap",
        flow("{step: a, loop: «{steps: " + CLEAN + ", until: done}}"),
        "'max_iterations' is missing",
    ),
    _case(
        "a_loop_with_a_cap_of_nothing",
        flow("{step: a, loop: {steps: " + CLEAN + ", max_iterations: «0}}"),
        "'max_iterations' must be at least 1, not 0",
    ),
    _case(
        "a_loop_with_a_cap_in_words",
        flow("{step: a, loop: {steps: " + CLEAN + ", max_iterations: «three}}"),
        "'max_iterations' takes a whole number, not the text 'three'",
    ),
    _case(
        "a_loop_with_a_cap_as_text",
        flow("{step: a, loop: {steps: " + CLEAN + ", max_iterations: «'3'}}"),
        "'max_iterations' takes a whole number, not the text '3'",
    ),
    _case(
        "a_loop_without_steps",
        flow("{step: a, loop: {steps: «[], max_iterations: 3}}"),
        "no step here",
    ),
    _case(
        "a_route_without_cases",
        flow("{step: a, route: «{on: kind, fallback: " + CLEAN + "}}"),
        "'cases' is missing",
    ),
    _case(
        "a_route_with_no_case",
        flow("{step: a, route: {on: kind, cases: «{}, fallback: " + CLEAN + "}}"),
        "'cases' is empty",
    ),
    _case(
        "a_route_without_a_fallback",
        flow("{step: a, route: «{on: kind, cases: {long: " + CLEAN + "}}}"),
        "'fallback' is missing",
        "null",
    ),
    _case(
        "a_route_by_nothing",
        flow("{step: a, route: «{cases: {long: " + CLEAN + "}, fallback: null}}"),
        "either 'on' or 'agent'",
    ),
    _case(
        "a_route_by_two",
        flow(
            "{step: a, route: «{on: kind, agent: writer, cases: {long: "
            + CLEAN
            + "}, fallback: null}}"
        ),
        "either 'on' or 'agent'",
    ),
    _case(
        "a_route_to_a_missing_step",
        flow("{step: a, route: {on: kind, cases: {long: «claen}, fallback: null}}", CLEAN),
        "no step 'claen' to lead to",
        "the nearest name is 'clean'",
    ),
    _case(
        "a_fallback_to_a_missing_step",
        flow("{step: a, route: {on: kind, cases: {long: " + CLEAN + "}, fallback: «claen}}"),
        "no step 'claen' to lead to",
    ),
    _case(
        "a_then_to_a_missing_step",
        flow("{step: a, if: done, then: «claen}", CLEAN),
        "no step 'claen' to lead to",
    ),
    _case(
        "an_else_to_a_missing_step",
        flow("{step: a, if: done, then: {step: b, agent: writer}, else: «claen}", CLEAN),
        "no step 'claen' to lead to",
    ),
    _case(
        "a_fallback_of_a_step_to_a_missing_step",
        flow("{step: a, agent: writer, fallback: «claen}", CLEAN),
        "no step 'claen' to lead to",
    ),
    _case(
        "a_route_to_itself",
        flow("{step: a, route: {on: kind, cases: {long: «a}, fallback: null}}", CLEAN),
        "'a' leads to itself",
        "loop",
    ),
    _case(
        "a_route_to_a_step_that_is_led_to_already",
        flow(
            "{step: a, route: {on: kind, cases: {long: clean}, fallback: null}}",
            "{step: b, if: done, then: «clean}",
            CLEAN,
        ),
        "'clean' is led to from 'a' already",
    ),
    _case(
        "steps_that_only_lead_to_each_other",
        flow(
            CLEAN,
            "{step: «a, if: done, then: b}",
            "{step: b, if: size > 3, then: a}",
        ),
        "'a'",
        "never reached",
    ),
    _case(
        "three_steps_that_only_lead_to_each_other",
        flow(
            CLEAN,
            "{step: «a, if: done, then: b}",
            "{step: b, if: size > 3, then: c}",
            "{step: c, if: size < 3, then: a}",
        ),
        "'a'",
        "never reached",
    ),
    _case(
        "a_name_among_steps",
        flow("{step: a, if: done, then: [{step: b, agent: writer}, «clean]}", CLEAN),
        "The name 'clean' stands among steps",
    ),
    _case(
        "a_name_where_there_is_no_list_to_lead_in",
        flow("{step: a, loop: {steps: «clean, max_iterations: 3}}", CLEAN),
        "'clean'",
    ),
    _case(
        "answers_to_a_question_that_cannot_be_asked",
        flow(
            CLEAN,
            "{step: r, review: {fields: [clean], decisions: [approve, reject], "
            "«on_question: {step: answer, agent: writer}}}",
        ),
        "'on_question'",
        "'respond'",
    ),
    _case(
        "a_review_that_can_only_be_asked",
        flow(
            CLEAN,
            "{step: r, review: {fields: [clean], decisions: «[respond], "
            "on_question: {step: answer, agent: writer}}}",
        ),
        "'respond'",
    ),
    _case(
        "a_review_without_decisions",
        flow(CLEAN, "{step: r, review: {fields: [clean], decisions: «[]}}"),
        "'decisions'",
    ),
    _case(
        "a_review_of_nothing",
        flow(CLEAN, "{step: r, review: {fields: «[]}}"),
        "'fields' is empty",
    ),
    _case(
        "an_unknown_decision",
        flow(CLEAN, "{step: r, review: {fields: [clean], decisions: [«aprove]}}"),
        "'aprove'",
        "the nearest name is 'approve'",
    ),
    _case(
        "an_if_without_then",
        flow("«{step: a, if: done}"),
        "'then'",
    ),
    _case(
        "a_then_without_if",
        flow("{step: a, agent: writer, «then: " + CLEAN + "}"),
        "'then' goes with 'if' only",
    ),
    _case(
        "a_step_of_no_kind",
        flow(CLEAN, "«{step: a, task: think}"),
        "'a' says not what it does",
        "agent",
    ),
    _case(
        "a_step_of_two_kinds",
        flow("«{step: a, agent: writer, function: steps:clean}"),
        "'a' is several things at once: agent, function",
    ),
    _case(
        "two_steps_of_one_name",
        flow(CLEAN, "{step: «clean, agent: writer}"),
        "two steps named 'clean'",
    ),
    _case(
        "two_steps_of_one_name_in_different_lists",
        flow(CLEAN, "{step: a, if: done, then: {step: «clean, agent: writer}}"),
        "two steps named 'clean'",
    ),
    _case(
        "a_step_named_like_a_part_of_another",
        flow(
            "{step: a, team: {manager: writer, workers: [reader]}}",
            "{step: «a_plan, agent: writer}",
        ),
        "two steps named 'a_plan'",
    ),
    _case(
        "a_checkpoint_named_like_a_step",
        flow(CLEAN, top="human_checkpoints: [{name: «clean, after: clean}]\n"),
        "two steps named 'clean'",
    ),
    _case(
        "a_checkpoint_after_no_step",
        flow(CLEAN, top="human_checkpoints: [{name: check, after: «claen}]\n"),
        "'check'",
        "the nearest name is 'clean'",
    ),
    _case(
        "a_checkpoint_that_names_no_step",
        flow(CLEAN, top="human_checkpoints: [«claen_validation]\n"),
        "'claen_validation'",
    ),
    _case(
        "two_checkpoints_of_one_name",
        flow(
            CLEAN,
            top="human_checkpoints: [{name: check, after: clean}, {name: «check, after: clean}]\n",
        ),
        "two steps named 'check'",
    ),
    _case(
        "a_branch_of_no_step",
        flow(CLEAN, "{step: a, agent: writer, branch_of: «claen}"),
        "no step 'claen'",
        "the nearest name is 'clean'",
    ),
    _case(
        "a_branch_of_a_step_without_branches",
        flow(CLEAN, "{step: a, agent: writer, branch_of: «clean}"),
        "'clean' is neither a parallel nor a route step",
    ),
    _case(
        "a_branch_of_a_route_without_a_case",
        flow(
            "{step: r, route: {on: text, cases: {x: " + CLEAN + "}, fallback: null}}",
            "{step: a, agent: writer, branch_of: «r}",
        ),
        "'a' says not for which case of 'r'",
    ),
    _case(
        "a_branch_for_a_case_that_is_there",
        flow(
            "{step: r, route: {on: text, cases: {x: " + CLEAN + "}, fallback: null}}",
            "{step: a, agent: writer, branch_of: r, case: «x}",
        ),
        "'r' has the case 'x' already",
    ),
    _case(
        "two_branches_for_one_case",
        flow(
            "{step: r, route: {on: text, cases: {x: " + CLEAN + "}, fallback: null}}",
            "{step: a, agent: writer, branch_of: r, case: y}",
            "{step: b, agent: writer, branch_of: r, case: «y}",
        ),
        "'r' has the case 'y' already",
    ),
    _case(
        "a_branch_for_a_case_that_is_never_chosen",
        flow(
            "{step: r, route: {on: kind, cases: {long: " + CLEAN + "}, fallback: null}}",
            "{step: a, agent: writer, branch_of: r, case: «shrot}",
        ),
        "'kind' is never 'shrot'",
    ),
    _case(
        "a_case_of_no_branch",
        flow(CLEAN, "{step: a, agent: writer, «case: x}"),
        "'case' goes with 'branch_of' only",
    ),
    _case(
        "a_case_of_a_parallel_step",
        flow(
            "{step: p, parallel: [" + CLEAN + "]}",
            "{step: a, agent: writer, branch_of: p, case: «x}",
        ),
        "'p' is a parallel step",
    ),
    _case(
        "a_branch_in_a_nested_list",
        flow(
            "{step: p, parallel: [" + CLEAN + ", {step: x, agent: reader}]}",
            "{step: i, if: done, then: {step: a, agent: writer, branch_of: «p}}",
        ),
        "'a' adds itself to 'p' from within another step",
        "workflow_steps",
    ),
    _case(
        "a_branch_of_itself",
        flow(CLEAN, "{step: p, parallel: [{step: a, agent: writer}], branch_of: «p}"),
        "'p'",
        "itself",
    ),
    _case(
        "two_branches_of_each_other",
        flow(
            CLEAN,
            "{step: p, parallel: [{step: a, agent: writer}], branch_of: «q}",
            "{step: q, parallel: [{step: b, agent: writer}], branch_of: p}",
        ),
        "'p' → 'q' → 'p'",
    ),
    _case(
        "a_fault_in_a_branch_that_adds_itself",
        flow(
            "{step: r, route: {on: text, cases: {x: " + CLEAN + "}, fallback: null}}",
            "{step: a, agent: «nobody, branch_of: r, case: y}",
        ),
        "no agent 'nobody'",
    ),
)

FUNCTIONS = (
    _case(
        "a_module_that_is_not_there",
        flow("{step: a, function: «setps:clean}"),
        "'setps'",
    ),
    _case(
        "a_function_that_is_not_there",
        flow("{step: a, function: «steps:claen}"),
        "'steps' has no 'claen'",
        "the nearest name is 'clean'",
    ),
    _case(
        "a_function_without_a_module",
        flow("{step: a, function: «clean}"),
        "'function' takes package.module:name, not the text 'clean'",
    ),
    _case(
        "a_function_that_is_a_number",
        flow("{step: a, function: «steps:NUMBER}"),
        "steps:NUMBER",
        "nothing to call",
    ),
    _case(
        "a_class_without_execute",
        flow("{step: a, function: «steps:Idle}"),
        "'Idle' has no method 'execute'",
    ),
    _case(
        "a_module_that_fails",
        flow("{step: a, function: «failing:clean}"),
        "RuntimeError",
        "no such luck",
    ),
    _case(
        "a_function_of_any_number_of_texts",
        flow("{step: a, function: «steps:several}"),
        "'texts'",
    ),
    _case(
        "a_function_whose_parameter_has_no_name",
        flow("{step: a, function: «steps:unnamed}"),
        "'text' cannot be given by name",
    ),
    _case(
        "a_function_of_an_agent_that_is_not_there",
        flow(
            "{step: a, agent: writer}",
            "{step: b, agent: writer}",
            top="agents: [{name: writer, function: «steps:claen}]\n",
        ),
        "'steps' has no 'claen'",
    ),
    _case(
        "a_function_of_an_agent_that_cannot_be_called",
        flow(
            "{step: a, agent: writer}",
            top="agents: [{name: writer, function: «steps:several}]\n",
        ),
        "'texts'",
    ),
    _case(
        "a_tool_that_is_not_there",
        flow(CLEAN, top="tools: [{name: search, function: «steps:claen}]\n"),
        "'steps' has no 'claen'",
    ),
    _case(
        "a_gate_that_is_not_there",
        flow(CLEAN, top="gates: [{name: tone, function: «steps:claen}]\n"),
        "'steps' has no 'claen'",
    ),
    _case(
        "a_stage_whose_function_is_not_there",
        flow("{step: a, batches: {over: parts, stages: [{stage: one, function: «steps:claen}]}}"),
        "'steps' has no 'claen'",
    ),
    _case(
        "a_stage_whose_function_cannot_be_called",
        flow("{step: a, batches: {over: parts, stages: [{stage: one, function: «steps:several}]}}"),
        "'texts'",
    ),
    _case(
        "a_description_that_is_not_there",
        flow(CLEAN, "{step: r, review: {fields: [clean], describe: «steps:claen}}"),
        "'steps' has no 'claen'",
    ),
    _case(
        "a_description_that_cannot_be_called",
        flow(CLEAN, "{step: r, review: {fields: [clean], describe: «steps:several}}"),
        "'texts'",
    ),
)

WITHIN = (
    _case(
        "a_nested_workflow_that_is_not_there",
        flow("{step: a, workflow: «investor_sumary}"),
        "no workflow 'investor_sumary'",
        "the nearest name is 'investor_summary'",
    ),
    _case(
        "a_nested_file_that_is_not_there",
        flow("{step: a, workflow: «innr.yaml}"),
        "no file",
        "innr.yaml",
    ),
    _case(
        "a_workflow_that_nests_itself",
        flow("{step: a, workflow: «flow.yaml}"),
        "nests itself",
    ),
    _case(
        "a_nested_workflow_that_nests_this_one",
        flow("{step: a, workflow: «back.yaml}"),
        "nests itself",
        "back.yaml:",
    ),
    _case(
        "a_nested_workflow_with_a_fault",
        flow("{step: a, workflow: «wrong.yaml}"),
        "wrong.yaml:4:26",
        "no agent 'nobody'",
    ),
    _case(
        "a_nested_workflow_that_is_no_yaml",
        flow("{step: a, workflow: «no.yaml}"),
        "no.yaml:1:1",
        "PDF",
    ),
    _case(
        "a_fault_in_a_workflow_written_within",
        flow(
            "{step: a, workflow: {workflow_definition: {name: w, version: 1}, "
            "inputs: {text: str}, workflow_steps: [{step: b, agent: «nobody}]}}"
        ),
        "no agent 'nobody'",
    ),
    _case(
        "a_shape_fault_in_a_workflow_written_within",
        flow(
            "{step: a, workflow: {workflow_definition: {name: w, version: 1}, "
            "workflow_steps: [{step: b, «agnet: nobody}]}}"
        ),
        "'agnet'",
        "the nearest name is 'agent'",
    ),
    _case(
        "an_input_that_a_nested_workflow_has_not",
        flow("{step: a, workflow: inner.yaml, inputs: {«txt: text}}"),
        "'inner' has no input 'txt'",
        "the nearest name is 'text'",
    ),
    _case(
        "an_input_from_no_field",
        flow("{step: a, workflow: inner.yaml, inputs: {text: «txt}}"),
        "'text'",
        "the nearest name is 'text'",
    ),
    _case(
        "an_optional_input_from_no_field",
        flow("{step: a, workflow: inner.yaml, inputs: {most: «sise}}"),
        "no field 'sise'",
        "the nearest name is 'size'",
    ),
    _case(
        "an_input_of_another_type",
        flow("{step: a, workflow: inner.yaml, inputs: {most: «text}}"),
        "'most' is int",
        "'text' is str",
    ),
    _case(
        "an_input_that_nothing_gives",
        flow("{step: a, workflow: «inner.yaml}", top="inputs: {letter: str}\n"),
        "'inner' needs the input 'text'",
    ),
    _case(
        "an_output_that_a_nested_workflow_has_not",
        flow("{step: a, workflow: inner.yaml, outputs: {found: «wrods}}"),
        "'inner' has no output 'wrods'",
        "the nearest name is 'words'",
    ),
    _case(
        "inputs_without_a_workflow",
        flow("{step: a, agent: writer, «inputs: {text: text}}"),
        "'inputs' goes with workflow only",
    ),
    _case(
        "a_map_over_a_number",
        flow("{step: a, map: {over: «size, steps: {step: one, agent: writer}}}"),
        "'size' is no list",
    ),
    _case(
        "batches_over_a_text",
        flow("{step: a, batches: {over: «text, stages: [{stage: one, agent: writer}]}}"),
        "'text' is no list",
    ),
    _case(
        "a_map_that_writes_outside",
        flow("{step: a, map: {over: parts, steps: {step: one, agent: writer, writes: [«text]}}}"),
        "'text' is a field outside",
    ),
    _case(
        "a_map_with_nothing_to_collect",
        flow("{step: a, map: {over: parts, steps: «{step: one, function: steps:silent}}}"),
        "nothing to collect",
    ),
    _case(
        "a_fault_in_the_single_step_of_a_map",
        flow("{step: a, map: {over: parts, steps: {step: one, agent: «nobody}}}"),
        "no agent 'nobody'",
    ),
    _case(
        "a_fault_in_a_branch_of_a_list",
        flow("{step: a, parallel: [" + CLEAN + ", [{step: one, agent: «nobody}]]}"),
        "no agent 'nobody'",
    ),
    _case(
        "a_map_without_steps",
        flow("{step: a, map: «{over: parts}}"),
        "'steps' is missing",
    ),
    _case(
        "an_item_with_a_name_that_is_taken",
        flow("{step: a, map: {over: parts, as: «text, steps: {step: one, agent: writer}}}"),
        "'text'",
    ),
    _case(
        "batches_without_stages",
        flow("{step: a, batches: «{over: parts}}"),
        "'stages' is missing",
    ),
    _case(
        "batches_with_no_stage",
        flow("{step: a, batches: {over: parts, stages: «[]}}"),
        "'stages' is empty",
    ),
    _case(
        "a_stage_without_a_worker",
        flow("{step: a, batches: {over: parts, stages: [«{stage: one}]}}"),
        "either 'agent' or 'function'",
    ),
    _case(
        "two_stages_of_one_name",
        flow(
            "{step: a, batches: {over: parts, "
            "stages: [{stage: one, agent: writer}, {stage: «one, agent: reader}]}}"
        ),
        "'one'",
    ),
    _case(
        "a_chat_without_participants",
        flow("{step: a, chat: «{manager: writer}}"),
        "'participants' is missing",
    ),
    _case(
        "a_chat_with_no_participant",
        flow("{step: a, chat: {participants: «[]}}"),
        "'participants' is empty",
    ),
    _case(
        "a_participant_twice",
        flow("{step: a, chat: {participants: [writer, «writer]}}"),
        "'writer'",
        "twice",
    ),
    _case(
        "an_agent_twice",
        flow("{step: a, agents: [writer, «writer]}"),
        "'writer'",
        "twice",
    ),
    _case(
        "no_agents",
        flow("{step: a, agents: «[]}"),
        "'agents' is empty",
    ),
    _case(
        "no_branches",
        flow("{step: a, parallel: «[]}"),
        "'parallel' is empty",
    ),
    _case(
        "a_substitute_without_a_name",
        flow("{step: a, agent: writer, error_handling: {fallback_strategy: «substitute}}"),
        "'substitute'",
        "agent",
    ),
    _case(
        "a_substitute_for_a_function",
        flow(
            "{step: a, function: steps:clean, error_handling: "
            "{fallback_strategy: substitute, substitute: «writer}}"
        ),
        "'a' is a function step",
    ),
    _case(
        "an_unknown_strategy",
        flow("{step: a, agent: writer, error_handling: {fallback_strategy: «subsitute}}"),
        "cannot be 'subsitute'",
        "the nearest name is 'substitute'",
    ),
    _case(
        "an_unknown_retry_policy",
        flow("{step: a, agent: writer, error_handling: {retry_policy: «exponental_backoff}}"),
        "the nearest name is 'exponential_backoff'",
    ),
    _case(
        "fewer_retries_than_none",
        flow("{step: a, agent: writer, error_handling: {max_retries: «-1}}"),
        "'max_retries' must be at least 0, not -1",
    ),
)

KEYS = (
    _case(
        "an_unknown_key", flow(CLEAN, top="«tolls: []\n"), "'tolls'", "the nearest name is 'tools'"
    ),
    _case(
        "an_unknown_key_of_the_head",
        flow(CLEAN, head=HEAD.replace("}", ", «ownr: me}")),
        "'ownr'",
        "the nearest name is 'owner'",
    ),
    _case("an_unknown_key_of_a_step", flow("{step: a, agent: writer, «raeds: [text]}"), "'reads'"),
    _case(
        "an_unknown_key_of_an_agent",
        flow("{step: a, agent: writer}", top="agents: [{name: writer, «modle: x}]\n"),
        "the nearest name is 'model'",
    ),
    _case(
        "an_unknown_key_of_a_route",
        flow("{step: a, route: {on: kind, cases: {long: " + CLEAN + "}, fallback: , «tasks: x}}"),
        "the nearest name is 'task'",
    ),
    _case(
        "an_unknown_key_of_a_loop",
        flow("{step: a, loop: {steps: " + CLEAN + ", max_iterations: 3, «untill: done}}"),
        "the nearest name is 'until'",
    ),
    _case(
        "an_unknown_key_instead_of_a_needed_one",
        flow("{step: a, loop: {steps: " + CLEAN + ", «max_iteration: 3}}"),
        "the nearest name is 'max_iterations'",
    ),
    _case(
        "an_unknown_key_of_a_map",
        flow("{step: a, map: {over: parts, steps: " + CLEAN + ", «colect: clean}}"),
        "the nearest name is 'collect'",
    ),
    _case(
        "an_unknown_key_of_a_chat",
        flow("{step: a, chat: {participants: [writer], «max_round: 3}}"),
        "the nearest name is 'max_rounds'",
    ),
    _case(
        "an_unknown_key_of_a_team",
        flow("{step: a, team: {manager: writer, workers: [reader], «max_task: 3}}"),
        "the nearest name is 'max_tasks'",
    ),
    _case(
        "an_unknown_key_of_batches",
        flow("{step: a, batches: {over: parts, stages: [{stage: b, agent: writer}], «rule: {}}}"),
        "the nearest name is 'rules'",
    ),
    _case(
        "an_unknown_key_of_a_stage",
        flow("{step: a, batches: {over: parts, stages: [{stage: b, agent: writer, «size: 3}]}}"),
        "'size'",
    ),
    _case(
        "an_unknown_key_of_rules",
        flow(
            "{step: a, batches: {over: parts, stages: [{stage: b, agent: writer}], "
            "rules: {«paralel_limit: 3}}}"
        ),
        "the nearest name is 'parallel_limit'",
    ),
    _case(
        "an_unknown_key_of_a_review",
        flow(CLEAN, "{step: r, review: {fields: [clean], «asignee: me}}"),
        "the nearest name is 'assignee'",
    ),
    _case(
        "an_unknown_key_of_error_handling",
        flow(CLEAN, top="error_handling: {«max_retry: 3}\n"),
        "the nearest name is 'max_retries'",
    ),
    _case(
        "an_unknown_key_of_a_gate",
        flow("{step: a, agent: writer, validation_gates: [{gate: completeness, «bloking: false}]}"),
        "the nearest name is 'blocking'",
    ),
    _case(
        "an_unknown_key_of_a_tool",
        flow(CLEAN, top="tools: [{name: search, function: steps:clean, «descripton: x}]\n"),
        "the nearest name is 'description'",
    ),
    _case(
        "an_unknown_key_of_a_checkpoint",
        flow(CLEAN, top="human_checkpoints: [{name: check, «aftr: clean}]\n"),
        "the nearest name is 'after'",
    ),
    _case(
        "an_unknown_key_of_monitoring",
        flow(CLEAN, top="monitoring: {«metric: [x]}\n"),
        "the nearest name is 'metrics'",
    ),
    _case("a_key_twice", flow(CLEAN) + "«inputs: {}\n", "'inputs'", "line 2"),
    _case(
        "a_key_of_the_head_twice",
        flow(CLEAN, head=HEAD.replace("}", ", «name: other}")),
        "'name'",
        "line 1",
    ),
    _case("a_key_of_a_step_twice", flow("{step: a, agent: writer, «step: b}"), "'step'", "line 5"),
    _case(
        "an_input_twice",
        flow(CLEAN, top="inputs: {text: str, «text: int}\n"),
        "'text'",
    ),
    _case(
        "a_case_twice",
        flow(
            "{step: a, route: {on: kind, cases: {long: " + CLEAN + ", «long: {step: b, "
            "agent: writer}}, fallback: null}}"
        ),
        "'long'",
    ),
    _case(
        "a_written_field_twice",
        flow("{step: a, agent: writer, writes: [text, «text]}"),
        "'text' is here twice",
    ),
    _case(
        "an_agent_declared_twice",
        flow("{step: a, agent: writer}", top="agents: [{name: writer}, {name: «writer}]\n"),
        "'writer' is declared twice",
    ),
    _case(
        "a_tool_declared_twice",
        flow(
            CLEAN,
            top="tools: [{name: x, function: steps:clean}, {name: «x, function: steps:count}]\n",
        ),
        "'x' is declared twice",
    ),
    _case(
        "a_step_declared_without_a_name",
        flow("«{agent: writer}"),
        "'step' is missing",
    ),
    _case(
        "no_version",
        flow(CLEAN, head="workflow_definition: «{name: flow}\n"),
        "'version' is missing",
    ),
    _case(
        "no_name",
        flow(CLEAN, head="workflow_definition: «{version: 1}\n"),
        "'name' is missing",
    ),
    _case(
        "no_head",
        "«" + flow(CLEAN, head=""),
        "'workflow_definition' is missing",
    ),
    _case(
        "no_steps_at_all",
        "«" + HEAD,
        "'workflow_steps' is missing",
    ),
    _case("no_steps", HEAD + "workflow_steps: «[]\n", "'workflow_steps' is empty"),
    _case(
        "an_owner_of_no_name",
        flow(CLEAN, head=HEAD.replace("}", ", owner: «''}")),
        "'owner' is empty",
    ),
    _case(
        "a_head_laid_flat",
        "«name: flow\nversion: 1\n" + flow(CLEAN, head=""),
        "inside 'workflow_definition'",
    ),
)

VALUES = (
    _case("a_name_with_a_space", flow("{step: «my step, agent: writer}"), "'my step'", "letters"),
    _case("a_name_with_a_dash", flow("{step: «my-step, agent: writer}"), "'my-step'"),
    _case("a_number_for_a_name", flow("{step: «3, agent: writer}"), "3"),
    _case("a_name_of_the_graph", flow("{step: «__start__, agent: writer}"), "'__start__'"),
    _case(
        "an_input_of_a_name_that_is_taken",
        flow(CLEAN, top="inputs: {text: str, «usage: int}\n"),
        "'usage' is a field that every workflow has already",
    ),
    _case(
        "a_step_of_a_name_that_is_taken",
        flow("{step: «decisions, agent: writer}"),
        "'decisions' is a field that every workflow has already",
    ),
    _case(
        "a_field_of_a_name_that_is_taken",
        flow("{step: a, agent: writer, writes: {«failures: str}}"),
        "'failures' is a field that every workflow has already",
    ),
    _case(
        "an_input_with_a_space",
        flow(CLEAN, top='inputs: {text: str, «"my text": str}\n'),
        "'my text'",
    ),
    _case(
        "a_list_for_a_mapping",
        flow("{step: a, loop: «[" + CLEAN + "]}"),
        "'loop' takes a mapping, not a list",
    ),
    _case(
        "a_mapping_for_a_list", HEAD + "workflow_steps: «{step: a}\n", "takes a list", "a mapping"
    ),
    _case("a_text_for_a_list", HEAD + "workflow_steps: «none\n", "takes a list", "the text 'none'"),
    _case(
        "a_text_for_a_step",
        flow("«clean"),
        "'clean'",
    ),
    _case(
        "a_text_for_a_truth",
        flow("{step: a, agent: writer, validation_gates: [{gate: completeness, blocking: «'no'}]}"),
        "'blocking' takes true or false",
    ),
    _case(
        "a_timeout_in_words", flow("{step: a, agent: writer, timeout: «soon}"), "'soon'", "'30s'"
    ),
    _case(
        "a_timeout_before_now", flow("{step: a, agent: writer, timeout: «-1}"), "'timeout'", "-1"
    ),
    _case("a_timeout_of_nothing", flow("{step: a, agent: writer, timeout: «0}"), "'timeout'"),
    _case(
        "a_timeout_without_an_end",
        flow("{step: a, agent: writer, timeout: «.inf}"),
        "'timeout'",
    ),
    _case(
        "a_timeout_of_a_step_that_is_no_node",
        flow("{step: a, loop: {steps: " + CLEAN + ", max_iterations: 3}, «timeout: 3}"),
        "'timeout'",
    ),
    _case(
        "a_list_for_a_condition",
        flow("{step: a, if: «[done], then: " + CLEAN + "}"),
        "'if' takes text, not a list",
    ),
    _case(
        "a_truth_for_a_condition",
        flow("{step: a, if: «true, then: " + CLEAN + "}"),
        "'if' takes text, not true",
    ),
    _case(
        "a_temperature_too_high",
        flow("{step: a, agent: writer}", top="agents: [{name: writer, temperature: «3}]\n"),
        "'temperature' must be at most 2, not 3",
    ),
    _case(
        "a_mapping_for_a_task",
        flow("{step: a, agent: writer, task: «{say: hello}}"),
        "'task' takes text, not a mapping",
    ),
    _case(
        "a_task_for_nobody",
        flow("{step: a, function: steps:clean, «task: think}"),
        "'task'",
    ),
    _case(
        "a_way_out_of_a_step_that_cannot_fail",
        flow("{step: a, if: done, then: " + CLEAN + ", «fallback: {step: b, agent: writer}}"),
        "'fallback'",
    ),
)

BROKEN = (
    *ORDER,
    *NAMES,
    *GATES,
    *TYPES,
    *EXPRESSIONS,
    *WAYS,
    *FUNCTIONS,
    *WITHIN,
    *KEYS,
    *VALUES,
)
