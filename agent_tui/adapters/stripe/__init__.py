"""What Stripe knows of a customer: invoices, payments, refunds, disputes, subscriptions."""

from agent_tui.adapters.stripe.adapter import StripeAdapter

__all__ = ["StripeAdapter"]
