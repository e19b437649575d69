"""The kit for authors of adapters: stands, the conformance suite, contracts, faults, clocks.

Needs the extra ``testing`` (``pip install 'support-agent-tui[testing]'``).
"""
