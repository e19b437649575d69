"""All that is ever asked of Shopify, in GraphQL; no field in it is deprecated in 2026-10.

By the simple rule, each object costs 1, a connection 2 and a list as many times its members as
are asked for: PEOPLE costs 43 at most, ORDERS 673, ABOUT 3. Shopify refuses what costs more than
1,000 (shopify.dev/docs/api/usage/limits) and counts large pages less than this rule.
"""

PEOPLE = """
query People($query: String!) {
  customers(first: 10, query: $query) {
    nodes {
      id
      legacyResourceId
      displayName
      createdAt
      numberOfOrders
      amountSpent { ...Sum }
      note
      tags
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
    }
    pageInfo { hasNextPage }
  }
}

fragment Sum on MoneyV2 { amount currencyCode }
"""

ORDERS = """
query Orders($query: String!, $after: String) {
  orders(first: 10, after: $after, query: $query, sortKey: PROCESSED_AT, reverse: true) {
    nodes {
      id
      legacyResourceId
      name
      email
      customer { id }
      createdAt
      processedAt
      cancelledAt
      cancelReason
      displayFinancialStatus
      displayFulfillmentStatus
      totalPriceSet { ...Paid }
      lineItems(first: 10) {
        nodes { name quantity sku discountedTotalSet { ...Paid } }
        pageInfo { hasNextPage }
      }
      fulfillments(first: 5) {
        createdAt
        inTransitAt
        displayStatus
        trackingInfo(first: 2) { company number url }
      }
      refunds(first: 5) { id createdAt note totalRefundedSet { ...Paid } }
    }
    pageInfo { hasNextPage endCursor }
  }
}

fragment Paid on MoneyBag { presentmentMoney { amount currencyCode } }
"""

ABOUT = """
query About {
  shop { name }
  currentAppInstallation { accessScopes { handle } }
}
"""
