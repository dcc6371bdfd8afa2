"""The orchestrator's face: agents and a pattern in, a workflow and its result out."""
