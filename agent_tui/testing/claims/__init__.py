"""The claims of the conformance suite, by theme; :mod:`..conformance` puts them together."""
