"""The ready workflows as graphs for LangGraph's own tools, which look up names in a module."""

from ..compiler import compile

adaptive_answering = compile("adaptive_answering")
content_creation = compile("content_creation")
customer_feedback = compile("customer_feedback")
customer_support = compile("customer_support")
document_analysis = compile("document_analysis")
document_processing = compile("document_processing")
executive_summary = compile("executive_summary")
insurance_claim = compile("insurance_claim")
investor_summary = compile("investor_summary")
knowledge_graph = compile("knowledge_graph")
lease_management = compile("lease_management")
swappable_stages = compile("swappable_stages")
