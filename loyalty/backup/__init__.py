"""Backups: the database, the uploaded files and the secret keys, sealed under a passphrase; and the way back into an empty place."""
