"""What points buy: catalogue, claims, revocations."""
