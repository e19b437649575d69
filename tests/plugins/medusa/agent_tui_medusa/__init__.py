"""Medusa for agent-tui: product reviews with their answers, customers and orders."""
