"""Chat over the Matrix client-server API, in rooms without end-to-end encryption."""

from agent_tui.adapters.matrix.adapter import MatrixAdapter

__all__ = ["MatrixAdapter"]
