"""``offline:extract``: the embedded extractor. It finds what a text states; it writes nothing.

It is no language model. It reads tables and sentences, fills a schema from them, says where each
value stands and how sure it is, and leaves out what the text does not state.
"""
