"""Sample captures: declarative scenarios, the pcaps made from them, and captures of real stacks."""
