"""Codes: pools, coupons, redemptions, gift-card balances."""
