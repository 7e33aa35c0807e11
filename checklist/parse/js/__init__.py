"""A static evaluator of JavaScript configs: nothing is executed, what cannot be known is said to be unknown."""
