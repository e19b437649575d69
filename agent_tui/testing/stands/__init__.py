"""The stands of the built-in adapters."""
