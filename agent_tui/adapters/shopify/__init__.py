"""What a Shopify shop knows of a customer: orders with items, parcels and refunds."""

from agent_tui.adapters.shopify.adapter import ShopifyAdapter

__all__ = ["ShopifyAdapter"]
