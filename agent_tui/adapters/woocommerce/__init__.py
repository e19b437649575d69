"""WooCommerce and WordPress: reviews of products with their answers, customers, orders, refunds."""

from agent_tui.adapters.woocommerce.adapter import WooCommerceAdapter

__all__ = ["WooCommerceAdapter"]
