"""A customer's message is answered from account and policy, or handed over."""
